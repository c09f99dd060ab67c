"""Settings as Python scripts that make them again."""

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from netspec.formats.files import whole
from netspec.formats.json import plain

HEADER = '''"""Written by netspec."""

from netspec import {names}

'''


def save(path: Path, name: str, kind: str, settings: Mapping[str, Any]) -> str:
    """The path of a script that makes the object `name` of the class specs.<kind>."""
    return write(path, text(name, kind, settings))


def text(name: str, kind: str, settings: Mapping[str, Any]) -> str:
    """Lines that make the object `name` of the class specs.<kind>, one per attribute."""
    lines = [f"{name} = specs.{kind}()"]
    lines += [f"{name}[{key!r}] = {literal(value)}" for key, value in settings.items() if key[0] != "_"]
    return "\n".join(lines) + "\n"


def write(path: Path, lines: str) -> str:
    """The path of a script with these lines. It imports `specs`, and `sim` if they name that."""
    with whole(path) as part, part.open("w", encoding="utf-8") as file:
        file.write(HEADER.format(names="sim, specs" if "\nsim." in lines else "specs") + lines)
    return str(path)


def literal(value: Any, depth: int = 0) -> str:
    r"""Python text of plain data, an item of a dictionary per line.

    >>> literal({"a": [1, float("inf")]})
    "{\n    'a': [1, float('inf')],\n}"
    """
    if isinstance(value, Mapping):
        if not value:
            return "{}"
        gap = "    " * (depth + 1)
        items = (f"{gap}{_key(name)!r}: {literal(item, depth + 1)},\n" for name, item in value.items())
        return "{\n" + "".join(items) + "    " * depth + "}"
    if isinstance(value, list):
        return "[" + ", ".join(literal(item, depth) for item in value) + "]"
    if isinstance(value, tuple):
        return "(" + "".join(f"{literal(item, depth)}, " for item in value).rstrip() + ")"
    known = plain(value)
    if isinstance(known, float) and not math.isfinite(known):
        return f"float({str(known)!r})"
    return repr(known) if known is value or not isinstance(known, list | dict) else literal(known, depth)


def _key(name: Any) -> Any:
    return (
        name if isinstance(name, str | int | float) and type(name).__module__ == "builtins" else plain(name)
    )
