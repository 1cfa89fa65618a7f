"""``initviz render``: pages and views as pictures, without a window."""

from __future__ import annotations

import argparse
import dataclasses
import os
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import ParamSpec, TypeVar

from initviz.cli.epochs import HELP, epochs_of
from initviz.cli.films import RATE, film, prepare, shots
from initviz.cli.inputs import Subject, add_csv, subjects
from initviz.cli.printing import failed
from initviz.cli.progress import bars
from initviz.cli.status import DONE, BadInputError
from initviz.cli.training import recorded
from initviz.export.figure import (
    DPIS,
    FILMS,
    FORMATS,
    GROUNDS,
    THEMES,
    Figure,
    FigureError,
    Pixels,
    parse_lanes,
    parse_size,
)
from initviz.spelling import meant

P = ParamSpec("P")
T = TypeVar("T")

OUT = "initviz-out"
SIZE = "1280x800"
FOREIGN = ["jpg", "jpeg", "webp", "bmp", "tif", "tiff", "eps", "ps", "avi", "mov", "webm"]
"""Endings of pictures and films that are not written."""

EXAMPLES = """examples:
  initviz render zeros                               all pages of the last epoch, as PNG
  initviz render constant --page overview --epoch 0:60:20 --theme light
  initviz render depth --view gradients --size 85mm --theme paper --out flow.pdf
  initviz render four-mistakes --view boundary --lanes 1,5 --theme light --format svg
  initviz render zeros --page overview --epoch 0:60:2 --out zeros.mp4
"""


def parser() -> argparse.ArgumentParser:
    """What is understood."""
    parser = argparse.ArgumentParser(
        prog="initviz render",
        description="Train, and draw pages or views as files, without a window.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "what",
        nargs="*",
        metavar="LESSON|FILE",
        help="lessons, experiments' TOML files or run files",
    )  # fmt: skip
    add_csv(parser)
    for kind, example in (("page", "overview"), ("view", "gradients")):
        parser.add_argument(
            f"--{kind}", action="append", default=[], metavar="NAME",
            help=f"a {kind}, such as {example}, several with commas between "
            + ("(all pages)" if kind == "page" else "(instead of pages)"),
        )  # fmt: skip
    parser.add_argument("--epoch", metavar="EPOCHS", help=f"{HELP} (last; all for a film)")
    parser.add_argument(
        "--lanes", metavar="N,...", help="which initialisations, such as 1,3 or 2-4 (all)"
    )
    parser.add_argument(
        "--format", choices=(*FORMATS, *FILMS),
        help="gif and mp4 are films (what the ending of --out says, or png)",
    )  # fmt: skip
    parser.add_argument("--rate", type=int, metavar="N", help=f"frames a second of a film ({RATE})")
    parser.add_argument(
        "--size", default=SIZE, metavar="SIZE",
        help="width and height, as 1280x800 in pixels, 85mm or 170x120mm on paper "
        f"({SIZE}; a view 640x480)",
    )  # fmt: skip
    parser.add_argument(
        "--dpi", type=float, metavar="DPI", help="pixels to an inch, for PNG of a size in mm (300)"
    )
    parser.add_argument(
        "--scale", type=int, choices=(1, 2, 4),
        help="pixels of a PNG for one of a size in pixels (2; 1 for a film)",
    )  # fmt: skip
    parser.add_argument(
        "--theme", choices=tuple(THEMES), default="dark",
        help="dark, light, or paper: black on white with thin lines (dark)",
    )  # fmt: skip
    parser.add_argument(
        "--ground", choices=tuple(GROUNDS), default="theme",
        help="what is behind the plots: the theme's colour, white, or nothing (theme)",
    )  # fmt: skip
    parser.add_argument(
        "-o", "--out", type=Path, default=Path(OUT), metavar="PATH",
        help=f"a folder, or the file for a single picture, whose ending tells the format ({OUT})",
    )  # fmt: skip
    parser.add_argument(
        "--quiet", action="store_true", help="show neither progress nor the files' names"
    )
    return parser


@dataclass(frozen=True)
class Drawing:
    """All pictures of one run.

    Attributes:
        subject: what is trained.
        epochs: which are drawn, in order.
        figures: what is drawn of each.
        out: the folder, or the file where there is one picture.
    """

    subject: Subject
    epochs: Sequence[int]
    figures: Sequence[Figure]
    out: Path

    def path(self, figure: Figure, epoch: int) -> Path:
        """The file of a picture."""
        if _is_file(self.out):
            return self.out
        lanes = f"-lanes-{'-'.join(str(lane + 1) for lane in figure.lanes)}" * bool(figure.lanes)
        name = f"{self.subject.name}-{figure.what}{lanes}-epoch-{epoch:03d}.{figure.format}"
        return self.out / name


def run(options: argparse.Namespace) -> int:
    """Train and draw."""
    _check_out(options.out)
    wanted = subjects(options)
    if (options.format or _ending(options.out)) in FILMS:
        prepare(wanted)
    figures = _figures(options)
    if not wanted:
        raise BadInputError("render: say what; write a lesson, a TOML file or --csv FILE")
    drawings: list[Drawing] = []
    for subject in wanted:
        lanes: tuple[int, ...] = ()
        if options.lanes:
            lanes = _checked("--lanes", parse_lanes, options.lanes, len(subject.experiment.lanes))
        epochs = epochs_of(options.epoch or "last", subject.experiment.epochs)
        own = [dataclasses.replace(figure, lanes=lanes) for figure in figures]
        drawings.append(Drawing(subject, epochs, own, options.out))
    form = options.format or _ending(options.out)
    if form in FILMS:
        each = [(drawing.subject, drawing.figures) for drawing in drawings]
        rate = RATE if options.rate is None else options.rate
        return film(shots(options, each, form), rate, quiet=options.quiet)
    if options.rate is not None:
        raise BadInputError("--rate: goes with a film; write --format mp4 or gif, too")
    count = sum(len(drawing.epochs) * len(drawing.figures) for drawing in drawings)
    if _is_file(options.out) and count > 1:
        raise BadInputError(
            f"--out: {options.out} is one file for {count} pictures; write a folder, or choose "
            "one lesson, one --page or --view and one --epoch"
        )
    return draw(drawings, quiet=options.quiet)


