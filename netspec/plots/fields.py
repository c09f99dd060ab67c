"""LFP and current source density as pictures: over time, by frequency, as spectrograms, in space."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np

from netspec.analysis import named_fields
from netspec.analysis.named_fields import EVERY, Band
from netspec.analysis.registry import takes
from netspec.errors import Problem, SpecError, did_you_mean
from netspec.plots.canvas import Axes, Canvas
from netspec.plots.lines import by_depth, stacked
from netspec.plots.locations import plot_lfp_locations
from netspec.plots.registry import plot
from netspec.results import Results

KINDS = ("timeSeries", "PSD", "spectrogram", "locations")
SIGNAL = ("LFPData", "timeRange", "electrodes", "pop", "normSignal", "filtFreq", "filtOrder", "detrend")
PARTS = "part of the highest"
DEEPEST = 1e-8
"""Power, relative to the highest, below which log scales show nothing."""


@plot("plotLFPTimeSeries", "LFPTimeSeries")
def plot_lfp_time_series(
    results: Results,
    ax: Axes,
    *,
    LFPData: Any = None,
    timeRange: Sequence[float] | None = None,
    electrodes: Sequence[Any] = EVERY,
    pop: str | None = None,
    separation: float = 1.0,
    normSignal: bool = False,
    filtFreq: Band | bool = False,
    filtOrder: int = 3,
    detrend: bool = False,
    orderInverse: bool = True,
    overlay: bool = False,
    scalebar: bool = True,
    legend: bool = True,
    colorList: Sequence[Any] | None = None,
    lineWidth: float = 1.0,
) -> dict[str, Any]:
    """LFP of electrodes over time. The numbers are those of prepareLFP.

    LFPData: such numbers, or signals (samples, sites), to draw in place of the recorded ones. legend: names
    of electrodes. overlay: the names in the colours of the curves. separation 0 draws all around one axis.
    """
    data = LFPData
    if not isinstance(data, Mapping):
        more = (LFPData, normSignal, filtFreq, filtOrder, detrend)
        data = named_fields.prepare_lfp(results, timeRange, electrodes, pop, *more)
    style = {"separation": separation, "first_on_top": orderInverse, "bar": scalebar, "width": lineWidth}
    return _time_series(
        data, ax, PARTS if normSignal else "mV", colorList, named=legend, tinted=overlay, **style
    )


@plot("plotCSDTimeSeries", "CSDTimeSeries")
def plot_csd_time_series(
    results: Results,
    ax: Axes,
    *,
    CSDData: Mapping[str, Any] | None = None,
    timeRange: Sequence[float] | None = None,
    electrodes: Sequence[Any] = EVERY,
    pop: str | None = None,
    separation: float = 1.0,
    orderInverse: bool = True,
    overlay: bool = False,
    scalebar: bool = True,
    legend: bool = True,
    colorList: Sequence[Any] | None = None,
    lineWidth: float = 1.0,
) -> dict[str, Any]:
    """CSD at electrodes over time; the numbers are those of prepareCSD with getAllData False.

    legend and overlay are as in plotLFPTimeSeries.
    """
    data = CSDData or named_fields.prepare_csd(results, timeRange, electrodes, pop, getAllData=False)
    style = {"separation": separation, "first_on_top": orderInverse, "bar": scalebar, "width": lineWidth}
    return _time_series(data, ax, "mV/mm$^2$", colorList, named=legend, tinted=overlay, **style)


def _time_series(
    data: Mapping[str, Any], ax: Axes, unit: str, colors: Sequence[Any] | None, **style: Any
) -> dict[str, Any]:
    parts = data["electrodes"]
    names, of_name = labels(parts), by_depth(parts["names"], colors)
    curves = [np.asarray(curve) for curve in parts["data"]]
    stacked(np.asarray(data["t"]), curves, names, ax, colors=of_name, unit=unit, **style)
    ax.set_xlabel("time [ms]")
    return dict(data)


def labels(parts: Mapping[str, Any]) -> list[str]:
    """Names of electrodes with their depths."""
    pairs = zip(parts["names"], parts["locs"], strict=True)
    return [name if place is None else f"{name} ({place[1]:g} um)" for name, place in pairs]


@plot("plotLFPPSD", "LFPPSD")
@takes(
    named_fields.prepare_psd,
    "PSDData LFPData CSD timeRange electrodes pop separation roundOffset NFFT noverlap nperseg minFreq "
    "maxFreq stepFreq smooth logx logy normSignal normPSD filtFreq filtOrder detrend transformMethod "
    "orderInverse legend colorList lineWidth",
)
def plot_lfp_psd(
    results: Results,
    ax: Axes,
    *,
    PSDData: Mapping[str, Any] | None = None,
    CSD: bool = False,
    separation: float = 1.0,
    roundOffset: bool | int = True,
    logx: bool = False,
    logy: bool = False,
    normPSD: bool = False,
    transformMethod: str = "morlet",
    orderInverse: bool = True,
    legend: bool = True,
    colorList: Sequence[Any] | None = None,
    lineWidth: float = 1.0,
    **signal: Any,
) -> dict[str, Any]:
    """Power of the LFP (or CSD) by frequency; the numbers are those of preparePSD. logy: on a log scale.

    separation 0, logy and decibels ('fft') draw all electrodes around one axis. roundOffset has no effect:
    there are no grid lines that curves would have to stand on.
    """
    asked = {**signal, "CSD": CSD, "logy": logy, "normPSD": normPSD, "transformMethod": transformMethod}
    data = PSDData or named_fields.prepare_psd(results, **asked)
    decibels = transformMethod == "fft"
    squared = "mV$^2$/mm$^4$" if CSD else "mV$^2$"
    unit = PARTS if normPSD else f"dB of {squared}/Hz" if decibels else squared
    names, curves = data["psdNames"], [np.asarray(curve) for curve in data["psdSignal"]]
    apart = 0.0 if logy or decibels else separation
    more: dict[str, Any] = {"colors": by_depth(names, colorList), "unit": unit, "first_on_top": orderInverse}
    more |= {"width": lineWidth, "named": legend}
    stacked(np.asarray(data["psdFreqs"][0]), curves, names, ax, separation=apart, **more)
    if not apart:
        ax.set_ylabel(f"power [{unit}]")
    if logy and not decibels:
        ax.set(yscale="log", ylim=(DEEPEST * max(curve.max() for curve in curves), None))
    if logx:
        ax.set_xscale("log")
    ax.set_xlabel("frequency [Hz]")
    return dict(data)


plot("plotCSDPSD", "CSDPSD")(partial(plot_lfp_psd, CSD=True))


@plot("plotLFPSpectrogram", "LFPSpectrogram", several=True)
@takes(
    named_fields.prepare_spectrogram,
    "SpectData LFPData timeRange electrodes pop NFFT noverlap nperseg minFreq maxFreq stepFreq smooth "
    "logx logy normSignal normPSD normSpec filtFreq filtOrder detrend transformMethod maxPlots",
)
def plot_lfp_spectrogram(
    results: Results,
    canvas: Canvas,
    *,
    SpectData: Mapping[str, Any] | None = None,
    logx: bool = False,
    maxPlots: int | None = None,
    **power: Any,
) -> dict[str, Any]:
    """Power over time and frequency, a panel for each electrode; the numbers of prepareSpectrogram.

    maxPlots: panels of a figure, more make more figures. logx has no effect: time is not shown by logarithm.
    """
    data = SpectData or named_fields.prepare_spectrogram(results, **power)
    parts = data["electrodes"]
    panels = list(zip(labels(parts), loudness(parts["spectrogram"]), strict=False))
    most = maxPlots or max(len(panels), 1)
    for page in range(-(-len(panels) // most)):
        name = f"LFPSpectrogram_{page}" if len(panels) > most else "LFPSpectrogram"
        _panels(panels[page * most : (page + 1) * most], parts["spectrogram"], canvas, name)
    return dict(data)


def _panels(shown: Sequence[tuple[str, Any]], found: Mapping[str, Any], canvas: Canvas, name: str) -> None:
    """A figure of spectrograms with their titles."""
    count = len(shown)
    columns = 1 if count < 4 else 2 if count < 13 else 4
    rows = -(-count // columns)
    size = (4.0 + 3.5 * columns, 1.2 + 1.8 * rows)
    panels = np.atleast_1d(canvas.axes(name, rows, size, columns))
    image = None
    for panel, (title, power) in zip(panels, shown, strict=False):
        image = spectrogram(power, found, panel)
        panel.set_title(title, fontsize="small", pad=3)
    for panel in panels[count:]:
        panel.set_visible(False)
    figure = panels[0].figure
    figure.supxlabel("time [ms]", fontsize="medium")
    figure.supylabel("frequency [Hz]", fontsize="medium")
    if image is not None:
        figure.colorbar(
            image, ax=list(panels), label="power [dB of the highest]", shrink=min(1, 2 / rows), pad=0.02
        )


FLOOR = -40.0
"""What is fainter than this is drawn so [dB]."""


def loudness(found: Mapping[str, Any]) -> list[Any]:
    """Power of each electrode below the highest of all [dB]."""
    if "fft" in found:
        return [np.asarray(power) - found["vmax"] for power in found["fft"]]
    top = found["vmax"] or 1.0
    return [named_fields.decibels(np.asarray(power) / top) for power in found["morlet"]]


def spectrogram(power: Any, found: Mapping[str, Any], ax: Axes) -> Any:
    """Power (freqs, samples) [dB] as an image in axes; the image."""
    shown = np.clip(power, FLOOR, 0)
    limits: dict[str, Any] = {"vmin": FLOOR, "vmax": 0, "cmap": "viridis", "rasterized": True}
    if "fft" in found:
        return ax.pcolormesh(found["xmesh"], found["ymesh"], shown, shading="nearest", **limits)
    start, stop = found["extent"][0][:2]
    every = max(1, shown.shape[1] // 1000)
    times = np.linspace(start, stop, shown.shape[1])[::every]
    return ax.pcolormesh(times, found["freqs"], shown[:, ::every], shading="nearest", **limits)


@plot("plotLFP", "", several=True)
@takes(
    plot_lfp_spectrogram,
    "timeRange electrodes pop plots inputLFP NFFT noverlap nperseg minFreq maxFreq stepFreq smooth "
    "separation includeAxon logx logy normSignal normPSD normSpec filtFreq filtOrder detrend "
    "transformMethod maxPlots overlay colors lineWidth",
)
def plot_lfp(
    results: Results,
    canvas: Canvas,
    *,
    plots: Sequence[str] = KINDS,
    inputLFP: Any = None,
    separation: float = 1.0,
    includeAxon: bool = True,
    normSpec: bool = False,
    maxPlots: int | None = None,
    overlay: bool = False,
    colors: Sequence[Any] | None = None,
    lineWidth: float = 1.5,
    **power: Any,
) -> dict[str, Any]:
    """The four pictures of the LFP, or some of them; the numbers of each by its kind.

    inputLFP: signals (samples, sites) of your own. maxPlots: spectrograms of a figure (default: all).
    overlay: curves of all electrodes around one axis.
    """
    plots = [plots] if isinstance(plots, str) else plots
    for kind in plots:
        if kind not in KINDS:
            raise SpecError([Problem("plots", f"there is no {kind!r}. {did_you_mean(kind, KINDS)}")])
    power["LFPData"] = inputLFP
    signal = {name: power[name] for name in SIGNAL}
    stack: dict[str, Any] = {"separation": 0.0 if overlay else separation, "colorList": colors}
    stack["lineWidth"] = lineWidth
    found: dict[str, Any] = {}
    if "timeSeries" in plots:
        found["timeSeries"] = plot_lfp_time_series(results, canvas.axes("LFPTimeSeries"), **signal, **stack)
    if "PSD" in plots:
        found["PSD"] = plot_lfp_psd(results, canvas.axes("LFPPSD"), **power, **stack)
    if "spectrogram" in plots:
        found["spectrogram"] = plot_lfp_spectrogram(
            results, canvas, **power, normSpec=normSpec, maxPlots=maxPlots
        )
    if "locations" in plots:
        found["locations"] = plot_lfp_locations(results, canvas.axes("LFPLocations"), includeAxon=includeAxon)
    return found
