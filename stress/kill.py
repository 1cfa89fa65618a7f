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
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from initviz.app.memory import Memory
from initviz.engine import record
from initviz.recording import Recording
from initviz.runfile import open_run
from stress import crashing
from stress.crashing import SMALL, Work, agrees, begun, ended, forked
from stress.tally import Tally


def parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m stress kill", description=__doc__)
    parser.add_argument("--count", type=int, default=20, help="windows that are killed")
    parser.add_argument(
        "--saves",
        type=int,
        default=100,
        help="writers of each kind of file that are killed",
    )
    parser.add_argument(
        "--rivals", type=float, default=5.0, help="seconds in which two write at once"
    )
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
            print(f"{number + 1} windows killed, {tally.lost} lost", end="\r", flush=True)
        tally.figures["windows killed in the middle of a file"] = f"{halves}"
        write_files(folder, options, tally)
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
    if not killed(process):
        tally.losses.append(f"seed {seed}: the window ended by itself")
    if fails(lambda _: crashing.check(folder)):
        tally.losses.append(f"seed {seed}: what was left is not whole")
    elif again:
        tally.count("windows started again")
        if fails(lambda _: crashing.bring_back_in_window(folder)):
            tally.losses.append(f"seed {seed}: it did not come back")


def killed(process: int) -> bool:
    """Kill a process, and tell whether it was still at its work."""
    os.kill(process, signal.SIGKILL)
    return ended(process) == -signal.SIGKILL


def fails(work: Work) -> bool:
    """Whether something fails, in a process of its own."""
    process, read = forked(work)
    os.close(read)
    return ended(process) != 0


def kill_repeatedly(
    kind: str, work: Work, is_whole: Callable[[], bool], count: int, seed: int, tally: Tally
) -> None:
    """Kill processes that write one file again and again, and look at it each time."""
    chance = random.Random(seed)
    for number in range(count):
        tally.count(kind)
        process, read = forked(work)
        started = begun(read)
        time.sleep(chance.uniform(0, 0.05))
        if not killed(process) or not started:
            tally.losses.append(f"seed {seed}, {kind} {number}: the writer ended by itself")
        elif not is_whole():
            tally.losses.append(f"seed {seed}, {kind} {number}: the file is not whole")


def let_rivals_write(
    kind: str, works: Sequence[Work], is_whole: Callable[[], bool], seconds: float, tally: Tally
) -> None:
    """Processes that write one file at once, and one that reads it all the time."""
    writers = [forked(work) for work in works]
    for _, read in writers:
        begun(read)
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        tally.count(kind)
        if not is_whole():
            tally.losses.append(f"{kind}: a reader saw a part of a file")
    for process, _ in writers:
        if not killed(process):
            tally.losses.append(f"{kind}: a writer ended by itself")
    if not is_whole():
        tally.losses.append(f"{kind}: the file is not whole")


def write_files(folder: Path, options: argparse.Namespace, tally: Tally) -> None:
    """Run files and settings files, by processes that are killed, and by two at once."""
    experiments = [SMALL.replace(seed=seed, epochs=40) for seed in (1, 2)]
    recordings = [record(experiment) for experiment in experiments]
    run, settings = folder / "saved.initviz", folder / "initviz.ini"
    save, remember = crashing.save_for_ever, crashing.remember_for_ever

    def remembers() -> bool:
        memory = Memory(settings)
        there = memory.experiment
        return there in experiments and memory.lesson == f"lesson {there.seed}"

    runs: tuple[Callable[[], bool], list[Work]] = (
        lambda: is_one_of(run, recordings), [partial(save, run, [each]) for each in recordings],
    )  # fmt: skip
    memories: tuple[Callable[[], bool], list[Work]] = (
        remembers, [partial(remember, settings, [each]) for each in experiments],
    )  # fmt: skip
    count, seed = options.saves, options.seed
    for kind, (is_whole, works) in (("run files", runs), ("settings files", memories)):
        kill_repeatedly(f"{kind}, writers killed", works[0], is_whole, count, seed, tally)
        name = f"{kind}, read while two write"
        let_rivals_write(name, works, is_whole, options.rivals, tally)


def is_one_of(path: Path, recordings: list[Recording]) -> bool:
    """Whether a file is one of these runs, whole."""
    try:
        opened = open_run(path)
    except ValueError:
        return False
    return any(opened.last == each.last and agrees(opened, each) for each in recordings)
