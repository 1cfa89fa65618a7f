from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from initviz.experiment import Lane
from initviz.export.picture import draw
from initviz.focus import Focus
from initviz.parts import Part
from initviz.recording import PER_LAYER
from initviz.snapshot import Snapshot
from initviz.views import VIEWS
from initviz.views.activations import ActivationView
from initviz.views.base import Header, behind_another
from initviz.views.boundary import BoundaryView
from initviz.views.page import PAGES, Page, PageLayout
from initviz.views.panel import Panel, Switch
from initviz.views.style import DARK, GLYPHS, LIGHT
from tests.views.conftest import Make
from tests.views.inside import with_inside
from tests.views.snapshots import SIZE_BINS, experiment, in_bin, linear_logits, snapshot
from tests.views.ticks import seen_range

EXTREMES = (0.0, 1e-45, 1e-30, 1e30, 1.7e308, np.inf, -np.inf, np.nan)


def extreme(value: float, layers: int, epoch: int = 3) -> Snapshot:
    """Everything that is computed has this value, for one of two lanes."""
    pair = [value, 1.0]
    with np.errstate(all="ignore"):
        logits = np.array(pair)[:, None, None] * linear_logits(1, 0, 0, 8)
    finite = bool(np.isfinite(value))
    share = in_bin(-1) if finite else np.zeros(SIZE_BINS)
    made = snapshot(
        2, layers, epoch,
        weight_gradients=pair, z_gradients=pair, train_loss=np.abs(pair), test_loss=np.abs(pair),
        boundary=logits,
        diverged_at=[-1 if finite else 2, -1],
        sizes=np.stack([share, in_bin(0)]), values=np.stack([share[:64], in_bin(0)[:64]]),
        zeros=float(value == 0), activations=value,
        per_layer=dict.fromkeys(PER_LAYER, np.array(pair)[:, None]),
    )  # fmt: skip
    return with_inside(
        made, Focus(0, 1, 1), tile=value, update=value, apart=np.abs(pair), singular=abs(value),
        shares=None if finite else np.nan,
    )  # fmt: skip


@pytest.fixture
def page(qtbot: QtBot) -> Page:
    page = Page(PAGES["overview"], DARK)
    qtbot.addWidget(page)
    page.resize(900, 600)
    page.show()
    qtbot.waitExposed(page)
    return page


def full(epoch: int = 0, **more: object) -> Snapshot:
    return with_inside(snapshot(epoch=epoch, boundary=linear_logits(1, 1, 0), **more))


@pytest.mark.parametrize("name", VIEWS)
@pytest.mark.parametrize("layers", [3, 12])
def test_extreme_numbers_are_drawn_without_a_word(make: Make, name: str, layers: int) -> None:
    view = make(VIEWS[name], 300, 200)
    for switch in [None, *view.panel.findChildren(Switch)]:
        for choice in switch._values if switch else [None]:
            if switch:
                switch.choose(choice)
            for value in EXTREMES:
                view.show(extreme(value, layers))
                draw(view)

    view.show(full(epoch=4))
    assert not draw(view).isNull()


@pytest.mark.parametrize("name", VIEWS)
@pytest.mark.parametrize("lanes", [1, 8])
@pytest.mark.parametrize("layers", [2, 101])
def test_every_number_of_lanes_and_layers_is_drawn(
    make: Make, name: str, lanes: int, layers: int
) -> None:
    view = make(VIEWS[name], 300, 200)
    of = experiment(lanes, layers)
    view.show(with_inside(snapshot(of=of, boundary=linear_logits(1, 0, 0))))

    image = draw(view)
    assert len({image.pixel(x, y) for x in range(0, 300, 7) for y in range(40, 200, 7)}) > 2


@pytest.mark.parametrize("name", VIEWS)
def test_views_say_who_they_are(make: Make, name: str) -> None:
    view = make(VIEWS[name])

    assert view.name == name
    assert view.panel.title.text() == view.title
    assert view.panel.title.toolTip() == view.help
    assert view.canvas.accessibleName() == view.title
    for switch in view.panel.findChildren(Switch):
        for button in switch._group.buttons():
            assert button.text()
            assert button.toolTip()
            assert button.accessibleName()


