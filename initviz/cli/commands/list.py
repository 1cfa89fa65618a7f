"""``initviz list``: what there is to choose."""

from __future__ import annotations

import argparse
import sys
import textwrap
from collections.abc import Sequence

from initviz.cli.catalogue import TOPICS, Entry
from initviz.cli.printing import print_json
from initviz.cli.status import DONE

WIDTH = 100
"""Columns that a line may take."""


def parser() -> argparse.ArgumentParser:
    """What is understood."""
    parser = argparse.ArgumentParser(
        prog="initviz list",
        description="List what there is to choose: its name in files and on the command line, "
        "what it is called, and its formula, or what it is.",
        epilog="Schemes are marked ✓ a good idea, ~ it depends, ✗ a mistake.",
    )
    parser.add_argument(
        "what", nargs="?", choices=tuple(TOPICS), metavar="TOPIC",
        help=f"one of {', '.join(TOPICS)}; the lessons by default",
    )  # fmt: skip
    parser.add_argument(
        "--json", action="store_true",
        help="print everything that is declared, parameters with their ranges and defaults",
    )  # fmt: skip
    return parser


def run(options: argparse.Namespace) -> int:
    """Print it."""
    entries = TOPICS[options.what or "lessons"]()
    if options.json:
        print_json([dict(entry.facts) for entry in entries])
    else:
        print("\n".join(lines(entries)))
    sys.stdout.flush()
    if options.what is None and not options.json:
        others = ", ".join(topic for topic in TOPICS if topic != "lessons")
        print(f"initviz list TOPIC lists {others}.", file=sys.stderr)
    return DONE


def lines(entries: Sequence[Entry]) -> list[str]:
    """The entries in columns; what does not fit goes on below its column."""
    name = max(len(entry.name) for entry in entries)
    label = max(len(entry.label) for entry in entries)
    found = []
    for entry in entries:
        mark = f"{entry.mark}  " if entry.mark else ""
        head = f"{mark}{entry.name:{name}}  {entry.label:{label}}  "
        found += textwrap.wrap(
            entry.text, WIDTH, initial_indent=head, subsequent_indent=" " * len(head),
            break_long_words=False, break_on_hyphens=False,
        )  # fmt: skip
    return found
