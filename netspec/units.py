"""NEURON's units by column name, and numbers with a unit at the boundary: '0.1 nS' -> 0.0001 [uS]."""

import re
from collections import Counter
from decimal import Decimal

from netspec.errors import did_you_mean

UNIT = {
    "gid": "", "pre": "", "post": "", "index": "", "section": "", "synapse": "", "rule": "",
    "population": "", "template": "", "location": "", "loc": "", "fraction": "", "rotation": "",
    "xborder": "um", "yborder": "um", "zborder": "um",
    "x": "um", "y": "um", "z": "um", "xnorm": "", "ynorm": "", "znorm": "",
    "L": "um", "diam": "um", "cm": "uF/cm2", "Ra": "ohm*cm",
    "weight": "uS", "delay": "ms", "threshold": "mV",
    "time": "ms", "v": "mV", "i": "nA", "g": "uS", "e": "mV",
    "start": "ms", "interval": "ms", "rate": "Hz", "noise": "", "number": "",
    "amp": "nA", "dur": "ms", "del": "ms", "rs": "Mohm", "onset": "ms", "gmax": "uS",
    "tau": "ms", "tau1": "ms", "tau2": "ms",
}  # fmt: skip
"""Unit of the numbers in a column, by its name ('' for none). Weights of artificial cells have none."""

PREFIX = {
    "T": 12,
    "G": 9,
    "M": 6,
    "k": 3,
    "": 0,
    "d": -1,
    "c": -2,
    "m": -3,
    "u": -6,
    "µ": -6,
    "n": -9,
    "p": -12,
}
BASE = {
    "s": "s", "Hz": "1/s", "V": "V", "A": "A", "S": "S", "F": "F", "m": "m", "M": "M",
    "ohm": "ohm", "Ohm": "ohm",
}  # fmt: skip
FACTOR = re.compile(r"\s*([*/.]?)\s*([A-Za-zµ]+)\^?(-?\d*)")
NUMBER = re.compile(r"\s*([-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)\s*(.*?)\s*\Z", re.DOTALL)


def number(text: str | float, unit: str) -> float:
    """The number in `unit`. text: a number (already in `unit`), or one with a unit such as '5 ms'.

    >>> number("0.1 nS", "uS"), number("5", "ms"), number("2 mm", "um")
    (0.0001, 5.0, 2000.0)
    """
    if not isinstance(text, str):
        return float(text)
    found = NUMBER.match(text)
    if found is None:
        raise ValueError(f"{text!r} is not a number")
    value, given = found.groups()
    if not given:
        return float(value)
    exponent, dimension = _scale(given)
    wanted, target = _scale(unit)
    if dimension != target:
        raise ValueError(f"{text!r} should be in {unit or 'no unit'}, not in {given!r}")
    # decimal arithmetic: 0.1 * 1e-3 would not be the number that 0.0001 stands for
    return float(Decimal(value).scaleb(exponent - wanted))


def _scale(unit: str) -> tuple[int, Counter[str]]:
    """Power of ten and dimension of a unit; products of powers such as 'uF/cm2' go from left to right."""
    exponent, dimension, at = 0, Counter[str](), 0
    for factor in FACTOR.finditer(unit):
        if factor.start() != at:
            break
        at = factor.end()
        operator, symbol, power = factor.groups()
        sign = -int(power or 1) if operator == "/" else int(power or 1)
        prefix, base = _symbol(symbol)
        exponent += sign * prefix
        name = base.removeprefix("1/")
        dimension[name] += -sign if base != name else sign
    if unit[at:].strip():
        raise ValueError(f"{unit!r} is not a unit")
    return exponent, Counter({name: power for name, power in dimension.items() if power})


def _symbol(symbol: str) -> tuple[int, str]:
    """Power of ten and base of a symbol such as 'mV'."""
    if symbol in BASE:
        return 0, BASE[symbol]
    if symbol[0] in PREFIX and symbol[1:] in BASE:
        return PREFIX[symbol[0]], BASE[symbol[1:]]
    known = [
        "ms",
        "s",
        "mV",
        "V",
        "nA",
        "uS",
        "nS",
        "um",
        "mm",
        "Hz",
        "mM",
        "uF/cm2",
        "S/cm2",
        "ohm*cm",
        "Mohm",
    ]
    raise ValueError(f"unknown unit {symbol!r}. {did_you_mean(symbol, known)}")
