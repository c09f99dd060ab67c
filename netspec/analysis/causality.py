"""Who drives whom: Granger causality by frequency, transfer entropy of counts."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from netspec.extras import needed
from netspec.tables import Floats, Ints

Complex = NDArray[np.complex128]

ORDER = 10
"""Samples of the past that predict the next, as in NetPyNE."""


@dataclass(frozen=True)
class Granger:
    """By frequency [Hz], (freqs,) each: how much x tells of y to come, y of x to come, what is at once."""

    freqs: Floats
    x_to_y: Floats
    y_to_x: Floats
    together: Floats


def autoregression(x: ArrayLike, order: int = ORDER) -> tuple[Floats, Floats]:
    """Coefficients A (order, channels, channels) of x[t] + A1 x[t-1] + ... = e[t], and the covariance of e.

    x: (channels, samples). Morf et al., IEEE Trans Geosci Electron 16:85 (1978); NetPyNE's numbers, which
    come from the original BSMART.
    """
    values = np.asarray(x, float)
    channels, n = values.shape
    if n <= 2 * order:
        raise ValueError(
            f"{n} samples are too few for a past of {order}: take a longer timeRange or a smaller binSize"
        )
    try:
        forward = _whitening(values[:, 1:])[None]
        backward = _whitening(values[:, :-1])[None]
        error = np.linalg.cholesky(values @ values.T / n)
        for lags in range(1, order + 1):
            ahead = _predicted(forward, values[:, 1:], lags)
            behind = _predicted(backward[::-1], values[:, :-1], lags)
            partial = _whitening(ahead) @ ahead @ behind.T @ _whitening(behind).T
            left, right = (
                np.linalg.cholesky(np.eye(channels) - m) for m in (partial @ partial.T, partial.T @ partial)
            )
            a, b = (np.pad(each, ((0, 1), (0, 0), (0, 0))) for each in (forward, backward))
            forward = np.linalg.solve(left, a - partial @ b[::-1])
            backward = np.linalg.solve(right, b - partial.T @ a[::-1])
            error = error @ left
    except np.linalg.LinAlgError as problem:
        raise ValueError("a signal does not vary, or one is the other: nothing can be predicted") from problem
    return np.linalg.solve(forward[0], forward[1:]), error @ error.T


def _whitening(x: Floats) -> Floats:
    """The lower triangle that makes the sum of squares of x (channels, samples) the identity."""
    return np.asarray(np.linalg.inv(np.linalg.cholesky(x @ x.T)))


def _predicted(coefficients: Floats, x: Floats, lags: int) -> Floats:
    """Sum of coefficients (lags, channels, channels) times x that many samples ago: (channels, samples)."""
    n = x.shape[1]
    return np.asarray(
        sum(each @ x[:, lags - 1 - k : n - k] for k, each in enumerate(coefficients)), dtype=float
    )


def granger(x: ArrayLike, y: ArrayLike, rate: float, order: int = ORDER, freqs: Any = None) -> Granger:
    """Spectral Granger causality of two signals (samples,) from one autoregression; NetPyNE's numbers.

    rate: samples per second [Hz]; freqs: default every whole one up to half of the rate [Hz].
    Geweke, J Am Stat Assoc 77:304 (1982).
    """
    coefficients, noise = autoregression(np.stack([np.asarray(x, float), np.asarray(y, float)]), order)
    wanted = np.arange(int(rate / 2) + 1.0) if freqs is None else np.atleast_1d(np.asarray(freqs, float))
    lags = np.exp(-2j * np.pi * np.outer(wanted, np.arange(1, order + 1)) / rate)
    transfer = np.linalg.inv(np.eye(2) + np.tensordot(lags, coefficients, axes=1))
    spectrum = transfer @ noise @ transfer.conj().swapaxes(1, 2)
    own_x, own_y = (
        np.abs(spectrum[:, i, i]) - np.abs(transfer[:, i, j]) ** 2 * _private(noise, i, j)
        for i, j in ((0, 1), (1, 0))
    )
    power = np.abs(spectrum[:, [0, 1], [0, 1]])
    shared = np.log(np.abs(own_x) * np.abs(own_y) / np.abs(np.linalg.det(spectrum)))
    to_x, to_y = (np.log(power[:, k] / np.abs(own)) for k, own in enumerate((own_x, own_y)))
    return Granger(wanted, to_y, to_x, np.asarray(shared))


def _private(noise: Floats, of: int, other: int) -> float:
    """The variance of the noise of channel `other` that channel `of` has no part in."""
    return float(noise[other, other] - noise[of, other] ** 2 / noise[of, of])


def granger_test(
    x: ArrayLike, y: ArrayLike, rate: float, order: int = ORDER, shuffles: int = 50, seed: int = 1
) -> tuple[float, float]:
    """How far the largest causality of y for x is out of those of shuffled y: z-score, one-sided p.

    The mean and spread are those of `shuffles` random orders of y.
    """
    y = np.asarray(y, float)
    random = np.random.default_rng(seed)
    by_chance = [granger(x, random.permutation(y), rate, order).y_to_x[1:].max() for _ in range(shuffles)]
    found = granger(x, y, rate, order).y_to_x[1:].max()
    score = abs(found - np.mean(by_chance)) / np.std(by_chance)
    return float(score), float(needed("scipy.stats", "A p value").norm.sf(score))


def spectral_granger(x: ArrayLike, y: ArrayLike, rate: float, bandwidth: float = 4.0) -> Granger:
    """Granger causality without a model: from the factors of a multitaper spectrum; together is nan.

    x, y: (samples,) or (trials, samples); rate, bandwidth [Hz].
    Dhamala et al., Phys Rev Lett 100:018701 (2008), by spectral_connectivity.
    """
    package = needed("spectral_connectivity", "Granger causality without a model")
    series = np.stack([np.atleast_2d(np.asarray(each, float)).T for each in (x, y)], axis=-1)
    product = max(bandwidth / 2 * len(series) / rate, 1.0)
    tapers = package.Multitaper(series, sampling_frequency=rate, time_halfbandwidth_product=product)
    found = package.Connectivity.from_multitaper(tapers)
    causes = np.asarray(found.pairwise_spectral_granger_prediction())[0]
    freqs = np.asarray(found.frequencies)
    return Granger(freqs, causes[:, 1, 0], causes[:, 0, 1], np.full(len(freqs), np.nan))


@dataclass(frozen=True)
class Transfer:
    """Bits that the past of x tells about y beside the past of y.

    entropy: of y given its past [bit]; by_chance: the same of shuffled x (shuffles,) [bit].
    """

    bits: float
    entropy: float
    by_chance: Floats

    @property
    def normalised(self) -> float:
        """What is there beyond chance as a part of what there is to know: 1 at most."""
        chance = float(self.by_chance.mean()) if len(self.by_chance) else 0.0
        return (self.bits - chance) / self.entropy if self.entropy else 0.0

    @property
    def p(self) -> float:
        """The part of shuffled signals that told more."""
        return float((self.by_chance > self.bits).mean()) if len(self.by_chance) else np.nan


def transfer_entropy(x: ArrayLike, y: ArrayLike, shuffles: int = 30, seed: int = 1) -> Transfer:
    """Transfer entropy of two series of counts (bins,), from one bin to the next.

    Schreiber, Phys Rev Lett 85:461 (2000); normalised as in Gourevitch and Eggermont, J Neurophysiol 97:2533
    (2007), which is NetPyNE's nTE.
    """
    x, y = (np.asarray(each).astype(np.int64) for each in (x, y))
    if len(np.unique(x)) < 2 or len(np.unique(y)) < 2:
        return Transfer(0.0, 0.0, np.zeros(shuffles))
    random = np.random.default_rng(seed)
    own = _entropy(y[1:], y[:-1]) - _entropy(y[:-1])

    def told(x: Ints) -> float:
        return own - _entropy(y[1:], y[:-1], x[:-1]) + _entropy(y[:-1], x[:-1])

    return Transfer(told(x), own, np.array([told(random.permutation(x)) for _ in range(shuffles)]))


def _entropy(*columns: Ints) -> float:
    """Joint entropy [bit] of columns (n,)."""
    counts = np.unique(np.stack(columns), axis=1, return_counts=True)[1]
    parts = counts / counts.sum()
    return float(-(parts * np.log2(parts)).sum())
