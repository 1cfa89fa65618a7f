"""Lessons: experiments with the words that go with them, one TOML file each.

Adding a lesson is adding a file, such as ``06-depth.toml``: its name gives the lesson's short name
("depth"), its contents are the fields of ``Lesson`` and an ``[experiment]`` table in the form of
the experiment's own TOML, with only the settings that differ from the defaults. ``[[claims]]``
are read by ``initviz.claims.read_claim``; ``[[tries]]`` have ``ask``, ``label``, and the edit as
``set`` (fields of the experiment) or ``lanes`` (fields of lanes, by their number).
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

from initviz.claims import Claim, read_claim
from initviz.experiment import Experiment
from initviz.spelling import meant


@dataclass(frozen=True)
class Try:
    """One edit of a lesson's experiment, for a reader who has made a guess.

    Attributes:
        ask: the question to answer first.
        label: the edit in a few words, for a button.
        experiment: the lesson's, with the edit made.
    """

    ask: str
    label: str
    experiment: Experiment


@dataclass(frozen=True)
class Lesson:
    """An experiment that shows one thing, and what there is to see and to understand.

    Attributes:
        name: its short name in files and on the command line.
        number: its place in the course, from 1.
        title: its name in the menu.
        summary: one line for the menu's tooltip.
        look: what to look at, one to three short sentences.
        why: why it happens, two to four short sentences.
        experiment: what is trained.
        claims: its sentences that are measured.
        tries: edits to try, in the order of their buttons.
    """

    name: str
    number: int
    title: str
    summary: str
    look: str
    why: str
    experiment: Experiment
    claims: tuple[Claim, ...] = ()
    tries: tuple[Try, ...] = ()

    @property
    def heading(self) -> str:
        """Number and title, such as "Lesson 3 · Every weight the same"."""
        return f"Lesson {self.number} · {self.title}"


def read(name: str, text: str) -> Lesson:
    """Read a lesson from the text of its file.

    Args:
        name: its short name.
        text: TOML, see the module's docstring.

    Raises:
        ExperimentError: if its experiment, or an edit of it, cannot be run.
        ClaimError: if a claim cannot be judged.
        TOMLDecodeError: if the text is not TOML.
        TypeError: if a field is missing, or one is unknown.
    """
    fields = tomllib.loads(text)
    experiment = Experiment(**fields.pop("experiment", {}))
    claims = [read_claim(_joined(claim), experiment) for claim in fields.pop("claims", [])]
    tries = [_read_try(_joined(each), experiment) for each in fields.pop("tries", [])]
    return Lesson(
        name=name, experiment=experiment, claims=tuple(claims), tries=tuple(tries),
        **_joined(fields),
    )  # fmt: skip


def _joined(fields: Mapping[str, Any]) -> dict[str, Any]:
    """The files break their lines where it suits the editor; the panel breaks them anew."""
    return {
        key: " ".join(value.split()) if isinstance(value, str) else value
        for key, value in fields.items()
    }


def _read_try(fields: Mapping[str, Any], experiment: Experiment) -> Try:
    """``set`` replaces fields of the experiment, ``lanes`` fields of single lanes, from "1" on."""
    edited = experiment.replace(**fields.get("set", {}))
    for number, changes in fields.get("lanes", {}).items():
        place = int(number) - 1
        edited = edited.with_lane(place, edited.lanes[place].replace(**changes))
    return Try(fields["ask"], fields["label"], edited)


def _load() -> dict[str, Lesson]:
    lessons = [
        read(re.sub(r"^\d+-", "", file.name.removesuffix(".toml")), file.read_text("utf-8"))
        for file in files(__name__).iterdir()
        if file.name.endswith(".toml")
    ]
    return {lesson.name: lesson for lesson in sorted(lessons, key=lambda lesson: lesson.number)}


LESSONS: Mapping[str, Lesson] = _load()
"""The lessons by their short names, in the order of the course."""


def find(wanted: str) -> Lesson:
    """The lesson with this number ("2"), short name ("zeros") or file name ("02-zeros.toml").

    Raises:
        LookupError: if there is none; the message names those that there are.
    """
    key = wanted.strip().lower().removesuffix(".toml")
    for lesson in LESSONS.values():
        if key in (lesson.name, f"{lesson.number:02}-{lesson.name}"):
            return lesson
        if key.isdecimal() and len(key) < 9 and int(key) == lesson.number:
            return lesson
    known = ", ".join(f"{lesson.number} {lesson.name}" for lesson in LESSONS.values())
    hint = meant(key, LESSONS)
    raise LookupError(f'lesson: there is no "{wanted}"; {hint}choose one of {known}')
