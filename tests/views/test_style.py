from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from numpy.typing import NDArray
from PySide6.QtGui import QColor

from initviz.experiment import MAX_LANES
from initviz.views.style import (
    DASHES,
    GLYPHS,
    SMALL_SIZE,
    STYLES,
    SYMBOLS,
    TEXT_SIZE,
    Style,
    font,
    ramp,
)

STYLE = pytest.mark.parametrize("style", STYLES.values(), ids=STYLES)

# Viénot, Brettel & Mollon 1999, on linear light.
DEUTERANOPIA = np.array([[0.29275, 0.70725, 0], [0.29275, 0.70725, 0], [-0.02234, 0.02234, 1]])
TO_LAB = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])


def linear(colour: str) -> NDArray[np.float64]:
    c = np.array(QColor(colour).getRgbF()[:3])
    return np.where(c <= 0.04045, c / 12.92, ((c + 0.055) / 1.055) ** 2.4)


def luminance(colour: str) -> float:
    return float(linear(colour) @ [0.2126, 0.7152, 0.0722])


def contrast(a: str, b: str) -> float:
    """The ratio of WCAG 2."""
    low, high = sorted([luminance(a), luminance(b)])
    return (high + 0.05) / (low + 0.05)


def lab(light: NDArray[np.float64]) -> NDArray[np.float64]:
    """CIE L*a*b*, in which distances are about as large as they look."""
    t = TO_LAB @ np.clip(light, 0, 1) / [0.9505, 1, 1.089]
    f = np.where(t > 0.008856, np.cbrt(t), 7.787 * t + 16 / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


@STYLE
@pytest.mark.parametrize("ground", ["window", "panel", "field"])
@pytest.mark.parametrize("words", ["text", "muted", "bad", "note", "good"])
def test_words_stand_out_from_every_ground(style: Style, ground: str, words: str) -> None:
    assert contrast(getattr(style, words), getattr(style, ground)) >= 4.5


@STYLE
def test_words_on_the_accent_stand_out(style: Style) -> None:
    assert contrast(style.on_accent, style.accent) >= 4.5


@STYLE
def test_every_lane_colour_is_seen_on_the_panel(style: Style) -> None:
    assert min(contrast(lane, style.panel) for lane in style.lanes) >= 2


@STYLE
def test_lane_colours_are_told_apart(style: Style) -> None:
    assert len(style.lanes) == MAX_LANES
    distances = [
        np.linalg.norm(lab(linear(a)) - lab(linear(b))) for a, b in combinations(style.lanes, 2)
    ]
    assert min(distances) > 15


@STYLE
def test_lane_colours_are_told_apart_without_green(style: Style) -> None:
    seen = [lab(DEUTERANOPIA @ linear(lane)) for lane in style.lanes]
    assert min(np.linalg.norm(a - b) for a, b in combinations(seen, 2)) > 6


@pytest.mark.parametrize("marks", [SYMBOLS, GLYPHS, DASHES], ids=["symbols", "glyphs", "dashes"])
def test_every_lane_has_a_mark_of_its_own(marks: tuple[object, ...]) -> None:
    assert len(marks) == MAX_LANES
    assert all(a != b for a, b in combinations(marks, 2))


@STYLE
def test_only_the_first_lane_is_drawn_solid_when_dashed(style: Style) -> None:
    patterns = [tuple(style.lane_pen(i, dashed=True).dashPattern()) for i in range(1, MAX_LANES)]
    assert len(set(patterns)) == MAX_LANES - 1
    assert not style.lane_pen(3).dashPattern()


@STYLE
def test_the_maps_middle_is_neutral_and_its_ends_differ_in_hue(style: Style) -> None:
    table = style.diverging()
    assert table.shape == (256, 3)
    middle = table[127:129].astype(int)
    assert np.ptp(middle) < 12  # grey
    ends = [lab(DEUTERANOPIA @ linear(colour)) for colour in (style.negative, style.positive)]
    assert np.linalg.norm(ends[0] - ends[1]) > 40


@STYLE
def test_the_map_of_shares_runs_from_the_panel_to_the_brightest(style: Style) -> None:
    table = style.sequential()
    ground = QColor(style.panel)
    assert table[0].tolist() == [ground.red(), ground.green(), ground.blue()]
    lightness = table.astype(float).sum(axis=1)
    assert (np.sign(np.diff(lightness)) * np.sign(lightness[-1] - lightness[0]) >= 0).all()


def test_a_ramp_meets_its_stops() -> None:
    table = ramp(["#000000", "#ff0000", "#ffffff"])
    assert table[0].tolist() == [0, 0, 0]
    assert table[-1].tolist() == [255, 255, 255]
    assert np.abs(table[127].astype(int) - [255, 0, 0]).max() <= 2


@STYLE
def test_pictures_of_twice_the_size_have_lines_of_twice_the_width(style: Style) -> None:
    from dataclasses import replace

    assert replace(style, line=2.0).pen("#000000", 1.5).widthF() == 3 * style.stroke
    assert style.pen("#000000", 1.5).isCosmetic()


def test_no_text_is_smaller_than_11_pixels() -> None:
    assert min(SMALL_SIZE, TEXT_SIZE) >= 11


@STYLE
def test_the_frame_of_what_has_the_keyboard_stands_out(style: Style) -> None:
    for frame, ground in (
        (style.accent, style.window), (style.accent, style.panel), (style.accent, style.field),
        (style.accent, style.border), (style.text, style.accent),
    ):  # fmt: skip
        assert contrast(frame, ground) >= 1.8, (frame, ground)
    for frame, ground in ((style.accent, style.window), (style.accent, style.panel)):
        assert contrast(frame, ground) >= 3, (frame, ground)


@pytest.mark.parametrize("scale", [0.8, 1.0, 1.3, 2.0])
def test_text_and_what_holds_it_grow_by_one_factor(scale: float) -> None:
    from dataclasses import replace

    style = replace(STYLES["dark"], text_scale=scale)
    assert style.font().pixelSize() == round(TEXT_SIZE * scale)
    assert style.font(SMALL_SIZE, bold=True).bold()
    assert style.px(100) == round(100 * scale)
    assert STYLES["light"].font() == font()
