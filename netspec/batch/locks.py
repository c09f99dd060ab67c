"""Locks that the kernel lets go when their holder dies, however it dies."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from netspec.errors import FileError


@contextmanager
def held(path: Path) -> Iterator[None]:
    """While no other process holds the lock of this file."""
    descriptor = opened(path)
    try:
        _lock(descriptor, path)
        yield
    finally:
        os.close(descriptor)


def opened(path: Path) -> int:
    """A file descriptor of a lock's file, which is made if need be."""
    return os.open(path, os.O_RDWR | os.O_CREAT, 0o666)


def taken(path: Path) -> int:
    """A file descriptor that holds the lock until it, and what was inherited from it, is closed."""
    descriptor = opened(path)
    _lock(descriptor, path)
    return descriptor


def tried(path: Path) -> int | None:
    """The same as `taken`, or None at once if another process holds the lock."""
    descriptor = opened(path)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        return None
    return descriptor


def is_free(path: Path) -> bool:
    """Whether nobody holds the lock: its holder, with all that inherited it, has ended."""
    if not path.exists():
        return True
    descriptor = tried(path)
    if descriptor is None:
        return False
    os.close(descriptor)
    return True


def _lock(descriptor: int, path: Path) -> None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
    except OSError as error:
        raise FileError(f"{path}: this file system has no locks ({error.strerror})") from error
