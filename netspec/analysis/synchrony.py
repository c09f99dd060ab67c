"""How much cells fire together, and with a rhythm: arrays in, numbers out. Times in ms, phases in rad."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from netspec.analysis import spectra
from netspec.analysis.spikes import Range
from netspec.tables import Floats, Ints


def netpyne_sync(times: ArrayLike, duration: float, width: float = 1.0) -> float:
    """1 less the part of windows of `width` [ms] that have a spike; NetPyNE's syncMeasure.

    A window begins at the first spike that is in none before. times [ms], ascending.
    """
    when = np.sort(np.asarray(times, float))
    place = windows = 0
    while place < len(when):
        windows += 1
        place = max(int(np.searchsorted(when, when[place] + width)), place + 1)
    return 1 - windows / (duration / width)


def correlation(counts: ArrayLike) -> Floats:
    """Pearson's correlation of the spike counts (cells, bins) of each pair: (cells, cells).

    nan for cells whose count never changes.
    """
    values = np.asarray(counts, float)
    centred = values - values.mean(axis=1, keepdims=True)
    length = np.sqrt((centred**2).sum(axis=1))
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray((centred @ centred.T) / np.outer(length, length))


def mean_correlation(counts: ArrayLike) -> float:
    """The mean of `correlation` over pairs of different cells that spike; nan if there is no pair."""
    found = correlation(counts)
    pairs = found[np.triu_indices(len(found), 1)]
    known = pairs[~np.isnan(pairs)]
    return float(known.mean()) if len(known) else float("nan")


def chi_square(signals: ArrayLike) -> float:
    """Variance of the mean of signals (cells, samples) by the mean of their variances: 1 if all are equal.

    It falls as 1 / cells where they are independent. Golomb and Rinzel, Physica D 72:259 (1994); their
    measure chi is its square root. Signals: potentials, or smoothed or binned spikes.
    """
    values = np.asarray(signals, float)
    own = float(values.var(axis=1).mean())
    return float(values.mean(axis=0).var()) / own if own else float("nan")


def tiling(first: ArrayLike, second: ArrayLike, window: float, span: Range) -> float:
    """Spike time tiling coefficient of two trains, -1 to 1, independent of their rates.

    window [ms]: how far apart spikes still are together. Cutts and Eglen, J Neurosci 34:14288 (2014).
    """
    a, b = np.sort(np.asarray(first, float)), np.sort(np.asarray(second, float))
    if not len(a) or not len(b):
        return float("nan")
    near_b, near_a = _near(a, b, window), _near(b, a, window)
    time_a, time_b = _covered(a, window, span), _covered(b, window, span)
    return 0.5 * (_tile(near_b, time_b) + _tile(near_a, time_a))


def tilings(trains: Sequence[ArrayLike], window: float, span: Range) -> Floats:
    """The tiling coefficient of every pair of trains: (trains, trains)."""
    found = np.ones((len(trains), len(trains)))
    for row, first in enumerate(trains):
        for column, second in enumerate(trains[:row]):
            found[row, column] = found[column, row] = tiling(first, second, window, span)
    return found


def coincidences(trains: Sequence[ArrayLike], span: Range) -> tuple[Ints, Ints]:
    """Spikes of each train (row) that coincide with one of each other (column), and spikes of each train.

    Two spikes coincide if they are closer than half of the shortest interval before or after either; where
    there is none, the length of the range counts. Kreuz et al., J Neurophysiol 113:3432 (2015).
    """
    sorted_trains = [np.sort(np.asarray(train, float)) for train in trains]
    reach = [_reach(train, span[1] - span[0]) for train in sorted_trains]
    sizes = np.array([len(train) for train in sorted_trains], np.int64)
    owner = np.repeat(np.arange(len(sizes)), sizes)
    times = np.concatenate([np.empty(0), *sorted_trains])
    reaches = np.concatenate([np.empty(0), *reach])
    found = np.zeros((len(sizes), len(sizes)), np.int64)
    for column, (train, own) in enumerate(zip(sorted_trains, reach, strict=True)):
        if len(train):
            place = _nearest(times, train)
            together = np.abs(times - train[place]) < np.minimum(reaches, own[place])
            found[:, column] = np.bincount(owner[together], minlength=len(sizes))
    return found, sizes


def spike_sync(trains: Sequence[ArrayLike], span: Range) -> float:
    """SPIKE-synchronisation of all trains, 0 to 1: coincident spikes by spikes, over all pairs."""
    found, sizes = coincidences(trains, span)
    if len(sizes) < 2:
        return float("nan")
    others = (len(sizes) - 1) * sizes.sum()
    return float((found.sum() - np.trace(found)) / others) if others else float("nan")


def spike_syncs(trains: Sequence[ArrayLike], span: Range) -> Floats:
    """SPIKE-synchronisation of each pair of trains, 1 of a train with itself: (trains, trains)."""
    found, sizes = coincidences(trains, span)
    spikes = np.add.outer(sizes, sizes)
    pairs = np.divide(found + found.T, spikes, out=np.full(found.shape, np.nan), where=spikes > 0)
    np.fill_diagonal(pairs, 1.0)
    return np.asarray(pairs, float)


def rhythm(
    signal: ArrayLike, rate: float, band: float | Sequence[float], order: int = 3
) -> NDArray[np.complex128]:
    """A band of a signal (samples,) in its sd, the Hilbert transform imaginary: (samples + 1,).

    rate [Hz]; band [Hz]: two frequencies, or the highest. The angle is the phase, 0 at peaks; the modulus
    the envelope. The signal is mirrored at its ends, and goes on straight for a sample; NetPyNE's numbers.
    """
    values = np.asarray(signal, float)
    values = np.append(values, 2 * values[-1] - values[-2])
    scaled = (values - values.mean()) / (values.std() or 1.0)
    mirrored = np.concatenate([scaled[::-1], scaled, scaled[::-1]])
    band = list(band) if isinstance(band, Sequence) else band
    return spectra.analytic(spectra.filtered(mirrored, rate, band, order))[len(values) : 2 * len(values)]


def at_times(wave: ArrayLike, rate: float, times: ArrayLike, start: float = 0.0) -> Floats:
    """Phase of a rhythm at any times [ms], such as spikes': (times,) [rad], -pi to pi.

    wave: complex samples at a rate [Hz] from `start` [ms] on. Between samples the phase goes straight.
    """
    angles = np.unwrap(np.angle(np.asarray(wave)))
    found = np.interp(np.asarray(times, float), start + 1000 / rate * np.arange(len(angles)), angles)
    return np.asarray(np.angle(np.exp(1j * found)))


def locking(angles: ArrayLike) -> tuple[float, float]:
    """Mean direction of phases [rad], and the length of their mean vector, 0 (even) to 1 (one phase).

    Of the phases at spikes it is spike-field locking, of differences of the phases of two signals their
    phase locking value.
    """
    values = np.asarray(angles, float)
    if not len(values):
        return float("nan"), float("nan")
    vector = np.exp(1j * values).mean()
    return float(np.angle(vector)), float(np.abs(vector))


def pairwise_consistency(angles: ArrayLike) -> float:
    """Mean cosine between the phases of all pairs of spikes: locking that few spikes do not make larger.

    Vinck et al., NeuroImage 51:112 (2010).
    """
    count = len(np.asarray(angles))
    if count < 2:
        return float("nan")
    return (count * locking(angles)[1] ** 2 - 1) / (count - 1)


def _near(times: Floats, others: Floats, window: float) -> float:
    """Part of spikes that have one of the others within the window."""
    place = _nearest(times, others)
    return float(np.mean(np.abs(times - others[place]) <= window))


def _covered(times: Floats, window: float, span: Range) -> float:
    """Part of the range that is within the window of a spike."""
    starts, stops = np.maximum(times - window, span[0]), np.minimum(times + window, span[1])
    overlaps = np.maximum(stops[:-1] - starts[1:], 0).sum()
    return float(((stops - starts).sum() - overlaps) / (span[1] - span[0]))


def _tile(near: float, covered: float) -> float:
    return 1.0 if near * covered == 1 else (near - covered) / (1 - near * covered)


def _reach(times: Floats, longest: float) -> Floats:
    """Half of the shorter interval beside each spike."""
    between = np.concatenate([[longest], np.diff(times), [longest]])
    return np.asarray(np.minimum(between[:-1], between[1:])[: len(times)] / 2)


def _nearest(times: Floats, others: Floats) -> Ints:
    """Position of the nearest of the others to each time; others ascend and are not empty."""
    right = np.minimum(np.searchsorted(others, times), len(others) - 1)
    left = np.maximum(right - 1, 0)
    return np.where(np.abs(times - others[left]) <= np.abs(times - others[right]), left, right)
