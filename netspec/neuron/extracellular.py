"""Extracellular potentials: played into the `extracellular` mechanism of every segment, or made by xtra."""

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
from neuron import h
from numpy.typing import NDArray

from netspec.errors import Problem, SpecError
from netspec.neuron import catalog, standing
from netspec.neuron.cells import LiveCells
from netspec.neuron.geometry import along, ends
from netspec.plan import Plan
from netspec.plan.extracellular import Field, fields, times

Floats = NDArray[np.float64]

XTRA = "xtra"
"""The mechanism that makes potentials of its GLOBAL `is` [mA or V/m] and its `rx` in each segment."""
FIRST = 2**30
"""Number of the first transfer from xtra; those of pointer connections are below."""


class LiveFields:
    """The fields in which cells of this rank are; keeps what is played."""

    def __init__(self, plan: Plan, cells: LiveCells, ranks: Any):
        self._vectors: dict[tuple[int, int], list[Any]] = {}
        self._times: dict[tuple[int, ...], tuple[Any, Floats]] = {}
        self._signal: list[Any] = []
        self._ranks, self._number = ranks, FIRST + ranks.rank
        found = fields(plan.model, plan.cells)
        if not found:
            return
        self._clock = times(plan.model.spec.simulation)
        cells.define_shapes()
        self._play_signal(found)
        of_cell: dict[int, tuple[int, ...]] = {}
        for k, field in enumerate(found):
            for gid in field.gids.tolist():
                of_cell[gid] = (*of_cell.get(gid, ()), k)
        for gid, codes in of_cell.items():
            inside = [found[code] for code in codes]
            of_xtra = _of_xtra(inside, gid)
            moved = _moves(plan, gid, cells.sections(gid), inside)
            for place, section in enumerate(cells.sections(gid)):
                strengths = _strengths(section, inside, gid, moved)
                section.insert("extracellular")
                if of_xtra:
                    self._follow(section, strengths.sum(axis=1))
                else:
                    self._vectors[gid, place] = self._play(section, strengths, *self._courses(found, codes))

    def played(self, gid: int, section: int, segment: int) -> Any:
        """The Vector of potentials [mV] that is played into a segment of a cell's n-th section."""
        return self._vectors[gid, section][segment]

    def _courses(self, found: tuple[Field, ...], codes: tuple[int, ...]) -> tuple[Any, Floats]:
        """When the potentials of these fields change (Vector), and their courses then: (fields, times)."""
        if codes not in self._times:
            courses = np.concatenate([found[code].course for code in codes])
            kept = _corners(courses)
            held = {found[code].held for code in codes}
            if len(held) > 1:
                path = f"netParams.stimSourceParams[{found[codes[0]].source!r}].waveform.held"
                raise SpecError([Problem(path, "another field on the same cells has it, or has it not.")])
            # NEURON takes the value in the middle of a step.
            shift = self._clock[1] / 2 if held == {True} and len(self._clock) > 1 else 0.0
            self._times[codes] = h.Vector(self._clock[kept] + shift), courses[:, kept]
        return self._times[codes]

    def _play(self, section: Any, strengths: Floats, when: Any, courses: Floats) -> list[Any]:
        """Give each segment the sum of all fields there [mV]: the Vectors."""
        vectors = []
        for segment, potential in zip(section, strengths @ courses, strict=True):
            vectors.append(h.Vector(potential))
            vectors[-1].play(segment._ref_e_extracellular, when, True)
        return vectors

    def _play_signal(self, found: tuple[Field, ...]) -> None:
        """Play the course of the fields of xtra, which all have the same, step by step as NetPyNE does."""
        for field in [field for field in found if field.mod_based][:1]:
            self._signal = [h.Vector(field.course[0]), h.Vector(self._clock)]
            self._signal[0].play(getattr(h, f"_ref_is_{XTRA}"), self._signal[1])

    def _follow(self, section: Any, strengths: Floats) -> None:
        """Let each segment have the potential of its xtra: through its pointers, else by a transfer."""
        section.insert(XTRA)
        known = catalog.variables(XTRA)
        for segment, strength in zip(section, strengths.tolist(), strict=True):
            mechanism = getattr(segment, XTRA)
            mechanism.rx = strength * 1e-6
            # A POINTER has no address before it is set.
            if "im" in known and not hasattr(mechanism, "_ref_im"):
                h.setpointer(segment._ref_i_membrane, "im", mechanism)
            if not hasattr(mechanism, "_ref_ex"):
                h.setpointer(segment._ref_e_extracellular, "ex", mechanism)
                continue
            self._ranks.pc.source_var(mechanism._ref_ex, self._number, sec=section)
            self._ranks.pc.target_var(segment._ref_e_extracellular, self._number, sec=section)
            self._number += self._ranks.size


def _of_xtra(inside: list[Field], gid: int) -> bool:
    """Whether the potential around a cell is made by xtra; SpecError if only a part of it is."""
    kinds = {field.mod_based for field in inside}
    if len(kinds) > 1:
        source = next(field.source for field in inside if field.mod_based)
        message = f"cell {gid} is in a field without mod_based as well; leave it out, or give it to both."
        raise SpecError([Problem(f"netParams.stimSourceParams[{source!r}].mod_based", message)])
    return kinds.pop()


Move = Callable[[Floats], Floats]


def _moves(plan: Plan, gid: int, sections: Any, inside: list[Field]) -> tuple[Move, ...]:
    """Where each field has the points of a cell (points, 3) [um]."""
    if not any(field.standing or field.around_soma for field in inside):
        return tuple(lambda points: points for _ in inside)
    turn, middle, place = standing.of_cell(
        plan, gid, {section.name().split(".")[-1]: section for section in sections}
    )

    def move(field: Field, points: Floats) -> Floats:
        points = (points - middle) @ turn.T + place if field.standing else points
        return points - (place if field.standing else middle) if field.around_soma else points

    return tuple(partial(move, field) for field in inside)


def _strengths(section: Any, inside: list[Field], gid: int, moves: tuple[Move, ...]) -> Floats:
    """Potential in each segment per unit of each field's course: (nseg, parts of all fields) [mV]."""
    parts = [
        field.strength(move(_points(field, section))) * (0.0 if field.starts and _is_soma(section) else 1.0)
        for field, move in zip(inside, moves, strict=True)
    ]
    strengths = np.concatenate(parts, axis=1)
    if not np.isfinite(strengths).all():
        field = next(field for field, part in zip(inside, parts, strict=True) if not np.isfinite(part).all())
        path = f"netParams.stimSourceParams[{field.source!r}].field.location"
        raise SpecError([Problem(path, f"the electrode is in the middle of a segment of cell {gid}.")])
    return strengths


def _points(field: Field, section: Any) -> Floats:
    """Where each segment's potential is taken: (nseg, 3) [um]. NetPyNE's is the mean of its ends."""
    if field.starts:
        return ends(section)[:, 0]
    if field.standing:
        return along(section, (np.arange(section.nseg) + 0.5) / section.nseg)
    return ends(section).mean(axis=1)


def _is_soma(section: Any) -> bool:
    return section.name().split(".")[-1].startswith("soma")


def _corners(courses: Floats) -> NDArray[np.int64]:
    """Where courses (fields, times) are needed to draw them: not within stretches of equal values."""
    same = (courses[:, 1:] == courses[:, :-1]).all(axis=0)
    inner = np.zeros(courses.shape[1], bool)
    inner[1:-1] = same[:-1] & same[1:]
    return np.flatnonzero(~inner)
