"""The experiment: the whole truth of a run, frozen, validated, saved as TOML."""

from __future__ import annotations

import dataclasses
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Self

import tomli_w
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    PlainSerializer,
    ValidationError,
    model_validator,
)

from initviz.catalog.activations import ACTIVATIONS, Activation, activation_choices
from initviz.catalog.datasets import DATASETS, Dataset, Facts, dataset_choices
from initviz.catalog.parameter import (
    Choice,
    Kind,
    Parameter,
    SettingError,
    Values,
    complete,
    told,
)
from initviz.catalog.schemes import (
    BIASES,
    SCHEMES,
    BiasScheme,
    Scheme,
    bias_choices,
    scheme_choices,
)
from initviz.catalog.tasks import Task
from initviz.spelling import instead, nearest
from initviz.toml import TomlError, fields_of, read_toml

MAX_LANES = 8
MOST_TOLD = 6
"""Problems that one message tells; an experiment may have any number."""

MAX_STACKED = 160_000_000
"""Most parameters of all lanes together, in float32; training holds up to seven copies of them."""

MAX_ACTIVATIONS = 100_000_000
"""Most neurons × points of a batch × lanes, in float32; a step holds three numbers for each."""

DATASET = Parameter(
    "dataset", "Dataset", "What the network learns from.", Kind.CHOICE,
    "moons", choices=dataset_choices,
)  # fmt: skip
SCHEME = Parameter(
    "scheme", "Scheme", "The law that the first weights are drawn from.", Kind.CHOICE,
    "xavier_uniform", choices=scheme_choices,
)  # fmt: skip
BIAS = Parameter(
    "bias", "Biases", "The law that the first biases are drawn from.", Kind.CHOICE,
    "zeros", choices=bias_choices,
)  # fmt: skip
OUTPUT = Parameter(
    "output", "Output layer", "A scheme of its own for the weights of the output layer.",
    Kind.CHOICE, None, choices=scheme_choices,
)  # fmt: skip
SCALE = Parameter(
    "scale", "Scale all weights by",
    "A factor on every weight that the scheme has drawn; biases stay as they are.", Kind.NUMBER,
    1.0, 1e-6, 1e6, log=True, formula="W ← c W", symbol="×", unsaid=1.0, slide=(0.01, 100),
)  # fmt: skip
HIDDEN = Parameter(
    "hidden", "Hidden layers",
    'Neurons in each hidden layer: "10, 4", or "40 × 64" for forty layers of 64.', Kind.SIZES,
    (16, 16), 1, 1024, longest=100, unit="neurons in a layer",
)  # fmt: skip
DEPTH = Parameter(
    "depth", "Depth", "How many hidden layers there are, all of the same width.", Kind.INTEGER,
    2, 1, 100, unit="layers", slide=(1, 40),
)  # fmt: skip
WIDTH = Parameter(
    "width", "Width", "How many neurons each hidden layer has.", Kind.INTEGER,
    16, 1, 1024, unit="neurons in a layer", slide=(1, 128),
)  # fmt: skip
ACTIVATION = Parameter(
    "activation", "Activation", "The function φ that every hidden neuron applies.", Kind.CHOICE,
    "tanh", choices=activation_choices,
)  # fmt: skip
OPTIMISER = Parameter(
    "optimiser", "Optimiser", "How a gradient becomes a step.", Kind.CHOICE, "sgd",
    choices=lambda: [
        Choice("sgd", "SGD", "Plain gradient descent: W ← W − η ∂L/∂W."),
        Choice("momentum", "SGD + momentum", "v ← 0.9 v + ∂L/∂W,  W ← W − η v."),
        Choice("adam", "Adam", "Divides each step by its running size, and so hides tiny "
                               "gradients (β = 0.9, 0.999)."),
    ],
)  # fmt: skip
LEARNING_RATE = Parameter(
    "learning_rate", "Learning rate", "The length of a step, η.", Kind.NUMBER, 0.1, 1e-9, 1e6,
    log=True, formula="W ← W − η ∂L/∂W", slide=(1e-4, 10),
)  # fmt: skip
BATCH_SIZE = Parameter(
    "batch_size", "Batch size",
    "Points in one step; a batch larger than the data is all of the data.", Kind.INTEGER,
    32, 1, 20_000, unit="points", log=True,
)  # fmt: skip
EPOCHS = Parameter(
    "epochs", "Epochs", "How often training goes through all points before it stops by itself.",
    Kind.INTEGER, 60, 1, 1_000_000, log=True,
)  # fmt: skip
L2 = Parameter(
    "l2", "L2 penalty", "Pulls every weight (not the biases) towards 0.", Kind.NUMBER, 0.0, 0.0,
    100.0, log=True, formula="∂L/∂W ← ∂L/∂W + λ W",
)  # fmt: skip
SEED = Parameter(
    "seed", "Seed", "Decides the points, the first weights and the order of the batches.",
    Kind.INTEGER, 1, 0, 2**31 - 1,
)  # fmt: skip
PRECISION = Parameter(
    "precision", "Precision", "The numbers that the network is computed in.", Kind.CHOICE,
    "float32",
    choices=lambda: [
        Choice("float32", "float32", "What networks are trained in: about 7 digits."),
        Choice("float64", "float64", "About 16 digits: rounding no longer shows."),
    ],
)  # fmt: skip
DEVICE = Parameter(
    "device", "Device", "Where the network is trained.", Kind.CHOICE, "cpu",
    choices=lambda: [
        Choice("cpu", "CPU", "Fastest for all but very large networks."),
        Choice("cuda", "CUDA", "An NVIDIA graphics card, where there is one."),
        Choice("mps", "MPS", "An Apple graphics processor, where there is one."),
    ],
)  # fmt: skip


