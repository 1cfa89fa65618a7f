from __future__ import annotations

import dataclasses
import math
from typing import Any

import numpy as np
import pytest

from initviz.claims import (
    MEASUREMENTS,
    WAITING,
    Claim,
    ClaimError,
    State,
    judge,
    read_claim,
)
from initviz.claims.measurements import Needs
from initviz.engine import probe, record
from initviz.experiment import Experiment
from initviz.figures import Figures
from initviz.parts import Wanted
from initviz.recording import Recording
from initviz.snapshot import Snapshot
from tests.make import data, lane

EXPERIMENT = Experiment(
    data=data("xor", samples=200), hidden=(16, 16), epochs=4,
    lanes=(lane("zeros"), lane("constant"), lane("xavier_uniform"), lane("normal", deviation=30.0)),
)  # fmt: skip


@pytest.fixture(scope="module")
def recording() -> Recording:
    return record(EXPERIMENT)


@pytest.fixture(scope="module")
def start(recording: Recording) -> Snapshot:
    return probe(recording, 0, Wanted(grid=40))


@pytest.fixture(scope="module")
def end(recording: Recording) -> Snapshot:
    return probe(recording, 4, Wanted(grid=40))


def claim(measure: str, expect: str = "-1e30 .. 1e30", **fields: Any) -> Claim:
    return read_claim({"text": "t", "measure": measure, "expect": expect, **fields}, EXPERIMENT)


def value(snapshot: Snapshot, measure: str, number: int, **options: Any) -> float:
    return judge(claim(measure, lane=number, at="always", **options), snapshot).value


# ---- what is measured ----


REQUIRED: dict[str, dict[str, Any]] = {
    "passes": {"level": 0.6},
    "weight_gradient": {"layer": 1},
    "gradient_norm": {"layer": 1},
    "typical_gradient": {"layer": 1},
    "gradient_size": {"layer": -1},
}


@pytest.mark.parametrize("name", MEASUREMENTS)
def test_every_measurement_gives_a_number_of_every_lane(end: Snapshot, name: str) -> None:
    for number in (1, 2, 3, 4):
        made = claim(name, lane=number, **REQUIRED.get(name, {}))
        judged = judge(made, end)
        assert judged.state is not State.WAITING
        assert isinstance(judged.value, float)
        assert judged.text
    assert MEASUREMENTS[name].help


def test_figures_of_the_history_are_those_recorded(end: Snapshot) -> None:
    history = end.history
    assert value(end, "loss", 3) == history.train_loss[4, 2]
    assert value(end, "score", 3) == np.median(history.test_score[:, 2])
    assert value(end, "best_score", 3) == history.test_score[:, 2].max()
    assert value(end, "gradient_norm", 3, layer=-1) == history.gradient_norm[4, 2, -1]
    assert value(end, "norm_ratio", 3) == pytest.approx(
        history.gradient_norm[4, 2, 0] / history.gradient_norm[4, 2, 2]
    )
    level = float(history.test_score[3, 2])
    first = int(np.argmax(history.test_score[:, 2] >= level))
    assert value(end, "passes", 3, level=level) == first
    assert value(end, "passes", 1, level=0.99) == math.inf
    assert value(end, "diverges", 1) == math.inf


def test_the_score_of_a_thinned_history_is_that_of_its_last_epochs(end: Snapshot) -> None:
    few = end.history.rows(np.array([0, 4]))
    kept = dataclasses.replace(few, epochs=np.array([0, 400]), stride=400)
    thinned = dataclasses.replace(end, epoch=400, history=kept)
    assert value(thinned, "score", 3) == end.history.test_score[4, 2]


def test_a_score_between_two_rows_counts_and_is_told_by_its_row(end: Snapshot) -> None:
    scores = end.history.test_score.copy()
    scores[2, 2] = 2.0
    every = dataclasses.replace(end.history, test_score=scores)
    figures = Figures(4, 3, budget=0)
    for number in range(5):
        figures.append(number, every.take(number))  # type: ignore[arg-type]
    thinned = dataclasses.replace(end, history=figures.history())
    assert thinned.history.epochs.tolist() == [0, 4]
    assert value(thinned, "best_score", 3) == 2.0
    assert value(thinned, "passes", 3, level=1.5) == 4


