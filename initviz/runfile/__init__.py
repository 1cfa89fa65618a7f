"""Run files: an experiment and its recording in one file, to keep and to pass on.

The format is documented in docs/run-files.md. Neither Qt nor torch is needed here.
"""

from initviz.runfile.form import SUFFIX, RunFileError
from initviz.runfile.opening import open_run
from initviz.runfile.saving import save_run

__all__ = ["SUFFIX", "RunFileError", "open_run", "save_run"]
