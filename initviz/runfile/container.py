"""The archive of a run file, of which nothing is believed before it has been checked."""

from __future__ import annotations

import errno
import hashlib
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from initviz.reasons import not_read
from initviz.runfile.form import (
    EXPERIMENT,
    MANIFEST,
    MOST_TABLE,
    MOST_TEXT,
    PART,
    TABLE,
    RunFileError,
)
from initviz.runfile.manifest import Manifest

ENCRYPTED = 1
CHUNK = 2**20

AGAIN = "get it again from where it was saved"
"""The cure for every run file that is not as it was saved."""

DAMAGE = (
    BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError, KeyError,
    OverflowError, LookupError, ArithmeticError,
)  # fmt: skip
"""What reading a damaged archive may raise."""


class _Guarded:
    """A file that refuses to be read in one piece that is larger than any list of members is.

    Archives may say that their list is as large as they like, and it is read in one go.
    """

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self.most: int | None = MOST_TEXT

    def read(self, size: int = -1) -> bytes:
        if self.most is None:
            return self._file.read(size)
        content = self._file.read(self.most + 1 if size < 0 else min(size, self.most + 1))
        if len(content) > self.most:
            raise BadZipFile("the list of members is too large")
        return content

    def __getattr__(self, name: str) -> object:
        return getattr(self._file, name)


class Container:
    """An open run file.

    Attributes:
        manifest: what it says that it has; the archive has just that, in the sizes that it says.
    """

    def __init__(self, file: IO[bytes]) -> None:
        with _damage("is no run file, or only a part of one; copy it again"):
            guarded = _Guarded(file)
            self._archive = ZipFile(guarded)  # type: ignore[call-overload]
            guarded.most = None
        infos: list[ZipInfo] = self._archive.infolist()
        self._infos = {info.filename: info for info in infos}
        if len(infos) != len(self._infos):
            raise RunFileError("is damaged: a member is there twice")
        if MANIFEST not in self._infos:
            raise RunFileError(f"is no run file: it has no {MANIFEST}")
        if self._infos[MANIFEST].file_size > MOST_TEXT:
            raise RunFileError("is damaged: its manifest is too large")
        self.manifest = Manifest.from_json(self._bytes(MANIFEST, MOST_TEXT))
        file.seek(0, 2)
        self._check_members(file.tell())

    def _check_members(self, size: int) -> None:
        said, there = set(self.manifest.members), set(self._infos) - {MANIFEST}
        for name in sorted(said | there):
            if name not in (EXPERIMENT, TABLE) and not PART.fullmatch(name):
                raise RunFileError(f"has a member that no run file has ({name[:60]!r})")
        for name in sorted(said ^ there):
            what = "is missing" if name in said else "is not in its manifest"
            raise RunFileError(f"is damaged: {name} {what}")
        for name, info in self._infos.items():
            packings = (ZIP_STORED, ZIP_DEFLATED) if name == TABLE else (ZIP_STORED,)
            if info.flag_bits & ENCRYPTED or info.compress_type not in packings:
                raise RunFileError(f"is packed in a way that run files are not ({name})")
            if info.compress_type == ZIP_STORED and info.file_size != info.compress_size:
                raise RunFileError(f"is damaged: {name} has two sizes")
            if name != MANIFEST and info.file_size != self.manifest.members[name].size:
                raise RunFileError(f"is damaged: {name} is not as large as its manifest says")
        if sum(info.compress_size for info in self._infos.values()) > size:
            raise RunFileError("is damaged: its members are larger than itself")
        for name, most in ((EXPERIMENT, MOST_TEXT), (TABLE, MOST_TABLE)):
            if name in self._infos and self._infos[name].file_size > most:
                raise RunFileError(f"has a member that is too large ({name})")

    def read(self, name: str) -> bytes:
        """A member, which must be there, after its SHA-256 has been checked.

        Raises:
            RunFileError: if it is damaged, changed or missing.
        """
        if name not in self._infos:
            raise RunFileError(f"is damaged: {name} is missing")
        content = self._bytes(name, self._infos[name].file_size)
        if hashlib.sha256(content).hexdigest() != self.manifest.members[name].sha256:
            raise RunFileError(_changed(name))
        return content

    def copy(self, name: str, target: IO[bytes]) -> None:
        """Write a member somewhere else, piece by piece.

        Raises:
            RunFileError: if it turns out to be damaged or changed; a part has been written then.
        """
        digest = hashlib.sha256()
        for chunk in self._chunks(name):
            digest.update(chunk)
            target.write(chunk)
        if digest.hexdigest() != self.manifest.members[name].sha256:
            raise RunFileError(_changed(name))

    def close(self) -> None:
        """Let the archive go."""
        self._archive.close()

    def _bytes(self, name: str, size: int) -> bytes:
        with _damage(_changed(name)), self._archive.open(self._infos[name]) as member:
            content: bytes = member.read(size)
            if member.read(1) or len(content) != self._infos[name].file_size:
                raise RunFileError(_changed(name))
            return content

    def _chunks(self, name: str) -> Iterator[bytes]:
        with _damage(_changed(name)):
            member = self._archive.open(self._infos[name])
        with member:
            while True:
                with _damage(_changed(name)):
                    chunk = member.read(CHUNK)
                if not chunk:
                    return
                yield chunk


@contextmanager
def opened(path: Path) -> Iterator[Container]:
    """A run file; every refusal names the file.

    Raises:
        RunFileError: if it cannot be read or believed.
    """
    try:
        # A pipe or a device would be waited for, or read without end.
        if path.exists() and not path.is_file():
            raise RunFileError("is no file; choose a run file")
        with path.open("rb") as file:
            container = Container(file)
            try:
                yield container
            finally:
                container.close()
    except RunFileError as error:
        words = str(error)
        cure = "" if "; " in words or ": update" in words else f"; {AGAIN}"
        raise RunFileError(f"{path.name}: {words}{cure}") from None
    except OSError as error:
        raise RunFileError(f"{path.name}: cannot be read ({not_read(error)})") from None


@contextmanager
def _damage(message: str) -> Iterator[None]:
    try:
        yield
    except RunFileError:
        raise
    except DAMAGE:
        raise RunFileError(message) from None
    except OSError as error:
        if error.errno != errno.EINVAL:  # as for a place before the beginning of the file
            raise
        raise RunFileError(message) from None


def _changed(name: str) -> str:
    return f"is damaged or has been changed ({name}); {AGAIN}"
