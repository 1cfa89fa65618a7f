from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
import torch
from scipy import stats
from scipy.linalg import hadamard
from torch import Generator, Tensor
from torch.nn import init

from initviz.catalog.activations import ACTIVATIONS, Activation
from initviz.catalog.parameter import Kind, Values, complete
from initviz.catalog.schemes import (
    BIASES,
    SCHEMES,
    BiasScheme,
    LayerContext,
    Scheme,
    bias_choices,
    kumar_deviation,
    scheme_choices,
)

every_scheme = pytest.mark.parametrize("scheme", SCHEMES.values(), ids=list(SCHEMES))
every_bias = pytest.mark.parametrize("bias", BIASES.values(), ids=list(BIASES))

TANH = ACTIVATIONS["tanh"]
FAN_IN, FAN_OUT = 400, 200


def fill(
    scheme: Scheme | BiasScheme,
    shape: tuple[int, ...] = (FAN_OUT, FAN_IN),
    *,
    activation: Activation = TANH,
    seed: int = 1,
    fan_in: int = FAN_IN,
    dtype: torch.dtype = torch.float64,
    **values: Any,
) -> Tensor:
    tensor = torch.full(shape, torch.nan, dtype=dtype)
    context = LayerContext(
        shape[-1] if len(shape) == 2 else fan_in,
        shape[0],
        activation,
        Generator().manual_seed(seed),
    )
    scheme.fill(init, tensor, complete("", scheme.parameters, values), context)
    return tensor


# ---- every entry ----


@every_scheme
def test_an_entry_teaches(scheme: Scheme) -> None:
    assert SCHEMES[scheme.name] is scheme
    for text in (scheme.label, scheme.group, scheme.formula, scheme.source, scheme.suits):
        assert text
    assert scheme.why.endswith(".")
    assert scheme.bias in BIASES
    choice = next(c for c in scheme_choices() if c.value == scheme.name)
    assert choice.label == scheme.label
    assert scheme.formula in choice.help
    assert scheme.source == "–" or scheme.source in choice.help


@every_scheme
@pytest.mark.parametrize("shape", [(1, 1), (1, 2), (5, 3), (3, 5), (64, 64)])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_a_scheme_fills_layers_of_any_shape(
    scheme: Scheme, shape: tuple[int, int], dtype: torch.dtype
) -> None:
    assert torch.isfinite(fill(scheme, shape, dtype=dtype)).all()


@every_scheme
@pytest.mark.parametrize("activation", ACTIVATIONS.values(), ids=list(ACTIVATIONS))
def test_a_scheme_knows_every_activation(scheme: Scheme, activation: Activation) -> None:
    assert torch.isfinite(fill(scheme, (8, 8), activation=activation)).all()


@pytest.mark.parametrize("scheme", [*SCHEMES.values(), *BIASES.values()], ids=lambda s: s.label)
def test_the_generator_handed_in_is_the_only_source_of_randomness(
    scheme: Scheme | BiasScheme,
) -> None:
    shape = (40, 30) if isinstance(scheme, Scheme) else (40,)
    before = torch.get_rng_state()
    once, again = fill(scheme, shape, seed=5), fill(scheme, shape, seed=5)
    assert torch.equal(torch.get_rng_state(), before)
    assert torch.equal(once, again)
    constant = bool((once == once.flatten()[0]).all()) or scheme.name in ("identity", "zero")
    assert torch.equal(once, fill(scheme, shape, seed=6)) == constant


@pytest.mark.parametrize("scheme", [*SCHEMES.values(), *BIASES.values()], ids=lambda s: s.label)
def test_every_parameter_does_something_over_all_of_its_range(scheme: Scheme | BiasScheme) -> None:
    shape = (20, 10) if isinstance(scheme, Scheme) else (20,)
    usual = fill(scheme, shape)
    for parameter in scheme.parameters:
        if parameter.kind is Kind.NUMBERS:
            values = [(parameter.low,), (0.3, parameter.high)]
        elif parameter.kind is Kind.CHOICE:
            values: list[Any] = [option.value for option in parameter.options()]
        else:
            values = [parameter.low, parameter.high]
        for value in values:
            other = fill(scheme, shape, **{parameter.name: value})
            assert torch.isfinite(other).all()
            # More connections than inputs are all of them.
            same = value == parameter.default or (parameter.name == "connections" and value >= 15)
            assert torch.equal(other, usual) == (value == parameter.default) or same


