"""Tables and weights of a recording as files, for the window and the command line alike."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING

from initviz.recording import Recording
from initviz.tables.files import TABLE_FORMATS, WEIGHT_FORMATS

if TYPE_CHECKING:
    from initviz.snapshot import Snapshot

Looked = Callable[[], object]


class DataError(ValueError):
    """What cannot be written of a recording; the message says what to choose instead."""


@dataclass(frozen=True)
class Content:
    """Something that files can hold.

    Attributes:
        name: as on the command line.
        title: as in the window.
        help: what it is, in a few words.
        formats: endings of its files.
        everything: whether all epochs are wanted where nobody chooses, and not the last alone.
        probed: whether every epoch has to be looked at.
        each: whether every epoch is a file of its own.
    """

    name: str
    title: str
    help: str
    formats: tuple[str, ...] = TABLE_FORMATS
    everything: bool = False
    probed: bool = True
    each: bool = False


CONTENTS = {
    content.name: content
    for content in (
        Content(
            "scalars", "Losses and scores", "losses and scores of every initialisation",
            everything=True, probed=False,
        ),
        Content("layers", "Layers", "the figures of every layer", everything=True),
        Content("findings", "Findings", "what the numbers say, and why"),
        Content(
            "weights", "Weights", "weights and biases by PyTorch's names",
            WEIGHT_FORMATS, probed=False, each=True,
        ),
    )
}  # fmt: skip
"""What there is to write; all but the weights are tables."""


def write_data(
    recording: Recording,
    what: str,
    epochs: Sequence[int],
    form: str,
    file: IO[bytes],
    *,
    lane: int | None = None,
    looked: Looked = lambda: None,
) -> None:
    """Write a table, or the weights of one epoch.

    Args:
        recording: of what.
        what: a name in ``CONTENTS``.
        epochs: which, in order; one where each has a file of its own.
        form: one of the formats of what is written.
        file: where to.
        lane: whose weights, from 0; None for all.
        looked: called after every epoch that was looked at; it may raise, to stop.

    Raises:
        DataError: if weights that are needed are no longer held, or none of the figures.
    """
    from initviz import tables

    if what == "weights":
        (epoch,) = epochs
        check_held(recording, epochs)
        about = tables.about(recording, epoch, lane)
        tables.write_weights(tables.weights(recording, epoch, lane), about, file, form)
        return
    if what == "scalars":
        frame = tables.scalars(recording, _with_figures(recording, epochs))
    elif what == "layers":
        # Epochs whose weights were thinned out have what training noted of them.
        held = sorted(set(epochs) & set(recording.kept_epochs()))
        noted = _with_figures(recording, epochs)
        frame = tables.layers(recording, noted, _snapshots(recording, held, looked))
    else:
        check_held(recording, epochs)
        frame = tables.findings(_snapshots(recording, epochs, looked))
    tables.write_table(frame, file, form)


def _with_figures(recording: Recording, epochs: Sequence[int]) -> Sequence[int]:
    """Those of the epochs whose figures are kept: all but those that a long run thinned out."""
    stride, newest = recording.figure_stride, recording.last
    found = [epoch for epoch in epochs if epoch % stride == 0 or epoch >= newest]
    if not found:
        raise DataError(
            f"the figures of epoch {epochs[0]} did not fit into memory beside the others; ask for "
            f"every {stride}th"
        )
    return found


def check_held(recording: Recording, epochs: Sequence[int]) -> None:
    """See that the weights of these epochs are there.

    Raises:
        DataError: if those of one are not.
    """
    missing = sorted(set(epochs) - set(recording.kept_epochs()))
    if missing:
        raise DataError(
            f"the weights of epoch {missing[0]} did not fit into memory beside the others; ask "
            f"for every {recording.stride}th, or for one epoch alone"
        )


def _snapshots(recording: Recording, epochs: Sequence[int], looked: Looked) -> Iterator[Snapshot]:
    """The epochs one after the other, so that no more than one takes room."""
    from initviz.engine import probe
    from initviz.parts import Part, Wanted

    for epoch in epochs:
        yield probe(recording, epoch, Wanted(parts=frozenset({Part.LAYERS})))
        looked()
