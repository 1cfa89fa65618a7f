"""Files that the program needs at run time, in a wheel and in a checkout."""

from __future__ import annotations

from pathlib import Path


def asset(name: str) -> Path:
    """The path of a file of ``assets/``: inside the package in a wheel, else beside it."""
    package = Path(__file__).parent
    inside = package / "assets" / name
    return inside if inside.exists() else package.parent / "assets" / name
