"""Where segments of cut cells are (multisplit): as if NEURON had connected the sections of the whole cell."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from netspec.neuron.change import shift
from netspec.neuron.geometry import Cells
from netspec.plan import Plan
from netspec.plan.cells import Template
from netspec.plan.pieces import hangs_on
from netspec.plan.rotation import angles, turn
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
    """The first 3-D points of the sections of a cell [um], once NEURON has put it together."""
    template = plan.templates[plan.cells.table["template"][position]]
    angle = angles(plan.cells, position)
    there = {
        name: first if angle is None else turn(first, angle) for name, first in together(template).items()
    }
    return {name: first + shift(plan, position) for name, first in there.items()}


def together(template: Template) -> dict[str, Floats]:
    """The first 3-D point of each section [um], when define_shape has moved those that hang on others.

    To the straight line between the ends of what they hang on, which it takes the wrong way round if that one
    hangs on its parent by end 1.
    """
    found: dict[str, Floats] = {}
    for name in hangs_on(template):
        section = template.sections[name]
        found[name] = np.array(section.geom["pt3d"][0][:3], float)
        if section.topol:
            parent = template.sections[section.topol["parentSec"]]
            x = float(section.topol["parentX"])
            if parent.topol and float(parent.topol["childX"]) == 1:
                x = 1 - x
            points = np.array(parent.geom["pt3d"], float)[:, :3]
            found[name] = found[section.topol["parentSec"]] + x * (points[-1] - points[0])
    return found
