"""Frequencies in signals: filters, spectra, spectrograms, phases, coherence, episodes of oscillation.

Signals are (samples,) or (..., samples) of any unit u, `rate` is samples per second [Hz]. The functions that
say so give the numbers of NetPyNE's pictures.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from netspec.extras import needed
from netspec.tables import Floats, Table


def lowpass(x: ArrayLike, rate: float, high: float, order: int = 3) -> Floats:
    """The signal (..., samples) without frequencies above `high` [Hz], phases as they were.

    A Butterworth filter of this order, forwards and backwards, as NetPyNE's filtFreq with one number.
    """
    return _butterworth(x, rate, high, order, "lowpass")


def bandpass(x: ArrayLike, rate: float, low: float, high: float, order: int = 3) -> Floats:
    """The signal (..., samples) with only the frequencies from `low` to `high` [Hz], phases as they were.

    A Butterworth filter of this order, forwards and backwards, as NetPyNE's filtFreq with two numbers.
    """
    return _butterworth(x, rate, [low, high], order, "bandpass")


def filtered(x: ArrayLike, rate: float, band: float | Sequence[float], order: int = 3) -> Floats:
    """The signal (..., samples) below one frequency [Hz] or between two."""
    if isinstance(band, Sequence):
        low, high = band
        return bandpass(x, rate, low, high, order)
    return lowpass(x, rate, band, order)


def _butterworth(x: ArrayLike, rate: float, edges: float | list[float], order: int, kind: str) -> Floats:
    signal, half, ends = _signal(), rate / 2, np.atleast_1d(edges)
    if not (np.all(np.diff(ends) > 0) and ends[0] > 0 and ends[-1] < half):
        raise ValueError(f"frequencies of a filter rise from above 0 to below half of the rate, {half} Hz")
    b, a = signal.butter(order, np.asarray(edges) / half, btype=kind)
    return np.asarray(signal.filtfilt(b, a, np.asarray(x, float)))


WINDOWS: dict[str, Callable[[int], Floats]] = {
    "flat": np.ones,
    "hanning": np.hanning,
    "hamming": np.hamming,
    "bartlett": np.bartlett,
    "blackman": np.blackman,
}


def smooth(x: ArrayLike, window: int, kind: str = "hanning") -> Floats:
    """The signal (samples,) smoothed by a window (WINDOWS) of so many samples; NetPyNE's numbers.

    It is mirrored at its ends. With an odd window the result is a sample early, as there.
    """
    values = np.asarray(x, float)
    if window < 3:
        return values
    if len(values) < window:
        raise ValueError(f"a window of {window} samples is longer than the signal, {len(values)}")
    weights = WINDOWS[kind](window)
    # NetPyNE's right-hand mirror repeats the last sample, the left-hand one not.
    padded = np.concatenate([values[window - 1 : 0 : -1], values, values[:-window:-1]])
    first = int(window / 2 - 1)
    return np.convolve(weights / weights.sum(), padded, mode="valid")[first : first + len(values)]


def detrended(x: ArrayLike) -> Floats:
    """The signal (..., samples) less the straight line that fits it best."""
    values = np.asarray(x, float)
    line = np.arange(values.shape[-1], dtype=float)
    line -= line.mean()
    centred = values - values.mean(axis=-1, keepdims=True)
    return np.asarray(centred - (centred @ line)[..., None] / max(line @ line, 1.0) * line)


def netpyne_psd(x: ArrayLike, rate: float, nfft: int = 256, overlap: int = 128) -> tuple[Floats, Floats]:
    """Frequencies [Hz] and power [u2/Hz], (nfft // 2 + 1,) each, of x (samples,); matplotlib.mlab.psd.

    Means over pieces of nfft samples under a Hann window, nothing taken off; a short signal is filled by 0.
    """
    values = np.asarray(x, float)
    if not 0 <= overlap < nfft:
        raise ValueError(f"pieces of {nfft} samples cannot overlap by {overlap}")
    values = np.pad(values, (0, max(nfft - len(values), 0)))
    pieces = np.lib.stride_tricks.sliding_window_view(values, nfft)[:: nfft - overlap]
    window = np.hanning(nfft)
    power = (np.abs(np.fft.rfft(pieces * window)) ** 2).mean(axis=0) / rate / (window**2).sum()
    power[1 : len(power) - (nfft + 1) % 2] *= 2  # both signs, but for 0 and half of the rate
    return np.asarray(np.fft.rfftfreq(nfft, 1 / rate), float), np.asarray(power)


def morlet_power(x: ArrayLike, rate: float, freqs: ArrayLike, cycles: float = 7.0) -> Floats:
    """Power [u2] at frequencies [Hz] over time: (freqs, samples), of x (samples,); NetPyNE's numbers.

    Morlet wavelets of so many cycles; a sine of amplitude 1 has power 1. The line through x is taken off.
    """
    values = detrended(x)
    wanted = np.atleast_1d(np.asarray(freqs, float))
    power, spectra = np.empty((len(wanted), len(values))), {}
    for row, freq in zip(power, wanted, strict=True):
        wavelet = _morlet(rate, freq, cycles)
        size = _fast_length(len(values) + len(wavelet) - 1)
        if size not in spectra:
            spectra[size] = np.fft.fft(values, size)
        start = int(np.ceil(len(wavelet) / 2))
        wave = np.fft.ifft(spectra[size] * np.fft.fft(wavelet, size))[start : start + len(values)]
        row[:] = (2 * np.abs(wave) / rate) ** 2
    return power


def _fast_length(n: int) -> int:
    """A length that is not much more than n, and of small factors: Fourier transforms of it are fast."""
    step = 1 << max(n.bit_length() - 4, 0)
    return -(-n // step) * step


def _morlet(rate: float, freq: float, cycles: float) -> NDArray[np.complex128]:
    """The wavelet at `freq` [1/s], of area 1 without its wave, 7 standard deviations long."""
    width = cycles / (2 * np.pi * freq)
    time = np.arange(-3.5 * width, 3.5 * width, 1 / rate)
    bell = np.exp(-(time**2) / (2 * width**2)) / (width * np.sqrt(2 * np.pi))
    return np.asarray(bell * np.exp(2j * np.pi * freq * time))


def welch(
    x: ArrayLike, rate: float, segment: float = 1.0, overlap: float = 0.5, window: str = "hann"
) -> tuple[Floats, Floats]:
    """Frequencies [Hz] and power density [u2/Hz] (..., freqs): means over segments [s], each less its mean.

    overlap: of segments, 0 to less than 1. Welch, IEEE Trans Audio 15:70 (1967).
    """
    samples, shared = _pieces(x, rate, segment, overlap)
    found: tuple[Floats, Floats] = _signal().welch(x, rate, window, samples, shared)
    return found


def multitaper(
    x: ArrayLike, rate: float, bandwidth: float = 4.0, tapers: int | None = None
) -> tuple[Floats, Floats]:
    """Frequencies [Hz] and power density [u2/Hz] (..., freqs): the mean over tapers, of x less its mean.

    bandwidth [Hz]: power is known to half of it on either side. tapers: as many as are of use.
    Thomson, Proc IEEE 70:1055 (1982).
    """
    values = np.asarray(x, float)
    n = values.shape[-1]
    product = bandwidth / 2 * n / rate
    if product < 1:
        raise ValueError(f"a signal of {n / rate} s tells frequencies apart that differ by {2 * rate / n} Hz")
    found = needed("scipy.signal.windows", "A multitaper spectrum").dpss(
        n, product, tapers or max(int(2 * product) - 1, 1), sym=False
    )
    values = values - values.mean(axis=-1, keepdims=True)
    power = (np.abs(np.fft.rfft(values[..., None, :] * found)) ** 2).mean(axis=-2) / rate
    power[..., 1 : power.shape[-1] - (n + 1) % 2] *= 2
    return np.asarray(np.fft.rfftfreq(n, 1 / rate), float), np.asarray(power)


def spectrogram(
    x: ArrayLike, rate: float, segment: float = 0.256, overlap: float = 0.5
) -> tuple[Floats, Floats, Floats]:
    """Frequencies [Hz], middles of segments [ms], power density [u2/Hz] (..., freqs, segments).

    Short-time Fourier transforms of segments [s] under a Hann window, each less its mean.
    """
    samples, shared = _pieces(x, rate, segment, overlap)
    freqs, middles, power = _signal().spectrogram(
        np.asarray(x, float), rate, window="hann", nperseg=samples, noverlap=shared
    )
    return freqs, middles * 1000, power


def analytic(x: ArrayLike) -> NDArray[np.complex128]:
    """The signal with its Hilbert transform as imaginary part (..., samples): its modulus is the envelope."""
    return np.asarray(_signal().hilbert(np.asarray(x, float)))


def phase(x: ArrayLike) -> Floats:
    """Phase at each sample (..., samples) [rad], -pi to pi, 0 at the peaks. Make x a narrow band first."""
    return np.angle(analytic(x))


def coherence(
    x: ArrayLike, y: ArrayLike, rate: float, segment: float = 1.0, overlap: float = 0.5
) -> tuple[Floats, Floats]:
    """Frequencies [Hz] and how linearly one signal follows another at each, 0 to 1 (..., freqs)."""
    samples, shared = _pieces(x, rate, segment, overlap)
    found: tuple[Floats, Floats] = _signal().coherence(x, y, rate, "hann", samples, shared)
    return found


def band_events(
    x: ArrayLike, rate: float, band: tuple[float, float], threshold: float = 2.0, cycles: float = 3.0
) -> Table:
    """Episodes of oscillation in a band [Hz] of x (samples,): a row for each.

    Columns: start, stop, peak_time [ms]; peak [u], the largest amplitude; power [u2], its mean square.
    An episode is where the envelope of the band exceeds `threshold` times its median for at least so many
    cycles of the band's middle.
    """
    envelope = np.abs(analytic(bandpass(x, rate, *band)))
    above = np.r_[False, envelope > threshold * np.median(envelope), False].astype(np.int8)
    starts, stops = (np.flatnonzero(np.diff(above) == step) for step in (1, -1))
    long = stops - starts >= cycles * rate / np.mean(band)
    starts, stops = starts[long], stops[long]
    parts = [envelope[start:stop] for start, stop in zip(starts, stops, strict=True)]
    peaks = starts + np.array([part.argmax() for part in parts], dtype=int)
    columns = {"start": starts, "stop": stops, "peak_time": peaks}
    return Table(
        {name: samples * 1000.0 / rate for name, samples in columns.items()}
        | {"peak": envelope[peaks], "power": np.array([np.mean(part**2) for part in parts])}
    )


def _pieces(x: ArrayLike, rate: float, segment: float, overlap: float) -> tuple[int, int]:
    """Samples of a segment, no longer than the signal, and how many of them the next has too."""
    if not 0 <= overlap < 1:
        raise ValueError(f"segments overlap by a part of 0 to less than 1, not {overlap}")
    samples = min(max(round(segment * rate), 1), np.shape(x)[-1])
    return samples, int(samples * overlap)


def _signal() -> Any:
    return needed("scipy.signal", "Filters and spectra")
