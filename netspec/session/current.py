"""The session that NetPyNE's verbs act on. It is made at first use, so that importing `sim` stays light."""

import atexit
import ctypes
import sys
from functools import cache
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from netspec.session.stages import Session


@cache
def _session() -> "Session":
    from netspec.session.stages import Session

    session = Session()
    atexit.register(_leave, session)
    return session


def _leave(session: "Session") -> None:
    """At exit: the operating system frees the live network, and what an interrupted stage had made of it.

    Taken apart object by object they would keep the process for as long as it took to build them.
    """
    for made in (session.network, getattr(sys, "last_value", None)):
        ctypes.pythonapi.Py_IncRef(ctypes.py_object(made))


class _Current:
    """Stands for the session."""

    def __getattr__(self, name: str) -> Any:
        return getattr(_session(), name)

    def __setattr__(self, name: str, value: Any) -> None:
        setattr(_session(), name, value)


current = cast("Session", _Current())
