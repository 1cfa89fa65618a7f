from __future__ import annotations

import math
import re
from typing import Any

import pytest
from hypothesis import given, reject, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from initviz.catalog.datasets import DATASETS
from initviz.catalog.parameter import Kind
from initviz.catalog.schemes import BIASES, SCHEMES
from initviz.experiment import (
    MAX_LANES,
    DataSettings,
    Experiment,
    ExperimentError,
    Lane,
    Problem,
)
from tests.make import data, lane, lanes, value_of, values_of


@st.composite
def experiments(draw: st.DrawFn) -> Experiment:
    """Every experiment that can be run: what a whole is refused for is left out, by name."""
    dataset = draw(st.sampled_from(list(DATASETS)))
    try:
        return Experiment(
            **draw(values_of(tuple(Experiment.parameters().values()))),
            data=data(dataset, **draw(values_of(DATASETS[dataset].parameters))),
            lanes=draw(st.lists(lanes(), min_size=1, max_size=MAX_LANES)),
        )
    except ExperimentError as error:
        blamed = {str(problem.path[-1]) for problem in error.problems}
        if not blamed <= {"hidden", "batch_size", "precision", "informative"}:
            raise
        reject()


def refusal(**fields: Any) -> str:
    with pytest.raises(ExperimentError) as caught:
        Experiment(**fields)
    return str(caught.value)


def places(**fields: Any) -> list[tuple[str | int, ...]]:
    with pytest.raises(ExperimentError) as caught:
        Experiment(**fields)
    return [problem.path for problem in caught.value.problems]


# ---- one value ----


@pytest.mark.parametrize("part", [Experiment, Lane, DataSettings])
def test_every_default_is_the_declared_one_and_passes_its_own_check(part: type[Experiment]) -> None:
    made = part()
    for name, parameter in part.parameters().items():
        if name == "bias":  # completed with the scheme's own
            continue
        default = part.model_fields[name].default
        assert parameter.check(default) == default == getattr(made, name)
        assert default == (None if parameter.optional else parameter.default)


@pytest.mark.parametrize("name", list(Experiment.parameters()))
def test_the_ends_of_every_range_are_taken_and_what_lies_beyond_is_refused(name: str) -> None:
    parameter = Experiment.parameters()[name]
    if parameter.kind is Kind.CHOICE:
        for choice in parameter.options():
            assert getattr(Experiment(**{name: choice.value}), name) == choice.value
        assert "choose one of " in refusal(**{name: "nonsense"})
        return
    many = parameter.kind is Kind.SIZES
    for value in (parameter.low, parameter.high):
        wanted = (value,) if many else value
        assert getattr(Experiment(**{name: wanted}), name) == wanted
    beyond = [parameter.low - 1, parameter.high + 1, math.nan, math.inf, -math.inf]
    for value in [*beyond, True, "", "text", [None]]:
        message = refusal(**{name: [value] if many else value})
        assert message.startswith(f"{parameter.label}: ")
        assert f"write {'a whole number' if parameter.kind is not Kind.NUMBER else 'a'}" in message
        assert parameter.range_text() in message


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        (
            "hidden",
            "10,,4",
            'Hidden layers: "10,,4" has an empty entry; write sizes like "10, 4" or "40 × 64"',
        ),
        ("hidden", "", 'Hidden layers: is empty; write sizes like "10, 4" or "40 × 64"'),
        ("hidden", [0], "Hidden layers: 0 is out of range; write a whole number, 1 to 1024"),
        ("hidden", [1025], "Hidden layers: 1025 is out of range; write a whole number, 1 to 1024"),
        ("hidden", [], "Hidden layers: 0 layers are out of range; write 1 to 100"),
        ("hidden", "101 × 4", "Hidden layers: 101 layers are out of range; write 1 to 100"),
        (
            "hidden",
            "4, 2.5",
            'Hidden layers: "2.5" is not a whole number; write a whole number, 1 to 1024',
        ),
        ("hidden", 5, 'Hidden layers: "5" is not a list; write sizes like "10, 4"'),
        (
            "learning_rate",
            -0.1,
            "Learning rate: -0.1 is out of range; write a number, 1e-09 to 1e+06",
        ),
        (
            "learning_rate",
            "fast",
            'Learning rate: "fast" is not a number; write a number, 1e-09 to 1e+06',
        ),
        ("epochs", 0, "Epochs: 0 is out of range; write a whole number, 1 to 1000000"),
        ("seed", -1, "Seed: -1 is out of range; write a whole number, 0 to 2147483647"),
        (
            "batch_size",
            1.5,
            'Batch size: "1.5" is not a whole number; write a whole number, 1 to 20000',
        ),
        ("optimiser", "sdg", 'Optimiser: "sdg" is not known; choose one of sgd, momentum, adam'),
        ("lanes", [], "lanes: 0 initialisations are out of range; keep 1 to 8"),
        ("lanes", [Lane()] * 9, "lanes: 9 initialisations are out of range; keep 1 to 8"),
        ("lerning_rate", 1, 'there is no field "lerning_rate"; did you mean learning_rate?'),
        ("optimizer", "adam", 'there is no field "optimizer"; did you mean optimiser?'),
        ("Activation", "relu", 'there is no field "Activation"; did you mean activation?'),
        ("lane", [{}], 'there is no field "lane"; did you mean lanes?'),
        ("initializations", [{}], 'there is no field "initializations"; did you mean lanes?'),
        (
            "wobble",
            1,
            'there is no field "wobble"; write one of data, hidden, activation, lanes, optimiser, '
            "learning_rate, batch_size, epochs, l2, seed, precision, device",
        ),
    ],
)
def test_a_refused_value_is_named_with_its_cure(field: str, value: Any, message: str) -> None:
    assert refusal(**{field: value}) == message
    assert places(**{field: value}) == [(field,)]


