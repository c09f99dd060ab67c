"""Ctrl-C while NEURON integrates on several ranks."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def ended_by_interrupt() -> Iterator[None]:
    """Meanwhile Ctrl-C, which some launchers hand on to their ranks, ends this process at once."""
    pythons = signal.getsignal(signal.SIGINT) is signal.default_int_handler
    if not pythons or threading.current_thread() is not threading.main_thread():
        yield
        return
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, signal.default_int_handler)