def thinned(end: Snapshot, scores: list[float]) -> Snapshot:
    """The same with these scores, and the figures of every second epoch."""
    score = np.repeat(np.array(scores)[:, None], 4, axis=1)
    every = dataclasses.replace(end.history, test_score=score)
    figures = Figures(4, 3)
    for number in range(5):
        figures.append(number, every.take(number))  # type: ignore[arg-type]
    figures.thin()
    history = figures.history()
    assert history.epochs.tolist() == [0, 2, 4]
    return dataclasses.replace(end, history=history)


@pytest.mark.parametrize("measure", ["loss", "score", "best_score", "gradient_norm", "passes"])
def test_a_claim_about_an_epoch_whose_figures_are_gone_waits(end: Snapshot, measure: str) -> None:
    shown = thinned(end, [0.5, 0.9, 0.5, 0.5, 0.5])
    options = REQUIRED.get(measure, {})
    assert judge(claim(measure, lane=3, at=3, **options), shown) == WAITING
    assert judge(claim(measure, lane=3, at=2, **options), shown) != WAITING
    assert judge(claim("diverges", lane=3, at=3), shown) != WAITING


@pytest.mark.parametrize(
    ("expect", "state"),
    [("<= 1", State.UNMET), ("<= 2", State.UNMET), ("<= 3", State.WAITING),
     ("<= 4", State.MET), (">= 3", State.MET), ("== 4", State.WAITING), (">= 5", State.UNMET)],
)  # fmt: skip
def test_when_a_score_is_passed_is_known_as_far_as_epochs_are_kept(
    end: Snapshot, expect: str, state: State
) -> None:
    shown = thinned(end, [0.5, 0.5, 0.5, 0.9, 0.9])
    assert judge(claim("passes", expect, lane=3, level=0.8), shown).state is state


@pytest.mark.parametrize(
    ("scores", "expect", "state"),
    [
        ([0.5, 0.9, 0.9, 0.9, 0.1], ">= 0.8", State.WAITING),  # the newest dips
        ([0.5, 0.5, 0.9, 0.9, 0.9], ">= 0.8", State.MET),
        ([0.9, 0.9, 0.9, 0.9, 0.1], ">= 0.05", State.MET),
        ([0.9, 0.8, 0.9, 0.9, 0.8], ">= 0.8", State.MET),
        ([0.1, 0.1, 0.1, 0.9, 0.9], ">= 0.95", State.UNMET),
    ],
)
def test_a_score_is_judged_where_the_epochs_that_are_gone_cannot_matter(
    end: Snapshot, scores: list[float], expect: str, state: State
) -> None:
    every = dataclasses.replace(
        end.history, test_score=np.repeat(np.array(scores)[:, None], 4, axis=1)
    )
    true = judge(claim("score", expect, lane=3), dataclasses.replace(end, history=every)).state
    assert true in (State.MET, State.UNMET)
    assert state in (true, State.WAITING)
    assert judge(claim("score", expect, lane=3), thinned(end, scores)).state is state


def test_figures_of_the_layers_are_those_of_the_snapshot(start: Snapshot) -> None:
    hidden = start.layers[:-1]
    assert value(start, "largest_activation", 1) == 0
    assert value(start, "largest_activation", 1, around=0.5) == 0.5
    assert value(start, "largest_activation", 3) == pytest.approx(
        max(np.abs(layer.activation[2]).max() for layer in hidden)
    )
    assert value(start, "largest_weight_gradient", 1) == 0
    assert value(start, "largest_weight_gradient", 3, hidden=True) == pytest.approx(
        max(np.abs(layer.grad_weight[2]).max() for layer in hidden)
    )
    assert value(start, "spread", 2) < 1e-5 < 0.1 < value(start, "spread", 3)
    assert value(start, "saturated", 4) > 0.9 > 0.1 > value(start, "saturated", 3)
    assert value(start, "silent", 1) == 1
    assert value(start, "silent", 3) == 0
    rms = [layer.grad_weight_size.rms[2] for layer in start.layers]
    assert value(start, "weight_gradient", 3, layer=2) == pytest.approx(rms[1])
    assert value(start, "gradient_ratio", 3) == pytest.approx(rms[0] / rms[2])
    sizes = [layer.grad_z_size.rms[2] for layer in start.layers]
    assert value(start, "gradient_ratio", 3, of="z", to=-2) == pytest.approx(sizes[0] / sizes[1])
    assert value(start, "signal_ratio", 3) == pytest.approx(
        hidden[1].activation[2].std() / hidden[0].activation[2].std(), rel=1e-5
    )