def draw_pages(wanted: Sequence[Subject], epochs: Sequence[int], out: Path) -> int:
    """Train and draw every page at these epochs, as PNG."""
    from initviz.views.page import PAGES

    figures = [Figure(page) for page in PAGES]
    return draw([Drawing(subject, epochs, figures, out) for subject in wanted])


def draw(drawings: Sequence[Drawing], *, quiet: bool = False) -> int:
    """Train no further than is drawn, compute no more than is drawn, and draw."""
    from initviz.catalog.datasets.csv_file import CsvError
    from initviz.engine import probe
    from initviz.engine.device import DeviceError
    from initviz.export.picture import save
    from initviz.export.render import application, pictures

    written: list[Path] = []
    try:
        for drawing in drawings:
            (drawing.out.parent if _is_file(drawing.out) else drawing.out).mkdir(
                parents=True, exist_ok=True
            )
        with application(), bars(quiet=quiet) as progress:
            for drawing in drawings:
                name, last = drawing.subject.name, max(drawing.epochs)
                total = last + len(drawing.epochs) * len(drawing.figures)
                bar = progress.begin(f"{name}: training", total)
                recording = recorded(drawing.subject, max(last, 1), bar.reach)
                bar.reach(last)
                bar.say(f"{name}: drawing")
                for figure in drawing.figures:
                    drawn = pictures(
                        figure, drawing.epochs, partial(probe, recording), recording.experiment
                    )
                    with closing(drawn):  # the stage goes before the application does
                        for epoch, data in drawn:
                            path = drawing.path(figure, epoch)
                            save(data, path)
                            written.append(path)
                            bar.advance()
    except CsvError as error:
        raise BadInputError(str(error)) from None
    except (DeviceError, OSError) as error:
        return failed(error)
    if not quiet:
        for path in written:
            print(path)
    return DONE


def _figures(options: argparse.Namespace) -> list[Figure]:
    """One for each page or view that is asked for, without its lanes."""
    ending = _ending(options.out)
    if options.format and ending and options.format != ending:
        raise BadInputError(
            f"--out: {options.out} does not end in .{options.format}; leave out --format, or "
            "write the same twice"
        )
    pages, views = (
        [name.strip() for text in texts for name in text.split(",")]
        for texts in (options.page, options.view)
    )
    figures = []
    for name, is_page in [*((it, True) for it in pages or ()), *((it, False) for it in views)]:
        figures.append(_figure(options, name, ending, is_page))
    if not figures:  # sizes are judged before anything is imported that takes long
        _figure(options, "overview", ending, True)
    return figures or [_figure(options, name, ending, True) for name in _known(True)]


def _figure(options: argparse.Namespace, what: str, ending: str, is_page: bool) -> Figure:
    size = options.size if is_page or options.size != SIZE else "640x480"
    parsed = _checked(
        "--size", parse_size, size, page=is_page, dpi=options.dpi or 300.0,
        scale=options.scale or (1 if (options.format or ending) in FILMS else 2),
    )  # fmt: skip
    if options.dpi is not None and isinstance(parsed, Pixels):
        raise BadInputError("--dpi: goes with a size on paper; write --size in mm, or --scale")
    if options.scale is not None and not isinstance(parsed, Pixels):
        raise BadInputError("--scale: goes with a size in pixels; write --dpi instead")
    if options.dpi is not None and not DPIS[0] <= options.dpi <= DPIS[1]:
        raise BadInputError(f"--dpi: write {DPIS[0]:g} to {DPIS[1]:g}")
    form = options.format or ending or "png"
    # A film's frames are images.
    form = "png" if form in FILMS else form
    figure = Figure(what, form, parsed, options.theme, options.ground)
    _checked("--size" if options.ground != "white" else "--ground", figure.check, is_page)
    if (options.page or options.view) and what not in _known(is_page):
        kind = "page" if is_page else "view"
        raise BadInputError(
            f'--{kind}: there is no {kind} "{what}"; {meant(what, _known(is_page))}'
            f"choose from {', '.join(_known(is_page))}"
        )
    return figure


def _known(pages: bool) -> list[str]:
    from initviz.views import VIEWS
    from initviz.views.page import PAGES

    return list(PAGES if pages else VIEWS)


def _ending(out: Path) -> str:
    """The format that the name of a file tells; "" for a folder."""
    return out.suffix.lower().removeprefix(".") if _is_file(out) else ""


def _check_out(out: Path) -> None:
    """Refuse what looks like a picture of another format: it would become a folder."""
    if out.suffix.lower().removeprefix(".") in FOREIGN and not os.path.isdir(out):
        known = ", ".join((*FORMATS, *FILMS))
        raise BadInputError(f"--out: {out.suffix} cannot be written; end it in one of {known}")


def _is_file(out: Path) -> bool:
    """Whether a path names a picture and not a folder."""
    return out.suffix.lower().removeprefix(".") in (*FORMATS, *FILMS)


def _checked(option: str, call: Callable[P, T], *what: P.args, **more: P.kwargs) -> T:
    """What a call gives; its complaint becomes one about an option."""
    try:
        return call(*what, **more)
    except FigureError as error:
        raise BadInputError(f"{option}: {error}") from None
