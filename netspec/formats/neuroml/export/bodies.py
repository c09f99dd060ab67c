"""Sections as segments: their points, and the segment and fraction of every location."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from netspec.errors import Problem
from netspec.formats.sonata.export.layout import NodeType
from netspec.formats.sonata.export.templates import NOT_PARAMETERS
from netspec.plan.cells import Template

Floats = NDArray[np.float64]
DEFAULTS = {"L": 100.0, "diam": 500.0, "Ra": 35.4, "cm": 1.0, "nseg": 1}
"""NEURON's own geometry."""
FAN = 0.8
"""Angle [rad] over which sections that begin at the same place are spread where they are drawn."""


@dataclass(frozen=True, eq=False)
class Cable:
    """A section as a row of segments. first: id of its first segment. points: (n, 4) x, y, z, diameter [um].

    arcs: (n,) [um] along the points, from where it hangs on its parent. backwards: whether that is NEURON's
    location 1. parent: (segment, fraction) or None. geometry and mechanisms: numbers for all of the section.
    """

    first: int
    points: Floats
    arcs: Floats
    backwards: bool
    parent: tuple[int, float] | None
    geometry: Mapping[str, float]
    mechanisms: Mapping[str, Mapping[str, float]]

    @property
    def segments(self) -> range:
        """Ids of its segments."""
        return range(self.first, self.first + len(self.points) - 1)

    def place(self, location: Any) -> tuple[NDArray[np.int64], Floats]:
        """Segments and fractions along them of NEURON's locations: (n,) each."""
        along = np.asarray(location, float)
        along = (1.0 - along if self.backwards else along) * self.arcs[-1]
        row = np.clip(np.searchsorted(self.arcs, along, side="right") - 1, 0, len(self.arcs) - 2)
        length = self.arcs[row + 1] - self.arcs[row]
        fraction = (along - self.arcs[row]) / np.where(length > 0, length, 1.0)
        return self.first + row, np.clip(fraction, 0.0, 1.0)


@dataclass(frozen=True, eq=False)
class Body:
    """A kind of cell with sections. spike: the segment and fraction where its spikes are detected."""

    id: str
    kind: NodeType
    cables: Mapping[str, Cable]

    @property
    def template(self) -> Template:
        """Its sections as they were given."""
        assert self.kind.template is not None, "an artificial cell has no sections"
        return self.kind.template

    @property
    def spike(self) -> tuple[int, float]:
        """The segment and fraction where its spikes are detected."""
        name, location = self.template.spike_source
        segment, fraction = self.cables[name].place(location)
        return int(segment), float(fraction)

    @property
    def single(self) -> bool:
        """Whether it is one segment."""
        return sum(len(cable.segments) for cable in self.cables.values()) == 1


class Numbers:
    """Parameters of the sections of a kind of cell, with what string functions gave it."""

    def __init__(self, kind: NodeType):
        assert kind.template is not None, "an artificial cell has no sections"
        self.template = kind.template
        self.problems: list[Problem] = []
        self._drawn = {
            (drawn.section, drawn.kind, drawn.name, drawn.parameter, drawn.segment): value
            for drawn, value in zip(self.template.values, kind.values, strict=True)
        }

    def path(self, section: str) -> str:
        """Where a section is written."""
        return f"netParams.cellParams[{self.template.rules[-1]!r}].secs[{section!r}]"

    def geometry(self, section: str) -> dict[str, float]:
        """L, diam, Ra, cm and nseg."""
        given = self.template.sections[section].geom
        found = dict(DEFAULTS)
        for name, value in given.items():
            if name == "rallbranch" and value not in (1, None):
                self._refuse(f"{self.path(section)}.geom.rallbranch", "NeuroML has no equivalent branches.")
            elif name in DEFAULTS and value is not None:
                found[name] = self._one(section, ("geom", "", name), value, f".geom[{name!r}]")
        return found

    def mechanism(self, section: str, name: str) -> dict[str, float]:
        """The parameters of a density mechanism that are given."""
        given = self.template.sections[section].mechs[name]
        return {
            parameter: self._one(
                section, ("mechs", name, parameter), value, f".mechs[{name!r}][{parameter!r}]"
            )
            for parameter, value in given.items()
            if value is not None
        }

    def point(self, section: str, label: str) -> dict[str, float]:
        """The numbers of a point process in the section."""
        return {
            name: self._one(section, ("pointps", label, name), value, f".pointps[{label!r}][{name!r}]")
            for name, value in self.template.sections[section].pointps[label].items()
            if name not in NOT_PARAMETERS and not name.startswith("_") and value is not None
        }

    def _one(self, section: str, key: tuple[str, str, str], value: Any, where: str) -> float:
        several = list(value) if isinstance(value, list | tuple) else [value]
        found = []
        for segment, item in enumerate(several):
            if isinstance(item, str):
                item = self._drawn.get((section, *key, segment), self._drawn.get((section, *key, -1)))
            if item is not None:
                found.append(float(item))
        if len(set(found)) == 1:
            return found[0]
        self._refuse(
            f"{self.path(section)}{where}", "differs along the section: cut it where the value changes."
        )
        return found[0] if found else math.nan

    def _refuse(self, path: str, message: str) -> None:
        self.problems.append(Problem(path, message))


