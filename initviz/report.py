"""Unexpected errors in words: what is shown, logged and copied when something breaks."""

from __future__ import annotations

import platform
import re
import sys
import threading
import time
import traceback
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from types import TracebackType

from initviz.version import __version__

PACKAGES = (
    "torch", "PySide6-Essentials", "pyqtgraph", "numpy", "scikit-learn", "polars", "pydantic",
    "safetensors", "contourpy", "pillow", "av",
)  # fmt: skip
"""Whose versions a report names."""

LONGEST = 20_000
"""Characters of one traceback, as of a recursion without end; its middle is left out."""

LONGEST_MESSAGE = 300
"""Characters of a message that stands in a sentence."""

OVERRIDE = re.compile(r"^(?:Error calling Python override of \S+: )+")
"""What Qt's bindings put before a message, once for every method that it came through."""

LOG_LINES = 60
"""Lines of the log that a report ends with."""


@dataclass(frozen=True)
class Incident:
    """One unexpected error, as text: it holds no frame, and so nothing that a frame refers to.

    Attributes:
        kind: the name of the exception's type.
        message: what it says, on one line; it may be empty.
        thread: the name of the thread that it was raised in.
        traceback: the whole traceback.
        place: where it was raised; two incidents of one kind and place are one error.
    """

    kind: str
    message: str
    thread: str
    traceback: str
    place: tuple[str, ...]

    @classmethod
    def of(
        cls,
        error: BaseException,
        trace: TracebackType | None = None,
        thread: str = "",
    ) -> Incident:
        """Describe an exception; nothing that it does when it is described gets out.

        Args:
            error: what was raised.
            trace: where; by default as the exception itself says.
            thread: where it was raised; by default the thread that calls.
        """
        kind = type(error).__name__
        trace = trace or error.__traceback__
        try:
            message = OVERRIDE.sub("", " ".join(str(error).split()))
        except Exception:
            message = "(it cannot say what it is)"
        try:
            frames = traceback.extract_tb(trace)
            text = "".join(traceback.format_exception(type(error), error, trace)).rstrip()
        except Exception as another:
            frames = traceback.StackSummary()
            text = f"{kind}: {message}\n(its traceback cannot be shown: {type(another).__name__})"
        # Deeper frames differ from one time to the next, as in a recursion.
        places = [f"{frame.filename}:{frame.lineno}" for frame in frames[-2:]]
        return cls(
            kind,
            message if len(message) <= LONGEST_MESSAGE else f"{message[:LONGEST_MESSAGE]} …",
            thread or threading.current_thread().name,
            shortened(text),
            (kind, *places),
        )

    @property
    def summary(self) -> str:
        """The type of the error and what it says, as the last line of a traceback has them."""
        return f"{self.kind}: {self.message}" if self.message else self.kind


def foreseen(error: BaseException) -> bool:
    """Whether an error is one of initviz's own, whose message is a sentence with the cure."""
    return type(error).__module__.partition(".")[0] == "initviz"


def explain(error: BaseException, doing: str) -> str:
    """What an error says, for where it is shown; one that nobody foresaw is told as well.

    Args:
        error: what was caught.
        doing: as for ``tell``.
    """
    if foreseen(error):
        return str(error)
    summary = Incident.of(error).summary
    tell(error, doing)
    return summary


def tell(error: BaseException, doing: str = "") -> None:
    """Hand an error that nobody foresaw to whoever shows such errors; the caller goes on.

    In the window that is a dialog and the log (``app/hooks.py``), without one standard error.

    Args:
        error: what was caught.
        doing: what was being done, such as "drawing a thumbnail"; it goes into the report.
    """
    if doing:
        error.add_note(f"(while {doing})")
    sys.excepthook(type(error), error, error.__traceback__)


def report(
    incidents: Sequence[tuple[Incident, int]] = (),
    experiment: str = "",
    screen: str = "",
    log: str = "",
) -> str:
    """All that is needed to look into an error, as text; the home folder is written as ~.

    Args:
        incidents: what happened, and how often each.
        experiment: the experiment as TOML.
        screen: what is known of the display.
        log: the last lines of the log.
    """
    parts = [f"initviz {__version__}, report of {time.strftime('%Y-%m-%d %H:%M:%S %z')}"]
    for incident, times in incidents:
        often = f", {times} times" if times > 1 else ""
        head = f"--- {incident.summary}\nin the thread {incident.thread}{often}"
        parts.append(f"{head}\n\n{incident.traceback}")
    machine = [
        f"Python {platform.python_version()} ({sys.executable})",
        f"{platform.platform()}, {platform.machine()}",
        *([screen] if screen else []),
        ", ".join(f"{name} {found}" for name, found in versions().items()),
    ]
    parts.append("\n".join(["--- machine", *machine]))
    if experiment:
        parts.append(f"--- experiment\n{experiment.strip()}")
    if log:
        parts.append(f"--- log\n{log.strip()}")
    return without_home("\n\n".join(parts)) + "\n"


@cache
def versions() -> dict[str, str]:
    """The version of each package; nothing is imported for it."""
    found = {}
    for name in PACKAGES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = "missing"
    return found


def without_home(text: str) -> str:
    """The text with ~ instead of the path of the home folder: it says who somebody is.

    Folders whose names only begin like it, as /home/ann.bak or /home/ann-old, stay, and so do
    those that have it at the end of a longer path, as /mnt/home/ann.
    """
    try:
        home = str(Path.home())
    except RuntimeError:  # there is none
        return text
    if len(home) < 2:  # "/" is no name of anybody
        return text
    # TOML and Python's repr() double the backslashes of Windows.
    for written in {home, home.replace("\\", "\\\\"), home.replace("\\", "/")}:
        # A full stop or a dash with no word behind it is the sentence's and not the name's.
        text = re.sub(rf"(?<![\w.-]){re.escape(written)}(?![.~+@-]*\w)", "~", text)
    return text


def shortened(text: str, longest: int = LONGEST) -> str:
    """The text, without its middle where it is too long."""
    if len(text) <= longest:
        return text
    half = longest // 2
    return f"{text[:half]}\n… ({len(text) - 2 * half} characters left out) …\n{text[-half:]}"
