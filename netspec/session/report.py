"""How an uncaught mistake of the user's is shown: the lines of their script that led to it, and what is wrong."""

import sys
import traceback
from pathlib import Path
from types import TracebackType
from typing import Any

from netspec.errors import NetspecError

PACKAGE = str(Path(__file__).parents[1])


def install() -> None:
    """Show uncaught errors of netspec without netspec's own lines; others as before."""
    if not isinstance(sys.excepthook, _Short):
        sys.excepthook = _Short(sys.excepthook)


class _Short:
    """sys.excepthook: a short traceback for NetspecError, the one before for anything else."""

    def __init__(self, before: Any):
        self._before = before

    def __call__(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if not issubclass(kind, NetspecError):
            self._before(kind, error, trace)
            return
        frames = [frame for frame in traceback.extract_tb(trace) if not frame.filename.startswith(PACKAGE)]
        lines = ["Traceback (most recent call last):\n", *traceback.format_list(frames)] if frames else []
        sys.stderr.write(f"{''.join(lines)}{kind.__name__}: {error}\n")
