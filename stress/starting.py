"""Starts in odd environments: no network, home, fonts or streams; any scaling, any kind of X.

In each of them the window shows the first lesson, trains it to its end, draws every page, opens the
Export dialog and closes; and every command does its work. Both are processes of their own. Lost is
what ends otherwise than with status 0, tells of an error, says something that is not listed,
reaches for the network, or draws nothing. Run it as root, so that nothing is left out.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any

from stress.environments import Environment, environments
from stress.tally import Tally

COMMANDS = """
import os, sys
from initviz.cli import main
from initviz.cli.printing import open_streams
open_streams()
work = [
    ["list", "lessons"],
    ["script", "zeros", "-o", "zeros.py"],
    ["render", "zeros", "--view", "history,boundary", "--epoch", "0:2", "--quiet"],
    ["render", "zeros", "--page", "overview", "--epoch", "2", "--quiet"],
    ["train", "zeros", "--epochs", "3", "-o", "zeros.initviz"],
    ["table", "zeros", "--epoch", "1", "-o", "tables"],
    ["verify", "zeros"],
]
for words in work:
    if status := main(words):
        with open("failed.txt", "a") as file:
            file.write(f"initviz {' '.join(words)} ended with {status}\\n")
for name in ("zeros.py", "zeros.initviz", "initviz-out", "tables"):
    if not os.path.exists(name):
        with open("failed.txt", "a") as file:
            file.write(f"there is no {name}\\n")
"""

MAY_SAY = (
    r"the settings (are kept until|cannot be written)",
    r"initviz: (WARNING|INFO): ",
    r"This plugin does not support propagateSizeHints",
    r"no log is kept",
    r"the system has no fonts",
    r"Detected locale .* which is not UTF-8|Qt depends on a UTF-8 locale",
    r"If this causes problems, reconfigure your locale|^for more information",
    r"^\s*$",
)
"""What may stand on standard error: what initviz says in a line, and what Qt says of itself."""

FONTLESS = r"qt\.qpa\.fonts|QFontDatabase|[Ff]ontconfig"

SECONDS = 300.0


def parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m stress starting", description=__doc__)
    parser.add_argument("--only", default="", metavar="REGEX", help="environments, by name")
    parser.add_argument("--keep", type=Path, help="a folder for the pictures")
    parser.add_argument("--no-commands", action="store_true", help="the window only")
    return parser


def run(options: argparse.Namespace) -> Tally:
    tally = Tally(f"starting: environments {options.only or '(all)'}")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        for number, environment in enumerate(environments(folder)):
            if not re.search(options.only, environment.name):
                continue
            place = (options.keep or folder).absolute() / f"{number:02d}"
            place.mkdir(parents=True)
            place.chmod(0o777)
            window(environment, place, tally)
            if not options.no_commands:
                commands(environment, place, tally)
            print(f"{environment.name}: {tally.lost} lost so far", flush=True)
    return tally


def begin(environment: Environment, place: Path, *words: str) -> tuple[int | None, str, float]:
    """Start a program; returns its status, what it said, and the seconds it took."""
    home = place / "home"
    home.mkdir(exist_ok=True)
    home.chmod(0o777)
    command, began = environment.command(*words), time.monotonic()
    if not environment.streams:
        command = ["sh", "-c", 'exec "$@" <&- >&- 2>&-', "sh", *command]
    try:
        done = subprocess.run(
            command, cwd=place, env=environment.environ(home), timeout=SECONDS,
            capture_output=True, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return None, "", time.monotonic() - began
    return done.returncode, done.stderr.decode("utf-8", "replace"), time.monotonic() - began


def window(environment: Environment, place: Path, tally: Tally) -> None:
    """Start the window there, and judge what became of it."""
    tally.count("windows")
    status, said, seconds = begin(environment, place, "-m", "stress.starting_window", str(place))
    path = place / "seen.json"
    seen = json.loads(path.read_text("utf-8")) if path.exists() else {}
    for loss in [*judged(environment, status, said), *looked_at(environment, seen)]:
        tally.losses.append(f"{environment.name}, window: {loss}")
    tally.figures[environment.name] = f"window {seconds:.0f} s, " + (
        f"{seen.get('window')} of {seen.get('screen')}, {min(seen.get('colours', [0]))} colours"
    )


def commands(environment: Environment, place: Path, tally: Tally) -> None:
    """Run every command there."""
    tally.count("runs of all commands")
    status, said, _ = begin(environment, place, "-c", COMMANDS)
    losses = judged(environment, status, "\n".join(filter(is_trouble, said.splitlines())))
    failed = place / "failed.txt"
    if failed.exists():
        losses += failed.read_text().splitlines()
    tally.losses += [f"{environment.name}, commands: {loss}" for loss in losses]


def is_trouble(line: str) -> bool:
    """Whether a line is more than the progress of a command."""
    return bool(re.search(r"Traceback|Error|error|[Ww]arning|QObject|Q[A-Z]\w+::|qt\.", line))


def judged(environment: Environment, status: int | None, said: str) -> list[str]:
    """What a process should not have ended with, or said."""
    losses = [] if status == 0 else [f"status {status}"]
    allowed = [*MAY_SAY, *([FONTLESS] if environment.families == 0 else [])]
    lines = [line for line in said.splitlines() if not any(re.search(a, line) for a in allowed)]
    return losses + [f"says {line[:300]}" for line in lines[-6:]]


def looked_at(environment: Environment, seen: dict[str, Any]) -> list[str]:
    """What a window should not have looked like."""
    if "error" in seen or "colours" not in seen:
        return [seen.get("error", "nothing was seen of it")]
    losses = []
    if seen["phase"] != "FINISHED":
        losses.append(f"training ended {seen['phase']}")
    if seen["connected"]:
        losses.append(f"reached for {seen['connected']}")
    if min(seen["colours"]) < 200:
        losses.append(f"a picture has {min(seen['colours'])} colours")
    if environment.families != 0 and (seen["ink"] < 0.01 or seen["missing"]):
        losses.append(f"ink {seen['ink']:.3f}, signs without a font: {seen['missing']}")
    # Qt adds the generic Sans Serif, Serif and Monospace.
    if environment.families is not None and seen["families"] > environment.families + 3:
        losses.append(f"there are {seen['families']} families of fonts")
    if abs(seen["ratio"] - environment.ratio) > 0.01:
        losses.append(f"scaled {seen['ratio']}")
    if seen["picture"] != [round(side * environment.ratio) for side in seen["window"]]:
        losses.append(f"the picture has {seen['picture']} pixels for {seen['window']}")
    if any(side > room for side, room in zip(seen["window"], seen["screen"], strict=True)):
        losses.append(f"{seen['window']} does not fit {seen['screen']}")
    return losses
