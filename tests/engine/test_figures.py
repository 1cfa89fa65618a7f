from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from torch import Tensor

from initviz.catalog.activations import ACTIVATIONS, RELU, SIGMOID, TANH
from initviz.engine.figures import (
    lower_median,
    saturated,
    size_histogram,
    spread,
    symmetry_and_deviation,
    value_histogram,
)
from initviz.engine.samples import sample_figures
from initviz.parts import Samples
from initviz.snapshot import LOG_HIGH, LOG_LOW, LOG_PER_DECADE

BOTH = pytest.mark.parametrize("samples_last", [False, True], ids=["rows", "columns"])
DTYPES = pytest.mark.parametrize("dtype", [torch.float32, torch.float64], ids=str)


def lanes(*parts: Tensor, samples_last: bool) -> Tensor:
    """(K, n, width), in either order in memory: training keeps the samples last."""
    whole = torch.stack(parts)
    return whole.transpose(1, 2).contiguous().transpose(1, 2) if samples_last else whole


def numbers(kind: str, rows: int, width: int, dtype: torch.dtype) -> Tensor:
    generator = torch.Generator().manual_seed(rows + width)
    normal = torch.randn(rows, width, generator=generator, dtype=torch.float64)
    match kind:
        case "ordinary":
            made = normal
        case "offset":
            made = normal * 1e-3 + 5
        case "tiny":
            made = normal * 1e-30
        case "huge":
            made = normal * 1e30
        case "half off":
            made = normal.clamp_min(0)
        case "mostly off":
            made = (normal - 1.5).clamp_min(0)
        case "equal":
            made = torch.full_like(normal, 0.25)
        case "one neuron":
            made = normal[:, :1].expand(rows, width)
        case "in order":
            made = torch.linspace(-1, 3, rows * width, dtype=torch.float64).view(rows, width)
        case "many decades":
            made = torch.sign(normal) * 10 ** (normal * 6)
        case _:  # what every so-manieth number shows is not what the others are
            made = torch.where(torch.arange(rows * width).view(rows, width) % 3 == 0, 3e-6, normal)
    return made.to(dtype).contiguous()


KINDS = [
    "ordinary", "offset", "tiny", "huge", "half off", "mostly off", "equal", "one neuron",
    "in order", "many decades", "treacherous",
]  # fmt: skip


@BOTH
@DTYPES
@pytest.mark.parametrize(("rows", "width"), [(1, 1), (2, 3), (32, 64), (128, 100)])
def test_figures_are_those_of_the_plain_definitions(
    rows: int, width: int, dtype: torch.dtype, samples_last: bool
) -> None:
    a = lanes(*(numbers(kind, rows, width, dtype) for kind in KINDS), samples_last=samples_last)
    kept = a.clone()
    size = spread(a)
    symmetry, deviation = symmetry_and_deviation(a, size.rms)
    exact = a.double().numpy()
    flat = exact.reshape(len(KINDS), -1)
    loose = {"rtol": 2e-5 if dtype is torch.float32 else 1e-10}
    rms = np.sqrt((flat**2).mean(axis=1))
    np.testing.assert_allclose(size.rms, rms, **loose)
    np.testing.assert_array_equal(size.zeros, (flat == 0).mean(axis=1))
    middle = (flat.shape[1] - 1) // 2
    np.testing.assert_array_equal(size.median, np.sort(np.abs(flat), axis=1)[:, middle])
    rms[rms == 0] = 1  # a lane of zeros has no size to be compared with
    np.testing.assert_allclose(deviation / rms, flat.std(axis=1) / rms, atol=2e-5)
    apart = exact - exact.mean(axis=2, keepdims=True)
    np.testing.assert_allclose(
        symmetry, np.sqrt((apart**2).mean(axis=(1, 2))) / rms, atol=2e-5, err_msg=str(KINDS)
    )
    assert torch.equal(a, kept)


@BOTH
@DTYPES
def test_one_neuron_many_times_over_has_a_symmetry_of_exactly_zero(
    dtype: torch.dtype, samples_last: bool
) -> None:
    a = lanes(
        numbers("one neuron", 50, 16, dtype),
        numbers("equal", 50, 16, dtype),
        torch.zeros(50, 16, dtype=dtype),
        samples_last=samples_last,
    )
    symmetry, deviation = symmetry_and_deviation(a, spread(a).rms)
    assert list(symmetry) == [0, 0, 0]
    assert list(deviation[1:]) == [0, 0]


