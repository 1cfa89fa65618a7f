from __future__ import annotations

import numpy as np
import pytest

from initviz.engine.distributions import OUTSIDE, Numbers, distributions, round_end
from initviz.engine.inside import updates
from initviz.engine.probe import probe
from initviz.engine.start import start_of
from initviz.engine.train import record, train
from initviz.experiment import Experiment, Lane
from initviz.focus import Focus
from initviz.layout import layout
from initviz.parts import DISTRIBUTED, Distribution, Histogram, Part, Wanted
from initviz.recording import Recording
from initviz.snapshot import LOG_HIGH, LOG_LOW, VALUE_BINS
from tests.make import data, lane

DTYPES = pytest.mark.parametrize("dtype", [np.float32, np.float64])


def made(dtype: type, *lanes: tuple[np.ndarray, ...]) -> Numbers:
    """Of every lane its layers."""
    return Numbers([np.stack(each).astype(dtype) for each in zip(*lanes, strict=True)])


def draws(deviation: float, seed: int = 0) -> tuple[np.ndarray, ...]:
    generator = np.random.default_rng(seed)
    return tuple(generator.normal(0, deviation, shape) for shape in ((2, 40), (40, 40), (40, 1)))


def small(*lanes: Lane, **changes: object) -> Experiment:
    settings: dict[str, object] = {
        "data": data("moons", samples=64), "hidden": (6, 5), "lanes": lanes, "epochs": 3,
        "precision": "float64",
    }  # fmt: skip
    return Experiment(**{**settings, **changes})


def check_values(histogram: Histogram, lane: int, numbers: np.ndarray) -> None:
    edges = histogram.edges[lane]
    finite = numbers[np.isfinite(numbers)]
    counts, _ = np.histogram(np.clip(finite, edges[0], edges[-1]), edges)
    # A number that lies upon an edge may be rounded into either bin.
    assert np.abs(histogram.shares[lane] * numbers.size - counts).sum() <= 2
    assert histogram.shares[lane].sum() == pytest.approx(len(finite) / numbers.size)
    assert histogram.zeros[lane] == np.mean(numbers == 0)


def check_sizes(histogram: Histogram, lane: int, numbers: np.ndarray) -> None:
    sizes = np.abs(numbers[np.isfinite(numbers) & (numbers != 0)]).astype(float)
    logs = np.clip(np.log10(sizes), LOG_LOW, LOG_HIGH)
    counts, _ = np.histogram(logs, histogram.edges)
    assert np.abs(histogram.shares[lane] * numbers.size - counts).sum() <= 2
    assert histogram.shares[lane].sum() == pytest.approx(len(sizes) / numbers.size)
    assert histogram.zeros[lane] == np.mean(numbers == 0)


def check(found: Distribution, lane: int, now: np.ndarray, start: np.ndarray | None) -> None:
    check_values(found.values, lane, now)
    check_sizes(found.sizes, lane, now)
    if start is None:
        assert found.start_values is None
        assert found.start_sizes is None
        return
    assert found.start_values is not None
    assert found.start_sizes is not None
    check_values(found.start_values, lane, start)
    check_sizes(found.start_sizes, lane, start)


@DTYPES
def test_shares_are_those_of_numpy_layer_by_layer(dtype: type) -> None:
    lanes = draws(1.0), draws(1e-4, 1)
    start = draws(0.5, 2), draws(3e-4, 3)
    found = distributions(made(dtype, *lanes), made(dtype, *start))

    for layer, distribution in enumerate(found):
        for k in range(2):
            now, then = (x[k][layer].astype(dtype) for x in (lanes, start))
            check(distribution, k, now, then)


@DTYPES
def test_the_layers_of_a_lane_share_an_axis_and_lanes_do_not(dtype: type) -> None:
    found = distributions(made(dtype, draws(1.0), draws(0.01)), None)

    for distribution in found:
        edges = distribution.values.edges
        assert edges.shape == (2, VALUE_BINS + 1)
        np.testing.assert_array_equal(edges, found[0].values.edges)
        np.testing.assert_allclose(edges[:, 0], -edges[:, -1])
        assert edges[0, -1] > 50 * edges[1, -1]


def test_the_axis_holds_all_numbers_but_outliers_now_and_at_the_start() -> None:
    now, start = draws(0.1), draws(1.0)
    now[1][0, 0] = 1e6
    [first, *_] = distributions(made(np.float32, now), made(np.float32, start))
    end = first.values.edges[0, -1]

    rms = np.sqrt(np.mean(now[1] ** 2))
    assert max(np.abs(layer).max() for layer in start) <= end
    assert end <= 1.3 * OUTSIDE * rms
    assert end < 1e6


@pytest.mark.parametrize("value", [0.5, -0.5, 0.3, 1e-7, 1e12])
def test_equal_numbers_are_one_spike(value: float) -> None:
    layers = tuple(np.full(shape, value) for shape in ((2, 8), (8, 8)))
    found = distributions(made(np.float32, layers), None)

    for distribution in found:
        assert distribution.values.shares[0].max() == 1
        assert distribution.sizes.shares[0].max() == pytest.approx(1)
        edges = distribution.values.edges[0]
        spike = int(distribution.values.shares[0].argmax())
        width = edges[1] - edges[0]
        assert edges[spike] - 0.01 * width <= value <= edges[spike + 1] + 0.01 * width


