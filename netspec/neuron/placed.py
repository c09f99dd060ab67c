"""Where segments of cut cells are (multisplit): as if NEURON had connected the sections of the whole cell."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from netspec.neuron.geometry import Cells
from netspec.plan import Plan
from netspec.plan.segments import drawn
from netspec.plan.values import make
from netspec.signals.segments import Segments

Floats = NDArray[np.float64]


def placed(plan: Plan, gids: Sequence[int], cells: Cells, segments: Segments) -> Segments:
    """The segments of cells, those of cut ones moved to where they are in whole cells."""
    moved = {}
    for number, (gid, parts) in enumerate(zip(gids, cells, strict=True)):
        position = int(plan.cells.positions(gid))
        if position in plan.cells.parts:
            firsts = _firsts(plan, position)
            moved |= {(number, name): firsts[name] - _first(section) for name, section in parts.items()}
    none = np.zeros(3)
    places = zip(segments.cell.tolist(), segments.section.tolist(), strict=True)
    by = np.array([moved.get(place, none) for place in places]).reshape(-1, 3)
    return replace(segments, start=segments.start + by, end=segments.end + by)


def _first(section: Any) -> Floats:
    """The first 3-D point of a live section [um]."""
    return np.array([section.x3d(0), section.y3d(0), section.z3d(0)])


def _firsts(plan: Plan, position: int) -> dict[str, Floats]:
    """The first 3-D points of the sections of a cell [um], once NEURON has put it together (define_shape)."""
    template = plan.templates[plan.cells.table["template"][position]]
    x, y, z = (plan.cells.table[axis][position] for axis in "xyz")
    shapes = make(plan.model, plan.cells, template, np.array([position]), geometry=True).shapes
    found = drawn(shapes, np.array([[x, -y, z]]))
    return {name: np.asarray(shape.points)[0, 0] for name, shape in found.items()}
