"""Extracellular potentials, played into the `extracellular` mechanism of every segment in a field."""

from typing import Any

import numpy as np
from neuron import h
from numpy.typing import NDArray

from netspec.errors import Problem, SpecError
from netspec.neuron.cells import LiveCells
from netspec.plan import Plan
from netspec.plan.extracellular import Field, fields, times

Floats = NDArray[np.float64]


class LiveFields:
    """The fields in which cells of this rank are; keeps what is played."""

    def __init__(self, plan: Plan, cells: LiveCells):
        self._vectors: list[Any] = []
        self._times: dict[tuple[int, ...], tuple[Any, Floats]] = {}
        found = fields(plan.model, plan.cells)
        if not found:
            return
        self._clock = times(plan.model.spec.simulation)
        cells.define_shapes()
        of_cell: dict[int, tuple[int, ...]] = {}
        for k, field in enumerate(found):
            for gid in field.gids.tolist():
                of_cell[gid] = (*of_cell.get(gid, ()), k)
        for gid, codes in of_cell.items():
            when, courses = self._courses(found, codes)
            for section in cells.sections(gid):
                self._play(section, [found[code] for code in codes], when, courses, gid)

    def _courses(self, found: tuple[Field, ...], codes: tuple[int, ...]) -> tuple[Any, Floats]:
        """When the potentials of these fields change (Vector), and their courses then: (fields, times)."""
        if codes not in self._times:
            courses = np.stack([found[code].course for code in codes])
            kept = _corners(courses)
            self._times[codes] = h.Vector(self._clock[kept]), courses[:, kept]
        return self._times[codes]

    def _play(self, section: Any, inside: list[Field], when: Any, courses: Floats, gid: int) -> None:
        """Insert the mechanism and give each segment the sum of all fields there [mV]."""
        middles = centres(section)
        strengths = np.stack([field.strength(middles) for field in inside], axis=1)
        if not np.isfinite(strengths).all():
            field = inside[int(np.argwhere(~np.isfinite(strengths))[0, 1])]
            path = f"netParams.stimSourceParams[{field.source!r}].field.location"
            raise SpecError([Problem(path, f"the electrode is in the middle of a segment of cell {gid}.")])
        section.insert("extracellular")
        for segment, potential in zip(section, strengths @ courses, strict=True):
            vector = h.Vector(potential)
            vector.play(segment._ref_e_extracellular, when, True)
            self._vectors.append(vector)


def centres(section: Any) -> Floats:
    """Middle of each segment's ends on the line through the section's 3-D points: (nseg, 3) [um]."""
    n = section.n3d()
    arcs = np.array([section.arc3d(i) for i in range(n)]) / section.L
    points = np.array([[section.x3d(i), section.y3d(i), section.z3d(i)] for i in range(n)])
    ends = np.array([[s.x - 0.5 / section.nseg, s.x + 0.5 / section.nseg] for s in section])
    return np.stack([np.interp(ends, arcs, column).mean(axis=1) for column in points.T], axis=1)


def _corners(courses: Floats) -> NDArray[np.int64]:
    """Where courses (fields, times) are needed to draw them: not within stretches of equal values."""
    same = (courses[:, 1:] == courses[:, :-1]).all(axis=0)
    inner = np.zeros(courses.shape[1], bool)
    inner[1:-1] = same[:-1] & same[1:]
    return np.flatnonzero(~inner)
