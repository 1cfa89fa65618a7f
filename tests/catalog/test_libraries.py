from __future__ import annotations

import subprocess
import sys

# A slow import of polars in one thread, points of scikit-learn in another.
SCRIPT = """
import importlib.abc, sys, threading, types
from initviz.catalog.datasets import DATASETS
from initviz.catalog.datasets.libraries import load_polars
import sklearn.datasets

begun, go_on = threading.Event(), threading.Event()

class Slow(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    def find_spec(self, name, path, target=None):
        if name == "polars":
            return importlib.machinery.ModuleSpec(name, self)

    def create_module(self, spec):
        return None

    def exec_module(self, module):
        begun.set()
        go_on.wait(20)
        module.DataFrame = module.Series = type("Nothing", (), {})

sys.meta_path.insert(0, Slow())
importing = threading.Thread(target=load_polars)
importing.start()
begun.wait()
threading.Timer(0.5, go_on.set).start()
moons = DATASETS["moons"]
moons.make({p.name: p.default for p in moons.parameters}, 1)
importing.join()
"""


def test_points_wait_while_polars_is_being_imported() -> None:
    done = subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
