"""The command line. Qt and torch are imported only by the command that needs them."""

from __future__ import annotations

import argparse
import json
import logging
import os
import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from initviz import __version__
from initviz.catalog.lessons import LESSONS, Lesson, find
from initviz.experiment import DataSettings, Experiment, ExperimentError, Lane

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

    from initviz.verify import Verified

OUT = "initviz-out"
DONE, FAILED, BAD_INPUT = 0, 1, 2
EXAMPLES = """examples:
  initviz                            open the window
  initviz zeros                      open it on a lesson, by name or number
  initviz my-experiment.toml         open it on an experiment
  initviz --csv data.csv --target y  open it on a table of your own
  initviz render constant --epoch 30 --theme light
                                     draw a lesson's pages as PNG, without a window
  initviz verify                     train the lessons and check what they claim
  initviz list                       the lessons
"""


class BadInputError(Exception):
    """What the user asked for cannot be done; the message says what to write instead."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; returns the exit status: 0 done, 1 failed, 2 bad input."""
    logging.basicConfig(format="initviz: %(levelname)s: %(message)s")
    words = list(sys.argv[1:] if arguments is None else arguments)
    try:
        if words[:1] == ["render"]:
            return _render(_render_parser().parse_args(words[1:]))
        if words[:1] == ["verify"]:
            return _verify(_verify_parser().parse_args(words[1:]))
        if words[:1] == ["list"]:
            if len(words) > 1:
                raise BadInputError(f'list: "{words[1]}" is one word too many; write initviz list')
            return _list()
        return _window(_window_parser().parse_args(words))
    except BadInputError as error:
        print(f"initviz: {error}", file=sys.stderr)
        return BAD_INPUT
    except KeyboardInterrupt:
        print("initviz: interrupted", file=sys.stderr)
        return 130
    except BrokenPipeError:  # as in initviz list | head: nobody reads on
        # What is still buffered must not be written at the end of the program.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return DONE


def _window_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="initviz",
        description="See weight initialisation work or fail: one network, the same batches, "
        "up to eight initialisations side by side.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"initviz {__version__}")
    parser.add_argument(
        "what", nargs="?", help="a lesson, an experiment's TOML file, or a CSV file"
    )
    _add_csv(parser)
    return parser


def _add_csv(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--csv", type=Path, metavar="FILE", help="train on a table of your own")
    parser.add_argument(
        "--target", metavar="COLUMN", help="the column of the table to predict (the last one)"
    )
    parser.add_argument(
        "--drop-missing", action="store_true", help="leave out rows with missing values"
    )


def _render_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="initviz render", description="Train and draw pages as PNG files, without a window."
    )
    parser.add_argument("what", nargs="*", help="lessons or experiments' TOML files")
    _add_csv(parser)
    parser.add_argument(
        "--epoch", default="last", help='the epoch to draw, or "last" (the default)'
    )
    parser.add_argument("--theme", choices=("dark", "light"), default="dark")
    parser.add_argument(
        "--size", default="1280x800", help="width and height of the page (1280x800)"
    )
    parser.add_argument(
        "--scale", type=int, choices=(1, 2, 4), default=2, help="pixels for one of the page (2)"
    )
    parser.add_argument("--out", type=Path, default=Path(OUT), help=f"the folder ({OUT})")
    return parser


def _verify_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="initviz verify",
        description="Train lessons without a window and check every sentence that they claim.",
        epilog="Exit status: 0 if all claims are met, 1 if one is not, 2 for bad input.",
    )
    parser.add_argument("what", nargs="*", help="lessons by name or number; all by default")
    parser.add_argument(
        "--seeds", type=int, default=1, metavar="N",
        help="try N seeds, and print on how many each claim holds (1)",
    )  # fmt: skip
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")
    return parser


