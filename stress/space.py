"""Draws experiments from the whole space of settings, and goes through everything with each.

Every field of every part is drawn from its own declaration: a new entry of the catalogue, or a new
field, is covered on arrival. What the validation lets through trains two epochs, is probed in all
parts, diagnosed, written as tables, script, TOML and run file, and drawn as pages; nothing may be
raised or warned of.
"""

from __future__ import annotations

import argparse
import io
import os
import tempfile
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, Phase, given, reject, seed, settings
from hypothesis import strategies as st

from initviz.catalog.datasets import DATASETS
from initviz.experiment import MAX_LANES, DataSettings, Experiment, ExperimentError
from stress.tally import Tally
from tests.make import lanes, values_of

WHOLES = {"hidden", "batch_size", "precision", "informative", "values", "output_values"}
"""Fields that are blamed where every value is fine by itself and the whole is not."""


@st.composite
def experiments(draw: st.DrawFn, most: int) -> Experiment:
    """Every experiment that can be run on a processor, with at most so many numbers to compute.

    Args:
        draw: from hypothesis.
        most: parameters of all lanes, and numbers of a step, together.
    """
    dataset = draw(st.sampled_from(list(DATASETS)))
    fields = draw(values_of(tuple(Experiment.parameters().values())))
    fields["device"] = "cpu"
    if most < 10**7:
        few = st.lists(st.integers(1, 40), min_size=1, max_size=6)
        ends = st.sampled_from([(1,), (1,) * 100, (1024,), (2, 1024, 2)])
        fields["hidden"] = draw(few | ends)
    try:
        values = draw(values_of(DATASETS[dataset].parameters))
        if "samples" in values:
            values["samples"] = min(values["samples"], most // 2000)
        experiment = Experiment(
            **fields,
            data=DataSettings(dataset=dataset, values=values),
            lanes=draw(st.lists(lanes(), min_size=1, max_size=MAX_LANES)),
        )
    except ExperimentError as error:
        if not {str(problem.path[-1]) for problem in error.problems} <= WHOLES:
            raise
        reject()
    count = experiment.parameter_count * len(experiment.lanes)
    steps = -(-experiment.data.facts.train // experiment.batch_size)
    if count > most or count * steps > 20 * most:
        reject()
    return experiment


def go_through(experiment: Experiment, folder: Path, pages: tuple[str, ...]) -> None:
    """Do everything with an experiment that people can; call it in ``application()``."""
    from initviz.engine import probe
    from initviz.export.figure import Figure, Pixels
    from initviz.export.render import pictures
    from initviz.findings import diagnose
    from initviz.parts import Part, Wanted
    from initviz.runfile import open_run, save_run
    from initviz.script import write_script
    from initviz.tables import findings, layers, scalars
    from initviz.tables.files import write_table
    from initviz.training import train
    from tests.runfile.runs import same

    assert Experiment.from_toml(experiment.to_toml()) == experiment
    compile(write_script(experiment), "script.py", "exec")
    recording = train(experiment, 2)
    save_run(recording, folder / "run.initviz", tables=folder)
    assert same(open_run(folder / "run.initviz", tables=folder), recording)
    for epoch in (0, 2):
        snapshot = probe(recording, epoch, Wanted(parts=frozenset(Part)))
        diagnose(snapshot)
        write_table(findings([snapshot]), io.BytesIO(), "csv")
    probed = [probe(recording, epoch) for epoch in (0, 2)]
    write_table(layers(recording, [0, 2], probed), io.BytesIO(), "csv")
    write_table(scalars(recording), io.BytesIO(), "csv")
    for number, page in enumerate(pages):
        form = ("png", "svg", "png", "pdf")[number % 4]
        figure = Figure(page, form, Pixels(800, 600, 1), ("dark", "light")[number % 2])
        for _, content in pictures(figure, [0, 2], partial(probe, recording), experiment):
            assert len(content) > 1000


NONE_OF_OURS = "propagateSizeHints", "OpenType support missing"
"""What Qt says of a screen that nobody sees, and of names in a script that no font here has."""


@contextmanager
def silent() -> Iterator[None]:
    """Whatever is warned of is raised, Qt's messages as well."""
    from PySide6.QtCore import qInstallMessageHandler

    said: list[str] = []
    before = qInstallMessageHandler(lambda kind, where, words: said.append(words))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            yield
    finally:
        qInstallMessageHandler(before)
    said = [words for words in said if not any(each in words for each in NONE_OF_OURS)]
    assert not said, said[0]


def parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m stress space", description=__doc__)
    parser.add_argument("--count", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--most", type=int, default=10**6, help="parameters of all lanes together")
    return parser


def run(options: argparse.Namespace) -> Tally:
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from initviz.export.render import application
    from initviz.views.page import PAGES

    tally = Tally(f"space, seed {options.seed}, {options.count} experiments")
    began, seen = time.monotonic(), set[Any]()

    @seed(options.seed)
    @settings(
        max_examples=options.count, deadline=None, database=None, phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(experiments(options.most))
    def each(experiment: Experiment) -> None:
        tally.count(experiment.data.dataset)
        seen.update(lane.scheme for lane in experiment.lanes)
        try:
            with silent():
                go_through(experiment, folder, tuple(PAGES))
        except Exception as error:
            words = f"{type(error).__name__}: {str(error)[:200]}"
            tally.losses.append(f"{words}\n{experiment.to_toml()}")
            print(f"LOST {tally.losses[-1]}", flush=True)
        if sum(tally.tried.values()) % 50 == 0:
            print(f"{sum(tally.tried.values())} tried, {tally.lost} lost, "
                  f"{time.monotonic() - began:.0f} s", flush=True)  # fmt: skip

    with tempfile.TemporaryDirectory() as base, application():
        folder = Path(base)
        each()
    tally.figures["schemes met"] = str(len(seen))
    tally.figures["wall time"] = f"{time.monotonic() - began:.0f} s"
    return tally
