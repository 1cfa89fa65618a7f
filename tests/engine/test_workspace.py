from __future__ import annotations

import threading
from dataclasses import fields

import numpy as np
import pytest

from initviz.engine import probe, record, start, workspace
from initviz.engine.workspace import give_back, take
from initviz.experiment import Experiment, Lane
from initviz.focus import Focus
from initviz.parts import Part, Wanted
from initviz.snapshot import Snapshot
from tests.make import data

MIXED = Experiment(
    data=data("moons", samples=64),
    hidden=(8, 8, 6),
    lanes=(Lane(activation="relu"), Lane(activation="tanh"), Lane(activation="relu")),
    epochs=3,
)
"""Its lanes stand in another order in the network."""


@pytest.fixture(autouse=True)
def nothing_kept() -> None:
    workspace._kept.clear()


def arrays(what: object) -> list[np.ndarray]:
    """Copies of all arrays of a snapshot."""
    if isinstance(what, np.ndarray):
        return [what.copy()]
    if isinstance(what, tuple):
        return [each for part in what for each in arrays(part)]
    if isinstance(what, dict):
        return [each for part in what.values() for each in arrays(part)]
    if hasattr(what, "__dataclass_fields__") and not isinstance(what, Experiment):
        return [each for f in fields(what) for each in arrays(getattr(what, f.name))]
    return []


def test_a_snapshot_stays_as_it_is_while_others_are_probed() -> None:
    recording = record(MIXED)
    wanted = Wanted(parts=frozenset(Part), focus=Focus(lane=0, beside=1, layer=1, neuron=2))
    kept: list[tuple[Snapshot, list[np.ndarray]]] = []
    for epoch in (3, 0, 2, 1):
        snapshot = probe(recording, epoch, wanted)
        kept.append((snapshot, arrays(snapshot)))

    assert len(kept[0][1]) > 100
    for snapshot, before in kept:
        for now, then in zip(arrays(snapshot), before, strict=True):
            np.testing.assert_array_equal(now, then)


def test_a_used_workspace_gives_the_numbers_of_a_new_one() -> None:
    recording = record(MIXED)
    wanted = Wanted(parts=frozenset(Part))
    probe(recording, 3, wanted)
    assert workspace._kept
    again = arrays(probe(recording, 1, wanted))
    workspace._kept.clear()
    for used, new in zip(again, arrays(probe(recording, 1, wanted)), strict=True):
        np.testing.assert_array_equal(used, new)


def test_a_workspace_that_is_taken_is_nobody_elses() -> None:
    first, second = take(MIXED, 32), take(MIXED, 32)
    assert first is not second
    give_back(first)
    assert take(MIXED, 31) is not first
    assert take(MIXED, 32) is first


@pytest.mark.parametrize(
    "other",
    [
        MIXED.replace(hidden=(8, 8)),
        MIXED.replace(lanes=MIXED.lanes[::-1][1:]),
        MIXED.replace(precision="float64"),
        MIXED.replace(lanes=tuple(lane.replace(activation="tanh") for lane in MIXED.lanes)),
    ],
)
def test_another_shape_or_activation_has_a_workspace_of_its_own(other: Experiment) -> None:
    kept = take(MIXED, 32)
    give_back(kept)
    assert take(other, 32) is not kept


def test_a_probe_that_is_stopped_gives_its_workspace_back() -> None:
    recording = record(MIXED)

    def stop() -> None:
        raise InterruptedError

    with pytest.raises(InterruptedError):
        probe(recording, 1, checkpoint=stop)
    assert len(workspace._kept) == 1


def test_few_workspaces_are_kept() -> None:
    taken = [take(MIXED, samples) for samples in range(8, 20)]
    for each in taken:
        give_back(each)
    assert len(workspace._kept) == workspace.MOST


def test_a_start_that_another_thread_forgets_meanwhile_is_given_all_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    recordings = [record(MIXED), record(MIXED.replace(epochs=2))]
    made = start.Look
    others: list[threading.Thread] = []

    def look(*args: object) -> object:
        if not others:  # once: somebody asks for another recording's start just now
            others.append(threading.Thread(target=start.start_of, args=(recordings[1],)))
            others[0].start()
            others[0].join(0.2)
        return made(*args)  # type: ignore[arg-type]

    start._starts.clear()
    monkeypatch.setattr(start, "Look", look)
    first = start.start_of(recordings[0])
    others[0].join(10)
    assert first._look.experiment == MIXED
    assert list(start._starts) == [recordings[1]]