@pytest.mark.parametrize(
    ("text", "sizes"),
    [
        ("10, 4", (10, 4)),
        ("7", (7,)),
        ("3 × 64", (64, 64, 64)),
        ("2x8,1", (8, 8, 1)),
        (" 100 * 1 ", (1,) * 100),
        ([5, "6"], (5, 6)),
    ],
)
def test_sizes_are_read_as_people_write_them(text: Any, sizes: tuple[int, ...]) -> None:
    assert Experiment(hidden=text).hidden == sizes


def test_nothing_of_an_experiment_can_be_changed() -> None:
    experiment = Experiment()
    with pytest.raises(ValidationError, match="frozen"):
        experiment.seed = 2
    with pytest.raises(ValidationError, match="frozen"):
        experiment.lanes[0].scheme = "zeros"
    with pytest.raises(TypeError):
        experiment.data.values["noise"] = 0.0
    assert experiment == Experiment()
    assert hash(experiment) == hash(Experiment())


# ---- the whole ----


def test_all_wrong_fields_are_reported_at_once() -> None:
    wrong = {"seed": -1, "epochs": 0, "data": {"dataset": "moon"}}
    assert sorted(places(**wrong)) == [("data", "dataset"), ("epochs",), ("seed",)]


def test_parts_given_as_dicts_report_their_full_path() -> None:
    wrong = [{"scheme": "xavier"}, {}, {"sheme": "zeros"}, {"learning_rate": 0}, {"colour": 8}]
    assert places(lanes=wrong, data={"datset": "xor"}) == [
        ("data", "datset"),
        ("lanes", 0, "scheme"),
        ("lanes", 2, "sheme"),
        ("lanes", 3, "learning_rate"),
        ("lanes", 4, "colour"),
    ]
    assert refusal(lanes=[{}, {"colour": 8}]) == (
        "initialisation 2: colour: 8 is out of range; write a whole number, 0 to 7"
    )


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        (
            {"data": {"values": {"nose": 1}}},
            'Two moons: there is no parameter "nose"; it has samples, noise, test_share, features, '
            "write one of them",
        ),
        (
            {"data": {"values": {"noise": -1}}},
            "Noise: -1 is out of range; write a number, 0 to 2",
        ),
        (
            {"lanes": [{"scheme": "zeros", "values": {"gain": 1}}]},
            'initialisation 1: Zeros: there is no parameter "gain"; it has none, remove it',
        ),
        (
            {"lanes": [{}, {"scheme": "normal", "values": {"deviation": 0}}]},
            "initialisation 2: Deviation σ: 0 is out of range; write a number, 1e-12 to 1000",
        ),
        (
            {"lanes": [{"bias_values": {"value": 1}}]},
            'initialisation 1: zero bias: there is no parameter "value"; it has none, remove it',
        ),
        (
            {"lanes": [{"color": 1}]},
            'initialisation 1: there is no field "color"; did you mean colour?',
        ),
        (
            {"lanes": [{"initialization": "zeros"}]},
            'initialisation 1: there is no field "initialization"; did you mean scheme?',
        ),
        (
            {"data": {"noise": 0.1}},
            'there is no field "noise"; write one of dataset, values',
        ),
        (
            {"lanes": [{"name": "x" * 41}]},
            "initialisation 1: name: is too long; write at most 40 letters",
        ),
        (
            {"lanes": [{"name": "a\nb"}]},
            "initialisation 1: name: has a control character; write letters that can be seen",
        ),
    ],
)
def test_a_part_refuses_what_is_not_its_own(fields: dict[str, Any], message: str) -> None:
    assert refusal(**fields) == message