@pytest.mark.parametrize("count", [1, 2, 3, 10, 2047, 2048, 2049, 5000, 30_001])
@pytest.mark.parametrize("kind", KINDS)
def test_the_median_is_exact_for_any_count_and_order(kind: str, count: int) -> None:
    sizes = numbers(kind, count, 1, torch.float64).abs().flatten().numpy()
    for arranged in (sizes, np.sort(sizes), np.sort(sizes)[::-1]):
        zeros = int((arranged == 0).sum())
        assert lower_median(arranged, zeros) == np.sort(sizes)[(count - 1) // 2]


@BOTH
def test_what_is_not_finite_is_told_apart_lane_by_lane(samples_last: bool) -> None:
    sound = numbers("ordinary", 40, 60, torch.float32)
    nan, infinite, mixed = sound.clone(), sound.clone(), sound.clone()
    nan[:] = math.nan
    infinite[3, 5] = math.inf
    mixed[0, 0], mixed[1, 1], mixed[2, 2] = math.nan, -math.inf, 0.0
    a = lanes(sound, nan, infinite, mixed, samples_last=samples_last)
    alone = lanes(sound, samples_last=samples_last)
    size, size_alone = spread(a), spread(alone)
    assert size.rms[0] == size_alone.rms[0]
    assert size.median[0] == size_alone.median[0]
    assert np.isnan(size.rms[[1, 3]]).all()
    assert np.isnan(size.median[[1, 3]]).all()
    assert size.rms[2] == math.inf
    assert np.isfinite(size.median[2])
    edges = np.linspace(-3, 3, 13)
    for histogram, first in (
        (value_histogram(a, edges, size), value_histogram(alone, edges, size_alone)),
        (size_histogram(a, size), size_histogram(alone, size_alone)),
    ):
        np.testing.assert_array_equal(histogram.shares[0], first.shares[0])
        shares = histogram.shares.sum(axis=1)
        zeros = 1 / 2400 if histogram.edges[0] == LOG_LOW else 0
        np.testing.assert_allclose(shares, [1, 0, 1 - 1 / 2400, 1 - 2 / 2400 - zeros], atol=1e-12)
    symmetry, deviation = symmetry_and_deviation(a, size.rms)
    assert np.isfinite([symmetry[0], deviation[0]]).all()
    assert np.isnan([symmetry[1], deviation[1]]).all()


@BOTH
@DTYPES
def test_histograms_count_what_numpy_counts(dtype: torch.dtype, samples_last: bool) -> None:
    a = lanes(*(numbers(kind, 30, 50, dtype) for kind in KINDS), samples_last=samples_last)
    kept = a.clone()
    size = spread(a)
    flat = a.double().numpy().reshape(len(KINDS), -1)
    # Edges on which no number lies, so that rounding cannot decide.
    edges = np.linspace(-3.01234567, 2.9876543, 65)
    counted = value_histogram(a, edges, size)
    with np.errstate(divide="ignore"):
        logarithms = np.log10(np.abs(flat))
    by_size = size_histogram(a, size)
    np.testing.assert_allclose(np.diff(by_size.edges), 1 / LOG_PER_DECADE)
    assert (by_size.edges[0], by_size.edges[-1]) == (LOG_LOW, LOG_HIGH)
    for lane in range(len(KINDS)):
        expected = np.histogram(np.clip(flat[lane], edges[0], edges[-1]), edges)[0]
        assert np.abs(counted.shares[lane] * 1500 - expected).sum() < 4
        inside = np.clip(logarithms[lane][flat[lane] != 0], LOG_LOW, LOG_HIGH)
        expected = np.histogram(inside, by_size.edges)[0]
        assert np.abs(by_size.shares[lane] * 1500 - expected).sum() < 4
        assert counted.shares[lane].sum() == pytest.approx(1, abs=1e-12)
        assert by_size.shares[lane].sum() + size.zeros[lane] == pytest.approx(1, abs=1e-12)
        assert by_size.zeros[lane] == (flat[lane] == 0).mean()
    assert (by_size.shares >= 0).all()
    assert torch.equal(a, kept)


@BOTH
def test_saturation_is_counted_by_each_lanes_own_activation(samples_last: bool) -> None:
    activations = [TANH, RELU, SIGMOID, TANH]
    z = numbers("ordinary", 40, 30, torch.float64) * 3
    parts = [ACTIVATIONS[each.name].forward(torch, z, torch.empty_like(z)) for each in activations]
    parts[3] = torch.full_like(z, math.nan)
    shares = saturated(lanes(*parts, samples_last=samples_last), activations)
    assert shares[0] == (parts[0].abs() > 0.97).double().mean()
    assert 0.3 < shares[0] < 0.7
    assert np.isnan(shares[1])
    assert shares[2] == ((parts[2] < 0.015) | (parts[2] > 0.985)).double().mean()
    assert shares[3] == 0


def apart_by_hand(a: np.ndarray, classes: np.ndarray | None) -> tuple[float, float, float, float]:
    """``Samples`` of one lane's (n, width), pair by pair, in float64."""
    a = a.astype(np.float64)
    if not np.isfinite(a).all():
        return (math.nan,) * 4
    size = np.sqrt((a**2).mean())
    spread = np.sqrt(((a - a.mean(axis=0)) ** 2).mean()) / size if size else math.nan
    found: dict[str, list[float]] = {"all": [], "same": [], "other": []}
    for i in range(len(a)):
        for j in range(i):
            if not (a[i].any() and a[j].any()):
                continue
            one, two = (row / np.abs(row).max() for row in (a[i], a[j]))
            cosine = float(one @ two / np.linalg.norm(one) / np.linalg.norm(two))
            found["all"].append(cosine)
            if classes is not None:
                found["same" if classes[i] == classes[j] else "other"].append(cosine)
    means = [float(np.mean(each)) if each else math.nan for each in found.values()]
    return spread, means[0], means[1], means[2]


def samples_of(*parts: Tensor, classes: Tensor | None, samples_last: bool = True) -> Samples:
    """The figures of the samples: the first part as inputs, each as one lane of one layer."""
    return sample_figures(parts[0], [lanes(*parts, samples_last=samples_last)], classes)


@BOTH
@DTYPES
@pytest.mark.parametrize("classes", [0, 1, 2, 7])
@pytest.mark.parametrize(("rows", "width"), [(1, 3), (2, 1), (33, 10), (40, 64)])
def test_samples_are_told_apart_as_pair_by_pair(
    rows: int, width: int, classes: int, dtype: torch.dtype, samples_last: bool
) -> None:
    parts = [numbers(kind, rows, width, dtype) for kind in KINDS]
    parts.append(torch.zeros(rows, width, dtype=dtype))
    labels = torch.arange(rows) * 5 % classes if classes else None
    figures = samples_of(*parts, classes=labels, samples_last=samples_last)

    each = None if labels is None else labels.numpy()
    wanted = np.array([apart_by_hand(part.numpy(), each) for part in parts]).T
    got = np.stack([figures.spread, figures.cosine, figures.same, figures.other])
    np.testing.assert_allclose(got[:, 1], wanted, atol=3e-6)
    inputs = wanted[:, 0]
    np.testing.assert_allclose(
        got[:, 0], np.broadcast_to(inputs[:, None], got[:, 0].shape), atol=3e-6
    )


@DTYPES
@pytest.mark.parametrize("size", [0.3, 1e-30, 1e30])
def test_samples_that_look_the_same_are_exactly_0_apart(size: float, dtype: torch.dtype) -> None:
    same = (torch.randn(1, 16, generator=torch.Generator().manual_seed(1)) * size).to(dtype)
    figures = samples_of(same.expand(50, 16), classes=torch.arange(50) % 2)

    assert figures.spread.tolist() == [[0.0], [0.0]]
    for cosine in (figures.cosine, figures.same, figures.other):
        np.testing.assert_allclose(cosine, 1, atol=1e-6)
        assert (cosine <= 1).all()


def test_a_sample_that_gives_0_has_no_direction_and_does_not_count() -> None:
    a = torch.tensor([[1.0, 0], [0, 0], [1, 1], [0, 0]])
    figures = samples_of(a, classes=torch.tensor([0, 0, 1, 1]))

    assert figures.cosine[1, 0] == pytest.approx(0.5**0.5, abs=1e-6)
    assert math.isnan(figures.same[1, 0])
    assert figures.other[1, 0] == pytest.approx(0.5**0.5, abs=1e-6)


def test_one_tiny_sample_among_ordinary_ones_keeps_its_direction() -> None:
    a = torch.tensor([[1.0, 0], [0, 1e-30], [1, 0]])
    figures = samples_of(a, classes=None)

    assert figures.cosine[1, 0] == pytest.approx(1 / 3, abs=1e-6)


def test_a_lane_that_is_not_finite_leaves_the_samples_of_the_others_alone() -> None:
    sound = numbers("ordinary", 30, 8, torch.float32)
    nan, infinite = sound.clone(), sound.clone()
    nan[3, 4], infinite[5, 6] = math.nan, math.inf
    labels = torch.arange(30) % 3
    figures = samples_of(sound, nan, torch.full_like(sound, math.nan), infinite, classes=labels)
    alone = samples_of(sound, classes=labels)

    for name in ("spread", "cosine", "same", "other"):
        row = getattr(figures, name)[1]
        assert row[0] == getattr(alone, name)[1, 0]
        assert np.isnan(row[1:]).all()


@BOTH
@pytest.mark.parametrize("rows", [16, 100, 600])
def test_a_rough_spread_has_the_exact_size_and_nearly_the_median(
    rows: int, samples_last: bool
) -> None:
    kinds = ("ordinary", "tiny", "mostly off", "huge")
    x = lanes(*(numbers(kind, rows, 48, torch.float32) for kind in kinds),
              samples_last=samples_last)  # fmt: skip
    rough, exact = spread(x, rough=True), spread(x)
    np.testing.assert_array_equal(rough.rms, exact.rms)
    np.testing.assert_array_equal(rough.zeros, exact.zeros)
    np.testing.assert_allclose(rough.median, exact.median, rtol=0.2)
    assert rough.median[2] == 0


def test_a_rough_median_of_what_is_no_number_is_none() -> None:
    x = torch.ones(2, 8, 8)
    x[1, 0, 0] = torch.nan
    assert spread(x, rough=True).median[0] == 1
    assert math.isnan(spread(x, rough=True).median[1])
