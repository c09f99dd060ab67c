"""With which status this process is about to exit, which Python does not tell to what runs at exit."""

import sys
import time
from collections.abc import Callable
from typing import Any, NoReturn

MOMENT = 5.0
"""A SystemExit that was raised longer ago [s] than this has been caught by somebody."""


def watch() -> Callable[[], int]:
    """A function that tells the status at exit: that of a SystemExit raised a moment ago, else 0.

    Before Python 3.12 only sys.exit is seen, not `raise SystemExit(status)`.
    """
    last = {"status": 0, "time": -MOMENT}

    def note(code: Any) -> None:
        last.update(status=code if isinstance(code, int) else int(code is not None), time=time.monotonic())

    if sys.version_info < (3, 12) or not _monitor(note):
        _wrap(note)
    return lambda: int(last["status"]) if time.monotonic() - last["time"] < MOMENT else 0


def _wrap(note: Callable[[Any], None]) -> None:
    """Note the argument of sys.exit."""
    leave = sys.exit

    def exit_with(code: Any = None, /) -> NoReturn:
        note(code)
        leave(code)

    sys.exit = exit_with


def _monitor(note: Callable[[Any], None]) -> bool:
    """Note every SystemExit that is raised; False if other tools leave no place for this."""
    monitoring = sys.monitoring
    free = next((tool for tool in (4, 3) if monitoring.get_tool(tool) is None), None)
    if free is None:
        return False

    def raised(_code: Any, _offset: int, error: BaseException) -> None:
        if isinstance(error, SystemExit):
            note(error.code)

    monitoring.use_tool_id(free, "netspec")
    monitoring.register_callback(free, monitoring.events.RAISE, raised)
    monitoring.set_events(free, monitoring.events.RAISE)
    return True
