"""Spikes of Poisson sources whose rate is a stimulus: those of rate 1, in a time that runs as the rate."""

from dataclasses import dataclass
from math import sqrt
from typing import Any

import numpy as np
from numpy.typing import NDArray

from netspec.spec.simulation import Simulation
from netspec.stimulus import Stimulus, from_plain
from netspec.stimulus.span import Stream
from netspec.streams import Ids, uniforms

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Rate:
    """A rate [Hz] over time. common: times [ms] and values, None if each cell has noise of its own."""

    stimulus: Stimulus
    duration: float
    dt: float
    common: tuple[Floats, Floats] | None

    def spikes(self, ids: Ids) -> Floats:
        """Times [ms], ascending, of a source with this stream. A rate below 0 is 0."""
        times, rates = self.common or self._samples(Stream(ids).part(1))
        rates = np.maximum(rates, 0.0) / 1000
        expected = np.concatenate([[0.0], np.cumsum(np.diff(times) * (rates[1:] + rates[:-1]) / 2)])
        due = _unit_source(Stream(ids).part(0).ids, float(expected[-1]))
        at = np.searchsorted(expected, due, side="right") - 1
        more, first = due - expected[at], rates[at]
        # Within a straight piece the expected number of spikes is quadratic in time.
        widths = np.diff(times)
        slopes = np.divide(np.diff(rates), widths, out=np.zeros(len(widths)), where=widths > 0)
        root = np.sqrt(np.maximum(first**2 + 2 * slopes[at] * more, 0.0))
        return np.asarray(times[at] + 2 * more / (first + root))

    def _samples(self, stream: Stream | None = None) -> tuple[Floats, Floats]:
        return self.stimulus.samples(self.duration, self.dt, stream, "Hz")


def rate(given: Any, simulation: Simulation, path: str) -> Rate:
    """The rate that a stimulus, or its plain dictionary, says for a run."""
    stimulus = from_plain(given, path)
    duration, dt = float(simulation.duration), float(simulation.dt)
    common = None if stimulus.random else stimulus.samples(duration, dt, unit="Hz")
    return Rate(stimulus, duration, dt, common)


def _unit_source(ids: Ids, until: float) -> Floats:
    """Times of a Poisson source of rate 1, up to a time that is not reached."""
    count = int(until + 6 * sqrt(until) + 16)
    while True:
        times = np.cumsum(-np.log(uniforms(ids, range(count))))
        if times[-1] >= until:
            return np.asarray(times[times < until])
        count *= 2
