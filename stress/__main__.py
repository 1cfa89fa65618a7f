"""The command: ``python -m stress SUBJECT [options]``; it fails when anything was lost.

``python -m stress SUBJECT --help`` tells a subject's options. What was tried and survived stands
in docs/robustness.md.
"""

from __future__ import annotations

import argparse
import sys
from importlib import import_module

SUBJECTS: dict[str, str] = {
    "kill": "SIGKILL while windows and files save",
    "numbers": "experiments at the ends of what numbers hold, in the window",
    "faults": "every writer on disks that fail",
    "settings": "settings files with rubbish in them",
    "interrupts": "Ctrl+C at random moments of every command",
    "monkey": "random actions upon the real window while it trains, by the ten thousand",
    "space": "goes through everything with experiments of the whole space of settings",
    "fuzz": "reads spoilt files: 100,000 experiments, tables or runs",
    "endurance": "a long night: 200,000 epochs in one window, and 200 runs",
    "starting": "no home, no network, no fonts, any scaling, ... : the window and every command",
}
"""Every subject and what it tries. Its module has ``parser()`` and ``run(options) -> Tally``."""


def main() -> int:
    listed = "\n".join(f"  {name:10} {what}" for name, what in SUBJECTS.items())
    parser = argparse.ArgumentParser(
        prog="python -m stress", description=__doc__, epilog=f"subjects:\n{listed}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )  # fmt: skip
    parser.add_argument("subject", choices=SUBJECTS, metavar="SUBJECT")
    subject = parser.parse_args(sys.argv[1:2]).subject
    module = import_module(f"stress.{subject}")
    tally = module.run(module.parser().parse_args(sys.argv[2:]))
    print(f"\n{tally.text()}", flush=True)
    return 1 if tally.lost or not tally.tried else 0  # nothing tried is nothing survived


if __name__ == "__main__":
    raise SystemExit(main())
