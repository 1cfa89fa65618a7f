"""What differs between two experiments, in the words of their declared settings."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from initviz.catalog.datasets import DATASETS
from initviz.catalog.datasets.own import file_of
from initviz.catalog.parameter import Kind, Parameter
from initviz.catalog.schemes import BIASES, SCHEMES
from initviz.experiment import DataSettings, Experiment, Lane

MOST_SAID = 2
"""Differences that are said in full; of more, the first one and how many others there are."""

LONGEST_VALUE = 24
"""Letters of a value that are said."""


@dataclass(frozen=True)
class Difference:
    """One setting that differs.

    Attributes:
        place: the path of the setting, such as ("lanes", 2, "values", "gain"); a lane is known
            by its colour.
        words: the edit that leads from the one to the other, such as "learning rate 0.1 → 0.5".
    """

    place: tuple[str | int, ...]
    words: str


def differences(old: Experiment, new: Experiment) -> list[Difference]:
    """Everything that differs between two experiments, in the order of the window."""
    settings = dict(old), dict(new)
    return [
        *_data(old.data, new.data),
        *_settings(Experiment.parameters().values(), *settings),
        *_lanes(old.lanes, new.lanes),
    ]


def describe(old: Experiment, new: Experiment) -> str:
    """The edit from one experiment to another in a few words; "" where they are equal."""
    found = [difference.words for difference in differences(old, new)]
    if len(found) <= MOST_SAID:
        return ", ".join(found)
    return f"{found[0]} and {len(found) - 1} more"


def _settings(
    parameters: Iterable[Parameter],
    old: Mapping[str, Any],
    new: Mapping[str, Any],
    *place: str | int,
    of: str = "",
) -> Iterator[Difference]:
    """The settings of one part that differ; ``of`` names the part in front of them."""
    for parameter in parameters:
        before, after = (values.get(parameter.name) for values in (old, new))
        if before != after:
            label = f"{of}{_small(parameter.label)}"
            change = f"{_said(parameter, before)} → {_said(parameter, after)}"
            yield Difference((*place, parameter.name), f"{label} {change}")


def _data(old: DataSettings, new: DataSettings) -> Iterator[Difference]:
    if old == new:
        return
    if old.dataset != new.dataset or _file(old) != _file(new):
        yield Difference(("data",), f"data {_name(old)} → {_name(new)}")
        return
    shown = [p for p in old.entry.parameters if not p.hidden]
    found = list(_settings(shown, old.values, new.values, "data", "values"))
    if old.facts.target != new.facts.target:
        words = f"target {old.facts.target} → {new.facts.target}"
        found.insert(0, Difference(("data", "target"), words))
    # What is hidden was found in the file: the same one, opened with other choices.
    yield from found or [Difference(("data",), f"data {_name(new)} opened again")]


def _file(data: DataSettings) -> str:
    return str(file_of(data.values)) if "path" in data.values else ""


def _name(data: DataSettings) -> str:
    return file_of(data.values).name if "path" in data.values else DATASETS[data.dataset].label


def _lanes(old: Sequence[Lane], new: Sequence[Lane]) -> Iterator[Difference]:
    before = {int(lane.colour or 0): lane for lane in old}
    after = {int(lane.colour or 0): lane for lane in new}
    for colour, lane in before.items():
        if colour not in after:
            yield Difference(("lanes", colour), f"remove {lane.title}")
    for colour, lane in after.items():
        if colour not in before:
            yield Difference(("lanes", colour), f"add {lane.title}")
        else:
            yield from _lane(before[colour], lane)
    kept = [colour for colour in before if colour in after]
    order = [colour for colour in after if colour in before]
    if kept != order:
        yield Difference(("lanes",), _moved(kept, order, after))


def _lane(old: Lane, new: Lane) -> Iterator[Difference]:
    place = ("lanes", int(new.colour or 0))
    if old == new:
        return
    if old.scheme != new.scheme:  # the rest follows from it
        yield Difference((*place, "scheme"), f"{old.title} → {new.title}")
        return
    of = f"{new.entry.label}: "
    declared = Lane.parameters().values()
    parts = [list(_settings(declared, dict(old), dict(new), *place, of=of))]
    for name, parameters, apart in (
        ("values", SCHEMES[new.scheme].parameters, False),
        ("bias_values", BIASES[str(new.bias)].parameters, old.bias != new.bias),
        ("output_values", SCHEMES[new.output].parameters if new.output else (),
         old.output != new.output),
    ):  # fmt: skip
        if not apart:
            values = getattr(old, name), getattr(new, name)
            parts.append(list(_settings(parameters, *values, *place, name, of=of)))
    found = [difference for part in parts for difference in part]
    if old.name != new.name:
        found.append(Difference((*place, "name"), f"{old.title} → {new.title}"))
    yield from found


def _moved(old: Sequence[int], new: Sequence[int], lanes: Mapping[int, Lane]) -> str:
    for colour in new:
        others = [[c for c in order if c != colour] for order in (old, new)]
        if others[0] == others[1]:
            # Of two that changed places, the lower one is said to have moved up.
            up = new.index(colour) < old.index(colour)
            return f"move {lanes[colour].title} {'up' if up else 'down'}"
    return "another order of the initialisations"


def _small(label: str) -> str:
    """A label in the middle of a sentence: its first letter small, where it begins no acronym."""
    return label[:1].lower() + label[1:] if label[1:2].islower() else label


def _said(parameter: Parameter, value: Any) -> str:
    if value is None:
        return "as for all" if parameter.optional else "none"
    if parameter.kind is Kind.CHOICE:
        return next((c.label for c in parameter.options() if c.value == value), str(value))
    text = parameter.format(value)
    return text if len(text) <= LONGEST_VALUE else f"{text[: LONGEST_VALUE - 1]}…"