# ---- the same numbers as torch.nn.init ----

TORCH: dict[str, Callable[[Tensor, Generator, Values], Any]] = {
    "zeros": lambda w, g, p: init.zeros_(w),
    "ones": lambda w, g, p: init.ones_(w),
    "identity": lambda w, g, p: init.eye_(w),
    "constant": lambda w, g, p: (
        init.normal_(w, p["value"], p["noise"], generator=g)
        if p["noise"] else init.constant_(w, p["value"])
    ),
    "uniform": lambda w, g, p: init.uniform_(w, -p["half_width"], p["half_width"], generator=g),
    "normal": lambda w, g, p: init.normal_(w, std=p["deviation"], generator=g),
    "truncated_normal": lambda w, g, p: init.trunc_normal_(
        w, std=p["deviation"], a=-2 * p["deviation"], b=2 * p["deviation"], generator=g
    ),
    "torch_default": lambda w, g, p: init.kaiming_uniform_(w, a=math.sqrt(5), generator=g),
    "lecun_uniform": lambda w, g, p: init.kaiming_uniform_(
        w, nonlinearity="linear", generator=g
    ),
    "lecun_normal": lambda w, g, p: init.kaiming_normal_(w, nonlinearity="linear", generator=g),
    "xavier_uniform": lambda w, g, p: init.xavier_uniform_(w, gain=p["gain"], generator=g),
    "xavier_normal": lambda w, g, p: init.xavier_normal_(w, gain=p["gain"], generator=g),
    "he_uniform": lambda w, g, p: init.kaiming_uniform_(
        w, a=p["slope"], mode=p["mode"], nonlinearity="leaky_relu", generator=g
    ),
    "he_normal": lambda w, g, p: init.kaiming_normal_(
        w, a=p["slope"], mode=p["mode"], nonlinearity="leaky_relu", generator=g
    ),
    "orthogonal": lambda w, g, p: init.orthogonal_(w, gain=p["gain"], generator=g),
}  # fmt: skip

OTHER_VALUES: dict[str, dict[str, Any]] = {
    "constant": {"value": -2.5, "noise": 0.3},
    "uniform": {"half_width": 3.0},
    "normal": {"deviation": 10.0},
    "truncated_normal": {"deviation": 3.0},
    "xavier_uniform": {"gain": 5 / 3},
    "xavier_normal": {"gain": 5 / 3},
    "he_uniform": {"mode": "fan_out", "slope": 0.5},
    "he_normal": {"mode": "fan_out", "slope": 0.5},
    "custom": {"deviations": (0.7,)},
    "looks_linear": {"gain": 2.0},
    "sparse": {"connections": 40, "deviation": 0.2},
    "orthogonal": {"gain": 2.0},
}


@pytest.mark.parametrize("name", TORCH)
@pytest.mark.parametrize("usual", [True, False], ids=["usual", "changed"])
def test_a_scheme_draws_what_torch_draws(name: str, usual: bool) -> None:
    scheme = SCHEMES[name]
    values = {} if usual else OTHER_VALUES.get(name, {})
    expected = torch.empty(30, 50, dtype=torch.float64)
    TORCH[name](expected, Generator().manual_seed(1), complete("", scheme.parameters, values))
    torch.testing.assert_close(fill(scheme, (30, 50), **values), expected, rtol=1e-12, atol=0)


# ---- the laws, without torch.nn.init ----


def uniform(half_width: float) -> Any:
    return stats.uniform(-half_width, 2 * half_width)


def cut_normal(deviation: float) -> Any:
    return stats.truncnorm(-2, 2, scale=deviation)


def sample_of_orthogonal(gain: float) -> Any:
    # An entry of a random orthonormal row of n numbers: its square is Beta(1/2, (n − 1)/2).
    half = (FAN_IN - 1) / 2
    return stats.beta(half, half, loc=-gain, scale=2 * gain)


