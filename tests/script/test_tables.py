"""Tables of the user's own are read by scripts as initviz reads them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from initviz.catalog.datasets.csv_file import CsvError, read_table
from initviz.catalog.datasets.own import own_values, prepare
from initviz.engine.data import load
from initviz.experiment import DataSettings, Experiment
from initviz.script import write_script
from tests.script.running import module

ROWS = 24


def settings_of(path: Path, target: str, *, classes: bool, drop: bool = False) -> DataSettings:
    table = read_table(path)
    prepared = prepare(table, target, classes=classes, drop_missing=drop)
    values = own_values(path, table, target, prepared, drop_missing=drop)
    return DataSettings(dataset="csv", values=values)


def assert_read_the_same(settings: DataSettings) -> None:
    experiment = Experiment(data=settings, precision="float64", seed=5)
    train_set, test_set = module(write_script(experiment))["load_data"]()
    ours = load(experiment)
    for got, wanted in ((train_set, ours.train), (test_set, ours.test)):
        x, y = (tensor.numpy() for tensor in got.tensors)
        np.testing.assert_allclose(x, wanted.x, rtol=1e-13, atol=1e-13)
        labels = wanted.y if y.ndim == 2 else wanted.y.argmax(axis=1)
        np.testing.assert_allclose(y, labels, rtol=1e-13, atol=1e-13)


def rows(separator: str = ",", *, comma: bool = False) -> str:
    random = np.random.default_rng(0)
    lines = [separator.join(("size", "colour", "left", "grade", "remark", "price"))]
    for number in range(ROWS):
        size, price = (f"{x:.3f}" for x in random.normal(5, 2, 2))
        if comma:
            size, price = size.replace(".", ","), price.replace(".", ",")
        colour = ("red", "blue", "green")[number % 3]
        remark = f"note {number} {'of many words ' * (number % 5)}"
        lines.append(
            separator.join((size, colour, "no" if number % 4 else "yes", str(number % 4), remark,
                            price))
        )  # fmt: skip
    return "\n".join(lines) + "\n"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "own data.csv"
    path.write_text(rows(), "utf-8")
    return path


def test_a_number_is_predicted_from_numbers_and_categories(path: Path) -> None:
    assert_read_the_same(settings_of(path, "price", classes=False))


def test_texts_are_predicted_as_classes(path: Path) -> None:
    assert_read_the_same(settings_of(path, "colour", classes=True))
    assert_read_the_same(settings_of(path, "left", classes=True))


def test_numbers_are_predicted_as_classes(path: Path) -> None:
    assert_read_the_same(settings_of(path, "grade", classes=True))


@pytest.mark.parametrize("separator", [";", "\t", "|"])
def test_decimal_commas_and_other_separators_are_read(path: Path, separator: str) -> None:
    path.write_text(rows(separator, comma=True), "utf-8")
    assert_read_the_same(settings_of(path, "price", classes=False))


@pytest.mark.parametrize("encoding", ["utf-8-sig", "latin-1"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_any_encoding_and_any_ends_of_lines_are_read(path: Path, encoding: str, end: str) -> None:
    text = rows().replace("blue", '"blé, ""x"""').replace("colour", "Größe ").replace("\n", end)
    path.write_bytes(text.encode(encoding))
    assert_read_the_same(settings_of(path, "price", classes=False))
    assert_read_the_same(settings_of(path, "Größe", classes=True))


def test_rows_with_missing_values_are_left_out(path: Path) -> None:
    lines = rows().splitlines()
    lines[3] = "NA," + lines[3].partition(",")[2]
    lines[7] = lines[7].rpartition(",")[0] + ","
    lines.insert(9, "")
    path.write_text("\n".join(lines), "utf-8")
    assert_read_the_same(settings_of(path, "price", classes=False, drop=True))
    assert_read_the_same(settings_of(path, "left", classes=True, drop=True))


def test_a_file_that_has_changed_stops_the_script(path: Path) -> None:
    experiment = Experiment(data=settings_of(path, "price", classes=False))
    names = module(write_script(experiment))
    path.write_text(rows().replace("red", "pink"), "utf-8")
    with pytest.raises(SystemExit, match="has changed"):
        names["load_data"]()
    with pytest.raises(CsvError, match="has changed"):
        write_script(experiment)


def test_the_sample_table_stands_in_the_script() -> None:
    settings = DataSettings(dataset="csv")
    assert_read_the_same(settings)
    assert "Path(" not in write_script(Experiment(data=settings))
