"""Good files of every kind, made by initviz itself."""

from __future__ import annotations

import shutil
from pathlib import Path
from random import Random

from initviz.catalog.datasets import DATASETS
from initviz.catalog.datasets.csv_file import read_table
from initviz.catalog.datasets.own import file_of, own_values, prepare
from initviz.catalog.lessons import LESSONS
from initviz.experiment import DataSettings, Experiment, Lane


def tables(folder: Path) -> list[bytes]:
    """CSV files with all that people write: separators, quotes, gaps, commas, Latin-1."""
    sample = file_of({"path": ""}).read_bytes()
    few = b"\n".join(sample.splitlines()[:60]) + b"\n"
    random = Random(1)
    rows = [(i, random.gauss(0, 1), random.choice("abc"), random.random() > 0.5) for i in range(40)]
    return [
        few,
        few.replace(b",", b";"),
        few.replace(b",", b"\t").replace(b"\n", b"\r\n"),
        b"\xef\xbb\xbfn;x;kind;yes\n" + "".join(
            f"{i};{x:.3f};{k};{y}\n".replace(".", ",") for i, x, k, y in rows).encode(),
        b'"a","b ""c""","d\ne"\n' + "".join(
            f'{i},"{x:.2f}","{k}\n2"\n' for i, x, k, _ in rows).encode(),
        "größe|höhe|art\n".encode("latin-1") + "".join(
            f"{i}|{'' if i % 7 == 0 else x}|{k}é\n" for i, x, k, _ in rows).encode("latin-1"),
        b"x,y\n\n" + "".join(f"{i},{x}\n\n" for i, x, _, _ in rows).encode(),
    ]  # fmt: skip


def own_experiment(folder: Path) -> Experiment:
    """A regression on a table of one's own."""
    path = folder / "own.csv"
    path.write_bytes(
        b"a,b,c\n" + b"".join(b"%d,%d,%d\n" % (i, i * i % 7, i % 5) for i in range(30))
    )
    table = read_table(path)
    prepared = prepare(table, "a", classes=False, drop_missing=False)
    values = own_values(path, table, "a", prepared, drop_missing=False)
    return Experiment(data=DataSettings(dataset="csv", values=values), hidden=(4,), batch_size=8)


def experiments(folder: Path) -> list[Experiment]:
    """Lessons, every dataset, and lanes that say everything that a lane may say."""
    full = Lane(
        scheme="normal", values={"deviation": 0.3}, bias="constant", bias_values={"value": 0.1},
        output="uniform", output_values={"half_width": 0.5}, scale=2.0, activation="relu",
        learning_rate=0.01, name="mine é", colour=5,
    )  # fmt: skip
    found = [own_experiment(folder), Experiment(lanes=(full, Lane(scheme="zeros"), full))]
    found += [lesson.experiment for lesson in list(LESSONS.values())[::4]]
    found += [Experiment(data=DataSettings(dataset=name), precision="float64") for name in DATASETS]
    return found


def documents(folder: Path) -> list[bytes]:
    return [experiment.to_toml().encode() for experiment in experiments(folder)]


def runs(folder: Path) -> list[bytes]:
    """Run files of small networks: two classes, several, a regression, a table of one's own."""
    from initviz.runfile import save_run
    from initviz.training import train

    small = {"hidden": (3, 2), "batch_size": 16, "epochs": 3}
    wanted = [
        Experiment(**small, data=DataSettings(dataset="moons", values={"samples": 24}),
                   lanes=(Lane(scheme="zeros"), Lane())),
        own_experiment(folder).replace(epochs=2),
        Experiment(**small, data=DataSettings(dataset="moons", values={"samples": 16}),
                   precision="float64", lanes=(Lane(scheme="normal", values={"deviation": 99}),)),
        *[Experiment(**small, data=DataSettings(dataset=name), lanes=(Lane(),))
          for name in ("iris", "diabetes") if name in DATASETS],
    ]  # fmt: skip
    found = []
    for experiment in wanted:
        path = folder / "good.initviz"
        save_run(train(experiment), path, tables=folder / "tables")
        found.append(path.read_bytes())
    shutil.rmtree(folder / "tables", ignore_errors=True)
    return found
