"""How long a probe takes: every part by itself, and what each page wants, by size of network."""

from __future__ import annotations

from collections.abc import Mapping

from benchmarks.networks import experiment
from benchmarks.table import Table
from benchmarks.timing import Work, interleave
from initviz.engine.look import probe_samples
from initviz.engine.probe import probe
from initviz.engine.train import train
from initviz.focus import Focus
from initviz.parts import Part, Wanted
from initviz.recording import Recording
from initviz.views import VIEWS
from initviz.views.page import PAGES

PROBED = {
    "2-5×64-1": ((64,) * 5, 2),
    "2-10×10-1": ((10,) * 10, 2),
    "2-40×64-1": ((64,) * 40, 2),
    "2-50×64-1": ((64,) * 50, 2),
    "500-6×64-1": ((64,) * 6, 500),
}
LANES = 5
FOCUS = Focus(lane=0, beside=1, layer=1, neuron=2)
"""Two lanes side by side and a pinned neuron: the most that can be looked at."""

PARTS = {
    "grid 50": Wanted(grid=50, parts=frozenset({Part.BOUNDARY})),
    "grid 100": Wanted(grid=100, parts=frozenset({Part.BOUNDARY})),
    **{
        part.value: Wanted(grid=0, parts=frozenset({part}), focus=FOCUS, fine=False)
        for part in Part
        if part is not Part.BOUNDARY
    },
}


def run(quick: bool) -> list[Table]:
    rounds, slice_s = (3, 0.05) if quick else (15, 0.1)
    recordings = {name: _recorded(hidden, features) for name, (hidden, features) in PROBED.items()}
    return [
        _table("Probing one part, ms", PARTS, recordings, rounds, slice_s),
        _table(
            "Probing what a page wants while it plays, ms", _pages(), recordings, rounds, slice_s
        ),
    ]


def _recorded(hidden: tuple[int, ...], features: int) -> Recording:
    what = experiment(hidden, lanes=LANES, features=features)
    recording = Recording(what)
    for epoch in train(what, epochs=3):
        recording.append(epoch)
    return recording


def _pages() -> dict[str, Wanted]:
    """What the views of every page want, and the findings beside them."""
    pages = {}
    for page in PAGES.values():
        wanted = {part for row in page.rows for name in row for part in VIEWS[name].parts}
        pages[page.title] = Wanted(50, frozenset({*wanted, Part.LAYERS}), FOCUS, fine=False)
    return pages


def _table(
    title: str,
    wanted: Mapping[str, Wanted],
    recordings: Mapping[str, Recording],
    rounds: int,
    slice_s: float,
) -> Table:
    table = Table(
        title, ("network", "samples", *wanted),
        f"tanh, {LANES} lanes, after 3 epochs; medians over interleaved rounds.",
    )  # fmt: skip
    for name, recording in recordings.items():

        def probing(what: Wanted, recording: Recording = recording) -> Work:
            def work(count: int) -> None:
                for _ in range(count):
                    probe(recording, 3, what)

            return work

        timings = interleave(
            {key: probing(what) for key, what in wanted.items()}, rounds=rounds, slice_s=slice_s
        )
        table.add(
            name, probe_samples(recording.experiment), *(1e3 * timings.median(k) for k in wanted)
        )
    return table
