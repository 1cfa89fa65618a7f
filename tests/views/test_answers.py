from __future__ import annotations

import numpy as np
import pytest

from initviz.catalog.datasets import Facts
from initviz.catalog.tasks import BINARY, CLASSES, REGRESSION, TASKS
from initviz.views.answers import SYMBOLS, colouring, zero_lines
from initviz.views.axes import round_ticks, tick_text
from initviz.views.style import DARK, LIGHT, Style
from tests.views.snapshots import EXTENT, flat_plane

STYLES = pytest.mark.parametrize("style", [DARK, LIGHT], ids=["dark", "light"])


def classes(count: int) -> Facts:
    return Facts(CLASSES, 10, 10, 2, classes=tuple(f"class {k}" for k in range(count)))


def certain(winner: int, count: int, logit: float = 30.0) -> np.ndarray:
    """The outputs of a network that answers ``winner`` everywhere, (count, 4, 4)."""
    outputs = np.zeros((count, 4, 4))
    outputs[winner] = logit
    return outputs


@STYLES
@pytest.mark.parametrize("count", [3, 6, 10, 40])
def test_the_surer_class_is_painted_in_its_own_colour(style: Style, count: int) -> None:
    made = colouring(style, classes(count), flat_plane())
    sure = [made.table[made.paint(certain(k, count))[0, 0]].tolist() for k in range(count)]
    unsure = {tuple(made.table[made.paint(certain(k, count, 1e-6))[0, 0]]) for k in range(count)}
    assert len({tuple(colour) for colour in sure}) == min(count, 10)
    assert len(unsure) == 1  # undecided looks the same, whoever is ahead by a hair
    between = made.table[made.paint(certain(1, count, 2.0))[0, 0]]
    assert not np.array_equal(between, sure[1])


def test_lines_run_where_two_classes_are_equally_likely() -> None:
    size = 60
    steps = (np.arange(size) + 0.5) / size
    x = np.broadcast_to(EXTENT[0] + steps * (EXTENT[1] - EXTENT[0]), (size, size))
    outputs = np.stack([-x - 1, np.zeros_like(x), x - 1])  # wins below −1, between, above 1
    made = colouring(DARK, classes(3), flat_plane())
    found = [zero_lines(np.asarray(field), EXTENT) for field in made.fields(outputs)]
    lines = np.concatenate([line for line in found if line is not None])
    lines = lines[np.isfinite(lines[:, 0])]  # NaN parts one line from the next
    assert np.abs(np.abs(lines[:, 0]) - 1).max() < 1e-6
    assert {-1, 1} == set(np.sign(lines[:, 0]))


def test_outputs_that_tie_everywhere_have_no_lines() -> None:
    made = colouring(DARK, classes(4), flat_plane())
    assert not made.fields(np.zeros((4, 8, 8)))


@pytest.mark.parametrize("task", list(TASKS))
def test_every_point_has_one_mark(task: str) -> None:
    labels = np.array([0, 1, 1, 0, 1, 2, 2] if task == "classes" else [0, 1, 1, 0, 1], float)
    points = np.zeros((len(labels), 2))
    facts = {
        "binary": Facts(BINARY, 5, 5, 2),
        "classes": classes(3),
        "regression": Facts(REGRESSION, 5, 5, 2, classes=(), target="pay (€)"),
    }[task]
    marks = colouring(DARK, facts, flat_plane(points, labels)).marks(labels)
    assert np.sum([mark.chosen for mark in marks], axis=0).tolist() == [1] * len(labels)
    if task != "regression":
        assert len({mark.symbol for mark in marks}) == len(marks)  # not by colour alone
    assert len({mark.fill for mark in marks}) == len(marks)
    assert len(set(SYMBOLS)) == len(SYMBOLS)


def test_a_regression_is_coloured_and_labelled_in_the_targets_unit() -> None:
    import dataclasses

    targets = np.array([10.0, 30, 50, 40, 20])
    plane = dataclasses.replace(
        flat_plane(labels=targets), target_mean=30.0, target_deviation=float(targets.std())
    )
    made = colouring(DARK, Facts(REGRESSION, 5, 5, 2, classes=(), target="salary (1000 €)"), plane)
    z = (targets - 30) / targets.std()
    painted = made.paint(z.reshape(1, 1, 5))
    assert painted[0, 0] == 0  # the least target has the bar's lowest colour
    assert painted[0, 2] == 255
    assert abs(int(painted[0, 1]) - 127) <= 1
    assert made.paint(np.array([[[1e30, -1e30]]])).tolist() == [[255, 0]]
    assert [text for _, text in made.bar.ticks] == ["10", "20", "30", "40", "50"]
    np.testing.assert_allclose([at for at, _ in made.bar.ticks], [0, 0.25, 0.5, 0.75, 1])
    assert made.bar.label == "salary (1000 €)"


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [(0, 1, [0, 0.2, 0.4, 0.6, 0.8, 1]), (-7, 85, [0, 20, 40, 60, 80]), (3e6, 9e6, None)],
)
def test_ticks_are_few_and_round(low: float, high: float, expected: list[float] | None) -> None:
    ticks = round_ticks(low, high)
    assert 3 <= len(ticks) <= 7
    assert all(low - 1e-9 <= tick <= high + 1e-9 for tick in ticks)
    if expected is not None:
        assert ticks == pytest.approx(expected)


def test_ticks_have_a_true_minus_and_no_minus_zero() -> None:
    assert [tick_text(x) for x in (-0.0, -20, 0.5)] == ["0", "−20", "0.5"]
