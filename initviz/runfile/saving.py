"""Saving a run: member by member, so that little more memory is needed than the recording has."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from initviz.catalog.datasets.csv_file import CancelledError
from initviz.recording import Kept, Recording
from initviz.runfile.form import (
    EXPERIMENT,
    FORMAT,
    MANIFEST,
    PART_BYTES,
    TABLE,
    WHOLE_FORMAT,
    RunFileError,
    own_table,
)
from initviz.runfile.manifest import Manifest, Member, Recorded
from initviz.runfile.parts import packed, parts_of
from initviz.runfile.tables import copy_table, table_to_save
from initviz.version import __version__
from initviz.whole import whole

TRAINED_WITH = ("torch", "numpy", "scikit-learn")
"""The packages whose versions decide the last digits of a training."""


def save_run(
    run: Recording | Kept,
    path: Path,
    *,
    tables: Path | None = None,
    cancelled: Callable[[], bool] = lambda: False,
    part_bytes: int = PART_BYTES,
) -> None:
    """Save a recording and its experiment; the file takes its name only when it is whole.

    The recording may be trained on meanwhile: what it holds at the beginning is saved.

    Args:
        run: what to save.
        path: the file, which is replaced if it is there.
        tables: where tables out of run files lie; None is the user's cache.
        cancelled: asked between the parts.
        part_bytes: about how large they are; while one is packed, no other thread has a turn.

    Raises:
        RunFileError: if nothing is recorded, if its weights have given way to newer runs, or if
            its table is gone, has changed, or is too large.
        OSError: if it cannot be written.
        CancelledError: when ``cancelled`` says so.
    """
    kept = run.kept() if isinstance(run, Recording) else run
    if kept.scalars.last < 0:
        raise RunFileError("nothing has been recorded yet; train it first")
    if not kept.epochs:
        raise RunFileError("only the figures of this run are still held; train it again first")
    own = own_table(kept.experiment)
    with whole(path) as file, ZipFile(file, "w") as archive:
        members: dict[str, Member] = {}

        def write(name: str, content: bytes, rows: int | None = None) -> None:
            if cancelled():
                raise CancelledError
            archive.writestr(_info(name, ZIP_STORED), content)
            digest = hashlib.sha256(content).hexdigest()
            members[name] = Member(size=len(content), sha256=digest, rows=rows)

        write(EXPERIMENT, kept.experiment.to_toml().encode())
        if own:
            with archive.open(_info(TABLE, ZIP_DEFLATED), "w") as member:
                size, digest = copy_table(table_to_save(own, tables), member, own["digest"])
            members[TABLE] = Member(size=size, sha256=digest)
        for name, rows, tensors in parts_of(kept, part_bytes):
            write(name, packed(tensors), rows)
        manifest = Manifest(
            format=WHOLE_FORMAT if kept.scalars.stride == 1 else FORMAT,
            initviz=__version__,
            trained_with=dict(kept.versions) or _versions(),
            recording=Recorded(
                epochs=kept.scalars.last + 1,
                stride=kept.stride,
                diverged_at=tuple(kept.diverged.tolist()),
                figure_stride=kept.scalars.stride if kept.scalars.stride > 1 else None,
            ),
            members=members,
        )
        archive.writestr(_info(MANIFEST, ZIP_STORED), manifest.to_json())


def _info(name: str, compression: int) -> ZipInfo:
    """A member without a date, so that the same run gives the same bytes."""
    info = ZipInfo(name)
    info.compress_type = compression
    info.external_attr = 0o644 << 16
    return info


def _versions() -> dict[str, str]:
    found = {}
    for package in TRAINED_WITH:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found
