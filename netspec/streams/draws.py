"""Distributions as NEURON's `Random` makes them from uniform numbers, for many rows at once."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from netspec.streams.philox import Floats, Ids, uniforms


def by_libm(function: Callable[..., float], *columns: Any) -> Floats:
    """A function of Python's math for each row; nan or inf where Python would raise.

    numpy's log, exp and power differ from the C library's in the last bit; NEURON and Python's `**` use its.
    """
    rows = np.broadcast_arrays(*(np.asarray(column, float) for column in columns))
    lists = [row.reshape(-1).tolist() for row in rows]
    try:
        values = list(map(function, *lists))
    except (ValueError, OverflowError):
        values = [_guarded(function, *row) for row in zip(*lists, strict=True)]
    return np.array(values, float).reshape(rows[0].shape)


def _guarded(function: Callable[..., float], *args: float) -> float:
    try:
        return function(*args)
    except ValueError:
        return math.nan
    except OverflowError:
        return math.inf


class Draws:
    """One stream per row, each at its own position; every method is one call of NEURON's Random in each row.

    ids: ints or (rows,) arrays. Every method returns (rows,), nan where NEURON would refuse or never end.
    """

    def __init__(self, ids: Ids, rows: int, at: Any = 0):
        self._ids, self.rows, self._at = ids, rows, at

    def _next(self, rows: NDArray[np.intp] | None = None) -> Floats:
        """The next number of every row, or of the given rows only."""
        if rows is None:
            numbers = uniforms(self._ids, self._at)
            self._at = self._at + 1
            return np.broadcast_to(numbers, (self.rows,))
        if np.ndim(self._at) == 0:
            self._at = np.full(self.rows, self._at, np.int64)
        ids = tuple(i if np.ndim(i) == 0 else np.asarray(i)[rows] for i in self._ids)
        numbers = uniforms((ids[0], ids[1], ids[2]), self._at[rows])
        self._at[rows] += 1
        return numbers

    def of_rows(self, rows: NDArray[np.intp]) -> "Draws":
        """The same streams for some of the rows; what is drawn there is spent here."""
        return _SomeRows(self, rows)

    def _polar(self) -> Floats:
        """A standard normal number of every row. NEURON forgets the second of each pair between calls."""
        result = np.empty(self.rows)
        pending: NDArray[np.intp] | None = None
        while pending is None or len(pending):
            good, values, _ = polar_pairs(self._next(pending), self._next(pending))
            if pending is None:
                pending = np.arange(self.rows)
            result[pending[good]] = values
            pending = pending[~good]
        return result

    def _column(self, value: Any) -> Floats:
        return np.broadcast_to(np.asarray(value, float), (self.rows,))

    def uniform(self, low: Any, high: Any) -> Floats:
        """Between low and high."""
        low, high = np.minimum(low, high), np.maximum(low, high)
        return np.asarray(low + (high - low) * self._next(), float)

    def discunif(self, low: Any, high: Any) -> Floats:
        """Whole numbers from low to high, both included."""
        low, high = np.trunc(np.minimum(low, high)), np.trunc(np.maximum(low, high))
        return np.asarray(low + np.floor((high - low + 1) * self._next()), float)

    def normal(self, mean: Any, variance: Any) -> Floats:
        """Normal numbers; the second argument is the variance, as in NEURON."""
        with np.errstate(invalid="ignore"):
            return self._polar() * np.sqrt(self._column(variance)) + self._column(mean)

    def lognormal(self, mean: Any, variance: Any) -> Floats:
        """Log-normal numbers of this mean and variance."""
        mean, variance = self._column(mean), self._column(variance)
        with np.errstate(invalid="ignore", divide="ignore"):
            square = mean * mean
            location = by_libm(math.log, square / np.sqrt(variance + square))
            width = np.sqrt(by_libm(math.log, (variance + square) / square))
            # NEURON raises e to a power here, which rounds differently from exp
            return by_libm(math.pow, math.e, self._polar() * width + location)

    def negexp(self, mean: Any) -> Floats:
        """Exponentially distributed numbers of this mean."""
        return -np.asarray(mean, float) * by_libm(math.log, self._next())

    def weibull(self, alpha: Any, beta: Any) -> Floats:
        """Weibull numbers of shape alpha and scale beta."""
        inverse = 1.0 / np.asarray(alpha, float)
        return by_libm(math.pow, -np.asarray(beta, float) * by_libm(math.log, 1.0 - self._next()), inverse)

    def hypergeo(self, mean: Any, variance: Any) -> Floats:
        """Hyper-exponential numbers (NEURON's name is historical)."""
        mean, variance = self._column(mean), self._column(variance)
        with np.errstate(invalid="ignore", divide="ignore"):
            z = variance / (mean * mean)
            p = 0.5 * (1.0 - np.sqrt((z - 1.0) / (z + 1.0)))
            d = np.where(self._next() > p, 1.0 - p, p)
            return np.asarray(-mean * by_libm(math.log, self._next()) / (2.0 * d), float)

    def poisson(self, mean: Any) -> Floats:
        """Poisson counts."""
        mean = self._column(mean)
        bound = by_libm(math.exp, -mean)
        product, count = np.ones(self.rows), np.zeros(self.rows)
        active = np.flatnonzero((product >= bound) & (bound > 0))
        while len(active):
            count[active] += 1
            product[active] *= self._next(active)
            active = active[product[active] >= bound[active]]
        return np.where(bound > 0, count - 1, np.nan)

    def binomial(self, trials: Any, probability: Any) -> Floats:
        """How many of so many trials succeed."""
        trials, probability = np.trunc(self._column(trials)), self._column(probability)
        count = np.zeros(self.rows)
        for i in range(int(trials.max(initial=0))):
            active = np.flatnonzero(i < trials)
            count[active] += self._next(active) < probability[active]
        return np.where((trials >= 0) & (probability >= 0) & (probability <= 1), count, np.nan)

    def erlang(self, mean: Any, variance: Any) -> Floats:
        """Erlang numbers of about this mean and variance."""
        mean, variance = self._column(mean), self._column(variance)
        with np.errstate(invalid="ignore", divide="ignore"):
            stages = np.maximum(np.trunc(mean * mean / variance + 0.5), 1.0)
        valid = stages < 2.0**31
        product = np.ones(self.rows)
        for i in range(int(stages.max(initial=0, where=valid))):
            active = np.flatnonzero(valid & (i < stages))
            product[active] *= self._next(active)
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.where(valid, -by_libm(math.log, product) / (stages / mean), np.nan)

    def geometric(self, mean: Any) -> Floats:
        """Trials until a number is not below `mean` (which is a probability here)."""
        mean = self._column(mean)
        count = np.ones(self.rows)
        active = np.flatnonzero(mean < 1)
        while len(active):
            active = active[self._next(active) < mean[active]]
            count[active] += 1
        return np.where(mean < 1, count, np.nan)


def polar_pairs(first: Floats, second: Floats) -> tuple[NDArray[np.bool_], Floats, Floats]:
    """Marsaglia's method: which pairs of uniforms are accepted (n,), and both normals of each of those."""
    v1, v2 = 2.0 * first - 1.0, 2.0 * second - 1.0
    w = v1 * v1 + v2 * v2
    good = w <= 1
    inside = w[good]
    factor = np.sqrt(-2.0 * by_libm(math.log, inside) / inside)
    return good, v1[good] * factor, v2[good] * factor


SPENT = {"uniform": 1, "discunif": 1, "negexp": 1, "weibull": 1, "hypergeo": 2}
"""Numbers that one call spends, of the distributions where this is fixed."""
ARGUMENTS = {
    "uniform": 2, "discunif": 2, "normal": 2, "lognormal": 2, "negexp": 1, "weibull": 2, "hypergeo": 2,
    "poisson": 1, "binomial": 2, "erlang": 2, "geometric": 1,
}  # fmt: skip
"""The distributions, each a method of Draws, and how many arguments it takes."""


class OneStream:
    """Rows that are consecutive evaluations of one stream: each begins where the one before ended.

    The next expression begins where the last row ended.

    only: evaluate just these rows (positions in the sequence); every row must then spend the same.
    """

    def __init__(self, ids: Ids, rows: int, only: NDArray[np.integer[Any]] | None = None, at: int = 0):
        self.ids, self.rows, self.only = ids, rows, only
        self.single = _Sequence(ids, at)

    @property
    def position(self) -> int:
        """How many numbers have been spent."""
        return self.single.position

    def together(self, calls: tuple[str, ...] | None) -> Draws | None:
        """Numbers for all rows at once, or None when only one row after the other will do (with `single`).

        calls: the distributions that each evaluation calls, in order; None if that varies.
        """
        if calls is not None and all(call in SPENT for call in calls):
            width = sum(SPENT[call] for call in calls)
            rows = np.arange(self.rows) if self.only is None else np.asarray(self.only, np.int64)
            start = self.position
            self.single.position += self.rows * width
            return Draws(self.ids, len(rows), start + rows * width)
        if self.only is not None:
            raise ValueError("rows of a stream can be skipped only if every row spends the same")
        if calls is not None and all(call in ("normal", "lognormal") for call in calls):
            return _Normals(self._normals(self.rows * len(calls)).reshape(self.rows, len(calls)))
        return None

    def _normals(self, count: int) -> Floats:
        """The next standard normals of the stream, each from its own accepted pair."""
        found: list[Floats] = []
        while count > 0:
            pairs = int(count * 1.28) + 16
            numbers = uniforms(self.ids, range(self.position, self.position + 2 * pairs))
            good, values, _ = polar_pairs(numbers[::2], numbers[1::2])
            used = pairs if len(values) <= count else int(np.flatnonzero(good)[count - 1]) + 1
            self.single.position += 2 * used
            found.append(values[:count])
            count -= len(found[-1])
        return np.concatenate(found) if found else np.empty(0)


class _Normals(Draws):
    """Draws whose normals have been made before: one column per call."""

    def __init__(self, columns: Floats):
        super().__init__((0, 0, 0), len(columns))
        self._columns = iter(columns.T)

    def _polar(self) -> Floats:
        return next(self._columns)


class _Sequence(Draws):
    """Draws of one row that goes on along one stream."""

    def __init__(self, ids: Ids, position: int):
        super().__init__(ids, 1)
        self.position = position
        self._start, self._ready = 0, np.empty(0)

    def _next(self, rows: NDArray[np.intp] | None = None) -> Floats:
        if rows is not None and len(rows) == 0:
            return np.empty(0)
        if not self._start <= self.position < self._start + len(self._ready):
            self._start = self.position
            self._ready = uniforms(self._ids, range(self._start, self._start + 1024))
        offset = self.position - self._start
        self.position += 1
        return self._ready[offset : offset + 1]


class _SomeRows(Draws):
    """Some rows of other draws."""

    def __init__(self, whole: Draws, rows: NDArray[np.intp]):
        super().__init__((0, 0, 0), len(rows))
        self._whole, self._rows = whole, rows

    def _next(self, rows: NDArray[np.intp] | None = None) -> Floats:
        return self._whole._next(self._rows if rows is None else self._rows[rows])
