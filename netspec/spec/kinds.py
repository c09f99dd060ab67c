"""What a value of each kind may be, and how it is kept: text with a unit becomes a number, a tuple a list."""

import math
import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from numbers import Real
from typing import Any

import numpy as np

from netspec.spec.vocabulary import SPATIAL
from netspec.units import number as quantity

QUANTITY = re.compile(r"\s*[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?\s*([^\W\d_%]+[\w/^%*.]*|%)?\s*")
"""A number, perhaps with a unit; a string function never looks like this."""


class Misfit(ValueError):
    """A value is not of its kind; the text, if any, says more than the kind's own."""


@dataclass(frozen=True)
class Kind:
    """expected: in words. fit: (value, unit) -> the value as it is kept; raises Misfit."""

    expected: str
    fit: Callable[[Any, str], Any]


def fit(kind: str, value: Any, unit: str = "") -> Any:
    """The value as it is kept. Misfit says what was expected and what was found."""
    try:
        return KINDS[kind].fit(value, unit)
    except Misfit as misfit:
        raise Misfit(str(misfit) or f"expected {KINDS[kind].expected}, got {shown(value)}.") from None


def shown(value: Any) -> str:
    """A value and its type, short enough for one line."""
    text = repr(value)
    return f"{text if len(text) <= 60 else text[:57] + '...'} ({type(value).__name__})"


def sentence(error: Exception) -> str:
    """What an error says, with a full stop."""
    text = str(error)
    return text if text.endswith((".", "?")) else f"{text}."


def is_number(value: Any) -> bool:
    """Whether a value is a real number (True and False are), and not nan."""
    return isinstance(value, Real) and not math.isnan(value)


def is_integer(value: Any) -> bool:
    """Whether a value is a whole number, of whatever type."""
    return is_number(value) and float(value).is_integer()


def numerals(value: Any) -> Any:
    """The same with numbers in place of text that is nothing but a number, in lists and mappings too."""
    match value:
        case str():
            found = QUANTITY.fullmatch(value)
            whole = value.strip().lstrip("+-").isdigit()
            return value if found is None or found[3] else int(value) if whole else float(value)
        case list() | tuple():
            return [numerals(item) for item in value]
        case Mapping():
            return {name: numerals(item) for name, item in value.items()}
    return value


def _number(value: Any, unit: str) -> Any:
    if isinstance(value, str) and QUANTITY.fullmatch(value):
        try:
            return quantity(value, unit)
        except ValueError as error:
            raise Misfit(sentence(error)) from None
    if not is_number(value):
        raise Misfit
    return value


def _count(value: Any, unit: str) -> int:
    value = _number(value, unit)
    if not is_integer(value):
        raise Misfit
    return int(value)


def _text(value: Any, unit: str) -> str:
    value = os.fspath(value) if isinstance(value, os.PathLike) else value
    if not isinstance(value, str):
        raise Misfit
    return value


def _name(value: Any, unit: str) -> Any:
    if not isinstance(value, str) and not is_number(value):
        raise Misfit
    return value


def _truth(value: Any, unit: str) -> bool:
    if value not in (True, False, None):
        raise Misfit
    return bool(value)


def _list(value: Any, unit: str) -> list[Any]:
    match value:
        case list():
            return value
        case tuple() | range():
            return list(value)
        case np.ndarray():
            return list(value.tolist())
    raise Misfit


def _numbers(value: Any, unit: str) -> list[Any]:
    """Numbers, or lists of them (one for each synMech and synapse)."""
    return [item if item is None else _either(_number, _numbers)(item, unit) for item in _list(value, unit)]


def _texts(value: Any, unit: str) -> list[Any]:
    """Names, or lists of them (one for each pair of connList)."""
    return [item if item is None else _either(_text, _texts)(item, unit) for item in _list(value, unit)]


def _pairs(value: Any, unit: str) -> Any:
    try:
        table = np.asarray(value) if len(value) else np.empty((0, 2), int)
    except (TypeError, ValueError):
        raise Misfit from None
    if table.ndim != 2 or table.shape[1] != 2 or table.dtype.kind not in "iu":
        raise Misfit
    return value


def _range(value: Any, unit: str) -> list[Any]:
    numbers = _numbers(value, unit)
    if len(numbers) != 2 or not all(map(is_number, numbers)):
        raise Misfit
    return numbers


def _spacing(value: Any, unit: str) -> list[Any]:
    numbers = _numbers(value, unit)
    if len(numbers) != 3:
        raise Misfit
    return numbers


def _cells(value: Any, unit: str) -> list[Any]:
    """Tags of each cell; its position as numbers."""
    items = _list(value, unit)
    if not all(isinstance(item, Mapping) for item in items):
        raise Misfit
    return [
        {name: _place(name, tag, k) if name in SPATIAL else tag for name, tag in item.items()}
        for k, item in enumerate(items)
    ]


def _place(name: str, value: Any, cell: int) -> Any:
    """A coordinate [um], or one that is a share of the network's size."""
    try:
        return _number(value, "" if name.endswith("norm") else "um")
    except Misfit as misfit:
        what = str(misfit) or f"expected a number for {name!r}, got {shown(value)}."
        raise Misfit(f"cell {cell}: {what}") from None


def _callable(value: Any, unit: str) -> Any:
    if not callable(value):
        raise Misfit
    return value


def _any(value: Any, unit: str) -> Any:
    return value


def _points(value: Any, unit: str) -> list[tuple[float, ...]]:
    try:
        table = np.array(value, float)
    except (TypeError, ValueError):
        raise Misfit from None
    if len(table) and (table.ndim != 2 or table.shape[1] != 4 or not np.isfinite(table).all()):
        raise Misfit
    return list(map(tuple, table.tolist()))


def _either(*fits: Callable[[Any, str], Any]) -> Callable[[Any, str], Any]:
    """The first that fits. A Misfit with a text of its own (a wrong unit) ends the search."""

    def either(value: Any, unit: str) -> Any:
        """The value as the first fitting kind keeps it."""
        for one in fits:
            try:
                return one(value, unit)
            except Misfit as misfit:
                if str(misfit):
                    raise
        raise Misfit

    return either


KINDS: dict[str, Kind] = {
    "any": Kind("anything", _any),
    "bool": Kind("True or False", _truth),
    "bool or text": Kind("True, False or a text", _either(_truth, _text)),
    "count": Kind("an integer", _count),
    "list": Kind("a list", _list),
    "list of cells": Kind("a list of dictionaries", _cells),
    "list of texts": Kind("a list of names", _texts),
    "location": Kind("a number from 0 to 1", _number),
    "name": Kind("a name", _name),
    "number": Kind("a number", _number),
    "number or function": Kind("a number or a string function", _either(_number, _text)),
    "number or numbers": Kind("a number or a list of 3 numbers", _either(_number, _spacing)),
    "number or text": Kind("a number or a text", _either(_number, _text)),
    "number, function or list": Kind(
        "a number, a string function or a list of numbers", _either(_number, _text, _numbers)
    ),
    "numbers": Kind("a list of numbers", _numbers),
    "pairs": Kind("a list of pairs of integers (pre, post)", _pairs),
    "points": Kind("a list of [x, y, z, diam]", _points),
    "range": Kind("a list of 2 numbers, [low, high]", _range),
    "selectors": Kind("a list of gids, populations or (population, index)", _list),
    "text": Kind("a text", _text),
    "text or callable": Kind("the name of a rule or a function", _either(_text, _callable)),
    "text or list": Kind("a name or a list of names", _either(_text, _texts)),
}
