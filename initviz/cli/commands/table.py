"""``initviz table``: figures, findings and weights as files."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING

from initviz.cli.epochs import HELP, epochs_of
from initviz.cli.inputs import BadInputError, Subject, add_csv, subjects
from initviz.cli.progress import Bar, bars
from initviz.cli.status import DONE, FAILED
from initviz.cli.training import recorded

if TYPE_CHECKING:
    from initviz.recording import Recording
    from initviz.snapshot import Snapshot

OUT = "initviz-out"
WEIGHTS = "weights"
WHATS = {
    "scalars": "losses and scores of every initialisation",
    "layers": "the figures of every layer",
    "findings": "what the numbers say, and why",
    WEIGHTS: "weights and biases by PyTorch's names",
}
"""What there is to write; all but the weights are tables."""

FORMATS = ("csv", "parquet", "safetensors", "npz")
EXAMPLES = """examples:
  initviz table zeros                            losses and scores of every epoch, as CSV
  initviz table zeros --what layers --out -      every layer's figures, to standard output
  initviz table depth --what findings --epoch 0:40:20 --format parquet
  initviz table xavier --what weights --lane 2   a file for load_state_dict

docs/tables.md says what stands in every column.
"""


def parser() -> argparse.ArgumentParser:
    """What is understood."""
    parser = argparse.ArgumentParser(
        prog="initviz table",
        description="Train, and write figures, findings or weights to files.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "what",
        nargs="?",
        metavar="LESSON|FILE",
        help="a lesson, an experiment's TOML file or a run file",
    )
    add_csv(parser)
    parser.add_argument(
        "--what", dest="table", choices=tuple(WHATS), default="scalars",
        help="; ".join(f"{name}: {help}" for name, help in WHATS.items()) + " (scalars)",
    )  # fmt: skip
    parser.add_argument(
        "--epoch", metavar="EPOCHS",
        help=f"{HELP} (all for scalars and layers, last for the others)",
    )  # fmt: skip
    parser.add_argument(
        "--lane", type=int, metavar="N",
        help="weights of the N-th initialisation alone, by the names of one network",
    )  # fmt: skip
    parser.add_argument(
        "--format", choices=FORMATS,
        help="csv or parquet for tables, safetensors or npz for weights (the first)",
    )  # fmt: skip
    parser.add_argument(
        "--out", default=OUT, metavar="PATH",
        help=f"a file, whose ending tells the format, a folder, or - for standard output ({OUT})",
    )  # fmt: skip
    parser.add_argument(
        "--quiet", action="store_true", help="show neither progress nor the files' names"
    )
    return parser


@dataclass(frozen=True)
class Request:
    """What is asked for, once it is known to make sense.

    Attributes:
        subject: what is trained.
        table: one of ``WHATS``.
        epochs: which, in order.
        lane: whose weights, from 1; None for all.
        form: one of ``FORMATS``.
        out: a file, a folder, or None for standard output.
    """

    subject: Subject
    table: str
    epochs: Sequence[int]
    lane: int | None
    form: str
    out: Path | None

    @property
    def is_file(self) -> bool:
        """Whether ``out`` names the file itself."""
        return self.out is not None and self.out.suffix.lower() == f".{self.form}"

    def path(self, epoch: int) -> Path:
        """The file to write, the one of an epoch where each has its own."""
        assert self.out is not None
        if self.is_file:
            return self.out
        marks = [self.subject.name, self.table]
        if self.table == WEIGHTS:
            marks += [f"lane-{self.lane}"] if self.lane else []
            marks.append(f"epoch-{epoch:03d}")
        return self.out / f"{'-'.join(marks)}.{self.form}"


def run(options: argparse.Namespace) -> int:
    """Train and write."""
    wanted = subjects(options)
    if not wanted:
        raise BadInputError("table: say of what; write a lesson, a TOML file or --csv FILE")
    if len(wanted) > 1:
        raise BadInputError("table: one lesson, experiment or table at a time, please")
    request = _request(options, wanted[0])
    from initviz.catalog.datasets.csv_file import CsvError
    from initviz.engine.device import DeviceError

    try:
        written = _write(request, quiet=options.quiet)
    except CsvError as error:
        raise BadInputError(str(error)) from None
    except BrokenPipeError:  # nobody reads on, which is no failure
        raise
    except (DeviceError, OSError) as error:
        print(f"initviz: {error}", file=sys.stderr)
        return FAILED
    if not options.quiet:
        for path in written:
            print(path)
    return DONE


def _request(options: argparse.Namespace, subject: Subject) -> Request:
    experiment, table = subject.experiment, options.table
    default = "all" if table in ("scalars", "layers") else "last"
    epochs = epochs_of(options.epoch or default, experiment.epochs)
    out = None if options.out == "-" else Path(options.out)
    ending = out.suffix.lower().removeprefix(".") if out else ""
    fitting = FORMATS[2:] if table == WEIGHTS else FORMATS[:2]
    form = options.format or (ending if ending in FORMATS else fitting[0])
    if form not in fitting:
        raise BadInputError(f"{table} cannot be written as {form}; write {' or '.join(fitting)}")
    if ending in FORMATS and ending != form:
        raise BadInputError(f'--out: "{out}" does not end in .{form}; leave --format out')
    if options.lane is not None:
        if table != WEIGHTS:
            raise BadInputError("--lane: goes with --what weights; tables have every lane")
        if not 1 <= options.lane <= len(experiment.lanes):
            raise BadInputError(
                f"--lane: {subject.name} has initialisations 1 to {len(experiment.lanes)}"
            )
    request = Request(subject, table, epochs, options.lane, form, out)
    if table == WEIGHTS and len(epochs) > 1 and (out is None or request.is_file):
        raise BadInputError(f"--out: weights of {len(epochs)} epochs are as many files; "
                            "write a folder, or one epoch")  # fmt: skip
    if out is None and form != "csv" and sys.stdout.isatty():
        raise BadInputError(f"--out: {form} is not to be read on a screen; write > FILE behind it")
    return request


def _write(request: Request, *, quiet: bool) -> list[Path]:
    """Train, write, and say which files there are now."""
    epochs = request.epochs
    if request.out is not None:
        (request.out.parent if request.is_file else request.out).mkdir(parents=True, exist_ok=True)
    with bars(quiet=quiet, transient=True) as progress:
        looks = 0 if request.table == "scalars" else len(epochs)
        bar = progress.begin(f"{request.subject.name}: training", epochs[-1] + looks)
        recording = recorded(request.subject, max(epochs[-1], 1), bar.reach)
        bar.say(f"{request.subject.name}: {request.table}")
        if request.table == WEIGHTS:
            return _write_weights(request, recording, bar)
        return _write_table(request, recording, bar)


def _write_table(request: Request, recording: Recording, bar: Bar) -> list[Path]:
    from initviz import tables

    epochs = request.epochs
    if request.table == "scalars":
        frame = tables.scalars(recording, epochs)
    elif request.table == "layers":
        # Epochs whose weights were thinned out have what training noted of them.
        held = sorted(set(epochs) & set(recording.kept_epochs()))
        frame = tables.layers(recording, epochs, _snapshots(recording, held, bar))
    else:
        _refuse_missing(recording, epochs)
        frame = tables.findings(_snapshots(recording, epochs, bar))
    with _target(request, epochs[-1]) as file:
        tables.write_table(frame, file, request.form)
    return [request.path(epochs[-1])] if request.out else []


def _write_weights(request: Request, recording: Recording, bar: Bar) -> list[Path]:
    from initviz import tables

    _refuse_missing(recording, request.epochs)
    lane = None if request.lane is None else request.lane - 1
    for epoch in request.epochs:
        tensors = tables.weights(recording, epoch, lane)
        about = tables.about(recording, epoch, lane)
        with _target(request, epoch) as file:
            tables.write_weights(tensors, about, file, request.form)
        bar.advance()
    return [request.path(epoch) for epoch in request.epochs] if request.out else []


def _refuse_missing(recording: Recording, epochs: Sequence[int]) -> None:
    missing = sorted(set(epochs) - set(recording.kept_epochs()))
    if missing:
        raise BadInputError(
            f"--epoch: the weights of epoch {missing[0]} did not fit into memory beside the "
            f"others; ask for every {recording.stride}th, or for one epoch alone"
        )


def _snapshots(recording: Recording, epochs: Sequence[int], bar: Bar) -> Iterator[Snapshot]:
    """The epochs one after the other, so that no more than one takes room."""
    from initviz.engine import probe
    from initviz.parts import Part, Wanted

    for epoch in epochs:
        yield probe(recording, epoch, Wanted(parts=frozenset({Part.LAYERS})))
        bar.advance()


@contextmanager
def _target(request: Request, epoch: int) -> Iterator[IO[bytes]]:
    """The file that is written whole or not at all; standard output gets it in one go, too."""
    from io import BytesIO

    from initviz.whole import whole

    if request.out is not None:
        with whole(request.path(epoch)) as file:
            yield file
        return
    buffer = BytesIO()
    yield buffer
    sys.stdout.buffer.write(buffer.getbuffer())
    sys.stdout.buffer.flush()
