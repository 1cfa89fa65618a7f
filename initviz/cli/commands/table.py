"""``initviz table``: figures, findings and weights as files."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from initviz.cli.epochs import HELP, epochs_of
from initviz.cli.inputs import Subject, add_csv, subjects
from initviz.cli.printing import failed
from initviz.cli.progress import bars
from initviz.cli.status import DONE, BadInputError
from initviz.cli.training import recorded
from initviz.export.data import CONTENTS, DataError, check_held, write_data

OUT = "initviz-out"
WEIGHTS = "weights"
FORMATS = tuple(dict.fromkeys(form for it in CONTENTS.values() for form in it.formats))
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
        "--what", dest="table", choices=tuple(CONTENTS), default="scalars",
        help="; ".join(f"{it.name}: {it.help}" for it in CONTENTS.values()) + " (scalars)",
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
        "-o", "--out", default=OUT, metavar="PATH",
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
        table: one of ``CONTENTS``.
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
    except DataError as error:
        raise BadInputError(f"--epoch: {error}") from None
    except BrokenPipeError:  # nobody reads on, which is no failure
        raise
    except (DeviceError, OSError) as error:
        return failed(error)
    if not options.quiet:
        for path in written:
            print(path)
    return DONE


def _request(options: argparse.Namespace, subject: Subject) -> Request:
    experiment, table = subject.experiment, options.table
    default = "all" if CONTENTS[table].everything else "last"
    epochs = epochs_of(options.epoch or default, experiment.epochs)
    out = None if options.out == "-" else Path(options.out)
    ending = out.suffix.lower().removeprefix(".") if out else ""
    fitting = CONTENTS[table].formats
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
        probed = CONTENTS[request.table].probed
        bar = progress.begin(
            f"{request.subject.name}: training", epochs[-1] + (len(epochs) if probed else 0)
        )
        recording = recorded(request.subject, max(epochs[-1], 1), bar.reach)
        bar.say(f"{request.subject.name}: {request.table}")
        lane = None if request.lane is None else request.lane - 1
        if CONTENTS[request.table].each:
            check_held(recording, epochs)
        files = [[epoch] for epoch in epochs] if CONTENTS[request.table].each else [epochs]
        for some in files:
            with _target(request, some[-1]) as file:
                write_data(
                    recording, request.table, some, request.form, file,
                    lane=lane, looked=bar.advance,
                )  # fmt: skip
    return [request.path(some[-1]) for some in files] if request.out else []


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
