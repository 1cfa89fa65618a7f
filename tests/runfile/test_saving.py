from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any
from zipfile import ZipFile

import numpy as np
import pytest
import safetensors.numpy
from hypothesis import given
from hypothesis import strategies as st

from initviz.catalog.datasets.csv_file import CancelledError
from initviz.recording import Recording
from initviz.runfile import RunFileError, form, open_run, save_run, saving
from initviz.whole import whole
from tests.runfile.runs import EPOCH_BYTES, SMALL, members_of, random_epoch, recorded, same

ROOT = Path(__file__).parents[2]


# ---- what comes back ----


@pytest.mark.parametrize("precision", ["float32", "float64"])
def test_a_recording_comes_back_bit_for_bit(tmp_path: Path, precision: str) -> None:
    recording = recorded(SMALL.replace(precision=precision), 7)
    save_run(recording, tmp_path / "run.initviz")

    assert same(open_run(tmp_path / "run.initviz"), recording)


@given(epochs=st.integers(0, 40), room=st.integers(2, 40), part=st.integers(1, 2000))
def test_every_recording_comes_back_thinned_or_not_in_parts_of_any_size(
    tmp_path_factory: pytest.TempPathFactory, epochs: int, room: int, part: int
) -> None:
    path = tmp_path_factory.getbasetemp() / "any.initviz"
    recording = recorded(SMALL, epochs, room * EPOCH_BYTES)
    save_run(recording, path, part_bytes=part)
    again = open_run(path, budget=recording.budget)

    assert same(again, recording)
    random = np.random.default_rng(2)
    for number in range(epochs + 1, epochs + 20):
        epoch = random_epoch(SMALL, number, random)
        again.append(epoch)
        recording.append(epoch)
    assert same(again, recording)


def test_lanes_that_have_diverged_come_back_so(tmp_path: Path) -> None:
    recording = recorded(epochs=1)
    epoch = random_epoch(SMALL, 2, np.random.default_rng(3))
    epoch.parameters[1] = np.nan
    epoch.scalars.train_loss[1] = np.inf
    recording.append(epoch)
    save_run(recording, tmp_path / "run.initviz")
    again = open_run(tmp_path / "run.initviz")

    assert same(again, recording)
    assert again.diverged_at().tolist() == [-1, 2]


def test_more_than_there_is_memory_for_is_thinned(tmp_path: Path) -> None:
    save_run(recorded(epochs=20), tmp_path / "run.initviz")
    again = open_run(tmp_path / "run.initviz", budget=5 * EPOCH_BYTES)

    whole_run = recorded(epochs=20)
    assert again.kept_epochs() == [0, 8, 16, 20]
    assert again.kept_bytes <= 5 * EPOCH_BYTES
    for number in again.kept_epochs():
        assert np.array_equal(again.parameters(number), whole_run.parameters(number))
    assert np.array_equal(again.scalars().train_loss, whole_run.scalars().train_loss)


def test_the_same_run_gives_the_same_bytes_and_keeps_what_trained_it(tmp_path: Path) -> None:
    one, two = tmp_path / "one.initviz", tmp_path / "two.initviz"
    save_run(recorded(), one)
    again = open_run(one)
    assert {"torch", "numpy"} <= set(again.versions)
    save_run(again, two)

    assert one.read_bytes() == two.read_bytes()


def test_others_can_read_it_as_the_documentation_says(tmp_path: Path) -> None:
    recording = recorded()
    save_run(recording, tmp_path / "run.initviz")
    text = (ROOT / "docs" / "run-files.md").read_text("utf-8")
    example = text.split("```python\n")[1].split("```")[0]
    names: dict[str, Any] = {}
    folder = Path.cwd()
    os.chdir(tmp_path)
    try:
        exec(example, names)
    finally:
        os.chdir(folder)

    assert sorted(names["weights"]) == [0, 1, 2, 3, 4]
    for number in range(5):
        assert np.array_equal(names["weights"][number], recording.parameters(number))
    assert np.array_equal(names["losses"], recording.scalars().train_loss)
    with ZipFile(tmp_path / "run.initviz") as archive:
        assert archive.testzip() is None


# ---- while saving ----


def test_what_is_recorded_and_what_gives_way_meanwhile_is_of_no_matter(tmp_path: Path) -> None:
    recording = recorded()
    kept = recording.kept()
    recording.append(random_epoch(SMALL, 5, np.random.default_rng(4)))
    recording.give_way(2**40)
    save_run(kept, tmp_path / "run.initviz")

    assert same(open_run(tmp_path / "run.initviz"), recorded())


