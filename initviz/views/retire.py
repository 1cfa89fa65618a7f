"""Widgets that others have taken the place of."""

from __future__ import annotations

from PySide6.QtWidgets import QLayout, QWidget


def retire(widget: QWidget, layout: QLayout) -> None:
    """Take a widget out of its layout; it emits nothing from now on, and Qt deletes it soon.

    A hand may still hold it: a run that is opened in the background replaces the controls in the
    middle of a drag, and the rest of the drag reaches a slider of what is no longer there.
    """
    layout.removeWidget(widget)
    widget.blockSignals(True)
    widget.hide()
    widget.deleteLater()