@pytest.mark.parametrize("name", VIEWS)
def test_a_change_of_lanes_is_followed(make: Make, name: str) -> None:
    view = make(VIEWS[name])
    for lanes in (2, 5, 1, 8, 2):
        view.show(with_inside(snapshot(lanes, boundary=linear_logits(1, 0, 0))))
        draw(view)

    assert view.snapshot is not None
    assert len(view.snapshot.experiment.lanes) == 2


@pytest.mark.parametrize("layout", PAGES.values(), ids=PAGES)
def test_pages_hold_views_that_exist_once(layout: PageLayout) -> None:
    names = [name for row in layout.rows for name in row]
    assert set(names) <= set(VIEWS)
    assert len(names) == len(set(names))
    assert len(layout.rows) == len(layout.heights)


def test_every_view_stands_on_a_page() -> None:
    assert {name for page in PAGES.values() for row in page.rows for name in row} == set(VIEWS)


def test_a_page_shows_a_snapshot_in_every_view(page: Page) -> None:
    shown = full()
    page.show_snapshot(shown)

    assert all(view.snapshot is shown for view in page.views)
    assert [page.view(view.name) for view in page.views] == page.views


def test_another_style_keeps_every_views_data(page: Page) -> None:
    shown = full(epoch=1)
    page.show_snapshot(shown)
    page.set_style(LIGHT)

    assert all(view.snapshot is shown for view in page.views)
    assert all(view.look is LIGHT for view in page.views)
    grounds = {view.canvas.backgroundBrush().color().name() for view in page.views}
    assert grounds == {LIGHT.panel}
    tile = page.view("boundary")._tiles[0]
    assert len(tile.line.getData()[0])


def test_views_that_cannot_be_seen_take_another_style_when_they_are_shown(page: Page) -> None:
    history, gradients = page.view("history"), page.view("gradients")
    page.show_snapshot(full())
    page.hide_views(["history"])
    unseen, seen = history.plot, gradients.plot
    page.set_style(LIGHT)
    assert history.plot is unseen
    assert gradients.plot is not seen

    page.hide_views(())
    page.show_snapshot(full())
    assert history.plot is not unseen

    seen = gradients.plot
    page.set_style(DARK, redraw=False)
    assert gradients.plot is seen
    page.show_snapshot(full())
    assert gradients.plot is not seen


@pytest.mark.parametrize("scale", [1, 2, 4])
def test_a_picture_leaves_the_page_as_it_is(page: Page, scale: int) -> None:
    page.show_snapshot(full(weight_gradients=[1e-9, 0]))
    page.show_snapshot(full(epoch=1))
    plots = [page.view("gradients").plot, page.view("history").plot]
    plots += page.view("activations").plots
    before = [seen_range(plot) for plot in plots]
    looks = [view.look for view in page.views]
    tools = [panel._tools.isVisible() for panel in page.findChildren(Panel)]
    picture = draw(page, scale)

    after = [page.view("gradients").plot, page.view("history").plot]
    after += page.view("activations").plots
    assert [seen_range(plot) for plot in after] == before
    assert [view.look for view in page.views] == looks
    assert [panel._tools.isVisible() for panel in page.findChildren(Panel)] == tools
    assert all(tools)
    assert draw(page, scale) == picture


@pytest.mark.parametrize("layers", [4, 20])
def test_a_large_picture_of_the_weights_page_leaves_it_as_it_is(qtbot: QtBot, layers: int) -> None:
    page = Page(PAGES["weights"], DARK)
    qtbot.addWidget(page)
    page.resize(900, 600)
    page.show()
    qtbot.waitExposed(page)
    shown = with_inside(
        snapshot(
            3, layers, 4, per_layer={"gradient_norm": np.geomspace(1e-3, 1, layers)},
            diverged_at=[-1, 2, -1],
        ),
        Focus(0, 1, 1),
    )  # fmt: skip
    for _ in range(2):  # laid out, and fed again at its size
        page.show_snapshot(shown)
        QApplication.processEvents()
    before = draw(page)
    large = draw(page, 2)

    assert large.size() == 2 * before.size()
    assert draw(page) == before


