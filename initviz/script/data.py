"""The data of a script: the functions that initviz makes its points with, and standardising."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from initviz.catalog.datasets.dataset import as_points
from initviz.catalog.datasets.own import choose
from initviz.catalog.tasks import CLASSES, REGRESSION
from initviz.experiment import DataSettings
from initviz.script.functions import Function, Specialiser, Taken
from initviz.script.text import function
from initviz.script.value import Value, dynamic, known
from initviz.seeds import LIFT_SEED

OWN = "csv"
"""The dataset whose rows a script reads from a file."""


@dataclass(frozen=True)
class DataCode:
    """How a script comes by its data.

    Attributes:
        functions: the texts of functions, the last of which is ``load_data()``.
        constants: lines for the head of the script.
        imports: what they import.
    """

    functions: tuple[str, ...]
    constants: tuple[str, ...]
    imports: tuple[str, ...]


def data_code(settings: DataSettings) -> DataCode:
    """The code that makes or reads the points of an experiment.

    Raises:
        CsvError: if a file of the user's own cannot be read again.
    """
    taken = Taken()
    made = _points(settings, taken)
    own: tuple[str, ...] = ()
    constants: tuple[str, ...] = ()
    if settings.dataset == OWN:
        from initviz.script.table import table_code

        table = table_code(settings)
        own, constants = table.functions, table.constants
        taken.imports |= set(table.imports)
    helpers = [function(each) for each in taken.functions.values()]
    texts = (*own, *helpers, function(made), _loading(settings))
    return DataCode(texts, constants, tuple(sorted(taken.imports)))


def _points(settings: DataSettings, taken: Taken) -> Function:
    """The function of raw points, as the catalogue makes them."""
    # Tensors are made of whatever numbers there are.
    specialiser = Specialiser(taken=taken, without=(as_points,))
    values, seed = _values(settings.values), dynamic("seed")
    said = f"{settings.entry.label}: training and test points, x and y."
    if settings.dataset == OWN:
        classes = known([bool(settings.facts.classes)])
        arguments = {
            "x": dynamic("x"), "y": dynamic("y"), "values": values, "seed": seed,
            "classes": classes,
        }  # fmt: skip
        body = specialiser.statements(choose, arguments, returns=True)
        read = ast.parse("x, y = read_table()").body
        return Function("make_points", ("seed",), (*read, *body), said)
    body = specialiser.statements(
        settings.entry.make, {"values": values, "seed": seed}, returns=True
    )
    return Function("make_points", ("seed",), tuple(body), said)


def _values(values: Mapping[str, Any]) -> Value:
    return Value(None, (values,), True, {key: known([value]) for key, value in values.items()})


def _loading(settings: DataSettings) -> str:
    """``load_data()``: as ``initviz.engine.data`` standardises and encodes."""
    facts = settings.facts
    lines = [
        "def load_data():",
        f'    """{_summary(settings)}"""',
        "    (train_x, train_y), (test_x, test_y) = make_points(SEED)",
    ]
    if settings.entry.lifted and facts.features > 2:
        lines += [
            "    # The plane, lifted into more inputs by a fixed random matrix.",
            f"    random = np.random.default_rng({LIFT_SEED})",
            f"    lift = random.normal(0, np.sqrt(0.5), (2, {facts.features}))",
            "    train_x, test_x = train_x @ lift, test_x @ lift",
        ]
    lines.append("    mean, deviation = train_x.mean(axis=0), train_x.std(axis=0)")
    if not settings.entry.lifted:
        lines.append(
            "    constant = deviation <= 1e-15 * np.abs(train_x).max(axis=0)  # but for rounding"
        )
        lines.append("    deviation[constant] = 1  # a constant column stays constant")
    if facts.task is REGRESSION:
        lines.append("    middle, spread = train_y.mean(), train_y.std()")
        if not settings.entry.lifted:
            lines.append("    spread = spread if spread > 1e-15 * np.abs(train_y).max() else 1")
        target = "torch.tensor((y[:, None] - middle) / spread, dtype=DTYPE)"
    elif facts.task is CLASSES:
        target = "torch.tensor(y, dtype=torch.long)"
    else:
        target = "torch.tensor(y[:, None], dtype=DTYPE)"
    return "\n".join(
        [
            *lines,
            "",
            "    def as_dataset(x, y):",
            "        return TensorDataset(",
            "            torch.tensor((x - mean) / deviation, dtype=DTYPE),",
            f"            {target},",
            "        )",
            "",
            "    return as_dataset(train_x, train_y), as_dataset(test_x, test_y)",
        ]
    )


def _summary(settings: DataSettings) -> str:
    if settings.facts.task is REGRESSION:
        return "Training and test set; inputs and targets are standardised."
    return "Training and test set; inputs are standardised."
