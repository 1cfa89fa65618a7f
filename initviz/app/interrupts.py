"""Ctrl+C in the terminal and SIGTERM: the first closes the window, a second ends at once."""

from __future__ import annotations

import os
import signal
import socket
import threading
from collections.abc import Callable

SIGNALS = tuple(
    getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)
)

INTERRUPTED = 128
"""What is added to a signal's number for the exit status, as shells do."""


class Interrupts:
    """Listens to signals until it is closed.

    Python's handlers run when Python has its turn, which in Qt's event loop may be never. So a
    thread waits for what Python's own C handler writes into a socket, and ends the program at a
    second signal even where the window hangs.

    Args:
        ask: asks the window's thread to close the window; called once, in another thread.

    Attributes:
        received: the first signal, 0 before there is one.
    """

    def __init__(self, ask: Callable[[], None]) -> None:
        self.received = 0
        self._ask = ask
        self._read, self._write = socket.socketpair()
        self._write.setblocking(False)
        self._wakeup_before = signal.set_wakeup_fd(self._write.fileno(), warn_on_full_buffer=False)
        # What is ignored stays so, as under nohup.
        heard = [each for each in SIGNALS if signal.getsignal(each) is not signal.SIG_IGN]
        self._before = {each: signal.signal(each, _nothing) for each in heard}
        self._thread = threading.Thread(target=self._work, name="initviz-signals", daemon=True)
        self._thread.start()

    @property
    def status(self) -> int:
        """The exit status that says so; 0 where no signal came."""
        return INTERRUPTED + self.received if self.received else 0

    @property
    def by_system(self) -> bool:
        """Whether the system ends the program, and not its user by Ctrl+C."""
        return self.received not in (0, signal.SIGINT)

    def close(self) -> None:
        """Leave signals to who had them before."""
        signal.set_wakeup_fd(self._wakeup_before)
        for each, handler in self._before.items():
            signal.signal(each, signal.SIG_DFL if handler is None else handler)
        self._write.close()  # the thread reads the end
        self._thread.join(10)
        self._read.close()

    def _work(self) -> None:
        while received := self._read.recv(1):
            if received[0] not in self._before:
                continue
            if self.received:
                os._exit(INTERRUPTED + received[0])
            self.received = received[0]
            self._ask()


def _nothing(*_: object) -> None:
    """Stands in for a handler: Python writes to the socket only where it has one."""
