"""``initviz list``: what there is to choose."""

from __future__ import annotations

import argparse
import sys

from initviz.catalog.lessons import LESSONS
from initviz.cli.status import DONE


def parser() -> argparse.ArgumentParser:
    """What is understood."""
    return argparse.ArgumentParser(prog="initviz list", description="List the lessons.")


def run(options: argparse.Namespace) -> int:
    """Print it."""
    for lesson in LESSONS.values():
        print(f"{lesson.number:2}  {lesson.name:16} {lesson.title}. {lesson.summary}")
    sys.stdout.flush()
    return DONE
