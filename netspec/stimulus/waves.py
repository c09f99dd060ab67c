"""Stimuli without chance. Times in ms since they begin, frequencies in Hz."""

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from netspec.stimulus.base import FREQUENCY, LEVEL, TIME, Constant, Stimulus, Then
from netspec.stimulus.span import Floats, Span


@dataclass(frozen=True, repr=False)
class Step(Stimulus):
    """`size` from `start` up to `end` [ms], 0 before and after."""

    LINES = True
    size: float | str = field(metadata=LEVEL)
    start: float = field(default=0.0, metadata=TIME)
    end: float | None = field(default=None, metadata=TIME)

    def _where(self, span: Span) -> Span:
        return span.within(self.start, None if self.end is None else self.end - self.start)

    def values(self, t: Floats, span: Span) -> Floats:
        return np.where(self._where(span).contains(t), span.level(self.size), 0.0)

    def edges(self, span: Span) -> Iterator[float]:
        yield from super().edges(self._where(span))


@dataclass(frozen=True, repr=False)
class Ramp(Stimulus):
    """From `first` to `last` in a straight line of `over` ms, which `last` goes on after."""

    LINES = True
    last: float | str = field(metadata=LEVEL)
    over: float = field(metadata=TIME)
    first: float | str = field(default=0.0, metadata=LEVEL)

    def values(self, t: Floats, span: Span) -> Floats:
        first, last = span.level(self.first), span.level(self.last)
        return np.where(
            t - span.start < self.over, first + (last - first) / self.over * (t - span.start), last
        )

    def edges(self, span: Span) -> Iterator[float]:
        yield from super().edges(span)
        if self.over < span.length:
            yield span.start + self.over


@dataclass(frozen=True, repr=False)
class Sine(Stimulus):
    """offset + amplitude sin(2 pi frequency t + phase); phase in radians."""

    amplitude: float | str = field(metadata=LEVEL)
    frequency: float = field(metadata=FREQUENCY)
    phase: float = 0.0
    offset: float | str = field(default=0.0, metadata=LEVEL)

    def values(self, t: Floats, span: Span) -> Floats:
        angle = 2 * np.pi * (t - span.start) * (self.frequency / 1000) + self.phase
        return span.level(self.offset) + span.level(self.amplitude) * np.sin(angle)


@dataclass(frozen=True, repr=False)
class Square(Stimulus):
    """offset + amplitude for the part `duty` of each period, offset - amplitude for the rest."""

    LINES = True
    amplitude: float | str = field(metadata=LEVEL)
    frequency: float = field(metadata=FREQUENCY)
    duty: float = 0.5
    offset: float | str = field(default=0.0, metadata=LEVEL)

    def _flips(self, span: Span) -> Floats:
        """Times of its changes, the first one up."""
        period = 1000 / self.frequency
        ups = span.start + period * np.arange(int(span.length / period) + 2)
        flips: Floats = np.column_stack([ups, ups + self.duty * period]).ravel()
        return flips

    def values(self, t: Floats, span: Span) -> Floats:
        sign = np.where(span.count(self._flips(span), t) % 2, 1.0, -1.0)
        return span.level(self.offset) + span.level(self.amplitude) * sign

    def edges(self, span: Span) -> Iterator[float]:
        yield from super().edges(span)
        flips = self._flips(span)
        yield from flips[flips < span.end].tolist()


@dataclass(frozen=True, repr=False)
class Pulses(Stimulus):
    """`amplitude` for `width` ms, each `period` ms; count: that many, or to the end."""

    LINES = True
    amplitude: float | str = field(metadata=LEVEL)
    width: float = field(metadata=TIME)
    period: float = field(metadata=TIME)
    count: int | None = None

    def _flips(self, span: Span) -> Floats:
        fit = int(span.length / self.period) + 1
        ups = span.start + self.period * np.arange(fit if self.count is None else min(fit, self.count))
        flips: Floats = np.column_stack([ups, ups + self.width]).ravel()
        return flips

    def values(self, t: Floats, span: Span) -> Floats:
        return np.where(span.count(self._flips(span), t) % 2, span.level(self.amplitude), 0.0)

    def edges(self, span: Span) -> Iterator[float]:
        yield from super().edges(span)
        flips = self._flips(span)
        yield from flips[flips < span.end].tolist()