def test_a_smaller_page_arranges_its_views_anew(page: Page) -> None:
    page.show_snapshot(snapshot(8, boundary=linear_logits(1, 0, 0)))
    wide = page.view("boundary")._columns(page.view("boundary").snapshot)
    page.resize(420, 900)
    QApplication.processEvents()
    page.rows.setSizes([700, 200])
    page._rearrange()

    assert page.view("boundary")._columns(page.view("boundary").snapshot) < wide
    assert all(view.snapshot is not None for view in page.views)


def test_reset_gives_the_views_their_room_back(page: Page) -> None:
    before = page.rows.sizes()
    page.rows.setSizes([10, 1000])
    assert page.rows.sizes() != before

    page.reset()

    assert page.rows.sizes() == pytest.approx(before, abs=2)


def test_an_enlarged_view_fills_the_page_and_goes_back_to_its_size(page: Page) -> None:
    page.rows.setSizes([170, 400])
    page.splitters[1].setSizes([200, 300, 400])
    page.show_snapshot(full())
    QApplication.processEvents()
    before = [splitter.sizes() for splitter in page.splitters]
    for view in page.views:
        page.toggle_enlarged(view)
        QApplication.processEvents()
        assert page.shown == [view]
        assert [v for v in page.views if v.panel.isVisible()] == [view]
        assert view.panel.size() == page.size()
        page.toggle_enlarged(view)
        QApplication.processEvents()
        assert page.enlarged is None
        assert all(v.panel.isVisible() for v in page.views)
        assert [splitter.sizes() for splitter in page.splitters] == before


def test_a_double_click_on_title_or_plot_enlarges_and_puts_back(page: Page, qtbot: QtBot) -> None:
    page.show_snapshot(full())
    view = page.view("gradients")
    for _ in range(2):
        for where in (view.panel.title, view.canvas.viewport()):
            qtbot.mouseDClick(where, Qt.MouseButton.LeftButton, pos=where.rect().center())
            assert page.enlarged is view, where
            qtbot.mouseDClick(where, Qt.MouseButton.LeftButton, pos=where.rect().center())
            assert page.enlarged is None


def test_an_enlarged_view_arranges_its_columns_anew(page: Page) -> None:
    page.show_snapshot(snapshot(8, boundary=linear_logits(1, 0, 0)))
    view = page.view("boundary")
    before = view._columns(view.snapshot)
    page.toggle_enlarged(view)
    QApplication.processEvents()
    enlarged = view._columns(view.snapshot)
    assert enlarged != before
    tiles = {round(tile.box.width()) for tile in view._tiles}
    assert max(tiles) - min(tiles) <= 1
    page.put_back()
    QApplication.processEvents()
    assert view._columns(view.snapshot) == before
    assert len({round(tile.box.width()) for tile in view._tiles}) <= 2


def test_a_hidden_view_leaves_its_room_is_not_fed_and_asks_for_nothing(page: Page) -> None:
    told: list[bool] = []
    page.changed.connect(lambda: told.append(True))
    view = page.view("boundary")
    page.set_hidden(view, True)
    assert told
    assert not view.panel.isVisible()
    assert Part.BOUNDARY not in page.wants
    shown = full()
    page.show_snapshot(shown)
    assert view.snapshot is None
    assert all(v.snapshot is shown for v in page.views if v is not view)

    page.set_hidden(view, False)
    assert view.panel.isVisible()
    assert Part.BOUNDARY in page.wants
    page.show_snapshot(shown)
    assert view.snapshot is shown


def test_a_row_whose_views_are_all_hidden_takes_no_room(page: Page) -> None:
    page.hide_views(["activations", "gradients", "history"])
    QApplication.processEvents()
    assert page.view("boundary").panel.height() == page.height()


