"""Scripts run as people run them, and what initviz says of the same experiments."""

from __future__ import annotations

import ast
import contextlib
import io
import sys
from typing import Any
from unittest.mock import patch

import numpy as np
from numpy.typing import NDArray

from initviz.engine.train import train
from initviz.experiment import Experiment
from initviz.script import write_script

Array = NDArray[np.float64]
ALLOWED = {"torch", "numpy", "sklearn"}


def imported(text: str) -> set[str]:
    """The packages that a script imports, but for Python's own."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add(str(node.module))
    return {name.partition(".")[0] for name in found} - sys.stdlib_module_names


def module(text: str) -> dict[str, Any]:
    """The names that a script defines."""
    names: dict[str, Any] = {"__name__": "script"}
    exec(compile(text, "script.py", "exec"), names)
    return names


def table(names: dict[str, Any], *options: str) -> Array:
    """What a script prints with these options: epoch, lane, two losses, two scores; by row."""
    printed = io.StringIO()
    with (
        patch.object(sys, "argv", ["script.py", *options]),
        contextlib.redirect_stdout(printed),
        contextlib.redirect_stderr(io.StringIO()),
    ):
        names["main"]()
    head, *rows = printed.getvalue().splitlines()
    assert head == "epoch lane train_loss test_loss train_score test_score"
    return np.array([[float(word) for word in row.split()] for row in rows])


def figures_of(text: str, lanes: int, epochs: int) -> Array:
    """Losses and scores that a script prints, (lanes, epochs + 1, 4)."""
    rows = table(module(text), "--epochs", str(epochs)).reshape(lanes, epochs + 1, 6)
    assert (rows[:, :, 0] == np.arange(epochs + 1)).all()
    assert (rows[:, :, 1] == np.arange(1, lanes + 1)[:, None]).all()
    return rows[:, :, 2:]


def initviz_figures(experiment: Experiment, epochs: int) -> Array:
    """The same of initviz, (lanes, epochs + 1, 4)."""
    figures = [
        (s.train_loss, s.test_loss, s.train_score, s.test_score)
        for s in (epoch.scalars for epoch in train(experiment, epochs=epochs))
    ]
    return np.array(figures).transpose(2, 0, 1)


def assert_same(experiment: Experiment, epochs: int, tolerance: float) -> None:
    """Losses agree to a relative tolerance, and scores to the printed digits."""
    ours = initviz_figures(experiment, epochs)
    script = figures_of(write_script(experiment), len(experiment.lanes), epochs)
    assert_losses(script, ours, tolerance)
    np.testing.assert_allclose(script[..., 2:], ours[..., 2:], rtol=tolerance, atol=1e-6)


def assert_losses(script: Array, ours: Array, tolerance: float) -> None:
    """Both losses agree in every epoch of every lane; NaN agrees with NaN."""
    np.testing.assert_allclose(script[..., :2], ours[..., :2], rtol=tolerance, atol=0)