def test_the_fields_that_there_are_are_listed_once() -> None:
    first, second, third = refusal(wobble=1, wibble=2, epoch=3).splitlines()
    assert first.startswith('there is no field "wobble"; write one of data, hidden,')
    assert second == 'there is no field "wibble"; remove it'
    assert third == 'there is no field "epoch"; did you mean epochs?'


def test_all_wrong_parameters_of_a_part_are_reported_at_once() -> None:
    lane = {"values": {"a": 1, "b": 2}, "bias_values": {"c": 3}}
    data = {"values": {"noise": -1, "samples": True}}
    assert places(lanes=[lane], data=data) == [
        ("data", "values", "samples"),
        ("data", "values", "noise"),
        ("lanes", 0, "values", "a"),
        ("lanes", 0, "values", "b"),
        ("lanes", 0, "bias_values", "c"),
    ]
    assert '"true" is not a number' in refusal(data=data)


def test_a_network_too_large_to_hold_is_refused_before_anything_is_allocated() -> None:
    wide = {"hidden": (1024,) * 100, "data": data("moons", features=1000)}
    message = refusal(**wide, lanes=[Lane()] * 8)
    assert message.startswith("hidden layers: 839 million parameters in 8 initialisations")
    assert "use fewer initialisations, or fewer or narrower layers" in message
    assert places(**wide, lanes=[Lane()] * 8) == [("hidden",)]
    assert Experiment(**wide).parameter_count == 1001 * 1024 + 99 * 1025 * 1024 + 1025


def test_a_batch_too_large_to_hold_is_refused_with_the_largest_that_is_not() -> None:
    largest = {}
    for count in (1, 8):
        fitting = Experiment(
            data=data("moons", samples=20_000), hidden=(512,) * 50, lanes=(Lane(),) * count
        )
        with pytest.raises(ExperimentError) as raised:
            fitting.replace(batch_size=20_000)
        (problem,) = raised.value.problems
        assert problem.path == ("batch_size",)
        most = re.search(r"at most (\d+) points", problem.message)
        assert most is not None
        largest[count] = int(most[1])
        assert fitting.replace(batch_size=largest[count]).batch_size == largest[count]
        with pytest.raises(ExperimentError, match="at most"):
            fitting.replace(batch_size=largest[count] + 1)
    assert largest[1] == pytest.approx(8 * largest[8], abs=8)


def test_a_batch_is_no_larger_than_the_data() -> None:
    few = Experiment(
        data=data("moons", samples=100), hidden=(512,) * 50, lanes=(Lane(),) * 8, batch_size=20_000
    )
    assert few.batch_size == 20_000
    with pytest.raises(ExperimentError, match="points through 25601 neurons"):
        few.replace(data=data("moons", samples=20_000))


def test_replace_gives_a_validated_copy_and_leaves_the_old_one() -> None:
    old = Experiment(seed=3)
    new = old.replace(activation="relu", hidden="5, 4")
    assert (new.activation, new.hidden, new.seed) == ("relu", (5, 4), 3)
    assert (old.activation, old.hidden) == ("tanh", (16, 16))
    with pytest.raises(ExperimentError, match="Seed: -1 is out of range"):
        old.replace(seed=-1)
    with pytest.raises(ExperimentError, match='there is no field "sede"'):
        old.replace(sede=1)
    with pytest.raises(ExperimentError, match="lanes: 9 initialisations"):
        old.replace(lanes=old.lanes * 9)


