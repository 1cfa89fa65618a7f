from __future__ import annotations

import signal
import sys
from pathlib import Path

import pytest

from initviz.cli import keeping
from initviz.cli.keeping import Keeper, StoppedError, stopped_between_epochs
from initviz.engine import record
from initviz.experiment import DataSettings, Experiment
from initviz.runfile import RunFileError, open_run

SMALL = Experiment(data=DataSettings(values={"samples": 32}), hidden=(4,), epochs=2)


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(keeping, "time", clock)
    return clock


def test_a_run_is_saved_now_and_then(tmp_path: Path, clock: Clock) -> None:
    path = tmp_path / "run.initviz"
    keeper = Keeper(record(SMALL), path)
    keeper.look()
    assert not path.exists()

    clock.now += keeping.FIRST_SECONDS
    keeper.look()
    assert open_run(path).last == SMALL.epochs

    path.unlink()
    clock.now += keeping.EVERY_SECONDS - 1
    keeper.look()
    assert not path.exists()
    clock.now += 1
    keeper.look()
    assert path.exists()


def test_a_save_that_takes_long_is_made_less_often(
    tmp_path: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    saves: list[float] = []

    def slow(*_: object) -> None:
        saves.append(clock.now)
        clock.now += 10.0

    monkeypatch.setattr(keeping, "save_run", slow)
    keeper = Keeper(record(SMALL), tmp_path / "run.initviz")
    while clock.now < 10_000:
        clock.now += 1
        keeper.look()
    assert len(saves) > 10
    assert 10 * len(saves) / clock.now <= keeping.MOST_SHARE


def test_a_full_disk_is_told_once_and_does_not_end_the_training(
    tmp_path: Path,
    clock: Clock,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(keeping, "save_run", full)
    keeper = Keeper(record(SMALL), tmp_path / "run.initviz")
    for _ in range(3):
        clock.now += keeping.EVERY_SECONDS
        keeper.look()
    assert [entry.getMessage().split(": ", 1)[1] for entry in caplog.records] == [
        "not saved yet (No space left on device; make room, or choose another disk); "
        "training goes on"
    ]


def test_a_table_that_is_gone_for_a_while_does_not_end_the_training(
    tmp_path: Path,
    clock: Clock,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def gone(*_: object) -> None:
        raise RunFileError("its table is gone")

    monkeypatch.setattr(keeping, "save_run", gone)
    keeper = Keeper(record(SMALL), tmp_path / "run.initviz")
    clock.now += keeping.EVERY_SECONDS
    keeper.look()
    assert "not saved yet (its table is gone); training goes on" in caplog.text


def test_ctrl_c_waits_for_an_epoch_and_pressed_again_does_not(
    capsys: pytest.CaptureFixture[str],
) -> None:
    before = signal.getsignal(signal.SIGINT)
    with stopped_between_epochs() as stop:
        stop.check()
        signal.raise_signal(signal.SIGINT)
        assert "press Ctrl+C again" in capsys.readouterr().err
        with pytest.raises(StoppedError):
            stop.check()
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)
    assert signal.getsignal(signal.SIGINT) is before


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX signals")
def test_sigterm_waits_for_an_epoch_and_a_second_one_does_not(
    capsys: pytest.CaptureFixture[str],
) -> None:
    before = signal.getsignal(signal.SIGTERM)
    with stopped_between_epochs() as stop:
        signal.raise_signal(signal.SIGTERM)
        assert "stopping at the end of this epoch" in capsys.readouterr().err
        with pytest.raises(StoppedError):
            stop.check()
        with pytest.raises(SystemExit) as ended:
            signal.raise_signal(signal.SIGTERM)
    assert ended.value.code == stop.status == 143
    assert signal.getsignal(signal.SIGTERM) is before
