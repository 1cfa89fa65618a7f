"""Tables and weights as files' contents; ``initviz.whole`` gives them their names."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING, Any
from zipfile import ZipFile

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import polars as pl

TABLE_FORMATS = ("csv", "parquet")
PROBED = 2**16
"""Bytes by which a full disk is known."""

WEIGHT_FORMATS = ("safetensors", "npz")


def write_table(frame: pl.DataFrame, file: IO[bytes], form: str) -> None:
    """Write a table.

    CSV is that of RFC 4180: UTF-8, a line of names, commas, lines that end in CR LF, and quotes
    where a text needs them. Numbers have decimal points in every locale and as many digits as it
    takes to read the same number back; what is not finite is NaN, inf or -inf, and what is
    missing is empty. Parquet is written by polars itself, and needs no pyarrow.

    Args:
        frame: the table.
        file: where to.
        form: one of ``TABLE_FORMATS``.

    Raises:
        OSError: if there is no room for it.
    """
    with _os_errors(file):
        if form == "parquet":
            frame.write_parquet(file)
        else:
            frame.write_csv(file, line_terminator="\r\n")


@contextmanager
def _os_errors(file: IO[bytes]) -> Iterator[None]:
    """Make polars' errors of the system such as Python has: some have no number, or are others."""
    from polars.exceptions import ComputeError

    try:
        yield
    except (ComputeError, OSError) as error:
        if getattr(error, "errno", None):
            raise
        if number := re.search(r"\(os error (\d+)\)", str(error)):
            raise OSError(int(number[1]), os.strerror(int(number[1]))) from error
        file.write(bytes(PROBED))  # the disk tells by itself what polars does not
        file.flush()
        raise


def write_weights(
    tensors: Mapping[str, NDArray[np.floating]],
    about: Mapping[str, str],
    file: IO[bytes],
    form: str,
) -> None:
    """Write weights and what goes with them.

    In safetensors it is the metadata of the header; in npz the comment of the zip file, a JSON
    object, so that the arrays are those of the network and no others.

    Args:
        tensors: arrays by their names.
        about: what goes with them.
        file: where to; npz goes back in it, which a pipe cannot.
        form: one of ``WEIGHT_FORMATS``.
    """
    if form == "npz":
        arrays: dict[str, Any] = dict(tensors)
        np.savez(file, **arrays)  # no objects: nothing is pickled
        file.seek(0, os.SEEK_SET)
        with ZipFile(file, "a") as archive:
            archive.comment = json.dumps(dict(about), ensure_ascii=False).encode()
        return
    from safetensors.numpy import save

    file.write(save(dict(tensors), dict(about)))
