"""GIF files, written frame by frame, with one palette for all of them.

Pillow quantises and compresses. Its own writer of animations holds every frame until the end.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from typing import IO

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from PIL.GifImagePlugin import getdata

COLOURS = 255
UNCHANGED = 255
"""The index that lets what was there before shine through."""

SIDE = 256
"""Pixels on a side of the picture that the palette is taken from."""


NEAR = 8
"""Levels by which two colours have to differ to be told apart."""


class Palette:
    """Gathers the colours of some frames, and chooses 255 that suit them all.

    Args:
        grounds: colours of large areas, 0xRRGGBB, that must not change in the least.
        exact: others that are there whatever the frames have: text and curves are thin.
    """

    def __init__(self, grounds: Sequence[int], exact: Sequence[int]) -> None:
        self._grounds = np.array(grounds, np.uint32)
        self._exact = np.array(list(dict.fromkeys((*grounds, *exact))), np.uint32)
        self._seen = np.empty(0, np.uint32)
        self._counts = np.empty(0, np.int64)

    def see(self, frame: NDArray[np.uint8]) -> None:
        """Count the colours of a frame, (height, width, 4), blue first."""
        colours, counts = np.unique(_packed(frame), return_counts=True)
        both = np.concatenate([self._seen, colours])
        weights = np.concatenate([self._counts, counts])
        self._seen, places = np.unique(both, return_inverse=True)
        self._counts = np.bincount(places, weights).astype(np.int64)

    def choose(self) -> Image.Image:
        """A picture that has the palette, as Pillow wants it."""
        # By the root of their share: a lane's thin curve is few pixels, and must not turn grey.
        shares = np.sqrt(self._counts)
        counts = np.maximum(1, np.round(shares / shares.sum() * SIDE * SIDE)).astype(np.int64)
        pixels = np.repeat(self._seen, counts)
        rows = np.resize(pixels, (-(-len(pixels) // SIDE), SIDE))
        picture = Image.fromarray(_channels(rows))
        rest = COLOURS - len(self._exact)
        quantised = picture.quantize(rest, Image.Quantize.MEDIANCUT)
        table = np.array(quantised.getpalette(), np.uint8).reshape(-1, 3)[:rest]
        # Pillow takes colours apart by their first six bits: next to a ground there is no other.
        apart = np.abs(table[:, None].astype(int) - _channels(self._grounds)).max(axis=-1)
        table = table[(apart >= NEAR).all(axis=1)]
        chosen = Image.new("P", (1, 1))
        chosen.putpalette(np.concatenate([_channels(self._exact), table]).ravel().tolist())
        return chosen


class GifWriter:
    """Writes frames into an open file as they come.

    Args:
        file: where to.
        size: width and height of the frames.
        rate: frames a second.
        palette: a picture that has it, see ``Palette.choose``.
    """

    def __init__(
        self, file: IO[bytes], size: tuple[int, int], rate: int, palette: Image.Image
    ) -> None:
        self._file, self._size, self._rate, self._palette = file, size, rate, palette
        self._before: NDArray[np.uint8] | None = None
        self._frames = 0
        table = bytes(palette.getpalette() or ()).ljust(768, b"\0")
        # A global table of 256 colours; then "repeat for ever".
        file.write(b"GIF89a" + struct.pack("<HHBBB", *size, 0b1111_0111, 0, 0) + table)
        file.write(b"\x21\xff\x0bNETSCAPE2.0\x03\x01\x00\x00\x00")

    def add(self, frame: NDArray[np.uint8]) -> None:
        """Write what a frame, (height, width, 4), blue first, changes."""
        height, width = frame.shape[:2]
        picture = Image.frombuffer("RGB", (width, height), frame, "raw", "BGRX", 0, 1)
        # No dithering: it would change everywhere from frame to frame, and blur text.
        quantised = picture.quantize(palette=self._palette, dither=Image.Dither.NONE)
        now = np.minimum(np.asarray(quantised), COLOURS - 1)
        drawn, corner = now, (0, 0)
        if self._before is not None:
            drawn, corner = _changed(self._before, now)
        self._before = now
        block = getdata(
            Image.fromarray(drawn), corner, duration=self._delay(), transparency=UNCHANGED,
            disposal=1,
        )  # fmt: skip
        for part in block:
            self._file.write(part)

    def close(self) -> None:
        """Write the end."""
        self._file.write(b"\x3b")

    def abandon(self) -> None:
        """Let go of a film that nobody wants."""

    def _delay(self) -> int:
        """Milliseconds that the next frame is shown; rounded so that the sum is right."""
        start, end = (round(100 * n / self._rate) for n in (self._frames, self._frames + 1))
        self._frames += 1
        return 10 * (end - start)


def _changed(
    before: NDArray[np.uint8], now: NDArray[np.uint8]
) -> tuple[NDArray[np.uint8], tuple[int, int]]:
    """The smallest rectangle that holds all that changes, and its upper left corner."""
    different = before != now
    rows, columns = np.flatnonzero(different.any(axis=1)), np.flatnonzero(different.any(axis=0))
    if not len(rows):  # a frame all the same, so that time goes on
        return np.full((1, 1), UNCHANGED, np.uint8), (0, 0)
    place = np.s_[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    drawn = np.where(different[place], now[place], np.uint8(UNCHANGED))
    return drawn, (int(columns[0]), int(rows[0]))


def _packed(frame: NDArray[np.uint8]) -> NDArray[np.uint32]:
    """Colours as 0xRRGGBB."""
    packed: NDArray[np.uint32] = np.ascontiguousarray(frame).view("<u4")[..., 0]
    return packed & np.uint32(0xFFFFFF)


def _channels(packed: NDArray[np.uint32]) -> NDArray[np.uint8]:
    """0xRRGGBB as three bytes, red first."""
    return np.stack([packed >> 16 & 255, packed >> 8 & 255, packed & 255], -1).astype(np.uint8)
