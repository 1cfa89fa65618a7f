"""Datasets: what one can learn from. Each is one entry; see ``Dataset``.

Standardising and lifting the plane into more features are done once for all in
``initviz.engine.data``. scikit-learn is imported when a set is first made.
"""

from initviz.catalog.datasets.dataset import Dataset, Facts, Points
from initviz.catalog.datasets.own import OWN
from initviz.catalog.datasets.planar import PLANAR
from initviz.catalog.datasets.tables import TABLES
from initviz.catalog.datasets.wide import WIDE
from initviz.catalog.parameter import Choice

__all__ = ["DATASETS", "Dataset", "Facts", "Points", "dataset_choices"]

DATASETS = {entry.name: entry for entry in (*PLANAR, *WIDE, *TABLES, *OWN)}


def dataset_choices() -> list[Choice]:
    """The datasets as the values of a setting."""
    return [Choice(d.name, d.label, d.help) for d in DATASETS.values()]
