"""What the dialogs for files answer, and the files that there are to open and to drop."""

from __future__ import annotations

import random
from pathlib import Path

import polars
from PySide6.QtWidgets import QFileDialog

from initviz.catalog.lessons import LESSONS

CSV = {
    "flowers.csv": "length,width,kind\n" + "".join(
        f"{k % 7 + 0.5},{k % 5},{'ab'[k % 2]}\n" for k in range(60)),
    "gaps.csv": "a,b,c\n" + "".join(f"{k},{'' if k % 9 == 0 else k * 2},{k % 3}\n"
                                    for k in range(50)),
    "constant.csv": "a,b\n" + "1,1\n" * 30,
    "one-row.csv": "a,b\n1,2\n",
    "empty.csv": "",
    "words.csv": "just some words\nand more\n",
    "broken.csv": 'a,b\n"1,2\n3\n4,5,6,7\n',
}  # fmt: skip
SUFFIXES = (".toml", ".initviz", ".py", ".png", ".svg", ".pdf", ".gif", ".mp4", ".csv", ".npz", "")
NAMES = ("one", "two", "Größe ü", "with space", "three.four")
MOST_FILES = 60


class Answers:
    """Stands for the dialogs that ask for a file, which would stop everything else.

    Args:
        folder: where files are written to and read from.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.random = random.Random(0)
        self.asked = 0
        (folder / "closed").mkdir()
        for name, text in CSV.items():
            (folder / name).write_text(text, "utf-8")
        for lesson in list(LESSONS.values())[:6]:
            (folder / f"{lesson.name}.toml").write_text(lesson.experiment.to_toml(), "utf-8")
        (folder / "bad.toml").write_text("hidden = [0]\n", "utf-8")
        (folder / "not.initviz").write_bytes(b"not a run")
        (folder / "no-text.toml").write_bytes(b"\xff\xfe\x00")

        # From the first table on polars has threads and three descriptors, as long as the process.
        polars.read_csv(folder / "flowers.csv")

    def install(self) -> None:
        QFileDialog.getSaveFileName = staticmethod(self._save)  # type: ignore[assignment]
        QFileDialog.getOpenFileName = staticmethod(self._open)  # type: ignore[assignment]

    def _save(self, *asked: object, **_: object) -> tuple[str, str]:
        self.asked += 1
        self._tidy()
        proposed = Path(str(asked[2])) if len(asked) > 2 else Path("file")
        kind = self.random.random()
        if kind < 0.15:
            return "", ""
        if kind < 0.25:
            return str(self.folder / "missing" / proposed.name), ""
        name = self.random.choice(NAMES)
        suffix = self.random.choice(SUFFIXES) if kind < 0.35 else proposed.suffix
        return str(self.folder / f"{name}{suffix}"), ""

    def _open(self, *asked: object, **_: object) -> tuple[str, str]:
        self.asked += 1
        if self.random.random() < 0.2:
            return "", ""
        tables = len(asked) > 3 and "Tables" in str(asked[3])
        return str(self.any_file((".csv",) if tables else (".toml", ".initviz"))), ""

    def any_file(self, suffixes: tuple[str, ...]) -> Path:
        """A file that is there, or hardly ever one that is not."""
        files = sorted(p for p in self.folder.iterdir() if p.suffix in suffixes)
        return self.random.choice([*files, self.folder / f"gone{suffixes[0]}"])

    def _tidy(self) -> None:
        """Keep what was exported from filling the disk."""
        kept = {*CSV, "bad.toml", "not.initviz", "no-text.toml"}
        files = [p for p in self.folder.iterdir() if p.is_file() and p.name not in kept]
        if len(files) > MOST_FILES:
            for path in sorted(files, key=lambda p: p.stat().st_mtime)[: len(files) // 2]:
                path.unlink(missing_ok=True)
