"""Which law weights or delays follow: a number, a function of distance, or a distribution."""

from collections.abc import Callable, Iterator, Mapping
from math import lgamma
from typing import Any

import numpy as np

from netspec.analysis.infer_pairs import Law
from netspec.tables import Floats

EXACT = 1e-9
"""Largest relative error of a law without noise."""
FEW = 5
"""Fewer values than this say nothing about distance."""


def laws(key: str, values: Floats, distances: Mapping[str, Floats]) -> list[Law]:
    """Laws of some values (n,), under `key` of connParams. A law without noise that holds is the only one.

    distances: by name, of the same pairs (n,) [um].
    """
    scale = float(np.abs(values).max(initial=0.0)) or 1.0
    if np.ptp(values) <= EXACT * scale:
        return [Law("constant", {key: float(np.median(values))}, 0.0, {"value": (float(values.mean()), 0.0)})]
    if len(values) < FEW:  # a line goes through any two
        distances = {}
    for name, distance in distances.items():
        if np.ptp(distance) > 0:
            for exact, error in _without_noise(key, values, name, distance):
                if error <= 1e3 * EXACT * scale:
                    return [exact]
    found = [law for name, make in DISTRIBUTIONS.items() if (law := make(name, key, values)) is not None]
    return found + [_noisy(key, values, name, d) for name, d in distances.items() if np.ptp(d) > 0]


def _without_noise(key: str, values: Floats, name: str, distance: Floats) -> Iterator[tuple[Law, float]]:
    """Laws of distance, with the largest error of each."""
    (a, b), _ = _line(values, distance)
    linear = Law(f"linear {name}", {key: _sum(a, b, name, 12)}, 0.0, _coefficients(key, a, b, np.zeros(2)))
    yield linear, float(np.abs(a + b * distance - values).max())
    if values.min() > 0:
        (a, b), _ = _line(np.log(values), distance)
        if b < 0:
            peak, length = float(np.exp(a)), float(-1 / b)
            text = f"{peak:.12g}*exp(-{name}/{length:.12g})"
            law = Law(f"exponential {name}", {key: text}, 0.0, {"peak": (peak, 0.0), "length": (length, 0.0)})
            yield law, float(np.abs(np.exp(a + b * distance) - values).max())


def _noisy(key: str, values: Floats, name: str, distance: Floats) -> Law:
    """A line with normal noise about it."""
    (a, b), covariance = _line(values, distance)
    variance = float(np.mean((values - a - b * distance) ** 2))
    likelihood = -0.5 * len(values) * (np.log(2 * np.pi * variance) + 1)
    parameters = _coefficients(key, a, b, np.sqrt(np.diag(covariance)))
    parameters["sd"] = (float(np.sqrt(variance)), float(np.sqrt(variance / (2 * len(values)))))
    text = f"normal({_sum(a, b, name, 6)}, {variance:.6g})"
    return Law(f"linear {name} with noise", {key: text}, float(likelihood), parameters)


def _normal(name: str, key: str, values: Floats) -> Law:
    mean, variance, n = float(values.mean()), float(values.var()), len(values)
    likelihood = -0.5 * n * (np.log(2 * np.pi * variance) + 1)
    parameters = {
        "mean": (mean, float(np.sqrt(variance / n))),
        "sd": (float(np.sqrt(variance)), float(np.sqrt(variance / (2 * n)))),
    }
    return Law(name, {key: f"normal({mean:.6g}, {variance:.6g})"}, float(likelihood), parameters)


def _lognormal(name: str, key: str, values: Floats) -> Law | None:
    """Its arguments are the mean and the variance of the numbers, not of their logarithms, as in NEURON."""
    if values.min() <= 0:
        return None
    logs, n = np.log(values), len(values)
    mu, spread = float(logs.mean()), float(logs.var())
    mean = float(np.exp(mu + spread / 2))
    variance = float(mean**2 * np.expm1(spread))
    likelihood = -0.5 * n * (np.log(2 * np.pi * spread) + 1) - logs.sum()
    sd = np.sqrt(variance)
    error = mean * np.sqrt(spread / n + spread**2 / (2 * n))
    of_variance = np.hypot(2 * error / mean, np.exp(spread) / np.expm1(spread) * spread * np.sqrt(2 / n))
    parameters = {"mean": (mean, float(error)), "sd": (float(sd), float(sd * of_variance / 2))}
    return Law(name, {key: f"lognormal({mean:.6g}, {variance:.6g})"}, float(likelihood), parameters)


def _uniform(name: str, key: str, values: Floats) -> Law:
    low, high, n = float(values.min()), float(values.max()), len(values)
    gap = (high - low) / n
    likelihood = -n * np.log(high - low)
    parameters = {"low": (low, gap), "high": (high, gap)}
    return Law(name, {key: f"uniform({low:.6g}, {high:.6g})"}, float(likelihood), parameters)


DISTRIBUTIONS: dict[str, Callable[[str, str, Floats], Law | None]] = {
    "normal": _normal,
    "lognormal": _lognormal,
    "uniform": _uniform,
}


def _line(values: Floats, distance: Floats) -> tuple[Floats, Floats]:
    """Least squares of a + b distance: (a, b) and their covariance (2, 2)."""
    middle = float(distance.mean())
    x = distance - middle
    spread = float(x @ x)
    slope = float(x @ values) / spread
    start = float(values.mean()) - slope * middle
    noise = float(np.sum((values - start - slope * distance) ** 2)) / max(len(values) - 2, 1)
    of_slope, of_mean = noise / spread, noise / len(values)
    both = -middle * of_slope
    return np.array([start, slope]), np.array([[of_mean + middle**2 * of_slope, both], [both, of_slope]])


def _coefficients(key: str, a: float, b: float, errors: Floats) -> dict[str, tuple[float, float]]:
    """Start and slope; of delays the velocity [um/ms] in its place."""
    if key == "delay" and b:
        return {"start": (float(a), float(errors[0])), "velocity": (float(1 / b), float(errors[1] / b**2))}
    return {"start": (float(a), float(errors[0])), "slope": (float(b), float(errors[1]))}


def _sum(a: float, b: float, name: str, digits: int) -> str:
    """A + distance / (1 / b), as people write delays."""
    return f"{a:.{digits}g} {'+' if b >= 0 else '-'} {name}/{abs(1 / b) if b else np.inf:.{digits}g}"


def whole_numbers(values: Any) -> Any:
    """What gives the number of synapses of a connection: a number, or the likelier of two distributions."""
    low, high, n = int(values.min()), int(values.max()), len(values)
    if low == high:
        return low
    mean = float(values.mean()) - 1
    logs = (values - 1) * np.log(mean) - mean - np.array([lgamma(v) for v in values])
    return (
        f"discunif({low}, {high})" if -n * np.log(high - low + 1) > logs.sum() else f"1 + poisson({mean:.6g})"
    )
