from __future__ import annotations

import pytest
from PySide6.QtGui import QTextDocument
from pytestqt.qtbot import QtBot

from initviz.app.verdicts import Verdict, Verdicts
from initviz.experiment import Experiment, Lane
from initviz.findings import Evidence, Finding, Remedy, Severity, Symptom
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


HE = Lane(scheme="he_normal")
REMEDY = Remedy("Start from random weights: He normal.", "He normal", HE)


def with_remedy(verdicts: Verdicts, of: Experiment) -> Verdict:
    finding = Finding(
        0, Symptom.VANISHING, Severity.BAD, "Vanishing", "too small",
        layers=("hidden 1", "hidden 2", "hidden 3"), epochs=(2, 7),
        evidence=(Evidence("∂L/∂W hidden 1", 4e-9, "4e-9"),), also=(Symptom.STUCK,),
        remedy=REMEDY,
    )  # fmt: skip
    verdicts.show_findings(snapshot(of=of), [finding])
    return cards(verdicts)[0]


def test_the_figures_are_shown_on_demand(verdicts: Verdicts) -> None:
    card = with_remedy(verdicts, experiment(2))
    assert not card.figures.isVisible()
    card.more.click()
    assert card.figures.isVisible()
    seen = QTextDocument()
    seen.setHtml(card.figures.text())
    text = seen.toPlainText().replace("\xa0", "")
    for part in ("∂L/∂W hidden 1", "4e-9", "hidden 1–3", "since epoch", "2", "stuck", "He normal"):
        assert part in text
    card.more.click()
    assert not card.figures.isVisible()


def test_a_remedy_can_be_asked_for(verdicts: Verdicts, qtbot: QtBot) -> None:
    card = with_remedy(verdicts, experiment(2))
    assert "He normal" in card.remedy.text()
    assert REMEDY.advice in card.remedy.toolTip()
    with qtbot.waitSignal(verdicts.remedy_asked) as caught:
        card.remedy.click()
    assert caught.args == [REMEDY]


def test_a_remedy_that_is_there_already_has_no_button_and_eight_lanes_take_no_ninth(
    verdicts: Verdicts,
) -> None:
    named = HE.replace(name="mine")
    assert not with_remedy(verdicts, experiment((Lane(), named))).remedy.isVisible()
    full = with_remedy(verdicts, experiment(tuple(Lane(name=str(k)) for k in range(8))))
    assert full.remedy.isVisible()
    assert not full.remedy.isEnabled()
    assert "remove one first" in full.remedy.toolTip()
    assert with_remedy(verdicts, experiment(2)).remedy.isEnabled()
