"""scripts/lowest.py: the lower ends of what pyproject.toml allows, as constraints for pip."""

from __future__ import annotations

import runpy
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[1] / "scripts" / "lowest.py"
lowest: Callable[[list[str]], list[str]] = runpy.run_path(str(SCRIPT))["lowest"]


def test_every_package_that_initviz_needs_has_a_lowest_version() -> None:
    done = subprocess.run([sys.executable, SCRIPT], capture_output=True, text=True, check=True)
    lines = done.stdout.splitlines()
    assert "pydantic==2.8" in lines
    assert {line.partition("==")[0] for line in lines} >= {"torch", "numpy", "av", "pytest"}


def test_the_lower_end_of_a_range_is_taken() -> None:
    assert lowest(["b-c >= 2.1.0, < 3", "a>=1", "initviz[video]"]) == ["a==1", "b-c==2.1.0"]


@pytest.mark.parametrize("requirement", ["a", "a<2", "a==1"])
def test_a_package_without_a_lower_end_is_refused(requirement: str) -> None:
    with pytest.raises(ValueError, match="write name>=lower"):
        lowest([requirement])
