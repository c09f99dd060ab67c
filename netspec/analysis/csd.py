"""Current source density from potentials along a line of contacts, in the four steps that NetPyNE takes.

density(with_ends(band_passed(lfp, rate)), spacing); without_mean may come before density.
"""

import warnings

import numpy as np
from numpy.typing import NDArray

from netspec.analysis.extras import needed
from netspec.errors import NetspecWarning

Floats = NDArray[np.float64]

ORDER = 4
"""Of the Butterworth filter."""


def band_passed(signals: Floats, rate: float, low: float = 0.05, high: float = 300.0) -> Floats:
    """Signals (sites, samples) without frequencies below `low` and above `high`, in phase.

    rate: samples per second [Hz]; low, high [Hz]. With a `high` of half of the rate or more, nothing is taken
    off above. The filter runs forwards and then backwards from rest, without padding.
    """
    signal = needed("scipy.signal", "A filter")
    if low <= 0 or low > rate / 2:
        raise ValueError(
            f"the lowest frequency, {low} Hz, is not between 0 and half of the rate, {rate / 2} Hz"
        )
    first, last = low / (0.5 * rate), high / (0.5 * rate)
    if last - 1 > -1e-6:
        message = f"nothing is filtered off above {high} Hz: half of the sampling rate is {rate / 2} Hz."
        warnings.warn(NetspecWarning(message), stacklevel=2)
        edges, kind = np.array(first), "highpass"
    else:
        edges, kind = np.array([first, last]), "band"
    zeros, poles, gain = signal.iirfilter(ORDER, edges, btype=kind, ftype="butter", output="zpk")
    sections = signal.zpk2sos(zeros, poles, gain)
    forwards = signal.sosfilt(sections, signals, axis=-1)
    return np.asarray(signal.sosfilt(sections, forwards[:, ::-1], axis=-1)[:, ::-1])


def with_ends(signals: Floats) -> Floats:
    """The first and the last site once more, so that no site is lost: (sites + 2, samples).

    Vaknin et al., J Neurosci Methods 24:131 (1988).
    """
    return np.concatenate([signals[:1], signals, signals[-1:]])


def without_mean(signals: Floats) -> Floats:
    """The signals (sites, samples) less their mean over sites at each time."""
    return np.asarray(signals - signals.mean(axis=0, keepdims=True))


def density(signals: Floats, spacing: float) -> Floats:
    """Minus the second difference along sites, by spacing [mm] squared: (sites - 2, samples) [mV/mm2].

    Times a conductivity [S/m] it is a density in uA/mm3. Sources are positive.
    """
    return np.asarray(-np.diff(signals, n=2, axis=0) / spacing**2)


def csd(
    lfp: Floats,
    rate: float,
    spacing: float,
    band: tuple[float, float] = (0.05, 300.0),
    ends: bool = True,
    mean_off: bool = False,
) -> Floats:
    """All steps: (sites, samples) [mV/mm2], two sites fewer without `ends`.

    lfp: (samples, sites) [mV], from top to bottom. rate [Hz]. spacing: between sites [mm]. band [Hz].
    """
    signals = band_passed(np.asarray(lfp, float).T, rate, *band)
    signals = with_ends(signals) if ends else signals
    return density(without_mean(signals) if mean_off else signals, spacing)
