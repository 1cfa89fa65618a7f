"""Tables of a recording and its weights by PyTorch's names: to take elsewhere.

The tables are polars frames. They are functions of a recording and of snapshots of it, as views
are, and know nothing of torch. ``columns`` says what stands in them, ``files`` writes them.
"""

from initviz.tables.columns import FINDINGS, LAYERS, SCALARS, TABLES, Column
from initviz.tables.files import TABLE_FORMATS, WEIGHT_FORMATS, write_table, write_weights
from initviz.tables.frames import findings, layers, scalars
from initviz.tables.weights import about, weights

__all__ = [
    "FINDINGS",
    "LAYERS",
    "SCALARS",
    "TABLES",
    "TABLE_FORMATS",
    "WEIGHT_FORMATS",
    "Column",
    "about",
    "findings",
    "layers",
    "scalars",
    "weights",
    "write_table",
    "write_weights",
]
