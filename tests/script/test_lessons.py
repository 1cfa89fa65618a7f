"""The scripts of the lessons print the losses that the lessons have."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from initviz.catalog.datasets import DATASETS
from initviz.catalog.lessons import LESSONS
from initviz.catalog.schemes import SCHEMES
from initviz.experiment import Experiment, Lane
from initviz.script import write_script
from tests.make import data
from tests.script.running import (
    ALLOWED,
    assert_losses,
    figures_of,
    imported,
    initviz_figures,
    module,
    table,
)

CHAOTIC = {
    ("four-mistakes", 3), ("huge", 0), ("huge", 1), ("xavier", 1), ("depth", 1),
    ("he", 2), ("pytorch", 1), ("lsuv", 2),
}  # fmt: skip
"""Lanes that rounding in float32 throws off their way within ten epochs.

initviz itself takes another way when it is told one lane fewer.
"""

LAST = 10
every_lesson = pytest.mark.parametrize("name", LESSONS)


@every_lesson
def test_a_lessons_script_needs_nothing_but_torch_numpy_and_scikit_learn(name: str) -> None:
    text = write_script(LESSONS[name].experiment, LESSONS[name].heading)
    assert imported(text) <= ALLOWED
    assert LESSONS[name].title in text.splitlines()[0]


def test_scripts_are_in_ruffs_form(tmp_path: Path) -> None:
    experiments = [
        *(lesson.experiment for lesson in LESSONS.values()),
        *(Experiment(lanes=(Lane(scheme=scheme, scale=2.0),)) for scheme in SCHEMES),
        *(Experiment(data=data(dataset)) for dataset in DATASETS),
    ]
    for number, experiment in enumerate(experiments):
        (tmp_path / f"script_{number}.py").write_text(write_script(experiment), "utf-8")
    for words in (["check"], ["format", "--diff"]):
        done = subprocess.run(
            [sys.executable, "-m", "ruff", *words, "--isolated", "--no-cache", str(tmp_path)],
            capture_output=True, text=True, timeout=60,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout


@pytest.mark.slow
@every_lesson
def test_a_lessons_script_prints_its_losses_over_ten_epochs(name: str) -> None:
    experiment = LESSONS[name].experiment
    ours = initviz_figures(experiment, LAST)
    script = module(write_script(experiment))
    for lane, wanted in enumerate(ours):
        last = 0 if (name, lane) in CHAOTIC else LAST
        rows = table(script, "--epochs", str(last), "--lane", str(lane + 1))
        assert (rows[:, 1] == lane + 1).all()
        assert_losses(rows[:, 2:], wanted[: last + 1], 1e-4)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["zeros-sigmoid", "constant"])
def test_in_float64_a_lessons_script_prints_its_losses_to_the_end(name: str) -> None:
    experiment = LESSONS[name].experiment.replace(precision="float64")
    ours = initviz_figures(experiment, experiment.epochs)
    script = figures_of(write_script(experiment), len(experiment.lanes), experiment.epochs)
    assert_losses(script, ours, 1e-8)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["depth", "he", "pytorch", "lsuv"])
def test_what_float32_throws_off_is_the_same_in_float64(name: str) -> None:
    experiment = LESSONS[name].experiment
    number = next(lane for lesson, lane in CHAOTIC if lesson == name)
    experiment = experiment.replace(precision="float64", lanes=(experiment.lanes[number],))
    ours = initviz_figures(experiment, 2)
    assert_losses(figures_of(write_script(experiment), 1, 2), ours, 1e-8)


def test_where_rounding_decides_a_script_is_as_near_as_it_is_to_itself() -> None:
    # Step by step, beside the same script with its weights off by one rounding.
    experiment = Experiment(
        data=data("moons", samples=16, noise=0.15),
        hidden=(16, 16, 16, 16),
        lanes=(LESSONS["four-mistakes"].experiment.lanes[3],),
        batch_size=16,
        precision="float64",
    )
    text, steps = write_script(experiment), 12
    moved = text.replace(
        "    initialise(net, lane)\n",
        "    initialise(net, lane)\n"
        "    for layer in net.layers:\n"
        "        layer.weight.data *= 1 + 2.3e-16\n",
    )
    assert moved != text
    script, other = (figures_of(each, 1, steps)[0, :, 0] for each in (text, moved))
    ours = initviz_figures(experiment, steps)[0, :, 0]
    itself = np.maximum.accumulate(np.abs(other - script) / script)
    assert itself[-1] > 1e-3  # it is thrown off
    assert (np.abs(ours - script) / script <= 100 * itself + 1e-10).all()


def test_a_script_runs_by_itself(tmp_path: Path) -> None:
    path = tmp_path / "zeros.py"
    path.write_text(write_script(LESSONS["zeros"].experiment), "utf-8")
    options = ["--epochs", "1", "--lane", "2"]
    done = subprocess.run(
        [sys.executable, "-I", "-W", "error", str(path), *options],
        cwd=tmp_path, capture_output=True, text=True, check=True, timeout=60,
    )  # fmt: skip
    head, *rows = done.stdout.splitlines()
    assert head.split() == [
        "epoch", "lane", "train_loss", "test_loss", "train_score", "test_score",
    ]  # fmt: skip
    assert [row.split()[:2] for row in rows] == [["0", "2"], ["1", "2"]]
    assert done.stderr.strip() == "lane 2: Xavier uniform"
