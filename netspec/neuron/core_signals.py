"""Signals under CoreNEURON: potentials or currents of all nodes in every step, then multiplied."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from netspec.neuron.core_record import EveryStep
from netspec.neuron.nodes import compute_currents
from netspec.neuron.sampled import Sampler
from netspec.neuron.signals import LiveSignals
from netspec.spec.simulation import Simulation

Floats = NDArray[np.float64]


class _Replayed:
    """What a sampler reads, taken from recorded rows: nodes, then electrodes."""

    def __init__(self, variable: str, sampler: Sampler, places: Any):
        self.sampler, self.every = sampler, EveryStep()
        for place in places:
            self.every.add(getattr(place, f"_ref_{variable}"))
        self._nodes = len(self.every)
        for clamp in sampler.clamps:
            self.every.add(clamp._ref_i)
        self._row = np.empty(0)

    def begin(self) -> None:
        """A new run."""
        self.sampler.start(self._read, self._read_electrodes)
        self.every.start()

    def take(self, wanted: NDArray[np.int64], last: int) -> None:
        """A sample for each of the wanted steps in the last window."""
        for row in self.every.take(wanted, last):
            self._row = row
            self.sampler.sample()

    def _read(self, into: Floats) -> None:
        into[:] = self._row[: self._nodes]

    def _read_electrodes(self, into: Floats) -> None:
        into[:] = self._row[self._nodes :]


class CoreSignals(LiveSignals):
    """What this rank adds to the signals of the plan, from what CoreNEURON records."""

    def prepare(self, ranks: Any) -> None:
        """Choose how signals are computed, on all ranks alike; record what they need. Initialises NEURON."""
        self._replayed: list[_Replayed] = []
        super().prepare(ranks)
        # i_membrane_ has to exist before it is pointed to.
        compute_currents(self.plan.model.spec.simulation.use_fast_imem or self.needs_current)
        self._replayed = [
            _Replayed(variable, sampler, self._places()) for variable, sampler in self._samplers
        ]

    @property
    def columns(self) -> int:
        """How many variables are recorded."""
        return sum(len(one.every) for one in self._replayed)

    def start(self) -> None:
        """Nothing yet: the run begins with `begin`."""

    def begin(self, simulation: Simulation) -> None:
        """Begin a run. NEURON has been initialised."""
        self._steps = np.rint(self._stops / float(simulation.dt)).astype(np.int64)
        for one in self._replayed:
            one.begin()

    def pick(self, last: int) -> None:
        """Pick the samples of the window that ended at a step."""
        for one in self._replayed:
            one.take(self._steps, last)

    def continue_at(self, last: int) -> None:
        """Go on after a step."""
        for one in self._replayed:
            one.every.continue_at(last)
