"""What a window showed, as autosave writes it down."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import tomli_w

from initviz.experiment import Experiment
from initviz.runfile import SUFFIX

RUBBISH = ValueError, TypeError, LookupError, AttributeError
"""What reading something else raises."""


@dataclass(frozen=True)
class Note:
    """What is known of a run file.

    Attributes:
        file: its name; "" where it has given way to newer ones.
        title, lesson: as in ``PastRun``, the lesson by its name.
        cursor: the epoch that was shown; −1 is the newest.
        last: the newest epoch.
    """

    file: str
    title: str
    lesson: str
    cursor: int
    last: int


@dataclass(frozen=True)
class Left:
    """What a window showed.

    Attributes:
        experiment: the experiment.
        lesson: the name of the lesson beside it, "" for none.
        title: what the run, or the experiment, is called.
        cursor: the epoch that was shown; −1 is the newest.
        runs: the run files, the oldest run first.
        shown: the name of the run file of what was shown, "" where there is none.
        saved: when that was.
        closed: whether the window was closed by its user: the runs are those that it could not
            open.
    """

    experiment: Experiment
    lesson: str
    title: str
    cursor: int
    runs: tuple[Note, ...] = ()
    shown: str = ""
    saved: datetime = field(default_factory=datetime.now, compare=False)
    closed: bool = False

    def to_toml(self) -> str:
        """As it is written."""
        content = {**vars(self), "experiment": tomllib.loads(self.experiment.to_toml())}
        content["runs"] = [vars(note) for note in self.runs]
        return tomli_w.dumps(content)

    @classmethod
    def from_toml(cls, text: str) -> Left:
        """Read it.

        Raises:
            ExperimentError: if its experiment cannot be read.
            Those of ``RUBBISH``: if it is something else.
        """
        content: dict[str, Any] = tomllib.loads(text)
        content["experiment"] = Experiment.from_toml(tomli_w.dumps(content["experiment"]))
        content["runs"] = tuple(Note(**note) for note in content["runs"])
        left = cls(**content)
        texts: list[Any] = [
            left.lesson,
            left.title,
            left.shown,
            *(text for n in left.runs for text in (n.title, n.lesson)),
        ]
        numbers: list[Any] = [
            left.cursor,
            *(number for n in left.runs for number in (n.cursor, n.last)),
        ]
        if not (
            all(isinstance(text, str) for text in texts)
            and all(type(number) is int for number in numbers)
            and isinstance(content["saved"], datetime)
            and isinstance(content.get("closed", False), bool)
            and all(is_run(note.file) for note in left.runs)
        ):
            raise ValueError("it says something else")
        return left


def is_run(name: str) -> bool:
    """Whether a file's name is that of a run file of an autosave folder."""
    return name.startswith("run-") and name.endswith(SUFFIX) and Path(name).name == name