def _experiment(what: str) -> tuple[str, Experiment]:
    """A name and an experiment for a lesson or a file."""
    if what.endswith(".toml") and Path(what).exists():
        try:
            return Path(what).stem, Experiment.from_toml(Path(what).read_text("utf-8"))
        except (OSError, UnicodeDecodeError, ExperimentError) as error:
            raise BadInputError(f"{what}: {error}") from None
    try:
        lesson = find(what)
    except LookupError as error:
        if what.endswith(".toml"):
            raise BadInputError(f"{what}: there is no such file") from None
        raise BadInputError(str(error.args[0])) from None
    return lesson.name, lesson.experiment


def _chosen(options: argparse.Namespace) -> list[tuple[str, Experiment]]:
    """Names and experiments of everything that was asked for."""
    whats = [options.what] if isinstance(options.what, str) else list(options.what or ())
    tables = [Path(what) for what in whats if what.lower().endswith((".csv", ".tsv"))]
    if options.csv:
        tables.append(options.csv)
    if options.target and not tables:
        raise BadInputError("--target: goes with a table; write --csv FILE, too")
    found = [_experiment(what) for what in whats if Path(what) not in tables]
    return [*found, *(_own_data(path, options) for path in tables)]


def _own_data(path: Path, options: argparse.Namespace) -> tuple[str, Experiment]:
    """An experiment on a table of the user's own."""
    from initviz.catalog.datasets.csv_file import CsvError, read_table
    from initviz.catalog.datasets.own import own_values, prepare, suits_classes

    try:
        table = read_table(path)
        usable = [column.name for column in table.columns if column.kind != "text"]
        target = options.target or (usable[-1] if usable else table.columns[-1].name)
        classes = suits_classes(table.column(target))
        prepared = prepare(table, target, classes=classes, drop_missing=options.drop_missing)
    except CsvError as error:
        hint = "; write --drop-missing" if "missing values" in str(error) else ""
        raise BadInputError(f"{error}{hint}") from None
    values = own_values(path, table, target, prepared, drop_missing=options.drop_missing)
    if prepared.dropped:
        print(f"initviz: {prepared.dropped} rows with missing values are left out", file=sys.stderr)
    lanes = tuple(Lane(scheme=scheme) for scheme in ("zeros", "uniform", "xavier_uniform"))
    data = DataSettings(dataset="csv", values=values)
    return path.stem, Experiment(data=data, lanes=lanes, learning_rate=0.05)


def _window(options: argparse.Namespace) -> int:
    from initviz.display import has_display

    wanted = _chosen(options)
    if len(wanted) > 1:
        raise BadInputError("one lesson, experiment or table at a time, please")
    chosen = wanted[0] if wanted else None
    if has_display():
        from initviz.app.start import run

        return run(chosen[1] if chosen else None)
    print(
        "initviz: there is no display to open a window on; "
        f"drawing the {'experiment' if chosen else 'first lesson'}'s pages into {OUT}/ instead."
    )
    name, experiment = chosen or _experiment(next(iter(LESSONS)))
    epochs = sorted({0, min(5, experiment.epochs), experiment.epochs})
    return _draw([(name, experiment)], epochs, Path(OUT), "dark", (1280, 800), 2)


def _render(options: argparse.Namespace) -> int:
    width, _, height = options.size.partition("x")
    if not (width.isdecimal() and height.isdecimal()):
        raise BadInputError(f'--size: "{options.size}" is not a size; write one like 1280x800')
    size = int(width), int(height)
    if not (760 <= size[0] <= 8000 and 480 <= size[1] <= 8000):
        raise BadInputError(f"--size: {options.size} is out of range; write 760x480 to 8000x8000")
    epoch: int | None = None
    if options.epoch != "last":
        if not options.epoch.isdecimal():
            raise BadInputError(
                f'--epoch: "{options.epoch}" is not an epoch; write a number or last'
            )
        epoch = int(options.epoch)
    experiments = _chosen(options)
    if not experiments:
        raise BadInputError("render: say what; write a lesson, a TOML file or --csv FILE")
    for name, experiment in experiments:
        if epoch is not None and epoch > experiment.epochs:
            raise BadInputError(f"--epoch: {name} has epochs 0 to {experiment.epochs}")
    epochs = None if epoch is None else [epoch]
    return _draw(experiments, epochs, options.out, options.theme, size, options.scale)


