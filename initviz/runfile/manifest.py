"""The manifest: what a run file has, how large each member is, and its SHA-256."""

from __future__ import annotations

import json
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from initviz.runfile.form import FORMAT, RunFileError
from initviz.version import __version__

MOST_EPOCHS = 10**9
Digest = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Words = Annotated[str, Field(min_length=1, max_length=80)]
Epoch = Annotated[int, Field(ge=-1, lt=MOST_EPOCHS)]


class Member(BaseModel):
    """One member: its size in bytes, its SHA-256, and how many epochs it has, if it is a part."""

    model_config = ConfigDict(strict=True, frozen=True, extra="forbid")

    size: Annotated[int, Field(ge=0, lt=2**62)]
    sha256: Digest
    rows: Annotated[int, Field(ge=1, le=MOST_EPOCHS)] | None = None


class Recorded(BaseModel):
    """Attributes as in ``recording.Kept``; ``epochs`` is how many there are, epoch 0 included.

    ``figure_stride`` is there where not every epoch has its figures.
    """

    model_config = ConfigDict(strict=True, frozen=True, extra="forbid")

    epochs: Annotated[int, Field(ge=1, le=MOST_EPOCHS)]
    stride: Annotated[int, Field(ge=1, le=2**40)]
    diverged_at: tuple[Epoch, ...]
    figure_stride: Annotated[int, Field(ge=2, le=2**40)] | None = None


class Manifest(BaseModel):
    """Everything but the numbers.

    Attributes:
        format: of the file.
        initviz: the version that wrote it.
        trained_with: versions of the packages that trained it.
        recording: how much was recorded.
        members: every other member of the file, by name.
    """

    model_config = ConfigDict(strict=True, frozen=True, extra="forbid")

    format: int
    initviz: Words
    trained_with: dict[Words, Words] = {}
    recording: Recorded
    members: dict[str, Member]

    def to_json(self) -> bytes:
        """As it is written."""
        return json.dumps(self.model_dump(exclude_none=True), indent=1).encode()

    @classmethod
    def from_json(cls, raw: bytes) -> Manifest:
        """Read it.

        Raises:
            RunFileError: if it is not one, or if it was written by a newer version.
        """
        try:
            made = _Made.model_validate_json(raw)
        except ValidationError as error:
            raise RunFileError(f"is no run file: {_sentence(error)}") from None
        if made.format > FORMAT:
            raise RunFileError(
                f"was made by initviz {made.initviz}, and this is {__version__}: update to open it"
            )
        try:
            return cls.model_validate_json(raw)
        except ValidationError as error:
            raise RunFileError(f"is damaged: {_sentence(error)}; save it again") from None


class _Made(BaseModel):
    """What a manifest of every format says."""

    model_config = ConfigDict(strict=True)

    format: Annotated[int, Field(ge=1)]
    initviz: Annotated[str, Field(pattern=r"^[\w.+-]{1,40}$")] = "of a later version"


def _sentence(error: ValidationError) -> str:
    first = error.errors(include_url=False, include_input=False, include_context=False)[0]
    place = ".".join(map(str, first["loc"]))[:80]
    return f"its manifest says something else ({place or 'all of it'})"
