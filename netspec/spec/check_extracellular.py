"""Whether an extracellular stimulus (XStim) has a waveform and a field that are possible."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from netspec.spec.check_values import Findings, in_range, not_negative, positive, unknown_keys
from netspec.spec.facts import Facts
from netspec.spec.findings import Finding, Path, warning
from netspec.spec.kinds import is_number, shown

KEYS = ("waveform", "field", "mod_based")
WINDOW = ("type", "amp", "del", "dur")
WAVEFORMS = {
    "pulse": WINDOW,
    "sinusoidal": (*WINDOW, "freq"),
    "external": ("type", "time", "signal", "held"),
}
FIELDS = {
    "pointSource": {"location": 3, "sigma": 0, "cells": -1},
    "uniform": {"referencePoint": 3, "fieldDirection": 2, "cells": -1, "places": -1},
    "nodes": {"points": -1, "values": -1, "interpolation": -1, "cells": -1},
}
PLACES = ("middles", "starts")
INTERPOLATIONS = ("linear", "nearest")
"""Keys of each class of field, and how many numbers each has (0: a single one, -1: something else)."""


def xstim(params: Mapping[str, Any], facts: Facts, path: Path) -> Findings:
    """What is wrong with the parameters of an XStim."""
    if params.get("mod_based", False) not in (True, False):
        yield Finding((*path, "mod_based"), f"expected True or False, got {shown(params['mod_based'])}.")
    elif params.get("mod_based") and facts.spec.simulation.use_local_dt:
        message = "mod_based needs one time step for all cells; leave use_local_dt False."
        yield Finding((*path, "mod_based"), message)
    yield from unknown_keys(params, KEYS, path)
    yield from _choice(params, "waveform", "type", WAVEFORMS, path)
    yield from _choice(params, "field", "class", FIELDS, path)
    waveform, field = params.get("waveform"), params.get("field")
    if isinstance(waveform, Mapping) and waveform.get("type") in WAVEFORMS:
        yield from _waveform(waveform, facts, (*path, "waveform"))
    if isinstance(field, Mapping) and field.get("class") in FIELDS:
        yield from _field(field, (*path, "field"))


def _choice(params: Mapping[str, Any], key: str, name: str, known: Mapping[str, Any], path: Path) -> Findings:
    """A dictionary that says its kind and has no other keys than that kind has."""
    value, here = params.get(key), (*path, key)
    if value is None:
        yield Finding(here, "required, but missing.")
    elif not isinstance(value, Mapping):
        yield Finding(here, f"expected a dictionary, got {shown(value)}.")
    elif value.get(name) not in known:
        listed = ", ".join(map(repr, known))
        yield Finding((*here, name), f"expected one of {listed}, got {value.get(name)!r}.")
    else:
        yield from unknown_keys(value, (name, *known[value[name]]), here)


def _waveform(waveform: Mapping[str, Any], facts: Facts, path: Path) -> Findings:
    if waveform["type"] == "external":
        for key in ("time", "signal"):
            if not isinstance(waveform.get(key), str | list | tuple | np.ndarray):
                message = f"expected numbers or a .pkl or .npy file, got {shown(waveform.get(key))}."
                yield Finding((*path, key), message)
        return
    if waveform["type"] == "sinusoidal" and "freq" not in waveform:
        yield Finding((*path, "freq"), "required, but missing [Hz].")
    for key in ("amp", "del", "dur", "freq"):
        if key in waveform and not is_number(waveform[key]):
            yield Finding((*path, key), f"expected a number, got {shown(waveform[key])}.")
            return
    for key in ("del", "dur"):
        yield from in_range(waveform.get(key), not_negative, (*path, key))
    if "dur" in waveform and "del" not in waveform:
        yield warning(
            (*path, "dur"), "ignored without 'del', as in NetPyNE: lasts as long as the simulation."
        )
    if waveform.get("del", 0) >= facts.spec.simulation.duration:
        yield warning((*path, "del"), "the simulation ends before this stimulus begins.")


def _field(field: Mapping[str, Any], path: Path) -> Findings:
    for key, count in FIELDS[field["class"]].items():
        if key not in field:
            continue
        value = field[key]
        if count < 0 or (key == "referencePoint" and value == "soma"):
            yield from _no_numbers(key, value, (*path, key))
            continue
        numbers = [value] if count == 0 else value
        if not isinstance(numbers, list | tuple | np.ndarray) or len(numbers) != max(count, 1):
            yield Finding((*path, key), f"expected {count} numbers, got {shown(value)}.")
        elif not all(map(is_number, numbers)):
            yield Finding(
                (*path, key), f"expected {f'{count} numbers' if count else 'a number'}, got {shown(value)}."
            )
        elif count == 0:
            yield from in_range(value, positive, (*path, key))
    if field["class"] == "nodes":
        yield from _nodes(field, path)
    if field["class"] == "pointSource" and "location" not in field:
        yield warning((*path, "location"), "missing; the electrode is in the middle of the network.")


def _no_numbers(key: str, value: Any, path: Path) -> Findings:
    """A word of a field."""
    known = {"cells": ("points", "soma"), "interpolation": INTERPOLATIONS, "places": PLACES}.get(key)
    if known and value not in known:
        yield Finding(path, f"expected one of {', '.join(map(repr, known))}, got {shown(value)}.")


def _nodes(field: Mapping[str, Any], path: Path) -> Findings:
    """Places at which a field is known: (n, 3), and its values there, of each waveform (waveforms, n)."""
    for key in ("points", "values"):
        if key not in field:
            yield Finding((*path, key), "required, but missing.")
            return
    try:
        points, values = (np.asarray(field[key], float) for key in ("points", "values"))
    except (TypeError, ValueError):
        yield Finding((*path, "values"), "expected numbers.")
        return
    if points.ndim != 2 or points.shape[1] != 3 or not len(points):
        yield Finding((*path, "points"), f"expected places [x, y, z], got the shape {points.shape}.")
    elif values.ndim != 2 or values.shape[1] != len(points):
        yield Finding(
            (*path, "values"), f"expected {len(points)} values in each row, got the shape {values.shape}."
        )