def test_sizes_and_parameters_count_the_whole_network() -> None:
    experiment = Experiment(hidden=(3, 4), data=data("moons", features=5))
    assert experiment.sizes == (5, 3, 4, 1)
    assert experiment.parameter_count == (5 + 1) * 3 + (3 + 1) * 4 + (4 + 1) * 1
    assert experiment.layer_names == ("hidden 1", "hidden 2", "output")


def test_a_lane_takes_what_it_does_not_say_from_the_experiment() -> None:
    own = Lane(activation="relu", learning_rate=0.25)
    experiment = Experiment(activation="sigmoid", learning_rate=0.5, lanes=(Lane(), own))
    assert [experiment.activation_of(each).name for each in experiment.lanes] == ["sigmoid", "relu"]
    assert [experiment.learning_rate_of(each) for each in experiment.lanes] == [0.5, 0.25]


@pytest.mark.parametrize("scheme", SCHEMES.values(), ids=list(SCHEMES))
def test_a_lane_is_completed_with_the_defaults_of_its_scheme(scheme: Any) -> None:
    made = Lane(scheme=scheme.name)
    assert made.entry is scheme
    assert made.bias_entry is BIASES[scheme.bias]
    assert dict(made.values) == {p.name: p.default for p in scheme.parameters}
    assert made.title.startswith(scheme.label)


@pytest.mark.parametrize(
    ("made", "title"),
    [
        (lane("zeros"), "Zeros"),
        (lane("normal", deviation=5), "Normal σ=5"),
        (lane("uniform", half_width=0.01), "Uniform ±0.01"),
        (lane("constant", value=0.5), "Constant 0.5"),
        (lane("xavier_uniform"), "Xavier uniform"),
        (lane("xavier_uniform", gain=2), "Xavier uniform ×2"),
        (lane("zeros").replace(activation="relu", learning_rate=0.01), "Zeros · ReLU · η=0.01"),
        (lane("zeros").replace(name="mine", activation="relu"), "mine"),
        (Lane(scheme="xavier_uniform", scale=0.1), "Xavier uniform ×0.1"),
        (
            lane("xavier_uniform", gain=2).replace(scale=0.25, activation="relu"),
            "Xavier uniform ×2 ×0.25 · ReLU",
        ),
        (lane("zeros").replace(name="mine", scale=30.0), "mine ×30"),
        (Lane(scheme="zeros", output="ones", scale=3), "Zeros · out: Ones · ×3"),
    ],
)
def test_a_title_says_what_tells_a_lane_apart(made: Lane, title: str) -> None:
    assert made.title == title


def test_with_lane_replaces_one_lane_and_keeps_the_others() -> None:
    old = Experiment(lanes=(lane("zeros"), lane("normal"), lane("orthogonal")))
    new = old.with_lane(1, lane("kumar"))
    assert [each.scheme for each in new.lanes] == ["zeros", "kumar", "orthogonal"]
    assert new.lanes[0] == old.lanes[0]
    assert new.lanes[2] == old.lanes[2]


def test_the_same_run_may_be_longer_but_nothing_else() -> None:
    experiment = Experiment(epochs=10)
    assert experiment.same_run(experiment.replace(epochs=99))
    assert not experiment.same_run(experiment.replace(seed=2))
    assert not experiment.same_run(experiment.replace(epochs=99, l2=0.1))


def test_a_lane_keeps_its_scale_when_its_scheme_changes() -> None:
    assert Lane().scale == 1
    assert Lane(scale=0.1).replace(scheme="he_normal").scale == 0.1
    with pytest.raises(ExperimentError, match="Scale all weights by: 0 is out of range"):
        Lane(scale=0)


# ---- colours ----


@given(st.lists(st.none() | st.integers(0, 7), min_size=1, max_size=MAX_LANES))
def test_every_lane_has_a_colour_of_its_own_and_the_first_claim_wins(
    claims: list[int | None],
) -> None:
    given_lanes = [Lane(colour=claim) for claim in claims]
    colours = [made.colour for made in Experiment(lanes=given_lanes).lanes]
    assert len(set(colours)) == len(colours)
    assert set(colours) <= set(range(MAX_LANES))
    for place, claim in enumerate(claims):
        if claim is not None and claim not in claims[:place]:
            assert colours[place] == claim


