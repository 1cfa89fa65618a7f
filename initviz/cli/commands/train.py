"""``initviz train``: train an experiment, print how it ended, and keep the run."""

from __future__ import annotations

import argparse
import logging
import math
import shlex
import sys
from pathlib import Path
from typing import Any

from initviz.cli.inputs import RUN_FILE, Subject, add_csv, subjects
from initviz.cli.printing import failed, print_json
from initviz.cli.progress import Bar, bars
from initviz.cli.settings import changed, settings_help
from initviz.cli.status import DONE, FAILED, INTERRUPTED, BadInputError
from initviz.cli.training import recorded
from initviz.reasons import not_written
from initviz.recording import Recording
from initviz.whole import try_to_write

log = logging.getLogger(__name__)

EXAMPLES = """examples:
  initviz train zeros                                   train a lesson, print losses and scores
  initviz train zeros --epochs 200 -o zeros.initviz     ... for longer, and keep the run
  initviz train zeros.initviz --epochs 500 -o zeros.initviz
                                                        train on from where it ends
  initviz train deep --set activation=relu --set lanes.1.scheme=he_normal --set hidden=64,64
  initviz train my.toml --set data.noise=0.3 --fail-on diverged --quiet || echo diverged
"""

STATUSES = """exit status:
  0 done; 1 diverged (with --fail-on), a device is missing, or -o cannot be written; 2 bad input;
  130 interrupted, 143 ended by SIGTERM; what -o names has the epochs until then
"""


def parser() -> argparse.ArgumentParser:
    """What is understood."""
    parser = argparse.ArgumentParser(
        prog="initviz train",
        description="Train an experiment without a window, print the final losses and scores, "
        "and keep the run in a file if that is wanted.",
        epilog=f"{EXAMPLES}\n{STATUSES}\n" + _escaped(settings_help()),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "what", nargs="?", metavar="LESSON|FILE",
        help="a lesson by name or number, an experiment's TOML file, a CSV file, or a run file, "
        "which is trained on",
    )  # fmt: skip
    add_csv(parser)
    parser.add_argument(
        "--set", action="append", default=[], metavar="FIELD=VALUE", dest="settings",
        help="change a field of the experiment; may be given more than once",
    )  # fmt: skip
    parser.add_argument("--epochs", metavar="N", help="the same as --set epochs=N")
    parser.add_argument(
        "-o", "--out", type=Path, metavar="RUN", help=f"keep the run in this file ({RUN_FILE})"
    )
    parser.add_argument(
        "--fail-on", choices=("diverged",),
        help="end with status 1 if an initialisation has diverged",
    )  # fmt: skip
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")
    parser.add_argument("--quiet", action="store_true", help="no bar and no table")
    return parser


def _escaped(text: str) -> str:
    """For argparse, which takes percent signs in its texts for its own."""
    return text.replace("%", "%%")


def run(options: argparse.Namespace) -> int:
    """Train, keep and print."""
    out = _out(options.out) if options.out else None
    subject = _subject(options)
    from initviz.catalog.datasets.csv_file import CsvError
    from initviz.engine.device import DeviceError
    from initviz.runfile import RunFileError

    if out:
        try:
            try_to_write(out)  # better told now than after an hour of training
        except OSError as error:
            return failed(error)
    last = subject.experiment.epochs
    recording = subject.recording or Recording(subject.experiment)
    subject = Subject(subject.name, subject.experiment, recording)
    try:
        with bars(quiet=options.quiet, transient=True) as progress:
            bar = progress.begin(subject.name, last)
            if out:
                stopped = _keep(subject, last, bar, out)
            else:
                recorded(subject, last, bar.reach)
        if out and stopped:
            return _interrupted(recording, out, stopped)
    except CsvError as error:
        raise BadInputError(str(error)) from None
    except (DeviceError, RunFileError, OSError) as error:
        return failed(error)
    if options.json:
        print_json(_figures(subject.name, recording, out))
    elif not options.quiet:
        _print_table(recording)
        if out:
            print(out)
    diverged = bool((recording.diverged_at() >= 0).any())
    return FAILED if diverged and options.fail_on == "diverged" else DONE


def _keep(subject: Subject, last: int, bar: Bar, out: Path) -> int:
    """Train, and keep the run now and then and at the end; returns the status if it is stopped.

    The first Ctrl+C loses nothing, though it may come while the run is written. Else 0.
    """
    from initviz.cli.keeping import Keeper, StoppedError, stopped_between_epochs
    from initviz.runfile import save_run

    assert subject.recording is not None
    keeper = Keeper(subject.recording, out)
    with stopped_between_epochs() as stop:

        def reached(epoch: int) -> None:
            bar.reach(epoch)
            if epoch == last:
                return
            stop.check()
            keeper.look()

        status = DONE
        try:
            recorded(subject, last, reached)
        except StoppedError:
            status = stop.status
        save_run(subject.recording, out)
    return status


