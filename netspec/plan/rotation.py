"""By how much each cell is turned about the y axis (netParams.rotateCellsRandomly)."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from netspec.model import Model
from netspec.plan.cells import Cells, keys
from netspec.streams import uniforms

Floats = NDArray[np.float64]

COLUMN = "rotation"
"""Column of the cells table: angle [rad], there if cells are turned."""
WHOLE = (0.0, 6.2832)
"""NetPyNE's full turn [rad]."""


def turned(model: Model, cells: Cells) -> Cells:
    """The cells with an angle each, a function of what identifies the cell alone."""
    given = model.spec.network.rotate_cells_randomly
    if not given:
        return cells
    low, high = WHOLE if given is True else given
    share = uniforms(model.streams.rotation(keys(cells, np.arange(len(cells)))), 0)
    angle = np.broadcast_to(low + (high - low) * share, len(cells))
    return replace(cells, table=cells.table.with_columns(**{COLUMN: np.ascontiguousarray(angle)}))


def angles(cells: Cells, positions: Any) -> Floats | None:
    """Angle of the cells at some positions [rad]; None if no cell is turned."""
    return cells.table[COLUMN][positions] if COLUMN in cells.table else None


def turn(points: Any, angle: Any) -> Floats:
    """Points (..., x y z and more) turned about the y axis; angle: a number, or broadcastable with (...)."""
    given = np.asarray(points, float)
    x, z = given[..., 0], given[..., 2]
    cos, sin = np.cos(angle), np.sin(angle)
    result = np.empty((*np.broadcast(x, cos).shape, given.shape[-1]))
    result[:] = given
    result[..., 0] = x * cos - z * sin
    result[..., 2] = x * sin + z * cos
    return result


def matrix(angles: Sequence[float]) -> Floats:
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
