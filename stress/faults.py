"""Every writer against a disk that fails: at every call, and at every so many bytes.

A file of that name is there before. Each time the old one has to stay whole, no part to be left
over, and the error to be one of the system's or of initviz, with the name of the file.
"""

from __future__ import annotations

import argparse
import errno
import os
import resource
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from unittest.mock import patch

from stress.tally import Tally

Write = Callable[[Path], object]

CALLS = ("os.open", "os.fdopen", "os.fsync", "os.chmod", "os.replace")
"""What ``initviz.whole`` calls to write a file."""

ERRORS = (errno.ENOSPC, errno.EIO, errno.EACCES, errno.EROFS, errno.EDQUOT)

HARMLESS = {"os.chmod"}
"""Calls whose failing costs the rights of a file and nothing else."""


def writers() -> dict[str, Write]:
    """Every way to write a file, by the file's ending."""

    from initviz import Experiment, Lane, train
    from initviz.experiment import DataSettings
    from initviz.export.data import CONTENTS, write_data
    from initviz.export.figure import FILMS, FORMATS
    from initviz.export.film import write_film
    from initviz.export.options import Epochs, Film
    from initviz.export.picture import save
    from initviz.runfile import save_run
    from initviz.script import write_script
    from initviz.whole import whole

    experiment = Experiment(
        data=DataSettings(values={"samples": 32}), hidden=(8, 8), epochs=3, batch_size=16,
        lanes=(Lane(scheme="zeros"), Lane(scheme="xavier_uniform")),
    )  # fmt: skip
    recording = train(experiment)

    def data(what: str, form: str) -> Write:
        def write(path: Path) -> None:
            with whole(path) as file:
                write_data(recording, what, [3] if CONTENTS[what].each else [0, 3], form, file)

        return write

    def film(form: str) -> Write:
        def write(path: Path) -> None:
            write_film(path, recording, Film(
                what="gradients", theme="dark", size=(400, 300), scale=1, rate=5,
                epochs=Epochs(0, 3, 1), format=form, lanes=(),
            ))  # fmt: skip

        return write

    def code(path: Path) -> None:
        with whole(path) as file:
            file.write(write_script(experiment, "faults").encode())

    found: dict[str, Write] = {
        f"{what}.{form}": data(what, form)
        for what, content in CONTENTS.items()
        for form in content.formats
    }
    found |= {f"picture.{form}": lambda path: save(bytes(20_000), path) for form in FORMATS}
    found |= {f"film.{form}": film(form) for form in FILMS}
    found |= {"run.initviz": lambda path: save_run(recording, path), "script.py": code}
    return found


@contextmanager
def room(count: int) -> Iterator[None]:
    """No file grows beyond so many bytes, whoever writes it."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (count, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@contextmanager
def failing(call: str, number: int) -> Iterator[None]:
    """A call of ``initviz.whole`` that the system refuses."""

    def refuse(*_: object, **__: object) -> None:
        raise OSError(number, os.strerror(number))

    with patch(f"initviz.whole.{call}", refuse):
        yield


def attempt(write: Write, path: Path) -> str:
    """Try to write with something broken: what was lost, "" if nothing was."""
    old = path.read_bytes()
    try:
        write(path)
    except OSError as error:
        if path.name not in f"{error} {error.filename}":
            return f"the error does not name the file ({error})"
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    else:
        return "no error was raised"
    if path.read_bytes() != old:
        return "the old file is another"
    left = [entry.name for entry in path.parent.iterdir() if entry != path]
    return f"left over: {left}" if left else ""


def parser() -> argparse.ArgumentParser:
    """What is understood."""
    parser = argparse.ArgumentParser(prog="python -m stress faults", description=__doc__)
    parser.add_argument("--steps", type=int, default=60, help="sizes of a full disk each (60)")
    return parser


def run(options: argparse.Namespace) -> Tally:
    """Every writer against everything."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    tally = Tally(f"faults: every writer against {options.steps} full disks and failing calls")
    for name, write in writers().items():
        with tempfile.TemporaryDirectory() as folder:
            try_writer(name, write, Path(folder) / name, options.steps, tally)
    return tally


def try_writer(
    name: str, write: Write, path: Path, steps: int, tally: Tally, errors: Sequence[int] = ERRORS
) -> None:
    """One writer against everything; the folder of ``path`` has to be empty."""
    write(path)
    size = path.stat().st_size
    for count in sorted({size * step // steps for step in range(steps)} | {size - 1}):
        with room(count):
            lost = attempt(write, path)
        tally.count("full disks")
        if lost:
            tally.losses.append(f"{name}, room for {count} bytes: {lost}")
    for call in CALLS:
        for number in errors:
            handles = len(os.listdir("/proc/self/fd")) if os.path.isdir("/proc/self/fd") else 0
            with failing(call, number):
                lost = "" if call in HARMLESS and not write(path) else attempt(write, path)
            tally.count("failing calls")
            if handles and len(os.listdir("/proc/self/fd")) > handles:
                lost = lost or "a file stays open"
            if lost:
                tally.losses.append(f"{name}, {call} says {errno.errorcode[number]}: {lost}")
    write(path)  # with everything well again
