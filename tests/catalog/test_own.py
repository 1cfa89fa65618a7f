from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from initviz.catalog.datasets.csv_file import CsvError, read_table
from initviz.catalog.datasets.own import (
    file_of,
    missing_rows,
    own_values,
    prepare,
    suits_classes,
)
from initviz.engine.data import load
from initviz.experiment import DataSettings, Experiment, ExperimentError
from tests.make import data

HEAD = "age,sex,height,note,grade,kind\n"


def table_text(rows: int = 60, *, gaps: bool = False) -> str:
    random = np.random.default_rng(1)
    lines = []
    for i in range(rows):
        age = "" if gaps and i in (3, 7) else str(random.integers(18, 80))
        lines.append(
            f"{age},{'fm'[i % 2]},{random.normal(170, 9):.1f},note {i},{i % 4},{'xyz'[i % 3]}"
        )
    return HEAD + "\n".join(lines) + "\n"


def write(folder: Path, text: str) -> Path:
    path = folder / "people.csv"
    path.write_text(text)
    return path


def settings(path: Path, target: str, *, classes: bool, drop: bool = False) -> DataSettings:
    table = read_table(path)
    prepared = prepare(table, target, classes=classes, drop_missing=drop)
    return DataSettings(
        dataset="csv", values=own_values(path, table, target, prepared, drop_missing=drop)
    )


def test_numbers_stay_and_categories_become_columns_of_0_and_1(tmp_path: Path) -> None:
    table = read_table(write(tmp_path, table_text()))
    prepared = prepare(table, "grade", classes=True, drop_missing=False)
    assert prepared.names == ("age", "sex = m", "height", "kind = x", "kind = y", "kind = z")
    assert prepared.left_out == ("note",)
    assert prepared.classes == ("0", "1", "2", "3")
    np.testing.assert_array_equal(prepared.y, np.arange(60) % 4)
    np.testing.assert_array_equal(prepared.x[:, 1], np.arange(60) % 2)
    np.testing.assert_array_equal(prepared.x[:, 3:].sum(axis=1), 1)
    assert prepared.dropped == 0


def test_rows_with_gaps_are_left_out_only_when_told(tmp_path: Path) -> None:
    table = read_table(write(tmp_path, table_text(gaps=True)))
    assert missing_rows(table).sum() == 2
    with pytest.raises(CsvError) as caught:
        prepare(table, "kind", classes=True, drop_missing=False)
    assert "2 of 60 rows have missing values" in str(caught.value)
    assert 'line 5, column "age"' in str(caught.value)
    prepared = prepare(table, "kind", classes=True, drop_missing=True)
    assert (len(prepared.y), prepared.dropped) == (58, 2)


@pytest.mark.parametrize(
    ("target", "classes", "task"),
    [("kind", True, "classes"), ("sex", True, "binary"), ("height", False, "regression"),
     ("grade", True, "classes"), ("grade", False, "regression")],
)  # fmt: skip
def test_the_task_follows_from_the_target(
    tmp_path: Path, target: str, classes: bool, task: str
) -> None:
    made = settings(write(tmp_path, table_text()), target, classes=classes)
    assert made.facts.task.name == task
    assert made.facts.target == target
    loaded = load(Experiment(data=made))
    assert loaded.train.x.shape == (made.facts.train, made.facts.features)
    assert loaded.train.y.shape == (made.facts.train, made.facts.outputs)
    assert DataSettings(**made.model_dump()) == made
    experiment = Experiment(data=made)
    assert Experiment.from_toml(experiment.to_toml()) == experiment


def test_few_whole_numbers_are_taken_for_classes(tmp_path: Path) -> None:
    table = read_table(write(tmp_path, table_text()))
    assert suits_classes(table.column("grade"))
    assert suits_classes(table.column("kind"))
    assert not suits_classes(table.column("height"))
    assert not suits_classes(table.column("age"))


@pytest.mark.parametrize(
    ("text", "target", "classes", "message"),
    [
        (table_text(), "note", True, '"note" has too many different texts'),
        (table_text(), "weight", True, 'there is no column "weight"; it has "age", "sex"'),
        (table_text(), "kind", False, '"kind" has texts; they can only be classes'),
        (table_text(), "height", True, "predict it as a number"),
        (table_text(5), "kind", True, "5 rows without gaps; at least 8 are needed, add some"),
        ("a,b\n" + "1,2\n" * 20, "b", False, '"b" is always 2; there is nothing to learn'),
        (
            "a,b\n" + "1,x\n" * 20,
            "b",
            True,
            '"b" has 1 class, and 2 to 20 can be drawn; there is nothing to tell apart, predict',
        ),
        (
            "a,b\n" + "1,x\n2,y\n" * 20,
            "b",
            True,
            '1 input besides the target "b"; 2 to 1000 can be learnt from, add another column',
        ),
    ],
)
def test_what_cannot_be_learnt_is_refused_with_the_cure(
    tmp_path: Path, text: str, target: str, classes: bool, message: str
) -> None:
    with pytest.raises(CsvError) as caught:
        settings(write(tmp_path, text), target, classes=classes)
    assert message in str(caught.value)


def test_a_file_that_has_changed_or_gone_is_an_error_and_not_other_data(tmp_path: Path) -> None:
    path = write(tmp_path, table_text())
    experiment = Experiment(data=settings(path, "kind", classes=True), seed=11)
    path.write_text(table_text().replace("f", "m"))
    with pytest.raises(CsvError, match="has changed since it was opened; open the data again"):
        load(experiment)
    path.unlink()
    with pytest.raises(CsvError, match="cannot be read"):
        load(experiment)


def test_rows_used_are_chosen_by_the_seed(tmp_path: Path) -> None:
    made = settings(write(tmp_path, table_text(300)), "kind", classes=True)
    some = made.replace(values={**made.values, "samples": 100})
    assert some.facts.train + some.facts.test == 100
    one, other = (some.entry.make(some.values, seed)[0] for seed in (1, 2))
    assert not np.array_equal(np.sort(one.x[:, 2]), np.sort(other.x[:, 2]))


def test_the_sample_is_what_the_defaults_say() -> None:
    made = data("csv")
    table = read_table(file_of(made.values))
    prepared = prepare(table, "placed", classes=True, drop_missing=False)
    expected = own_values(Path("x"), table, "placed", prepared, drop_missing=False)
    for name in ("rows", "features", "axes", "classes", "target"):
        assert made.values[name] == expected[name]


@pytest.mark.parametrize("value", ["", "no json", "{}", "[1, 2]", '["one"]'])
def test_damaged_facts_are_refused(value: str) -> None:
    with pytest.raises(ExperimentError):
        data("csv", classes=value)
