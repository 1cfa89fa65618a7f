"""``python -m stress monkey``: the options, the screen, and the account of what came out."""

from __future__ import annotations

import argparse
import contextlib
import faulthandler
import os
import shutil
import subprocess
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from stress.tally import Tally

if TYPE_CHECKING:
    from stress.monkey.census import Census
    from stress.monkey.session import Session

GROWTH: dict[str, tuple[Callable[[Census], float], float]] = {
    "MiB handed out by malloc": (lambda census: census.handed, 25.0),
    "of Python's blocks": (lambda census: census.blocks, 100_000),
    "MiB held": (lambda census: census.memory, 100.0),
}
"""By how much each may grow over the last three quarters of a run, by a line through the counts.

The first two are what somebody refers to, but for torch's and Qt's caches: a leaked window, 25 MiB
and more, passes with the first or the second. What the process holds has gaps as well, between
pieces of memory that stay: they grow as long as larger networks come than there were before.
"""

SETTLED = 2_000
"""Actions after which what is kept once in a program, such as torch's caches, is there."""


def parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(prog="python -m stress monkey", description=__doc__)
    made.add_argument("--actions", type=int, default=20_000)
    made.add_argument("--seed", type=int, default=1)
    made.add_argument(
        "--platform",
        choices=("offscreen", "xcb"),
        default="offscreen",
        help="xcb: real events through an X server, Xvfb where there is none",
    )
    made.add_argument("--manager", default="", help="a window manager to start, such as openbox")
    made.add_argument(
        "--log",
        type=Path,
        default=Path("monkey.jsonl"),
        help="where every action is written before it is done",
    )
    made.add_argument("--replay", type=Path, help="do the actions of such a log again")
    made.add_argument("--last", type=int, default=0, help="only this many of them, the last ones")
    return made  # fmt: skip


def run(options: argparse.Namespace) -> Tally:
    faulthandler.enable()
    folder = Path(tempfile.mkdtemp(prefix="initviz-monkey-"))
    temporary = folder / "temporary"
    temporary.mkdir()
    os.environ.update(HOME=str(folder), TMPDIR=str(temporary), QT_QPA_PLATFORM=options.platform)
    tempfile.tempdir = str(temporary)
    for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
        os.environ.setdefault(variable, "1")
    try:
        with screen(options) if options.platform == "xcb" else contextlib.nullcontext():
            return _run(options, folder, temporary)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def screen(options: argparse.Namespace) -> Iterator[None]:
    """An X server, and a window manager if one is wanted."""
    with contextlib.ExitStack() as stack:
        if not os.environ.get("DISPLAY"):
            reading, writing = os.pipe()
            command = ["Xvfb", "-displayfd", str(writing), "-screen", "0", "1600x1000x24",
                       "-nolisten", "tcp"]  # fmt: skip
            server = subprocess.Popen(command, pass_fds=[writing], stderr=subprocess.DEVNULL)
            stack.callback(server.wait, 20)
            stack.callback(server.terminate)
            os.close(writing)
            with os.fdopen(reading) as told:
                os.environ["DISPLAY"] = f":{told.readline().strip()}"
        if options.manager:
            manager = subprocess.Popen([options.manager], stderr=subprocess.DEVNULL)
            stack.callback(manager.wait, 20)
            stack.callback(manager.terminate)
            time.sleep(1)  # it takes windows that are there already, too
        yield


def _run(options: argparse.Namespace, folder: Path, temporary: Path) -> Tally:
    from PySide6.QtWidgets import QApplication

    from initviz.app.allocator import use_few_heaps
    from stress.monkey.answers import Answers
    from stress.monkey.hands import TestHands
    from stress.monkey.real import RealHands
    from stress.monkey.session import Session, actions_of
    from stress.monkey.watch import Watch

    real = options.platform == "xcb"
    use_few_heaps()
    app = QApplication.instance() or QApplication(["initviz"])
    app.setApplicationName("initviz")
    watch, files = Watch(), folder / "files"
    files.mkdir()
    answers = Answers(files)
    answers.install()
    hands = RealHands() if real else TestHands()
    replayed = iter(actions_of(options.replay, options.last)) if options.replay else None
    watch.install()
    began = time.monotonic()
    with options.log.open("w", encoding="utf-8") as log:
        session = Session(
            seed=options.seed, actions=options.actions, folder=folder, hands=hands, log=log,
            watch=watch, answers=answers, real=real, replayed=replayed,
        )  # fmt: skip
        session.run()
    if isinstance(hands, RealHands):
        hands.close()
    watch.uninstall()
    return _account(options, session, temporary, time.monotonic() - began)


def _account(
    options: argparse.Namespace, session: Session, temporary: Path, seconds: float
) -> Tally:
    from stress.monkey import census

    watch, tally = session.watch, Tally(
        f"monkey: seed {options.seed}, {options.platform}"
        + (f", {options.manager}" if options.manager else "")
    )  # fmt: skip
    for name, times in sorted(session.kinds.items()):
        tally.count(name, times)
    counted = session.censuses
    settled = [each for each in counted if each.action >= max(session.done / 4, SETTLED)]
    grown = {what: census.slope(settled, of) for what, (of, _) in GROWTH.items()}
    for what, (_, most) in GROWTH.items():
        if grown[what] > most:
            watch.lose("growing memory", f"{grown[what]:,.0f} {what}, after {SETTLED:,} actions")
    if left := [path.name for path in temporary.rglob("*") if path.is_file()]:
        watch.lose("leaked file", f"in the temporary folder: {', '.join(left[:5])}")
    course = " ".join(
        f"{c.memory:.0f} ({c.handed:.0f})" for c in counted[:: max(1, len(counted) // 12)]
    )
    tally.losses = [f"{kind}: {what}" for kind, what in watch.losses]
    tally.figures = {
        "time": f"{seconds / 60:.0f} min",
        "windows": f"{len(counted)}",
        "epochs trained": f"{session.epochs:,}",
        "pictures shown": f"{session.snapshots:,}",
        "dialogs for files answered": f"{session.answers.asked}",
        "memory between windows": f"{course} MiB (handed out)",
        "growth after that": ", ".join(f"{by:+,.0f} {what}" for what, by in grown.items()),
        "longest stay of the window's thread": f"{watch.longest[0]:.2f} s ({watch.longest[1]})",
        **{f"lost to {kind}": str(n) for kind, n in Counter(k for k, _ in watch.losses).items()},
    }  # fmt: skip
    if session.deliveries is not None:
        tally.figures["events from the X server"] = f"{session.deliveries.count:,}"
    return tally
