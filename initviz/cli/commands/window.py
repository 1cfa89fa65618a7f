"""``initviz``: the window; where there is no display, pictures of what it would show."""

from __future__ import annotations

import argparse
from pathlib import Path

from initviz.catalog.lessons import LESSONS
from initviz.cli.commands.render import OUT, draw_pages
from initviz.cli.inputs import add_csv, subject_of, subjects
from initviz.cli.printing import failed
from initviz.cli.status import BadInputError


def parser() -> argparse.ArgumentParser:
    """What is understood."""
    parser = argparse.ArgumentParser(
        prog="initviz",
        description="See weight initialisation work or fail: one network, the same batches, "
        "up to eight initialisations side by side.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "what",
        nargs="*",
        metavar="LESSON|FILE",
        help="a lesson, an experiment's TOML file, a run file, or a CSV file",
    )
    add_csv(parser)
    return parser


def run(options: argparse.Namespace) -> int:
    """Show the window until it is closed."""
    from initviz.display import NoWindowError, has_display
    from initviz.libraries import check_window

    wanted = subjects(options)
    if len(wanted) > 1:
        raise BadInputError("one lesson, experiment or table at a time, please")
    first = wanted[0] if wanted else None
    if has_display():
        try:
            check_window()
            from initviz.app.start import run as start

            if first and first.recording:
                return start(first.experiment, (first.recording, Path(options.what[0])))
            return start(first.experiment if first else None)
        except NoWindowError as error:
            return failed(error)
    print(
        "initviz: there is no display to open a window on; "
        f"drawing the {'experiment' if first else 'first lesson'}'s pages into {OUT}/ instead."
    )
    subject = first or subject_of(next(iter(LESSONS)))
    last = subject.experiment.epochs
    return draw_pages([subject], sorted({0, min(5, last), last}), Path(OUT))
