"""initviz: see weight initialisation work or fail.

The public names are loaded when they are first used, so that importing the package, or asking
the command line for help, does not wait for torch.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from initviz.version import VERSION

if TYPE_CHECKING:
    from initviz.engine import probe, record, train
    from initviz.experiment import DataSettings, Experiment, ExperimentError, Lane
    from initviz.findings import Finding, diagnose
    from initviz.focus import Focus
    from initviz.parts import Part, Wanted
    from initviz.recording import Recording
    from initviz.snapshot import Snapshot

__version__ = VERSION

_HOMES = {
    "DataSettings": "initviz.experiment",
    "Experiment": "initviz.experiment",
    "ExperimentError": "initviz.experiment",
    "Finding": "initviz.findings",
    "Focus": "initviz.focus",
    "Lane": "initviz.experiment",
    "Part": "initviz.parts",
    "Recording": "initviz.recording",
    "Snapshot": "initviz.snapshot",
    "Wanted": "initviz.parts",
    "diagnose": "initviz.findings",
    "probe": "initviz.engine",
    "record": "initviz.engine",
    "train": "initviz.engine",
}

__all__ = [
    "DataSettings",
    "Experiment",
    "ExperimentError",
    "Finding",
    "Focus",
    "Lane",
    "Part",
    "Recording",
    "Snapshot",
    "Wanted",
    "__version__",
    "diagnose",
    "probe",
    "record",
    "train",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'initviz' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return __all__
