"""One start of the window: ``python -m stress.starting_window FOLDER``.

It shows the first lesson, trains it to its end, draws each page, opens the Export dialog, and
closes. Pictures go into the folder; what was seen goes into ``seen.json`` there.
"""

from __future__ import annotations

import json
import math
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from PySide6.QtCore import QTimer
from PySide6.QtGui import QFont, QFontDatabase, QImage, QRawFont
from PySide6.QtWidgets import QApplication, QLabel, QWidget

SIGNS = "±²×χ∂∈−√∞≈≤≥‖ℓ←→↑↓↺αβδλμσφ⁰⁷⁻₀₁₂ᵀᵈᵢ●■▼◆▲⬟⬢★✓✗"
"""Some of what the window writes beside ASCII."""

SECONDS = 240.0

connected: list[str] = []
"""Where the program tried to go to over the network."""


def listen(event: str, arguments: tuple[Any, ...]) -> None:
    """Note each attempt to reach another computer; sockets of this one are files."""
    if event in ("socket.getaddrinfo", "socket.gethostbyname"):
        connected.append(str(arguments[0]))
    elif event == "socket.connect" and not isinstance(arguments[1], (str, bytes)):
        connected.append(str(arguments[1]))


def colours(image: QImage) -> int:
    """How many colours a picture has at about 40,000 points: a blank one has a few."""
    step = max(1, image.width() * image.height() // 40_000)
    at = range(0, image.width() * image.height(), step)
    return len({image.pixel(i % image.width(), i // image.width()) for i in at})


def ink(widget: QWidget) -> float:
    """The share of a widget's points that are not its ground: of a label, its letters."""
    image = widget.grab().toImage()
    points = [image.pixel(x, y) for x in range(image.width()) for y in range(image.height())]
    return 1 - max(map(points.count, set(points[:1] + points[-1:]))) / max(len(points), 1)


def missing(font: QFont) -> str:
    """The signs that no font of the system has, and that would be drawn as boxes."""
    raw = [QRawFont.fromFont(font)]
    for family in QFontDatabase.families():
        raw.append(QRawFont.fromFont(QFont(family)))
    return "".join(
        sign for sign in SIGNS if not any(each.supportsCharacter(ord(sign)) for each in raw)
    )


def acts(folder: Path, seen: dict[str, Any]) -> Iterator[None]:
    """What a user does; it yields while it waits."""
    from initviz.app.export import Export
    from initviz.app.model import Phase
    from initviz.app.window import Window

    def windows(kind: type[QWidget]) -> list[Any]:
        return [w for w in QApplication.topLevelWidgets() if isinstance(w, kind) and w.isVisible()]

    while not windows(Window):
        yield
    window = windows(Window)[0]
    while window.player.snapshot is None:
        yield
    seen["first"] = window.model.experiment.to_toml()
    window.player.set_speed(math.inf)
    window.player.play()
    while window.model.phase not in (Phase.FINISHED, Phase.FAILED):
        yield
    seen["phase"] = window.model.phase.name
    last = window.model.experiment.epochs
    window.player.go_to(last)
    for number, page in enumerate(window.pages):
        window.tabs.setCurrentIndex(number)
        while not (
            (shown := page.views[0].snapshot) and shown.epoch == last and window.player.rests
        ):
            yield
        for _ in range(5):
            yield
        picture = window.grab()
        if not picture.save(str(folder / f"{page.arrangement.name}.png")):
            raise OSError("a picture was not saved")
        seen.setdefault("colours", []).append(colours(picture.toImage()))
    labels = [
        label
        for label in window.findChildren(QLabel)
        if label.isVisible() and len(label.text()) > 5 and min(label.width(), label.height()) > 8
    ]
    seen["ink"] = min(ink(label) for label in labels[:10])
    seen["missing"] = missing(QApplication.font())
    seen["families"] = len(QFontDatabase.families())
    # In the window's pixels, whatever the scaling.
    seen["screen"] = [window.screen().geometry().width(), window.screen().geometry().height()]
    seen["window"] = [window.width(), window.height()]
    seen["ratio"] = window.devicePixelRatioF()
    seen["picture"] = [picture.width(), picture.height()]
    dialog = Export(window, "overview")
    dialog.show()
    for _ in range(20):
        yield
    picture = dialog.grab()
    picture.save(str(folder / "export.png"))
    seen["colours"].append(colours(picture.toImage()))
    dialog.reject()
    dialog.deleteLater()
    yield
    window.close()


def main() -> int:
    """Start the window as ``initviz`` does, and drive it."""
    sys.addaudithook(listen)
    from initviz.app.start import run
    from initviz.catalog.lessons import LESSONS
    from initviz.cli.printing import open_streams

    open_streams()
    folder, seen = Path(sys.argv[1]), {}
    app = QApplication(["initviz"])
    steps, began = acts(folder, seen), time.monotonic()

    def step() -> None:
        try:
            if time.monotonic() - began > SECONDS:
                raise TimeoutError("the window did not get there in time")
            next(steps)
        except StopIteration:
            timer.stop()
        except BaseException as error:
            seen["error"] = repr(error)
            timer.stop()
            app.exit(3)

    timer = QTimer()
    timer.timeout.connect(step)
    timer.start(20)
    status = run(next(iter(LESSONS.values())).experiment)
    seen["connected"] = connected
    seen["seconds"] = round(time.monotonic() - began, 1)
    (folder / "seen.json").write_text(json.dumps(seen), "utf-8")
    return status


if __name__ == "__main__":
    raise SystemExit(main())
