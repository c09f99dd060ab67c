"""Whether electrodes are where and what they can be, and the tissue around them too."""

import importlib.util
from collections.abc import Mapping
from typing import Any

import numpy as np

from netspec.signals.electrodes import (
    CELLS,
    HINT,
    KEYS,
    METHODS,
    SLAB_KEYS,
    Electrodes,
    contact_points,
    electrodes,
)
from netspec.spec.check_values import Findings, in_range, not_negative, one_of, positive, unknown_keys
from netspec.spec.findings import Finding, Path, lenient
from netspec.spec.kinds import is_integer, is_number, shown
from netspec.spec.simulation import Simulation

RANGES = {"thickness": positive, "saline": not_negative, "glass": not_negative}
LFP: Path = ("simConfig", "recordLFP")
ROOT: Path = ("simConfig", "electrodes")


def check(options: Simulation) -> Findings:
    """What is wrong with recordLFP and electrodes."""
    wrong = [
        Finding((*LFP, number), f"expected [x, y, z] in um, got {shown(place)}.")
        for number, place in enumerate(options.record_lfp)
        if not _is_place(place)
    ]
    wrong += _options(options.electrodes)
    yield from wrong
    if options.electrodes and not options.record_lfp:
        yield lenient(ROOT, "nothing is recorded without recordLFP.")
    if not wrong:
        found = electrodes(options.electrodes)
        yield from _slab_fits(found, options)
        if found.needs_lfpykit and importlib.util.find_spec("lfpykit") is None:
            yield Finding((*ROOT, "sigma" if found.slab is None else "slab"), f"{HINT}.")


def _is_place(place: Any) -> bool:
    return isinstance(place, list | tuple) and len(place) == 3 and all(map(is_number, place))


def _grave(finding: Finding) -> Finding:
    """NetPyNE has no such option, so that nothing is let pass for its sake."""
    return Finding(finding.path, finding.message)


def _options(given: Mapping[str, Any]) -> Findings:
    yield from map(_grave, unknown_keys(given, KEYS, ROOT))
    sigma, slab = given.get("sigma", 1.0), given.get("slab")
    if not is_number(sigma) and not _is_place(sigma):
        yield Finding((*ROOT, "sigma"), f"expected a number or [x, y, z] in S/m, got {shown(sigma)}.")
    else:
        yield from in_range(sigma, positive, (*ROOT, "sigma"))
        if slab is not None and not is_number(sigma):
            yield Finding((*ROOT, "sigma"), "the tissue of a slab has one conductivity.")
    yield from map(_grave, one_of(given.get("method", "line"), METHODS, (*ROOT, "method")))
    yield from map(_grave, one_of(given.get("cells", "points"), CELLS, (*ROOT, "cells")))
    nearest = given.get("minimumDistance")
    if nearest is not None and not (is_number(nearest) and nearest >= 0):
        yield Finding((*ROOT, "minimumDistance"), f"expected 0 um or more, got {shown(nearest)}.")
    yield from _discs(given)
    if slab is not None:
        yield from _slab(slab)


def _discs(given: Mapping[str, Any]) -> Findings:
    radius, points, normal = (given.get(f"contact{name}") for name in ("Radius", "Points", "Normal"))
    if radius is not None and not (is_number(radius) and radius >= 0):
        yield Finding((*ROOT, "contactRadius"), f"expected 0 um or more, got {shown(radius)}.")
    if points is not None and not (is_integer(points) and points >= 1):
        yield Finding((*ROOT, "contactPoints"), f"expected a whole number from 1 on, got {shown(points)}.")
    if normal is not None and not (_is_place(normal) and any(normal)):
        yield Finding((*ROOT, "contactNormal"), f"expected a direction [x, y, z], got {shown(normal)}.")
    for name, value in (("contactPoints", points), ("contactNormal", normal)):
        if value is not None and not radius:
            yield lenient((*ROOT, name), "contacts are points without contactRadius.")


def _slab(slab: Any) -> Findings:
    path: Path = (*ROOT, "slab")
    if not isinstance(slab, Mapping):
        yield Finding(path, f"expected a dictionary, got {shown(slab)}.")
        return
    yield from map(_grave, unknown_keys(slab, SLAB_KEYS, path))
    for name, value in slab.items():
        if name in SLAB_KEYS and not is_number(value):
            yield Finding((*path, name), f"expected a number, got {shown(value)}.")
        elif name == "squeeze" and not 0 <= value < 1:
            yield Finding((*path, name), f"expected 0 or more, and less than 1, got {value!r}.")
        elif name in RANGES:
            yield from in_range(value, RANGES[name], (*path, name))


def _slab_fits(found: Electrodes, options: Simulation) -> Findings:
    """Contacts are in the slab; those of line sources are on its glass, which conducts nothing."""
    slab = found.slab
    if slab is None or not options.record_lfp:
        return
    height = contact_points(np.array(options.record_lfp, float), found)[..., 2] - slab.bottom
    on_glass = found.method != "point"
    if on_glass and slab.glass:
        yield Finding(
            (*ROOT, "slab", "glass"), "line sources need glass that conducts nothing; or method 'point'."
        )
    for number, heights in enumerate(height.T):
        if on_glass and np.abs(heights).max() > 1e-9:
            message = (
                f"not on the glass at z = {slab.bottom:g} um, where line sources need it; or method 'point'."
            )
            yield Finding((*LFP, number), message)
        elif heights.min() < -1e-9 or heights.max() > slab.thickness + 1e-9:
            yield Finding((*LFP, number), "outside of the slab.")
