"""Variables of connections' string functions: positions, distances and the user's numbers."""

import math
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from netspec.plan.borders import COLUMNS
from netspec.plan.cells import Cells
from netspec.streams.draws import by_libm

Floats = NDArray[np.float64]
Positions = NDArray[np.integer[Any]]

AXES = ("x", "y", "z", "xnorm", "ynorm", "znorm")
DISTANCES = (
    *(f"dist_{axis}" for axis in AXES),
    *("dist_3D", "dist_2D", "dist_3D_border", "dist_norm3D", "dist_norm2D"),
)
PRE = tuple(f"pre_{axis}" for axis in AXES)
POST = tuple(f"post_{axis}" for axis in AXES)


def pair_variables(
    names: Iterable[str], cells: Cells, pre: Positions, post: Positions, constants: Mapping[str, float]
) -> dict[str, Any]:
    """Those variables for the pairs of cells at pre (n,) and post (n,): (n,), or a number of the user's."""
    return {
        name: constants[name] if name in constants else _pair_variable(name, cells, pre, post)
        for name in names
    }


def _pair_variable(name: str, cells: Cells, pre: Positions, post: Positions) -> Floats:
    side, _, rest = name.partition("_")
    if side in ("pre", "post"):
        return np.asarray(cells.table[rest][pre if side == "pre" else post])
    match rest:
        case "3D":
            return np.asarray(np.sqrt(_squares(cells, pre, post, "x", "y", "z")))
        case "2D":
            return np.asarray(np.sqrt(_squares(cells, pre, post, "x", "z")))
        case "norm3D":
            return np.asarray(np.sqrt(_squares(cells, pre, post, "xnorm", "ynorm", "znorm")))
        case "norm2D":
            return np.asarray(np.sqrt(_squares(cells, pre, post, "xnorm", "znorm")))
        case "3D_border":
            return _border(cells, pre, post)
    return np.abs(_difference(cells, pre, post, rest))


def _difference(cells: Cells, pre: Positions, post: Positions, axis: str) -> Floats:
    column = cells.table[axis]
    return np.asarray(column[pre] - column[post])


def _squares(cells: Cells, pre: Positions, post: Positions, *axes: str) -> Floats:
    total = square(_difference(cells, pre, post, axes[0]))
    for axis in axes[1:]:
        total = total + square(_difference(cells, pre, post, axis))
    return total


def _border(cells: Cells, pre: Positions, post: Positions) -> Floats:
    """Distance in space, shortened on each axis by how near the post cell is to a border."""
    total: Any = 0.0
    for axis, column in zip("xyz", COLUMNS, strict=True):
        total = total + square(np.abs(_difference(cells, pre, post, axis)) - cells.table[column][post])
    return np.asarray(np.sqrt(total))


def square(values: Floats) -> Floats:
    """The C library's pow(x, 2), which is not always x * x.

    It may differ in the last bit where the exact product lies half-way between two numbers.
    """
    product = values * values
    spread = 134217729.0 * values  # 2**27 + 1: the halves of x have exact products (Dekker)
    high = spread - (spread - values)
    low = values - high
    rest = ((high * high - product) + 2.0 * high * low) + low * low
    between = np.flatnonzero(np.abs(rest) > 0.46 * np.spacing(product))
    if len(between):
        product[between] = by_libm(math.pow, values[between], 2.0)
    return product
