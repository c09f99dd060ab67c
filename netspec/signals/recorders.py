"""The signals that can be recorded, by name: what each segment's current adds to each channel."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from netspec.signals.electrodes import electrodes, potentials
from netspec.signals.segments import Segments

Floats = NDArray[np.float64]
Matrix = Callable[[Segments, Any], Floats]


@dataclass(frozen=True)
class Recorder:
    """matrix(segments, simulation) -> (channels, segments) [unit/nA]. Sums are exact to `quantum` [unit]."""

    matrix: Matrix
    unit: str
    quantum: float


RECORDERS: dict[str, Recorder] = {}


def signal(name: str, unit: str, quantum: float = 2.0**-40) -> Callable[[Matrix], Matrix]:
    """Decorator: the function is the matrix of the signal `name`, which simConfig.recordSignals may list.

    quantum: what sums over cells are rounded to [unit], so that they are the same on any number of ranks;
    sums may be 2^62 times as large.
    """

    def register(matrix: Matrix) -> Matrix:
        RECORDERS[name] = Recorder(matrix, unit, quantum)
        return matrix

    return register


@signal("LFP", unit="mV", quantum=2.0**-48)
def lfp(segments: Segments, simulation: Any) -> Floats:
    """Potential at the electrodes of recordLFP: (electrodes, segments) [mV/nA]. y of electrodes is depth."""
    contacts = np.array(simulation.record_lfp, float).reshape(-1, 3) * [1.0, -1.0, 1.0]
    return potentials(segments, contacts, electrodes(simulation.electrodes))


@signal("dipole", unit="nA um", quantum=2.0**-36)
def dipole(segments: Segments, simulation: Any) -> Floats:
    """Current dipole moment: the sum of current times place, (3, segments) [um]."""
    return segments.middle.T.copy()
