"""What recording every epoch costs, against training alone."""

from __future__ import annotations

import torch

from benchmarks.networks import TRAINED, experiment
from benchmarks.table import Table
from benchmarks.timing import Work, interleave
from initviz.engine.train import _Trainer, train
from initviz.experiment import Experiment
from initviz.recording import Recording

LANES = (1, 8)


def run(quick: bool) -> list[Table]:
    table = Table(
        "Recording",
        ("network", "lanes", "recorded ep/s", "of train()", "quartiles", "of bare steps"),
        "Speed with every epoch appended to a Recording, as a share of the same train() without "
        "appending,\nand of the engine stepping without any figures of an epoch. One thread.",
    )
    rounds, slice_s = (3, 0.1) if quick else (15, 0.3)
    for name, (hidden, features) in TRAINED.items():
        for lanes in LANES:
            what = experiment(hidden, lanes=lanes, features=features)
            timings = interleave(_contestants(what), rounds=rounds, slice_s=slice_s)
            table.add(
                name, lanes, 1 / timings.median("recorded"),
                timings.ratio("trained", "recorded"), timings.spread("trained", "recorded"),
                timings.ratio("bare", "recorded"),
            )  # fmt: skip
    return [table]


def _contestants(what: Experiment) -> dict[str, Work]:
    recorded, trained = train(what, epochs=10**9), train(what, epochs=10**9)
    bare, recording = _Trainer(what), Recording(what)
    recording.append(next(recorded))
    next(trained)
    torch.set_num_threads(1)

    def run_recorded(count: int) -> None:
        for _ in range(count):
            recording.append(next(recorded))

    def run_trained(count: int) -> None:
        for _ in range(count):
            next(trained)

    def run_bare(count: int) -> None:
        for _ in range(count):
            bare.train_epoch(None)

    return {"recorded": run_recorded, "trained": run_trained, "bare": run_bare}
