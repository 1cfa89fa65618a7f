"""Presses Ctrl+C at random moments, from the start to the end of every command that takes long.

Each must end with status 130, by the signal itself, or with its work done; no traceback, no crash,
no half-written file. Where a press has done nothing for a while, the program is killed, and that
counts as a loss.
"""

from __future__ import annotations

import argparse
import os
import random
import re
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from stress.tally import Tally

ROOT = Path(__file__).parents[1]

COMMANDS = {
    "pictures": ("render", "run.initviz", "--epoch", "0:30", "-o", "pictures"),
    "vectors": ("render", "run.initviz", "--epoch", "0:30:3", "--format", "svg", "-o", "vectors"),
    "film": ("render", "run.initviz", "--page", "overview", "--epoch", "0:30", "-o", "film.gif"),
    "training": ("train", "four-mistakes", "--epochs", "2000", "--quiet"),
    "training that is kept": ("train", "four-mistakes", "--epochs", "2000", "-o", "new.initviz"),
    "tables": ("table", "run.initviz", "--epoch", "0:30", "-o", "tables"),
    "claims": ("verify", "zeros"),
}
"""What is interrupted."""

LATEST = {"claims": 6.0, "tables": 6.0}
"""Seconds after which the last Ctrl+C comes; 12 where nothing else is said."""

PATIENCE = 15.0
"""Seconds in which a program has to end."""

AT_THE_END = 1.5
"""Seconds after which a program may end with its work done: it was about to when it was pressed."""

HARMLESS = re.compile(
    r"initviz: interrupted$|initviz: stopping at the end of this epoch|^\s*$|[━╸╺]|: not saved yet"
    r"|initviz: new\.initviz: "
)
"""What may be said."""


def parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m stress interrupts", description=__doc__)
    parser.add_argument("--count", type=int, default=60)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", default="", metavar="REGEX", help="commands, by name")
    return parser


def run(options: argparse.Namespace) -> Tally:
    tally = Tally(f"Ctrl+C: {options.count} times, seed {options.seed}")
    chance = random.Random(options.seed)
    names = [name for name in COMMANDS if re.search(options.only, name)]
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        start(
            place, "train", "four-mistakes", "--epochs", "30", "--quiet", "-o", "run.initviz"
        ).wait()
        for number in range(options.count):
            name = names[number % len(names)]
            seconds = chance.uniform(0.2, LATEST.get(name, 12.0))
            tally.count(name)
            if problem := interrupted(place, COMMANDS[name], seconds):
                tally.losses.append(f"{name} after {seconds:.2f} s: {problem}")
            print(f"{number + 1} interrupted, {tally.lost} lost", flush=True)
    return tally


def start(place: Path, *words: str) -> subprocess.Popen[str]:
    """A command in a process that a terminal has started."""
    environ = {**os.environ, "PYTHONPATH": str(ROOT), "HOME": str(place), "COLUMNS": "100"}
    return subprocess.Popen(
        [sys.executable, "-m", "initviz", *words], cwd=place, env=environ, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, errors="replace",
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )  # fmt: skip


def interrupted(place: Path, words: tuple[str, ...], seconds: float) -> str:
    """Start a command, press Ctrl+C after so many seconds, and tell what went wrong, or ""."""
    program = start(place, *words)
    time.sleep(seconds)
    program.send_signal(signal.SIGINT)
    pressed = time.monotonic()
    try:
        said, _ = program.communicate(timeout=PATIENCE)
    except subprocess.TimeoutExpired:
        program.kill()
        said, _ = program.communicate()
        return f"did not end within {PATIENCE:g} s; it said {said[-300:]!r}"
    lines = [line for line in re.split(r"[\r\n]+", said) if not HARMLESS.search(line)]
    if program.returncode == 0:
        ran_on = time.monotonic() - pressed
        return f"ran on for {ran_on:.1f} s to its end" if ran_on > AT_THE_END else ""
    # Python ends by the signal itself where it came in text that was executed: the same for shells.
    if program.returncode not in (128 + signal.SIGINT, -signal.SIGINT):
        return f"ended with {program.returncode}: {said[-600:]!r}"
    trouble = [line for line in lines if re.search(r"Traceback|Error|Exception|Q[A-Z]\w+:", line)]
    if trouble:
        return f"said {trouble}"
    halves = [path.name for path in place.rglob("*.part")]
    return f"left {halves}" if halves else ""
