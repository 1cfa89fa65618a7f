"""Dialogs that fit onto the screen, however small it is, and scroll where they have to."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QSize, Qt
from PySide6.QtWidgets import QFrame, QLayout, QScrollArea, QWidget

from initviz.app.layouts import TITLE_BAR


def fit_to_screen(dialog: QWidget, size: QSize) -> None:
    """Give a dialog a size, or as much of it as its screen has room for."""
    dialog.resize(size.boundedTo(dialog.screen().availableSize() - TITLE_BAR))


def scrolling(what: QWidget | QLayout) -> QScrollArea:
    """Something in an area that scrolls, and that needs no bar where there is room."""
    if isinstance(what, QLayout):
        holder = QWidget()
        holder.setLayout(what)
        what = holder
    area = _Area()
    area.setProperty("bare", True)
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setWidgetResizable(True)
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    area.setWidget(what)
    return area


class _Area(QScrollArea):
    """Asks for as much room as its content, and is content with little."""

    def sizeHint(self) -> QSize:
        """All of it, and a bar."""
        content = self.widget()
        assert content is not None
        return content.sizeHint() + QSize(self.verticalScrollBar().sizeHint().width(), 2)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Say so when the content asks for another size."""
        if event.type() == QEvent.Type.LayoutRequest:
            self.updateGeometry()
        return super().eventFilter(watched, event)
