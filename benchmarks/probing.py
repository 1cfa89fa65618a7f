"""How long a probe takes: the layers apart from the boundary, by size of the network."""

from __future__ import annotations

from benchmarks.networks import experiment
from benchmarks.table import Table
from benchmarks.timing import Work, interleave
from initviz.engine.look import probe_samples
from initviz.engine.probe import probe
from initviz.engine.train import train
from initviz.parts import Part, Wanted
from initviz.recording import Recording

PROBED = {
    "2-5×64-1": ((64,) * 5, 2),
    "2-10×10-1": ((10,) * 10, 2),
    "2-40×64-1": ((64,) * 40, 2),
    "2-50×64-1": ((64,) * 50, 2),
    "500-6×64-1": ((64,) * 6, 500),
}
LANES = 5
WANTED = {
    "layers": Wanted(grid=0),
    "grid 50": Wanted(grid=50, parts=frozenset({Part.BOUNDARY})),
    "grid 100": Wanted(grid=100, parts=frozenset({Part.BOUNDARY})),
    "layers + 50": Wanted(grid=50),
    "layers + 100": Wanted(grid=100),
}


def run(quick: bool) -> list[Table]:
    table = Table(
        "Probing, ms",
        ("network", "samples", *WANTED),
        f"tanh, {LANES} lanes, after 3 epochs; medians over interleaved rounds.",
    )
    rounds, slice_s = (3, 0.05) if quick else (15, 0.1)
    for name, (hidden, features) in PROBED.items():
        what = experiment(hidden, lanes=LANES, features=features)
        recording = Recording(what)
        for epoch in train(what, epochs=3):
            recording.append(epoch)

        def probing(wanted: Wanted, recording: Recording = recording) -> Work:
            def work(count: int) -> None:
                for _ in range(count):
                    probe(recording, 3, wanted)

            return work

        timings = interleave(
            {key: probing(wanted) for key, wanted in WANTED.items()},
            rounds=rounds, slice_s=slice_s,
        )  # fmt: skip
        table.add(name, probe_samples(what), *(1e3 * timings.median(key) for key in WANTED))
    return [table]
