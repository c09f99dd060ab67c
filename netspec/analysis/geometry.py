"""Cells in space as pieces of line, from the plan alone: what pictures of morphologies draw."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from netspec.plan import Plan
from netspec.plan.cells import Template
from netspec.plan.segments import Floats, Shape, Shapes, drawn
from netspec.plan.values import Made, make

Ints = NDArray[np.int64]

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
    names: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.gid)

    def take(self, rows: Any) -> "Pieces":
        """Some of the pieces."""
        return Pieces(
            self.ends[rows],
            self.diam[rows],
            self.gid[rows],
            self.section[rows],
            self.segment[rows],
            self.nseg[rows],
            self.names,
        )


def segments_of(plan: Plan, gids: Any = None) -> Pieces:
    """Cells with sections among `gids` (default: all): pieces end at 3-D points and at ends of segments.

    Sections without 3-D points are where NEURON draws them, upright at the place of their cell; those of
    a cell of which other sections have points go straight on from their parent.
    """
    cells, parts = plan.cells, []
    chosen = np.arange(len(cells)) if gids is None else np.unique(cells.positions(gids))
    codes = cells.table["template"][chosen]
    names = tuple(dict.fromkeys(name for template in plan.templates for name in template.sections))
    for code, template in enumerate(plan.templates):
        positions = chosen[codes == code]
        if len(positions):
            made = make(plan.model, cells, template, positions, geometry=True)
            x, y, z = (cells.table[axis][positions] for axis in "xyz")
            shapes = _grafted(drawn(made.shapes, np.stack([x, -y, z], axis=1)))
            own = [
                _pieces(shape, _diameters(template, name, made), positions, names.index(name))
                for name, shape in shapes.items()
            ]
            parts.append([np.concatenate(column) for column in zip(*own, strict=True)])
    if not parts:
        empty = np.empty(0, np.int64)
        return Pieces(np.empty((0, 2, 3)), np.empty(0), empty, empty, empty, empty, names)
    ends, diam, position, section, segment, nseg = (np.concatenate(c) for c in zip(*parts, strict=True))
    found = Pieces(ends, diam, cells.gids[position], section, segment, nseg, names)
    return found.take(np.argsort(position, kind="stable"))


def values_of(pieces: Pieces, of_segments: Mapping[tuple[int, str], Floats]) -> Floats:
    """Of each piece the value of its segment: (n,), nan where there is none.

    of_segments: (gid, section) -> (nseg,).
    """
    found = np.full(len(pieces), np.nan)
    keys = np.stack([pieces.gid, pieces.section], axis=1)
    bounds = np.flatnonzero((np.diff(keys, axis=0) != 0).any(axis=1)) + 1
    for start, stop in zip([0, *bounds], [*bounds, len(keys)], strict=True) if len(keys) else ():
        values = of_segments.get((int(keys[start, 0]), pieces.names[keys[start, 1]]))
        if values is not None:
            found[start:stop] = np.asarray(values, float)[pieces.segment[start:stop]]
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
    """Shapes that all have points: those without go straight on from their parent."""
    found = {name: shape for name, shape in shapes.items() if shape.points is not None}
    while len(found) < len(shapes):
        for name, shape in shapes.items():
            parent = found.get(shape.parent or "")
            if name not in found and (parent is not None or shape.parent is None):
                found[name] = _straight(shape, parent)
    return {name: found[name] for name in shapes}


def _straight(shape: Shape, parent: Shape | None) -> Shape:
    """The shape with two points, along its parent's direction from its parent's end."""
    if parent is None or parent.points is None:
        start, ahead = np.zeros((1, 3)), np.array([[0.0, 1.0, 0.0]])
    else:
        first, last = parent.points[:, 0], parent.points[:, -1]
        start, ahead = first + shape.parent_x * (last - first), last - first
        ahead = ahead / np.maximum(np.linalg.norm(ahead, axis=1), 1e-12)[:, None]
    end = start + shape.length[:, None] * ahead
    points = np.stack([*np.broadcast_arrays(start, end)], axis=1)
    return shape.with_points(
        np.concatenate([points, np.zeros((*points.shape[:2], 1))], axis=2), np.zeros((1, 3))
    )
