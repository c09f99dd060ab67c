"""Courses of weights in time: of some connections, sampled at the same times on all ranks."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from netspec.tables import Table, concat

CONNECTION = ("pre", "post", "rule", "synapse", "section", "location")
"""Columns that say which connection a course belongs to: gids, codes into the model's names, location."""


@dataclass(frozen=True)
class Weights:
    """time: (samples,) [ms]. connections: a row for each course. values: (samples, connections) [uS]."""

    time: NDArray[np.float64]
    connections: Table
    values: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.connections)

    def take(self, rows: Any) -> "Weights":
        """The courses of some connections: a mask or positions."""
        return replace(self, connections=self.connections.take(rows), values=self.values[:, rows])

    def within(self, start: float, stop: float) -> "Weights":
        """The samples from `start` to `stop` [ms], both included."""
        kept = (self.time >= start) & (self.time <= stop)
        return replace(self, time=self.time[kept], values=self.values[kept])


def merged(parts: Sequence[Weights]) -> Weights:
    """The courses of all ranks by rule and postsynaptic cell, the order of a plan of the whole network."""
    connections = concat([part.connections for part in parts])
    values = np.concatenate([part.values for part in parts], axis=1)
    order = np.lexsort([connections["post"], connections["rule"]])
    return Weights(parts[0].time, connections, values).take(order)
