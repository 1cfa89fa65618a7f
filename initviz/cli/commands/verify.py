"""``initviz verify``: train the lessons and check what they claim."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from initviz.catalog.lessons import LESSONS, Lesson, find
from initviz.cli.printing import print_json
from initviz.cli.progress import bars
from initviz.cli.status import DONE, FAILED, BadInputError

if TYPE_CHECKING:
    from initviz.verify import Verified


EXAMPLES = """examples:
  initviz verify                    every lesson
  initviz verify zeros 5            two of them, by name or number
  initviz verify --seeds 10 --json  on how many of ten seeds each claim holds

Exit status: 0 if all claims are met, 1 if one is not, 2 for bad input.
"""


def parser() -> argparse.ArgumentParser:
    """What is understood."""
    parser = argparse.ArgumentParser(
        prog="initviz verify",
        description="Train lessons without a window and check every sentence that they claim.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("what", nargs="*", help="lessons by name or number; all by default")
    parser.add_argument(
        "--seeds", type=int, default=1, metavar="N",
        help="try N seeds, and print on how many each claim holds (1)",
    )  # fmt: skip
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")
    parser.add_argument(
        "--quiet", action="store_true",
        help="say nothing but which claims are not met",
    )  # fmt: skip
    return parser


def run(options: argparse.Namespace) -> int:
    """Train and judge."""
    if not 1 <= options.seeds <= 1000:
        raise BadInputError(f"--seeds: {options.seeds} is out of range; write 1 to 1000")
    try:
        lessons = [find(what) for what in options.what] or list(LESSONS.values())
    except LookupError as error:
        raise BadInputError(str(error.args[0])) from None
    from initviz.engine.device import DeviceError
    from initviz.verify import verify

    found = {}
    try:
        with bars(quiet=options.quiet, transient=True) as progress:
            for lesson in lessons:
                total = options.seeds * lesson.experiment.epochs
                bar = progress.begin(lesson.heading, total)
                found[lesson] = verify(lesson, options.seeds, bar.reach)
                bar.end()
                if not options.json:
                    _print_claims(lesson, found[lesson], options.seeds, options.quiet)
    except DeviceError as error:
        print(f"initviz: {error}", file=sys.stderr)
        return FAILED
    claims = [each for verified in found.values() for each in verified]
    met = sum(each.held == options.seeds for each in claims)
    if options.json:
        print_json({
            lesson.name: [{
                "claim": each.claim.text, "expected": each.claim.expected, "held": each.held,
                "seeds": options.seeds, "figures": [j.text for j in each.judgements],
            } for each in verified] for lesson, verified in found.items()
        })  # fmt: skip
    elif not options.quiet or met < len(claims):
        lessons_read = "1 lesson" if len(lessons) == 1 else f"{len(lessons)} lessons"
        print(f"\n{met} of {len(claims)} claims are met in {lessons_read}")
    return DONE if met == len(claims) else FAILED


def _print_claims(lesson: Lesson, verified: Sequence[Verified], seeds: int, unmet: bool) -> None:
    """Print the claims of a lesson; of an ``unmet`` list those alone that do not hold."""
    shown = [each for each in verified if not unmet or each.held < seeds]
    if shown:
        print(f"\n{lesson.heading}")
    for each in shown:
        mark = "✓" if each.held == seeds else "✗"
        held = f"  {each.held}/{seeds} seeds" if seeds > 1 else ""
        print(f"  {mark} {each.claim.text}")
        print(f"      {each.figures}   (expected {each.claim.expected}){held}", flush=True)
