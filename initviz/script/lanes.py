"""The initialisations of a script: a function for every scheme that its lanes use."""

from __future__ import annotations

import ast
import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from initviz.catalog.activations import Activation
from initviz.catalog.schemes import BiasScheme, LayerContext, Scheme
from initviz.experiment import Experiment, Lane
from initviz.layout import layout
from initviz.script.functions import Function, Specialiser, Taken
from initviz.script.source import UnsupportedError
from initviz.script.text import expression
from initviz.script.value import NUMBER, Value, dynamic, known, literal
from initviz.theory import bias_law

LAYERS, OUTPUT = "layers", "output"
BIAS_PREFIX = "bias_"
INPUTS = "inputs"
"""What a script calls the points that come into a layer, for schemes that look at them."""


@dataclass(frozen=True)
class Use:
    """One lane's use of a scheme, for some of its layers.

    Attributes:
        lane: its number, from 1.
        scheme, values: the law of the weights and its parameters.
        bias, bias_values: the law of the biases and its parameters.
        activation: that of the lane.
        contexts: the layers.
    """

    lane: int
    scheme: Scheme
    values: Mapping[str, Any]
    bias: BiasScheme
    bias_values: Mapping[str, Any]
    activation: Activation
    contexts: tuple[LayerContext, ...]

    @property
    def role(self) -> str:
        """Whether it is the output layer's own."""
        return OUTPUT if self.contexts[0].is_output else LAYERS


@dataclass(frozen=True)
class Initialisations:
    """How a script fills layers.

    Attributes:
        calls: for every lane and role the function's name, or a partial of it.
        functions: one for every scheme, as far as that is possible.
        words: what all functions take beside the layer and the generator, such as "number".
    """

    calls: Mapping[tuple[int, str], str]
    functions: tuple[Function, ...]
    words: tuple[str, ...]


def uses(experiment: Experiment) -> list[tuple[Use, Use | None]]:
    """For every lane its use of a scheme, and that of the output layer's own scheme, if any."""
    found: list[tuple[Use, Use | None]] = []
    for number, lane in enumerate(experiment.lanes, 1):
        contexts = _contexts(experiment, lane)
        hidden = contexts if lane.output is None else contexts[:-1]
        own = None if lane.output is None else _use(experiment, number, True, contexts[-1:])
        found.append((_use(experiment, number, False, hidden), own))
    return found


def _use(
    experiment: Experiment, number: int, output: bool, contexts: tuple[LayerContext, ...]
) -> Use:
    lane = experiment.lanes[number - 1]
    scheme, values = lane.weights_of(output)
    return Use(
        number, scheme, values, lane.bias_entry, lane.bias_values,
        experiment.activation_of(lane), contexts,
    )  # fmt: skip


def _contexts(experiment: Experiment, lane: Lane) -> tuple[LayerContext, ...]:
    slots = layout(experiment.sizes)
    contexts = []
    for number, slot in enumerate(slots):
        context = LayerContext(
            slot.fan_in, slot.fan_out, experiment.activation_of(lane), None, number, len(slots)
        )
        variance = bias_law(lane, context).variance
        contexts.append(dataclasses.replace(context, bias_variance=variance))
    return tuple(contexts)


def initialisations(wanted: Sequence[Use], taken: Taken) -> Initialisations:
    """A function for every use, as few of them as will do.

    Uses of one scheme share a function that takes what they differ in as arguments. Where they
    differ in more than parameters, each activation, or else each lane, has its own.
    """
    schemes: dict[tuple[str, str], list[Use]] = {}
    for use in wanted:
        schemes.setdefault((use.scheme.name, use.bias.name), []).append(use)
    names = [scheme for scheme, _ in schemes]
    calls: dict[tuple[int, str], str] = {}
    made: list[Function] = []
    for (scheme, bias), group in schemes.items():
        title = f"init_{scheme}" if names.count(scheme) == 1 else f"init_{scheme}_bias_{bias}"
        for title_, members in _shared(title, group):
            made.append(_function(title_, members, taken))
            calls |= {(use.lane, use.role): _call(made[-1], use) for use in members}
    words = _words(made)
    functions = tuple(
        dataclasses.replace(each, parameters=("layer", "generator", *words, *each.parameters))
        for each in made
    )
    return Initialisations(calls, functions, words)


