"""The engine: data, initialisation, training and probing. The only place that imports torch."""

from initviz.engine.probe import probe
from initviz.engine.sketch import sketch, sketch_samples
from initviz.engine.train import record, train

__all__ = ["probe", "record", "sketch", "sketch_samples", "train"]
