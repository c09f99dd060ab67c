"""What the user wrote as plain dicts of our own, so that nothing of the user's is ever changed."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from netspec.errors import did_you_mean
from netspec.spec.findings import Finding
from netspec.stimulus import Stimulus, changed

LARGE = frozenset({"pt3d", "connList", "spkTimes"})
"""Long lists of numbers, which are shared with the user's dictionaries instead of copied."""

SCALARS = frozenset({str, int, float, bool, type(None)})


def attributes(source: Any) -> dict[str, Any]:
    """The attributes of an object, or the items of a mapping, as a deep copy; private names are left out."""
    if source is None:
        return {}
    items = source if isinstance(source, Mapping) else vars(source)
    return {name: value for name, value in plain(items).items() if not str(name).startswith("_")}


def plain(value: Any) -> Any:
    """A copy made of dicts, lists, tuples and Python numbers. NetPyNE's old key 'popLabel' becomes 'pop'."""
    if type(value) in SCALARS:
        return value
    if isinstance(value, Mapping):
        # dict.items, as the items of the user's own classes may wrap what they hold
        items = dict.items(value) if isinstance(value, dict) else value.items()
        return {
            "pop" if key == "popLabel" else key: item if key in LARGE else plain(item)
            for key, item in items
            if not (isinstance(key, str) and key.startswith("__"))
        }
    if isinstance(value, list | range):
        return [plain(item) for item in value]
    if isinstance(value, tuple):
        return tuple(plain(item) for item in value)
    if isinstance(value, np.ndarray):
        return value.tolist()
    return value.item() if isinstance(value, np.generic) else value


def apply_mapping(network: dict[str, Any], simulation: Mapping[str, Any]) -> list[Finding]:
    """What cannot be written, after all other simConfig attributes in `mapping` are at their places."""
    mapping = network.get("mapping")
    findings = []
    for name, path in mapping.items() if isinstance(mapping, Mapping) else ():
        if name not in simulation:
            continue
        steps = path.split(".") if isinstance(path, str) else path
        message = put(network, steps, plain(simulation[name]))
        if message:
            findings.append(Finding(("netParams", "mapping", name), message))
    return findings


def put(place: Any, steps: Any, value: Any) -> str:
    """Set a nested value by its keys: nothing, or why there is no such place."""
    if not isinstance(steps, list | tuple) or not steps:
        return f"expected a path ('a.b.c' or a list of keys), got {steps!r} ({type(steps).__name__})."
    for number, step in enumerate(steps[:-1], 1):
        try:
            if isinstance(place[step], Stimulus):
                place[step] = changed(place[step], steps[number:], value)
                return ""
            place = place[step]
        except (KeyError, IndexError, TypeError) as error:
            if isinstance(place, Mapping) and isinstance(place.get(step), Stimulus):
                return str(error.args[0])
            known = place if isinstance(place, Mapping) else vars(place) if hasattr(place, "__dict__") else ()
            return (
                f"there is no {step!r} on the way to {'.'.join(map(str, steps))}. {did_you_mean(step, known)}"
            )
        except ValueError as error:
            return f"{error}."
    if not hasattr(place, "__setitem__"):
        return f"nothing can be put at {'.'.join(map(str, steps))}."
    place[steps[-1]] = value
    return ""
