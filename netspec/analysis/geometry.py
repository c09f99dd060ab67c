"""Cells in space as pieces of line, from the plan alone: what pictures of morphologies draw."""

from dataclasses import dataclass, fields
from typing import Any

import numpy as np

from netspec.plan import Plan
from netspec.plan.cells import Template
from netspec.plan.segments import Floats, Shape, Shapes, drawn
from netspec.plan.values import Made, make
from netspec.tables import Ints

DEFAULT_DIAMETER = 500.0
"""Diameter of a section that nobody set [um]: NEURON's."""


@dataclass(frozen=True, eq=False)
class Pieces:
    """Straight pieces of cells, in order of gid and then of sections.

    ends: (n, 2, 3) x, y, z [um], where NEURON has them: y grows upwards, against depth. diam: in the middle,
    (n,) [um]. gid: (n,). section: number in `names`, (n,). segment: number in its section, (n,).
    nseg: of that section, (n,).
    """

    ends: Floats
    diam: Floats
    gid: Ints
    section: Ints
    segment: Ints
    nseg: Ints
    along: Floats
    names: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.gid)

    @property
    def of_segment(self) -> Ints:
        """Number of the segment that each piece is of, among those of all pieces in order: (n,)."""
        keys = np.stack([self.gid, self.section, self.segment])
        return np.cumsum((np.diff(keys, axis=1, prepend=keys[:, :1]) != 0).any(axis=0))

    def take(self, rows: Any) -> "Pieces":
        """Some of the pieces."""
        own = {item.name: getattr(self, item.name)[rows] for item in fields(self) if item.name != "names"}
        return Pieces(**own, names=self.names)


def segments_of(plan: Plan, gids: Any = None) -> Pieces:
    """Cells with sections among `gids` (default: all): pieces end at 3-D points and at ends of segments.

    Cells without 3-D points are where NEURON draws them, upright at their place. Where some of a cell's
    sections have points, the others go straight on from their parents.
    """
    cells, parts = plan.cells, []
    chosen = np.arange(len(cells)) if gids is None else np.unique(cells.positions(gids))
    codes = cells.table["template"][chosen]
    names = tuple(dict.fromkeys(name for template in plan.templates for name in template.sections))
    for code, template in enumerate(plan.templates):
        positions = chosen[codes == code]
        if len(positions):
            made = make(plan.model, cells, template, positions, geometry=True)
            shapes = made.shapes
            if all(shape.points is None for shape in shapes.values()):
                x, y, z = (cells.table[axis][positions] for axis in "xyz")
                shapes = drawn(shapes, np.stack([x, -y, z], axis=1))
            shapes = _grafted(shapes)
            own = [
                _pieces(shape, _diameters(template, name, made), positions, names.index(name))
                for name, shape in shapes.items()
            ]
            parts.append([np.concatenate(column) for column in zip(*own, strict=True)])
    if not parts:
        empty = np.empty(0, np.int64)
        return Pieces(np.empty((0, 2, 3)), np.empty(0), empty, empty, empty, empty, np.empty((0, 2)), names)
    ends, diam, position, section, segment, nseg, along = map(np.concatenate, zip(*parts, strict=True))
    found = Pieces(ends, diam, cells.gids[position], section, segment, nseg, along, names)
    return found.take(np.argsort(position, kind="stable"))


def segments_at(pieces: Pieces, gid: Any, section: Any, location: Any) -> Ints:
    """Number of the segment, as in `of_segment`, at each place: (k,), -1 where no piece is there.

    gid, section (number in `names`), location: (k,).
    """
    if not len(pieces):
        return np.full(len(gid), -1)
    known, first = np.unique(pieces.gid * len(pieces.names) + pieces.section, return_index=True)
    wanted = np.asarray(gid, np.int64) * len(pieces.names) + np.asarray(section, np.int64)
    row = np.minimum(np.searchsorted(known, wanted), len(known) - 1)
    nseg = pieces.nseg[first[row]]
    inside = np.minimum((np.asarray(location, float) * nseg).astype(np.int64), nseg - 1)
    there = (known[row] == wanted) & (np.asarray(section) >= 0)
    return np.where(there, pieces.of_segment[first[row]] + inside, -1)


