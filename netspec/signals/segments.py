"""Where the segments of cells are."""

from dataclasses import dataclass

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
    def length(self) -> Floats:
        """From end to end in space: (n,) [um]."""
        return np.asarray(np.linalg.norm(self.end - self.start, axis=1))
