"""The wheel: what is in it, and that it draws what the checkout draws."""

from __future__ import annotations

import os
import subprocess
import sys
import venv
import zipfile
from importlib.util import find_spec
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(300),
    pytest.mark.skipif(find_spec("hatchling") is None, reason="needs hatchling: make dev"),
]


def ran(*words: str, cwd: Path, **variables: str) -> str:
    """What a program prints."""
    kept = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    done = subprocess.run(
        words, cwd=cwd, env={**kept, "QT_QPA_PLATFORM": "offscreen", **variables},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def built(source: Path, kind: str, folder: Path) -> Path:
    """What hatchling makes of a source; it needs no network."""
    folder.mkdir()
    ran(sys.executable, "-m", "hatchling", "build", "-t", kind, "-d", str(folder), cwd=source)
    (file,) = folder.iterdir()
    return file


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return built(ROOT, "wheel", tmp_path_factory.mktemp("built") / "wheel")


def contents(wheel: Path) -> dict[str, bytes]:
    """The files in a wheel but for its own list, and what is in them."""
    with zipfile.ZipFile(wheel) as file:
        return {name: file.read(name) for name in file.namelist() if not name.endswith("RECORD")}


def test_the_wheel_has_the_whole_package_and_nothing_else(wheel: Path) -> None:
    names = {name for name in contents(wheel) if ".dist-info/" not in name}
    package = {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "initviz").rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert names == package | {"initviz/assets/icon.svg", "initviz/assets/icon.png"}
    assert "initviz/py.typed" in names
    assert sum(name.endswith(".toml") for name in names) >= 10


def test_a_wheel_out_of_the_source_distribution_is_the_same(wheel: Path, tmp_path: Path) -> None:
    import tarfile

    source = built(ROOT, "sdist", tmp_path / "sdist")
    with tarfile.open(source) as file:
        file.extractall(tmp_path, filter="data")
    again = built(tmp_path / source.name.removesuffix(".tar.gz"), "wheel", tmp_path / "again")
    assert contents(again) == contents(wheel)


def test_an_installed_wheel_draws_what_the_checkout_draws(wheel: Path, tmp_path: Path) -> None:
    """The environment is empty but for initviz; what it needs is read from that of the tests."""
    venv.create(tmp_path / "venv", with_pip=False)
    python = str(tmp_path / "venv" / ("Scripts/python.exe" if os.name == "nt" else "bin/python"))
    site = ran(python, "-c", "import sysconfig as s; print(s.get_path('purelib'))", cwd=tmp_path)
    with zipfile.ZipFile(wheel) as file:
        file.extractall(site.strip())
    needed = Path(find_spec("numpy").origin).parents[1]  # type: ignore[union-attr, arg-type]
    # A .pth file adds its folder behind this one; those in that folder, such as the editable
    # installation's, are not read.
    (Path(site.strip()) / "needed.pth").write_text(f"{needed}\n")
    words = ("-m", "initviz", "render", "zeros", "--epoch", "0:2:2", "--size", "960x600",
             "--view", "boundary,history")  # fmt: skip
    place = {"wheel": tmp_path / "of the wheel", "checkout": tmp_path / "of the checkout"}
    for folder in place.values():
        folder.mkdir()
    where = ran(python, "-c", "import initviz; print(initviz.__file__)", cwd=tmp_path)
    assert str(tmp_path) in where
    ran(python, *words, cwd=place["wheel"])
    ran(sys.executable, *words, cwd=place["checkout"], PYTHONPATH=str(ROOT))
    drawn = {
        name: {path.name: path.read_bytes() for path in folder.rglob("*.png")}
        for name, folder in place.items()
    }
    assert len(drawn["wheel"]) == 4
    assert drawn["wheel"] == drawn["checkout"]
