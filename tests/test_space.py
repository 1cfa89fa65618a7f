"""What the validation lets through works; what it refuses is refused with field and cure."""

from __future__ import annotations

import math
import os
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from initviz.catalog.datasets import DATASETS
from initviz.catalog.schemes import BIASES, SCHEMES
from initviz.experiment import DataSettings, Experiment, ExperimentError, Lane
from initviz.export.render import application
from stress.fuzzing.readers import check_words
from stress.space import experiments, go_through, silent
from tests.tidy import tidy  # noqa: F401

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

RUBBISH: list[Any] = [
    True, "", "nonsense", "x" * 10**6, "\0", "\ud800", "99x", math.nan, math.inf, -math.inf, -1,
    10**400, -(10**400), 1.5e300, [], [[]], [None], {}, {"a": {"b": 1}}, {1: 2}, object(), b"\0",
    ["a"] * 2000, "999 × 9, " * 20_000 + "1",
]  # fmt: skip


@settings(max_examples=2, suppress_health_check=list(HealthCheck))
@given(experiments(20_000))
def test_what_the_validation_lets_through_goes_through_everything(experiment: Experiment) -> None:
    with tempfile.TemporaryDirectory() as folder, application(), silent():
        go_through(experiment, Path(folder), ("overview",))


PLACES = [
    *[((name,), name) for name in Experiment.parameters()],
    *[(("data", name), name) for name in DataSettings.parameters()],
    *[(("lanes", 0, name), name) for name in Lane.parameters()],
    *[((name,), name) for name in ("data", "lanes")],
    *[(("lanes", 0, name), name) for name in ("name", "colour", "values", "bias_values")],
    (("data", "values"), "values"),
]


def spoilt(path: tuple[str | int, ...], value: Any) -> dict[str, Any]:
    """The fields of an experiment with one of them spoilt."""
    if path[0] == "data" and len(path) > 1:
        return {"data": {path[1]: value}}
    if path[0] == "lanes" and len(path) > 1:
        return {"lanes": [{path[2]: value}]}
    return {str(path[0]): value}


@pytest.mark.parametrize("path", [path for path, _ in PLACES], ids=str)
def test_rubbish_in_any_field_is_taken_as_it_is_meant_or_refused_there_with_the_cure(
    path: tuple[str | int, ...],
) -> None:
    for value in RUBBISH:
        try:
            Experiment(**spoilt(path, value))
        except ExperimentError as error:
            blamed = [problem.path[: len(path)] for problem in error.problems]
            assert path in blamed
            check_words(str(error))


@pytest.mark.parametrize(
    ("owner", "parameter"),
    [
        (("data", kind, name), parameter.name)
        for kind, entries in (("dataset", DATASETS),)
        for name, entry in entries.items()
        for parameter in entry.parameters
    ]
    + [
        (("lanes", kind, name), parameter.name)
        for kind, entries in (("scheme", SCHEMES), ("bias", BIASES))
        for name, entry in entries.items()
        for parameter in entry.parameters
    ],
    ids=str,
)
def test_rubbish_in_a_parameter_of_the_catalogue_is_refused_there_with_the_cure(
    owner: tuple[str, str, str], parameter: str
) -> None:
    part, kind, name = owner
    values = "bias_values" if kind == "bias" else "values"
    for value in RUBBISH:
        fields = {kind: name, values: {parameter: value}}
        try:
            Experiment(**{part: [fields] if part == "lanes" else fields})
        except ExperimentError as error:
            (problem,) = error.problems
            place = (part, 0, values) if part == "lanes" else (part, values)
            assert problem.path[: len(place)] == place
            check_words(str(error))


@settings(max_examples=20, suppress_health_check=list(HealthCheck))
@given(st.dictionaries(st.text(), st.none() | st.integers() | st.text() | st.floats()))
def test_fields_that_there_are_not_are_refused_by_name(fields: dict[str, Any]) -> None:
    known = set(Experiment.model_fields)
    unknown = {name: value for name, value in fields.items() if name not in known}
    if unknown:
        with pytest.raises(ExperimentError) as caught:
            Experiment(**unknown)
        assert {problem.path for problem in caught.value.problems} == {(name,) for name in unknown}
        cures = [problem.message.rpartition("; ")[2] for problem in caught.value.problems]
        named = [any(field in cure for field in known) for cure in cures]
        assert named[0]
        assert all(ok or cure == "remove it" for ok, cure in zip(named, cures, strict=True))