@dataclass(frozen=True)
class Problem:
    """One refused value: the path of its field, such as ("lanes", 2, "scheme"), and the cure."""

    path: tuple[str | int, ...]
    message: str

    def __str__(self) -> str:
        """The message behind the place, for values whose message cannot know it."""
        if self.path[:1] == ("lanes",) and len(self.path) > 1:
            return f"initialisation {int(self.path[1]) + 1}: {self.message}"
        return self.message


class ExperimentError(ValueError):
    """An experiment that cannot be run; ``problems`` says which fields, and what to do."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        lines = [str(problem) for problem in problems[:MOST_TOLD]]
        if len(problems) > MOST_TOLD:
            lines.append(f"and {len(problems) - MOST_TOLD} more; mend these first")
        super().__init__("\n".join(lines))
        self.problems = tuple(problems)


def optional(parameter: Parameter) -> Parameter:
    """The same setting, where None means "as the experiment has it": a place on no slider."""
    return dataclasses.replace(parameter, optional=True, slide=None)


def _problems(error: ValidationError, fields: Sequence[str]) -> Iterator[Problem]:
    listed = False
    for entry in error.errors(include_url=False, include_input=False):
        path = tuple(entry["loc"])
        match entry["type"]:
            case "value_error":
                cause = entry["ctx"]["error"]
                if isinstance(cause, ExperimentError):  # from a part inside the whole
                    yield from (Problem(path + p.path, p.message) for p in cause.problems)
                    continue
                message = str(cause)
                if isinstance(cause, SettingError) and cause.field:
                    path = (*path, cause.field)
            case "extra_forbidden":
                name = str(path[-1])
                near = bool(nearest(name, fields))
                cure = instead(name, fields) if near or not listed else "remove it"
                listed = listed or not near  # once is enough
                message = f"there is no field {told(path[-1])}; {cure}"
            case _:
                message = f"{'.'.join(map(str, path))}: is no value; write another"
        yield Problem(path, message)


@contextmanager
def _blamed(place: str) -> Iterator[None]:
    """Say in which field of a part it is that a value is refused."""
    try:
        yield
    except SettingError as error:
        raise ExperimentError([
            Problem((place, each.field) if each.field else (place,), str(each))
            for each in (error, *error.others)
        ]) from None  # fmt: skip


def _check_table(name: str, value: Any, cure: str) -> Any:
    if isinstance(value, _Part):
        return value
    if not isinstance(value, Mapping) or not all(isinstance(key, str) for key in value):
        what = f"{told(value)} is no table" if not isinstance(value, Mapping) else "has no names"
        raise SettingError(f"{name}: {what}; write {cure}")
    return value


def _check_values(value: Any) -> Any:
    return _check_table("values", value, "the parameters as name = value")


def _check_data(value: Any) -> Any:
    return _check_table("data", value, "[data] with a dataset and its values")


def _check_lanes(value: Any) -> Any:
    cure = "write a table [[lanes]] for each initialisation"
    if isinstance(value, (str, bytes, bytearray)) or not isinstance(value, Sequence):
        raise SettingError(f"lanes: {told(value)} is no list; {cure}")
    if not 1 <= len(value) <= MAX_LANES:  # before any of a million is looked at
        raise SettingError(
            f"lanes: {len(value)} initialisations are out of range; keep 1 to {MAX_LANES}"
        )
    for place, lane in enumerate(value):
        if not isinstance(lane, Lane):
            try:
                _check_table("lane", lane, "a table [[lanes]] with its scheme")
            except SettingError as error:
                raise ExperimentError([Problem((place,), str(error))]) from None
    return tuple(value)


def _check_name(value: Any) -> str:
    if not isinstance(value, str):
        raise SettingError(f"name: {told(value)} is no text; write one in quotes")
    if len(value) > 40:
        raise SettingError("name: is too long; write at most 40 letters")
    if any(unicodedata.category(letter) in ("Cc", "Cs") for letter in value):
        raise SettingError("name: has a control character; write letters that can be seen")
    return value


COLOUR = Parameter("colour", "colour", "Its place in the palette.", Kind.INTEGER, None, 0,
                   MAX_LANES - 1, optional=True)  # fmt: skip

ParameterValues = Annotated[
    Mapping[str, Any],
    BeforeValidator(_check_values),
    AfterValidator(Values),
    PlainSerializer(dict, return_type=dict),
]


class _Part(BaseModel):
    """What the experiment and its parts have in common."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)

    def __init__(self, /, **fields: Any) -> None:
        try:
            super().__init__(**fields)
        except ValidationError as error:
            raise ExperimentError(tuple(_problems(error, list(type(self).model_fields)))) from None

    def replace(self, **changes: Any) -> Self:
        """A validated copy with some fields changed.

        Raises:
            ExperimentError: if the changed whole is not valid.
        """
        return type(self)(**{**dict(self), **changes})

    @classmethod
    def parameters(cls) -> dict[str, Parameter]:
        """The settings that this part declares, by name, in the order of the window."""
        return {
            name: declared
            for name, field in cls.model_fields.items()
            for declared in field.metadata
            if isinstance(declared, Parameter)
        }


