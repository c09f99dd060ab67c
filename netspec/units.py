"""NEURON's units by column name, and numbers with a unit at the boundary: '0.1 nS' -> 0.0001 [uS]."""

import difflib
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
    "ohm": "ohm", "Ohm": "ohm", "degC": "degC", "mho": "S", "siemens": "S", "molar": "M", "liter": "liter",
}  # fmt: skip
WORDS = {"megohm": "Mohm", "micron": "um", "microns": "um", "umho": "uS", "sec": "s", "second": "s",
         "volt": "V", "amp": "A", "ampere": "A", "farad": "F"}  # fmt: skip
LONG = {"milli": "m", "micro": "u", "nano": "n", "pico": "p", "kilo": "k", "mega": "M"}
"""Other names that mod files give to units."""
KNOWN = (
    *("us", "ms", "s", "uV", "mV", "V", "pA", "nA", "uA", "pS", "nS", "uS", "mS", "nm", "um", "mm", "cm"),
    *("Hz", "kHz", "uM", "mM", "M", "pF/um2", "uF/cm2", "F/m2", "pS/um2", "S/m2", "mS/cm2", "S/cm2"),
    *(
        "ohm*cm",
        "kohm*cm",
        "ohm*m",
        "kohm",
        "Mohm",
        "Gohm",
        "uA/cm2",
        "mA/cm2",
        "A/m2",
        "um/ms",
        "m/s",
        "degC",
    ),
)
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
        fitting = ", ".join(known for known in KNOWN if unit and _scale(known)[1] == target)
        hint = f". Units that fit: {fitting}" if fitting else ""
        raise ValueError(f"{text!r} should be in {unit or 'no unit'}, not in {given!r}{hint}")
    # decimal arithmetic: 0.1 * 1e-3 would not be the number that 0.0001 stands for
    return float(Decimal(value).scaleb(exponent - wanted))


def _scale(unit: str) -> tuple[int, Counter[str]]:
    """Power of ten and dimension of a unit; products of powers such as 'uF/cm2' go from left to right."""
    # NeuroML writes mS_per_cm2 and per_ms
    text, unit = unit, re.sub(r"(?:\b|_)per_", "/", unit).replace("_", "*")
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
        raise ValueError(f"{text!r} is not a unit")
    return exponent, Counter({name: power for name, power in dimension.items() if power})


def _symbol(symbol: str) -> tuple[int, str]:
    """Power of ten and base of a symbol such as 'mV'."""
    long = next((w for w in LONG if symbol.startswith(w) and symbol not in WORDS), "")
    symbol = LONG.get(long, "") + WORDS.get(symbol.removeprefix(long), symbol.removeprefix(long))
    if symbol in BASE:
        return 0, BASE[symbol]
    if symbol[0] in PREFIX and symbol[1:] in BASE:
        return PREFIX[symbol[0]], BASE[symbol[1:]]
    near = difflib.get_close_matches(symbol, KNOWN, 1)  # 'ms' and 'mS' are not the same
    hint = f"Did you mean {near[0]!r}?" if near else did_you_mean(symbol, KNOWN)
    raise ValueError(f"unknown unit {symbol!r}. {hint}")
