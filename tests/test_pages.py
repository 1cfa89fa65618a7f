from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

from initviz.pages import LARGE, spacious


@pytest.mark.parametrize("rows", [0, 3, LARGE // 16, LARGE])
@pytest.mark.parametrize("dtype", [np.float64, np.float32, np.int64])
def test_an_array_is_written_read_and_held_by_its_views(rows: int, dtype: type) -> None:
    array = spacious((rows, 2), dtype)
    assert (array.shape, array.dtype) == ((rows, 2), np.dtype(dtype))
    array[:] = np.arange(2 * rows, dtype=dtype).reshape(rows, 2)
    view = array[rows // 2 :, 1]
    del array
    np.testing.assert_array_equal(view, 2 * np.arange(rows // 2, rows) + 1)


SCRIPT = """
import os
import numpy as np
from initviz.pages import LARGE, spacious

def resident():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")

np.empty(30 * LARGE, np.uint8)[:] = 1  # from now on malloc keeps what is smaller than this
before, small = resident(), []
for _ in range(40):
    arrays = [spacious((2 * LARGE,), np.uint8) for _ in range(4)]
    for array in arrays:
        array[:] = 1
        small.append(np.ones(300))  # between the large ones
    del arrays, array
print((resident() - before) / LARGE)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_what_large_arrays_took_is_given_back_though_small_ones_lie_between() -> None:
    run = subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=True)
    assert float(run.stdout) < 2