def body(name: str, kind: NodeType) -> tuple[Body, list[Problem]]:
    """A kind of cell as segments, parents first, and what of its sections has no counterpart."""
    numbers = Numbers(kind)
    sections = numbers.template.sections
    made: dict[str, Cable] = {}
    for section in _parents_first(sections):
        topology = sections[section].topol
        above = made.get(topology["parentSec"]) if topology else None
        if not topology and made:
            numbers.problems.append(
                Problem(numbers.path(section), "a second root: NeuroML's cells have one.")
            )
        backwards = float(topology.get("childX", 0.0)) == 1.0 if topology else False
        if topology and float(topology.get("childX", 0.0)) not in (0.0, 1.0):
            message = "NeuroML's sections hang on their parents by an end."
            numbers.problems.append(Problem(f"{numbers.path(section)}.topol['childX']", message))
        parent = None
        if above is not None:
            segment, fraction = above.place(float(topology.get("parentX", 1.0)))
            parent = int(segment), float(fraction)
        geometry = numbers.geometry(section)
        points = _points(sections, section, geometry, made)
        if backwards and sections[section].geom.get("pt3d"):
            points = points[::-1]
        if len(points) < 2:
            numbers.problems.append(Problem(f"{numbers.path(section)}.geom.pt3d", "one point is no section."))
            points = np.repeat(points[:1], 2, axis=0)
        arcs = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(points[:, :3], axis=0), axis=1))])
        first = sum(len(cable.segments) for cable in made.values())
        mechanisms = {m: numbers.mechanism(section, m) for m in sections[section].mechs}
        made[section] = Cable(first, points, arcs, backwards, parent, geometry, mechanisms)
    return Body(name, kind, made), numbers.problems


def _parents_first(sections: Mapping[str, Any]) -> Iterator[str]:
    waiting, done = list(sections), set[str]()
    while waiting:
        ready = [n for n in waiting if not sections[n].topol or sections[n].topol["parentSec"] in done]
        if not ready:
            return
        yield from ready
        done.update(ready)
        waiting = [name for name in waiting if name not in done]


def _points(
    sections: Mapping[str, Any], name: str, geometry: Mapping[str, float], made: Mapping[str, Cable]
) -> Floats:
    """The points of a section: its own, else a straight line from where it hangs on its parent."""
    given = sections[name].geom.get("pt3d")
    if given:
        points = np.asarray([point[:4] for point in given], float)
        changed = np.ones(len(points), bool)
        changed[1:] = (np.diff(points, axis=0) != 0).any(axis=1)
        return np.asarray(points[changed])
    start, direction = _ahead(sections, name, made)
    line = np.stack([start, start + geometry["L"] * direction])
    return np.concatenate([line, np.full((2, 1), geometry["diam"])], axis=1)


def _ahead(sections: Mapping[str, Any], name: str, made: Mapping[str, Cable]) -> tuple[Floats, Floats]:
    """Where a section without points begins [um], and its direction: upwards, children fanned out."""
    topology = sections[name].topol
    if not topology:
        return np.zeros(3), np.array([0.0, 1.0, 0.0])
    above = made[topology["parentSec"]]
    at = float(topology.get("parentX", 1.0))
    along = (1.0 - at if above.backwards else at) * above.arcs[-1]
    start = np.array([np.interp(along, above.arcs, above.points[:, axis]) for axis in range(3)])
    ahead = above.points[-1, :2] - above.points[0, :2]
    angle = math.atan2(ahead[1], ahead[0]) if ahead.any() else math.pi / 2
    share = along / above.arcs[-1] if above.arcs[-1] else 1.0
    angle += 0.0 if share == 1 else math.pi if share == 0 else math.pi / 2
    twins = [n for n in sections if sections[n].topol and _joint(sections, n) == _joint(sections, name)]
    if len(twins) > 1:
        angle += FAN * (twins.index(name) / (len(twins) - 1) - 0.5)
    return start, np.round([math.cos(angle), math.sin(angle), 0.0], 12)


def _joint(sections: Mapping[str, Any], name: str) -> Sequence[Any]:
    topology = sections[name].topol
    return topology["parentSec"], topology.get("parentX", 1.0)
