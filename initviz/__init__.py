"""initviz: see weight initialisation work or fail.

The public names are loaded when they are first used, so that importing the package, or asking
the command line for help, does not wait for torch.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from initviz.version import __version__

if TYPE_CHECKING:
    from initviz import tables
    from initviz.engine import probe
    from initviz.experiment import DataSettings, Experiment, ExperimentError, Lane
    from initviz.export.notebook import Picture, render
    from initviz.findings import Finding, diagnose
    from initviz.focus import Focus
    from initviz.parts import Part, Wanted
    from initviz.recording import Recording
    from initviz.runfile import RunFileError, open_run, save_run
    from initviz.snapshot import Snapshot
    from initviz.training import iterate, train

_HOMES = {
    "DataSettings": "initviz.experiment",
    "Experiment": "initviz.experiment",
    "ExperimentError": "initviz.experiment",
    "Finding": "initviz.findings",
    "Focus": "initviz.focus",
    "Lane": "initviz.experiment",
    "Part": "initviz.parts",
    "Picture": "initviz.export.notebook",
    "Recording": "initviz.recording",
    "RunFileError": "initviz.runfile",
    "Snapshot": "initviz.snapshot",
    "Wanted": "initviz.parts",
    "diagnose": "initviz.findings",
    "iterate": "initviz.training",
    "open_run": "initviz.runfile",
    "probe": "initviz.engine",
    "render": "initviz.export.notebook",
    "save_run": "initviz.runfile",
    "train": "initviz.training",
}

__all__ = [
    "DataSettings",
    "Experiment",
    "ExperimentError",
    "Finding",
    "Focus",
    "Lane",
    "Part",
    "Picture",
    "Recording",
    "RunFileError",
    "Snapshot",
    "Wanted",
    "__version__",
    "diagnose",
    "iterate",
    "open_run",
    "probe",
    "render",
    "save_run",
    "tables",
    "train",
]


def __getattr__(name: str) -> Any:
    if name == "tables":
        return import_module("initviz.tables")
    if name not in _HOMES:
        raise AttributeError(f"module 'initviz' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return __all__