LAWS: dict[str, Callable[[Values], Any]] = {
    "uniform": lambda p: uniform(p["half_width"]),
    "normal": lambda p: stats.norm(0, p["deviation"]),
    "truncated_normal": lambda p: cut_normal(p["deviation"]),
    "torch_default": lambda p: uniform(1 / math.sqrt(FAN_IN)),
    "lecun_uniform": lambda p: uniform(math.sqrt(3 / FAN_IN)),
    "lecun_normal": lambda p: stats.norm(0, math.sqrt(1 / FAN_IN)),
    "xavier_uniform": lambda p: uniform(p["gain"] * math.sqrt(6 / (FAN_IN + FAN_OUT))),
    "xavier_normal": lambda p: stats.norm(0, p["gain"] * math.sqrt(2 / (FAN_IN + FAN_OUT))),
    "he_uniform": lambda p: uniform(
        math.sqrt(6 / (1 + p["slope"] ** 2) / {"fan_in": FAN_IN, "fan_out": FAN_OUT}[p["mode"]])
    ),
    "he_normal": lambda p: stats.norm(
        0, math.sqrt(2 / (1 + p["slope"] ** 2) / {"fan_in": FAN_IN, "fan_out": FAN_OUT}[p["mode"]])
    ),
    "kumar": lambda p: stats.norm(0, 1 / math.sqrt(FAN_IN)),  # tanh: slope 1, value 0
    "custom": lambda p: stats.norm(0, p["deviations"][0]),
    "random_walk": lambda p: stats.norm(0, math.exp(1 / (2 * FAN_IN)) / math.sqrt(FAN_IN)),
    # Known from the literature: tanh with σ_b² = 0 is critical at σ_w² = 1.
    "edge_of_chaos": lambda p: stats.norm(0, 1 / math.sqrt(FAN_IN)),
    "orthogonal": lambda p: sample_of_orthogonal(p["gain"]),
    "lsuv": lambda p: sample_of_orthogonal(1.0),  # before it has seen data
}
NOT_OF_ONE_LAW = {
    "zeros", "ones", "constant", "identity", "sparse", "looks_linear", "zero", "nguyen_widrow",
}  # fmt: skip


def test_every_scheme_that_draws_has_its_law_checked() -> None:
    assert set(LAWS) | NOT_OF_ONE_LAW == set(SCHEMES)


@every_scheme
@pytest.mark.parametrize("usual", [True, False], ids=["usual", "changed"])
def test_the_declared_law_is_the_one_that_is_drawn(scheme: Scheme, usual: bool) -> None:
    if scheme.law is None:
        assert scheme.name in NOT_OF_ONE_LAW | {"orthogonal", "lsuv"}
        return
    values = complete("", scheme.parameters, {} if usual else OTHER_VALUES.get(scheme.name, {}))
    law = scheme.law(values, LayerContext(FAN_IN, FAN_OUT, TANH))
    weights = fill(scheme, seed=2, **values).flatten().numpy()
    if law.cdf is None:
        assert (weights == law.mean).all()
        assert law.variance == 0
        return
    assert stats.kstest(weights, law.cdf).pvalue > 1e-3
    assert weights.var() == pytest.approx(law.variance, rel=0.02)
    assert weights.mean() == pytest.approx(law.mean, abs=0.02 * math.sqrt(law.variance))


@pytest.mark.parametrize("name", LAWS)
@pytest.mark.parametrize("usual", [True, False], ids=["usual", "changed"])
def test_weights_follow_the_law_that_the_formula_states(name: str, usual: bool) -> None:
    scheme = SCHEMES[name]
    values = {} if usual else OTHER_VALUES.get(name, {})
    weights = fill(scheme, seed=2, **values).flatten().numpy()
    law = LAWS[name](complete("", scheme.parameters, values))
    assert stats.kstest(weights, law.cdf).pvalue > 1e-3
    assert weights.var() == pytest.approx(law.var(), rel=0.02)
    assert weights.mean() == pytest.approx(0, abs=0.02 * law.std())
    low, high = law.support()
    assert low <= weights.min() <= weights.max() <= high


@pytest.mark.parametrize("value", [0.5, -3.0])
def test_constant_weights_are_all_the_same(value: float) -> None:
    assert (fill(SCHEMES["constant"], value=value) == value).all()


def test_zeros_are_exact() -> None:
    assert (fill(SCHEMES["zeros"]) == 0).all()


@pytest.mark.parametrize("shape", [(64, 64), (20, 50), (50, 20)])
def test_orthogonal_weights_stretch_no_direction_more_than_another(
    shape: tuple[int, int],
) -> None:
    stretches = torch.linalg.svdvals(fill(SCHEMES["orthogonal"], shape, gain=1.5))
    torch.testing.assert_close(stretches, torch.full_like(stretches, 1.5), rtol=1e-12, atol=0)


