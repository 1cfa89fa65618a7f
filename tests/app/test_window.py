from __future__ import annotations

import re
import time

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QKeySequence, QWheelEvent
from PySide6.QtWidgets import QApplication, QDialog, QLabel, QLineEdit, QMessageBox
from pytestqt.qtbot import QtBot

from initviz.app.keys import KEYS
from initviz.app.model import Phase
from initviz.app.window import Window, ordinal
from initviz.catalog.lessons import LESSONS, Lesson
from initviz.experiment import Lane
from initviz.findings import Severity, Symptom, diagnose
from initviz.snapshot import Snapshot
from tests.app.conftest import LONG, SMALL, is_waiting
from tests.app.hands import actions, finish, press, press_focused, shows

FIRST = next(iter(LESSONS.values()))


# --- from end to end --------------------------------------------------------------------------


@pytest.mark.parametrize("lesson", LESSONS.values(), ids=LESSONS)
def test_a_lesson_is_chosen_trained_and_walked_through(
    window: Window, qtbot: QtBot, lesson: Lesson
) -> None:
    actions(window)[lesson.heading].trigger()
    assert window.model.experiment == lesson.experiment
    assert window.lessons.currentData() == lesson.name
    qtbot.waitUntil(lambda: shows(window, 0, lesson.experiment), timeout=LONG)
    words = " ".join(label.text() for label in window.verdicts.lesson.findChildren(QLabel))
    assert lesson.title in words
    assert lesson.why in words
    assert "CHANGED" not in words

    short = lesson.experiment.replace(epochs=3)
    window.model.edit(short)
    finish(qtbot, window)
    cards = [card for card in window.verdicts.cards if not card.isHidden()]
    assert len(cards) >= len(short.lanes)
    assert all(card.symptom.text() and card.reason.text() for card in cards)
    for number in (2, 1, 2, 3):
        step = window.player.step_back if number < window.model.cursor else (
            window.player.step_forward)  # fmt: skip
        step()
        qtbot.waitUntil(lambda number=number: shows(window, number), timeout=LONG)
    assert window.model.recording.last == 3


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "symptoms"),
    [
        (
            "four-mistakes",
            [Symptom.DEAD, Symptom.SYMMETRIC, Symptom.VANISHING, Symptom.SATURATED,
             Symptom.HEALTHY],
        ),
        ("zeros", [Symptom.DEAD, Symptom.HEALTHY]),
        ("constant", [Symptom.SYMMETRIC, Symptom.HEALTHY]),
    ],
)  # fmt: skip
def test_a_lesson_trained_to_its_end_shows_its_mistakes_and_its_cure(
    window: Window, qtbot: QtBot, name: str, symptoms: list[Symptom]
) -> None:
    lesson = LESSONS[name].experiment
    window.choose_lesson(name)
    qtbot.waitUntil(lambda: shows(window, 0, lesson), timeout=LONG)
    finish(qtbot, window)

    assert window.model.cursor == window.model.recording.last == lesson.epochs
    shown = window.player.snapshot
    assert shown is not None
    findings = diagnose(shown)
    assert [finding.symptom for finding in findings] == symptoms
    ill = [finding.severity for finding in findings[:-1]]
    assert set(ill) == {Severity.BAD}
    assert findings[-1].severity is Severity.GOOD
    cards = [card for card in window.verdicts.cards if not card.isHidden()]
    for card, finding in zip(cards, findings, strict=True):
        assert finding.title in card.symptom.text()
        assert lesson.lanes[finding.lane].title in card.lane.text()


def test_an_edit_shows_its_epoch_0_within_a_second(window: Window, qtbot: QtBot) -> None:
    finish(qtbot, window)
    began = time.monotonic()
    window.controls.fields["learning_rate"].set_text("0.5")
    new = SMALL.replace(learning_rate=0.5)
    qtbot.waitUntil(lambda: shows(window, 0, new), timeout=LONG)

    assert time.monotonic() - began < 1
    assert window.model.phase is Phase.IDLE