@given(st.permutations(range(5)), st.integers(1, 5))
def test_lanes_keep_their_colours_when_they_are_moved_or_removed(
    order: list[int], kept: int
) -> None:
    before = Experiment(lanes=[lane("normal", deviation=i + 1) for i in range(5)])
    assert [made.colour for made in before.lanes] == [0, 1, 2, 3, 4]
    moved = [before.lanes[i] for i in order[:kept]]
    after = before.replace(lanes=[*moved, Lane()])
    assert list(after.lanes[:-1]) == moved
    assert after.lanes[-1].colour not in order[:kept]


# ---- TOML ----


@given(experiments())
@settings(max_examples=60)
def test_toml_gives_back_an_equal_experiment(experiment: Experiment) -> None:
    text = experiment.to_toml()
    back = Experiment.from_toml(text)
    assert back == experiment
    assert hash(back) == hash(experiment)
    assert back.to_toml() == text
    text.encode()  # it can be written to a file


def test_a_file_from_before_there_was_a_scale_is_read_as_it_was_meant() -> None:
    experiment = Experiment(lanes=(lane("normal", deviation=2), Lane(scale=0.5)))
    text = experiment.to_toml()
    assert text.count("scale = ") == 2
    old = "\n".join(line for line in text.splitlines() if not line.startswith("scale"))
    assert Experiment.from_toml(old) == experiment.with_lane(1, Lane(colour=1))


@given(experiments(), st.data())
@settings(max_examples=30)
def test_replace_reaches_every_value_of_every_setting(
    experiment: Experiment, draw: st.DataObject
) -> None:
    for name, parameter in Experiment.parameters().items():
        value = draw.draw(value_of(parameter), label=name)
        changed = Experiment().replace(**{name: value})
        assert getattr(changed, name) == value
        assert changed.replace(**{name: getattr(Experiment(), name)}) == Experiment()
    assert experiment.replace() == experiment


def test_toml_may_leave_out_what_is_usual() -> None:
    text = """
        hidden = "2 × 8"
        [data]
        dataset = "xor"
        [[lanes]]
        scheme = "zeros"
    """
    assert Experiment.from_toml(text) == Experiment(
        hidden=(8, 8), data=data("xor"), lanes=(lane("zeros"),)
    )


@pytest.mark.parametrize(
    "text",
    ["seed =", "[data", "seed = 1\nseed = 2", "x = " + "[" * 5000, "seed = " + "1" * 5000],
    ids=["no value", "no bracket", "twice", "deep", "long"],
)
def test_what_is_not_toml_is_refused_in_words(text: str) -> None:
    with pytest.raises(ExperimentError, match="not a TOML file: "):
        Experiment.from_toml(text)


def test_unknown_fields_of_a_file_are_refused_by_name() -> None:
    text = "self = 1\n[data]\nset = 1\n[[lanes]]\nself = 2\n[lanes.values]\nx = 3"
    with pytest.raises(ExperimentError) as caught:
        Experiment.from_toml(text)
    assert [problem.path for problem in caught.value.problems] == [
        ("data", "set"),
        ("lanes", 0, "self"),
        ("self",),
    ]


SCRAPS = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from([*Lane.model_fields, *DataSettings.model_fields, "noise", "self", ""]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=8,
)


@given(st.dictionaries(st.sampled_from([*Experiment.model_fields, "self", "x"]), SCRAPS))
@settings(max_examples=150)
def test_nonsense_is_either_an_experiment_or_refused_with_a_place(fields: dict[str, Any]) -> None:
    problems: tuple[Problem, ...] | None = None
    try:
        Experiment(**fields)
    except ExperimentError as error:
        problems = error.problems
    assert problems is None or (problems and all(p.path and str(p) for p in problems))


def test_the_output_layer_may_have_a_scheme_of_its_own() -> None:
    made = Lane(scheme="he_normal", output="normal", output_values={"deviation": 2})
    assert made.weights_of(output=True)[0].name == "normal"
    assert made.weights_of(output=True)[1]["deviation"] == 2
    assert made.weights_of(output=False)[0].name == "he_normal"
    assert made.title == "He normal · out: Normal σ=2"
    other = made.replace(output="xavier_normal")
    assert dict(other.output_values) == {"gain": 1.0}
    plain = made.replace(output=None)
    assert not plain.output_values
    assert plain.weights_of(output=True)[0].name == "he_normal"
    with pytest.raises(ExperimentError, match="name the output layer's scheme, too"):
        Lane(output_values={"gain": 2})
