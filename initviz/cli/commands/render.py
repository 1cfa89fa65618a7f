"""``initviz render``: pages as PNG files, without a window."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from initviz.cli.inputs import BadInputError, Subject, add_csv, subjects
from initviz.cli.progress import bars
from initviz.cli.status import DONE, FAILED
from initviz.cli.training import recorded

OUT = "initviz-out"


def parser() -> argparse.ArgumentParser:
    """What is understood."""
    parser = argparse.ArgumentParser(
        prog="initviz render", description="Train and draw pages as PNG files, without a window."
    )
    parser.add_argument("what", nargs="*", help="lessons, experiments' TOML files or run files")
    add_csv(parser)
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


def run(options: argparse.Namespace) -> int:
    """Train and draw."""
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
    wanted = subjects(options)
    if not wanted:
        raise BadInputError("render: say what; write a lesson, a TOML file or --csv FILE")
    for subject in wanted:
        if epoch is not None and epoch > subject.experiment.epochs:
            raise BadInputError(
                f"--epoch: {subject.name} has epochs 0 to {subject.experiment.epochs}"
            )
    epochs = None if epoch is None else [epoch]
    return draw(wanted, epochs, options.out, options.theme, size, options.scale)


def draw(
    what: Sequence[Subject],
    epochs: Sequence[int] | None,
    folder: Path,
    theme: str,
    size: tuple[int, int],
    scale: int,
) -> int:
    """Train and draw every page at these epochs; None draws the last one."""
    from initviz.engine import probe
    from initviz.engine.device import DeviceError
    from initviz.export.picture import PictureError, save_png
    from initviz.export.render import application, render_page
    from initviz.parts import Part, Wanted
    from initviz.views.page import PAGES

    written: list[Path] = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with application(), bars() as progress:
            for subject in what:
                name = subject.name
                wanted = [subject.experiment.epochs] if epochs is None else epochs
                total = max(wanted) + len(wanted) * len(PAGES)
                bar = progress.begin(f"{name}: training", total)
                recording = recorded(subject, max(*wanted, 1), bar.reach)
                for epoch in wanted:
                    snapshot = probe(recording, epoch, Wanted(parts=frozenset(Part)))
                    for page in PAGES:
                        bar.say(f"{name}: drawing")
                        bar.advance()
                        path = folder / f"{name}-{page}-epoch-{snapshot.epoch:03d}.png"
                        save_png(render_page(snapshot, page, theme, size, scale), path)
                        written.append(path)
    except (DeviceError, PictureError, OSError) as error:
        print(f"initviz: {error}", file=sys.stderr)
        return FAILED
    for path in written:
        print(path)
    return DONE
