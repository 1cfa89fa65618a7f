"""Run files of runs so long that not every epoch has its figures."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import safetensors.numpy

from initviz import tables
from initviz.recording import Recording
from initviz.runfile import RunFileError, open_run, save_run
from initviz.runfile.form import scalar_bytes
from tests.runfile.runs import SMALL, forged, members_of, random_epoch, same, write

ROOM = 40 * (scalar_bytes(SMALL) + 8)


def long_run(epochs: int = 300) -> Recording:
    random = np.random.default_rng(1)
    recording = Recording(SMALL, figure_budget=ROOM)
    for number in range(epochs + 1):
        recording.append(random_epoch(SMALL, number, random))
        if number % 50 == 17:
            recording.scalars()
    return recording


@pytest.mark.parametrize("epochs", [40, 41, 256, 300, 320])
def test_it_comes_back_bit_for_bit_and_goes_on_as_it_would_have(
    tmp_path: Path, epochs: int
) -> None:
    recording = long_run(epochs)
    save_run(recording, tmp_path / "run.initviz", part_bytes=7 * scalar_bytes(SMALL))
    again = open_run(tmp_path / "run.initviz", figure_budget=ROOM)

    assert recording.figure_stride > 1
    assert again.figure_stride == recording.figure_stride
    assert same(again, recording)
    random = np.random.default_rng(2)
    for number in range(epochs + 1, epochs + 120):
        epoch = random_epoch(SMALL, number, random)
        again.append(epoch)
        recording.append(epoch)
    assert same(again, recording)


def test_the_format_counts_up_only_where_a_reader_must_know(tmp_path: Path) -> None:
    for epochs, form in ((39, 1), (40, 2)):
        save_run(long_run(epochs), tmp_path / "run.initviz")
        manifest = json.loads(members_of(tmp_path / "run.initviz")["manifest.json"])
        assert manifest["format"] == form
        assert ("figure_stride" in manifest["recording"]) == (form == 2)


def test_a_long_run_of_an_older_file_is_thinned_when_it_is_opened(tmp_path: Path) -> None:
    random = np.random.default_rng(1)
    whole = Recording(SMALL)
    for number in range(301):
        whole.append(random_epoch(SMALL, number, random))
    save_run(whole, tmp_path / "run.initviz")
    again = open_run(tmp_path / "run.initviz", figure_budget=ROOM)

    assert again.figure_stride == 32
    assert again.stride == 32
    history, every = again.scalars(), whole.scalars()
    np.testing.assert_array_equal(history.train_loss, every.train_loss[history.epochs])
    assert history.high.train_loss.max() == every.train_loss.max()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"figure_stride": 64}, "weights of epochs that have no figures"),
        ({"figure_stride": 16}, "not of the epochs that it says"),
        ({"figure_stride": 1}, "manifest says something else"),
        ({"figure_stride": None}, "not of the epochs that it says"),
        ({"epochs": 300}, "epochs are not those that it should have"),
    ],
    ids=["coarser than the weights", "finer", "1", "gone", "an epoch less"],
)
def test_figures_of_other_epochs_than_it_says_are_refused(
    tmp_path: Path, change: dict[str, Any], said: str
) -> None:
    save_run(long_run(), tmp_path / "run.initviz")
    members = members_of(tmp_path / "run.initviz")
    write(
        tmp_path / "run.initviz",
        forged(members, lambda manifest: manifest["recording"].update(change)),
    )
    with pytest.raises(RunFileError, match=said):
        open_run(tmp_path / "run.initviz")


def test_figures_that_call_themselves_those_of_other_epochs_are_refused(tmp_path: Path) -> None:
    save_run(long_run(), tmp_path / "run.initviz")
    members = members_of(tmp_path / "run.initviz")
    name = "scalars-0000.safetensors"
    tensors = safetensors.numpy.load(members[name])
    tensors["epochs"] = tensors["epochs"][::-1].copy()
    spoilt = {**members, name: safetensors.numpy.save(tensors)}
    write(tmp_path / "run.initviz", forged(spoilt))
    with pytest.raises(RunFileError, match="epochs are not those that it should have"):
        open_run(tmp_path / "run.initviz")


def test_a_table_has_the_same_rows_whoever_looked_at_the_recording() -> None:
    recording = long_run()
    assert (recording.scalars().epochs % recording.figure_stride).any()
    epochs = tables.scalars(recording)["epoch"].unique().sort().to_list()
    assert epochs == recording.kept().scalars.epochs.tolist()
