"""``initviz script``: an experiment as a training script in plain PyTorch."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from initviz.cli.inputs import add_csv, subjects
from initviz.cli.printing import failed
from initviz.cli.status import DONE, BadInputError
from initviz.whole import whole

EXAMPLES = """examples:
  initviz script xavier                        print the script of a lesson
  initviz script my-experiment.toml -o mine.py
  initviz script zeros --set precision=float64 --set seed=7
  initviz script --csv data.csv --target price -o price.py
"""


def parser() -> argparse.ArgumentParser:
    """What is understood."""
    parser = argparse.ArgumentParser(
        prog="initviz script",
        description="Write an experiment as a training script in plain PyTorch: it needs nothing "
        "of initviz, and prints the same losses.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("what", nargs="?", help="a lesson, an experiment's TOML file or a run file")
    add_csv(parser)
    parser.add_argument(
        "--set", action="append", default=[], metavar="FIELD=VALUE", dest="settings",
        help="change a field, as in --set precision=float64; initviz train --help lists them",
    )  # fmt: skip
    parser.add_argument(
        "-o", "--out", type=Path, metavar="FILE", help="the file to write (standard output)"
    )
    return parser


def run(options: argparse.Namespace) -> int:
    """Write it."""
    from initviz.catalog.datasets.csv_file import CsvError
    from initviz.catalog.lessons import LESSONS
    from initviz.cli.settings import changed
    from initviz.script import write_script

    wanted = subjects(options)
    if len(wanted) != 1:
        raise BadInputError("script: say what; write one lesson, TOML file or --csv FILE")
    subject = wanted[0]
    experiment = changed(subject.experiment, options.settings)
    lesson = LESSONS.get(subject.name)
    is_lesson = lesson is not None and lesson.experiment == experiment
    title = lesson.heading if lesson and is_lesson else subject.name
    try:
        text = write_script(experiment, title).encode("utf-8")
    except CsvError as error:
        raise BadInputError(str(error)) from None
    if options.out is None:
        sys.stdout.flush()
        sys.stdout.buffer.write(text)
        sys.stdout.flush()
        return DONE
    try:
        with whole(options.out) as file:
            file.write(text)
    except OSError as error:
        return failed(error)
    print(options.out)
    return DONE
