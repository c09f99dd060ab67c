"""Numbers with units, by the units that the files define."""

import re

from netspec.errors import did_you_mean
from netspec.lems.model import Library, Vector

NUMBER = re.compile(r"\s*([-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)\s*(\S*)\s*\Z")


def read(text: str, dimension: str, library: Library) -> float | str:
    """The value in SI units of a text such as '-65 mV', or what is wrong with it."""
    found = NUMBER.match(text)
    if found is None:
        return f"{text!r} is not a number{_with_unit(dimension, library)}"
    value, symbol = float(found[1]), found[2]
    if not symbol:
        if dimension in ("none", "*") or value == 0:
            return value
        return f"{text!r} has no unit: expected {dimension}{_with_unit(dimension, library)}"
    unit = library.units.get(symbol)
    if unit is None:
        return f"unknown unit {symbol!r} in {text!r}: expected {_expected(symbol, dimension, library)}"
    if dimension != "*" and library.dimensions.get(unit.dimension) != library.dimensions.get(dimension):
        wanted = "no unit" if dimension == "none" else f"{dimension}{_with_unit(dimension, library)}"
        return f"{text!r} is a {unit.dimension}: expected {wanted}"
    return value * unit.scale + unit.offset


def units_of(dimension: str, library: Library) -> list[str]:
    """The symbols of a dimension."""
    vector: Vector | None = library.dimensions.get(dimension)
    return [u.symbol for u in library.units.values() if library.dimensions.get(u.dimension) == vector]


def _with_unit(dimension: str, library: Library) -> str:
    if dimension in ("none", "*"):
        return ""
    return f" with a unit such as {', '.join(units_of(dimension, library)[:4])}"


def _expected(symbol: str, dimension: str, library: Library) -> str:
    if dimension == "none":
        return "a number without unit"
    symbols = list(library.units) if dimension == "*" else units_of(dimension, library)
    return f"{dimension}. {did_you_mean(symbol, symbols)}"