def test_exact_zeros_are_counted_apart_from_sizes() -> None:
    layers = (np.array([[0.0, 0.0], [0.0, 2.0]]), np.zeros((2, 2)))
    found = distributions(made(np.float32, layers), None)

    assert [d.sizes.zeros[0] for d in found] == [0.75, 1.0]
    assert found[0].sizes.shares[0].sum() == pytest.approx(0.25)
    assert found[1].sizes.shares[0].sum() == 0
    assert found[1].values.shares[0].max() == 1


@pytest.mark.parametrize(
    ("dtype", "bad"),
    [*((np.float32, bad) for bad in (np.nan, np.inf, -np.inf, 1e38, 1e-42)),
     *((np.float64, bad) for bad in (1e300, 1e-320))],
)  # fmt: skip
def test_an_exploded_lane_leaves_the_other_as_it_is(dtype: type, bad: float) -> None:
    healthy = draws(1.0)
    alone = distributions(made(dtype, healthy), None)
    broken = tuple(np.full_like(layer, bad) for layer in healthy)
    beside = distributions(made(dtype, healthy, broken), None)

    for one, two in zip(alone, beside, strict=True):
        np.testing.assert_array_equal(one.values.shares[0], two.values.shares[0])
        np.testing.assert_array_equal(one.sizes.shares[0], two.sizes.shares[0])
        assert np.isfinite(two.values.edges).all()
        total = two.values.shares[1].sum()
        assert total == pytest.approx(1 if np.isfinite(bad) else 0)


@pytest.mark.parametrize(
    ("value", "end"),
    [(1.0, 1.0), (1.01, 1.2), (0.31, 0.4), (7.0, 8.0), (81.0, 100.0), (2e-9, 2e-9)],
)
def test_axes_end_at_round_numbers(value: float, end: float) -> None:
    assert round_end(value) == pytest.approx(end)


@pytest.fixture(scope="module")
def recording() -> Recording:
    return record(
        small(lane("zeros"), lane("xavier_uniform"), Lane(scheme="normal", activation="relu"))
    )


@pytest.mark.parametrize("part", DISTRIBUTED)
@pytest.mark.parametrize("focus", [Focus(1), Focus(2, 0), Focus(0, 1, 2)])
def test_a_probe_counts_what_the_recording_holds(
    recording: Recording, part: Part, focus: Focus
) -> None:
    shown = probe(recording, 2, Wanted(0, frozenset({part, Part.LAYERS}), focus))
    first = probe(recording, 0, Wanted(0, frozenset({Part.LAYERS})))
    found = shown.distributions[part]

    assert set(shown.distributions) == {part}
    for layer, distribution in enumerate(found):
        for place, k in enumerate(focus.lanes):
            check(distribution, place, *numbers_of(recording, part, shown, first, layer, k))


def numbers_of(recording, part, shown, first, layer, k):  # type: ignore[no-untyped-def]
    if part is Part.WEIGHTS:
        return shown.layers[layer].weight[k], first.layers[layer].weight[k]
    if part is Part.GRADIENTS:
        return shown.layers[layer].grad_weight[k], first.layers[layer].grad_weight[k]
    slot = layout(recording.experiment.sizes)[layer]
    rows = [recording.parameters(e)[k, slot.start : slot.middle] for e in (0, 1, 2)]
    return rows[2] - rows[1], rows[1] - rows[0]


def test_there_is_no_update_before_the_first_step(recording: Recording) -> None:
    shown = probe(recording, 0, Wanted(0, frozenset({Part.UPDATES})))
    assert shown.distributions[Part.UPDATES] == ()
    assert shown.updates is None


def test_the_start_follows_the_first_update_that_is_held() -> None:
    experiment = small(lane("xavier_uniform"), epochs=12)
    epochs = list(train(experiment))
    whole = Recording(experiment)
    size = epochs[0].parameters.nbytes
    thinned = Recording(experiment, budget=5 * size)
    for epoch in epochs:
        whole.append(epoch)
        thinned.append(epoch)
        shown = probe(thinned, epoch.number, Wanted(0, frozenset({Part.UPDATES})))
        kept = thinned.kept_epochs()
        if epoch.number == 0:
            continue
        expected = updates(thinned, *thinned.held(kept[1]))
        assert expected is not None
        start = shown.distributions[Part.UPDATES][1].start_values
        assert start is not None
        check_values(start, 0, expected.layers[1][0])
    assert thinned.stride > 1


def test_a_first_update_that_is_thinned_out_meanwhile_is_no_failure(
    recording: Recording, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = start_of(recording)
    with monkeypatch.context() as patch:
        patch.setattr(recording, "held", lambda _: (0, recording.parameters(0)))
        assert known.numbers(recording, Part.UPDATES, (1,), 2) is None
    assert known.numbers(recording, Part.UPDATES, (1,), 2) is not None


def test_what_is_known_of_the_start_is_kept(recording: Recording) -> None:
    known = start_of(recording)
    numbers = known.numbers(recording, Part.WEIGHTS, (1, 2), 2)
    assert numbers is not None
    sizes = numbers.sizes
    assert start_of(recording) is known
    again = known.numbers(recording, Part.WEIGHTS, (1, 2), 3)
    assert again is numbers
    assert again.sizes is sizes
    assert known.numbers(recording, Part.WEIGHTS, (2, 1), 2) is not numbers
    assert known.singular_values(0, True) is known.singular_values(0, True)

    other = record(small(lane("zeros")))
    assert start_of(other) is not known
    assert start_of(recording) is not known  # one at a time
