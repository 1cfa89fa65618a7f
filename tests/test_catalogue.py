"""Everything that can be chosen with everything else: nothing raises, nothing warns."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from initviz.catalog.activations import ACTIVATIONS
from initviz.catalog.datasets import DATASETS
from initviz.catalog.schemes import BIASES, SCHEMES
from initviz.engine import probe, record
from initviz.experiment import MAX_LANES, Experiment, Lane
from initviz.export.picture import draw
from initviz.findings import diagnose
from initviz.parts import Wanted
from initviz.views.page import PAGES, Page
from initviz.views.style import DARK
from tests.make import data

TASKS = {
    "binary": data("moons", samples=40),
    "classes": data("blobs", samples=40, classes=3),
    "regression": data("salary", samples=40),
}
PAIRS = list(itertools.product(SCHEMES, ACTIVATIONS))
EIGHTS = [PAIRS[start : start + MAX_LANES] for start in range(0, len(PAIRS), MAX_LANES)]


@pytest.fixture(scope="module")
def page(qapp: object) -> Iterator[Page]:
    page = Page(PAGES["overview"], DARK)
    page.resize(900, 600)
    draw(page)
    yield page
    page.close()
    page.deleteLater()


def live_through(experiment: Experiment, page: Page) -> None:
    """Initialise, train, probe, draw and judge."""
    recording = record(experiment)
    for epoch in (0, experiment.epochs):
        snapshot = probe(recording, epoch, Wanted(grid=8))
        page.show_snapshot(snapshot)
        draw(page)
        findings = diagnose(snapshot)
        assert [finding.lane for finding in findings] == list(range(len(experiment.lanes)))
        assert all(finding.reason for finding in findings)
    assert np.isfinite(recording.parameters(0)).all()


@pytest.mark.parametrize("task", TASKS)
@pytest.mark.parametrize("pairs", EIGHTS, ids=lambda pairs: "-".join(pairs[0]))
def test_every_scheme_lives_with_every_activation_and_task(
    page: Page, qtbot: QtBot, task: str, pairs: list[tuple[str, str]]
) -> None:
    lanes = tuple(Lane(scheme=scheme, activation=name) for scheme, name in pairs)
    experiment = Experiment(data=TASKS[task], hidden=(7, 6), lanes=lanes, epochs=5)
    assert experiment.task.name == task
    live_through(experiment, page)


@pytest.mark.parametrize("dataset", DATASETS)
def test_every_dataset_lives(page: Page, qtbot: QtBot, dataset: str) -> None:
    lanes = (Lane(scheme="zeros"), Lane(scheme="lsuv"), Lane(scheme="normal"))
    settings = data(dataset, **({"samples": 60} if "samples" in data(dataset).values else {}))
    live_through(Experiment(data=settings, hidden=(8,), lanes=lanes, epochs=2), page)


@pytest.mark.parametrize("bias", BIASES)
def test_every_bias_lives_with_a_scheme_of_the_output_layers_own(
    page: Page, qtbot: QtBot, bias: str
) -> None:
    lanes = tuple(Lane(scheme="he_normal", bias=bias, output=name) for name in list(SCHEMES)[:8])
    live_through(Experiment(data=TASKS["binary"], hidden=(7, 6), lanes=lanes, epochs=2), page)
