"""Where the segments of cells are."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Segments:
    """Segments in space; those of a cell lie in a row, in the order of its sections.

    cell: (n,) number of the cell, ascending from 0. section: (n,) its name. start, end: (n, 3) on the line
    through the section's 3-D points [um]. diameter: (n,) [um].
    """

    cell: NDArray[np.int64]
    section: NDArray[np.str_]
    start: Floats
    end: Floats
    diameter: Floats

    def __len__(self) -> int:
        return len(self.cell)

    @property
    def middle(self) -> Floats:
        """Halfway between the ends: (n, 3) [um]."""
        return 0.5 * (self.start + self.end)

    @property
    def roots(self) -> NDArray[np.int64]:
        """The first segment of each cell's soma, else of its first section: (cells,) positions."""
        cells, first = np.unique(self.cell, return_index=True)
        soma = np.flatnonzero(np.char.startswith(self.section, "soma"))
        having, first_of_soma = np.unique(self.cell[soma], return_index=True)
        first[np.searchsorted(cells, having)] = soma[first_of_soma]
        return first

    def squeezed(self, factor: float) -> "Segments":
        """The same, each cell with depth (z) scaled by 1 - factor around its root."""
        cells, number = np.unique(self.cell, return_inverse=True)
        depth = self.middle[self.roots, 2][number]

        def moved(places: Floats) -> Floats:
            """Places with another depth."""
            return np.column_stack([places[:, :2], depth + (places[:, 2] - depth) * (1 - factor)])

        return replace(self, start=moved(self.start), end=moved(self.end))

    @property
    def length(self) -> Floats:
        """From end to end in space: (n,) [um]."""
        return np.asarray(np.linalg.norm(self.end - self.start, axis=1))