class DataSettings(_Part):
    """Which points to learn: a dataset of the catalogue and its parameters."""

    dataset: Annotated[str, DATASET] = "moons"
    values: ParameterValues = Values({})

    @model_validator(mode="after")
    def _complete(self) -> Self:
        # A frozen model is completed by writing past it, once, before anybody sees it.
        entry = DATASETS[self.dataset]
        with _blamed("values"):
            values = complete(entry.label, entry.parameters, self.values)
            object.__setattr__(self, "values", values)
            entry.facts(values)  # says no where the values do not go together
        return self

    def replace(self, **changes: Any) -> Self:
        """As for every part; another dataset starts from its own parameters' defaults."""
        if changes.get("dataset", self.dataset) != self.dataset:
            changes.setdefault("values", {})
        return super().replace(**changes)

    @property
    def entry(self) -> Dataset:
        """The catalogue's entry."""
        return DATASETS[self.dataset]

    @property
    def facts(self) -> Facts:
        """Task, number of points, inputs and outputs, and what they are called."""
        return self.entry.facts(self.values)


class Lane(_Part):
    """One initialisation in the comparison.

    Attributes:
        scheme, values: the law of the weights and its parameters.
        bias, bias_values: the law of the biases; None takes the one that belongs to the scheme.
        output, output_values: a law of its own for the output layer's weights; None takes
            the lane's.
        scale: what all weights are multiplied by once their scheme is done; not the biases.
        activation, learning_rate: override the experiment's; None keeps it.
        name: the title on the screen; "" takes the scheme's.
        colour: its place in the palette, 0 to 7; a lane keeps it when lanes are moved.
    """

    scheme: Annotated[str, SCHEME] = "xavier_uniform"
    values: ParameterValues = Values({})
    bias: Annotated[str | None, optional(BIAS)] = None
    bias_values: ParameterValues = Values({})
    output: Annotated[str | None, optional(OUTPUT)] = None
    output_values: ParameterValues = Values({})
    scale: Annotated[float, SCALE] = SCALE.default
    activation: Annotated[str | None, optional(ACTIVATION)] = None
    learning_rate: Annotated[float | None, optional(LEARNING_RATE)] = None
    name: Annotated[str, BeforeValidator(_check_name)] = ""
    colour: Annotated[int | None, BeforeValidator(COLOUR.check)] = None

    @model_validator(mode="after")
    def _complete(self) -> Self:
        scheme = SCHEMES[self.scheme]
        if self.bias is None:
            object.__setattr__(self, "bias", scheme.bias)
            if not self.bias_values:
                object.__setattr__(self, "bias_values", scheme.bias_values)
        bias = BIASES[str(self.bias)]
        parts: list[tuple[str, str, Sequence[Parameter]]] = [
            ("values", scheme.label, scheme.parameters),
            ("bias_values", f"{bias.label} bias", bias.parameters),
        ]
        if self.output is not None:
            last = SCHEMES[self.output]
            parts.append(("output_values", f"{last.label} (output)", last.parameters))
        elif self.output_values:
            raise SettingError("output_values: name the output layer's scheme, too", "output")
        problems: list[Problem] = []
        for place, owner, parameters in parts:
            try:
                with _blamed(place):
                    values = complete(owner, parameters, getattr(self, place))
            except ExperimentError as error:
                problems += error.problems
            else:
                object.__setattr__(self, place, values)
        if problems:
            raise ExperimentError(problems)
        return self

    def replace(self, **changes: Any) -> Self:
        """As for every part; another scheme starts from its own parameters and its own biases."""
        if changes.get("scheme", self.scheme) != self.scheme:
            changes = {"values": {}, "bias": None, "bias_values": {}, **changes}
        if changes.get("bias", self.bias) != self.bias:
            changes.setdefault("bias_values", {})
        if changes.get("output", self.output) != self.output:
            changes.setdefault("output_values", {})
        return super().replace(**changes)

    @property
    def entry(self) -> Scheme:
        """The catalogue's entry of the weights' scheme."""
        return SCHEMES[self.scheme]

    def weights_of(self, output: bool) -> tuple[Scheme, Mapping[str, Any]]:
        """The scheme of the output layer's weights, or of all others, and its parameters."""
        if output and self.output is not None:
            return SCHEMES[self.output], self.output_values
        return self.entry, self.values

    @property
    def bias_entry(self) -> BiasScheme:
        """The catalogue's entry of the biases' scheme."""
        return BIASES[str(self.bias)]

    @property
    def title(self) -> str:
        """What the window calls this lane."""
        scale = f"×{SCALE.format(self.scale)}" if self.scale != SCALE.unsaid else ""
        if self.name:
            return f"{self.name} {scale}" if scale else self.name
        marks = [self.entry.title(self.values)]
        if self.output:
            marks.append(f"out: {SCHEMES[self.output].title(self.output_values)}")
            marks += [scale] if scale else []  # of all layers, the output's too
        elif scale:
            marks = [f"{marks[0]} {scale}"]
        if self.activation:
            marks.append(ACTIVATIONS[self.activation].label)
        if self.learning_rate is not None:
            marks.append(f"η={LEARNING_RATE.format(self.learning_rate)}")
        return " · ".join(marks)


