"""Initialisation schemes for weights and biases: each is one entry; see ``Scheme``."""

from initviz.catalog.parameter import Choice
from initviz.catalog.schemes.biases import BIASES
from initviz.catalog.schemes.data_dependent import DATA_DEPENDENT
from initviz.catalog.schemes.kept_variance import KEPT_VARIANCE, kumar_deviation
from initviz.catalog.schemes.law import Law
from initviz.catalog.schemes.mistakes import MISTAKES
from initviz.catalog.schemes.plain import PLAIN_LAWS
from initviz.catalog.schemes.scheme import BiasScheme, LayerContext, Scheme, Worth
from initviz.catalog.schemes.structured import STRUCTURED_SCHEMES

__all__ = [
    "BIASES",
    "SCHEMES",
    "BiasScheme",
    "Law",
    "LayerContext",
    "Scheme",
    "Worth",
    "bias_choices",
    "kumar_deviation",
    "scheme_choices",
]

SCHEMES = {
    s.name: s
    for s in (*MISTAKES, *PLAIN_LAWS, *KEPT_VARIANCE, *STRUCTURED_SCHEMES, *DATA_DEPENDENT)
}


def scheme_choices() -> list[Choice]:
    """The schemes as the values of a setting."""
    return [Choice(s.name, s.label, s.tooltip()) for s in SCHEMES.values()]


def bias_choices() -> list[Choice]:
    """The bias schemes as the values of a setting."""
    return [Choice(b.name, b.label, f"{b.formula}\n{b.why}") for b in BIASES.values()]
