"""Initialisation schemes: weights and biases, each one line over torch.nn.init.

A scheme's ``fill`` receives torch.nn.init itself, so that this module stays importable without
torch, and formulas, papers and code stand side by side. The formula shown is the one that runs.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from initviz.catalog.activations import Activation
from initviz.catalog.parameter import Choice, Kind, Parameter


@dataclass(frozen=True)
class LayerContext:
    """What a scheme may know of the layer that it fills.

    Attributes:
        fan_in, fan_out: the number of inputs and outputs of the layer.
        activation: the activation function of the lane.
        generator: the torch.Generator that every random number must come from.
    """

    fan_in: int
    fan_out: int
    activation: Activation
    generator: Any


Fill = Callable[[Any, Any, Mapping[str, Any], LayerContext], Any]
"""``(init, tensor, parameters, layer)``: fill ``tensor`` in place. ``init`` is torch.nn.init;
weights are (fan_out, fan_in), as torch has them, biases (fan_out,)."""


@dataclass(frozen=True)
class Scheme:
    """A law for the weights of every layer.

    Attributes:
        name: its name in files and code.
        label: its name in the menu.
        group: the heading that it stands under in the menu.
        formula: the law, in plain Unicode.
        source: the paper, "–" for what nobody has to be cited for.
        suits: what it was made for.
        why: one sentence on why it works or fails.
        fill: see ``Fill``.
        parameters: its own settings.
        bias: the bias scheme that belongs to it.
    """

    name: str
    label: str
    group: str
    formula: str
    source: str
    suits: str
    why: str
    fill: Fill
    parameters: tuple[Parameter, ...] = ()
    bias: str = "zeros"

    def title(self, values: Mapping[str, Any]) -> str:
        """The scheme with the parameters that tell it apart, such as "Normal σ=5"."""
        marks = [
            f"{p.symbol}{p.format(values[p.name])}"
            for p in self.parameters
            if p.symbol is not None and values[p.name] != p.unsaid
        ]
        return " ".join([self.label, *marks])

    def tooltip(self) -> str:
        """Formula, paper and reason, as the window shows them."""
        source = f"\n{self.source}" if self.source != "–" else ""
        return f"{self.formula}{source}\nFor: {self.suits}. {self.why}"


@dataclass(frozen=True)
class BiasScheme:
    """A law for the biases of every layer; attributes as in ``Scheme``."""

    name: str
    label: str
    formula: str
    why: str
    fill: Fill
    parameters: tuple[Parameter, ...] = ()


def number(name: str, label: str, symbol: str, default: float, help: str, **more: Any) -> Parameter:
    """A number among a scheme's parameters; ``symbol`` marks it in titles."""
    return Parameter(name, label, help, Kind.NUMBER, default, symbol=symbol, **more)


HALF_WIDTH = number(
    "half_width",
    "Half-width a",
    "±",
    0.01,
    "Weights are drawn between −a and a; their deviation is a/√3.",
    low=1e-12,
    high=1e3,
    log=True,
)
DEVIATION = number(
    "deviation",
    "Deviation σ",
    "σ=",
    1.0,
    "Standard deviation of the weights.",
    low=1e-12,
    high=1e3,
    log=True,
)
GAIN = number(
    "gain",
    "Gain g",
    "×",
    1.0,
    "A factor on every weight: 1 is the paper's law, √2 ≈ 1.414 makes up for a ReLU.",
    low=1e-6,
    high=1e3,
    log=True,
    unsaid=1.0,
)


def modes() -> list[Choice]:
    """The fan that He's scheme divides by."""
    return [
        Choice("fan_in", "fan in", "keeps the activations' size forwards"),
        Choice("fan_out", "fan out", "keeps the gradients' size backwards"),
    ]


MODE = Parameter(
    "mode", "Fan", "Which side of a layer the variance is kept for.", Kind.CHOICE, "fan_in",
    choices=modes,
)  # fmt: skip
BAD, PLAIN, GOOD = "What not to do", "Plain laws", "Made to train"


def _normal(init: Any, tensor: Any, deviation: float, layer: LayerContext) -> Any:
    return init.normal_(tensor, 0.0, deviation, generator=layer.generator)


def _truncated(init: Any, tensor: Any, deviation: float, layer: LayerContext) -> Any:
    # torch's trunc_normal_ cuts at absolute bounds, so the 2σ of the law are spelt out.
    return init.trunc_normal_(
        tensor, 0.0, deviation, -2 * deviation, 2 * deviation, generator=layer.generator
    )