def test_a_page_with_everything_hidden_says_how_to_put_views_back(page: Page) -> None:
    page.hide_views([view.name for view in page.views])
    assert page.shown == []
    assert page.empty.isVisible()
    assert "Show all views" in page.empty.text()
    page.show_snapshot(full())

    page.reset()
    assert not page.empty.isVisible()
    assert all(view.panel.isVisible() for view in page.views)


def test_the_buttons_of_a_panel_do_what_they_say(page: Page) -> None:
    view = page.view("boundary")
    buttons = view.panel.buttons
    buttons.enlarge.click()
    assert page.enlarged is view
    assert "back" in buttons.enlarge.toolTip()
    assert not buttons.hide_.isVisible()
    buttons.enlarge.click()
    assert page.enlarged is None
    assert "Enlarge" in buttons.enlarge.accessibleName()
    buttons.hide_.click()
    assert page.hidden == {"boundary"}


def test_curves_lie_behind_another_where_they_agree_for_the_most_part() -> None:
    base = np.arange(10.0)
    mostly, apart = base.copy(), base + 1
    mostly[:2] += 5
    heights = np.stack([base, base, mostly, apart], axis=1)

    assert behind_another(heights, 0.01) == [False, True, True, False]


def test_gaps_lie_on_gaps() -> None:
    gone = np.full((5, 2), np.nan)
    assert behind_another(gone, 0.01) == [False, True]
    one_gone = np.stack([np.full(5, np.nan), np.ones(5)], axis=1)
    assert behind_another(one_gone, 0.01) == [False, False]


def test_switches_tell_of_a_choice_once(qtbot: QtBot) -> None:
    switch = Switch([("a", "A", "first"), ("b", "B", "second")])
    qtbot.addWidget(switch)
    told: list[str] = []
    switch.chosen.connect(told.append)
    assert switch.value == "a"

    switch.choose("b")
    switch.choose("b")

    assert told == ["b"]
    assert switch.value == "b"


@pytest.mark.parametrize("name", ["a <b>bold</b> & b", "x<y", "&amp;", "1 < 2 > 0"])
def test_a_header_shows_a_name_as_it_was_written(make: Make, name: str) -> None:
    views = {BoundaryView: 3, ActivationView: 12}
    for kind, layers in views.items():
        view = make(kind, 900, 500)
        view.show(snapshot(of=experiment((Lane(name=name),), layers), boundary=np.zeros((9, 9))))
        headers = [item for item in view.canvas.ci.items if isinstance(item, Header)]

        assert len(headers) == 1
        assert f"{GLYPHS[0]} {name} " in headers[0].item.toPlainText() + " "


def test_a_page_that_is_resized_makes_no_plots_anew_before_qt_is_done(
    page: Page, qtbot: QtBot
) -> None:
    page.show_snapshot(full())
    view = page.view("gradients")
    qtbot.waitUntil(lambda: not page._resized.isActive())
    view._shape = None  # it would be made anew now
    kept = list(view.canvas.ci.items)
    QApplication.sendEvent(page, QResizeEvent(QSize(1100, 800), page.size()))
    assert list(view.canvas.ci.items) == kept
    qtbot.waitUntil(lambda: list(view.canvas.ci.items) != kept)


def test_a_plot_that_is_made_anew_is_dragged_no_longer(page: Page) -> None:
    page.show_snapshot(full())
    view = page.view("gradients")
    view.canvas.scene().dragItem = view.canvas.boxes()[0]
    view.redraw()
    assert view.canvas.scene().dragItem is None


def test_an_enlarged_boundary_stands_in_rows_that_fill_the_page(page: Page, qtbot: QtBot) -> None:
    view = page.view("boundary")
    page.show_snapshot(snapshot(5, boundary=linear_logits(1, 0, 0)))
    narrow = view._tiles[0].box.boundingRect().width()
    page.toggle_enlarged(view)
    qtbot.waitUntil(lambda: view._tiles[0].box.boundingRect().width() > 1.5 * narrow)
    page.put_back()
    qtbot.waitUntil(lambda: view._tiles[0].box.boundingRect().width() < 1.2 * narrow)
