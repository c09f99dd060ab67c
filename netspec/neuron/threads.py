"""Threads of a rank: cells and artificial cells are dealt out to them, and step side by side."""

import sys
from collections.abc import Callable
from typing import Any

import numpy as np
from neuron import h
from numpy.typing import NDArray

from netspec.errors import Problem, SpecError
from netspec.neuron.sample_times import sample_times, stops
from netspec.plan import Plan

Floats = NDArray[np.float64]


def use(pc: Any, count: int) -> None:
    """Have so many threads from the next initialisation on."""
    if count > 1 and h.List("LinearMechanism").count():
        message = "a cell has a LinearMechanism, which NEURON solves in one thread only"
        raise SpecError([Problem("simConfig.threads", message)])
    if count > 1 and "neuron.rxd" in sys.modules:
        message = "this process has had reactions, with which NEURON's threads crash: start a new one"
        raise SpecError([Problem("simConfig.threads", message)])
    if int(pc.nthread()) != count:
        pc.nthread(count, 1)


class Samples:
    """Traces that are sampled between windows of the run.

    NEURON 9 samples all variables in the first thread, whenever the others are there or not, so that
    Vector.record with an interval gives values of other times.
    """

    def __init__(self, plan: Plan):
        times = sample_times(plan)
        self._stops, self._index = stops(plan, times), 0
        self._end = plan.model.spec.simulation.duration - 1e-9
        # With a variable step a run ends before what is due at its end.
        self._margin = 1e-9 if plan.model.spec.simulation.cvode_active else 0.0
        # One step after another, as NEURON's clock of samples goes.
        self._times = np.cumsum([0.0, *np.repeat(times[1:2], len(times) - 1)])
        self._of: list[tuple[Any, Any]] = []
        self.time: Any = None

    def follow(self, variable: Any, vector: Any) -> None:
        """Append a variable to a Vector at each sample."""
        self._of.append((variable, vector))

    def start(self) -> None:
        """Begin a run. NEURON has been initialised."""
        self._pointers = h.PtrVector(max(len(self._of), 1))
        for k, (variable, vector) in enumerate(self._of):
            self._pointers.pset(k, variable)
            vector.resize(0)
        if self.time is not None:
            self.time.resize(0)
        self._values = h.Vector(max(len(self._of), 1))
        self._index = 0
        self._append([self._sample()])

    def advance(self, solve: Callable[[float], Any], until: float) -> None:
        """Run to a time [ms] with a sample at each stop on the way."""
        taken = []
        while self._index < len(self._stops) and self._stops[self._index] <= until + 1e-9:
            solve(self._stops[self._index])
            if self._stops[self._index] >= self._end and self._times[self._index] > h.t - self._margin:
                break  # NEURON's clock of samples is just behind the end of the run
            taken.append(self._sample())
        if until > h.t + 1e-9:
            solve(until)
        self._append(taken)

    def _sample(self) -> Floats:
        self._index += 1
        if self._of:
            self._pointers.gather(self._values)
        return np.array(self._values.as_numpy())

    def _append(self, taken: list[Floats]) -> None:
        """Put samples into the Vectors of their traces."""
        if not taken:
            return
        if self.time is not None:
            self.time.append(h.Vector(self._times[self._index - len(taken) : self._index]))
        for (_, vector), values in zip(self._of, np.stack(taken, axis=1), strict=False):
            vector.append(h.Vector(values))
