"""JSON as NetPyNE writes it, but with the keys in their order, which means something in netParams."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from netspec.errors import FileError
from netspec.formats.files import existing, whole


def save(path: str | Path, data: Any) -> str:
    """The path of the written file."""
    with whole(path) as part, part.open("w", encoding="utf-8") as file:
        file.write(text(data))
    return str(path)


def load(path: str | Path) -> Any:
    """What a JSON file holds."""
    found = existing(path)
    try:
        return json.loads(found.read_text(encoding="utf-8"))
    except UnicodeDecodeError as error:
        raise FileError(f"{found}: not a JSON file: {error.reason} at byte {error.start}") from error
    except json.JSONDecodeError as error:
        message = f"{found}: not a whole JSON file: {error.msg} at line {error.lineno}, column {error.colno}"
        raise FileError(message) from error


def text(data: Any) -> str:
    """The text of a JSON file."""
    return json.dumps(plain(data), indent=4, separators=(",", ": "), ensure_ascii=False)


def plain(value: Any) -> Any:
    """The same made of what JSON knows, functions by their names; anything else raises TypeError."""
    match value:
        case None | bool() | int() | float() | str():
            return value.item() if isinstance(value, np.generic) else value
        case Mapping():
            return {_key(key): plain(item) for key, item in value.items()}
        case list() | tuple() | set() | frozenset() | range():
            return [plain(item) for item in value]
        case np.ndarray():
            return plain(value.tolist())
        case np.generic():
            return value.item()
        case Path():
            return str(value)
        case _ if callable(value):
            return getattr(value, "__name__", type(value).__name__)
        case _ if hasattr(value, "to_python"):
            return value.to_python()
        case _ if isinstance(getattr(value, "__dict__", None), dict):
            return plain(vars(value))
    raise TypeError(f"{type(value).__name__} cannot be written as JSON")


def _key(key: Any) -> str:
    return key if isinstance(key, str) else json.dumps(plain(key)) if isinstance(key, tuple) else str(key)
