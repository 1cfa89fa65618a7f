from __future__ import annotations

import csv
import io
import json
import math
from pathlib import Path

import numpy as np
import polars as pl
import pyarrow.parquet as parquet
import pytest
from hypothesis import given
from hypothesis import strategies as st

from initviz import tables
from initviz.engine import probe, record
from initviz.experiment import Experiment
from initviz.findings import Evidence, Finding, Severity, Symptom, diagnose
from initviz.parts import Part, Wanted
from initviz.recording import PER_LAYER, Recording, Scalars
from initviz.snapshot import Snapshot
from initviz.tables.columns import RECORDED, STATISTICS, Kind
from tests.make import data, lane

DOCS = Path(__file__).parents[1] / "docs" / "tables.md"
EXPERIMENT = Experiment(
    data=data("moons", samples=32),
    hidden=(8, 4),
    activation="relu",
    lanes=(lane("zeros"), lane("he_normal").replace(name='a, "b" 1')),
    epochs=3,
)
PROBED = [column.name for column in STATISTICS]


@pytest.fixture(scope="module")
def recording() -> Recording:
    return record(EXPERIMENT)


@pytest.fixture(scope="module")
def snapshot(recording: Recording) -> Snapshot:
    return probe(recording, 2)


def as_csv(frame: pl.DataFrame) -> bytes:
    file = io.BytesIO()
    tables.write_table(frame, file, "csv")
    return file.getvalue()


# ---- what stands in them ----


def test_scalars_have_a_row_for_each_epoch_and_lane(recording: Recording) -> None:
    frame = tables.scalars(recording)

    assert frame["epoch"].to_list() == [0, 0, 1, 1, 2, 2, 3, 3]
    assert frame["lane"].to_list() == [1, 2] * 4
    assert frame["lane_name"].to_list() == ["Zeros", 'a, "b" 1'] * 4
    for name in ("train_loss", "test_loss", "train_score", "test_score"):
        expected = getattr(recording.scalars(), name)
        assert np.array_equal(frame[name].to_numpy().reshape(4, 2), expected)


def test_epochs_can_be_chosen(recording: Recording) -> None:
    assert tables.scalars(recording, [3, 1])["epoch"].to_list() == [3, 3, 1, 1]
    chosen = tables.layers(recording, [2])
    everything = tables.layers(recording).filter(pl.col("epoch") == 2)
    assert chosen.equals(everything)


@pytest.mark.parametrize("table", [tables.scalars, tables.layers])
@pytest.mark.parametrize("epoch", [4, -1])
def test_an_epoch_that_was_not_recorded_is_an_error(
    recording: Recording, table: type, epoch: int
) -> None:
    with pytest.raises(IndexError, match=f"epoch {epoch} was not recorded; there are 0 to 3"):
        table(recording, [epoch])


@pytest.mark.parametrize("name", PER_LAYER)
def test_layers_have_every_figure_that_training_notes(recording: Recording, name: str) -> None:
    frame = tables.layers(recording)

    assert frame.height == 4 * 2 * 3
    assert frame["layer"].to_list() == [1, 2, 3] * 8
    assert frame["layer_name"].to_list() == ["hidden 1", "hidden 2", "output"] * 8
    assert frame["lane"].to_list() == [1, 1, 1, 2, 2, 2] * 4
    expected = getattr(recording.scalars(), name)
    assert np.array_equal(frame[name].to_numpy().reshape(4, 2, 3), expected, equal_nan=True)


def test_every_scalar_of_a_recording_is_in_a_table() -> None:
    columns = {column.name for columns in tables.TABLES.values() for column in columns}
    assert {column.name for column in RECORDED} == set(PER_LAYER)
    assert set(Scalars.__dataclass_fields__) <= columns


def test_what_a_probe_finds_stands_beside_its_own_epoch(
    recording: Recording, snapshot: Snapshot
) -> None:
    frame = tables.layers(recording, snapshots=[snapshot])
    probed = frame.filter(pl.col("epoch") == 2)

    for place, layer in enumerate(snapshot.layers):
        rows = probed.filter(pl.col("layer") == place + 1)
        found = {
            "activation_rms": layer.activation_size.rms,
            "activation_median": layer.activation_size.median,
            "activation_zeros": layer.activation_size.zeros,
            "grad_z_rms": layer.grad_z_size.rms,
            "grad_z_median": layer.grad_z_size.median,
            "grad_z_zeros": layer.grad_z_size.zeros,
            "grad_weight_rms": layer.grad_weight_size.rms,
            "grad_weight_median": layer.grad_weight_size.median,
            "grad_weight_zeros": layer.grad_weight_size.zeros,
            "deviation": layer.deviation,
            "saturated": layer.saturated,
            "symmetry": layer.symmetry,
        }
        assert list(found) == PROBED
        for name, expected in found.items():
            assert np.array_equal(rows[name].to_numpy(), expected, equal_nan=True)


def test_what_was_not_probed_is_missing_and_not_nan(
    recording: Recording, snapshot: Snapshot
) -> None:
    frame = tables.layers(recording, snapshots=[snapshot])
    missing = frame.filter(pl.col("epoch") != 2)
    probed = frame.filter(pl.col("epoch") == 2)

    for name in PROBED:
        assert missing[name].null_count() == missing.height
        assert probed[name].null_count() == 0
    assert probed["saturated"].is_nan().all()  # a ReLU does not saturate


