"""A process that tries a range of inputs, and tells its parent what became of them.

A crash or a hang ends it; the parent knows from the file "now" which input it was.
"""

from __future__ import annotations

import json
import os
import resource
import signal
import sys
import time
import warnings
from pathlib import Path

for variable in ("POLARS_MAX_THREADS", "OMP_NUM_THREADS", "RAYON_NUM_THREADS"):
    os.environ.setdefault(variable, "1")

MOST_SECONDS = 1.0
MOST_MIB = 500
HANGS_AFTER = 20.0
"""Seconds of the processor after which an input is given up with its process."""

ROOM = 6 * 2**30
"""Bytes of addresses that a process may ask for besides what it has: the machine is to survive."""


def peak_mib() -> float:
    """The most memory that this process has had, since ``forget_peak`` where the system can."""
    if sys.platform == "linux":
        status = Path("/proc/self/status").read_text()
        return int(status.partition("VmHWM:")[2].split()[0]) / 2**10
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most / (2**20 if sys.platform == "darwin" else 2**10)


def forget_peak() -> None:
    """Let the peak begin anew: what it took to spoil a file is not what it takes to read it."""
    if sys.platform == "linux":
        Path("/proc/self/clear_refs").write_text("5")


def main(name: str, seed: int, start: int, stop: int, folder: Path) -> None:
    from stress.fuzzing.readers import READERS, LossError, spoilt
    from stress.fuzzing.watch import Watch

    warnings.simplefilter("ignore")
    reader = READERS[name]
    folder.mkdir(parents=True, exist_ok=True)
    good = reader.good(folder)
    path, now = folder / f"input{reader.suffix}", folder / "now"
    watch = Watch(folder)
    for number, raw in enumerate(good * 2):  # imports everything that reading needs
        path.write_bytes(raw)
        if not reader.read(path, 20 * number):
            raise SystemExit(f"a good file is refused: {name} {number}")
    for number in range(10**9, 10**9 + 400):  # and what refusing needs
        path.write_bytes(spoilt(reader, good, name, seed, number))
        try:
            reader.read(path, 20 * number)
        except Exception:
            continue
    if sys.platform == "linux":
        pages = int(Path("/proc/self/statm").read_text().split()[0])
        most = pages * os.sysconf("SC_PAGE_SIZE") + ROOM
        resource.setrlimit(resource.RLIMIT_AS, (most, most))
    told = {"tried": 0, "taken": 0, "slowest": 0.0, "slowest_number": start, "peak": 0.0}
    for number in range(start, stop):
        now.write_text(str(number))
        path.write_bytes(spoilt(reader, good, name, seed, number))
        losses = []
        forget_peak()
        before = peak_mib()
        signal.setitimer(signal.ITIMER_PROF, HANGS_AFTER)
        seconds = MOST_SECONDS + 1
        for _ in range(3):  # a busy machine is not a slow reader
            watch.on = True
            began = time.process_time()
            try:
                taken = reader.read(path, number)
            except LossError as error:
                taken = False
                losses = [str(error)]
            except BaseException as error:
                taken = False
                losses = [f"{type(error).__name__}: {str(error)[:200]}"]
            finally:
                watch.on = False
            seconds = min(seconds, time.process_time() - began)
            if seconds <= MOST_SECONDS:
                break
        signal.setitimer(signal.ITIMER_PROF, 0)
        if seconds > MOST_SECONDS:
            losses.append(f"took {seconds:.1f} s")
        losses += [f"did {event} {what}" for event, what in dict.fromkeys(watch.seen)]
        watch.seen.clear()
        grown = peak_mib() - before
        if grown > MOST_MIB:
            losses.append(f"took {grown:.0f} MiB")
        told["tried"] += 1
        told["taken"] += taken
        told["peak"] = max(told["peak"], grown)
        if seconds > told["slowest"]:
            told.update(slowest=seconds, slowest_number=number)
        for loss in losses:
            print(json.dumps({"number": number, "loss": loss}), flush=True)
    print(json.dumps(told), flush=True)


if __name__ == "__main__":
    main(sys.argv[1], *map(int, sys.argv[2:5]), Path(sys.argv[5]))
