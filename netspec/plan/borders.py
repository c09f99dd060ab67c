"""How far distances are corrected for cells near the borders of the network (netParams.correctBorder)."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from netspec.spec.network import Network, Population
from netspec.tables import Table

Floats = NDArray[np.float64]

AXES = ("x", "y", "z")
COLUMNS = ("xborder", "yborder", "zborder")
"""Columns of the cells table [um], there if the network corrects borders; together the tag borderCorrect."""


def corrected(table: Table, network: Network) -> Table:
    """The cells table with COLUMNS: what a cell lacks to `threshold` from the nearer border of each axis."""
    if not network.correct_border:
        return table
    populations = list(network.populations.values())
    columns = {}
    for axis, name, size, threshold in zip(
        AXES, COLUMNS, network.size, network.correct_border["threshold"], strict=True
    ):
        borders = np.array([_borders(pop, axis, size, network.correct_border) for pop in populations], float)
        near = np.abs(table[axis][:, None] - borders[table["population"]]).min(axis=1)
        columns[name] = np.maximum(0.0, threshold - near)
    return table.with_columns(**columns)


def tag(table: Table, position: Any) -> list[float] | None:
    """The tag borderCorrect of the cell at a position: x, y, z [um]; None without correctBorder."""
    return [float(table[name][position]) for name in COLUMNS] if COLUMNS[0] in table else None


def _borders(population: Population, axis: str, size: float, given: Mapping[str, Any]) -> list[float]:
    """Where the network ends for a population [um]: as given, else its own range, else the network's."""
    if f"{axis}borders" in given:
        return [share * size for share in given[f"{axis}borders"]]
    own, norm = getattr(population, f"{axis}_range"), getattr(population, f"{axis}norm_range")
    if own is not None:
        return [float(end) for end in own]
    return [0.0, size] if norm is None else [share * size for share in norm]
