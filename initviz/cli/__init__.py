"""The command line: a module for each command, imported only when it is asked for.

Qt and torch are imported only by the command that needs them, and only when it begins its work.
"""

from __future__ import annotations

import argparse
import logging
import os
import sys
from collections.abc import Sequence
from importlib import import_module
from types import ModuleType

from initviz import __version__
from initviz.cli.printing import failed, open_streams, replace_unprintable
from initviz.cli.status import BAD_INPUT, DONE, FAILED, INTERRUPTED, UNEXPECTED, BadInputError
from initviz.cli.unexpected import listening, say
from initviz.interruption import held_back, imports_held_back

COMMANDS = {
    "render": "draw pages and views, as pictures and films",
    "train": "train without a window, and keep the run in a file",
    "verify": "train the lessons and check what they claim",
    "table": "figures, findings and weights as files",
    "script": "write an experiment as a training script in plain PyTorch",
    "list": "what there is to choose",
}
"""Every command and what it does. Its module in ``commands`` has ``parser()`` and ``run()``."""

EXAMPLES = """examples:
  initviz                            open the window
  initviz zeros                      open it on a lesson, by name or number
  initviz my-experiment.toml         open it on an experiment
  initviz my-run.initviz             open a run where it was left
  initviz --csv data.csv --target y  open it on a table of your own
  initviz render constant --epoch 30 --theme light
                                     draw a lesson's pages as PNG, without a window
  initviz train zeros -o my-run.initviz
                                     train a lesson, and keep the run in a file
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; returns the exit status, as in ``initviz.cli.status``."""
    open_streams()
    logging.basicConfig(format="initviz: %(levelname)s: %(message)s")
    replace_unprintable()
    words = list(sys.argv[1:] if arguments is None else arguments)
    command = words.pop(0) if words and words[0] in COMMANDS else "window"
    try:
        _check_folder()
        module = _module(command)
        parser: argparse.ArgumentParser = module.parser()
        if command == "window":
            parser.add_argument("--version", action="version", version=f"initviz {__version__}")
            parser.epilog = f"{_commands()}\n{EXAMPLES}"
        options = parser.parse_args(words)
        with imports_held_back(), listening([command, *words]) as heard:
            status: int = module.run(options)
        sys.stdout.flush()
        return UNEXPECTED if heard and status == DONE else status
    except BadInputError as error:
        print(f"initviz: {error}", file=sys.stderr)
        return BAD_INPUT
    except KeyboardInterrupt:
        print("initviz: interrupted", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:  # as in initviz list | head: nobody reads on
        _write_no_more()
        return DONE
    except OSError as error:  # as in initviz list > /dev/full; files have been told of before
        _write_no_more()
        return failed(error)
    except MemoryError as error:
        print(f"initviz: {str(error) or 'there is not enough memory'}", file=sys.stderr)
        return FAILED
    except ImportError as error:
        from initviz.libraries import sentence

        if (said := sentence(error)) is None:
            say(error, [command, *words])
            return UNEXPECTED
        print(f"initviz: {said}", file=sys.stderr)
        return FAILED
    except Exception as error:
        say(error, [command, *words])
        return UNEXPECTED


@held_back()
def _module(command: str) -> ModuleType:
    return import_module(f"initviz.cli.commands.{command}")


def _check_folder() -> None:
    """Refuse to begin in a folder that was deleted.

    torch's libraries abort the program there, and numpy cannot be imported on Python 3.13.
    """
    try:
        os.getcwd()
    except OSError:
        raise BadInputError(
            "the folder that it was started in is not there any more; go to another one with cd"
        ) from None


def _write_no_more() -> None:
    """Let what is still buffered not be written at the end of the program."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _commands() -> str:
    lines = [f"  initviz {name:8} {what}" for name, what in COMMANDS.items()]
    return "\n".join(["commands (each has its own --help):", *lines, ""])
