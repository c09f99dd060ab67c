"""Which law pairs of cells are connected by: candidates fitted by maximum likelihood.

Every law gives the probability of a whole table of pairs, so that their likelihoods can be compared.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import lgamma
from typing import Any

import numpy as np
from numpy.typing import NDArray

from netspec.analysis.distance import Pairs, histogram

Floats = NDArray[np.float64]

BINS = 4096
"""Of distances, over which likelihoods are summed."""
STEPS = 200
"""Most of Newton's steps."""


@dataclass(frozen=True)
class Law:
    """A fitted law. keys: of connParams. parameters: name -> (value, standard error)."""

    name: str
    keys: dict[str, Any]
    likelihood: float
    parameters: dict[str, tuple[float, float]] = field(default_factory=dict)

    def bic(self, observations: float) -> float:
        """Bayesian information criterion; the law with the smallest one is chosen (Schwarz 1978)."""
        return len(self.parameters) * float(np.log(max(observations, 1))) - 2 * self.likelihood


def laws(pairs: Pairs, distances: Sequence[str]) -> list[Law]:
    """All laws that could have made the pairs."""
    if len(pairs.pre) == pairs.possible:
        return [Law("full", {}, 0.0)]
    found = [constant(len(pairs.pre), pairs.possible)]
    found += [law for law in (fixed(pairs, "convergence"), fixed(pairs, "divergence")) if law is not None]
    for distance in distances:
        found += _of_distance(pairs, distance)
    return found


def constant(hits: int, tries: int) -> Law:
    """Every pair with the same probability."""
    p = hits / tries
    likelihood = _log_likelihood(np.array([float(hits)]), np.array([float(tries)]), np.log(np.array([p])))
    return Law("constant", {"probability": p}, likelihood, {"p": (p, float(np.sqrt(p * (1 - p) / tries)))})


def fixed(pairs: Pairs, side: str) -> Law | None:
    """The same number of connections for each post cell (convergence) or pre cell (divergence), or None."""
    own, ends = (pairs.post_cells, pairs.post) if side == "convergence" else (pairs.pre_cells, pairs.pre)
    others = pairs.pre_cells if side == "convergence" else pairs.post_cells
    degrees = np.bincount(np.searchsorted(own, ends), minlength=len(own))
    if np.ptp(degrees):
        return None
    available = len(others) - np.isin(own, others).astype(int)
    if degrees[0] > available.min():
        return None
    likelihood = -sum(_log_choices(int(n), int(degrees[0])) for n in available)
    return Law(side, {side: int(degrees[0])}, likelihood, {"degree": (float(degrees[0]), 0.0)})


def log_linear(hits: Floats, tries: Floats, x: Floats) -> tuple[Floats, Floats, float]:
    """Maximum likelihood of p = min(1, exp(a - b x)) from hits among tries: (a, b), covariance, likelihood.

    The likelihood is concave, so that Newton's steps, halved where needed, end at its top.
    """
    kept = tries > 0
    unit = float(np.average(x[kept], weights=tries[kept])) or 1.0
    hits, misses, terms = hits[kept], (tries - hits)[kept], np.stack([np.ones(kept.sum()), -x[kept] / unit])
    at = np.array([np.log(hits.sum() / tries.sum()), 0.0])
    best = _log_likelihood(hits, hits + misses, at @ terms)
    for _ in range(STEPS):
        gradient, information = _slopes(hits, misses, at @ terms, terms)
        step = np.linalg.lstsq(information, gradient, rcond=None)[0]
        if gradient @ step < 1e-10:
            break
        for _ in range(60):
            value = _log_likelihood(hits, hits + misses, (at + step) @ terms)
            if value >= best:
                break
            step = step / 2
        at, best = at + step, max(value, best)
    scaling = np.array([1.0, 1 / unit])
    covariance = np.linalg.pinv(_slopes(hits, misses, at @ terms, terms)[1]) * np.outer(scaling, scaling)
    return np.asarray(at * scaling), np.asarray(covariance), best


def _of_distance(pairs: Pairs, distance: str) -> list[Law]:
    """Laws a exp(-d / length) and a exp(-d^2 / (2 sigma^2)), where they fall with distance."""
    width = max(pairs.longest(distance), 1e-6) / BINS
    hits, tries, _ = histogram(pairs, distance, width, BINS)
    middle = np.asarray((np.arange(BINS) + 0.5) * width, float)
    found = []
    for name, x in (("exponential", middle), ("gaussian", np.square(middle))):
        (a, b), covariance, likelihood = log_linear(hits, tries, x)
        if b * x.max() < 1e-9:
            continue
        peak, errors = float(np.exp(a)), np.sqrt(np.diag(covariance))
        if name == "exponential":
            size, error, label = 1 / b, errors[1] / b**2, "length"
            shape = f"exp(-{distance}/{size:.6g})"
        else:
            size, label = np.sqrt(0.5 / b), "sigma"
            error = size * errors[1] / (2 * b)
            shape = f"exp(-{distance}**2/(2*{size:.6g}**2))"
        text = f"{peak:.6g}*{shape}"
        keys = {"probability": text if peak <= 1 else f"min(1, {text})"}
        parameters = {"peak": (peak, float(peak * errors[0])), label: (float(size), float(error))}
        found.append(Law(f"{name} {distance}", keys, likelihood, parameters))
    return found


def _slopes(hits: Floats, misses: Floats, eta: Floats, terms: Floats) -> tuple[Floats, Floats]:
    """Gradient (2,) and information (2, 2) of the log likelihood."""
    p = np.exp(np.minimum(eta, -1e-12))
    odds = p / (1 - p)
    inside = eta < 0
    gradient = terms @ np.where(inside, hits - misses * odds, 0.0)
    return gradient, (terms * np.where(inside, misses * odds / (1 - p), 0.0)) @ terms.T


def _log_likelihood(hits: Floats, tries: Floats, eta: Floats) -> float:
    """Of hits among tries with probability exp(eta), at most 1."""
    misses = tries - hits
    if (misses[eta >= 0] > 0).any():
        return -np.inf
    inside = np.minimum(eta, -1e-300)
    return float(hits @ np.minimum(eta, 0.0) + misses @ np.where(misses > 0, np.log(-np.expm1(inside)), 0.0))


def _log_choices(n: int, k: int) -> float:
    """Logarithm of the number of ways to choose k of n."""
    return lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1)
