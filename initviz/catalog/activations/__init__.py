"""Activation functions: each is one entry; see ``Activation``."""

from initviz.catalog.activations.activation import Activation
from initviz.catalog.activations.rectifiers import ELU, LEAKY_RELU, LINEAR, RELU, SELU
from initviz.catalog.activations.saturating import SIGMOID, SIN, SOFTSIGN, TANH
from initviz.catalog.activations.smooth import GELU, MISH, SILU, SOFTPLUS
from initviz.catalog.parameter import Choice

__all__ = ["ACTIVATIONS", "Activation", "activation_choices"]

ACTIVATIONS = {
    a.name: a
    for a in (
        LINEAR, SIGMOID, TANH, SOFTSIGN, RELU, LEAKY_RELU, ELU, SELU, GELU, SILU, MISH, SOFTPLUS,
        SIN,
    )
}  # fmt: skip


def activation_choices() -> list[Choice]:
    """The activations as the values of a setting."""
    return [Choice(a.name, a.label, f"{a.formula}\n{a.note}") for a in ACTIVATIONS.values()]
