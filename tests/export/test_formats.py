"""Pictures in every format, judged by what is in the files, and by other programs' eyes."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from unicodedata import normalize
from xml.etree import ElementTree

import numpy as np
import pytest
from numpy.typing import NDArray
from PySide6.QtGui import QImage, QPainter
from PySide6.QtSvg import QSvgRenderer

from initviz.export.figure import FORMATS, Figure, FigureError, Millimetres, Pixels, Size
from initviz.export.picture import WRITERS
from initviz.export.render import figure_of
from initviz.export.svg import readable
from initviz.focus import Focus
from initviz.snapshot import Snapshot
from initviz.views import VIEWS
from initviz.views.key import Entry, LaneKey
from initviz.views.page import PAGES
from initviz.views.style import LIGHT
from tests.views.inside import with_inside
from tests.views.snapshots import linear_logits, snapshot

SVG, LINK = "{http://www.w3.org/2000/svg}", "{http://www.w3.org/1999/xlink}href"
COLUMN = Millimetres(85, 64, 300)
FOCUS = Focus(1, None, 1)


def shown(lanes: int = 2) -> Snapshot:
    logits = linear_logits(1, 0.3, 0) * np.linspace(0.5, 2, lanes)[:, None, None]
    losses = np.linspace(2, 0.1, 6)[:, None] * np.linspace(1, 2, lanes)
    made = snapshot(lanes, epoch=5, boundary=logits, train_loss=losses)
    return with_inside(made, FOCUS if lanes > 1 else Focus(0, None, 1))


def file_of(what: str, form: str, size: Size | None = None, **more: object) -> bytes:
    size = size or (Pixels(800, 600) if what in PAGES else Pixels(420, 320))
    figure = Figure(what, form, size, **{"theme": "light", **more})  # type: ignore[arg-type]
    return figure_of(shown(), figure, FOCUS)


def elements(data: bytes, tag: str) -> list[ElementTree.Element]:
    return list(ElementTree.fromstring(data).iter(f"{SVG}{tag}"))


def words(data: bytes) -> list[str]:
    return ["".join(it.itertext()) for it in elements(data, "text")]


def pixels(image: QImage) -> NDArray[np.int_]:
    """(height, width, 4): blue, green, red, opacity."""
    image = image.convertToFormat(QImage.Format.Format_ARGB32)
    lines = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), -1, 4)
    return lines.astype(int)


def program(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        pytest.skip(f"{name} is not installed")
    return found


def test_every_format_can_be_written() -> None:
    assert list(WRITERS) == list(FORMATS)


# --- PNG --------------------------------------------------------------------------------------


def test_a_png_has_its_size_and_tells_its_density(qapp: object) -> None:
    image = QImage.fromData(file_of("history", "png", COLUMN))

    assert (image.width(), image.height()) == (1004, 756)
    assert image.dotsPerMeterX() == image.dotsPerMeterY() == round(300 / 0.0254)


@pytest.mark.parametrize("what", ["overview", "history"])
def test_a_transparent_png_has_no_ground_but_all_else(qapp: object, what: str) -> None:
    bare = pixels(QImage.fromData(file_of(what, "png", ground="transparent")))
    whole = pixels(QImage.fromData(file_of(what, "png")))

    assert (bare[..., 3] == 0).mean() > 0.3
    assert (bare[..., 3] == 255).mean() > 0.005
    assert (whole[..., 3] == 255).all()


def test_a_white_ground_is_white_everywhere(qapp: object) -> None:
    image = pixels(QImage.fromData(file_of("overview", "png", ground="white")))

    assert (image[0, :, :3] == 255).all()
    assert (image[:, 0, :3] == 255).all()


# --- SVG --------------------------------------------------------------------------------------


@pytest.mark.parametrize("what", PAGES)
def test_the_titles_of_a_page_are_text_and_its_buttons_are_left_out(
    qapp: object, what: str
) -> None:
    said = words(file_of(what, "svg", Pixels(1280, 800)))

    layout = PAGES[what]
    for name in (name for row in layout.rows for name in row):
        assert VIEWS[name].title in said
    assert "side by side" not in said  # a button of the bar above the views
    assert not any("▾" in text for text in said)


@pytest.mark.parametrize("what", VIEWS)
def test_a_view_has_text_and_shapes_and_no_pictures_of_them(qapp: object, what: str) -> None:
    data = file_of(what, "svg", Pixels(640, 480))

    assert VIEWS[what].title in words(data)
    assert len(words(data)) > 2
    assert len(elements(data, "path")) > 2
    if what in ("history", "gradients", "movement", "samples"):
        assert not elements(data, "image")


def test_the_boundary_is_embedded_once_and_at_its_own_resolution(qapp: object) -> None:
    data = file_of("boundary", "svg")
    images = elements(data, "image")
    uses = [use.get(LINK) for use in elements(data, "use")]

    assert sorted((int(it.get("width", 0)), int(it.get("height", 0))) for it in images)[1:] == [
        (40, 40), (40, 40),
    ]  # fmt: skip
    contents = [it.get(LINK) for it in images]
    assert len(set(contents)) == len(contents)
    assert {f"#{it.get('id')}" for it in images} == set(uses)


def test_equal_images_are_embedded_once(qapp: object) -> None:
    same = with_inside(snapshot(4, boundary=linear_logits(1, 0, 0)), FOCUS)
    data = figure_of(same, Figure("boundary", "svg", Pixels(800, 400), "light"), FOCUS)

    tiles = [it.get("id") for it in elements(data, "image") if it.get("width") == "40"]
    assert len(tiles) == 1
    assert [use.get(LINK) for use in elements(data, "use")].count(f"#{tiles[0]}") == 4


def test_curves_are_paths_in_their_colours_within_the_picture(qapp: object) -> None:
    data = file_of("history", "svg")
    colours = {"#d55e00", "#56b4e9"}
    curves = [
        it
        for it in elements(data, "path")
        if it.get("stroke") in colours and it.get("fill") == "none"
    ]
    # One point for each of the six epochs.
    ends = [re.findall(r"[ML](-?[\d.]+) (-?[\d.]+)", it.get("d", "")) for it in curves]
    long = [[(float(x), float(y)) for x, y in points] for points in ends if len(points) == 6]

    assert len(long) >= 2
    for points in long:
        assert all(0 < x < 420 and 0 < y < 320 for x, y in points)
        assert all(a < b for (a, _), (b, _) in pairwise(points))


def test_what_reaches_out_of_its_plot_is_cut_off_there(qapp: object) -> None:
    data = file_of("network", "svg", Pixels(260, 200))
    root = ElementTree.fromstring(data)
    clips = {it.get("id"): it for it in root.iter(f"{SVG}clipPath")}
    used = {
        str(group.get("clip-path"))[5:-1] for group in root.iter(f"{SVG}g")
        if group.get("clip-path")
    }  # fmt: skip

    assert used
    assert used == set(clips)
    for clip in clips.values():
        for rect in clip.iter(f"{SVG}rect"):
            assert 0 <= float(rect.get("x", -1)) <= 260
            assert float(rect.get("x", 0)) + float(rect.get("width", 1e9)) <= 260.01


def test_a_transparent_svg_has_no_ground(qapp: object) -> None:
    def filled(data: bytes) -> bool:
        whole = "M0 0L420 0L420 320L0 320"
        return any(it.get("d", "").startswith(whole) for it in elements(data, "path"))

    assert filled(file_of("history", "svg"))
    assert not filled(file_of("history", "svg", ground="transparent"))


def test_an_svg_says_its_size_in_its_own_unit(qapp: object) -> None:
    root = ElementTree.fromstring(file_of("history", "svg", COLUMN, theme="paper"))

    assert (root.get("width"), root.get("height")) == ("85mm", "64mm")
    assert root.get("viewBox") == "0 0 361.42 272.13"
    assert str(root.get("font-family")).startswith("DejaVu Sans")
    assert root.findtext(f"{SVG}title") == "initviz: Loss, epoch 5"


# --- PDF --------------------------------------------------------------------------------------


def test_a_pdf_has_its_size_embedded_fonts_and_no_markers_as_images(qapp: object) -> None:
    data = file_of("history", "pdf", COLUMN, theme="paper")

    assert data.startswith(b"%PDF-")
    box = re.search(rb"/MediaBox \[\s*0 0 ([\d.]+) ([\d.]+)", data)
    assert box is not None
    assert [float(side) for side in box.groups()] == pytest.approx([240.94, 181.42], abs=0.5)
    assert b"/FontFile2" in data
    assert b"/Subtype /Image" not in data


def test_the_boundaries_of_a_pdf_are_embedded_once_at_their_resolution(qapp: object) -> None:
    data = file_of("boundary", "pdf")

    assert len(re.findall(rb"/Width 40\n/Height 40\n", data)) == 2
    assert b"/DCTDecode" not in data  # JPEG would blur the edges


@pytest.mark.parametrize("what", ["overview", "neurons"])
def test_the_text_of_a_pdf_can_be_found(qapp: object, tmp_path: Path, what: str) -> None:
    path = tmp_path / "page.pdf"
    path.write_bytes(file_of(what, "pdf", Pixels(1280, 800)))
    text = normalize("NFKC", _run(program("pdftotext"), "-layout", str(path), "-"))  # "ﬂ" is fl
    for name in (name for row in PAGES[what].rows for name in row):
        assert VIEWS[name].title in text

    fonts = _run(program("pdffonts"), str(path)).splitlines()[2:]
    assert fonts
    assert all("TrueType" in font and " yes " in font for font in fonts)


# --- the same in all formats ------------------------------------------------------------------


def by_qt(data: bytes, path: Path, width: int, height: int) -> QImage:
    image = QImage(width, height, QImage.Format.Format_ARGB32)
    image.fill(0xFFFFFFFF)
    painter = QPainter(image)
    QSvgRenderer(data).render(painter)
    painter.end()
    return image


def by_rsvg(data: bytes, path: Path, width: int, height: int) -> QImage:
    path.with_suffix(".svg").write_bytes(data)
    _run(program("rsvg-convert"), "-w", str(width), "-h", str(height),
         str(path.with_suffix(".svg")), "-o", str(path))  # fmt: skip
    return QImage(str(path))


def by_poppler(data: bytes, path: Path, width: int, height: int) -> QImage:
    path.with_suffix(".pdf").write_bytes(data)
    _run(program("pdftoppm"), "-scale-to-x", str(width), "-scale-to-y", str(height), "-png",
         "-singlefile", str(path.with_suffix(".pdf")), str(path.with_suffix("")))  # fmt: skip
    return QImage(str(path))


@pytest.mark.parametrize("size", [Pixels(800, 600, 2), Millimetres(170, 127.5, 240)], ids=str)
@pytest.mark.parametrize(
    ("form", "drawn_by"), [("svg", by_qt), ("svg", by_rsvg), ("pdf", by_poppler)]
)
@pytest.mark.parametrize("what", ["history", "boundary", "gradients"])
def test_all_formats_show_the_same(
    qapp: object,
    tmp_path: Path,
    what: str,
    form: str,
    drawn_by: Callable[[bytes, Path, int, int], QImage],
    size: Size,
) -> None:
    picture = QImage.fromData(file_of(what, "png", size, theme="paper"))
    data = file_of(what, form, size, theme="paper")
    other = drawn_by(data, tmp_path / "seen.png", picture.width(), picture.height())

    a, b = (_coarse(image) for image in (picture, other))
    far = np.abs(a - b).max(axis=-1)
    assert far.mean() < 4
    # Edges are smoothed differently; an axis or a curve that stands elsewhere is far more.
    assert (far > 60).mean() < 0.004


def _coarse(image: QImage) -> NDArray[np.float64]:
    """Means over squares of 4 × 4 pixels, (height, width, 3)."""
    values = pixels(image)[..., :3]
    height, width = (side // 4 * 4 for side in values.shape[:2])
    squares = values[:height, :width].reshape(height // 4, 4, width // 4, 4, 3)
    return np.asarray(squares.mean(axis=(1, 3)))


# --- which picture ----------------------------------------------------------------------------


def test_only_the_chosen_lanes_are_drawn(qapp: object) -> None:
    figure = Figure("boundary", "svg", Pixels(640, 400), "light", lanes=(0, 2))
    said = words(figure_of(shown(3), figure, FOCUS))

    titles = [lane.title for lane in shown(3).experiment.lanes]
    assert any(titles[0] in text for text in said)
    assert any(titles[2] in text for text in said)
    assert not any(titles[1] in text for text in said)


def test_a_picture_of_something_unknown_is_answered_with_what_there_is(qapp: object) -> None:
    with pytest.raises(FigureError, match="choose one of overview, neurons, weights, boundary"):
        figure_of(shown(), Figure("nonsense"))


def test_drawing_for_print_leaves_the_applications_look_alone(qapp: object) -> None:
    from PySide6.QtWidgets import QApplication

    app = QApplication.instance()
    assert isinstance(app, QApplication)
    before = app.styleSheet(), app.palette(), app.font()
    file_of("overview", "pdf", Millimetres(170, 120), theme="paper")

    assert (app.styleSheet(), app.palette(), app.font()) == before


def _run(*command: str) -> str:
    return subprocess.run(command, check=True, capture_output=True, timeout=60, text=True).stdout


@pytest.mark.parametrize("what", VIEWS)
def test_a_view_that_stands_alone_names_its_lanes(qapp: object, what: str) -> None:
    titles = [lane.title for lane in shown().experiment.lanes]
    seen = titles if what not in ("network", "heatmap", "similarity", "distributions") else [
        titles[FOCUS.lane]
    ]  # fmt: skip
    said = " · ".join(words(file_of(what, "svg", Pixels(640, 480))))

    for title in seen:
        assert title in said


@pytest.mark.parametrize("what", PAGES)
def test_a_page_names_every_lane(qapp: object, what: str) -> None:
    said = words(file_of(what, "svg", Pixels(1400, 900)))
    titles = [lane.title for lane in shown().experiment.lanes]
    assert all(any(title in text for text in said) for title in titles)


def test_a_key_takes_as_many_lines_as_its_names_need(qapp: object) -> None:
    wide, narrow = LaneKey(), LaneKey()
    entries = [Entry(colour, f"initialisation {colour}") for colour in range(4)]
    for key, width in ((wide, 800), (narrow, 150)):
        key.resize(width, 10)
        key.show_entries(entries, LIGHT)

    assert narrow.height() > 3.5 * wide.height()
    wide.show_entries([], LIGHT)
    assert wide.isHidden()


def test_signs_that_xml_lacks_are_replaced() -> None:
    assert readable("a\x07b − c\n") == "a\ufffdb − c\ufffd"
