"""What a reader did besides reading: code that ran, modules, processes, sockets, files."""

from __future__ import annotations

import os
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

CODE = {
    "compile",
    "exec",
    "marshal.loads",
    "pickle.find_class",
    "code.__new__",
    "cpython.run_command",
}
OUTSIDE = ("os.system", "os.exec", "os.posix_spawn", "os.spawn", "os.fork", "subprocess.",
           "socket.", "ctypes.", "urllib.", "http.", "ftplib.", "webbrowser.",
           "shutil.", "pty.")  # fmt: skip
FILES = {"open", "os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.link", "os.symlink",
         "os.chmod", "os.truncate", "os.utime", "os.chown"}  # fmt: skip


def _places(package: str) -> list[str]:
    spec = find_spec(package)
    return list(spec.submodule_search_locations or ()) if spec else []


class Watch:
    """Everything that is not reading, while ``on``, as (event, what).

    Files may be opened in ``folder``, and those that initviz itself ships; everything else is told,
    whatever it is opened for.
    """

    def __init__(self, folder: Path) -> None:
        import initviz

        package = os.path.dirname(os.path.abspath(initviz.__file__))
        mine = [str(folder), package]
        # The tables that scikit-learn ships belong to probing a run, not to reading it.
        mine += [str(Path(path) / "datasets") for path in _places("sklearn")]
        self._mine = tuple(os.path.join(os.path.abspath(each), "") for each in mine)
        self.on = False
        self.seen: list[tuple[str, str]] = []
        sys.addaudithook(self._hear)

    def _hear(self, event: str, args: tuple[Any, ...]) -> None:
        if not self.on:
            return
        if event in CODE or event.startswith(OUTSIDE) or event == "import":
            self.seen.append((event, repr(args[0])[:80] if args else ""))
        elif event in FILES:
            path = args[0]
            if isinstance(path, int):
                return
            whole = os.path.abspath(os.fsdecode(path))
            if not whole.startswith(self._mine) and whole + os.sep not in self._mine:
                self.seen.append((event, repr(whole)[:80]))
