"""Reads files that were spoilt: experiments (toml), tables (csv) or runs (runfile).

Every input is made from a good file by its seed and its number, and read in a process of its own
kind: no crash, no exception but the reader's own with a short sentence and a cure, no more than 1 s
of the processor, no more than 500 MiB, nothing run, no file touched that is not the reader's.
What is taken must be whole: an experiment is what it writes, a table trains, a run shows its last
epoch.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from stress.fuzzing.readers import READERS, spoilt
from stress.tally import Tally

MEMORY = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
"""Where files are in memory: a disk would be waited for most of the time."""

CHUNK = 5000
"""Inputs for one process; then comes a fresh one."""


def parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m stress fuzz", description=__doc__)
    parser.add_argument("reader", choices=READERS)
    parser.add_argument("--count", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--first", type=int, default=0, help="the number of the first input (0)")
    parser.add_argument("--keep", type=Path, help="a folder for the inputs that were lost")
    return parser


def run(options: argparse.Namespace) -> Tally:
    name, seed = options.reader, options.seed
    first, stop = options.first, options.first + options.count
    tally = Tally(f"fuzz {name}, seed {seed}, inputs {first} to {stop - 1}")
    taken, slowest, peak, began = 0, (0.0, first), 0.0, time.monotonic()
    lost: set[int] = set()
    with tempfile.TemporaryDirectory(dir=MEMORY) as base:
        folder = Path(base)
        while first < stop:
            command = [
                sys.executable, "-m", "stress.fuzzing.worker", name, str(seed), str(first),
                str(min(first + CHUNK, stop)), str(folder),
            ]  # fmt: skip
            done = subprocess.run(command, capture_output=True, text=True, check=False)
            told = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
            for each in told:
                if "loss" in each:
                    lost.add(each["number"])
                    tally.losses.append(f"{name} {seed} {each['number']}: {each['loss']}")
                else:
                    taken += each["taken"]
                    slowest = max(slowest, (each["slowest"], each["slowest_number"]))
                    peak = max(peak, each["peak"])
            if done.returncode == 0:
                tried = min(CHUNK, stop - first)
            else:
                try:
                    number = int((folder / "now").read_text())
                except OSError:
                    raise SystemExit(f"no input could be tried: {done.stderr[-2000:]}") from None
                lost.add(number)
                words = done.stderr.strip().splitlines()[-1:] or [""]
                how = f"ended its process ({done.returncode}) {words[0][:200]}"
                tally.losses.append(f"{name} {seed} {number}: {how}")
                tried = number + 1 - first
            (folder / "now").unlink(missing_ok=True)
            tally.count("read", tried)
            first += tried
            print(f"{name}: {tally.tried['read']:,} tried, {len(lost)} lost, "
                  f"{time.monotonic() - began:.0f} s", flush=True)  # fmt: skip
        if options.keep and lost:
            _keep(options.keep, name, seed, sorted(lost), folder)
    tally.figures.update({
        "taken": f"{taken:,}",
        "slowest": f"{slowest[0]:.2f} s of the processor (input {slowest[1]})",
        "most memory": f"{peak:.0f} MiB for one input",
        "wall time": f"{time.monotonic() - began:.0f} s",
    })  # fmt: skip
    return tally


def _keep(keep: Path, name: str, seed: int, lost: list[int], folder: Path) -> None:
    keep.mkdir(parents=True, exist_ok=True)
    reader = READERS[name]
    good = reader.good(folder)
    for number in lost:
        file = keep / f"{name}-{seed}-{number}{reader.suffix}"
        file.write_bytes(spoilt(reader, good, name, seed, number))
