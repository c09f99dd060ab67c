"""A signal as it was recorded: what all cells together made, and the shares of populations and of cells."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Counts = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Signal:
    """Samples of channels over time.

    time: (samples,) [ms]. total, populations: (samples, channels), as integer multiples of `quantum`, since
    sums of integers do not depend on how cells are shared among ranks; None where no total is meant.
    cells: by gid (samples, channels). quantum [unit].
    """

    time: Floats
    unit: str
    quantum: float
    total: Counts | None = None
    populations: Mapping[str, Counts] = field(default_factory=dict)
    cells: Mapping[int, Floats] = field(default_factory=dict)

    @property
    def values(self) -> Floats:
        """What all cells made: (samples, channels) [unit]; no channels where nothing was summed."""
        total = np.zeros((len(self.time), 0), np.int64) if self.total is None else self.total
        return np.asarray(total * self.quantum)

    def of_population(self, label: str) -> Floats:
        """What the cells of a population made: (samples, channels) [unit]."""
        return np.asarray(self.populations[label] * self.quantum)

    def within(self, kept: NDArray[np.bool_]) -> "Signal":
        """The samples where the mask (samples,) is true."""
        return replace(
            self,
            time=self.time[kept],
            total=None if self.total is None else self.total[kept],
            populations={label: counts[kept] for label, counts in self.populations.items()},
            cells={gid: values[kept] for gid, values in self.cells.items()},
        )

    def of_cells(self, gids: Iterable[int]) -> "Signal":
        """The same without the shares of other cells."""
        wanted = set(gids)
        return replace(self, cells={gid: own for gid, own in self.cells.items() if gid in wanted})


def counted(values: Floats, quantum: float) -> Counts:
    """Values [unit] as multiples of the quantum. OverflowError where they do not fit."""
    scaled = values / quantum
    if not (np.abs(scaled) < 2.0**62).all():
        raise OverflowError("a signal is not finite, or too large to be summed exactly")
    return np.rint(scaled).astype(np.int64)


def in_order(parts: Sequence[Signal]) -> Signal:
    """One signal of several, one after another in time."""
    some = [part for part in parts if len(part.time)] or parts[:1]
    if len(some) == 1:
        return some[0]
    first, total = some[0], [part.total for part in some if part.total is not None]
    return replace(
        first,
        time=np.concatenate([part.time for part in some]),
        total=np.concatenate(total) if total else None,
        populations={
            label: np.concatenate([part.populations[label] for part in some]) for label in first.populations
        },
        cells={gid: np.concatenate([part.cells[gid] for part in some]) for gid in first.cells},
    )


def merged(shares: Sequence[Signal]) -> Signal:
    """One signal of the shares of all ranks."""
    totals = [share.total for share in shares if share.total is not None]
    labels = dict.fromkeys(label for share in shares for label in share.populations)
    of_label = {
        label: [share.populations[label] for share in shares if label in share.populations]
        for label in labels
    }
    cells: dict[int, Floats] = {}
    for share in shares:
        for gid, values in share.cells.items():
            cells[gid] = (
                cells[gid] + values if gid in cells else values
            )  # of a cell in parts on several ranks
    return replace(
        shares[0],
        total=_sum(totals) if totals else None,
        populations={label: _sum(parts) for label, parts in of_label.items()},
        cells=dict(sorted(cells.items())),
    )


def _sum(parts: Sequence[Counts]) -> Counts:
    return np.asarray(np.sum(parts, axis=0, dtype=np.int64))
