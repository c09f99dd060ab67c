"""How mistakes and doubts are shown: with the user's lines, not netspec's own, and once for all ranks."""

import os
import sys
import traceback
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType, TracebackType
from typing import Any

from netspec.errors import NetspecError

PACKAGE = f"{Path(__file__).parents[1]}{os.sep}"
_CONTEXTS = contextmanager.__code__.co_filename


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
        frames = [f for f in traceback.extract_tb(trace) if not f.filename.startswith((PACKAGE, _CONTEXTS))]
        lines = ["Traceback (most recent call last):\n", *traceback.format_list(frames)] if frames else []
        sys.stderr.write(f"{''.join(lines)}{kind.__name__}: {error}\n")


@contextmanager
def told_once(rank: int, told: set[str]) -> Iterator[None]:
    """While warnings are collected; on rank 0 they are given afterwards, as of the user's line.

    told: those that were given before, which every verb would find again.
    """
    doubts: list[warnings.WarningMessage] = []
    try:
        with warnings.catch_warnings(record=True) as doubts:
            warnings.simplefilter("always")
            yield
    finally:
        frame = _users_frame()
        new = [doubt for doubt in doubts if str(doubt.message) not in told]
        told.update(str(doubt.message) for doubt in new)
        for doubt in new if rank == 0 else ():
            registry = frame.f_globals.setdefault("__warningregistry__", {})
            place = frame.f_code.co_filename, frame.f_lineno
            warnings.warn_explicit(doubt.message, doubt.category, *place, registry=registry)


def _users_frame() -> FrameType:
    """The innermost caller outside netspec and the standard library's contexts."""
    frame = sys._getframe(1)
    while frame.f_back and frame.f_code.co_filename.startswith((PACKAGE, _CONTEXTS)):
        frame = frame.f_back
    return frame
