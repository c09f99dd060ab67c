"""How every format opens its files: folders are made, a file is whole or not there, errors name the file."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from netspec.errors import FileError


@contextmanager
def whole(path: str | Path) -> Iterator[Path]:
    """A temporary path beside `path`; it takes its place when the block ends well, else it is removed."""
    target = Path(path)
    part = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        yield part
        part.replace(target)
    except OSError as error:
        raise FileError(f"{target}: cannot be written: {error.strerror or error}") from error
    finally:
        with suppress(OSError):  # a folder that nobody may look into says so above
            part.unlink(missing_ok=True)


def existing(path: str | Path) -> Path:
    """The path of a file that is there and not empty."""
    found = Path(path)
    if not found.is_file():
        near = ", ".join(sorted(p.name for p in found.parent.glob(f"*{found.suffix}"))[:8]) or "none"
        raise FileError(f"{found}: no such file (files of that kind there: {near})")
    if found.stat().st_size == 0:
        raise FileError(f"{found}: the file is empty")
    return found