def test_a_run_without_weights_is_refused_with_the_cure(tmp_path: Path) -> None:
    recording = recorded()
    recording.give_way(2**40)
    with pytest.raises(RunFileError, match="only the figures of this run"):
        save_run(recording, tmp_path / "run.initviz")
    with pytest.raises(RunFileError, match="nothing has been recorded yet"):
        save_run(Recording(SMALL), tmp_path / "run.initviz")

    assert list(tmp_path.iterdir()) == []


def test_a_cancelled_save_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "run.initviz"
    path.write_bytes(b"old")
    asked: list[int] = []

    def cancelled() -> bool:
        asked.append(1)
        return len(asked) > 2

    with pytest.raises(CancelledError):
        save_run(recorded(), path, cancelled=cancelled)
    assert path.read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["run.initviz"]


class Full:
    """A file on a disk that is full after so many bytes."""

    def __init__(self, file: IO[bytes], room: int) -> None:
        self._file, self._room = file, room

    def write(self, content: bytes) -> int:
        self._room -= len(content)
        if self._room < 0:
            raise OSError(errno.ENOSPC, "No space left on device")
        return self._file.write(content)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)


def test_a_disk_that_is_full_at_any_point_leaves_the_old_file_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "run.initviz"
    save_run(recorded(epochs=2), path)
    old, size = path.read_bytes(), 0
    save_run(recorded(epochs=6), tmp_path / "other.initviz")
    size = (tmp_path / "other.initviz").stat().st_size
    (tmp_path / "other.initviz").unlink()
    for room in range(0, size, size // 60):

        @contextmanager
        def full(path: Path, room: int = room) -> Iterator[Full]:
            with whole(path) as file:
                yield Full(file, room)

        monkeypatch.setattr(saving, "whole", full)
        with pytest.raises(OSError, match="No space left"):
            save_run(recorded(epochs=6), path)
        assert path.read_bytes() == old
        assert os.listdir(tmp_path) == ["run.initviz"]


KILLED = """
import sys, time
from pathlib import Path
from initviz.runfile import saving
from tests.runfile.runs import recorded
pack, parts = saving.packed, []
def packed(tensors):
    parts.append(1)
    if len(parts) == 2:
        print("in the middle", flush=True)
        time.sleep(60)
    return pack(tensors)
saving.packed = packed
saving.save_run(recorded(epochs=9), Path(sys.argv[1]))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX signals")
def test_a_process_killed_while_saving_leaves_the_old_file_whole(tmp_path: Path) -> None:
    path = tmp_path / "run.initviz"
    save_run(recorded(), path)
    program = subprocess.Popen(
        [sys.executable, "-c", KILLED, str(path)],
        stdout=subprocess.PIPE, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert program.stdout is not None
    assert program.stdout.readline() == b"in the middle\n"
    assert len(os.listdir(tmp_path)) == 2  # a part of the new one lies beside it
    program.send_signal(signal.SIGKILL)
    program.communicate()

    assert same(open_run(path), recorded())


MEASURED = """
import resource, sys, tracemalloc
from pathlib import Path
import numpy as np
from initviz.experiment import Experiment
from initviz.runfile import open_run, save_run
from tests.runfile.runs import random_epoch
from initviz.recording import Recording
experiment = Experiment(hidden=(256, 256))
path = Path(sys.argv[1])
tracemalloc.start()
recording, random = Recording(experiment), np.random.default_rng(1)
for number in range(250):
    recording.append(random_epoch(experiment, number, random))
def measured(what):
    tracemalloc.reset_peak()
    before = tracemalloc.get_traced_memory()[0]
    kept = what()
    now, peak = tracemalloc.get_traced_memory()
    return peak - before, now - before, kept
print(recording.kept_bytes, measured(lambda: save_run(recording, path))[0])
del recording
peak, held, again = measured(lambda: open_run(path))
print(peak, held)
"""


def test_little_more_memory_is_needed_than_the_recording_has(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", MEASURED, str(tmp_path / "run.initviz")],
        stdout=subprocess.PIPE, check=True, text=True, cwd=ROOT, timeout=50,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    kept, saving_peak, opening_peak, opened = map(int, done.stdout.split())

    assert kept > 7 * form.PART_BYTES
    assert saving_peak < 4 * form.PART_BYTES
    assert opening_peak < kept + 4 * form.PART_BYTES
    assert opened < kept * 1.05


def test_every_part_is_a_safetensors_file(tmp_path: Path) -> None:
    save_run(recorded(), tmp_path / "run.initviz")
    parts = [raw for name, raw in members_of(tmp_path / "run.initviz").items() if "-" in name]

    assert len(parts) == 2
    for raw in parts:
        assert safetensors.numpy.load(raw)
