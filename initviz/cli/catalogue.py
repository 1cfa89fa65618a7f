"""What there is to choose, topic by topic: in a line for people, and as facts for programs.

A topic is asked for its entries only when somebody wants them: those of views need Qt, though no
application and no display.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from initviz.catalog.activations import ACTIVATIONS
from initviz.catalog.datasets import DATASETS
from initviz.catalog.lessons import LESSONS, Lesson
from initviz.catalog.parameter import Parameter, complete
from initviz.catalog.schemes import BIASES, SCHEMES
from initviz.catalog.schemes.scheme import MARKS
from initviz.catalog.tasks import TASKS
from initviz.experiment import OPTIMISER

EPOCHS = {-1: "last", None: "every"}
"""Words for the epochs that a claim is judged at and that are no numbers."""


@dataclass(frozen=True)
class Entry:
    """One thing that can be chosen.

    Attributes:
        name: what is written to choose it.
        label: what it is called.
        text: its formula, or what it is, in short.
        facts: everything that is declared of it, for JSON.
        mark: a sign in front of it, or a number; "" for none.
    """

    name: str
    label: str
    text: str
    facts: Mapping[str, Any]
    mark: str = ""


def schemes() -> list[Entry]:
    """The laws of first weights."""
    return [
        Entry(s.name, s.label, s.formula, {
            "name": s.name, "label": s.label, "group": s.group, "worth": s.worth.value,
            "formula": s.formula, "source": s.source, "suits": s.suits, "why": s.why,
            "partners": s.partners, "sees_data": s.adapt is not None, "bias": s.bias,
            "bias_values": dict(s.bias_values), "parameters": parameters(s.parameters),
        }, MARKS[s.worth])
        for s in SCHEMES.values()
    ]  # fmt: skip


def biases() -> list[Entry]:
    """The laws of first biases."""
    return [
        Entry(b.name, b.label, b.formula, {
            "name": b.name, "label": b.label, "formula": b.formula, "why": b.why,
            "parameters": parameters(b.parameters),
        })
        for b in BIASES.values()
    ]  # fmt: skip


def activations() -> list[Entry]:
    """The functions φ."""
    return [
        Entry(a.name, a.label, a.formula, {
            "name": a.name, "label": a.label, "formula": a.formula, "slope": a.slope,
            "gain": a.gain, "value_at_0": a.value_at_0, "slope_at_0": a.slope_at_0,
            "bounds": a.bounds, "monotone": a.monotone, "saturation": a.saturation,
            "note": a.note,
        })
        for a in ACTIVATIONS.values()
    ]  # fmt: skip


def datasets() -> list[Entry]:
    """What can be learnt from; the facts are those of the parameters' defaults."""
    entries = []
    for d in DATASETS.values():
        facts = d.facts(complete(d.label, d.parameters, {}))
        entries.append(Entry(d.name, d.label, d.help, {
            "name": d.name, "label": d.label, "group": d.group, "help": d.help,
            "task": facts.task.name, "train": facts.train, "test": facts.test,
            "features": facts.features, "outputs": facts.outputs, "axes": facts.axes[:2],
            "classes": facts.classes, "target": facts.target,
            "parameters": parameters(p for p in d.parameters if not p.hidden),
        }))  # fmt: skip
    return entries


def lessons() -> list[Entry]:
    """The lessons, in the order of the course."""
    return [
        Entry(
            lesson.name, lesson.title, lesson.summary, _lesson_facts(lesson), f"{lesson.number:2}"
        )
        for lesson in LESSONS.values()
    ]


def _lesson_facts(lesson: Lesson) -> dict[str, Any]:
    return {
        "name": lesson.name, "number": lesson.number, "title": lesson.title,
        "summary": lesson.summary, "look": lesson.look, "why": lesson.why,
        "claims": [
            {"text": c.text, "measure": c.measure, "lane": c.lane + 1,
             "epoch": EPOCHS.get(c.at, c.at), "expected": c.expected}
            for c in lesson.claims
        ],
        "tries": [{"ask": t.ask, "label": t.label} for t in lesson.tries],
        "experiment": lesson.experiment.model_dump(exclude_none=True),
    }  # fmt: skip


def views() -> list[Entry]:
    """The plots."""
    from initviz.views import VIEWS

    return [
        Entry(v.name, v.title, _first_sentence(v.help), {
            "name": v.name, "title": v.title, "help": v.help,
            "parts": sorted(part.value for part in v.parts),
        })
        for v in VIEWS.values()
    ]  # fmt: skip


def pages() -> list[Entry]:
    """The pages that views stand on."""
    from initviz.views.page import PAGES

    return [
        Entry(p.name, p.title, ", ".join(view for row in p.rows for view in row), {
            "name": p.name, "title": p.title, "views": p.rows, "focused": p.focused,
        })
        for p in PAGES.values()
    ]  # fmt: skip


def tasks() -> list[Entry]:
    """What data can ask of a network."""
    return [
        Entry(t.name, t.loss, f"{t.loss_formula};  score: {t.score}", {
            "name": t.name, "loss": t.loss, "loss_formula": t.loss_formula, "score": t.score,
            "score_help": t.score_help,
        })
        for t in TASKS.values()
    ]  # fmt: skip


def optimisers() -> list[Entry]:
    """How a gradient becomes a step."""
    return [
        Entry(c.value, c.label, c.help, {"name": c.value, "label": c.label, "help": c.help})
        for c in OPTIMISER.options()
    ]


TOPICS: Mapping[str, Callable[[], list[Entry]]] = {
    "schemes": schemes,
    "biases": biases,
    "activations": activations,
    "datasets": datasets,
    "lessons": lessons,
    "views": views,
    "pages": pages,
    "tasks": tasks,
    "optimisers": optimisers,
}
"""What can be listed."""


def parameters(declared: Iterable[Parameter]) -> list[dict[str, Any]]:
    """Declared settings as facts; a range without an end has None there."""
    return [
        {
            "name": p.name, "label": p.label, "help": p.help, "kind": p.kind.value,
            "default": p.default, "low": _finite(p.low), "high": _finite(p.high),
            "unit": p.unit, "log": p.log, "slide": p.slide, "formula": p.formula,
            "longest": p.longest, "optional": p.optional,
            "choices": [
                {"value": c.value, "label": c.label, "help": c.help} for c in p.options()
            ],
        }
        for p in declared
    ]  # fmt: skip


def _finite(bound: float) -> float | None:
    return bound if math.isfinite(bound) else None


def _first_sentence(text: str) -> str:
    """Help of a view begins with what it shows."""
    head, dot, _ = " ".join(text.split()).partition(". ")
    return head + dot.strip()
