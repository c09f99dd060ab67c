"""Tables of node and edge types: text with one line per type, separated by spaces."""

import csv
from collections.abc import Mapping
from itertools import zip_longest
from pathlib import Path
from typing import Any

from netspec.errors import FileError
from netspec.formats.files import existing

MISSING = frozenset({"", "NULL", "NONE", "None", "NaN", "nan"})
"""Words for: this type has no such attribute."""


def read(path: Path, key: str) -> dict[int, dict[str, Any]]:
    """Attributes by type, numbers as numbers; a line may end early. key: the column of the type's number."""
    rows = table(path)
    names = rows[0] if rows else []
    if len(set(names)) != len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise FileError(f"{path}: there are two columns {twice!r}")
    if key not in names:
        raise FileError(f"{path}: there is no column {key!r} (columns are separated by one space): {names}")
    types: dict[int, dict[str, Any]] = {}
    for number, row in enumerate(rows[1:], start=2):
        if any(row[len(names) :]):
            raise FileError(f"{path}, line {number}: {len(row)} fields, but {len(names)} columns")
        values = {name: value(text) for name, text in zip_longest(names, row[: len(names)], fillvalue="")}
        own = values.pop(key)
        if not isinstance(own, int):
            raise FileError(f"{path}, line {number}: {key}: expected a whole number, got {own!r}")
        if own in types:
            raise FileError(f"{path}, line {number}: {key} {own} is there twice")
        types[own] = {name: item for name, item in values.items() if item is not None}
    return types


def table(path: Path) -> list[list[str]]:
    """The fields of each line that has some. FileError if it is no text."""
    try:
        with existing(path).open(newline="", encoding="utf-8") as file:
            return [row for row in csv.reader(file, delimiter=" ", skipinitialspace=True) if any(row)]
    except (UnicodeDecodeError, csv.Error) as error:
        raise FileError(f"{path}: no table of text: {error}") from error


def value(text: str) -> Any:
    """A field as a number where it is one; None for the words that mean: missing."""
    text = text.strip()
    if text in MISSING:
        return None
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return text


def attribute(types: Mapping[int, Mapping[str, Any]], number: int, name: str) -> Any:
    """An attribute of a type; None where it has none."""
    return types.get(number, {}).get(name)
