"""SIGKILL at random moments: nothing that was saved is lost, and no file is a part of one.

Windows train, are edited, save themselves and are saved, until they are killed. Every file that is
there afterwards must be whole, and have the numbers that training gives, bit for bit; now and then
a window is started again, and brings back what was left. Other processes only save, alone and
several at once under one name.
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import tempfile
import time
from functools import partial
from pathlib import Path

from initviz.engine import record
from initviz.recording import Recording
from initviz.runfile import open_run
from stress import crashing
from stress.crashing import SMALL, Say, agrees, begun, ended, forked
from stress.tally import Tally


def parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m stress kill", description=__doc__)
    parser.add_argument("--count", type=int, default=20, help="windows that are killed")
    parser.add_argument("--saves", type=int, default=100, help="processes that are killed saving")
    parser.add_argument("--rivals", type=float, default=5.0, help="seconds of saving at once")
    parser.add_argument("--again", type=int, default=5, help="every which one is started again")
    parser.add_argument("--seed", type=int, default=1)
    return parser


def run(options: argparse.Namespace) -> Tally:
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    tally = Tally(
        f"kill: {options.count} windows, {options.saves} saves, {options.rivals:g} s of rivals, "
        f"seed {options.seed}"
    )
    halves = 0
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for number in range(options.count):
            place = folder / f"{number}"
            kill_window(place, options.seed + number, tally, again=number % options.again == 0)
            halves += bool(list(place.rglob("*.part")))
        tally.figures["windows killed in the middle of a file"] = f"{halves}"
        recordings = [record(SMALL.replace(seed=seed, epochs=40)) for seed in (1, 2)]
        kill_saves(folder, recordings, options.saves, options.seed, tally)
        (folder / "rivals").mkdir()
        let_rivals_save(folder / "rivals", recordings, options.rivals, tally)
    return tally


def kill_window(folder: Path, seed: int, tally: Tally, *, again: bool) -> None:
    """Kill a window, look at what it has left, and perhaps start another one there."""
    folder.mkdir()
    tally.count("windows killed")
    process, read = forked(lambda say: crashing.train_in_window(folder, seed, say))
    if not begun(read):
        tally.losses.append(f"seed {seed}: the window ended with {ended(process)}")
        return
    time.sleep(random.Random(seed).uniform(0, 0.6))
    os.kill(process, signal.SIGKILL)
    ended(process)
    if fails(lambda _: crashing.check(folder)):
        tally.losses.append(f"seed {seed}: what was left is not whole")
    elif again:
        tally.count("windows started again")
        if fails(lambda _: crashing.bring_back_in_window(folder)):
            tally.losses.append(f"seed {seed}: it did not come back")


def fails(work: crashing.Work) -> bool:
    """Whether something fails, in a process of its own."""
    process, read = forked(work)
    os.close(read)
    return ended(process) != 0


def kill_saves(
    folder: Path, recordings: list[Recording], count: int, seed: int, tally: Tally
) -> None:
    """Kill processes that do nothing but save under one name."""
    path = folder / "saved.initviz"
    chance = random.Random(seed)

    def save(say: Say) -> None:
        crashing.save_for_ever(path, recordings, say)

    for number in range(count):
        tally.count("saves killed")
        process, read = forked(save)
        started = begun(read)
        time.sleep(chance.uniform(0, 0.05))
        os.kill(process, signal.SIGKILL)
        ended(process)
        if not started or not is_one_of(path, recordings):
            tally.losses.append(f"seed {seed}, save {number}: the file is not whole")


def let_rivals_save(
    folder: Path, recordings: list[Recording], seconds: float, tally: Tally
) -> None:
    """Processes that save under one name at once, and one that reads it all the time."""
    path = folder / "saved.initviz"
    writers = [
        forked(partial(crashing.save_for_ever, path, [recording])) for recording in recordings
    ]
    for _, read in writers:
        begun(read)
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        tally.count("files read while two save")
        if not is_one_of(path, recordings):
            tally.losses.append("a reader saw a part of a file")
    for process, _ in writers:
        os.kill(process, signal.SIGKILL)
        ended(process)
    if not is_one_of(path, recordings):
        tally.losses.append("two saved one file, and it is not whole")


def is_one_of(path: Path, recordings: list[Recording]) -> bool:
    """Whether a file is one of these runs, whole."""
    try:
        opened = open_run(path)
    except ValueError:
        return False
    return any(opened.last == each.last and agrees(opened, each) for each in recordings)
