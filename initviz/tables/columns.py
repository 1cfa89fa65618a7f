"""What stands in the tables: every column with its kind, its unit and what it is computed from.

``docs/tables.md`` has the same, and a test holds the two together.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum


class Kind(Enum):
    """What the values of a column are; the value is what the documentation calls it."""

    COUNT = "whole number"
    NUMBER = "number"
    TEXT = "text"


@dataclass(frozen=True)
class Column:
    """One column of a table.

    Attributes:
        name: its heading.
        kind: what its values are.
        unit: what a number counts or is measured in; "" for text, and where it has none.
        meaning: what it is, with its formula.
    """

    name: str
    kind: Kind
    unit: str
    meaning: str

    def line(self) -> str:
        """The column as a line of the documentation's table."""
        return f"| `{self.name}` | {self.kind.value} | {self.unit or '–'} | {self.meaning} |"


def _count(name: str, unit: str, meaning: str) -> Column:
    return Column(name, Kind.COUNT, unit, meaning)


def _number(name: str, unit: str, meaning: str) -> Column:
    return Column(name, Kind.NUMBER, unit, meaning)


def _text(name: str, meaning: str) -> Column:
    return Column(name, Kind.TEXT, "", meaning)


EPOCH = _count("epoch", "epochs", "Epochs trained: 0 is the state before the first step.")
LANE = _count("lane", "", "The number of the initialisation, from 1, in the experiment's order.")
LANE_NAME = _text("lane_name", "What the window calls it.")

SCALARS = (
    EPOCH,
    LANE,
    LANE_NAME,
    _number(
        "train_loss", "nats; σ² of the target",
        "Mean loss of all training points: cross-entropy, or (z − y)² with y standardised.",
    ),
    _number("test_loss", "nats; σ² of the target", "The same of all test points."),
    _number(
        "train_score", "share",
        "Of the training points: the share of right answers, or R² = 1 − Σ(z − y)² / Σ(y − ȳ)².",
    ),
    _number("test_score", "share", "The same of the test points."),
)  # fmt: skip
"""The figures of every lane at every epoch; a row for each epoch and lane."""

RECORDED = (
    _number(
        "gradient_norm", "loss per weight",
        "‖∂L/∂W‖ = √Σ(∂L/∂W)² on the epoch's last batch (at epoch 0 on the first, before its "
        "step), λW of the L2 penalty included.",
    ),
    _number("weight_norm", "", "‖W‖ = √ΣW² of the layer's weights, without the biases."),
    _number(
        "update_ratio", "share",
        "‖ΔW‖/‖W‖ of the epoch's last step, W as it is after it; 0 at epoch 0 and where ΔW is 0.",
    ),
    _number("distance", "", "‖W − W₀‖ from the first weights W₀."),
    _number(
        "activation_deviation", "",
        "Standard deviation of the layer's activations on 8 to 64 training points; of the logits "
        "for the output.",
    ),
    _number("dead_share", "share", "Neurons that are exactly 0 on all of these points."),
    _number(
        "saturated_share", "share",
        "Activations in saturation on these points; NaN where φ does not saturate, and for the "
        "output.",
    ),
)  # fmt: skip

SIZES = {"activation": "a", "grad_z": "∂ℓ/∂z", "grad_weight": "∂L/∂W"}
"""The arrays whose sizes are told, by the beginnings of their columns' names."""

_UNITS = {"activation": "", "grad_z": "loss per z", "grad_weight": "loss per weight"}
_OF = {
    "activation": "a = φ(z), the logits for the output, on the probe's points",
    "grad_z": "∂ℓ/∂z of every point's own loss ℓ",
    "grad_weight": "∂L/∂W of the mean loss L of the probe's points, without the L2 penalty",
}


def _sizes(name: str, sign: str) -> tuple[Column, ...]:
    return (
        _number(f"{name}_rms", _UNITS[name], f"√mean(x²) for x = {_OF[name]}."),
        _number(
            f"{name}_median", _UNITS[name],
            f"The median of |{sign}|, the lower of two in the middle.",
        ),
        _number(f"{name}_zeros", "share", f"The share of exact zeros among {sign}."),
    )  # fmt: skip


STATISTICS = (
    *(column for name, sign in SIZES.items() for column in _sizes(name, sign)),
    _number("deviation", "", "Standard deviation of a on the probe's points."),
    _number(
        "saturated", "share",
        "Activations in saturation on the probe's points; NaN where φ does not saturate, and for "
        "the output.",
    ),
    _number(
        "symmetry", "share",
        "How far the neurons are from being one: rms of a − (mean of a over the neurons), over "
        "the rms of a. 0 means identical.",
    ),
)  # fmt: skip
"""What a probe finds: empty at epochs that were not probed."""

LAYERS = (
    EPOCH,
    LANE,
    LANE_NAME,
    _count("layer", "", "The number of the layer, from 1; the output is the last."),
    _text("layer_name", '"hidden 1", ..., "output".'),
    *RECORDED,
    *STATISTICS,
)
"""The figures of every layer; a row for each epoch, lane and layer."""

FINDINGS = (
    EPOCH,
    LANE,
    LANE_NAME,
    _text("symptom", "What the numbers show, as docs/findings.md lists it."),
    _text("severity", '"good", "note" or "bad".'),
    _text("title", "What the window calls it: the symptom, or closer."),
    _text("layers", 'Where it shows, such as "hidden 1, hidden 2"; empty for the lane as a whole.'),
    _count("since", "epochs", "The first epoch that it rests on."),
    _text("reason", "The measurement behind it, in words."),
    _text(
        "figures",
        'The figures behind it, a JSON object of their labels and exact values; "NaN", "Infinity" '
        'and "-Infinity" are texts in it.',
    ),
    _text("also", "Other symptoms that the same numbers show; empty where there are none."),
    _text("remedy", "What would mend it; empty where nothing needs mending."),
    _text("remedy_lane", "The initialisation that would, as the window would call it."),
)
"""What the numbers say; a row for each epoch and lane."""

TABLES: Mapping[str, tuple[Column, ...]] = {
    "scalars": SCALARS,
    "layers": LAYERS,
    "findings": FINDINGS,
}
"""The columns of every table, in their order."""
