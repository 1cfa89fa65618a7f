"""The size of a picture: as on the screen, a journal's column, or one's own."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QWidget

from initviz.export.figure import (
    COLUMNS,
    FigureError,
    Millimetres,
    Pixels,
    Size,
    default_height,
)
from initviz.views.combo import Combo

SCREEN, OWN_PIXELS, OWN_MM = "screen", "px", "mm"


class SizeFields(QWidget):
    """A list of sizes, and fields for width, height and resolution, which it fills.

    Signals:
        changed(): another size is chosen.

    Attributes:
        rows: (label, widget), to be put into a form.
    """

    changed = Signal()

    def __init__(self, screen: tuple[int, int]) -> None:
        super().__init__()
        self._screen, self._unit = screen, OWN_PIXELS
        self.preset = Combo()
        self.preset.setAccessibleName("Size of the picture")
        self.preset.addItem("As on the screen", SCREEN)
        for title, width in COLUMNS.items():
            self.preset.addItem(f"{title[:1].upper()}{title[1:]}, {width:g} mm", width)
        self.preset.addItem("Own size in pixels", OWN_PIXELS)
        self.preset.addItem("Own size in mm", OWN_MM)
        self.width_field, self.height_field, self.resolution = (QLineEdit() for _ in range(3))
        for field, name in (
            (self.width_field, "Width"), (self.height_field, "Height"),
            (self.resolution, "Resolution"),
        ):  # fmt: skip
            field.setAccessibleName(name)
            field.textEdited.connect(lambda _: self._edited())
        self.unit_words = QLabel("px")
        self.resolution_words = QLabel("pixels for one")
        sides = QWidget()
        row = QHBoxLayout(sides)
        row.setContentsMargins(0, 0, 0, 0)
        for widget in (self.width_field, QLabel("×"), self.height_field, self.unit_words):
            row.addWidget(widget)
        density = QWidget()
        row = QHBoxLayout(density)
        row.setContentsMargins(0, 0, 0, 0)
        for widget in (self.resolution, self.resolution_words):
            row.addWidget(widget)
        self.rows = (("Size", self.preset), ("", sides), ("Resolution", density))
        self.preset.currentIndexChanged.connect(lambda _: self._preset_chosen())
        self._fill(*screen, 2)

    def set_screen(self, screen: tuple[int, int]) -> None:
        """Tell what "as on the screen" is now."""
        self._screen = screen
        if self.preset.currentData() == SCREEN:
            self._fill(*screen, 2)

    def chosen(self) -> Size:
        """What the fields say.

        Raises:
            FigureError: if they hold no numbers.
        """
        try:
            width, height, resolution = (
                float(field.text().replace(",", "."))
                for field in (self.width_field, self.height_field, self.resolution)
            )
        except ValueError:
            raise FigureError("the size is not a number; write one like 1280") from None
        if not (0 < width < 1e5 and 0 < height < 1e5 and 0 < resolution < 1e5):
            raise FigureError("the size is out of range; write numbers above 0")
        if self._unit == OWN_MM:
            return Millimetres(width, height, resolution)
        if resolution > 8:
            raise FigureError("the resolution is out of range; write 1 to 8 pixels for one")
        return Pixels(round(width), round(height), resolution)

    def _preset_chosen(self) -> None:
        preset = self.preset.currentData()
        if preset == SCREEN:
            self._unit = OWN_PIXELS
            self._fill(*self._screen, 2)
        elif isinstance(preset, float):
            self._unit = OWN_MM
            self._fill(preset, default_height(preset, page=True), 300)
        elif preset != self._unit:
            self._unit = preset
            self._fill(*((170, 120, 300) if preset == OWN_MM else (1280, 800, 2)))
        self.changed.emit()

    def _edited(self) -> None:
        with QSignalBlocker(self.preset):
            self.preset.setCurrentIndex(self.preset.findData(self._unit))
        self.changed.emit()

    def _fill(self, width: float, height: float, resolution: float) -> None:
        self.width_field.setText(f"{width:g}")
        self.height_field.setText(f"{height:g}")
        self.resolution.setText(f"{resolution:g}")
        paper = self._unit == OWN_MM
        self.unit_words.setText("mm" if paper else "px")
        self.resolution_words.setText("dpi" if paper else "× (pixels of a PNG for one)")
