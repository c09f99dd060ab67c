"""Currents of electrodes: they leave through the membrane, but did not flow along the cell."""

from functools import cache

import numpy as np
from neuron import h
from numpy.typing import NDArray

from netspec.neuron import catalog
from netspec.neuron.geometry import Wiring

Floats = NDArray[np.float64]


class LiveElectrodes:
    """The IClamps in the cells of a wiring, whose current does not depend on the potential."""

    def __init__(self, wiring: Wiring, matrix: Floats):
        self.clamps = [clamp for clamp in h.List("IClamp") if clamp.get_segment() is not None]
        index = np.array([int(clamp.get_segment().node_index()) for clamp in self.clamps], np.int64)
        row = np.full(max(wiring.index.max(initial=-1), index.max(initial=-1)) + 1, -1, np.int64)
        row[wiring.index] = np.arange(len(wiring.index))
        inside = np.flatnonzero(row[index] >= 0)
        self.clamps = [self.clamps[k] for k in inside]
        nodes = row[index[inside]]
        self._cells = np.repeat(np.arange(len(wiring.sizes)), wiring.sizes)[nodes]
        self._weights = matrix[:, nodes].T
        self.count = len(nodes)
        self._values = h.Vector(self.count)
        self._pointers = h.PtrVector(self.count) if self.count else None
        for k, clamp in enumerate(self.clamps):
            self._pointers.pset(k, clamp._ref_i)

    def read(self, into: Floats) -> None:
        """The currents now: (count,) [nA]."""
        if self._pointers is not None:
            self._pointers.gather(self._values)
            into[:] = self._values.as_numpy()

    def add(self, found: Floats, currents: Floats) -> None:
        """Add to found (cells, samples, channels) what currents (samples, count) [nA] make."""
        np.add.at(found, self._cells, currents.T[:, :, None] * self._weights[:, None, :])


def electrode_mechanisms() -> frozenset[str]:
    """The mechanisms with an ELECTRODE_CURRENT that are in use on this rank."""
    points = {name for name in catalog.points() if _has_electrode(name) and h.List(name).count()}
    return frozenset(points | {name for name in catalog.densities() if _has_electrode(name) and _used(name)})


def _used(mechanism: str) -> bool:
    return any(section.has_membrane(mechanism) for section in h.allsec())


@cache
def _has_electrode(mechanism: str) -> bool:
    """Whether its NMODL text, which NEURON keeps, says so."""
    return "ELECTRODE_CURRENT" in catalog.code(mechanism)
