from __future__ import annotations

import dataclasses

import pytest

from initviz.export.figure import (
    COLUMNS,
    Figure,
    FigureError,
    Millimetres,
    Pixels,
    Size,
    parse_lanes,
    parse_size,
)


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("1280x800", Pixels(1280, 800, 2)),
        ("640 × 480 px", Pixels(640, 480, 2)),
        ("170x120mm", Millimetres(170, 120, 300)),
        ("17x12cm", Millimetres(170, 120, 300)),
        ("85.5 x 60 mm", Millimetres(85.5, 60, 300)),
    ],
)
def test_a_size_is_read_as_it_is_written(text: str, size: Size) -> None:
    assert parse_size(text, page=True) == size


def test_a_width_alone_has_a_height_that_suits() -> None:
    size = parse_size("85mm", page=False)

    assert isinstance(size, Millimetres)
    assert size.width == 85
    assert 40 < size.height < 85


@pytest.mark.parametrize("text", ["", "large", "1280", "85", "85in", "x", "-3x5", "1e3x5"])
def test_what_is_no_size_is_answered_with_one(text: str) -> None:
    with pytest.raises(FigureError, match="write one like 1280x800, 85mm or 170x120mm"):
        parse_size(text, page=True)


@pytest.mark.parametrize("dpi", [72, 300, 600])
def test_paper_has_as_many_pixels_as_its_millimetres_and_dpi_say(dpi: int) -> None:
    size = Millimetres(85, 60, dpi)

    assert size.pixels == (round(85 / 25.4 * dpi), round(60 / 25.4 * dpi))
    assert size.points == pytest.approx((240.94, 170.08), abs=0.01)
    assert size.words == ("85mm", "60mm")


@pytest.mark.parametrize("width", COLUMNS.values(), ids=COLUMNS)
def test_text_on_paper_is_as_large_as_journals_take(width: float) -> None:
    size = Millimetres(width, 60)
    point = size.points[0] / (width / 25.4 * 108)  # of one pixel of the layout

    assert size.layout[0] == pytest.approx(width / 25.4 * 108, abs=1)
    for pixels in (11, 12):
        assert 7 <= pixels * point <= 9


def test_a_picture_that_can_be_drawn_is_let_through() -> None:
    Figure().check(page=True)
    for width in COLUMNS.values():
        Figure("history", "pdf", Millimetres(width, 60), "paper").check(page=False)
    Figure("overview", "pdf", Millimetres(170, 120), "paper").check(page=True)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"format": "bmp"}, "choose png, svg or pdf"),
        ({"theme": "pink"}, "choose dark, light or paper"),
        ({"ground": "blue"}, "choose theme, white or transparent"),
        ({"ground": "white"}, "choose light or paper"),
        ({"size": Pixels(599, 800)}, "choose 600x460 to 8000x8000"),
        ({"size": Pixels(800, 8001)}, "choose 600x460 to 8000x8000"),
        ({"size": Millimetres(85, 120)}, "choose 142x109 to"),
        ({"size": Millimetres(170, 120, 5000)}, "choose 36 to 1200"),
        ({"size": Millimetres(800, 800, 1200)}, "choose fewer dpi, or SVG or PDF"),
    ],
)
def test_a_picture_that_cannot_be_drawn_is_answered_with_the_cure(
    changes: dict[str, object], words: str
) -> None:
    figure = dataclasses.replace(Figure(), **changes)  # type: ignore[arg-type]
    with pytest.raises(FigureError, match=words):
        figure.check(page=True)


@pytest.mark.parametrize("size", [Millimetres(142, 109), Pixels(600, 460)])
def test_the_smallest_size_that_is_named_is_taken(size: Size) -> None:
    Figure(size=size).check(page=True)


@pytest.mark.parametrize(
    ("text", "lanes"), [("1", (0,)), ("3,1", (0, 2)), ("2-4", (1, 2, 3)), ("1, 3-4", (0, 2, 3))]
)
def test_lanes_are_counted_from_1_and_kept_in_order(text: str, lanes: tuple[int, ...]) -> None:
    assert parse_lanes(text, 4) == lanes


@pytest.mark.parametrize("text", ["", "x", "1,,2", "0", "5", "3-2", "1-5"])
def test_lanes_that_are_not_there_are_refused(text: str) -> None:
    with pytest.raises(FigureError, match=r"write numbers like|they are 1 to 4"):
        parse_lanes(text, 4)