def _interrupted(recording: Recording, out: Path, status: int) -> int:
    what = "interrupted" if status == INTERRUPTED else "ended by SIGTERM"
    print(
        f"initviz: {what} after epoch {recording.last}; the run is kept: go on with "
        f"initviz train {shlex.quote(str(out))} -o {shlex.quote(str(out))}",
        file=sys.stderr,
    )
    return status


def _out(path: Path) -> Path:
    """The file to write, looked at before anything is trained for it."""
    try:
        if path.is_dir():
            raise BadInputError(f"-o: {path} is a folder; write the name of a file")
        if path.exists() and not path.is_file():
            return path  # a device or a pipe, which is refused when it is tried
    except OSError as error:  # as for a name that is too long
        raise BadInputError(f"-o: {path}: cannot be written ({not_written(error)})") from None
    if path.suffix.lower() != RUN_FILE:
        path = path.with_name(f"{path.name}{RUN_FILE}")
    try:
        if path.is_dir():
            raise BadInputError(f"-o: {path} is a folder; write the name of a file")
        if not path.absolute().parent.is_dir():
            raise BadInputError(f"-o: there is no folder {path.parent}; make it first")
    except OSError as error:  # as for a name that is too long
        raise BadInputError(f"-o: {path}: cannot be written ({not_written(error)})") from None
    return path


def _subject(options: argparse.Namespace) -> Subject:
    """What is trained, as it was changed; a run of something else begins anew."""
    wanted = subjects(options)
    if len(wanted) != 1:
        raise BadInputError("train: say what; write one lesson, file or --csv FILE")
    (subject,) = wanted
    experiment = changed(subject.experiment, options.settings)
    if options.epochs is not None:
        experiment = changed(experiment, [f"epochs={options.epochs}"], "--epochs")
    same = experiment.same_run(subject.experiment)
    if same and subject.recording and experiment.epochs < subject.recording.last:
        last = subject.recording.last
        raise BadInputError(
            f"--epochs: {subject.name} has {last} epochs already; write {last} or more"
        )
    if subject.recording and not same:
        log.warning("%s was trained with other settings: it is begun anew", subject.name)
    return Subject(subject.name, experiment, subject.recording if same else None)


def _figures(name: str, recording: Recording, out: Path | None) -> dict[str, Any]:
    """The last epoch of every lane; null stands for what is no finite number."""
    scalars, diverged = recording.scalars(), recording.diverged_at()
    experiment = recording.experiment

    def last(figure: str, lane: int) -> float | None:
        value = float(getattr(scalars, figure)[-1][lane])
        return value if math.isfinite(value) else None

    lanes = [
        {
            "name": lane.title,
            "scheme": lane.scheme,
            **{figure: last(figure, k)
               for figure in ("train_loss", "test_loss", "train_score", "test_score")},
            "diverged_at": int(diverged[k]) if diverged[k] >= 0 else None,
        }
        for k, lane in enumerate(experiment.lanes)
    ]  # fmt: skip
    return {
        "name": name,
        "epochs": recording.last,
        "task": experiment.task.name,
        "lanes": lanes,
        "file": str(out) if out else None,
    }


def _print_table(recording: Recording) -> None:
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    task, scalars = recording.experiment.task, recording.scalars()
    epochs = "1 epoch" if recording.last == 1 else f"{recording.last} epochs"
    table = Table("initialisation", title=f"after {epochs}", title_justify="left")
    for column in ("train loss", "test loss", "train score", "test score"):
        table.add_column(column, justify="right")
    diverged = recording.diverged_at()
    if (diverged >= 0).any():
        table.add_column("diverged")
    for k, lane in enumerate(recording.experiment.lanes):
        losses = [f"{t[-1][k]:.5g}" for t in (scalars.train_loss, scalars.test_loss)]
        scores = [
            task.score_text(float(t[-1][k])) for t in (scalars.train_score, scalars.test_score)
        ]
        said = [f"at epoch {diverged[k]}"] if diverged[k] >= 0 else []
        table.add_row(escape(lane.title), *losses, *scores, *said)
    # Where no terminal says how wide it is, names are not cut.
    Console(width=None if sys.stdout.isatty() else 120).print(table)