def _shared(title: str, group: Sequence[Use]) -> list[tuple[str, list[Use]]]:
    """The uses that one function can serve, and its name."""
    if _serves(group):
        return [(title, list(group))]
    by_activation: dict[str, list[Use]] = {}
    for use in group:
        by_activation.setdefault(use.activation.name, []).append(use)
    if len(by_activation) > 1 and all(_serves(members) for members in by_activation.values()):
        return [(f"{title}_{name}", members) for name, members in by_activation.items()]
    return [(f"{title}_{use.role}_of_lane_{use.lane}", [use]) for use in group]


def _serves(group: Sequence[Use]) -> bool:
    try:
        _function("any", group, Taken())
    except UnsupportedError:
        return False
    return True


def _function(name: str, group: Sequence[Use], taken: Taken) -> Function:
    cases = [(use, context) for use in group for context in use.contexts]
    specialiser = Specialiser([context.index for _, context in cases], taken)
    layer = _layer([context for _, context in cases])
    parameters = _parameters([use.values for use, _ in cases], "")
    bias_parameters = _parameters([use.bias_values for use, _ in cases], BIAS_PREFIX)
    weight, bias, init = dynamic("layer.weight"), dynamic("layer.bias"), dynamic("nn.init")
    scheme = group[0].scheme
    body: list[ast.stmt] = []
    for entry, tensor, values in (
        (scheme, weight, parameters),
        (group[0].bias, bias, bias_parameters),
    ):
        arguments = _named(entry.fill, (init, tensor, values, layer))
        body += specialiser.statements(entry.fill, arguments)
    if scheme.adapt is not None and not all(context.is_output for _, context in cases):
        arguments = _named(scheme.adapt, (weight, bias, dynamic(INPUTS), parameters, layer))
        body += specialiser.statements(scheme.adapt, arguments, returns=True)
    told = [
        f"{prefix}{key}"
        for prefix, values in (("", parameters), (BIAS_PREFIX, bias_parameters))
        for key, value in (values.fields or {}).items()
        if not value.constant
    ]
    said = f"{scheme.label}: {' '.join(scheme.formula.split())}."
    source = "" if scheme.source == "–" else f"\n\n{scheme.source}."
    return Function(name, tuple(told), tuple(body), said + source)


def _named(function: Any, values: Sequence[Value]) -> dict[str, Value]:
    code = function.__code__
    return dict(zip(code.co_varnames[: code.co_argcount], values, strict=True))


def _layer(contexts: Sequence[LayerContext]) -> Value:
    """A layer's context: its sizes and its number have names in a script."""

    def named(text: str, each: Sequence[Any]) -> Value:
        return dataclasses.replace(dynamic(text), each=tuple(each))

    last = contexts[0].layers - 1
    fields = {
        "fan_in": named("layer.in_features", [c.fan_in for c in contexts]),
        "fan_out": named("layer.out_features", [c.fan_out for c in contexts]),
        "generator": dynamic("generator"),
        "index": named(NUMBER, [c.index for c in contexts]),
        "layers": known([c.layers for c in contexts]),
        "activation": known([c.activation for c in contexts]),
        "bias_variance": known([c.bias_variance for c in contexts]),
        "is_first": named(f"{NUMBER} == 0", [c.is_first for c in contexts]),
        "is_output": named(f"{NUMBER} == {last}", [c.is_output for c in contexts]),
    }
    return Value(None, tuple(contexts), True, fields)


def _parameters(cases: Sequence[Mapping[str, Any]], prefix: str) -> Value:
    """Parameters of a scheme: as they are, or arguments where lanes differ."""
    fields: dict[str, Value] = {}
    for key in cases[0]:
        value = known([values[key] for values in cases])
        if not value.constant:
            value = Value(dynamic(f"{prefix}{key}").code, value.each)
        fields[key] = value
    return Value(None, tuple(cases), True, fields)


def _call(function: Function, use: Use) -> str:
    """The function with what the lane says, as it stands in the table of lanes."""
    if not function.parameters:
        return function.name
    said = []
    for told in function.parameters:
        values = use.bias_values if told.startswith(BIAS_PREFIX) else use.values
        code = literal(values[told.removeprefix(BIAS_PREFIX)])
        assert code is not None
        said.append(f"{told}={expression(code)}")
    return f"partial({function.name}, {', '.join(said)})"


def _words(functions: Sequence[Function]) -> tuple[str, ...]:
    """What functions read beside their parameters: the layer's number, its inputs."""
    names = {
        node.id
        for function in functions
        for statement in function.body
        for node in ast.walk(statement)
        if isinstance(node, ast.Name)
    }
    return tuple(word for word in (NUMBER, INPUTS) if word in names)
