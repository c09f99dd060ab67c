"""A detailed cell in a few lines: sections, groups of them, and what their membranes have -> a cell rule."""

from collections.abc import Iterable, Mapping
from math import dist, pi, sqrt
from typing import Any

from netspec.errors import Problem, SpecError, did_you_mean
from netspec.units import number

GEOMETRY = {"L": "um", "diam": "um", "cm": "uF/cm2", "Ra": "ohm*cm", "nseg": ""}
OF_SECTION = ("vinit", "threshold", "spikeGenLoc")
SHAPE = ("points", "L", "diam", "parent", "nseg")
ALL = "all"
DEFAULTS = {"cm": 1.0, "Ra": 35.4}
"""NEURON's."""
FREQUENCY = 100.0
"""Of the d_lambda rule [Hz]."""

Groups = Mapping[str, Iterable[str]]


def cell(
    sections: Mapping[str, Any],
    groups: Groups | None = None,
    membrane: Mapping[str, Mapping[str, Any]] | None = None,
    dLambda: float = 0.1,
) -> dict[str, Any]:
    """An entry of cellParams. SpecError with every name that does not exist.

    sections: by name, a list of points (x, y, z, diam) [um] or a dictionary with `points`, or `L` and `diam`,
    with `parent` (a section, joined at its end, or (section, location)) and `nseg`. groups: of sections or
    of groups, they become secLists. membrane: by section, group or 'all': cm, Ra, vinit, threshold, ions,
    and mechanisms with their parameters; what comes later counts. Numbers may have units.
    dLambda: longest segment in space constants at 100 Hz, where nseg is not given.
    """
    wrong: list[Problem] = []
    shapes = {name: _shape(given) for name, given in sections.items()}
    made = {name: _section(name, shape, shapes, wrong) for name, shape in shapes.items()}
    lists = _lists(groups or {}, list(made), wrong)
    for name, values in (membrane or {}).items():
        if name not in lists and name not in made:
            known = [*made, *lists]
            wrong.append(Problem(f"membrane[{name!r}]", f"no section or group. {did_you_mean(name, known)}"))
        for section in lists.get(name, [name] if name in made else []):
            _cover(made[section], values)
    for name in () if wrong else made:
        geometry = made[name]["geom"]
        try:
            geometry.setdefault("nseg", _segments(geometry, dLambda))
        except ValueError as error:
            wrong.append(Problem(f"sections[{name!r}]", f"{error}. Give nseg, or numbers to find it by."))
    if wrong:
        raise SpecError([Problem(f"netspec.cell: {one.path}", one.message) for one in wrong])
    return {"secs": made, "secLists": {name: found for name, found in lists.items() if name != ALL}}


def _shape(given: Any) -> dict[str, Any]:
    return dict(given) if isinstance(given, Mapping) else {"points": given}


def _section(
    name: str, shape: Mapping[str, Any], known: Mapping[str, Any], wrong: list[Problem]
) -> dict[str, Any]:
    """Geometry and topology of a section."""
    path = f"sections[{name!r}]"
    for key in shape:
        if key not in SHAPE:
            wrong.append(Problem(f"{path}[{key!r}]", f"unknown key. {did_you_mean(key, SHAPE)}"))
    if ("points" in shape) == ("L" in shape):
        wrong.append(Problem(path, "expected either points or L and diam."))
    geometry = {key: shape[key] for key in ("L", "diam", "nseg") if key in shape}
    if "points" in shape:
        points = [tuple(point) for point in shape["points"]]
        if len(points) < 2 or any(len(point) != 4 for point in points):
            wrong.append(Problem(f"{path}['points']", "expected two points (x, y, z, diam) at least."))
            points = []
        geometry["pt3d"] = points
    made: dict[str, Any] = {"geom": geometry, "mechs": {}}
    if parent := shape.get("parent"):
        other, location = parent if isinstance(parent, list | tuple) else (parent, 1.0)
        if other not in known:
            hint = did_you_mean(other, known)
            wrong.append(Problem(f"{path}['parent']", f"no section {other!r}. {hint}"))
        made["topol"] = {"parentSec": other, "parentX": location, "childX": 0.0}
    return made


def _lists(groups: Groups, sections: list[str], wrong: list[Problem]) -> dict[str, list[str]]:
    """Sections of each group, and of 'all'."""
    lists = {ALL: sections}
    for name, members in groups.items():
        found: list[str] = []
        for member in members:
            if member not in lists and member not in sections:
                hint = did_you_mean(member, [*sections, *lists])
                wrong.append(
                    Problem(f"groups[{name!r}]", f"no section or group {member!r} before it. {hint}")
                )
            found += lists.get(member, [member])
        lists[name] = list(dict.fromkeys(found))
    return lists


def _cover(section: dict[str, Any], values: Mapping[str, Any]) -> None:
    """Add what a membrane has to a section."""
    for key, value in values.items():
        if key in GEOMETRY:
            section["geom"][key] = value
        elif key in OF_SECTION:
            section[key] = value
        elif key == "ions":
            for ion, given in value.items():
                section.setdefault("ions", {}).setdefault(ion, {}).update(given)
        else:
            section["mechs"].setdefault(key, {}).update(value)


def _segments(geometry: Mapping[str, Any], longest: float) -> int:
    """Odd number of segments by the d_lambda rule (Hines and Carnevale 2001)."""
    given = {key: number(geometry.get(key, DEFAULTS.get(key, 0)), unit) for key, unit in GEOMETRY.items()}
    points = geometry.get("pt3d") or [(0, 0, 0, given["diam"]), (given["L"], 0, 0, given["diam"])]
    if min(point[3] for point in points) <= 0:
        raise ValueError("a diameter should be positive")
    pairs = list(zip(points, points[1:], strict=False))
    # electrotonic length: each frustum with the mean of its diameters
    lengths = sum(dist(a[:3], b[:3]) / sqrt((a[3] + b[3]) / 2) for a, b in pairs)
    space_constants = lengths * 1e-5 * sqrt(4 * pi * FREQUENCY * given["Ra"] * given["cm"])
    return int((space_constants / longest + 0.999) / 2) * 2 + 1
