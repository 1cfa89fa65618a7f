import gc
import os
import signal
from collections.abc import Iterator

import pytest
from hypothesis import settings

# Read when numpy and torch are first imported. On a busy machine threads wait for one another, and
# the small products of these tests gain nothing from a second one.
for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(variable, "1")

# A shell starts what is in the background without Ctrl+C; the programs under test are to have it.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

# The same examples in every run, and no clock: a busy machine is not a failure.
settings.register_profile("initviz", deadline=None, derandomize=True)
settings.load_profile("initviz")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol() -> Iterator[None]:
    """Collect garbage between tests only: plots that die in the middle of Qt's work can hang it."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.enable()
        gc.collect(0)
