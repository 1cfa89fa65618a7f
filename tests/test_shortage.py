from __future__ import annotations

import gc
import sys
import weakref
from typing import Any

import numpy as np
import pytest
import torch

from initviz.cli import main
from initviz.engine import probe, sketch, train
from initviz.engine.train import _Trainer
from initviz.experiment import DataSettings, Experiment, Lane
from initviz.recording import Recording
from initviz.shortage import ShortageError, enough_memory, is_shortage, wanted_bytes

SMALL = Experiment(
    data=DataSettings(values={"samples": 32}), hidden=(4,), lanes=(Lane(),), epochs=2
)
CPU = RuntimeError(
    "[enforce fail at alloc_cpu.cpp:124] err == 0. DefaultCPUAllocator: can't allocate memory: "
    "you tried to allocate 3145728 bytes. Error code 12 (Cannot allocate memory)"
)
# Before torch 2.5 it had no other name than that of CUDA.
CUDA = getattr(torch, "OutOfMemoryError", torch.cuda.OutOfMemoryError)(
    "CUDA out of memory. Tried to allocate 2.50 GiB. GPU 0 has a total capacity of 79.10 GiB"
)
SHORT = (CPU, CUDA, MemoryError(), OSError(12, "Cannot allocate memory"), RuntimeError("bad_alloc"))
SENTENCE = (
    "there is not enough memory for 1 initialisation of .* weights.*; "
    "choose fewer initialisations, fewer or narrower layers, or fewer samples"
)


def raising(error: BaseException) -> Any:
    def run(*_: Any, **__: Any) -> None:
        raise error

    return run


@pytest.mark.parametrize("error", SHORT, ids=lambda error: type(error).__name__)
def test_every_way_to_run_out_of_memory_is_one_sentence_with_the_cure(
    error: BaseException,
) -> None:
    assert is_shortage(error)
    with pytest.raises(ShortageError, match=SENTENCE), enough_memory(SMALL):
        raise error


def test_what_was_wanted_is_told_where_it_is_known() -> None:
    with pytest.raises(MemoryError) as numpys:
        np.empty(2**62 // 8, np.float64)
    assert wanted_bytes(CPU) == 3 * 2**20
    assert wanted_bytes(CUDA) == 2.5 * 2**30
    assert wanted_bytes(numpys.value) == 2**62
    assert wanted_bytes(MemoryError("Unable to allocate 4.00 PiB for an array")) == 2**52
    assert wanted_bytes(MemoryError()) is None
    with pytest.raises(ShortageError, match=r"3 MiB more were wanted"), enough_memory(SMALL):
        raise CPU


@pytest.mark.parametrize(
    "error", [RuntimeError("sizes do not match"), ValueError("out of memory"), OSError(2, "gone")]
)
def test_other_errors_stay_what_they_are(error: Exception) -> None:
    assert not is_shortage(error)
    with pytest.raises(type(error)) as raised, enough_memory(SMALL):
        raise error
    assert raised.value is error


@pytest.mark.parametrize("where", ["_gradient", "train_epoch", "epoch"])
def test_training_that_runs_out_of_memory_says_so_and_keeps_its_epochs(
    monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    recording = Recording(SMALL)
    training = train(SMALL)
    recording.append(next(training))
    monkeypatch.setattr(_Trainer, where, raising(CPU))
    with pytest.raises(ShortageError, match=SENTENCE):
        next(training)
    monkeypatch.undo()

    assert recording.last == 0
    assert probe(recording, 0).layers


def test_initialising_probing_and_sketching_say_it_too(monkeypatch: pytest.MonkeyPatch) -> None:
    recording = Recording(SMALL)
    recording.append(next(train(SMALL)))
    for module in ("train", "sketch"):
        # The package has functions of these names.
        place = sys.modules[f"initviz.engine.{module}"]
        monkeypatch.setattr(place, "initial_parameters", raising(CUDA))
    monkeypatch.setattr("initviz.engine.look.Look.layers", raising(MemoryError()))
    for work in (
        lambda: next(train(SMALL)),
        lambda: sketch(SMALL),
        lambda: probe(recording, 0),
    ):
        with pytest.raises(ShortageError, match=SENTENCE):
            work()


def test_what_filled_the_memory_is_let_go() -> None:
    class Large:
        pass

    seen: list[weakref.ref[Large]] = []

    def fill() -> None:
        large = Large()
        seen.append(weakref.ref(large))
        raise MemoryError

    kept = None
    try:
        with enough_memory(SMALL):
            fill()
    except ShortageError as error:
        kept = error.with_traceback(None)  # as the threads keep it
    gc.collect()
    assert kept is not None
    assert seen[0]() is None


def test_a_command_that_runs_out_of_memory_ends_with_1_and_the_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(_Trainer, "train_epoch", raising(CPU))
    assert main(["train", "zeros", "--epochs", "1", "--quiet"]) == 1
    said = capsys.readouterr()
    assert "initviz: there is not enough memory for 2 initialisations" in said.err
    assert len(said.err.splitlines()) == 1
