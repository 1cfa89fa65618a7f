from __future__ import annotations

import os
import platform
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

THREADS = """
import ctypes, sys, threading

if "few" in sys.argv:
    from initviz.app.allocator import use_few_heaps
    use_few_heaps()

libc = ctypes.CDLL(None)
libc.malloc.restype = libc.fopen.restype = ctypes.c_void_p
libc.malloc_info.argtypes = [ctypes.c_int, ctypes.c_void_p]
libc.fclose.argtypes = [ctypes.c_void_p]
together = threading.Barrier(12)

def work():
    together.wait()
    libc.malloc(5000)
    together.wait()

threads = [threading.Thread(target=work) for _ in range(12)]
for each in threads:
    each.start()
for each in threads:
    each.join()
file = libc.fopen(b"/dev/stdout", b"w")
libc.malloc_info(0, file)
libc.fclose(file)
"""


def heaps(*words: str, **variables: str) -> int:
    """How many heaps a process has after twelve threads have asked for memory."""
    environ = {
        k: v for k, v in os.environ.items() if k not in ("MALLOC_ARENA_MAX", "GLIBC_TUNABLES")
    }
    done = subprocess.run(
        [sys.executable, "-c", THREADS, *words], capture_output=True, text=True, check=True,
        env={**environ, "PYTHONPATH": str(ROOT), **variables},
    )  # fmt: skip
    return done.stdout.count("<heap ")


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="other C libraries do without")
def test_threads_share_two_heaps_unless_the_user_wants_more() -> None:
    assert heaps() > 2
    assert heaps("few") == 2
    assert heaps("few", MALLOC_ARENA_MAX="5") == 5
