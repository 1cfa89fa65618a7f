"""The script as a whole: its parts, in the order in which people read them."""

from __future__ import annotations

import ast
import sys
from collections.abc import Sequence

from initviz.experiment import Experiment
from initviz.script.data import DataCode, data_code
from initviz.script.functions import Taken
from initviz.script.lanes import LAYERS, OUTPUT, Initialisations, initialisations, uses
from initviz.script.tasks import TASK_CODES
from initviz.script.text import docstring, fit, function, quoted
from initviz.script.training import MAIN, differs, initialise_code, train_code
from initviz.version import __version__

FEW_LAYERS = 6
"""Up to this many hidden layers, each is written out."""

IMPORTS = {
    "argparse": "import argparse",
    "math": "import math",
    "sys": "import sys",
    "partial": "from functools import partial",
    "pairwise": "from itertools import pairwise",
    "Callable": "from collections.abc import Callable",
    "NamedTuple": "from typing import NamedTuple",
    "np": "import numpy as np",
    "torch": "import torch",
    "nn": "from torch import nn",
}
LOADING = ("BatchSampler", "DataLoader", "Sampler", "TensorDataset")

NET = '''\
class Net(nn.Module):
    """Layers of neurons, each connected with all of the one before."""

    def __init__(self, activation):
        super().__init__()
        self.activation = activation
        self.layers = nn.ModuleList(
            nn.Linear(fan_in, fan_out, dtype=DTYPE)
            for fan_in, fan_out in pairwise(SIZES)
        )

    def forward(self, x):
        for layer in self.layers[:-1]:
            x = self.activation(layer(x))
        return self.layers[-1](x)'''

SHUFFLED = '''\
class Shuffled(Sampler):
    """All points once, in an order that is new in every epoch but not in every run."""

    def __init__(self, count, seed):
        self.count = count
        self.generator = torch.Generator().manual_seed(seed)

    def __iter__(self):
        yield from torch.randperm(self.count, generator=self.generator).tolist()

    def __len__(self):
        return self.count'''


def write_script(experiment: Experiment, title: str = "") -> str:
    """A self-contained training script that prints the same losses as initviz.

    Args:
        experiment: what is trained.
        title: what it is called, in the first line.

    Returns:
        the text of a Python file. It needs torch and numpy, and scikit-learn where the dataset
        comes from there.

    Raises:
        CsvError: if a table of the user's own cannot be read again.
    """
    taken = Taken()
    lanes = uses(experiment)
    made = initialisations([use for pair in lanes for use in pair if use is not None], taken)
    data = data_code(experiment.data)
    parts = [
        *data.functions,
        SHUFFLED,
        NET,
        *(function(each) for each in (*taken.functions.values(), *made.functions)),
        *_lanes(experiment, made),
        initialise_code(experiment, made),
        _score(experiment),
        train_code(experiment, made),
        MAIN,
        'if __name__ == "__main__":\n    main()',
    ]
    body = "\n\n\n".join(parts)
    head = _constants(experiment, data)
    imports = _imports(f"{head}\n{body}", data.imports)
    intro = "\n".join(docstring(_intro(experiment, title, imports), 0))
    return f"{intro}\n\n{imports}\n\n{head}\n\n\n{body}\n"


def _intro(experiment: Experiment, title: str, imports: str) -> str:
    lanes = len(experiment.lanes)
    each = f"{lanes} initialisations" if lanes > 1 else "one initialisation"
    unless = "unless training is so unstable that rounding decides where it goes"
    close = (
        f"The losses are those of initviz to 1e-8, {unless}."
        if experiment.precision == "float64"
        else f"The losses are those of initviz to 1e-4 over the first ten epochs, {unless}; then "
        "rounding may grow. With DTYPE = torch.float64, and float64 in initviz, it is 1e-8."
    )
    needs = "torch, numpy and scikit-learn" if "sklearn" in imports else "torch and numpy"
    return (
        f"{title or 'An experiment'}: a training script in plain PyTorch.\n\n"
        f"Written by initviz {__version__}. It trains one network from {each}, on the same "
        f"batches, and prints losses and scores for every epoch. {close}\n\nIt needs {needs}."
    )


def _constants(experiment: Experiment, data: DataCode) -> str:
    lines = [
        *data.constants,
        f"SIZES = {_sizes(experiment)}",
        *(
            [f"LEARNING_RATE = {experiment.learning_rate_of(experiment.lanes[0])!r}"]
            if not differs(experiment, "learning_rate")
            else []
        ),
        *([f"L2 = {experiment.l2!r}"] if experiment.l2 else []),
        f"BATCH_SIZE = {experiment.batch_size}",
        f"EPOCHS = {experiment.epochs}",
        f"SEED = {experiment.seed}",
        f"DTYPE = torch.{experiment.precision}",
        *([f'DEVICE = "{experiment.device}"'] if experiment.device != "cpu" else []),
    ]
    return "\n".join(lines)


def _sizes(experiment: Experiment) -> str:
    sizes, hidden = experiment.sizes, experiment.hidden
    if len(hidden) > FEW_LAYERS and len(set(hidden)) == 1:
        return f"[{sizes[0]}, *{len(hidden)} * [{hidden[0]}], {sizes[-1]}]"
    return f"[{', '.join(map(str, sizes))}]"


def _lanes(experiment: Experiment, made: Initialisations) -> list[str]:
    """The class of a lane and the table of them all."""
    columns = ["name: str", "init: Callable"]
    rows = []
    output = any(lane.output is not None for lane in experiment.lanes)
    columns += ["init_output: Callable"] if output else []
    columns += ["scale: float"] if any(lane.scale != 1 for lane in experiment.lanes) else []
    columns += ["activation: Callable"] if differs(experiment, "activation") else []
    columns += ["learning_rate: float"] if differs(experiment, "learning_rate") else []
    for number, lane in enumerate(experiment.lanes, 1):
        own = made.calls[number, LAYERS]
        cells = {
            "init": own,
            "init_output": made.calls.get((number, OUTPUT), own),
            "scale": repr(lane.scale),
            "activation": experiment.activation_of(lane).module,
            "learning_rate": repr(experiment.learning_rate_of(lane)),
        }
        told = [cells[column.partition(":")[0]] for column in columns[1:]]
        rows += fit(f"Lane({', '.join([quoted(lane.title), *told])}),", 4)
    described = [
        "class Lane(NamedTuple):",
        '    """One initialisation in the comparison."""',
        "",
        *(f"    {column}" for column in columns),
    ]
    return ["\n".join(described), "\n".join(["LANES = [", *rows, "]"])]


def _score(experiment: Experiment) -> str:
    code = TASK_CODES[experiment.task.name]
    return f'def score(z, y):\n    """{code.help}"""\n{code.score}'


def _imports(text: str, more: Sequence[str]) -> str:
    """Imports of what is used, in the order of isort."""
    used = {node.id for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Name)}
    lines = {line for name, line in IMPORTS.items() if name in used} | set(more)
    loading = [name for name in LOADING if name in used]
    lines.add(f"from torch.utils.data import {', '.join(loading)}")

    def order(line: str) -> tuple[bool, str]:
        return line.startswith("from"), line.split()[1]

    standard = {
        line for line in lines if line.split()[1].partition(".")[0] in sys.stdlib_module_names
    }
    groups = (sorted(standard, key=order), sorted(lines - standard, key=order))
    return "\n\n".join("\n".join(group) for group in groups)