def _draw(
    experiments: Sequence[tuple[str, Experiment]],
    epochs: Sequence[int] | None,
    folder: Path,
    theme: str,
    size: tuple[int, int],
    scale: int,
) -> int:
    """Train and draw every page at these epochs; None draws the last one."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    from initviz.engine import probe, record
    from initviz.engine.device import DeviceError
    from initviz.export.picture import PictureError, save_png
    from initviz.export.render import application, render_page
    from initviz.parts import Part, Wanted
    from initviz.views.page import PAGES

    console = Console(stderr=True)
    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn()
    written: list[Path] = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with application(), Progress(*columns, console=console) as progress:
            for name, experiment in experiments:
                wanted = [experiment.epochs] if epochs is None else epochs
                task = progress.add_task(
                    f"{name}: training", total=max(wanted) + len(wanted) * len(PAGES)
                )
                recording = record(
                    experiment.replace(epochs=max(*wanted, 1)),
                    progress=partial(_advance, progress, task),
                )
                recording.experiment = experiment
                for epoch in wanted:
                    snapshot = probe(recording, epoch, Wanted(parts=frozenset(Part)))
                    for page in PAGES:
                        progress.update(task, description=f"{name}: drawing", advance=1)
                        path = folder / f"{name}-{page}-epoch-{snapshot.epoch:03d}.png"
                        save_png(render_page(snapshot, page, theme, size, scale), path)
                        written.append(path)
    except (DeviceError, PictureError, OSError) as error:
        print(f"initviz: {error}", file=sys.stderr)
        return FAILED
    for path in written:
        print(path)
    return DONE


def _verify(options: argparse.Namespace) -> int:
    if not 1 <= options.seeds <= 1000:
        raise BadInputError(f"--seeds: {options.seeds} is out of range; write 1 to 1000")
    try:
        lessons = [find(what) for what in options.what] or list(LESSONS.values())
    except LookupError as error:
        raise BadInputError(str(error.args[0])) from None
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn

    from initviz.engine.device import DeviceError
    from initviz.verify import verify

    found = {}
    columns = TextColumn("{task.description}"), BarColumn()
    try:
        with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
            for lesson in lessons:
                total = options.seeds * lesson.experiment.epochs
                task = progress.add_task(lesson.heading, total=total)
                found[lesson] = verify(lesson, options.seeds, partial(_advance, progress, task))
                progress.remove_task(task)
                if not options.json:
                    _print_claims(lesson, found[lesson], options.seeds)
    except DeviceError as error:
        print(f"initviz: {error}", file=sys.stderr)
        return FAILED
    claims = [each for verified in found.values() for each in verified]
    met = sum(each.held == options.seeds for each in claims)
    if options.json:
        print(json.dumps(
            {lesson.name: [{
                "claim": each.claim.text, "expected": each.claim.expected, "held": each.held,
                "seeds": options.seeds, "figures": [j.text for j in each.judgements],
            } for each in verified] for lesson, verified in found.items()},
            indent=1, ensure_ascii=False,
        ))  # fmt: skip
    else:
        print(f"\n{met} of {len(claims)} claims are met in {len(lessons)} lessons")
    return DONE if met == len(claims) else FAILED


def _print_claims(lesson: Lesson, verified: Sequence[Verified], seeds: int) -> None:
    print(f"\n{lesson.heading}")
    for each in verified:
        mark = "✓" if each.held == seeds else "✗"
        held = f"  {each.held}/{seeds} seeds" if seeds > 1 else ""
        print(f"  {mark} {each.claim.text}")
        print(f"      {each.figures}   (expected {each.claim.expected}){held}", flush=True)


def _advance(progress: Progress, task: TaskID, epoch: int) -> None:
    progress.update(task, completed=epoch)


def _list() -> int:
    for lesson in LESSONS.values():
        print(f"{lesson.number:2}  {lesson.name:16} {lesson.title}. {lesson.summary}")
    sys.stdout.flush()
    return DONE
