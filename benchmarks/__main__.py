"""The command: ``python -m benchmarks [subject ...] [--quick] [--json FILE]``."""

from __future__ import annotations

import argparse
import json
import os
import platform
from importlib import import_module
from importlib.metadata import version
from pathlib import Path

from benchmarks.table import Table

SUBJECTS = (
    "engine", "recording", "probing", "views", "window", "playing", "dragging", "startup", "memory",
    "diagnosis", "opening", "filming", "exporting", "autosaving",
)  # fmt: skip
"""One module each, with ``run(quick) -> list[Table]``."""


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    # argparse holds an absent list against the choices, so they are checked here.
    parser.add_argument("subjects", nargs="*", metavar="subject", help=", ".join(SUBJECTS))
    parser.add_argument("--quick", action="store_true", help="fewer rounds, rougher figures")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures here, too")
    options = parser.parse_args()
    for subject in options.subjects:
        if subject not in SUBJECTS:
            parser.error(f'there is no subject "{subject}"; choose from {", ".join(SUBJECTS)}')
    machine = {
        "machine": f"{platform.machine()}, {os.cpu_count()} cores, {platform.system()}",
        "python": platform.python_version(),
        "torch": version("torch"),
        "numpy": version("numpy"),
    }
    print(", ".join(f"{key} {value}" for key, value in machine.items()), flush=True)
    tables: dict[str, list[Table]] = {}
    for subject in options.subjects or SUBJECTS:
        tables[subject] = import_module(f"benchmarks.{subject}").run(options.quick)
        for table in tables[subject]:
            print(f"\n{table.text()}", flush=True)
    if options.json:
        figures = {name: [t.as_json() for t in parts] for name, parts in tables.items()}
        text = json.dumps({"machine": machine, "results": figures}, indent=1, ensure_ascii=False)
        options.json.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
