"""Prints the lowest version that pyproject.toml allows of each package, one a line, for pip.

python scripts/lowest.py > lowest.txt && pip install -c lowest.txt .[test]
"""

from __future__ import annotations

import re
import sys
import tomllib
from collections.abc import Iterable
from pathlib import Path

PYPROJECT = Path(__file__).parents[1] / "pyproject.toml"
RANGE = re.compile(r"(?P<name>[\w.-]+)>=(?P<lower>[\w.]+)(,<[\w.]+)?")


def lowest(requirements: Iterable[str]) -> list[str]:
    """The lower end of each requirement, as one exact version.

    Raises:
        ValueError: if a requirement has none.
    """
    found = {}
    for requirement in requirements:
        if requirement.startswith("initviz["):  # an extra within an extra
            continue
        match = RANGE.fullmatch(requirement.replace(" ", ""))
        if match is None:
            raise ValueError(f"{requirement}: write name>=lower, and ,<upper where it is needed")
        found[match["name"]] = match["lower"]
    return [f"{name}=={lower}" for name, lower in sorted(found.items())]


def main() -> int:
    project = tomllib.loads(PYPROJECT.read_text("utf-8"))["project"]
    extras = project["optional-dependencies"]
    for line in lowest([*project["dependencies"], *extras["video"], *extras["test"]]):
        print(line)
    return 0


if __name__ == "__main__":
    sys.exit(main())