def test_one_straight_line_changes_sign_once_and_others_more(end: Snapshot) -> None:
    assert value(end, "sign_changes", 2) <= 1
    assert value(end, "sign_changes", 3) > 5


# ---- when a claim is judged ----


def test_a_claim_waits_for_its_epoch(start: Snapshot, end: Snapshot) -> None:
    at_start, at_end = claim("spread", at="start"), claim("spread", at="end")
    assert judge(at_start, start).state is State.MET
    assert judge(at_start, end) == WAITING
    assert judge(at_end, start) == WAITING
    assert judge(at_end, end).state is State.MET
    always = claim("spread", at="always")
    assert WAITING not in (judge(always, start), judge(always, end))


def test_figures_of_the_history_are_judged_as_soon_as_they_are_recorded(
    recording: Recording, start: Snapshot
) -> None:
    later = claim("loss", lane=3, at=2)
    before = dataclasses.replace(start, history=start.history.until(1))
    assert judge(later, before) == WAITING
    # The epoch that is shown is still 0; the figure is that of epoch 2.
    assert judge(later, start).value == recording.scalars().train_loss[2, 2]


def test_what_the_snapshot_lacks_is_waited_for(end: Snapshot) -> None:
    assert judge(claim("sign_changes"), dataclasses.replace(end, boundary=None)) == WAITING
    assert judge(claim("spread"), dataclasses.replace(end, layers=())) == WAITING


@pytest.mark.parametrize(
    ("expect", "met"),
    [("== 0", True), ("<= 1e-6", True), (">= 0", True), ("-1 .. 1", True), ("0", True),
     (">= 1e-9", False), ("0.1 .. 1", False), ("== 1", False)],
)  # fmt: skip
def test_a_claim_is_met_inside_of_its_range_and_nowhere_else(
    end: Snapshot, expect: str, met: bool
) -> None:
    judged = judge(claim("largest_activation", expect), end)
    assert (judged.state is State.MET) == met
    assert judged.state is not State.WAITING


def test_no_number_is_never_what_was_claimed(end: Snapshot) -> None:
    wild = claim("gradient_ratio", lane=1)  # 0 / 0
    judged = judge(wild, end)
    assert judged.state is State.UNMET
    assert judged.text == "NaN"


@pytest.mark.parametrize(
    ("measure", "expect", "text"),
    [("loss", "<= 1e-6", "≤ 1e-6"), ("score", ">= 0.95", "≥ 95 %"), ("loss", "== 0", "0"),
     ("score", "0.49 .. 0.51", "49 % to 51 %")],
)  # fmt: skip
def test_ranges_are_written_in_the_units_of_the_figure(
    measure: str, expect: str, text: str
) -> None:
    assert claim(measure, expect).expected == text


# ---- what is refused ----


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"measure": "luck"}, "luck is not known; choose one of loss, score"),
        ({"lane": 5}, "lane 5 is not there; write 1 to 4"),
        ({"lane": 0}, "lane 0 is not there"),
        ({"at": "noon"}, 'at "noon" is no time; write start, end, always or 0 to 4'),
        ({"at": 5}, "write start, end, always or 0 to 4"),
        ({"measure": "spread", "at": 2}, "write start, end or always"),
        ({"measure": "passes"}, "level is missing; passes takes level"),
        ({"wide": True}, "wide is not known; loss takes no options"),
        ({"expect": "small"}, '"small" is no range; write == 0, <= 1e-6 or 0.4 .. 0.6'),
    ],
)
def test_a_claim_that_cannot_be_judged_is_refused_with_the_cure(
    fields: dict[str, Any], message: str
) -> None:
    with pytest.raises(ClaimError) as caught:
        read_claim({"text": "t", "measure": "loss", "expect": "<= 1", **fields}, EXPERIMENT)
    assert message in str(caught.value)


def test_a_claim_needs_its_words() -> None:
    with pytest.raises(ClaimError, match="expect is missing"):
        read_claim({"text": "t", "measure": "loss"}, EXPERIMENT)
    assert {m.needs for m in MEASUREMENTS.values()} == set(Needs)
