"""Which sections and locations the synapses of connections are at, in the words of connParams."""

from typing import Any

import numpy as np

from netspec.tables import Floats, Ints

SAME = 1e-9
"""Locations that differ by less are the same."""


def keys(sections: tuple[str, ...], section: Ints, location: Floats, counts: Ints) -> dict[str, Any]:
    """Sec, loc and how synapses are spread over them; nothing for artificial cells.

    section: number in `sections` (-1: none), and location, of all synapses, connection by connection; counts:
    synapses of each connection.
    """
    if (section < 0).any():
        return {}
    several = int(counts.max())
    if counts.min() == several:
        codes, places = section.reshape(-1, several), location.reshape(-1, several)
        if (codes == codes[0]).all() and np.ptp(places, axis=0).max() < SAME:
            return _fixed([sections[code] for code in codes[0]], places[0])
    names = [sections[code] for code in np.unique(section)]
    if several == 1:
        return _single(names, section, location)
    found: dict[str, Any] = {"sec": names if len(names) > 1 else names[0]}
    if len(names) > 1:
        found |= {"distributeSynsUniformly": False, "connRandomSecFromList": True}
    return found


def _fixed(names: list[str], places: Floats) -> dict[str, Any]:
    """The same places on every cell."""
    if len(names) == 1:
        return {"sec": names[0], "loc": float(places[0])}
    if len(set(names)) == 1:
        return {"sec": names[0], "loc": places.tolist()}
    spread = {"distributeSynsUniformly": False, "connRandomSecFromList": False}
    return {"sec": names, "loc": places.tolist(), **spread}


def _single(names: list[str], section: Ints, location: Floats) -> dict[str, Any]:
    """One synapse for each connection, on one of the sections."""
    sec = names if len(names) > 1 else names[0]
    parts = [location[section == code] for code in np.unique(section)]
    if max(np.ptp(part) for part in parts) < SAME:
        places = [float(part[0]) for part in parts]
        return {"sec": sec, "loc": places[0] if np.ptp(places) < SAME else places}
    low, high = np.round([location.min(), location.max()], 6)
    return {"sec": sec, "loc": f"uniform({low:g}, {high:g})"}
