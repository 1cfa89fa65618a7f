"""The version of initviz, where whoever must not know the rest of the package can read it."""

__version__ = "0.1.0"
