from __future__ import annotations

import pytest
from PySide6.QtGui import QTextDocument
from pytestqt.qtbot import QtBot

from initviz.app.verdicts import Verdict, Verdicts
from initviz.experiment import Experiment, Lane
from initviz.findings import Finding, Severity, Symptom
from initviz.views.style import DARK, GLYPHS, LIGHT
from tests.views.snapshots import experiment, snapshot


@pytest.fixture
def verdicts(qtbot: QtBot) -> Verdicts:
    made = Verdicts()
    qtbot.addWidget(made)
    made.set_style(DARK)
    made.show()
    qtbot.waitExposed(made)
    return made


def show(verdicts: Verdicts, of: Experiment) -> None:
    findings = [
        Finding(k, Symptom.DEAD, Severity.BAD, f"title {k}", f"reason {k}")
        for k in range(len(of.lanes))
    ]
    verdicts.show_findings(snapshot(of=of), findings)


def cards(verdicts: Verdicts) -> list[Verdict]:
    """Those that can be seen."""
    return [card for card in verdicts.cards if card.isVisible()]


def test_there_is_a_card_for_every_lane_and_none_for_lanes_that_are_gone(
    verdicts: Verdicts,
) -> None:
    for lanes in (3, 1, 8, 2, 3):
        of = experiment(lanes)
        show(verdicts, of)
        shown = cards(verdicts)

        assert len(shown) == lanes
        for k, (card, made) in enumerate(zip(shown, of.lanes, strict=True)):
            assert made.title in card.lane.text()
            assert f"title {k}" in card.symptom.text()
            assert card.reason.text() == f"reason {k}"


def test_cards_carry_the_mark_and_the_colour_of_their_lane(verdicts: Verdicts) -> None:
    of = experiment((Lane(scheme="zeros", colour=6), Lane(scheme="normal", colour=2)))
    show(verdicts, of)
    for style in (DARK, LIGHT):
        verdicts.set_style(style)
        for card, colour in zip(cards(verdicts), (6, 2), strict=True):
            assert GLYPHS[colour] in card.lane.text()
            assert style.lanes[colour] in card.lane.text()
            assert style.lanes[colour] in card.styleSheet()


@pytest.mark.parametrize("name", ["a <b>bold</b> & b", "x<y", "&amp;", "1 < 2 > 0"])
def test_a_name_is_shown_as_it_was_written(verdicts: Verdicts, name: str) -> None:
    show(verdicts, experiment((Lane(name=name), Lane())))

    seen = QTextDocument()
    seen.setHtml(cards(verdicts)[0].lane.text())
    assert seen.toPlainText() == f"{GLYPHS[0]} {name}"
