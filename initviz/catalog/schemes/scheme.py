"""What a scheme is: a law for the first weights of every layer, in torch.nn.init's own terms.

A scheme's ``fill`` receives torch.nn.init itself, so that the catalogue stays importable without
torch, and formulas, papers and code stand side by side. The formula shown is the one that runs.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from initviz.catalog.activations import Activation
from initviz.catalog.parameter import Kind, Parameter
from initviz.catalog.schemes.law import Law


@dataclass(frozen=True)
class LayerContext:
    """What a scheme may know of the layer that it fills.

    Attributes:
        fan_in, fan_out: the number of inputs and outputs of the layer.
        activation: the activation function of the lane.
        generator: the torch.Generator that every random number must come from; None where only
            the law is asked for.
        index: the layer's place, from 0.
        layers: how many layers there are, the output layer counted.
        bias_variance: σ_b² of the layer's biases.
    """

    fan_in: int
    fan_out: int
    activation: Activation
    generator: Any = None
    index: int = 0
    layers: int = 2
    bias_variance: float = 0.0

    @property
    def is_first(self) -> bool:
        """Whether the layer reads the inputs."""
        return self.index == 0

    @property
    def is_output(self) -> bool:
        """Whether the layer is the last one."""
        return self.index == self.layers - 1


Fill = Callable[[Any, Any, Mapping[str, Any], LayerContext], Any]
"""``(init, tensor, parameters, layer)``: fill ``tensor`` in place. ``init`` is torch.nn.init;
weights are (fan_out, fan_in), as torch has them, biases (fan_out,)."""

Adapt = Callable[[Any, Any, Any, Mapping[str, Any], LayerContext], None]
"""``(weight, bias, inputs, parameters, layer)``: change the weights (fan_out, fan_in) in place,
knowing what comes in, (samples, fan_in)."""

FindLaw = Callable[[Mapping[str, Any], LayerContext], Law]
"""``(parameters, layer)``: the law that every weight is drawn from by itself."""

Refuse = Callable[[Mapping[str, Any], int], str]
"""``(parameters, layers)``: why they do not fit that many layers and the cure, "" if they do."""


class Worth(Enum):
    """Whether a scheme is worth choosing; the value is what the window says."""

    GOOD = "a good idea"
    DEPENDS = "it depends"
    MISTAKE = "a mistake"


MARKS = {Worth.GOOD: "✓", Worth.DEPENDS: "~", Worth.MISTAKE: "✗"}


@dataclass(frozen=True)
class Scheme:
    """A law for the weights of every layer.

    Attributes:
        name: its name in files and code.
        label: its name in the menu.
        group: the heading that it stands under in the menu.
        worth: whether it is a good idea.
        formula: the law, in plain Unicode.
        source: the paper, "–" for what nobody has to be cited for.
        suits: what it was made for.
        why: one sentence on why it works or fails.
        fill: see ``Fill``.
        parameters: its own settings.
        partners: the activations that it was made for, by name.
        law: see ``FindLaw``; None where the weights of a layer depend on one another.
        adapt: see ``Adapt``; None where no data is looked at.
        refuse: see ``Refuse``; None where every value fits.
        bias, bias_values: the bias scheme that belongs to it, and its parameters.
    """

    name: str
    label: str
    group: str
    worth: Worth
    formula: str
    source: str
    suits: str
    why: str
    fill: Fill
    parameters: tuple[Parameter, ...] = ()
    partners: tuple[str, ...] = ()
    law: FindLaw | None = None
    adapt: Adapt | None = None
    refuse: Refuse | None = None
    bias: str = "zeros"
    bias_values: Mapping[str, Any] = field(default_factory=dict)

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
        worth = f"{MARKS[self.worth]} {self.worth.value[:1].upper()}{self.worth.value[1:]}"
        return f"{self.formula}{source}\n{worth}. For: {self.suits}. {self.why}"


@dataclass(frozen=True)
class BiasScheme:
    """A law for the biases of every layer; attributes as in ``Scheme``."""

    name: str
    label: str
    formula: str
    why: str
    fill: Fill
    law: FindLaw
    parameters: tuple[Parameter, ...] = ()


def number(name: str, label: str, symbol: str, default: float, help: str, **more: Any) -> Parameter:
    """A number among a scheme's parameters; ``symbol`` marks it in titles."""
    return Parameter(name, label, help, Kind.NUMBER, default, symbol=symbol, **more)


DEVIATION = number(
    "deviation", "Deviation σ", "σ=", 1.0, "Standard deviation of the weights.",
    low=1e-12, high=1e3, log=True, slide=(1e-3, 10),
)  # fmt: skip
GAIN = number(
    "gain", "Gain g", "×", 1.0,
    "A factor on every weight: 1 is the paper's law, √2 ≈ 1.414 makes up for a ReLU.",
    low=1e-6, high=1e3, log=True, slide=(0.1, 10), unsaid=1.0,
)  # fmt: skip
BAD, PLAIN, KEPT = "What not to do", "Plain laws", "Kept variance"
STRUCTURED, DATA = "Structured", "Sees the data"


def draw_normal(init: Any, tensor: Any, deviation: float, layer: LayerContext) -> Any:
    """Fill with N(0, σ²)."""
    return init.normal_(tensor, 0.0, deviation, generator=layer.generator)