def test_a_changed_lesson_says_so(window: Window) -> None:
    window.choose_lesson(FIRST.name)
    words = window.verdicts.lesson.findChildren(QLabel)
    assert "CHANGED" not in words[0].text()
    window.controls.fields["seed"].set_text("77")
    assert "CHANGED" in words[0].text()
    assert window.lessons.currentData() == FIRST.name

    window.choose_lesson(FIRST.name)
    assert "CHANGED" not in words[0].text()


def test_an_experiment_of_ones_own_has_no_lesson(window: Window) -> None:

    assert window.lessons.currentIndex() == -1
    assert window.verdicts.lesson.isHidden()


def test_findings_follow_the_epoch(window: Window, qtbot: QtBot) -> None:
    assert "epoch 0" in window.verdicts.heading.text()
    window.player.step_forward()
    qtbot.waitUntil(lambda: shows(window, 1), timeout=LONG)

    assert "epoch 1" in window.verdicts.heading.text()
    titles = [card.lane.text() for card in window.verdicts.cards]
    assert "Zeros" in titles[0]


# --- keys -------------------------------------------------------------------------------------


def test_space_trains_and_pauses(window: Window, qtbot: QtBot) -> None:
    window.model.edit(SMALL.replace(epochs=10_000))
    press(qtbot, window, Qt.Key.Key_Space)
    assert window.model.phase is Phase.TRAINING
    assert window.transport.main.text() == "Pause"
    qtbot.waitUntil(lambda: window.model.recording.last > 0, timeout=LONG)
    press(qtbot, window, Qt.Key.Key_Space)
    assert window.model.phase is Phase.PAUSED
    assert window.transport.main.text() == "Train"


def test_the_arrows_step_and_home_and_end_jump(window: Window, qtbot: QtBot) -> None:
    press(qtbot, window, Qt.Key.Key_Right)
    qtbot.waitUntil(lambda: shows(window, 1), timeout=LONG)
    press(qtbot, window, Qt.Key.Key_Right)
    qtbot.waitUntil(lambda: shows(window, 2), timeout=LONG)
    press(qtbot, window, Qt.Key.Key_Left)
    qtbot.waitUntil(lambda: shows(window, 1), timeout=LONG)
    press(qtbot, window, Qt.Key.Key_End)
    qtbot.waitUntil(lambda: shows(window, 2), timeout=LONG)
    press(qtbot, window, Qt.Key.Key_Home)
    qtbot.waitUntil(lambda: shows(window, 0), timeout=LONG)
    assert window.model.recording.last == 2


def test_ctrl_r_begins_again(window: Window, qtbot: QtBot) -> None:
    finish(qtbot, window)
    press(qtbot, window, Qt.Key.Key_R, Qt.KeyboardModifier.ControlModifier)

    qtbot.waitUntil(lambda: shows(window, 0), timeout=LONG)
    assert window.model.recording.last == 0


def test_keys_in_a_field_belong_to_the_field(window: Window, qtbot: QtBot) -> None:
    control = window.controls.fields["hidden"].control
    assert isinstance(control, QLineEdit)
    control.setFocus()
    qtbot.waitUntil(control.hasFocus)
    control.end(False)
    for key in (Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Home, Qt.Key.Key_Space):
        qtbot.keyClick(control, key)

    assert window.model.phase is Phase.IDLE
    assert window.model.recording.last == 0
    assert control.text() == " 8, 8"


def test_space_trains_whatever_button_was_clicked_last(window: Window, qtbot: QtBot) -> None:
    window.model.edit(SMALL.replace(epochs=10_000))
    qtbot.mouseClick(window.transport.start, Qt.MouseButton.LeftButton)
    press(qtbot, window, Qt.Key.Key_Space)

    assert window.model.phase is Phase.TRAINING


