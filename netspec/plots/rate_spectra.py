"""Rhythms in rates: power over frequency, and over frequency and time."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import numpy as np

from netspec.analysis import rates, spectra, spikes
from netspec.analysis.named_fields import decibels
from netspec.analysis.select import items
from netspec.plots.canvas import Axes, Canvas
from netspec.plots.colors import legend, of_items
from netspec.plots.registry import plot
from netspec.results import Results
from netspec.tables import Floats

Method = Literal["morlet", "fft"]
Spectrum = tuple[Floats, Floats]
"""Frequencies [Hz] and power."""


@plot("plotRatePSD", "plot_spikePSD", several=True)
def plot_rate_psd(
    results: Results,
    canvas: Canvas,
    *,
    include: Sequence[Any] = ("eachPop", "allCells"),
    timeRange: Sequence[float] | None = None,
    binSize: float = 5,
    minFreq: float = 1,
    maxFreq: float = 100,
    transformMethod: Method = "morlet",
    stepFreq: float = 1,
    NFFT: int = 256,
    noverlap: int = 128,
    smooth: int = 0,
    norm: bool = False,
    overlay: bool = True,
    popColors: Mapping[str, Any] | Sequence[Any] | None = None,
    yLogScale: bool = True,
    ylim: Sequence[float] | None = None,
    lineWidth: float = 1.5,
) -> dict[str, Any]:
    """Power of rates over frequency. The numbers: allSignal and allFreqs [Hz] of each item.

    allSignal: 'morlet': mean power [Hz2]; 'fft': power density [Hz2/Hz], with yLogScale in dB. smooth:
    points. norm: by the largest of all.
    """
    named, span = items(results.plan, include), spikes.whole(results, timeRange)
    signals = {label: _rate(results, own, span, binSize) for label, own in named.items()}
    if transformMethod == "morlet":
        freqs = np.arange(minFreq, maxFreq + 1, stepFreq)
        found = [(freqs, power.mean(axis=1)) for power in _powers(signals, freqs, binSize)]
        unit = "power [Hz$^2$]"
    else:
        found = [_density(x, 1000 / binSize, NFFT, noverlap, yLogScale, smooth) for x in signals.values()]
        unit = "power [dB]" if yLogScale else "power [Hz$^2$/Hz]"
    if norm and found:
        largest = max(power.max() for _, power in found)
        found, unit = [(freqs, power / largest) for freqs, power in found], "power / largest"
    colors = of_items(results.plan, named, popColors)
    axes = np.atleast_1d(canvas.axes() if overlay else grid(canvas, len(named)))
    for row, (label, own, color) in enumerate(zip(named, found, colors, strict=True)):
        ax = axes[0 if overlay else row]
        power_lines([own], ax, [color], lineWidth, (minFreq, maxFreq))
        if ylim:
            ax.set_ylim(ylim)
        if not overlay:
            ax.set_title(label, fontsize="small")
    if overlay:
        legend(axes[0], list(named), colors)
        axes[0].set_ylabel(unit)
    else:
        label_outside(axes, "frequency [Hz]", unit)
    return _numbers(named, span, [power for _, power in found], [freqs for freqs, _ in found])


@plot("plotRateSpectrogram", "spikeSpectrogram", several=True)
def plot_rate_spectrogram(
    results: Results,
    canvas: Canvas,
    *,
    include: Sequence[Any] = ("allCells", "eachPop"),
    timeRange: Sequence[float] | None = None,
    binSize: float = 5,
    minFreq: float = 1,
    maxFreq: float = 100,
    stepFreq: float = 1,
    NFFT: int = 256,
    noverlap: int = 128,
    smooth: int = 0,
    overlay: bool = True,
    ylim: Sequence[float] | None = None,
    transformMethod: Method = "morlet",
    norm: bool = False,
    popColors: Any = None,
    lineWidth: float = 1.5,
) -> dict[str, Any]:
    """Power of rates over time and frequency, an image for each item. The numbers: allSignal, allFreqs [Hz].

    allSignal: (freqs, times) of each item: 'morlet' [Hz2], 'fft' [Hz2/Hz]. smooth: along time, in samples.
    norm: by the largest of all. overlay, popColors and lineWidth mean nothing here, as in NetPyNE.
    """
    named, span = items(results.plan, include), spikes.whole(results, timeRange)
    signals = {label: _rate(results, own, span, binSize) for label, own in named.items()}
    freqs = np.arange(minFreq, maxFreq + 1, stepFreq)
    if transformMethod == "morlet":
        powers = _powers(signals, freqs, binSize)
    else:
        rate = 1000 / binSize
        parts = [spectra.spectrogram(x, rate, NFFT / rate, noverlap / NFFT) for x in signals.values()]
        shown = [(part[0] >= minFreq) & (part[0] <= maxFreq) for part in parts]
        powers = [part[2][kept] for part, kept in zip(parts, shown, strict=True)]
        freqs = parts[0][0][shown[0]] if parts else freqs
    if smooth:
        powers = [np.array([spectra.smooth(row, smooth) for row in power]) for power in powers]
    if norm and powers:
        largest = max(power.max() for power in powers)
        powers = [power / largest for power in powers]
    axes = grid(canvas, len(named))
    for ax, label, power in zip(axes, named, powers, strict=False):
        power_image(power, freqs, span, ax)
        ax.set_title(label, fontsize="small")
        if ylim:
            ax.set_ylim(ylim)
    unit = "power / largest" if norm else "power [Hz$^2$]"
    label_outside(axes, "time [ms]", f"frequency [Hz], colours: {unit}")
    return _numbers(named, span, powers, [freqs] * len(powers))


def grid(canvas: Canvas, count: int) -> Any:
    """Axes (count,) of one figure, at most four above each other."""
    columns = max(1, int(np.ceil(count / 4)))
    rows = max(1, int(np.ceil(count / columns)))
    axes = np.atleast_1d(canvas.axes(rows=rows, columns=columns))
    for ax in axes[max(count, 1) :]:
        ax.set_axis_off()
    return axes[: max(count, 1)]


def label_outside(axes: Any, x: str, y: str) -> None:
    """Labels for all axes of a grid together, numbers only at its left and under each column."""
    figure = axes[0].figure
    figure.supxlabel(x, fontsize="medium")
    figure.supylabel(y, fontsize="medium")
    for ax in axes:
        ax.set_xlabel("")
        ax.label_outer()
    for ax in axes[-int(np.ceil(len(axes) / 4)) :]:
        ax.tick_params(labelbottom=True)


def power_lines(
    found: Sequence[Spectrum],
    ax: Axes,
    colors: Sequence[Any],
    width: float = 1.5,
    limits: tuple[float, float] | None = None,
) -> Axes:
    """Power over frequency [Hz], a line for each. limits: of what is shown."""
    for (freqs, power), color in zip(found, colors, strict=True):
        low, high = limits or (freqs[0], freqs[-1])
        shown = (freqs >= low) & (freqs <= high)
        ax.plot(freqs[shown], power[shown], color=color, linewidth=width)
    ax.set_xlabel("frequency [Hz]")
    if limits:
        ax.set_xlim(0, limits[1])
    return ax


def power_image(power: Floats, freqs: Floats, span: spikes.Range, ax: Axes) -> Axes:
    """Power (freqs, times) as an image over time [ms] and frequency [Hz], with its colours."""
    step = (freqs[-1] - freqs[0]) / max(len(freqs) - 1, 1) / 2
    extent = (*span, float(freqs[0] - step), float(freqs[-1] + step))
    drawn = ax.imshow(
        power, origin="lower", aspect="auto", extent=extent, cmap="viridis", interpolation="none"
    )
    figure: Any = ax.get_figure(root=True)
    figure.colorbar(drawn, ax=ax)
    return ax


def _rate(results: Results, include: Any, span: spikes.Range, width: float) -> Floats:
    """Rate in whole bins [Hz]; NetPyNE's, which begins no bin at the end of the range or one bin before."""
    data = spikes.raster(results, include, span)
    return rates.binned(data.times, np.arange(*span, width), data.row_count)


def _powers(signals: Mapping[str, Any], freqs: Floats, width: float) -> list[Floats]:
    return [spectra.morlet_power(x, 1000 / width, freqs) for x in signals.values()]


def _density(signal: Floats, rate: float, nfft: int, overlap: int, decibel: bool, smooth: int) -> Spectrum:
    freqs, power = spectra.netpyne_psd(signal, rate, nfft, overlap)
    return freqs, spectra.smooth(decibels(power) if decibel else power, smooth)


def _numbers(
    named: Mapping[str, Any], span: spikes.Range, signals: list[Any], freqs: list[Any]
) -> dict[str, Any]:
    return {"allSignal": signals, "allFreqs": freqs, "labels": list(named), "timeRange": list(span)}