@pytest.mark.parametrize("fan_in", [2, 100])
@pytest.mark.parametrize("activation", ACTIVATIONS.values(), ids=list(ACTIVATIONS))
def test_kumar_counts_slope_and_value_at_zero(activation: Activation, fan_in: int) -> None:
    deviation = kumar_deviation(activation, fan_in)
    if activation.name == "sigmoid":
        assert deviation == pytest.approx(3.6 / math.sqrt(fan_in), rel=1e-12)
    elif activation.name in ("relu", "leaky_relu"):
        assert deviation == pytest.approx(math.sqrt(2 / fan_in), rel=1e-12)
    else:
        factor = fan_in * activation.slope_at_0**2 * (1 + activation.value_at_0**2)
        assert deviation**2 * factor == pytest.approx(1, rel=1e-12)
    weights = fill(SCHEMES["kumar"], (200, fan_in), activation=activation)
    drawn = torch.empty(200, fan_in, dtype=torch.float64).normal_(
        generator=Generator().manual_seed(1)
    )
    torch.testing.assert_close(weights, drawn * deviation, rtol=1e-12, atol=0)


@pytest.mark.parametrize("name", ["lecun", "xavier", "he"])
def test_uniform_and_normal_variants_have_the_same_variance(name: str) -> None:
    wide, bell = fill(SCHEMES[f"{name}_uniform"]), fill(SCHEMES[f"{name}_normal"])
    assert float(wide.var()) == pytest.approx(float(bell.var()), rel=0.02)


# ---- biases ----

BIAS_LAWS: dict[str, Callable[[Values], Any]] = {
    "fan_in_uniform": lambda p: uniform(1 / math.sqrt(FAN_IN)),
    "normal": lambda p: stats.norm(0, p["deviation"]),
    "nguyen_widrow": lambda p: uniform(0.7 * 40_000 ** (1 / FAN_IN)),
}


# ---- schemes whose weights depend on one another ----


def context(fan_in: int, fan_out: int, index: int = 1, layers: int = 3) -> LayerContext:
    return LayerContext(fan_in, fan_out, TANH, Generator().manual_seed(1), index, layers)


def draw(name: str, layer: LayerContext, **values: Any) -> Tensor:
    scheme = SCHEMES[name]
    weight = torch.full((layer.fan_out, layer.fan_in), torch.nan, dtype=torch.float64)
    scheme.fill(init, weight, complete("", scheme.parameters, values), layer)
    return weight


@pytest.mark.parametrize(("connections", "expected"), [(1, 1), (15, 15), (40, 40), (100, 50)])
def test_sparse_neurons_listen_to_as_many_inputs_as_they_say(
    connections: int, expected: int
) -> None:
    weight = draw("sparse", context(50, 400), connections=connections, deviation=2.0)
    assert ((weight != 0).sum(dim=1) == expected).all()
    assert float(weight[weight != 0].std()) == pytest.approx(2, rel=0.15)
    if connections == 1:  # every input is chosen about equally often
        assert (weight != 0).sum(dim=0).max() < 30