def test_space_presses_the_button_that_the_keyboard_has_gone_to(
    window: Window, qtbot: QtBot
) -> None:
    window.model.edit(SMALL.replace(epochs=10_000))
    more, forward = window.controls.lanes.rows[0].more, window.transport.forward
    for button in (more, forward):
        button.setFocus(Qt.FocusReason.TabFocusReason)
        qtbot.waitUntil(button.hasFocus)
        press_focused(qtbot, window, Qt.Key.Key_Space)
        # The step may be done by now: then the phase is PAUSED.
        assert window.model.phase is not Phase.TRAINING
    assert more.isChecked()
    qtbot.waitUntil(lambda: shows(window, 1), timeout=LONG)
    assert window.model.recording.last == 1

    more.setChecked(False)
    for elsewhere in (window.centralWidget(), window.transport.speed):
        elsewhere.setFocus()
        qtbot.waitUntil(elsewhere.hasFocus)
        press_focused(qtbot, window, Qt.Key.Key_Space)
        assert window.model.phase is Phase.TRAINING
        window.player.pause()


def test_the_list_of_keys_names_every_shortcut_there_is_and_no_other(window: Window) -> None:
    words = {"Right": "→", "Left": "←", "Up": "↑", "Down": "↓"}
    in_fields = {"↑", "↓", "Esc"}
    in_the_network = {"Alt+←", "Alt+→"}
    listed = " ".join(key for key, _ in KEYS).split()
    shortcuts = []
    for action in actions(window).values():
        for shortcut in action.shortcuts():
            text = shortcut.toString(QKeySequence.SequenceFormat.PortableText)
            *held, key = text.split("+")
            shortcuts.append("+".join([*held, words.get(key, key)]))

    assert len(set(shortcuts)) == len(shortcuts)
    assert set(listed) - in_fields - in_the_network == set(shortcuts)


def test_f1_shows_the_list_of_keys(window: Window, qtbot: QtBot) -> None:
    press(qtbot, window, Qt.Key.Key_F1)
    dialog = window.findChild(QDialog)
    assert isinstance(dialog, QDialog)
    words = [label.text() for label in dialog.findChildren(QLabel)]
    assert all(key in words and what in words for key, what in KEYS)
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: window.findChild(QDialog) is None)


def test_about_names_the_version(window: Window, monkeypatch: pytest.MonkeyPatch) -> None:
    from initviz import __version__

    said: list[str] = []
    monkeypatch.setattr(QMessageBox, "about", lambda _parent, _title, text: said.append(text))
    window.show_about()

    assert __version__ in said[0]


def test_every_button_and_menu_explains_itself(window: Window) -> None:
    for button in (window.export, window.lessons, window.transport.speed, *(
        getattr(window.transport, name) for name in ("start", "back", "main", "forward", "end")
    )):  # fmt: skip
        assert button.toolTip()
    for lesson in LESSONS.values():
        assert actions(window)[lesson.heading].toolTip() == lesson.summary


# --- the transport and the scrubber -----------------------------------------------------------


def test_the_scrubber_says_where_one_is(window: Window, qtbot: QtBot) -> None:
    assert "0 of 4" in window.scrubber.epoch.text()
    assert window.scrubber.slider.maximum() == 4
    finish(qtbot, window)

    assert "4 of 4" in window.scrubber.epoch.text()
    assert window.scrubber.slider.value() == 4
    assert "finished" in window.scrubber.state.text()
    assert "CPU" in window.scrubber.state.text()


def test_dragging_the_scrubber_shows_that_epoch(window: Window, qtbot: QtBot) -> None:
    finish(qtbot, window)
    slider = window.scrubber.slider
    at = slider.rect().center()
    qtbot.mouseClick(slider, Qt.MouseButton.LeftButton, pos=at)

    qtbot.waitUntil(lambda: shows(window, 2), timeout=LONG)
    assert slider.value() == 2
    assert window.model.recording.last == 4


def test_the_scrubber_stops_at_what_is_recorded(window: Window, qtbot: QtBot) -> None:
    window.player.step_forward()
    qtbot.waitUntil(lambda: shows(window, 1), timeout=LONG)
    slider = window.scrubber.slider
    end = slider.rect().center()
    end.setX(slider.width() - 2)
    qtbot.mouseClick(slider, Qt.MouseButton.LeftButton, pos=end)

    assert slider.value() == 1
    assert window.model.cursor == 1
    assert window.model.recording.last == 1


