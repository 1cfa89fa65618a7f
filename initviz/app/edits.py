"""Undo and redo: every change of the experiment is a step, wherever it came from."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import (
    QAction,
    QGuiApplication,
    QKeyEvent,
    QKeySequence,
    QUndoCommand,
    QUndoStack,
)

from initviz.app.differences import describe, differences
from initviz.catalog.lessons import Lesson
from initviz.experiment import Experiment
from initviz.views.icons import icon
from initviz.views.style import Style

QUICK_SECONDS = 1.0
"""Edits of one setting that follow one another as quickly are one step, such as typing."""

MOST_STEPS = 500
LONGEST = 60
"""Letters of a step that the menu shows."""


@dataclass(frozen=True)
class Stand:
    """What an edit leads from, and to: the experiment, and the lesson beside it."""

    experiment: Experiment
    lesson: Lesson | None


class Step(QUndoCommand):
    """One edit; ``show`` brings a stand back. It has been made already when it is pushed."""

    def __init__(self, old: Stand, new: Stand, show: Callable[[Stand], None]) -> None:
        super().__init__()
        self.old, self.new = old, new
        self._show = show
        self._made = False
        self._time = time.monotonic()
        self.drag: object = None  # the press of the mouse during which the edit was made
        self.typing: object = None  # the typing in a field that it is a part of
        self._sealed = False
        self.setText(words(old, new))

    @property
    def place(self) -> tuple[str | int, ...] | None:
        """The one setting that the step changes, None where there are several."""
        found = differences(self.old.experiment, self.new.experiment)
        same_lesson = self.old.lesson is self.new.lesson
        return found[0].place if len(found) == 1 and same_lesson else None

    def redo(self) -> None:
        """Make the edit again."""
        if self._made:
            self.seal()
            self._show(self.new)
        self._made = True

    def undo(self) -> None:
        """Take the edit back."""
        self.seal()
        self._show(self.old)

    def seal(self) -> None:
        """Merge with no other edit, before or after."""
        self._sealed = True

    def goes_on_with(self, before: Step) -> bool:
        """Whether it changes the same setting once more: at once, in the same drag or typing."""
        if self._sealed or before._sealed or before.typing is not self.typing:
            return False
        one_drag = before.drag is not None and before.drag is self.drag
        quick = 0 <= self._time - before._time <= QUICK_SECONDS
        if not (one_drag or quick or self.typing is not None):
            return False
        return before.place is not None and before.place == self.place

    def include(self, before: Step) -> None:
        """Lead from where the step before came from."""
        self.old, self.drag = before.old, before.drag
        self.setText(words(self.old, self.new))

    def withdraw(self) -> None:
        """Undo nothing, and be gone from the stack after that."""
        self._show = lambda _: None
        self.setObsolete(True)


def words(old: Stand, new: Stand) -> str:
    """A step in a few words: the lesson that was chosen, or what was changed."""
    if new.lesson is not old.lesson and new.lesson is not None:
        return new.lesson.heading
    return describe(old.experiment, new.experiment) or "leave the lesson"


class Edits(QObject):
    """Notes every change, and takes them back.

    Args:
        stand: what is shown first.
        show: shows a stand; it tells ``note`` of it as of any other change.

    Attributes:
        undo, redo: actions for menu, keys and buttons; they say what they do.
    """

    def __init__(self, stand: Stand, show: Callable[[Stand], None], parent: QObject) -> None:
        super().__init__(parent)
        self.stack = QUndoStack(self)
        self.stack.setUndoLimit(MOST_STEPS)
        self._stand = stand
        self._show_stand = show
        self._showing = self._sealed = False
        self._drag: object = None
        stack = self.stack
        self.undo = self._action("Undo", stack.undo, ("Ctrl+Z",))
        self.redo = self._action("Redo", stack.redo, ("Ctrl+Shift+Z", "Ctrl+Y"))
        for action, able, text in (
            (self.undo, stack.canUndoChanged, stack.undoTextChanged),
            (self.redo, stack.canRedoChanged, stack.redoTextChanged),
        ):
            able.connect(action.setEnabled)
            text.connect(lambda text, action=action: _say(action, text))

    def note(self, stand: Stand, typing: object = None) -> None:
        """Make a step of what has changed since the last time, unless it is an undo or redo.

        Args:
            stand: what is shown now.
            typing: what tells the typing that the change is a part of from all other.
        """
        sealed, self._sealed = self._sealed, False
        if stand == self._stand:
            return
        if not self._showing:
            step = self._step(stand, typing)
            if sealed:
                step.seal()
            self._push(step)
        self._stand = stand

    def take_back(self, stand: Stand, typing: object = None) -> bool:
        """Undo the step that goes on, if this is where it began; nothing is left of it then.

        So what was recorded there comes back, which no undo could reach: there is no step.
        """
        before = self._before(self._step(stand, typing))
        if self._sealed or before is None or before.old != stand:
            return False
        self._show(before.old)
        before.withdraw()
        self.stack.undo()
        return True

    def end_step(self) -> None:
        """Let no later change be a part of the newest step."""
        newest = self.stack.command(self.stack.index() - 1) if self.stack.index() else None
        if isinstance(newest, Step):
            newest.seal()

    def _step(self, stand: Stand, typing: object) -> Step:
        step = Step(self._stand, stand, self._show)
        step.drag, step.typing = self._present_drag(), typing
        return step

    def _before(self, step: Step) -> Step | None:
        """The newest step, if this one goes on with it."""
        before = self.stack.command(self.stack.index() - 1) if self.stack.index() else None
        if isinstance(before, Step) and not self.stack.canRedo() and step.goes_on_with(before):
            return before
        return None

    def _push(self, step: Step) -> None:
        # Qt can merge steps, too, but Python's half of what it merges is never let go.
        if before := self._before(step):
            step.include(before)
            before.withdraw()
            self.stack.undo()
        if step.old != step.new:
            self.stack.push(step)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """A drag ends when the mouse is let go, however long it has rested."""
        if event.type() == QEvent.Type.MouseButtonRelease:
            self._drag = None
            if app := QGuiApplication.instance():
                app.removeEventFilter(self)
        return False

    def _present_drag(self) -> object:
        """What tells this press of the mouse from all others, None while it is not held."""
        held = QGuiApplication.mouseButtons() != Qt.MouseButton.NoButton
        app = QGuiApplication.instance()
        if held and self._drag is None and app is not None:
            self._drag = object()
            app.installEventFilter(self)
        return self._drag if held else None

    def seal(self) -> None:
        """Take the next change for a step of its own, however quickly it follows."""
        self._sealed = True

    def set_style(self, style: Style) -> None:
        """Colour the icons."""
        self.undo.setIcon(icon("undo", style.text))
        self.redo.setIcon(icon("redo", style.text))

    def _show(self, stand: Stand) -> None:
        self._showing = True
        try:
            self._show_stand(stand)
        finally:
            self._showing = False

    def _action(self, name: str, call: Callable[[], None], keys: tuple[str, ...]) -> QAction:
        action = QAction(self)
        action.setShortcuts([QKeySequence(key) for key in keys])
        action.setIconVisibleInMenu(False)
        action.setEnabled(False)
        action.setData((name, keys[0]))
        action.triggered.connect(lambda _=False: call())
        _say(action, "")
        return action


def _say(action: QAction, text: str) -> None:
    """Say in the menu and on the button what an action would take back, or make again."""
    name, key = action.data()
    short = text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"
    # An ampersand in a lane's name is no mark of a key.
    action.setText(f"&{name}: {short.replace('&', '&&')}" if text else f"&{name}")
    action.setToolTip(f"{name}: {text} ({key})" if text else f"{name}: there is nothing ({key})")


def is_undo_or_redo(event: QKeyEvent) -> bool:
    """Whether this is one of the keys of undo and redo."""
    held = event.modifiers() & Qt.KeyboardModifier.ControlModifier
    return bool(held) and event.key() in (Qt.Key.Key_Z, Qt.Key.Key_Y)
