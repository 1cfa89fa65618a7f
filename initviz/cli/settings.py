"""``--set FIELD=VALUE``: an experiment's fields by their names, from their own declarations."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from initviz.catalog.datasets import DATASETS
from initviz.catalog.parameter import Kind, Parameter, SettingError
from initviz.catalog.schemes import BIASES, SCHEMES
from initviz.cli.status import BadInputError
from initviz.experiment import DataSettings, Experiment, ExperimentError, Lane
from initviz.spelling import instead

Fields = dict[str, Any]

NONE = "none"
"""What is written for a field that is to be as the experiment has it."""

CHOOSERS = {"dataset": "values", "scheme": "values", "bias": "bias_values",
            "output": "output_values"}  # fmt: skip
"""Fields that choose an entry of the catalogue, and where that entry's parameters stand."""


def changed(
    experiment: Experiment, settings: Sequence[str], option: str | None = None
) -> Experiment:
    """The experiment with some fields set.

    Args:
        experiment: what is changed.
        settings: each "FIELD=VALUE"; fields of parts have dotted names, such as "data.noise" and
            "lanes.1.scheme". Lanes are counted from 1. Which entry of the catalogue is chosen is
            set first, so that the order does not matter.
        option: what they were written as, where that is not "--set".

    Raises:
        BadInputError: names the field and the cure.
    """
    if not settings:
        return experiment
    fields: Fields = experiment.model_dump()
    pairs = [_pair(setting) for setting in settings]
    for path, value in sorted(pairs, key=lambda pair: pair[0].split(".")[-1] not in CHOOSERS):
        try:
            _assign(fields, path, value)
        except SettingError as error:
            raise BadInputError(f"{option or f'--set {path}'}: {error}") from None
    try:
        return Experiment(**fields)
    except ExperimentError as error:
        words = "; ".join(str(error).splitlines())
        said = option or f"--set {' '.join(path for path, _ in pairs)}"
        raise BadInputError(f"{said}: {words}") from None


def _pair(setting: str) -> tuple[str, str]:
    path, equals, value = setting.partition("=")
    if not equals or not path.strip():
        raise BadInputError(f'--set: "{setting}" sets nothing; write FIELD=VALUE, as in epochs=20')
    return path.strip(), value.strip()


def _assign(fields: Fields, path: str, value: str) -> None:
    first, *rest = path.split(".")
    match first:
        case "data" if rest:
            _assign_part(fields["data"], DataSettings, rest, value)
        case "lanes" if rest:
            lanes = fields["lanes"]
            counted = rest[0].isdecimal() and len(rest[0]) < 9
            number, last = int(rest[0]) if counted else 0, len(lanes)
            if not 1 <= number <= last or len(rest) == 1:
                raise SettingError(
                    f"there is no such initialisation; write lanes.1.FIELD to lanes.{last}.FIELD"
                    if last > 1 else "there is one initialisation; write lanes.1.FIELD"
                )  # fmt: skip
            _assign_part(lanes[number - 1], Lane, rest[1:], value)
        case _:
            _assign_field(fields, Experiment.parameters(), [first, *rest], value)


def _assign_part(
    part: Fields, kind: type[DataSettings] | type[Lane], path: Sequence[str], value: str
) -> None:
    """Set a field of the data or of a lane, or a parameter of the entry that it has chosen."""
    places = {place: chooser for chooser, place in CHOOSERS.items() if place in part}
    declared = kind.parameters()
    if path == ["name"] and kind is Lane:
        part["name"] = value
    elif path == ["colour"] and kind is Lane:
        part["colour"] = value
    elif len(path) == 2 and path[0] in places:
        _assign_field(part[path[0]], _parameters(part, path[0]), path[1:], value)
    elif len(path) == 1 and path[0] not in declared:
        others = {} if kind is DataSettings else {"name": None, "colour": None}
        parameters = _parameters(part, "values")
        _assign_field(part["values"], parameters, path, value, also=[*declared, *others])
    else:
        before = part.get(path[0])
        _assign_field(part, declared, path, value)
        if path[0] in CHOOSERS and part[path[0]] != before:
            # Another entry starts from its own parameters, another scheme from its own biases.
            part[CHOOSERS[path[0]]] = {}
            if path[0] == "scheme":
                part.update(bias=None, bias_values={})


def _parameters(part: Mapping[str, Any], place: str) -> dict[str, Parameter]:
    """The parameters of the entry that a part has chosen."""
    entries: Sequence[Parameter] = ()
    match place:
        case "values":
            entries = (
                DATASETS[part["dataset"]].parameters if "dataset" in part
                else SCHEMES[part["scheme"]].parameters
            )  # fmt: skip
        case "bias_values":
            entries = BIASES[part["bias"] or SCHEMES[part["scheme"]].bias].parameters
        case "output_values" if part["output"]:
            entries = SCHEMES[part["output"]].parameters
    return {entry.name: entry for entry in entries}


def _assign_field(
    fields: Fields,
    declared: Mapping[str, Parameter],
    path: Sequence[str],
    value: str,
    also: Iterable[str] = (),
) -> None:
    name = ".".join(path)
    parameter = declared.get(name)
    if parameter is None:
        raise SettingError(f"there is no such field; {instead(name, [*declared, *also])}")
    if parameter.hidden:
        raise SettingError("comes from the table itself; write --csv FILE --target COLUMN instead")
    unset = parameter.optional and value.lower() == NONE
    fields[name] = parameter.check(None if unset else value)


# ---- help ----


def settings_help() -> str:
    """Every field that can be set, from its declaration, for the end of ``--help``."""
    lines = ["fields for --set (in brackets what is taken where nothing is said):"]
    for prefix, part in (("", Experiment), ("data.", DataSettings), ("lanes.N.", Lane)):
        for name, parameter in part.parameters().items():
            lines += _described(f"{prefix}{name}", parameter)
    lines.append("\nparameters of what is chosen, as in data.noise=0.3 or lanes.1.deviation=2:")
    for prefix, entries in (
        ("data.", DATASETS), ("lanes.N.", SCHEMES), ("lanes.N.bias_values.", BIASES)
    ):  # fmt: skip
        for name, entry in entries.items():
            shown = [p.name for p in entry.parameters if not p.hidden]
            if shown:
                lines += _wrapped(f"{prefix}…", f"{name}: {', '.join(shown)}")
    return "\n".join(lines)


def _described(name: str, parameter: Parameter) -> Iterator[str]:
    words = [f"{parameter.label}. {parameter.help}"]
    match parameter.kind:
        case Kind.CHOICE:
            words.append(f"One of {', '.join(choice.value for choice in parameter.options())}.")
        case Kind.INTEGER | Kind.NUMBER | Kind.SIZES:
            unit = f" {parameter.unit}" if parameter.unit else ""
            words.append(f"Range: {parameter.range_text()}{unit}.")
    if parameter.optional:
        words.append(f"\"{NONE}\" takes the experiment's, or the scheme's own.")
    elif parameter.default is not None:
        words.append(f"[{parameter.format(parameter.default)}]")
    return _wrapped(name, " ".join(words))


def _wrapped(name: str, text: str) -> Iterator[str]:
    width = 24
    first = f"  {name}".ljust(width)
    yield from textwrap.wrap(
        text, 98, initial_indent=first if len(first) == width else f"{first}  ",
        subsequent_indent=" " * width,
    )  # fmt: skip
