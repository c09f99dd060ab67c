"""Cells as electrodes see them, if they do not lie where their 3-D points are."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from netspec.errors import Problem, SpecError
from netspec.plan import Plan
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
    rows = plan.cells.positions(np.array(gids, np.int64))
    simulation, table = plan.model.spec.simulation, plan.cells.table
    at = np.stack([table["x"], -table["y"] if simulation.inverted_y else table["y"], table["z"]], axis=1)[
        rows
    ]
    tags = [plan.cells.tag(name) for name in ANGLES]
    start, end = places.start.copy(), places.end.copy()
    for number, (row, sections) in enumerate(zip(rows.tolist(), cells, strict=True)):
        own = places.cell == number
        turn = rotation([0.0 if tag is None or tag[row] is None else float(tag[row]) for tag in tags])
        middle = _middle_of_soma(sections)
        for points in (start, end):
            points[own] = (points[own] - middle) @ turn.T + at[number]
    return replace(places, start=start, end=end)


def rotation(angles: Sequence[float]) -> Floats:
    """The matrix of turns about x, y and z, of which that about z is the first: (3, 3)."""
    made = np.eye(3)
    for axis, angle in enumerate(angles):
        i, j = (axis + 1) % 3, (axis + 2) % 3
        turn = np.eye(3)
        turn[i, i] = turn[j, j] = np.cos(angle)
        turn[j, i] = np.sin(angle)
        turn[i, j] = -turn[j, i]
        made = made @ turn
    return made


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