@dataclass(frozen=True, repr=False)
class Chirp(Stimulus):
    """amplitude sin(phase), whose frequency goes from `first` to `last` [Hz] in a straight line of `over` ms.

    over: the whole time if it is not given.
    """

    amplitude: float | str = field(metadata=LEVEL)
    first: float = field(metadata=FREQUENCY)
    last: float = field(metadata=FREQUENCY)
    over: float | None = field(default=None, metadata=TIME)

    def values(self, t: Floats, span: Span) -> Floats:
        over = span.length if self.over is None else self.over
        local = t - span.start
        sweeping = np.minimum(local, over)
        cycles = self.first * sweeping + (self.last - self.first) * sweeping**2 / (2 * over)
        cycles = cycles + self.last * (local - sweeping)
        return span.level(self.amplitude) * np.sin(2 * np.pi * cycles / 1000)


@dataclass(frozen=True, repr=False)
class Exponential(Stimulus):
    """amplitude exp(-t / tau), or if it is `rising` amplitude (1 - exp(-t / tau)).

    Given is `tau` [ms], or `share`: tau is this part of the time there is.
    """

    amplitude: float | str = field(metadata=LEVEL)
    tau: float | None = field(default=None, metadata=TIME)
    rising: bool = False
    share: float | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        if (self.tau is None) == (self.share is None):
            raise ValueError("Exponential takes one of tau and share")

    def values(self, t: Floats, span: Span) -> Floats:
        tau = self.tau or (self.share or 0.0) * span.length
        fall = np.exp(-(t - span.start) / tau)
        return span.level(self.amplitude) * (1 - fall if self.rising else fall)


@dataclass(frozen=True, repr=False)
class Alpha(Stimulus):
    """amplitude (t / tau) exp(1 - t / tau): `amplitude` is its peak, at tau."""

    amplitude: float | str = field(metadata=LEVEL)
    tau: float = field(metadata=TIME)

    def values(self, t: Floats, span: Span) -> Floats:
        local = (t - span.start) / self.tau
        return span.level(self.amplitude) * local * np.exp(1 - local)


@dataclass(frozen=True, repr=False)
class Samples(Stimulus):
    """Straight lines between values at ascending times [ms]; a time given twice is a jump. 0 outside."""

    LINES = True
    times: tuple[float, ...]
    levels: tuple[float, ...]

    def __post_init__(self) -> None:
        for name in ("times", "levels"):
            object.__setattr__(self, name, tuple(map(float, getattr(self, name))))
        if len(self.times) != len(self.levels) or not self.times:
            raise ValueError(f"Samples: {len(self.times)} times for {len(self.levels)} levels")
        if np.any(np.diff(self.times) < 0):
            raise ValueError("Samples: its times have to ascend")

    def values(self, t: Floats, span: Span) -> Floats:
        times, levels = np.array(self.times), np.array(self.levels)
        local = t - span.start
        after = np.clip(span.count(times, local), 1, len(times) - 1) if len(times) > 1 else 0
        width = times[after] - times[after - 1]
        part = (local - times[after - 1]) / np.where(width, width, 1.0)
        line = levels[after - 1] + (levels[after] - levels[after - 1]) * part
        return np.where((local < times[0]) | (local > times[-1]), 0.0, line)

    def edges(self, span: Span) -> Iterator[float]:
        yield from super().edges(span)
        yield from (span.start + time for time in self.times if span.start + time < span.end)


def Pause(lasts: float | str | None = None) -> Stimulus:  # noqa: N802  (one of the stimuli to its users)
    """Nothing, for that long [ms] or for a share of the time."""
    nothing = Constant(0.0)
    return nothing if lasts is None else nothing.lasting(lasts)


def Rectified(amplitude: float) -> Stimulus:  # noqa: N802
    """A probe of bistability: down, slowly back, up, slowly back, nothing.

    Shares of the time are 0.5, 2.5, 0.5, 1.5 and 1; it comes back with 1/12.5 and 1/7.5 of its share.
    """
    return Then(
        (
            Constant(-amplitude),
            Exponential(amplitude, rising=True, share=1 / 12.5) + Constant(-amplitude),
            Constant(amplitude),
            Exponential(amplitude, share=1 / 7.5),
            Constant(0.0),
        ),
        shares=(0.5, 2.5, 0.5, 1.5, 1.0),
    )
