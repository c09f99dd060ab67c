"""Which law pairs of cells are connected by: candidates fitted by maximum likelihood.

Every law gives the probability of a whole table of pairs, so that their likelihoods can be compared.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import lgamma
from typing import Any

import numpy as np

from netspec.analysis.distance import Pairs, histogram
from netspec.tables import Floats

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


def log_linear(hits: Floats, tries: Floats, x: Floats, free: bool = True) -> tuple[Floats, Floats, float]:
    """Maximum likelihood of p = min(1, exp(a - b x)) from hits among tries: (a, b), covariance, likelihood.

    free: whether a need not be 0. The likelihood is concave, so that Newton's steps, halved where needed,
    end at its top.
    """
    kept = tries > 0
    unit = float(np.average(x[kept], weights=tries[kept])) or 1.0
    hits, misses = hits[kept], (tries - hits)[kept]
    terms = np.stack([np.ones(len(hits)), -x[kept] / unit])
    mean = float(np.log(hits.sum() / tries.sum()))
    at, scaling = np.array([mean, 0.0]), np.array([1.0, 1 / unit])
    if not free:
        at, scaling, terms = np.array([-mean]), scaling[1:], terms[1:]
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
    covariance = np.linalg.pinv(_slopes(hits, misses, at @ terms, terms)[1]) * np.outer(scaling, scaling)
    missing = 0 if free else 1
    return np.pad(at * scaling, (missing, 0)), np.pad(covariance, (missing, 0)), best


def _of_distance(pairs: Pairs, distance: str) -> list[Law]:
    """Laws a exp(-d / length) and a exp(-d^2 / (2 sigma^2)), where they fall, also with a = 1."""
    width = max(pairs.longest(distance), 1e-6) / BINS
    hits, tries, _ = histogram(pairs, distance, width, BINS)
    middle = np.asarray((np.arange(BINS) + 0.5) * width, float)
    found = []
    for name, x in (("exponential", middle), ("gaussian", np.square(middle))):
        for free in (True, False):
            (a, b), covariance, likelihood = log_linear(hits, tries, x, free)
            if b * x.max() < 1e-9:
                continue
            peak, errors = float(np.exp(a)), np.sqrt(np.diag(covariance))
            text, parameters = _shape(name, distance, float(b), float(errors[1]))
            if free:
                text = f"{peak:.6g}*{text}"
                parameters = {"peak": (peak, float(peak * errors[0])), **parameters}
            keys = {"probability": text if peak <= 1 else f"min(1, {text})"}
            found.append(Law(f"{name} {distance}{'' if free else ' from 1'}", keys, likelihood, parameters))
    return found


def _shape(name: str, distance: str, b: float, error: float) -> tuple[str, dict[str, tuple[float, float]]]:
    """A law that falls from 1, as text, and how far it reaches. error: of b."""
    if name == "exponential":
        return f"exp(-{distance}/{1 / b:.6g})", {"length": (1 / b, error / b**2)}
    sigma = float(np.sqrt(0.5 / b))
    return f"exp(-{distance}**2/(2*{sigma:.6g}**2))", {"sigma": (sigma, sigma * error / (2 * b))}


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
