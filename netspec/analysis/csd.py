"""Current source density from potentials along a line of contacts, in the four steps that NetPyNE takes.

density(with_ends(band_passed(lfp, rate)), spacing); without_mean may come before density.
"""

import contextlib
import io
import warnings

import numpy as np

from netspec.errors import NetspecWarning
from netspec.extras import needed
from netspec.tables import Floats

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


def delta_icsd(
    lfp: Floats, spacing: float, diameter: float = 0.5, sigma: float = 0.3, above: float | None = None
) -> Floats:
    """Density (sites, samples) [uA/mm3] that thin discs at each site would need to make this LFP.

    lfp: (samples, sites) [mV], from top to bottom. spacing, diameter [mm]. sigma: of the tissue [S/m]; above:
    of what is above the first site, if it differs. No site is lost. The potentials are not filtered.
    Pettersen et al., J Neurosci Methods 154:116 (2006).
    """
    signals = np.asarray(lfp, float).T
    depths = spacing * np.arange(1, len(signals) + 1)
    made = _of_disc(depths[:, None] - depths, diameter / 2)
    if above is not None:
        made += (sigma - above) / (sigma + above) * _of_disc(depths[:, None] + depths, diameter / 2)
    return np.asarray(np.linalg.solve(spacing / (2 * sigma) * made, signals))


def _of_disc(distance: Floats, radius: float) -> Floats:
    """Potential on the axis of a disc of unit current density, times twice the conductivity [mm]."""
    return np.asarray(np.hypot(distance, radius) - np.abs(distance))


def kcsd(
    lfp: Floats, spacing: float, diameter: float = 0.5, sigma: float = 0.3, points: int = 100
) -> tuple[Floats, Floats]:
    """Depths below the first site (points,) [mm] and densities there (points, samples) [uA/mm3].

    The kernel method, with the width of sources and the regularisation that predict left-out sites best.
    lfp: (samples, sites) [mV]; spacing, diameter [mm]; sigma [S/m]. By elephant.
    Potworowski et al., Neural Comput 24:541 (2012).
    """
    kernel = needed("elephant.current_source_density_src.KCSD", "Kernel CSD")
    signals = np.asarray(lfp, float).T
    places = spacing * np.arange(len(signals))[:, None]
    span = float(places[-1, 0])
    with contextlib.redirect_stdout(io.StringIO()):  # it prints what it tries
        model = kernel.KCSD1D(places, signals, sigma=sigma, h=diameter / 2, gdx=span / points, n_src_init=300)
        model.cross_validate(Rs=spacing * np.array([0.5, 1.0, 1.5, 2.0]))
    depths = np.asarray(model.estm_x, float).ravel()
    return depths, np.asarray(model.values("CSD"), float).reshape(len(depths), -1)
