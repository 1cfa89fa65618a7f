"""Experiments at the ends of what numbers hold, by name; and what is refused, with its field.

All are small: the test trains each of them. Those whose data is a table of one's own write it into
a folder that is given.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from initviz.catalog.datasets.csv_file import read_table
from initviz.catalog.datasets.own import own_values, prepare
from initviz.experiment import DataSettings, Experiment, Lane

Build = Callable[[Path], Experiment]

SCHEMES = (
    "zeros", "constant", "uniform", "normal", "xavier_uniform", "he_normal", "orthogonal",
    "torch_default",
)  # fmt: skip
OPTIMISERS = ("sgd", "momentum", "adam")
TASKS: Mapping[str, DataSettings] = {
    "binary": DataSettings(values={"samples": 60}),
    "classes": DataSettings(dataset="blobs", values={"samples": 60, "classes": 4}),
    "regression": DataSettings(dataset="salary", values={"samples": 60}),
}
EPOCHS = 4
LAST = 22
"""The row of a table of 24 that seed 1 keeps for testing, if it is no class of its own."""


def lanes(schemes: Sequence[str] = SCHEMES, **more: Any) -> tuple[Lane, ...]:
    """A lane of each scheme."""
    return tuple(Lane(scheme=scheme, **more) for scheme in schemes)


def normal(deviation: float, **more: Any) -> Lane:
    """A lane of N(0, deviation²)."""
    return Lane(scheme="normal", values={"deviation": deviation}, **more)


def small(task: str = "binary", **changes: Any) -> Experiment:
    """Few points, few epochs, two hidden layers."""
    return Experiment(
        **{"data": TASKS[task], "hidden": (8, 8), "epochs": EPOCHS, "lanes": lanes(), **changes}
    )


def own(
    folder: Path, rows: Sequence[Sequence[object]], target: str = "y", **more: Any
) -> DataSettings:
    """The settings of a table with columns a, b, y, written to a file.

    Raises:
        CsvError: if it is refused when it is opened.
    """
    path = folder / "table.csv"
    path.write_text("a,b,y\n" + "".join(",".join(map(str, row)) + "\n" for row in rows))
    table = read_table(path)
    classes = more.pop("classes", False)
    prepared = prepare(table, target, classes=classes, drop_missing=False)
    values = own_values(path, table, target, prepared, drop_missing=False)
    return DataSettings(dataset="csv", values={**values, **more})


def _table(
    classes: bool = False, **changes: Any
) -> Callable[[Callable[[int], Sequence[object]]], Build]:
    def of(row: Callable[[int], Sequence[object]], rows: int = 24) -> Build:
        def build(folder: Path) -> Experiment:
            data = own(folder, [row(i) for i in range(rows)], classes=classes)
            few = lanes(("zeros", "normal", "xavier_uniform"))
            return small(data=data, **{"lanes": few, **changes})

        return build

    return of


def _plain(experiment: Callable[[], Experiment]) -> Build:
    return lambda folder: experiment()


def _diverging() -> dict[str, Build]:
    found: dict[str, Build] = {}
    for task in TASKS:
        for precision in ("float32", "float64"):
            found[f"{task}, {precision}: every lane beyond all measure at the start"] = _plain(
                lambda task=task, precision=precision: small(
                    task, precision=precision, activation="relu", hidden=(8,) * 6,
                    lanes=tuple(normal(1e3, scale=1e6) for _ in range(8)),
                )
            )  # fmt: skip
        for optimiser in OPTIMISERS:
            found[f"{task}, {optimiser}: learning rate 1e6"] = _plain(
                lambda task=task, optimiser=optimiser: small(
                    task, optimiser=optimiser, learning_rate=1e6, activation="relu",
                )
            )  # fmt: skip
        found[f"{task}: L2 100 at learning rate 1e6"] = _plain(
            lambda task=task: small(task, l2=100.0, learning_rate=1e6)
        )
        found[f"{task}, float64: L2 100 at learning rate 1e6"] = _plain(
            lambda task=task: small(task, l2=100.0, learning_rate=1e6, precision="float64")
        )
        found[f"{task}: one lane diverges, seven do not"] = _plain(
            lambda task=task: small(
                task, l2=1.0, hidden=(8,) * 3,
                lanes=(*lanes(SCHEMES[3:] + SCHEMES[:2]), Lane(learning_rate=1e6)),
            )
        )  # fmt: skip
    return found


EXTREMES: dict[str, Build] = {
    **_diverging(),
    "losses of 1e38, then infinity": _plain(
        lambda: small(
            activation="linear", hidden=(4,) * 3, learning_rate=1e-9, epochs=6,
            lanes=(normal(1e3, scale=1e6), normal(1e3, scale=2e5), normal(0.3)),
        )
    ),
    "logits of 1e38": _plain(
        lambda: small(
            "classes", activation="linear", hidden=(8,) * 3, learning_rate=1e-9,
            lanes=(normal(1e3, scale=1e6), normal(1e3, scale=1e5), normal(0.3)),
        )
    ),
    "squared errors of 1e38": _plain(
        lambda: small(
            "regression", activation="linear", hidden=(4,), learning_rate=1e-9,
            lanes=(normal(1e3, scale=1e6), normal(1e3, scale=1e3), normal(0.3)),
        )
    ),
    "weights of 1e-38": _plain(
        lambda: small(
            lanes=(
                Lane(scheme="custom", values={"deviations": (0.0, 0.0, 0.0)}),
                normal(1e-12, scale=1e-6),
                Lane(scheme="uniform", values={"half_width": 1e-12}, scale=1e-6),
                Lane(scheme="xavier_uniform", values={"gain": 1e-6}, scale=1e-6),
            ),
            hidden=(8,) * 8,
        )
    ),
    "exactly 0 everywhere": _plain(
        lambda: small(lanes=lanes(("zeros", "zeros")), hidden=(8,) * 3, activation="relu")
    ),
    "all weights equal": _plain(
        lambda: small(
            lanes=tuple(
                Lane(scheme="constant", values={"value": value})
                for value in (100.0, 1.0, 0.5, -1.0, -100.0)
            )
        )
    ),
    "1 neuron, 100 layers": _plain(lambda: small(hidden=(1,) * 100)),
    "1 neuron, 1 layer": _plain(lambda: small(hidden=(1,))),
    "1 neuron, 100 layers, regression, relu": _plain(
        lambda: small("regression", hidden=(1,) * 100, activation="relu")
    ),
    "1024 wide": _plain(lambda: small(hidden=(1024,), lanes=lanes(SCHEMES[:4]), epochs=2)),
    "from 1 to 1024 to 1": _plain(
        lambda: small("classes", hidden=(1, 1024, 1), lanes=lanes(SCHEMES[2:6]), epochs=2)
    ),
    "100 layers, 8 lanes": _plain(lambda: small(hidden=(16,) * 100, epochs=2)),
    "100 layers, 8 lanes, relu, classes": _plain(
        lambda: small("classes", hidden=(16,) * 100, epochs=2, activation="relu")
    ),
    "500 inputs": _plain(
        lambda: small(data=DataSettings(values={"samples": 60, "features": 500}), epochs=2)
    ),
    "1000 inputs, many features": _plain(
        lambda: small(
            data=DataSettings(dataset="classification", values={"samples": 8, "features": 1000}),
            epochs=2, lanes=lanes(SCHEMES[3:6]),
        )
    ),
    "batch larger than the data": _plain(
        lambda: small(data=DataSettings(values={"samples": 10}), batch_size=20_000)
    ),
    "batch of 1": _plain(lambda: small(batch_size=1)),
    "1 epoch": _plain(lambda: small(epochs=1)),
    "8 points, most for testing": _plain(
        lambda: small(data=DataSettings(values={"samples": 8, "test_share": 0.8}), batch_size=1)
    ),
    "1 test point": _plain(
        lambda: small(
            "classes",
            data=DataSettings(
                dataset="blobs", values={"samples": 8, "test_share": 0.05, "classes": 6}
            ),
        )
    ),
    "8 points, regression": _plain(
        lambda: small(
            data=DataSettings(dataset="salary", values={"samples": 8, "test_share": 0.8}),
        )
    ),
    "noise of 2, 1 point to learn from": _plain(
        lambda: small(data=DataSettings(values={"samples": 8, "test_share": 0.8, "noise": 2.0}))
    ),
    "steps of 1e-9": _plain(lambda: small(learning_rate=1e-9)),
    "all inputs equal": _table(classes=True)(lambda i: (3 + (i == LAST), 4, i % 2)),
    "all inputs equal, regression": _table()(lambda i: (3 + (i == LAST), 4, i)),
    "inputs of 0": _table(classes=True)(lambda i: (int(i == LAST), 0, i % 3)),
    "one class to learn": _table(classes=True, seed=2)(lambda i: (i, i * i, int(i == LAST))),
    "one target to learn": _table()(lambda i: (i, i * i, 1e9 + (i == LAST))),
    "a constant column": _table(classes=True)(lambda i: (i, 7, i % 2)),
    "a constant column, regression": _table()(lambda i: (7, i, i * i)),
    "columns of 1e100 and -1e100": _table(classes=True)(
        lambda i: (1e100 * (1 + i) / 24 * (-1) ** i, -1e100 * (1 + i) / 24, i % 2)
    ),
    "columns in coulombs": _table(classes=True)(
        lambda i: ((i % 2 + i / 24) * 1.6e-19, (1 - i) * 1.6e-19, i % 2)
    ),
    "a column of 1e-300": _table(classes=True)(lambda i: ((1 + i) * 1e-300, i, i % 2)),
    "targets of 1e30": _table()(lambda i: (i, i * i, (i - 3) * 1e30)),
    "targets of 1e100": _table()(lambda i: (i, i * i, (i - 3) * 4e98)),
    "targets of 1e-300": _table()(lambda i: (i, i * i, (i - 3) * 1e-300)),
    "targets that differ in one row": _table()(lambda i: (i, i * i, float(i == 3))),
    "large numbers that hardly differ": _table()(lambda i: (1e15 + i, -1e15 - i, 1e15 + i)),
    "a class of one row": _table(classes=True)(lambda i: (i, -i, int(i == 3))),
    "every row its own class": _table(classes=True)(lambda i: (i, -i, i % 20)),
}  # fmt: skip
"""Name → builder. What has no table ignores the folder."""

LARGE: dict[str, Build] = {
    "100 layers of 128, 8 lanes": _plain(
        lambda: small(hidden=(128,) * 100, epochs=2, learning_rate=0.01)
    ),
    "1024 wide, 10 layers, 8 lanes": _plain(lambda: small(hidden=(1024,) * 10, epochs=1)),
}
"""Experiments near what may be held, which take minutes."""


def _csv(*rows: Sequence[object], classes: bool = False) -> Build:
    return lambda folder: small(data=own(folder, rows, classes=classes))


REFUSED: dict[str, tuple[Build, str, str]] = {
    "1024 wide, 100 layers, 8 lanes": (
        _plain(lambda: small(hidden=(1024,) * 100)), "hidden", "fewer or narrower layers",
    ),
    "1024 wide, 20 layers, 8 lanes": (
        _plain(lambda: small(hidden=(1024,) * 21)), "hidden", "at most 160 million",
    ),
    "1024 wide, 10 layers, 8 lanes, float64": (
        _plain(lambda: small(hidden=(1024,) * 11, precision="float64")),
        "hidden", "at most 80 million in all in float64",
    ),
    "20000 points through 40 layers of 1024": (
        _plain(
            lambda: small(
                data=DataSettings(values={"samples": 20_000}), hidden=(1024,) * 40,
                batch_size=20_000, lanes=lanes(SCHEMES[:2]),
            )
        ),
        "batch_size", "use at most",
    ),
    "101 layers": (_plain(lambda: small(hidden=(2,) * 101)), "hidden", "100"),
    "1025 neurons": (_plain(lambda: small(hidden=(1025,))), "hidden", "1024"),
    "no neuron": (_plain(lambda: small(hidden=(0,))), "hidden", "1"),
    "learning rate 1e7": (_plain(lambda: small(learning_rate=1e7)), "learning_rate", "1e\\+?0?6"),
    "learning rate NaN": (_plain(lambda: small(learning_rate=float("nan"))), "learning_rate", "1e"),
    "learning rate infinite": (
        _plain(lambda: small(learning_rate=float("inf"))), "learning_rate", "1e",
    ),
    "no step at all": (_plain(lambda: small(learning_rate=0.0)), "learning_rate", "1e"),
    "no epoch": (_plain(lambda: small(epochs=0)), "epochs", "1"),
    "no point in a batch": (_plain(lambda: small(batch_size=0)), "batch_size", "1"),
    "L2 below 0": (_plain(lambda: small(l2=-1.0)), "l2", "0"),
    "scale NaN": (_plain(lambda: small(lanes=(normal(1.0, scale=float("nan")),))), "scale", "1e"),
    "scale 0": (_plain(lambda: small(lanes=(normal(1.0, scale=0.0),))), "scale", "1e-0?6"),
    "deviation 1e308": (_plain(lambda: small(lanes=(normal(1e308),))), "deviation", "1000"),
    "no lane": (_plain(lambda: small(lanes=())), "lanes", "1 to 8"),
    "9 lanes": (_plain(lambda: small(lanes=lanes() + lanes(SCHEMES[:1]))), "lanes", "1 to 8"),
    "1 sample": (_plain(lambda: small(data=DataSettings(values={"samples": 1}))), "samples", "8"),
    "no test point": (
        _plain(lambda: small(data=DataSettings(values={"test_share": 0.0}))), "test_share", "0.05",
    ),
    "1 class": (
        _plain(lambda: small(data=DataSettings(dataset="blobs", values={"classes": 1}))),
        "classes", "2",
    ),
    "a table of no row": (_csv(), "", "add some"),
    "a table of one row": (_csv((1, 2, 0)), "", "at least 8"),
    "a table of two rows": (_csv((1, 2, 0), (2, 1, 1), classes=True), "", "at least 8"),
    "a table of equal rows": (_csv(*[(1, 2, 3)] * 12), "", "nothing to learn"),
    "a table of equal inputs": (
        _csv(*[(1, 2, i) for i in range(12)]), "", "every input is the same in all rows",
    ),
    "a table of one class": (
        _csv(*[(i, -i, 1) for i in range(12)], classes=True), "", "nothing to tell apart",
    ),
    "a table of one target": (_csv(*[(i, -i, 1.5) for i in range(12)]), "", "nothing to learn"),
    "a table with 1e300": (
        _csv(*[(i, 1e300 if i == 5 else i, i) for i in range(12)]),
        "", 'line 7, column "b": 1e\\+300 is too large',
    ),
    "a table with -1e300": (
        _csv(*[(i, i, -1e300 if i == 5 else i) for i in range(12)]), "", "too large to compute",
    ),
    "a table with 1e999": (
        _csv(*[(i, i, "1e999" if i == 5 else i) for i in range(12)]), "", "too large to compute",
    ),
    "a table with inf": (
        _csv(*[(i, i, "inf" if i == 5 else i) for i in range(12)]), "", "no number",
    ),
}  # fmt: skip
"""Name → builder, the field that is refused ("" for a table), and what the message says."""