def kumar_deviation(activation: Activation, fan_in: int) -> float:
    """σ of Kumar's law, 1 / (√fan_in φ'(0) √(1 + φ(0)²)); 3.6/√fan_in for the sigmoid.

    ReLU has no slope at 0; Kumar treats it apart and arrives at He's √(2/fan_in).
    """
    if activation.slope_at_0 < 0.1:
        return math.sqrt(2 / fan_in)
    if activation.name == "sigmoid":
        # The paper rounds 1/(¼ √1.25) = 3.578 to 3.6, and the rounded law is the known one.
        return 3.6 / math.sqrt(fan_in)
    return 1 / (math.sqrt(fan_in) * activation.slope_at_0 * math.sqrt(1 + activation.value_at_0**2))


ZEROS = Scheme(
    "zeros", "Zeros", BAD, "W = 0", "–", "nothing",
    "Without a weight no input gets through and no gradient comes back.",
    lambda init, w, p, layer: init.zeros_(w),
)  # fmt: skip
CONSTANT = Scheme(
    "constant", "Constant", BAD, "W = c", "–", "nothing",
    "Equal neurons receive equal gradients and stay equal: a layer becomes one neuron.",
    lambda init, w, p, layer: init.constant_(w, p["value"]),
    (number("value", "Value c", "", 0.5, "Every weight gets this value.", low=-100, high=100),),
)  # fmt: skip
UNIFORM = Scheme(
    "uniform", "Uniform", PLAIN, "W ~ U(−a, a), variance a²/3", "–", "seeing what scale does",
    "The same width in every layer ignores how many inputs are added up.",
    lambda init, w, p, layer: init.uniform_(
        w, -p["half_width"], p["half_width"], generator=layer.generator
    ),
    (HALF_WIDTH,),
)  # fmt: skip
NORMAL = Scheme(
    "normal", "Normal", PLAIN, "W ~ N(0, σ²)", "–", "seeing what scale does",
    "The same deviation in every layer ignores how many inputs are added up.",
    lambda init, w, p, layer: _normal(init, w, p["deviation"], layer),
    (DEVIATION,),
)  # fmt: skip
TRUNCATED_NORMAL = Scheme(
    "truncated_normal", "Truncated normal", PLAIN, "W ~ N(0, σ²), cut at ±2σ", "–",
    "seeing what scale does",
    "No outliers, and a deviation of 0.88 σ after the cut.",
    lambda init, w, p, layer: _truncated(init, w, p["deviation"], layer),
    (DEVIATION,),
)  # fmt: skip
TORCH_DEFAULT = Scheme(
    "torch_default", "PyTorch default", PLAIN, "W ~ U(±1/√fan_in), b likewise",
    "torch.nn.Linear", "shallow networks",
    "Its variance 1/(3 fan_in) keeps only a sixth of the square through a ReLU.",
    lambda init, w, p, layer: init.kaiming_uniform_(w, math.sqrt(5), generator=layer.generator),
    bias="fan_in_uniform",
)  # fmt: skip
LECUN_UNIFORM = Scheme(
    "lecun_uniform", "LeCun uniform", GOOD, "W ~ U(±√(3/fan_in)), variance 1/fan_in",
    "LeCun et al. 1998, Efficient BackProp", "linear units and SELU",
    "Each neuron sums fan_in inputs, so each may bring 1/fan_in of the variance.",
    lambda init, w, p, layer: init.kaiming_uniform_(
        w, nonlinearity="linear", generator=layer.generator
    ),
)  # fmt: skip
LECUN_NORMAL = Scheme(
    "lecun_normal", "LeCun normal", GOOD, "W ~ N(0, 1/fan_in)",
    "LeCun et al. 1998; Klambauer et al. 2017", "linear units and SELU",
    "Each neuron sums fan_in inputs, so each may bring 1/fan_in of the variance.",
    lambda init, w, p, layer: init.kaiming_normal_(
        w, nonlinearity="linear", generator=layer.generator
    ),
)  # fmt: skip
XAVIER_UNIFORM = Scheme(
    "xavier_uniform", "Xavier uniform", GOOD, "W ~ U(±g √(6/(fan_in + fan_out)))",
    "Glorot & Bengio 2010", "tanh and linear units",
    "A compromise that keeps the size of activations forwards and of gradients backwards.",
    lambda init, w, p, layer: init.xavier_uniform_(w, p["gain"], generator=layer.generator),
    (GAIN,),
)  # fmt: skip
XAVIER_NORMAL = Scheme(
    "xavier_normal", "Xavier normal", GOOD, "W ~ N(0, 2g²/(fan_in + fan_out))",
    "Glorot & Bengio 2010", "tanh and linear units",
    "A compromise that keeps the size of activations forwards and of gradients backwards.",
    lambda init, w, p, layer: init.xavier_normal_(w, p["gain"], generator=layer.generator),
    (GAIN,),
)  # fmt: skip
HE_UNIFORM = Scheme(
    "he_uniform", "He uniform", GOOD, "W ~ U(±√(6/fan))",
    "He et al. 2015, Delving Deep into Rectifiers", "ReLU and its relatives",
    "ReLU drops half of the square, and the factor 2 puts it back.",
    lambda init, w, p, layer: init.kaiming_uniform_(
        w, mode=p["mode"], nonlinearity="relu", generator=layer.generator
    ),
    (MODE,),
)  # fmt: skip
HE_NORMAL = Scheme(
    "he_normal", "He normal", GOOD, "W ~ N(0, 2/fan)",
    "He et al. 2015, Delving Deep into Rectifiers", "ReLU and its relatives",
    "ReLU drops half of the square, and the factor 2 puts it back.",
    lambda init, w, p, layer: init.kaiming_normal_(
        w, mode=p["mode"], nonlinearity="relu", generator=layer.generator
    ),
    (MODE,),
)  # fmt: skip
KUMAR = Scheme(
    "kumar", "Kumar", GOOD, "W ~ N(0, 1/(fan_in φ'(0)² (1 + φ(0)²))); sigmoid: N(0, 3.6²/fan_in)",
    "Kumar 2017", "sigmoid, and any smooth activation",
    "It counts the slope of the activation and that a sigmoid's output is not centred.",
    lambda init, w, p, layer: _normal(
        init, w, kumar_deviation(layer.activation, layer.fan_in), layer
    ),
)  # fmt: skip
ORTHOGONAL = Scheme(
    "orthogonal", "Orthogonal", GOOD, "W = g Q, QᵀQ = 1", "Saxe et al. 2013",
    "very deep networks",
    "It stretches no direction more than another, so depth cannot thin the signal out.",
    lambda init, w, p, layer: init.orthogonal_(w, p["gain"], generator=layer.generator),
    (GAIN,),
)  # fmt: skip

