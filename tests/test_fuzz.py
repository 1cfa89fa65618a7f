"""Spoilt files: a quick edition of ``python -m stress fuzz``, and what it has found."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from initviz.catalog.datasets.csv_file import CsvError, read_table
from initviz.catalog.parameter import SettingError, split_sizes
from initviz.experiment import Experiment, ExperimentError
from initviz.export.figure import FigureError, parse_lanes, parse_size
from stress.fuzzing.readers import READERS, check_words, spoilt


@pytest.mark.parametrize("name", READERS)
def test_spoilt_files_are_refused_in_a_sentence_or_are_whole(name: str, tmp_path: Path) -> None:
    reader = READERS[name]
    good = reader.good(tmp_path)
    path = tmp_path / f"input{reader.suffix}"
    for raw in good:
        path.write_bytes(raw)
        assert reader.read(path, 1)
    taken = 0
    for number in range(200):
        path.write_bytes(spoilt(reader, good, name, 2, number))
        taken += reader.read(path, number)
    assert taken < 150  # most of them really are spoilt


@pytest.mark.parametrize(
    "text",
    [
        ".".join(["a"] * 100_000) + "=1",
        "[" + ".".join(["a"] * 100_000) + "]",
        "hidden." + ".".join(["a"] * 3000) + "=1",
        "hidden=" + "[" * 100_000,
        "hidden=" + "[" * 400 + "]" * 400,
        "seed=0x" + "F" * 100_000,
        "seed=" + "9" * 100_000,
        'hidden="' + "999x1," * 50_000 + '1"',
        "[[lanes]]\n" * 40_000,
        "".join(f"k{i}=1\n" for i in range(30_000)),
        'activation="' + "a" * 400_000 + '"',
        '"""\\' * 100_000,
        f"[{'.'.join('b' * 120)}]\n" + "".join(f"{'a.' * 100}k{i}=1\n" for i in range(2500)),
        f"[{'.'.join('b' * 120)}]\n" + "".join(f"k{i}=1\n" for i in range(60_000)),
        "[data]\ndataset='csv'\n[data.values]\naxes='" + "[" * 9000 + "'",
        '[data]\ndataset="csv"\n[data.values]\npath="\\u0000"',
    ],
    ids=lambda text: text[:20],
)
def test_experiments_that_ask_for_time_and_memory_are_refused_at_once(text: str) -> None:
    began = time.process_time()
    with pytest.raises(ExperimentError) as caught:
        Experiment.from_toml(text)
    check_words(str(caught.value))
    assert time.process_time() - began < 1


def test_a_byte_order_mark_is_no_mistake(tmp_path: Path) -> None:
    path = tmp_path / "windows.toml"
    path.write_text(Experiment().to_toml(), "utf-8-sig")
    assert Experiment.load(path) == Experiment()


def test_a_path_that_no_system_has_is_refused() -> None:
    with pytest.raises(ExperimentError, match="is no path; choose a file"):
        Experiment.load(Path("a\0.toml"))


def test_sizes_are_counted_before_they_are_made() -> None:
    with pytest.raises(SettingError, match="99900000 layers are out of range"):
        split_sizes("Hidden layers", ",".join(["999x1"] * 100_000), 100)


@pytest.mark.parametrize(
    "content",
    [
        ",".join(f"c{i}" for i in range(100_000)) + "\n1",
        "a,b\n" + "1,2\n" * 20 + "1," + "x" * 50_000 + "\n",
        "a," + "b" * 50_000 + "\n1,2\n",
        'a,"' + "b" * 200_000 + '"\n1,2\n',
    ],
    ids=["columns", "value", "name", "field"],
)
def test_tables_that_are_too_wide_are_refused_shortly(tmp_path: Path, content: str) -> None:
    path = tmp_path / "wide.csv"
    path.write_text(content)
    with pytest.raises(CsvError) as caught:
        read_table(path)
    check_words(str(caught.value))


@pytest.mark.parametrize("text", ["9" * 5000, "9" * 5000 + "x9", "9" * 400 + "mm", "1x", "²mm", ""])
def test_sizes_and_lanes_of_any_digits_are_refused_with_the_cure(text: str) -> None:
    with pytest.raises(FigureError, match="write one like"):
        parse_size(text, page=True)
    with pytest.raises(FigureError, match=r"write numbers like|they are 1 to"):
        parse_lanes(text, 3)
