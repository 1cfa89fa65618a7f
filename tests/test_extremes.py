"""Experiments at the ends of what numbers hold: they train, are judged and drawn, and say so."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyqtgraph as pg
import pytest
from PySide6.QtWidgets import QGraphicsTextItem, QLabel, QWidget
from pytestqt.qtbot import QtBot

from initviz.catalog.datasets.csv_file import CsvError
from initviz.engine import probe, record
from initviz.experiment import ExperimentError
from initviz.export.render import Stage
from initviz.findings import Finding, Symptom, diagnose
from initviz.focus import Focus
from initviz.parts import Part, Wanted
from initviz.snapshot import Snapshot
from initviz.views.base import View
from initviz.views.curves import LaneCurves
from initviz.views.page import PAGES, Page
from initviz.views.style import DARK
from initviz.views.zoom import FineAxis
from stress.extremes import EXTREMES, REFUSED
from tests.tidy import tidy  # noqa: F401

SIZE = (1000, 640)

WIDEST = 60
"""Decades, at most, of an axis over decades: from 1e-20 to 1e30, and a marked 0."""

WHY = ("diverged", "not finite", "no update", "does not saturate", "all 0")
"""What a view says where it has nothing to draw."""


@pytest.fixture(scope="module")
def stages(qapp: object) -> Iterator[dict[str, Stage]]:
    made = {page: Stage(page, DARK, SIZE) for page in PAGES}
    yield made
    for stage in made.values():
        stage.close()


@pytest.mark.parametrize(
    "name",
    [pytest.param(n, marks=[pytest.mark.slow] if "100 layers" in n else []) for n in EXTREMES],
)
def test_every_extreme_is_trained_judged_and_drawn(
    name: str, tmp_path: Path, stages: dict[str, Stage], qtbot: QtBot,
    caplog: pytest.LogCaptureFixture,
) -> None:  # fmt: skip
    experiment = EXTREMES[name](tmp_path)
    recording = record(experiment)
    focus = Focus(lane=len(experiment.lanes) - 1, layer=min(1, len(experiment.hidden) - 1))
    for epoch in (0, recording.last):
        snapshot = probe(recording, epoch, Wanted(grid=40, parts=frozenset(Part), focus=focus))
        check_findings(diagnose(snapshot), snapshot)
        for page, stage in stages.items():
            if epoch == 0 and page != "overview":
                continue
            stage.set_focus(focus, experiment)
            stage.show(snapshot)
            assert not stage.image().isNull()
            assert isinstance(stage.shown, Page)
            for view in stage.shown.views:
                check_axes(view, f"{page} {view.name}")
                check_words(view, snapshot)


def check_findings(findings: tuple[Finding, ...], snapshot: Snapshot) -> None:
    """Every lane has a verdict in words; those that diverged have theirs, with the epoch."""
    assert len(findings) == len(snapshot.experiment.lanes)
    for finding, since in zip(findings, snapshot.diverged_at.tolist(), strict=True):
        assert finding.reason.endswith(".")
        assert "nan" not in finding.reason.lower().split()
        assert "e300" not in finding.reason
        gone = 0 <= since <= snapshot.epoch
        assert (finding.symptom is Symptom.DIVERGED) == gone
        if gone and since:
            assert f"poch {since}" in finding.reason


def check_axes(view: View, where: str) -> None:
    """Every axis shows a finite range of a sane width, with labels that fit beside it."""
    for item in view.canvas.scene().items():
        if isinstance(item, pg.ViewBox):
            for low, high in item.viewRange():
                assert math.isfinite(low), where
                assert math.isfinite(high), where
                assert high > low, where
        if isinstance(item, FineAxis) and item.isVisible() and item.decades:
            low, high = sorted(item.range)
            assert high - low <= WIDEST, where
            labels = [text for at, text in (item._tickLevels or [[]])[0] if low <= at <= high]
            assert labels, (where, item.orientation, item._tickLevels, item.range)
            assert len(set(labels)) == len(labels), where
            assert max(map(len, labels)) <= 7, where
            if item.orientation == "left":  # pyqtgraph drops what is wider than the axis
                assert item.width() > item.textWidth, where


def check_words(view: View, snapshot: Snapshot) -> None:
    """Lanes that have diverged are named, and a plot with nothing in it says why."""
    said = words_of(view.widget, view)
    if view.name in ("gradients", "history"):
        for since in {e for e in snapshot.diverged_at.tolist() if 0 <= e <= snapshot.epoch}:
            assert f"diverged at epoch {since}" in said, (view.name, said)
    if view.name == "boundary":
        gone = int(snapshot.diverged.sum())
        assert said.count("diverged at epoch") == gone
    items = [c for c in view.canvas.scene().items() if isinstance(c, LaneCurves)]
    curves = [item for item in items if not item.theory and not item.pinned]
    drawn = any(np.isfinite(curve.y).any() for item in curves for curve in item.curves)
    if curves and not drawn:
        assert any(why in said for why in WHY), (view.name, said)


def words_of(widget: QWidget, view: View) -> str:
    """All that can be read in a view, lines in one."""
    items = view.canvas.scene().items()
    texts = [item.toPlainText() for item in items if isinstance(item, QGraphicsTextItem)
             and item.isVisible()]  # fmt: skip
    texts += [label.text() for label in widget.findChildren(QLabel) if label.isVisibleTo(widget)]
    return " | ".join(" ".join(text.split()) for text in texts)


@pytest.mark.parametrize("name", REFUSED)
def test_what_no_network_can_learn_is_refused_with_its_field_and_the_cure(
    name: str, tmp_path: Path
) -> None:
    build, field, cure = REFUSED[name]
    with pytest.raises(ExperimentError if field else CsvError, match=cure) as refused:
        build(tmp_path)
    if field:
        assert isinstance(refused.value, ExperimentError)
        problem = refused.value.problems[0]
        named = field in problem.path or field.replace("_", " ") in problem.message.lower()
        assert named, problem