def test_a_wheel_over_the_scrubber_moves_nothing(window: Window, qtbot: QtBot) -> None:
    finish(qtbot, window)
    window.player.go_to(2)
    slider = window.scrubber.slider
    for turn in (-120, 120):
        event = QWheelEvent(
            QPointF(5, 5), QPointF(5, 5), QPoint(0, turn), QPoint(0, turn),
            Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier,
            Qt.ScrollPhase.NoScrollPhase, False,
        )  # fmt: skip
        QApplication.sendEvent(slider, event)
        assert slider.value() == window.model.cursor == 2


def test_the_button_offers_a_replay_at_the_end(window: Window, qtbot: QtBot) -> None:
    finish(qtbot, window)

    assert window.transport.main.text() == "Replay"
    qtbot.mouseClick(window.transport.main, Qt.MouseButton.LeftButton)
    assert window.model.phase is Phase.TRAINING
    assert window.model.cursor < 4


def test_choosing_a_speed_sets_it(window: Window) -> None:
    combo = window.transport.speed
    for index in range(combo.count()):
        combo.setCurrentIndex(index)
        combo.activated.emit(index)
        assert window.player.speed == combo.itemData(index)


@pytest.mark.parametrize(
    ("number", "words"),
    [(1, "1st"), (2, "2nd"), (3, "3rd"), (4, "4th"), (11, "11th"), (12, "12th"), (22, "22nd"),
     (64, "64th"), (113, "113th")],
)  # fmt: skip
def test_ordinals(number: int, words: str) -> None:
    assert ordinal(number) == words


# --- what goes wrong --------------------------------------------------------------------------


def test_a_banner_is_closed(window: Window, qtbot: QtBot) -> None:
    window.banner.show_note("Saved: here")
    qtbot.mouseClick(window.banner.dismiss, Qt.MouseButton.LeftButton)

    assert not window.banner.isVisible()


def test_hidden_pages_cost_no_drawing(
    window: Window, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown: list[tuple[int, Snapshot]] = []
    for i, page in enumerate(window.pages):
        monkeypatch.setattr(
            page, "show_snapshot", lambda snapshot, _, i=i: shown.append((i, snapshot))
        )
    window.player.step_forward()
    qtbot.waitUntil(lambda: bool(shown), timeout=LONG)

    assert {i for i, _ in shown} == {window.tabs.currentIndex()}


def test_menus_have_a_key_for_every_entry(window: Window) -> None:
    bar = window.menuBar()
    marks = [re.search("&(.)", action.text()) for action in bar.actions()]
    letters = [mark[1].lower() for mark in marks if mark]
    assert len(letters) == len(set(letters)) == len(bar.actions())


def test_at_rest_nothing_is_trained_or_probed(window: Window, qtbot: QtBot) -> None:
    player = window.player
    qtbot.waitUntil(
        lambda: is_waiting(player.trainer) and player.prober.idle
        and player.snapshot is not None and player.snapshot.boundary is not None
        and player.snapshot.boundary.shape[-1] > 100, timeout=LONG,
    )  # fmt: skip
    at_rest = player.snapshot
    for _ in range(5):
        player.look()

    assert player.prober.idle
    assert is_waiting(player.prober)
    assert player.snapshot is at_rest


def test_a_remedy_becomes_a_lane_beside_the_others(window: Window, qtbot: QtBot) -> None:
    sick = SMALL.replace(lanes=(Lane(scheme="zeros"),))
    window.model.edit(sick)

    def advised() -> bool:
        return any(card.remedy.isVisible() for card in window.verdicts.cards[:1])

    qtbot.waitUntil(advised, timeout=LONG)
    window.verdicts.cards[0].remedy.click()
    assert len(window.model.experiment.lanes) == 2
    assert window.model.experiment.lanes[0].scheme == "zeros"
    qtbot.waitUntil(lambda: shows(window, 0) and len(window.player.snapshot.experiment.lanes) == 2,
                    timeout=LONG)  # fmt: skip
    qtbot.waitUntil(lambda: not window.verdicts.cards[0].remedy.isVisible(), timeout=LONG)