@pytest.mark.parametrize("gain", [1.0, 1.5])
def test_a_looks_linear_relu_network_is_one_orthogonal_map(gain: float) -> None:
    sizes = (6, 20, 32, 20, 20, 3)
    x = torch.randn(50, 6, dtype=torch.float64, generator=Generator().manual_seed(2))
    value, product = x, torch.eye(6, dtype=torch.float64)
    for index, (fan_in, fan_out) in enumerate(pairwise(sizes)):
        weight = draw("looks_linear", context(fan_in, fan_out, index, len(sizes) - 1), gain=gain)
        last = index == len(sizes) - 2
        half = weight[: fan_out if last else fan_out // 2, : fan_in if index == 0 else fan_in // 2]
        assert torch.linalg.svdvals(half).numpy() == pytest.approx(gain)
        product = product @ half.T
        value = value @ weight.T
        if not last:
            value = torch.relu(value)
    torch.testing.assert_close(value, x @ product)


def test_looks_linear_leaves_odd_ones_out_at_zero() -> None:
    weight = draw("looks_linear", context(7, 5))
    assert (weight[4] == 0).all()
    assert (weight[:, 6] == 0).all()
    assert torch.linalg.matrix_rank(weight) == 2


@pytest.mark.parametrize("shape", [(8, 8), (3, 8), (8, 3), (64, 2), (100, 60)])
def test_zero_keeps_every_input_apart_without_any_randomness(shape: tuple[int, int]) -> None:
    weight = draw("zero", context(shape[1], shape[0]))
    assert torch.linalg.matrix_rank(weight) == min(shape)
    if shape[0] <= shape[1]:
        assert torch.equal(weight, torch.eye(*shape, dtype=torch.float64))
    else:
        m = math.ceil(math.log2(shape[0]))
        full = torch.tensor(hadamard(2**m), dtype=torch.float64)
        expected = full[: shape[0], : shape[1]] * 2 ** (-(m - 1) / 2)
        torch.testing.assert_close(weight, expected)


@pytest.mark.parametrize(("fan_in", "fan_out"), [(2, 16), (1, 5), (30, 30)])
def test_nguyen_and_widrow_give_every_neuron_the_same_norm(fan_in: int, fan_out: int) -> None:
    layer = context(fan_in, fan_out)
    norm = 0.7 * fan_out ** (1 / fan_in)
    torch.testing.assert_close(
        draw("nguyen_widrow", layer).norm(dim=1),
        torch.full((fan_out,), norm, dtype=torch.float64),
    )
    bias = torch.full((2000,), torch.nan, dtype=torch.float64)
    BIASES["nguyen_widrow"].fill(init, bias, {}, layer)
    assert stats.kstest(bias.numpy(), uniform(norm).cdf).pvalue > 1e-3


@pytest.mark.parametrize("fan_in", [3, 10, 500])
def test_the_random_walks_gain_is_that_of_the_paper(fan_in: int) -> None:
    weight = fill(SCHEMES["random_walk"], (4000, fan_in), activation=ACTIVATIONS["relu"])
    gain = math.sqrt(2) * math.exp(1.2 / (max(fan_in, 6) - 2.4))
    assert float(weight.std()) == pytest.approx(gain / math.sqrt(fan_in), rel=0.02)


def test_the_edge_of_chaos_follows_the_biases() -> None:
    layer = dataclasses.replace(context(200, 500), bias_variance=0.05)
    assert float(draw("edge_of_chaos", layer).var()) * 200 == pytest.approx(1.76095, rel=0.02)
    relu = dataclasses.replace(layer, activation=ACTIVATIONS["relu"], bias_variance=0.0)
    law = SCHEMES["edge_of_chaos"].law
    assert law is not None
    assert law({}, relu).variance * 200 == pytest.approx(2, rel=1e-9)


def test_custom_deviations_go_by_layer_and_the_last_goes_on() -> None:
    for index, deviation in enumerate((0.1, 0.5, 0.5, 0.5)):
        weight = draw("custom", context(300, 300, index, 4), deviations=(0.1, 0.5))
        assert float(weight.std()) == pytest.approx(deviation, rel=0.02)


def test_a_rescaled_cut_normal_has_the_deviation_that_it_says() -> None:
    weight = fill(SCHEMES["truncated_normal"], deviation=2.0, rescaled="yes")
    assert float(weight.std()) == pytest.approx(2, rel=0.01)
    assert float(weight.abs().max()) <= 2 * 2 / 0.8796256610342398


@every_bias
def test_a_bias_follows_its_law(bias: BiasScheme) -> None:
    biases = fill(bias, (40_000,))
    if bias.name == "zeros":
        assert (biases == 0).all()
    elif bias.name == "constant":
        assert (biases == 0.01).all()
    else:
        law = BIAS_LAWS[bias.name](complete("", bias.parameters, {}))
        assert stats.kstest(biases.numpy(), law.cdf).pvalue > 1e-3
        assert np.var(biases.numpy()) == pytest.approx(law.var(), rel=0.02)
    declared = bias.law(complete("", bias.parameters, {}), LayerContext(FAN_IN, 40_000, TANH))
    assert float(biases.mean()) == pytest.approx(declared.mean, abs=0.01)
    assert float(biases.var()) == pytest.approx(declared.variance, rel=0.02)


@every_bias
def test_a_bias_entry_can_be_shown(bias: BiasScheme) -> None:
    assert BIASES[bias.name] is bias
    assert bias.why.endswith(".")
    choice = next(c for c in bias_choices() if c.value == bias.name)
    assert choice.label == bias.label
    assert bias.formula in choice.help
