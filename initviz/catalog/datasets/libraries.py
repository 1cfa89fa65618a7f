"""Libraries that one thread must not import while another one is in the midst of using them."""

from __future__ import annotations

import functools
import threading
from collections.abc import Callable
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")

_LOCK = threading.RLock()


def load_polars() -> None:
    """Import polars while nobody is in scikit-learn, see ``uses_sklearn``."""
    with _LOCK:
        import polars  # noqa: F401


def uses_sklearn(function: Callable[P, R]) -> Callable[P, R]:
    """Let a function that calls scikit-learn wait while polars is being imported.

    scikit-learn asks whether arrays are polars' as soon as there is a beginning of that module, and
    fails with "partially initialized module" where another thread is still importing it.
    """

    @functools.wraps(function)
    def waiting(*args: P.args, **more: P.kwargs) -> R:
        with _LOCK:
            return function(*args, **more)

    return waiting
