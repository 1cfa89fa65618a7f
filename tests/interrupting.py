"""Ctrl+C for a program in a process of its own."""

from __future__ import annotations

import signal
import subprocess


def interrupted(program: subprocess.Popen[str]) -> tuple[str, str]:
    """What a program has said when it ended by Ctrl+C.

    Pressed again where nothing happens, as people do: Python loses one that comes while an object
    is finalised.
    """
    for _ in range(3):
        program.send_signal(signal.SIGINT)
        try:
            return program.communicate(timeout=18)
        except subprocess.TimeoutExpired:
            continue
    program.kill()
    out, err = program.communicate()
    raise AssertionError(f"Ctrl+C does not end it: {out}{err}")
