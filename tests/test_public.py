from __future__ import annotations

import inspect
import re
import subprocess
import sys

import pytest

import initviz


@pytest.mark.parametrize("name", initviz.__all__)
def test_every_public_name_is_there_and_explained(name: str) -> None:
    value = getattr(initviz, name)
    if name != "__version__":
        assert inspect.getdoc(value)
        assert value.__name__.removeprefix("initviz.") == name


def test_all_names_are_public_and_listed_once() -> None:
    assert dir(initviz) == sorted(initviz.__all__)
    assert len(set(initviz.__all__)) == len(initviz.__all__)


def test_the_api_of_the_design_is_there() -> None:
    assert {"Experiment", "train", "probe", "diagnose", "render", "Recording", "Snapshot"} <= set(
        initviz.__all__
    )


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'Experment'"):
        _ = initviz.Experment


def test_the_version_is_the_packages() -> None:
    from importlib.metadata import PackageNotFoundError, version

    assert re.fullmatch(r"\d+\.\d+\.\d+", initviz.__version__)
    try:
        assert version("initviz") == initviz.__version__
    except PackageNotFoundError:
        pytest.skip("initviz is not installed")


def test_importing_the_package_imports_neither_torch_nor_qt() -> None:
    code = (
        "import sys, initviz; initviz.Experiment; initviz.Recording; initviz.diagnose;"
        "print([m for m in ('torch', 'PySide6', 'pyqtgraph', 'sklearn', 'matplotlib')"
        " if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_whole_way_in_five_lines() -> None:
    experiment = initviz.Experiment(
        data=initviz.DataSettings(values={"samples": 32}),
        hidden=(8, 8),
        lanes=(initviz.Lane(scheme="zeros"), initviz.Lane(scheme="xavier_uniform")),
        epochs=2,
    )
    recording = initviz.train(experiment)
    findings = initviz.diagnose(initviz.probe(recording, 2))

    assert [epoch.number for epoch in initviz.iterate(experiment)] == [0, 1, 2]
    assert recording.last == 2
    assert {finding.lane for finding in findings} == {0, 1}
