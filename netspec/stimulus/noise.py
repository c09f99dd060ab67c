"""Stimuli of chance: the same numbers for the same stream, whatever else there is."""

import math
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from netspec.stimulus.base import FREQUENCY, LEVEL, TIME, Stimulus
from netspec.stimulus.span import Floats, Span


class Noise(Stimulus):
    """Values of steps of dt, held for the step."""

    def steps(self, count: int, span: Span) -> Floats:
        """Values of that many steps: (count,) or (rows, count)."""
        raise NotImplementedError

    def values(self, t: Floats, span: Span) -> Floats:
        count = max(1, math.ceil(span.length / self.step(span) - 1e-6))
        after = (t - span.start) / self.step(span)
        # A time on the grid may lie one rounding off it.
        at = np.ceil(after - 1e-6) - 1 if span.left else np.floor(after + 1e-6)
        return self.steps(count, span)[..., np.clip(at, 0, count - 1).astype(np.intp)]

    def step(self, span: Span) -> float:
        """How long [ms] a value is held."""
        return span.dt

    @property
    def random(self) -> bool:
        return True


@dataclass(frozen=True, repr=False)
class WhiteNoise(Noise):
    """Independent normal values, each held for `hold` ms (dt if it is not given)."""

    sd: float | str = field(metadata=LEVEL)
    mean: float | str = field(default=0.0, metadata=LEVEL)
    hold: float | None = field(default=None, metadata=TIME)

    def step(self, span: Span) -> float:
        return span.dt if self.hold is None else self.hold

    def steps(self, count: int, span: Span) -> Floats:
        return span.level(self.mean) + span.level(self.sd) * span.stream.normals(count)


@dataclass(frozen=True, repr=False)
class Wiener(Noise):
    """Increments of a Wiener process: normal values of variance dt [ms], times `scale`."""

    scale: float | str = field(default=1.0, metadata=LEVEL)

    def steps(self, count: int, span: Span) -> Floats:
        return span.level(self.scale) * math.sqrt(span.dt) * span.stream.normals(count)


@dataclass(frozen=True, repr=False)
class OrnsteinUhlenbeck(Noise):
    """Noise with the autocorrelation sd^2 exp(-|t| / tau), from its first value on.

    Given is `sd`, the standard deviation, or `sigma` of dx = (mean - x) / tau dt + sigma dW, which is
    sd sqrt(2 / tau). The values are exact for any dt (D. T. Gillespie, Phys. Rev. E 54, 2084, 1996).
    """

    mean: float | str = field(default=0.0, metadata=LEVEL)
    sd: float | str | None = field(default=None, metadata=LEVEL)
    tau: float = field(default=5.0, metadata=TIME)
    sigma: float | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        if (self.sd is None) == (self.sigma is None):
            raise ValueError("OrnsteinUhlenbeck takes one of sd and sigma")

    def steps(self, count: int, span: Span) -> Floats:
        sd = self.sigma * math.sqrt(self.tau / 2) if self.sigma is not None else span.level(self.sd or 0.0)
        kept = math.exp(-span.dt / self.tau)
        normals = span.stream.normals(count)
        normals[..., 1:] *= math.sqrt(1 - kept * kept)
        return span.level(self.mean) + sd * fading_sums(normals, kept)


@dataclass(frozen=True, repr=False)
class ShotNoise(Noise):
    """Events at random times of a rate [Hz], each of which adds `amplitude` that falls as exp(-t / tau)."""

    rate: float = field(metadata=FREQUENCY)
    amplitude: float | str = field(metadata=LEVEL)
    tau: float = field(metadata=TIME)

    def steps(self, count: int, span: Span) -> Floats:
        events = poisson(self.rate * span.dt / 1000, span.stream.uniforms(count))
        return span.level(self.amplitude) * fading_sums(events, math.exp(-span.dt / self.tau))


def fading_sums(values: Floats, kept: float) -> Floats:
    """y[k] = values[k] + kept * y[k - 1] along the last axis."""
    sums, shift = values.copy(), 1
    while shift < sums.shape[-1] and kept > 0:
        # Terms twice as old at each turn. The right side is read before it changes.
        sums[..., shift:] = sums[..., shift:] + kept * sums[..., :-shift]
        kept, shift = kept * kept, shift * 2
    return sums


def poisson(mean: Any, uniforms: Floats) -> Floats:
    """Numbers of events with a mean, from numbers in (0, 1), by the inverse of the distribution."""
    count, term = np.zeros(uniforms.shape), np.exp(-np.asarray(mean, np.float64) + np.zeros(uniforms.shape))
    below = term.copy()
    more = uniforms > below
    while more.any():
        count[more] += 1
        term *= mean / np.maximum(count, 1)
        below = np.where(more, below + term, below)
        more &= (uniforms > below) & (term > 0)
    return count
