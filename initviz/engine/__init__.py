"""The engine: data, initialisation, training and probing. The only place that imports torch."""

from initviz.engine.probe import probe
from initviz.engine.train import record, train

__all__ = ["probe", "record", "train"]
