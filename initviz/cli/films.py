"""Films for ``initviz render``: a page or a view over a range of epochs, as GIF or MP4."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from initviz.cli.epochs import epochs_of
from initviz.cli.inputs import Subject
from initviz.cli.printing import failed
from initviz.cli.progress import bars
from initviz.cli.status import DONE, BadInputError
from initviz.cli.training import recorded
from initviz.export.figure import FASTEST, Figure, Pixels

if TYPE_CHECKING:
    from initviz.export.options import Film

RATE = 10


@dataclass(frozen=True)
class Shot:
    """One film of one run.

    Attributes:
        subject: what is trained.
        figure: what is drawn of every epoch.
        form: a name in ``FILMS``.
        epochs: which, in order, at equal distances.
        path: the file.
    """

    subject: Subject
    figure: Figure
    form: str
    epochs: Sequence[int]
    path: Path


def shots(
    options: argparse.Namespace, wanted: Sequence[tuple[Subject, Sequence[Figure]]], form: str
) -> list[Shot]:
    """Everything that is to be filmed, in a format of ``FILMS``.

    Raises:
        BadInputError: if a film cannot be made like this.
    """
    if options.ground != "theme":
        raise BadInputError("--ground: goes with pictures; choose a film's --theme")
    rate, fastest = options.rate, FASTEST[form]
    if rate is not None and not 1 <= rate <= fastest:
        raise BadInputError(f"--rate: {rate} is out of range; write 1 to {fastest} for {form}")
    found: list[Shot] = []
    out: Path = options.out
    for subject, figures in wanted:
        epochs = epochs_of(options.epoch or "all", subject.experiment.epochs)
        if len(epochs) < 2:
            raise BadInputError("--epoch: a film shows several epochs; write A:B:S such as 0:60:2")
        for figure in figures:
            if not isinstance(figure.size, Pixels):
                raise BadInputError("--size: a film has pixels; write a size such as 1280x800")
            lanes = "-".join(str(lane + 1) for lane in figure.lanes)
            marks = [subject.name, figure.what, *([f"lanes-{lanes}"] if lanes else [])]
            name = f"{'-'.join(marks)}.{form}"
            path = out if out.suffix.lower() == f".{form}" else out / name
            found.append(Shot(subject, figure, form, epochs, path))
            _check(found[-1], fastest if rate is None else rate)
    if len(found) > 1 and any(shot.path == out for shot in found):
        raise BadInputError(
            f"--out: {out} is one file for {len(found)} films; write a folder, or choose one "
            "lesson and one --page or --view"
        )
    return found


def prepare(wanted: Sequence[Subject]) -> None:
    """Load the data before Qt is there: scikit-learn takes 70 MiB less then."""
    from initviz.catalog.datasets.csv_file import CsvError
    from initviz.engine.data import load

    for subject in wanted:
        try:
            load(subject.experiment)
        except CsvError as error:
            raise BadInputError(str(error)) from None


def film(takes: Sequence[Shot], rate: int, *, quiet: bool) -> int:
    """Train no further than is shown, and make the films; returns the exit status."""
    from initviz.catalog.datasets.csv_file import CsvError
    from initviz.engine.device import DeviceError

    written: list[Path] = []
    try:
        with bars(quiet=quiet) as progress:
            for shot in takes:
                bar = progress.begin(f"{shot.subject.name}: training", shot.epochs[-1])
                recording = recorded(shot.subject, shot.epochs[-1], bar.reach)
                bar.end()
                from initviz.export.film import FilmError, write_film

                bar = progress.begin(f"{shot.subject.name}: {shot.path.name}", 1)
                try:
                    shot.path.parent.mkdir(parents=True, exist_ok=True)
                    write_film(shot.path, recording, film_of(shot, rate), bar.part)
                except FilmError as error:
                    raise BadInputError(str(error)) from None
                written.append(shot.path)
    except CsvError as error:
        raise BadInputError(str(error)) from None
    except (DeviceError, OSError) as error:
        return failed(error)
    if not quiet:
        for path in written:
            print(path)
    return DONE


def _check(shot: Shot, rate: int) -> None:
    """See whether there can be such a film, before anything is trained for it."""
    from initviz.export.mp4 import Mp4Writer
    from initviz.export.options import FilmError

    try:
        film_of(shot, rate)
        if shot.form == "mp4":
            Mp4Writer.check()
    except FilmError as error:
        raise BadInputError(str(error)) from None


def film_of(shot: Shot, rate: int) -> Film:
    """What the film is to be.

    Raises:
        FilmError: if there is no such film.
    """
    from initviz.export.options import Epochs, Film

    size, epochs = shot.figure.size, shot.epochs
    assert isinstance(size, Pixels)
    return Film(
        what=shot.figure.what, theme=shot.figure.theme, size=size.pixels, scale=int(size.scale),
        rate=rate, epochs=Epochs(epochs[0], epochs[-1], epochs[1] - epochs[0]),
        format=shot.form, lanes=shot.figure.lanes,
    )  # fmt: skip
