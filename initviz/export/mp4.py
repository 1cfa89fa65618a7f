"""MP4 files with H.264, through PyAV, which brings its own encoder."""

from __future__ import annotations

from contextlib import suppress
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from initviz.export.options import FilmError

ENCODER = "libx264"
QUALITY = {
    # Text and thin lines stay clean at 18; faster presets cost a tenth of the size, no more.
    "crf": "18",
    "preset": "veryfast",
    # What the encoder holds to look back and ahead: with its defaults a film takes 50 MiB more.
    "x264-params": "threads=1:rc-lookahead=2:sync-lookahead=0:bframes=0:ref=1:weightp=0",
}

BT709, LIMITED = 1, 1
"""What players take for granted of films of this size (ITU-T H.273)."""


class Mp4Writer:
    """Encodes frames into an open file as they come.

    Args:
        file: where to; it has to be able to seek.
        size: width and height of the frames, even numbers.
        rate: frames a second.
        frames: how many there will be at most.

    Raises:
        FilmError: if PyAV or its encoder is missing.
    """

    def __init__(self, file: IO[bytes], size: tuple[int, int], rate: int, frames: int) -> None:
        self._av = _av()
        self._sink = _Sink(file)
        # The index goes to the front, so that a film plays while it is still being loaded: room is
        # left for it, and the film need not be moved afterwards.
        room = str(4096 + 64 * frames)
        self._container = self._av.open(self._sink, "w", format="mp4", options={"moov_size": room})
        self._stream = self._container.add_stream(ENCODER, rate=rate, options=QUALITY)
        self._stream.width, self._stream.height = size
        self._stream.pix_fmt = "yuv420p"  # browsers and projectors play no other
        context = self._stream.codec_context
        context.colorspace = context.color_primaries = context.color_trc = BT709
        context.color_range = LIMITED

    @staticmethod
    def check() -> None:
        """Look whether films can be encoded.

        Raises:
            FilmError: if not; the message says how to change that.
        """
        _av()

    def add(self, frame: NDArray[np.uint8]) -> None:
        """Encode a frame, (height, width, 4), blue first."""
        picture = self._av.VideoFrame.from_numpy_buffer(frame, format="bgra").reformat(
            format="yuv420p", dst_colorspace=BT709, dst_color_range=LIMITED
        )
        self._container.mux(self._stream.encode(picture))
        self._sink.check()

    def close(self) -> None:
        """Encode what is left, and write the index."""
        self._container.mux(self._stream.encode(None))
        self._container.close()
        self._sink.check()

    def abandon(self) -> None:
        """Let go of a film that nobody wants; nothing is written when it is collected."""
        # The disk may be full, and the index incomplete.
        with suppress(self._av.FFmpegError, OSError, ValueError):
            self._container.close()


class _Sink:
    """A file that PyAV writes to; when it fails, the rest goes nowhere until somebody asks.

    An error that is raised inside of FFmpeg comes again with every write, and of all but one PyAV
    prints a traceback on standard error.
    """

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._error: OSError | None = None

    def check(self) -> None:
        """Raise what a write came upon.

        Raises:
            OSError: if one failed.
        """
        if self._error is not None:
            raise self._error

    def write(self, content: bytes) -> int:
        """Write, as long as that has not failed."""
        if self._error is None:
            try:
                return self._file.write(content)
            except OSError as error:
                self._error = error
        return len(content)

    def seek(self, place: int, whence: int = 0) -> int:
        """Go somewhere else in the file."""
        if self._error is None:
            try:
                return self._file.seek(place, whence)
            except OSError as error:  # what is buffered is written then
                self._error = error
        return place

    def tell(self) -> int:
        """Where it is."""
        return self._file.tell() if self._error is None else 0


def _av() -> Any:
    """PyAV, which is imported only where somebody wants an MP4."""
    try:
        import av
    except ImportError:
        raise FilmError(
            "MP4: PyAV is not installed; install it with pip install av, or choose GIF"
        ) from None
    if ENCODER not in av.codecs_available:
        raise FilmError(
            "MP4: this PyAV has no H.264 encoder; install the one that brings it with "
            "pip install --force-reinstall --only-binary av av, or choose GIF"
        )
    return av
