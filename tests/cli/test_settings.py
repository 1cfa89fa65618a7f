from __future__ import annotations

import pytest

from initviz.catalog.datasets import DATASETS
from initviz.cli.settings import changed, settings_help
from initviz.cli.status import BadInputError
from initviz.experiment import DataSettings, Experiment, Lane
from tests.make import data, lane

BASE = Experiment(
    data=data("moons", noise=0.1), lanes=(lane("normal", deviation=3.0), Lane(scheme="zeros"))
)


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ([], BASE),
        (["epochs=7"], BASE.replace(epochs=7)),
        (["hidden=64,64"], BASE.replace(hidden=(64, 64))),
        (["hidden=5 x 8"], BASE.replace(hidden=(8,) * 5)),
        (["activation = relu"], BASE.replace(activation="relu")),
        (["learning_rate=1e-3", "optimiser=adam"],
         BASE.replace(learning_rate=0.001, optimiser="adam")),
        (["data.noise=0.3"], BASE.replace(data=data("moons", noise=0.3))),
        (["data.values.noise=0.3"], BASE.replace(data=data("moons", noise=0.3))),
        (["data.turns=3", "data.dataset=spirals"], BASE.replace(data=data("spirals", turns=3))),
        (["lanes.1.scheme=he_normal"], BASE.with_lane(0, Lane(scheme="he_normal", colour=0))),
        (["lanes.1.scheme=normal"], BASE),
        (["lanes.1.deviation=2"],
         BASE.with_lane(0, BASE.lanes[0].replace(values={"deviation": 2.0}))),
        (["lanes.2.bias=constant", "lanes.2.bias_values.value=0.5"],
         BASE.with_lane(1, BASE.lanes[1].replace(bias="constant", bias_values={"value": 0.5}))),
        (["lanes.2.output=normal", "lanes.2.output_values.deviation=0.5"],
         BASE.with_lane(1, BASE.lanes[1].replace(
             output="normal", output_values={"deviation": 0.5}))),
        (["lanes.2.activation=relu", "lanes.2.name=a = b"],
         BASE.with_lane(1, BASE.lanes[1].replace(activation="relu", name="a = b"))),
        (["lanes.2.activation=relu", "lanes.2.activation=none", "lanes.2.colour=5"],
         BASE.with_lane(1, BASE.lanes[1].replace(colour=5))),
    ],
    ids=str,
)  # fmt: skip
def test_fields_are_set_by_their_names(settings: list[str], expected: Experiment) -> None:
    assert changed(BASE, settings) == expected


def test_what_goes_only_together_is_set_together() -> None:
    identity = Experiment(hidden=(8, 8), lanes=(lane("normal"),))
    wanted = ["lanes.1.scheme=identity", "hidden=16"]
    assert changed(identity, wanted) == changed(identity, wanted[::-1])


@pytest.mark.parametrize(
    ("setting", "words"),
    [
        ("epochs", '"epochs" sets nothing; write FIELD=VALUE'),
        ("=3", "sets nothing"),
        ("hiden=3", "--set hiden: there is no such field; did you mean hidden?"),
        ("wobble=3", "--set wobble: there is no such field; write one of hidden, activation"),
        ("epochs=many", '--set epochs: Epochs: "many" is not a number; write a whole number, 1'),
        ("epochs=0", "out of range; write a whole number, 1 to 1000000"),
        ("epochs=1.5", "is not a whole number"),
        ("epochs=", "is empty"),
        ("hidden=10,,4", "empty entry"),
        ("activation=wobbly", '--set activation: Activation: "wobbly" is not known; choose one of'),
        ("activation=none", '"none" is not known'),
        ("data=moons", "there is no such field"),
        ("data.nose=1", "did you mean noise?"),
        ("data.noise=loud", '--set data.noise: Noise: "loud" is not a number'),
        ("data.dataset=suns", '"suns" is not known'),
        ("data.values.x.y=1", "there is no such field"),
        ("lanes=3", "there is no such field"),
        ("lanes.1=3", "write lanes.1.FIELD to lanes.2.FIELD"),
        ("lanes.3.scale=3", "there is no such initialisation; write lanes.1.FIELD to lanes.2.FI"),
        ("lanes.-1.scale=3", "there is no such initialisation"),
        ("lanes.first.scale=3", "there is no such initialisation"),
        ("lanes.1.deviaton=3", "did you mean deviation?"),
        ("lanes.2.deviation=3", "there is no such field; write one of scheme"),
        ("lanes.1.output_values.deviation=3", "there is no such field"),
        ("lanes.1.colour=blue", "lanes.1.colour"),
        ("lanes.1.name=" + "x" * 50, "write at most 40 letters"),
        ("hidden=100 x 1024", "too many to hold"),
    ],
)
def test_what_cannot_be_set_names_the_field_and_the_cure(setting: str, words: str) -> None:
    with pytest.raises(BadInputError) as refusal:
        changed(BASE.replace(lanes=BASE.lanes * 2) if "1024" in setting else BASE, [setting])
    assert words in str(refusal.value)
    assert str(refusal.value).startswith("--set")
    assert "\n" not in str(refusal.value)


def test_where_a_table_lies_is_not_set_by_hand() -> None:
    own = BASE.replace(data=DataSettings(dataset="csv"))
    with pytest.raises(BadInputError, match="write --csv FILE"):
        changed(own, ["data.path=/etc/passwd"])


def test_the_help_has_every_field_from_its_own_declaration() -> None:
    words = " ".join(settings_help().split())
    for prefix, part in (("", Experiment), ("data.", DataSettings), ("lanes.N.", Lane)):
        for name, parameter in part.parameters().items():
            assert f"{prefix}{name} {parameter.label}. {parameter.help}" in words
    for dataset in DATASETS.values():
        assert all(p.hidden or p.name in words for p in dataset.parameters)
    assert "Range: 1 to 1000000. [60]" in words
    assert "path" not in words
    assert max(map(len, settings_help().splitlines())) < 100
