"""Short ways to write the parts of an experiment."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from initviz.catalog.parameter import Kind, Parameter
from initviz.catalog.schemes import BIASES, SCHEMES
from initviz.experiment import DataSettings, Lane


def data(dataset: str, **values: Any) -> DataSettings:
    return DataSettings(dataset=dataset, values=values)


def lane(scheme: str, **values: Any) -> Lane:
    return Lane(scheme=scheme, values=values)


def value_of(parameter: Parameter) -> st.SearchStrategy[Any]:
    """Every value that a declared setting takes."""
    if parameter.hidden:  # it belongs to something outside, and to the other hidden ones
        return st.just(parameter.default)
    values: st.SearchStrategy[Any]
    match parameter.kind:
        case Kind.INTEGER:
            values = st.integers(int(parameter.low), int(parameter.high))
        case Kind.NUMBER:
            values = st.floats(parameter.low, parameter.high)
        case Kind.CHOICE:
            values = st.sampled_from([choice.value for choice in parameter.options()])
        case Kind.SIZES:
            # Few wide layers or many narrow ones: all wide would be refused for their memory.
            high = int(parameter.high)
            values = st.lists(st.integers(1, high), min_size=1, max_size=5) | st.lists(
                st.integers(1, 64), min_size=1, max_size=parameter.longest
            )
            values = values.map(tuple)
        case Kind.NUMBERS:
            one = st.floats(parameter.low, parameter.high)
            values = st.lists(one, min_size=1, max_size=2).map(tuple)
        case Kind.TEXT:
            values = st.text()
    return st.none() | values if parameter.optional else values


def values_of(parameters: tuple[Parameter, ...]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({p.name: value_of(p) for p in parameters})


@st.composite
def lanes(draw: st.DrawFn) -> Lane:
    """Every lane there is."""
    fields = draw(values_of(tuple(Lane.parameters().values())))
    output = SCHEMES[fields["output"]].parameters if fields["output"] else ()
    bias = fields["bias"] or SCHEMES[fields["scheme"]].bias
    return Lane(
        **fields,
        values=draw(values_of(SCHEMES[fields["scheme"]].parameters)),
        output_values=draw(values_of(output)),
        bias_values=draw(values_of(BIASES[bias].parameters)),
        name=draw(st.text(st.characters(exclude_categories=("Cc", "Cs")), max_size=40)),
        colour=draw(st.none() | st.integers(0, 7)),
    )
