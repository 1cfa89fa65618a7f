from __future__ import annotations

import io
import json
from collections.abc import Callable
from itertools import pairwise
from zipfile import ZipFile

import numpy as np
import pytest
import safetensors.torch
import torch
from numpy.typing import NDArray
from safetensors import safe_open
from torch import nn

import initviz
from initviz import tables
from initviz.engine import probe, record
from initviz.engine.look import _raw_batch
from initviz.experiment import Experiment
from initviz.recording import Recording
from tests.make import data, lane

EXPERIMENT = Experiment(
    data=data("moons", samples=32),
    hidden=(8, 4),
    lanes=(lane("he_normal").replace(activation="relu"), lane("xavier_uniform", gain=2.0)),
    epochs=2,
)
PHI = {"relu": torch.relu, "tanh": torch.tanh}
Read = Callable[[bytes], dict[str, torch.Tensor]]


class Net(nn.Module):
    def __init__(self, sizes: tuple[int, ...], phi: Callable[[torch.Tensor], torch.Tensor]) -> None:
        super().__init__()
        self.layers = nn.ModuleList(nn.Linear(*pair) for pair in pairwise(sizes))
        self.phi = phi

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        for layer in self.layers[:-1]:
            x = self.phi(layer(x))
        return self.layers[-1](x)


@pytest.fixture(scope="module", params=["float32", "float64"])
def recording(request: pytest.FixtureRequest) -> Recording:
    return record(EXPERIMENT.replace(precision=request.param))


def written(recording: Recording, epoch: int, lane: int | None, form: str) -> bytes:
    file = io.BytesIO()
    tensors = tables.weights(recording, epoch, lane)
    tables.write_weights(tensors, tables.about(recording, epoch, lane), file, form)
    return file.getvalue()


def read_npz(content: bytes) -> dict[str, torch.Tensor]:
    with np.load(io.BytesIO(content), allow_pickle=False) as file:
        return {name: torch.from_numpy(file[name]) for name in file}


READ: dict[str, Read] = {"safetensors": safetensors.torch.load, "npz": read_npz}


@pytest.mark.parametrize("form", tables.WEIGHT_FORMATS)
@pytest.mark.parametrize("epoch", [0, 2])
@pytest.mark.parametrize("number", [0, 1])
def test_pytorch_loads_a_lane_and_computes_the_same(
    recording: Recording, form: str, epoch: int, number: int
) -> None:
    experiment = recording.experiment
    phi = PHI[experiment.activation_of(experiment.lanes[number]).name]
    net = Net(experiment.sizes, phi).to(getattr(torch, experiment.precision))
    net.load_state_dict(READ[form](written(recording, epoch, number, form)))

    logits = probe(recording, epoch).layers[-1].preactivation[number]
    x, _ = _raw_batch(experiment, len(logits))
    with torch.no_grad():
        found = net(x).numpy()
    close = 1e-5 if experiment.precision == "float32" else 1e-12
    np.testing.assert_allclose(found, logits, rtol=close, atol=close)


@pytest.mark.parametrize("form", tables.WEIGHT_FORMATS)
def test_a_file_of_all_lanes_loads_into_a_dictionary_of_networks(
    recording: Recording, form: str
) -> None:
    experiment = recording.experiment
    nets = nn.ModuleDict({f"lane_{n}": Net(experiment.sizes, torch.tanh) for n in (1, 2)})
    nets.to(getattr(torch, experiment.precision))
    nets.load_state_dict(READ[form](written(recording, 1, None, form)))

    for number in (1, 2):
        alone = tables.weights(recording, 1, number - 1)
        loaded = nets[f"lane_{number}"].state_dict()
        assert list(loaded) == list(alone)
        for name, value in alone.items():
            assert np.array_equal(loaded[name].numpy(), value)


def test_weights_have_pytorchs_shapes_and_the_precision_they_were_trained_in(
    recording: Recording,
) -> None:
    found = tables.weights(recording, 2, 0)
    assert {name: value.shape for name, value in found.items()} == {
        "layers.0.weight": (8, 2), "layers.0.bias": (8,),
        "layers.1.weight": (4, 8), "layers.1.bias": (4,),
        "layers.2.weight": (1, 4), "layers.2.bias": (1,),
    }  # fmt: skip
    assert {str(value.dtype) for value in found.values()} == {recording.experiment.precision}


def test_weights_are_copies(recording: Recording) -> None:
    before: NDArray[np.floating] = recording.parameters(2).copy()
    for value in tables.weights(recording, 2).values():
        value[...] = 7
    assert np.array_equal(recording.parameters(2), before)


@pytest.mark.parametrize(
    ("number", "lanes", "activations"),
    [(None, ["He normal · ReLU", "Xavier uniform ×2"], ["relu", "tanh"]),
     (1, ["Xavier uniform ×2"], ["tanh"])],
)  # fmt: skip
@pytest.mark.parametrize("form", tables.WEIGHT_FORMATS)
def test_a_file_says_what_it_is(
    recording: Recording, tmp_path_factory: pytest.TempPathFactory, form: str, number: int | None,
    lanes: list[str], activations: list[str],
) -> None:  # fmt: skip
    path = tmp_path_factory.mktemp("weights") / "file"
    path.write_bytes(written(recording, 2, number, form))
    if form == "npz":
        with ZipFile(path) as archive:
            about = json.loads(archive.comment)
            assert archive.testzip() is None
    else:
        with safe_open(path, "numpy") as file:  # type: ignore[no-untyped-call]
            about = file.metadata()

    assert about["epoch"] == "2"
    assert json.loads(about["lanes"]) == lanes
    assert json.loads(about["activations"]) == activations
    assert about["initviz"] == initviz.__version__


def test_weights_that_are_not_held_are_an_error_that_names_those_that_are() -> None:
    row = sum((fan_in + 1) * out for fan_in, out in ((2, 8), (8, 4), (4, 1)))
    thinned = record(EXPERIMENT.replace(epochs=5), budget=2 * 4 * row * 3)
    assert 3 not in thinned.kept_epochs()
    with pytest.raises(LookupError, match=r"the weights of epoch 3 are not held; .* epoch 0"):
        tables.weights(thinned, 3)


@pytest.mark.parametrize("number", [2, -1])
def test_a_lane_that_is_not_there_is_an_error(recording: Recording, number: int) -> None:
    with pytest.raises(LookupError, match="the recording has lanes 0 to 1"):
        tables.weights(recording, 0, number)