class Experiment(_Part):
    """One network, its data and its training, from 1 to 8 initialisations.

    Frozen: ``new = experiment.replace(activation="relu")``. Settings are validated as a whole.

    Raises:
        ExperimentError: if it cannot be run; it names the fields and the cures.
    """

    data: Annotated[DataSettings, BeforeValidator(_check_data)] = DataSettings()
    hidden: Annotated[tuple[int, ...], HIDDEN] = HIDDEN.default
    activation: Annotated[str, ACTIVATION] = ACTIVATION.default
    lanes: Annotated[tuple[Lane, ...], BeforeValidator(_check_lanes)] = (Lane(),)
    optimiser: Annotated[str, OPTIMISER] = OPTIMISER.default
    learning_rate: Annotated[float, LEARNING_RATE] = LEARNING_RATE.default
    batch_size: Annotated[int, BATCH_SIZE] = BATCH_SIZE.default
    epochs: Annotated[int, EPOCHS] = EPOCHS.default
    l2: Annotated[float, L2] = L2.default
    seed: Annotated[int, SEED] = SEED.default
    precision: Annotated[str, PRECISION] = PRECISION.default
    device: Annotated[str, DEVICE] = DEVICE.default

    @model_validator(mode="after")
    def _check_whole(self) -> Self:
        object.__setattr__(self, "lanes", tuple(_coloured(self.lanes)))
        for number, lane in enumerate(self.lanes):
            for output in {False, lane.output is not None}:
                scheme, values = lane.weights_of(output)
                message = scheme.refuse(values, len(self.sizes) - 1) if scheme.refuse else ""
                if message:
                    part = "output_values" if output else "values"
                    raise ExperimentError([Problem(("lanes", number, part), message)])
        stacked = self.parameter_count * len(self.lanes)
        wide = 2 if self.precision == "float64" else 1
        if stacked > MAX_STACKED // wide:
            raise SettingError(
                f"hidden layers: {stacked / 1e6:.0f} million parameters in "
                f"{len(self.lanes)} initialisations are too many to hold; use fewer "
                f"initialisations, or fewer or narrower layers "
                f"(at most {MAX_STACKED // wide / 1e6:.0f} million in all in {self.precision})",
                "hidden",
            )
        rows = min(self.batch_size, self.data.facts.train)
        activations = rows * sum(self.sizes[1:]) * len(self.lanes)
        if activations > MAX_ACTIVATIONS // wide:
            raise SettingError(
                f"batch size: {rows} points through {sum(self.sizes[1:])} neurons in "
                f"{len(self.lanes)} initialisations are too many to hold; use at most "
                f"{MAX_ACTIVATIONS // wide * rows // activations} points in a batch",
                "batch_size",
            )
        if (self.device, self.precision) == ("mps", "float64"):
            message = "precision: MPS has no float64; use float32, or the CPU"
            raise SettingError(message, "precision")
        return self

    @property
    def sizes(self) -> tuple[int, ...]:
        """Neurons of every layer, from the inputs to the outputs."""
        facts = self.data.facts
        return (facts.features, *self.hidden, facts.outputs)

    @property
    def task(self) -> Task:
        """What the data asks; the loss and the score follow from it."""
        return self.data.facts.task

    @property
    def parameter_count(self) -> int:
        """Weights and biases of one lane."""
        pairs = zip(self.sizes[:-1], self.sizes[1:], strict=True)
        return sum((fan_in + 1) * fan_out for fan_in, fan_out in pairs)

    @property
    def layer_names(self) -> tuple[str, ...]:
        """Names of the layers that have weights: "hidden 1", ..., "output"."""
        return (*(f"hidden {i + 1}" for i in range(len(self.hidden))), "output")

    def activation_of(self, lane: Lane) -> Activation:
        """The activation that ``lane`` trains with."""
        return ACTIVATIONS[lane.activation or self.activation]

    def learning_rate_of(self, lane: Lane) -> float:
        """The learning rate that ``lane`` trains with."""
        return self.learning_rate if lane.learning_rate is None else lane.learning_rate

    def with_lane(self, index: int, lane: Lane) -> Experiment:
        """The experiment with the lane at ``index`` replaced."""
        lanes = list(self.lanes)
        lanes[index] = lane
        return self.replace(lanes=tuple(lanes))

    def same_run(self, other: Experiment) -> bool:
        """Whether both give the same epochs: they differ in nothing, or in how many."""
        return self.run_key == other.run_key

    @property
    def run_key(self) -> Experiment:
        """What a run depends on: the experiment but for the number of epochs."""
        return self.model_copy(update={"epochs": 1})

    def to_toml(self) -> str:
        """The experiment as TOML; ``from_toml`` gives an equal one back."""
        return tomli_w.dumps(self.model_dump(exclude_none=True))

    @classmethod
    def from_toml(cls, text: str) -> Experiment:
        """Read an experiment from TOML.

        Raises:
            ExperimentError: if it is not TOML, or not a valid experiment.
        """
        try:
            fields = fields_of(text)
        except TomlError as error:
            raise ExperimentError([Problem((), str(error))]) from None
        return cls(**fields)

    @classmethod
    def load(cls, path: Path) -> Experiment:
        """Read the TOML file of an experiment, whoever wrote it.

        Raises:
            ExperimentError: if it cannot be read, or has no valid experiment.
        """
        try:
            text = read_toml(path)
        except TomlError as error:
            raise ExperimentError([Problem((), str(error))]) from None
        return cls.from_toml(text)


def _coloured(lanes: Sequence[Lane]) -> Iterator[Lane]:
    """Give every lane a colour of its own; lanes that have one keep it, the first claim wins."""
    taken = {lane.colour for lane in lanes if lane.colour is not None}
    free = iter([colour for colour in range(MAX_LANES) if colour not in taken])
    used: set[int] = set()
    for lane in lanes:
        keeps = lane.colour is not None and lane.colour not in used
        colour = lane.colour if keeps else next(free)
        used.add(int(colour or 0))
        yield lane if keeps else lane.model_copy(update={"colour": colour})
