"""Experiments with known fates, for measuring how well the findings name them.

The labels were written down before any threshold was looked at: from what theory says (zeros,
equal weights, gains), from FACTS measured in plain PyTorch, and from the construction (a bias of
−10 under a ReLU). Where an outcome is a matter of taste, there is no label.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from initviz.experiment import Experiment, Lane
from initviz.findings import Symptom

DEAD, SYMMETRIC, VANISHING = {Symptom.DEAD}, {Symptom.SYMMETRIC}, {Symptom.VANISHING}
EXPLODING, SATURATED = {Symptom.EXPLODING}, {Symptom.SATURATED}
FINE = {Symptom.HEALTHY, Symptom.LEARNING}
NO_PROGRESS = {Symptom.VANISHING, Symptom.STUCK}
BROKEN = {Symptom.DIVERGED, Symptom.EXPLODING, Symptom.DEAD}
OVERSHOT = {Symptom.DIVERGED, Symptom.DEAD, Symptom.UNSTABLE, Symptom.SATURATED, Symptom.EXPLODING}
EXPECTED = set[Symptom] | None
"""The names that are right; None where more than one reading is fair."""


@dataclass(frozen=True)
class Case:
    """One lane with the right names before the first step and after the last.

    Attributes:
        name: what it is called in tables.
        lane: the initialisation.
        start, end: the symptoms that are right at epoch 0 and at the end, None for no label.
    """

    name: str
    lane: Lane
    start: EXPECTED
    end: EXPECTED

    @property
    def held_out(self) -> bool:
        """Whether it is in the half that no threshold was tuned on: half of all names are."""
        return sha256(self.name.encode()).digest()[0] % 2 == 0


@dataclass(frozen=True)
class Group:
    """Cases that train as the lanes of one experiment."""

    experiment: Experiment
    cases: tuple[Case, ...]


def _groups() -> Iterator[Group]:
    def group(
        name: str,
        *lanes: tuple[str, dict[str, Any], EXPECTED, EXPECTED],
        dataset: str = "moons",
        samples: int | None = 400,
        **settings: Any,
    ) -> Group:
        cases = []
        for scheme, fields, start, end in lanes:
            lane = Lane(**{"scheme": scheme, **fields})
            cases.append(Case(f"{name}: {lane.title} {len(cases)}", lane, start, end))
        data = {"dataset": dataset, "values": {"samples": samples} if samples else {}}
        data["values"].update(settings.pop("values", {}))
        lanes_only = tuple(case.lane for case in cases)
        return Group(Experiment(data=data, lanes=lanes_only, **settings), tuple(cases))

    def of(**values: Any) -> dict[str, Any]:
        return {"values": values}

    none: dict[str, Any] = {}
    for seed in (1, 2):
        yield group(
            f"2×16 tanh, seed {seed}",
            ("zeros", none, DEAD, DEAD),
            ("constant", none, SYMMETRIC, SYMMETRIC),
            ("ones", none, SYMMETRIC, SYMMETRIC),
            ("xavier_uniform", none, FINE, FINE),
            ("xavier_normal", none, FINE, FINE),
            ("orthogonal", none, FINE, FINE),
            dataset="circles", hidden=(16, 16), epochs=60, seed=seed,
        )  # fmt: skip
        yield group(
            f"2×16 ReLU, seed {seed}",
            ("zeros", none, DEAD, DEAD),
            ("constant", of(value=0.2), SYMMETRIC, None),
            ("he_normal", none, FINE, FINE),
            ("he_uniform", none, FINE, FINE),
            ("he_normal", {"bias": "constant", "bias_values": {"value": -20.0}}, DEAD, DEAD),
            ("uniform", {"bias": "constant", "bias_values": {"value": -1.0}}, DEAD, DEAD),
            dataset="circles", hidden=(16, 16), activation="relu", epochs=60, seed=seed,
        )  # fmt: skip
        yield group(
            f"5×64 tanh, seed {seed}",
            ("uniform", none, VANISHING, VANISHING),
            ("normal", of(deviation=1e-4), VANISHING, VANISHING),
            ("normal", of(deviation=10.0), SATURATED, SATURATED),
            ("xavier_uniform", none, FINE, FINE),
            ("orthogonal", none, FINE, FINE),
            ("edge_of_chaos", none, FINE, FINE),
            ("lsuv", none, FINE, FINE),
            dataset="circles", hidden=(64,) * 5, learning_rate=0.05, epochs=40, seed=seed,
        )  # fmt: skip
        yield group(
            f"5×64 sigmoid, seed {seed}",
            ("uniform", none, VANISHING, NO_PROGRESS),
            ("xavier_normal", none, VANISHING, NO_PROGRESS),
            ("he_normal", none, VANISHING, NO_PROGRESS),
            ("zeros", none, SYMMETRIC, SYMMETRIC),
            ("kumar", none, FINE, FINE),
            hidden=(64,) * 5, activation="sigmoid", epochs=40, seed=seed, samples=1000,
        )  # fmt: skip
        yield group(
            f"5×64 ReLU, seed {seed}",
            ("normal", none, EXPLODING, BROKEN),
            ("uniform", none, VANISHING, VANISHING),
            ("zeros", none, DEAD, DEAD),
            ("he_normal", none, FINE, FINE),
            ("lsuv", none, FINE, FINE),
            dataset="circles", hidden=(64,) * 5, activation="relu", learning_rate=0.01,
            epochs=40, seed=seed, samples=1000,
        )  # fmt: skip
    yield group(
        "40×64 ReLU",
        ("xavier_normal", none, VANISHING, NO_PROGRESS),
        ("torch_default", none, VANISHING, NO_PROGRESS),
        ("he_normal", none, FINE, None),
        ("looks_linear", none, FINE, None),
        hidden=(64,) * 40, activation="relu", learning_rate=0.01, epochs=20,
    )  # fmt: skip
    yield group(
        "10×64 ReLU",
        ("torch_default", none, VANISHING, NO_PROGRESS),
        ("uniform", none, VANISHING, NO_PROGRESS),
        ("he_normal", none, FINE, FINE),
        ("lsuv", none, FINE, FINE),
        ("normal", none, EXPLODING, BROKEN),
        hidden=(64,) * 10, activation="relu", learning_rate=0.01, epochs=40, samples=1000,
    )  # fmt: skip
    yield group(
        "steps too long, ReLU",
        ("he_normal", {"learning_rate": 100.0}, FINE, OVERSHOT),
        ("he_normal", {"learning_rate": 30.0}, FINE, OVERSHOT),
        ("he_normal", {"learning_rate": 0.1}, FINE, FINE),
        hidden=(32, 32), activation="relu", epochs=40,
    )  # fmt: skip
    yield group(
        "steps too long, tanh",
        ("xavier_normal", {"learning_rate": 100.0}, FINE, OVERSHOT),
        ("xavier_normal", {"learning_rate": 0.1}, FINE, FINE),
        hidden=(32, 32), epochs=40,
    )  # fmt: skip
    yield group(
        "Adam",
        ("uniform", none, None, FINE),
        ("zeros", none, DEAD, DEAD),
        ("xavier_normal", none, FINE, FINE),
        dataset="circles", hidden=(64,) * 3, optimiser="adam", learning_rate=0.003, epochs=40,
    )  # fmt: skip
    yield group(
        "momentum",
        ("xavier_normal", none, FINE, FINE),
        ("constant", none, SYMMETRIC, SYMMETRIC),
        dataset="circles", hidden=(32, 32), optimiser="momentum", learning_rate=0.02, epochs=40,
    )  # fmt: skip
    yield group(
        "4 classes, tanh",
        ("zeros", none, DEAD, DEAD),
        ("constant", none, SYMMETRIC, SYMMETRIC),
        ("normal", of(deviation=30.0), SATURATED, None),
        ("xavier_normal", none, FINE, FINE),
        dataset="blobs", values={"classes": 4}, hidden=(32, 32), epochs=40,
    )  # fmt: skip
    yield group(
        "iris, ReLU",
        ("zeros", none, DEAD, DEAD),
        ("he_normal", none, FINE, FINE),
        ("torch_default", none, FINE, FINE),
        dataset="iris", samples=None, hidden=(32, 32), activation="relu", learning_rate=0.05,
        epochs=80,
    )  # fmt: skip
    yield group(
        "digits, ReLU",
        ("zeros", none, DEAD, DEAD),
        ("constant", of(value=0.1), SYMMETRIC, None),
        ("he_normal", none, FINE, FINE),
        ("normal", of(deviation=5.0), EXPLODING, None),
        dataset="digits", samples=None, hidden=(64, 64), activation="relu", learning_rate=0.02,
        epochs=20,
    )  # fmt: skip
    yield group(
        "salary, tanh",
        ("zeros", none, DEAD, DEAD),
        ("constant", of(value=0.2), SYMMETRIC, SYMMETRIC),
        ("xavier_normal", none, FINE, FINE),
        dataset="salary", hidden=(32, 32), learning_rate=0.02, epochs=40,
    )  # fmt: skip
    yield group(
        "diabetes, ReLU",
        ("he_normal", none, FINE, FINE),
        ("zeros", none, DEAD, DEAD),
        dataset="diabetes", samples=None, hidden=(32, 32), activation="relu", learning_rate=0.01,
        epochs=40,
    )  # fmt: skip
    yield group(
        "500 features, tanh",
        ("uniform", none, VANISHING, VANISHING),
        ("xavier_uniform", none, FINE, FINE),
        values={"features": 500}, hidden=(100,) * 5, learning_rate=0.05, epochs=30, samples=1000,
    )  # fmt: skip
    yield group(
        "10×64 GELU",
        ("uniform", none, VANISHING, NO_PROGRESS),
        ("lsuv", none, FINE, FINE),
        ("zeros", none, DEAD, DEAD),
        hidden=(64,) * 10, activation="gelu", learning_rate=0.03, epochs=40, samples=1000,
    )  # fmt: skip
    yield group(
        "10×32 SELU",
        ("lecun_normal", none, FINE, FINE),
        ("uniform", none, VANISHING, NO_PROGRESS),
        ("zeros", none, DEAD, DEAD),
        dataset="circles", hidden=(32,) * 10, activation="selu", learning_rate=0.02, epochs=40,
    )  # fmt: skip
    yield group(
        "linear",
        ("orthogonal", none, FINE, FINE),
        ("normal", none, EXPLODING, BROKEN),
        ("uniform", none, VANISHING, NO_PROGRESS),
        dataset="linear", hidden=(32,) * 6, activation="linear", learning_rate=0.02, epochs=40,
    )  # fmt: skip
    yield group(
        "one hidden layer",
        ("xavier_normal", none, FINE, FINE),
        ("zeros", none, DEAD, DEAD),
        ("constant", none, SYMMETRIC, SYMMETRIC),
        ("nguyen_widrow", none, FINE, FINE),
        hidden=(16,), epochs=60,
    )  # fmt: skip
    yield group(
        "3×32 sine",
        ("xavier_normal", none, FINE, FINE),
        ("zeros", none, DEAD, DEAD),
        hidden=(32,) * 3, activation="sin", epochs=40, dataset="circles",
    )  # fmt: skip
    for seed in (1, 2):
        yield group(
            f"late ReLU, seed {seed}",
            ("uniform", none, None, {Symptom.SLOW}),
            ("uniform", of(half_width=0.008), None, {Symptom.SLOW}),
            ("he_normal", none, FINE, FINE),
            values={"features": 500}, hidden=(100,) * 3, activation="relu", epochs=80,
            samples=1000, seed=seed,
        )  # fmt: skip
        yield group(
            f"growing without end, seed {seed}",
            ("normal", none, EXPLODING, {Symptom.DIVERGED}),
            ("normal", of(deviation=2.0), EXPLODING, {Symptom.DIVERGED}),
            ("xavier_normal", of(gain=6.0), EXPLODING, {Symptom.DIVERGED}),
            ("orthogonal", none, FINE, FINE),
            dataset="linear", hidden=(64,) * 8, activation="linear", learning_rate=0.01,
            epochs=30, seed=seed,
        )  # fmt: skip
    yield group(
        "3×32 softsign",
        ("xavier_normal", none, FINE, FINE),
        ("normal", of(deviation=1e-4), VANISHING, VANISHING),
        hidden=(32,) * 3, activation="softsign", epochs=40,
    )  # fmt: skip


GROUPS = tuple(_groups())
CASES = tuple(case for group in GROUPS for case in group.cases)