def points_at(pieces: Pieces, gid: Any, section: Any, location: Any) -> Floats:
    """Places on cells: x, y, z (k, 3) [um], nan where there is no such section among the pieces.

    gid, section (number in `names`), location: (k,).
    """
    key = pieces.gid * len(pieces.names) + pieces.section
    wanted = np.asarray(gid, np.int64) * len(pieces.names) + np.asarray(section, np.int64)
    known, number = np.unique(np.concatenate([key, wanted]), return_inverse=True)
    order = np.argsort(number[: len(key)] + 0.5 * pieces.along[:, 0], kind="stable")
    starts = (number[: len(key)] + 0.5 * pieces.along[:, 0])[order]
    place = np.asarray(location, float)
    row = np.searchsorted(starts, number[len(key) :] + 0.5 * place, side="right") - 1
    row = order[np.clip(row, 0, max(len(key) - 1, 0))] if len(key) else np.zeros(len(wanted), np.int64)
    found = np.full((len(wanted), 3), np.nan)
    there = np.flatnonzero(key[row] == wanted) if len(key) else np.arange(0)
    row, place = row[there], place[there]
    first, last = pieces.along[row].T
    share = ((place - first) / (last - first))[:, None]
    found[there] = pieces.ends[row, 0] * (1 - share) + pieces.ends[row, 1] * share
    return found


def _pieces(shape: Shape, widths: tuple[Floats, Floats], positions: Ints, section: int) -> list[Any]:
    """The columns of Pieces for one section of some cells, cell by cell, with positions for gids.

    widths: (cells or 1, k) [um] at k shares of the length.
    """
    assert shape.points is not None
    assert shape.arcs is not None
    length = max(float(shape.arcs[0, -1]), 1e-12)
    known, borders = shape.arcs[0] / length, np.arange(shape.nseg + 1) / shape.nseg
    cuts = np.unique(np.concatenate([known, borders]) if widths[1].size > 1 else borders)
    cuts = cuts[np.diff(cuts, prepend=-1.0) > 1e-9]
    before = np.clip(np.searchsorted(known, cuts, side="right") - 1, 0, len(known) - 2)
    gap = known[before + 1] - known[before]
    share = np.divide(cuts - known[before], gap, out=np.zeros(len(cuts)), where=gap > 0)[:, None]
    points = shape.points[:, before] * (1 - share) + shape.points[:, before + 1] * share
    ends = np.stack([points[:, :-1], points[:, 1:]], axis=2)
    middle = 0.5 * (cuts[1:] + cuts[:-1])
    rows, count = len(positions), len(middle)
    diam = np.stack([np.interp(middle, widths[1], row) for row in np.atleast_2d(widths[0])])
    segment = np.minimum((middle * shape.nseg).astype(np.int64), shape.nseg - 1)
    return [
        np.broadcast_to(ends, (rows, count, 2, 3)).reshape(-1, 2, 3),
        np.broadcast_to(diam, (rows, count)).reshape(-1),
        np.repeat(positions, count),
        np.full(rows * count, section),
        np.tile(segment, rows),
        np.full(rows * count, shape.nseg),
        np.tile(np.stack([cuts[:-1], cuts[1:]], axis=1), (rows, 1)),
    ]


def _diameters(template: Template, name: str, made: Made) -> tuple[Floats, Floats]:
    """Diameters (cells or 1, k) [um] at shares of the length of a section (k,)."""
    geometry, shape = template.sections[name].geom, made.shapes[name]
    if geometry.get("pt3d") is not None and shape.arcs is not None:
        points = np.asarray(geometry["pt3d"], float).reshape(-1, 4)
        return points[None, :, 3], shape.arcs[0] / max(float(shape.arcs[0, -1]), 1e-12)
    for column, value in enumerate(template.values):
        if (value.section, value.kind, value.parameter) == (name, "geom", "diam"):
            return made.values[:, column, None], np.zeros(1)
    return np.array([[float(geometry.get("diam", DEFAULT_DIAMETER))]]), np.zeros(1)


def _grafted(shapes: Shapes) -> Shapes:
    """Shapes that all have points."""
    found = {name: shape for name, shape in shapes.items() if shape.points is not None}
    while len(found) < len(shapes):
        for name, shape in shapes.items():
            parent = found.get(shape.parent or "")
            if name not in found and (parent is not None or shape.parent is None):
                found[name] = _straight(shape, parent)
    return {name: found[name] for name in shapes}


def _straight(shape: Shape, parent: Shape | None) -> Shape:
    """The shape with two points, along its parent's direction from where it hangs on it."""
    if parent is None or parent.points is None:
        start, ahead = np.zeros((1, 3)), np.array([[0.0, 1.0, 0.0]])
    else:
        first, last = parent.points[:, 0], parent.points[:, -1]
        start, ahead = first + shape.parent_x * (last - first), last - first
        ahead = ahead / np.maximum(np.linalg.norm(ahead, axis=1), 1e-12)[:, None]
    end = start + shape.length[:, None] * ahead
    points = np.stack([*np.broadcast_arrays(start, end)], axis=1)
    return shape.with_points(np.pad(points, ((0, 0), (0, 0), (0, 1))), np.zeros((1, 3)))
