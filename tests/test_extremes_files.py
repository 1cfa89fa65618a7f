"""What extremes are written to: paper, films, tables that can be read back, run files."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from initviz import tables
from initviz.engine import probe, record
from initviz.export.figure import Figure, Pixels
from initviz.export.film import write_film
from initviz.export.options import Film
from initviz.export.render import pictures
from initviz.recording import Recording
from initviz.runfile import open_run, save_run
from initviz.views.page import PAGES
from stress.extremes import EXTREMES
from tests.tidy import tidy  # noqa: F401

pytestmark = pytest.mark.usefixtures("qapp")

NAMES = (
    "binary, float32: every lane beyond all measure at the start",
    "classes: one lane diverges, seven do not",
    "regression, float64: L2 100 at learning rate 1e6",
    "weights of 1e-38",
)


@pytest.fixture(scope="module")
def recordings() -> Mapping[str, Recording]:
    return {name: record(EXTREMES[name](Path())) for name in NAMES}


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("form", ["svg", "pdf"])
@pytest.mark.parametrize("name", NAMES[:2])
def test_pages_go_on_paper(
    name: str, form: str, page: str, recordings: Mapping[str, Recording]
) -> None:
    recording = recordings[name]
    figure = Figure(page, form, Pixels(1000, 640), theme="light")
    drawn = pictures(
        figure, [recording.last], lambda epoch, wanted: probe(recording, epoch, wanted),
        recording.experiment,
    )  # fmt: skip
    ((_, content),) = drawn
    if form == "svg":
        assert b"diverged" in content
        assert not re.search(rb'[\s,("](nan|inf)[\s,)"]', content.lower())
    else:
        assert content.startswith(b"%PDF")


@pytest.mark.parametrize("name", NAMES[1:3])
def test_a_film_is_made_of_what_runs_away(
    name: str, tmp_path: Path, recordings: Mapping[str, Recording]
) -> None:
    path = tmp_path / "film.gif"
    write_film(path, recordings[name], Film(what="history", size=(400, 300), format="gif"))
    assert path.stat().st_size


@pytest.mark.parametrize("form", tables.TABLE_FORMATS)
@pytest.mark.parametrize("name", NAMES)
def test_tables_are_read_back_with_what_is_not_finite(
    name: str, form: str, recordings: Mapping[str, Recording]
) -> None:
    recording = recordings[name]
    shown = probe(recording, recording.last)
    for frame in (
        tables.scalars(recording), tables.layers(recording, [recording.last], [shown]),
        tables.findings([shown]),
    ):  # fmt: skip
        file = io.BytesIO()
        tables.write_table(frame, file, form)
        file.seek(0)
        back = pl.read_csv(file, schema=frame.schema) if form == "csv" else pl.read_parquet(file)
        assert back.equals(frame)


@pytest.mark.parametrize("name", NAMES)
def test_a_run_file_keeps_what_is_not_finite(
    name: str, tmp_path: Path, recordings: Mapping[str, Recording]
) -> None:
    recording = recordings[name]
    path = tmp_path / "run.initviz"
    save_run(recording, path)
    opened = open_run(path)
    np.testing.assert_array_equal(opened.diverged_at(), recording.diverged_at())
    np.testing.assert_array_equal(opened.scalars().train_loss, recording.scalars().train_loss)
    for epoch in recording.kept_epochs():
        np.testing.assert_array_equal(opened.parameters(epoch), recording.parameters(epoch))
