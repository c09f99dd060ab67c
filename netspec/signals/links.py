"""Currents along cells, and the dipole that they make as in the Human Neocortical Neurosolver (HNN)."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

HNN_QUANTUM = 2.0**-36
"""What dipoles are rounded to, so that sums are exact [fAm]."""
SHARES = {"basal_2": np.sqrt(2) / 2, "basal_3": np.sqrt(2) / 2, "apical_oblique": 0.0}
"""How much of a section's length is along the axis of the cell, by a part of its name; else all of it."""


@dataclass(frozen=True, eq=False)
class Links:
    """Stretches between neighbouring nodes of a section, in which the current does not change.

    cell: (n,) number of the cell. section: (n,) its name. reach: (n,) along the section towards its end 1,
    negative where current is counted the other way [um].
    """

    cell: NDArray[np.int64]
    section: NDArray[np.str_]
    reach: Floats


def hnn(links: Links) -> Floats:
    """What a current along each link adds to the dipole along the cells' axes: (1, n) [fAm/nA = um].

    Sections whose name has `basal` point down. Jones et al., J Neurophysiol 102:3554 (2009), as in NetPyNE.
    """
    names, which = np.unique(links.section, return_inverse=True)
    return (np.array([_share(str(name)) for name in names])[which] * links.reach)[None, :]


def _share(name: str) -> float:
    share = next((value for part, value in SHARES.items() if part in name), 1.0)
    return -share if "basal" in name else share