def test_findings_are_those_that_are_diagnosed(recording: Recording, snapshot: Snapshot) -> None:
    frame = tables.findings([probe(recording, 0), snapshot])

    assert frame["epoch"].to_list() == [0, 0, 2, 2]
    assert frame["lane"].to_list() == [1, 2, 1, 2]
    for row, finding in zip(frame.rows(named=True)[2:], diagnose(snapshot), strict=True):
        assert row["symptom"] == finding.symptom.value
        assert row["severity"] == finding.severity.value
        assert row["title"] == finding.title
        assert row["reason"] == finding.reason
        assert row["layers"] == (", ".join(finding.layers) or None)
        assert row["since"] == finding.epochs[0]
        assert row["also"] == (", ".join(s.value for s in finding.also) or None)
        assert json.loads(row["figures"]) == {e.label: e.value for e in finding.evidence}
        assert row["remedy"] == (finding.remedy.advice if finding.remedy else None)
        assert row["remedy_lane"] == (finding.remedy.lane.title if finding.remedy else None)


def test_figures_that_are_not_finite_are_texts(
    snapshot: Snapshot, monkeypatch: pytest.MonkeyPatch
) -> None:
    values = {"χ₁": 0.1 + 0.2, "none": math.nan, "much": math.inf, "little": -math.inf}
    evidence = tuple(Evidence(label, value, "") for label, value in values.items())
    finding = Finding(0, Symptom.DIVERGED, Severity.BAD, "Diverged", "…", evidence=evidence)
    monkeypatch.setattr("initviz.tables.frames.diagnose", lambda snapshot: (finding,))

    (figures,) = tables.findings([snapshot])["figures"]
    expected = {"χ₁": 0.1 + 0.2, "none": "NaN", "much": "Infinity", "little": "-Infinity"}
    assert json.loads(figures) == expected
    assert "χ₁" in figures  # as people read it


def test_a_snapshot_without_layers_is_an_error(recording: Recording) -> None:
    bare = probe(recording, 1, Wanted(parts=frozenset({Part.VALUES})))
    with pytest.raises(ValueError, match=r"probe with Part\.LAYERS"):
        tables.findings([bare])
    with pytest.raises(ValueError, match=r"probe with Part\.LAYERS"):
        tables.layers(recording, snapshots=[bare])


def test_the_columns_are_the_documented_ones(recording: Recording, snapshot: Snapshot) -> None:
    types = {Kind.COUNT: pl.Int64, Kind.NUMBER: pl.Float64, Kind.TEXT: pl.String}
    frames = {
        "scalars": tables.scalars(recording),
        "layers": tables.layers(recording),
        "findings": tables.findings([snapshot]),
    }
    assert frames.keys() == tables.TABLES.keys()
    for name, frame in frames.items():
        columns = tables.TABLES[name]
        assert frame.columns == [column.name for column in columns]
        assert frame.dtypes == [types[column.kind] for column in columns]


@pytest.mark.parametrize("name", tables.TABLES)
def test_the_docs_have_every_column_in_its_order(name: str) -> None:
    lines = DOCS.read_text("utf-8").splitlines()
    heading = lines.index(f"## {name.capitalize()}")
    end = next(i for i in range(heading + 1, len(lines)) if lines[i].startswith("## "))
    found = [line for line in lines[heading:end] if line.startswith("| `")]
    assert found == [column.line() for column in tables.TABLES[name]]


# ---- files ----


def test_csv_is_read_back_as_rfc_4180_has_it(recording: Recording, snapshot: Snapshot) -> None:
    frame = tables.findings([snapshot])
    content = as_csv(frame)

    assert content.count(b"\r\n") == frame.height + 1 == content.count(b"\n")
    rows = list(csv.DictReader(io.StringIO(content.decode("utf-8"), newline=""), strict=True))
    for row, expected in zip(rows, frame.rows(named=True), strict=True):
        assert row == {
            name: "" if value is None else str(value) for name, value in expected.items()
        }


@given(st.lists(st.floats(), min_size=1))
def test_csv_gives_every_number_back(numbers: list[float]) -> None:
    words = as_csv(pl.DataFrame({"x": numbers, "one": 1})).decode("ascii").split("\r\n")[1:-1]
    for number, word in zip(numbers, words, strict=True):
        text = word.partition(",")[0]
        assert float(text) == number or (math.isnan(number) and text == "NaN")
        assert math.copysign(1, float(text)) == math.copysign(1, number) or math.isnan(number)


def test_what_is_not_finite_has_its_own_words_and_what_is_missing_has_none() -> None:
    frame = pl.DataFrame({"x": [math.nan, math.inf, -math.inf, None], "y": [1, 2, 3, 4]})
    assert as_csv(frame) == b"x,y\r\nNaN,1\r\ninf,2\r\n-inf,3\r\n,4\r\n"


@pytest.mark.parametrize("reader", ["polars", "pyarrow"])
def test_parquet_gives_the_table_back(
    recording: Recording, snapshot: Snapshot, reader: str
) -> None:
    frame = tables.layers(recording, snapshots=[snapshot])
    file = io.BytesIO()
    tables.write_table(frame, file, "parquet")
    file.seek(0)

    if reader == "polars":
        assert pl.read_parquet(file).equals(frame)
        return
    table = parquet.read_table(file)
    assert table.column_names == frame.columns
    for name in ("epoch", "lane_name", "gradient_norm", "symmetry"):
        assert table.column(name).to_pylist() == frame[name].to_list()
