"""What a mass is: states, parameters, inputs, outputs and the equations between them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from netspec.masses.equations import Line, numpy_function, parse

Floats = NDArray[np.float64]
Range = tuple[float, float]


@dataclass(frozen=True)
class Mass:
    """A model of a neural mass. Times are in ms.

    equations: lines `name = expression`; `d_x` is the derivative of the state x, and each output is set.
    states, outputs: the range that their first value is drawn from. Outputs at t belong to the step that
    ends at t. after: lines that set states once a step is done. couples: the state or output that others
    see, and the input it acts on. delayed: inputs that are the node's own states or outputs after a delay
    (input -> variable, parameter with the delay). tables: what table(which, x, y) reads.
    """

    name: str
    equations: str
    states: dict[str, Range]
    params: dict[str, float]
    inputs: dict[str, float]
    couples: tuple[str, str]
    outputs: dict[str, Range] = field(default_factory=dict)
    coupling: str = "additive"
    after: str = ""
    delayed: dict[str, tuple[str, str]] = field(default_factory=dict)
    squared: dict[str, str] = field(default_factory=dict)
    """Inputs that get what another gets, with squared weights: input -> the one with squares."""
    needs_tables: bool = False
    dt: float = 0.1
    """The step it is usually integrated with [ms]."""
    source: str = ""
    """Where the equations and the parameters come from."""

    @property
    def variables(self) -> list[str]:
        """Names of what can be recorded and coupled."""
        return [*self.states, *self.outputs]

    @property
    def blocks(self) -> dict[str, list[str]]:
        """Names of the rows of the arrays that the equations read."""
        return {"y": list(self.states), "u": list(self.inputs), "p": list(self.params)}

    @cached_property
    def lines(self) -> list[Line]:
        """The equations; ValueError if a name is unknown or something is missing."""
        lines = parse(self.equations, [name for block in self.blocks.values() for name in block])
        made = {line.name for line in lines}
        needed = {*(f"d_{state}" for state in self.states), *self.outputs}
        if missing := needed - made:
            raise ValueError(f"{self.name}: no equation sets {', '.join(sorted(missing))}")
        return lines

    @cached_property
    def after_lines(self) -> list[Line]:
        """What is set once a step is done."""
        return parse(self.after, [name for block in self.blocks.values() for name in block])

    @cached_property
    def derivative(self) -> Any:
        """Function of y (states, n), u (inputs, n), p (params, n), table: rows of derivatives and outputs."""
        sets = {name: name for name in (*(f"d_{state}" for state in self.states), *self.outputs)}
        return numpy_function(self.blocks, self.lines, sets)

    @cached_property
    def corrected(self) -> Any:
        """Function of the same that returns the rows of the states once a step is done; None: as they are."""
        if not self.after_lines:
            return None
        return numpy_function(self.blocks, self.after_lines, {name: name for name in self.states})


@dataclass(frozen=True)
class Tables:
    """Values (which, y, x) on a regular grid; beyond it those of its border."""

    x: Floats
    y: Floats
    values: Floats

    def __call__(self, which: Any, x: Any, y: Any) -> Any:
        """Bilinear interpolation of the table `which`."""
        (column, across), (row, down) = _place(self.x, x), _place(self.y, y)
        table = self.values[int(np.ravel(which)[0])]
        return (
            table[row, column] * (1 - across) * (1 - down)
            + table[row, column + 1] * across * (1 - down)
            + table[row + 1, column] * (1 - across) * down
            + table[row + 1, column + 1] * across * down
        )


def _place(grid: Floats, at: Any) -> tuple[NDArray[np.intp], Floats]:
    """The cell of a grid that a value is in, and how far in."""
    position = np.clip((at - grid[0]) / (grid[1] - grid[0]), 0.0, len(grid) - 1.0)
    cell = np.minimum(np.floor(position).astype(np.intp), len(grid) - 2)
    return cell, position - cell


def rows(given: Mapping[str, Any], names: Mapping[str, Any], nodes: int) -> Floats:
    """Values of names (numbers, or one for each node) or their defaults, as rows (names, nodes)."""
    found = [np.broadcast_to(np.asarray(given.get(name, names[name]), np.float64), nodes) for name in names]
    return np.array(found, np.float64).reshape(len(names), nodes)
