"""Epochs a second of the stacked engine against one plain PyTorch loop a scheme."""

from __future__ import annotations

import torch

from benchmarks.networks import TRAINED, experiment
from benchmarks.plain import PlainLoop
from benchmarks.table import Table
from benchmarks.timing import Work, interleave
from initviz.engine.device import set_threads
from initviz.engine.train import _Trainer, train
from initviz.experiment import Experiment

LANES = (1, 6, 8)


def run(quick: bool) -> list[Table]:
    table = Table(
        "Training speed",
        ("network", "lanes", "plain ep/s", "initviz ep/s", "ratio", "quartiles",
         "bare plain", "bare initviz", "bare ratio"),
        "tanh, 1000 points, batches of 32, SGD, one thread. An epoch is one of all lanes, with "
        "the losses\nand accuracies on 1000 training and 1000 test points after it; bare is "
        "without. The plain loop\ntrains one nn.Sequential after another with autograd and "
        "torch.optim.SGD. Ratios are medians\nover interleaved rounds, times the processor "
        "time of the thread.",
    )  # fmt: skip
    rounds, slice_s = (3, 0.1) if quick else (15, 0.3)
    for name, (hidden, features) in TRAINED.items():
        for lanes in LANES:
            what = experiment(hidden, lanes=lanes, features=features)
            timings = interleave(_contestants(what), rounds=rounds, slice_s=slice_s)
            speed = {key: 1 / timings.median(key) for key in timings.seconds}
            table.add(
                name, lanes,
                speed["plain"], speed["initviz"], timings.ratio("plain", "initviz"),
                timings.spread("plain", "initviz"),
                speed["plain bare"], speed["bare"], timings.ratio("plain bare", "bare"),
            )  # fmt: skip
    return [table]


def _contestants(what: Experiment) -> dict[str, Work]:
    set_threads(what)
    torch.set_num_threads(1)
    plain, plain_bare, bare = PlainLoop(what), PlainLoop(what), _Trainer(what)
    epochs = train(what, epochs=10**9)
    next(epochs)
    torch.set_num_threads(1)  # the same for both, whatever train() has chosen

    def stacked(count: int) -> None:
        for _ in range(count):
            next(epochs)

    def stacked_bare(count: int) -> None:
        for _ in range(count):
            bare.train_epoch(None)

    return {
        "plain": lambda count: plain.epochs(count, evaluate=True),
        "initviz": stacked,
        "plain bare": lambda count: plain_bare.epochs(count, evaluate=False),
        "bare": stacked_bare,
    }