SCHEMES = {
    s.name: s
    for s in (
        ZEROS, CONSTANT,
        UNIFORM, NORMAL, TRUNCATED_NORMAL, TORCH_DEFAULT,
        XAVIER_UNIFORM, XAVIER_NORMAL, HE_UNIFORM, HE_NORMAL, KUMAR,
        LECUN_UNIFORM, LECUN_NORMAL, ORTHOGONAL,
    )
}  # fmt: skip

BIASES = {
    b.name: b
    for b in (
        BiasScheme(
            "zeros", "zero", "b = 0", "The usual choice: the weights alone break the symmetry.",
            lambda init, b, p, layer: init.zeros_(b),
        ),
        BiasScheme(
            "constant", "constant", "b = c", "0.01 was once used to wake ReLU units up.",
            lambda init, b, p, layer: init.constant_(b, p["value"]),
            (number("value", "Bias c", "", 0.01, "Every bias gets this value.",
                    low=-100, high=100),),
        ),
        BiasScheme(
            "fan_in_uniform", "±1/√fan_in", "b ~ U(±1/√fan_in)", "What torch.nn.Linear does.",
            lambda init, b, p, layer: init.uniform_(
                b, -1 / math.sqrt(layer.fan_in), 1 / math.sqrt(layer.fan_in),
                generator=layer.generator,
            ),
        ),
        BiasScheme(
            "normal", "normal", "b ~ N(0, σ²)", "The bias of mean-field theory.",
            lambda init, b, p, layer: _normal(init, b, p["deviation"], layer),
            (number("deviation", "Bias σ", "", 0.1, "Standard deviation of the biases.",
                    low=1e-12, high=1e3, log=True),),
        ),
    )
}  # fmt: skip


def scheme_choices() -> list[Choice]:
    """The schemes as the values of a setting."""
    return [Choice(s.name, s.label, s.tooltip()) for s in SCHEMES.values()]


def bias_choices() -> list[Choice]:
    """The bias schemes as the values of a setting."""
    return [Choice(b.name, b.label, f"{b.formula}\n{b.why}") for b in BIASES.values()]
