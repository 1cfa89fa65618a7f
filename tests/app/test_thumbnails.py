from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint
from pytestqt.qtbot import QtBot

from initviz.app.thumbnails import SIDE, Thumbnails, picture, thumbnail
from initviz.app.window import Window
from initviz.catalog.datasets import DATASETS
from initviz.views.combo import Combo
from initviz.views.style import DARK, LIGHT
from tests.app.conftest import LONG


@pytest.mark.parametrize("name", DATASETS)
def test_a_thumbnail_shows_the_points_of_its_dataset(name: str) -> None:
    shown = thumbnail(DATASETS[name])
    assert 20 <= len(shown.points) <= 260
    assert shown.points.min() >= -1e-9
    assert shown.points.max() <= 1 + 1e-9
    assert np.ptp(shown.points, axis=0).max() == pytest.approx(1)  # it fills the square
    assert len(np.unique(shown.shades)) > 1
    for ratio in (1.0, 2.0):
        pixmap = picture(shown, DARK, ratio)
        assert pixmap.width() == SIDE * ratio
        image = pixmap.toImage()
        colours = {image.pixel(QPoint(x, y)) for x in range(SIDE) for y in range(SIDE)}
        assert len(colours) > 3


def test_the_list_has_pictures_once_it_has_been_opened(window: Window, qtbot: QtBot) -> None:
    combo, thumbnails = window.controls.dataset.control, window.controls.thumbnails
    assert isinstance(combo, Combo)
    assert isinstance(thumbnails, Thumbnails)
    assert combo.itemIcon(0).isNull()
    combo.showPopup()
    combo.hidePopup()
    qtbot.waitUntil(lambda: len(thumbnails.made) == len(DATASETS), timeout=LONG)
    assert not any(combo.itemIcon(place).isNull() for place in range(combo.count()))
    before = combo.itemIcon(0).cacheKey()
    thumbnails.set_style(LIGHT)
    assert combo.itemIcon(0).cacheKey() != before
