"""Cells as electrodes see them, if they do not lie where their 3-D points are."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from netspec.errors import Problem, SpecError
from netspec.plan import Plan
from netspec.plan.rotation import matrix
from netspec.signals.segments import Segments

Floats = NDArray[np.float64]
ANGLES = tuple(f"rotation_angle_{axis}axis" for axis in "xyz")
"""Tags of cells: turns about the axes of the tissue, counter-clockwise [rad], z first."""


def standing(
    plan: Plan, gids: Sequence[int], cells: Sequence[Mapping[str, Any]], places: Segments
) -> Segments:
    """The segments with the middle of each cell's soma at the place of the cell, and the cell turned.

    gids, cells: whose segments they are, and their sections. https://github.com/AllenInstitute/sonata (nodes)
    """
    if plan.cells.parts:
        message = "'soma' is not supported yet where cells are split."
        raise SpecError([Problem("simConfig.electrodes.cells", message)])
    start, end = places.start.copy(), places.end.copy()
    for number, (gid, sections) in enumerate(zip(gids, cells, strict=True)):
        own = places.cell == number
        turn, middle, at = of_cell(plan, gid, sections)
        for points in (start, end):
            points[own] = (points[own] - middle) @ turn.T + at
    return replace(places, start=start, end=end)


def of_cell(plan: Plan, gid: int, sections: Mapping[str, Any]) -> tuple[Floats, Floats, Floats]:
    """How a cell is turned (3, 3), the middle of its soma, and where that is to be (3,) [um]."""
    row = int(plan.cells.positions([gid])[0])
    table, up = plan.cells.table, -1.0 if plan.model.spec.simulation.inverted_y else 1.0
    at = np.array([table["x"][row], up * table["y"][row], table["z"][row]])
    tags = [plan.cells.tag(name) for name in ANGLES]
    turn = matrix([0.0 if tag is None or tag[row] is None else float(tag[row]) for tag in tags])
    return turn, _middle_of_soma(sections), at


def _middle_of_soma(sections: Mapping[str, Any]) -> Floats:
    """The mean of the 3-D points of a cell's soma: (3,) [um]; of its first section's if it has none."""
    somas = [section for name, section in sections.items() if name.startswith("soma")]
    return np.array(
        [
            (section.x3d(i), section.y3d(i), section.z3d(i))
            for section in somas or list(sections.values())[:1]
            for i in range(section.n3d())
        ]
    ).mean(axis=0)
