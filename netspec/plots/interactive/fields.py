"""LFP and dipoles in the browser."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import numpy as np

from netspec.analysis import spectra
from netspec.analysis.named_fields import prepare_spectrogram
from netspec.analysis.registry import takes
from netspec.errors import NetspecError
from netspec.plan.signals import HNN
from netspec.plots.colors import PALETTE
from netspec.plots.fields import FLOOR, loudness
from netspec.plots.interactive.page import Drawn, column, figure, image, interactive, legend, numbers
from netspec.results import Results
from netspec.tables import Floats

Dipoles = Mapping[str, Any]


@interactive("iplotDipole", data=True)
def dipole(
    results: Results, *, expData: Mapping[str, Any] | None = None, dpl: Dipoles | None = None, t: Any = None
) -> Drawn:
    """Dipoles of recordDipolesHNN and their sum [nAm], beside what was measured: expData label, x [ms], y.

    dpl [fAm] by label and t [ms]: others than those recorded. Without recordDipolesHNN: the moment of
    recordDipole [nA um]. The numbers: t and each curve.
    """
    time, curves, unit = _dipoles(results, dpl, t)
    tips = [("", "$name"), ("time", "$x{0.00} ms"), ("dipole", "$y")]
    fig = figure(len(time), 500, tips, x_axis_label="time [ms]", y_axis_label=f"dipole [{unit}]")
    for position, (label, values) in enumerate(curves.items()):
        color = PALETTE[position % len(PALETTE)]
        fig.line(time, values, color=color, legend_label=label, name=label, line_width=2)
    if expData and len(expData.get("x", ())):
        name = str(expData.get("label", "Experiment"))
        fig.line(list(expData["x"]), list(expData["y"]), color="black", legend_label=name, name=name)
    legend(fig)
    return {"idipole": fig}, {"t": time, **curves}


@interactive("iplotDipoleSpectrogram")
def dipole_spectrogram(
    results: Results,
    *,
    expData: Mapping[str, Any] | None = None,
    dpl: Dipoles | None = None,
    minFreq: float = 1,
    maxFreq: float = 80,
    stepFreq: float = 1,
    norm: bool = True,
) -> Drawn:
    """Power of the sum of all dipoles over time (Morlet wavelets), divided by its largest if norm.

    expData: unused.
    """
    time, freqs, power, unit = _power(results, dpl, minFreq, maxFreq, stepFreq)
    shown = power / power.max() if norm and power.any() else power
    fig = figure(
        x_axis_label="time [ms]", y_axis_label="frequency [Hz]", tips=[("", "$x ms, $y Hz"), ("", "@image")]
    )
    edges = (minFreq - stepFreq / 2, float(freqs[-1]) + stepFreq / 2)
    image(fig, shown, (float(time[0]), float(time[-1])), edges, "power" + ("" if norm else f" [{unit}²]"))
    return {"idipole_spectrogram": fig}, {"t": time, "freqs": freqs, "power": shown}


@interactive("iplotDipolePSD")
def dipole_psd(
    results: Results,
    *,
    expData: Mapping[str, Any] | None = None,
    minFreq: float = 1,
    maxFreq: float = 80,
    stepFreq: float = 1,
    norm: bool = True,
) -> Drawn:
    """Mean over time of the power of the sum of all dipoles (Morlet wavelets). expData, norm: unused."""
    _, freqs, power, unit = _power(results, None, minFreq, maxFreq, stepFreq)
    fig = figure(x_axis_label="frequency [Hz]", y_axis_label=f"power [{unit}²]", tips=[("", "$x Hz: $y")])
    fig.line(freqs, power.mean(axis=1), color="black", line_width=2)
    return {"idipole_psd": fig}, {"freqs": freqs, "power": power.mean(axis=1)}


def _power(
    results: Results, dpl: Dipoles | None, low: float, high: float, step: float
) -> tuple[Floats, Floats, Floats, str]:
    """Times [ms], frequencies [Hz] and power (frequencies, samples) of the last curve: the sum, or z."""
    time, curves, unit = _dipoles(results, dpl, None)
    freqs = np.arange(low, high + step / 2, step)
    rate = 1000 * (len(time) - 1) / (time[-1] - time[0])
    return time, freqs, spectra.morlet_power(list(curves.values())[-1], rate, freqs), unit


def _dipoles(results: Results, given: Dipoles | None, t: Any) -> tuple[Floats, dict[str, Floats], str]:
    """Times [ms], curves by label, their unit. The last one is the aggregate, or the length of the moment."""
    own = {n.removeprefix(HNN): s for n, s in results.signals.items() if n.startswith(HNN)}
    if not own and not given:
        return _moment(results)
    curves = {label: signal.values[:, 0] for label, signal in own.items()}
    curves = {k: np.asarray(v, float) for k, v in given.items()} if given else curves
    time = np.asarray(t, float) if t is not None and len(t) else None
    if time is None:
        time = next((signal.time for signal in own.values()), np.asarray(results.time))
    options = results.sim_config.get("hnn_params") or {}
    width = int(options.get("dipole_smooth_win", 0) / float(results.plan.model.spec.simulation.dt))
    scaled = {label: 1e-6 * options.get("dipole_scalefctr", 1) * values for label, values in curves.items()}
    if width > 1:
        window = np.hamming(width) / np.hamming(width).sum()
        scaled = {label: np.convolve(values, window, "same") for label, values in scaled.items()}
    if "Aggregate" not in scaled:
        scaled["Aggregate"] = np.sum(list(scaled.values()), axis=0)
    return time, scaled, "nAm"


def _moment(results: Results) -> tuple[Floats, dict[str, Floats], str]:
    if "dipole" not in results.signals:
        raise NetspecError("no dipole was recorded: set simConfig.recordDipolesHNN or recordDipole")
    signal = results.signals["dipole"]
    return signal.time, dict(zip("xzy", signal.values.T[[0, 2, 1]], strict=True)), signal.unit


POWER = ("NFFT", "noverlap", "minFreq", "maxFreq", "stepFreq", "smooth", "transformMethod")
KINDS = {
    "timeSeries": ("prepareLFP", (*POWER, "nperseg", "normPSD", "normSpec", "includeAxon")),
    "PSD": ("preparePSD", ("nperseg", "normSpec", "includeAxon")),
    "spectrogram": ("prepareSpectrogram", ("normPSD", "includeAxon")),
}
"""The measure that gives the numbers of each plot, and arguments that it does not take."""
PARTS = {"timeSeries": "iLFP_timeseries", "PSD": "iLFP_psd", "spectrogram": "iLFP_timefreq"}
"""Plots of the LFP, and what NetPyNE calls their files."""


@interactive("iplotLFP", needs="prepareLFP")
@takes(
    prepare_spectrogram,
    "electrodes plots timeRange NFFT noverlap nperseg minFreq maxFreq stepFreq smooth separation logx "
    "logy normSignal normPSD normSpec overlay filtFreq filtOrder detrend transformMethod colors "
    "includeAxon",
)
def lfp(
    results: Results,
    *,
    plots: Sequence[Literal["timeSeries", "PSD", "spectrogram"]] = ("timeSeries", "PSD", "spectrogram"),
    separation: float = 1.0,
    logx: bool = False,
    logy: bool = False,
    overlay: bool = False,
    filtFreq: float | Sequence[float] | None = None,
    transformMethod: Literal["morlet", "fft"] = "morlet",
    colors: Sequence[Any] | None = None,
    **given: Any,
) -> Drawn:
    """The LFP over time, its spectra and spectrograms, a page for each. The numbers: by kind of plot.

    includeAxon is NetPyNE's and has no effect there either.
    """
    given |= {"filtFreq": filtFreq, "transformMethod": transformMethod}
    style = {"separation": separation, "overlay": overlay, "logx": logx, "logy": logy,
             "colors": list(colors or PALETTE)}  # fmt: skip
    panels: dict[str, Any] = {}
    data: dict[str, Any] = {}
    for kind in plots:
        name, without = KINDS[kind]
        asked = {key: value for key, value in given.items() if key not in without}
        data[kind] = numbers(results, name, **asked, **({"logy": logy} if kind == "PSD" else {}))
        panels[PARTS[kind]] = DRAWINGS[kind](data[kind], style)
    return panels, data


def _time_series(data: Any, style: Mapping[str, Any]) -> Any:
    """Curves of electrodes, the first above, as far apart as the largest of them is high."""
    tips = [("electrode", "$name"), ("time", "$x{0.00} ms")]
    fig = figure(
        len(data["t"]), 500, tips, x_axis_label="time [ms]", y_axis_label="LFP, one below the other [mV]"
    )
    names, curves = data["electrodes"]["names"], [np.asarray(c, float) for c in data["electrodes"]["data"]]
    apart = style["separation"] * max((float(np.abs(curve).max()) for curve in curves), default=1.0)
    for row, (name, curve) in enumerate(zip(names, curves, strict=True)):
        color = "black" if name == "avg" else style["colors"][row % len(style["colors"])]
        label = str(name)
        fig.line(data["t"], curve - row * apart, color=color, legend_label=label, name=label)
    legend(fig)
    return fig


def _psd(data: Any, style: Mapping[str, Any]) -> Any:
    figures: list[Any] = []
    axes: dict[str, Any] = {"x_axis_label": "frequency [Hz]", "y_axis_label": "power"}
    axes["x_axis_type"] = "log" if style["logx"] else "linear"
    triples = zip(data["psdNames"], data["psdFreqs"], data["psdSignal"], strict=True)
    for row, (name, freqs, values) in enumerate(triples):
        if not figures or not style["overlay"]:
            figures.append(figure(0, 500 if style["overlay"] else 220, [("", "$x Hz: $y")], **axes))
        color = "black" if name == "avg" else style["colors"][row % len(style["colors"])]
        figures[-1].line(np.asarray(freqs), np.asarray(values), color=color, legend_label=str(name))
    for fig in figures:
        legend(fig)
    return column(figures)


def _spectrogram(data: Any, style: Mapping[str, Any]) -> Any:
    """Power of each electrode below the highest of all [dB]; what is fainter than FLOOR looks as that."""
    found = data["electrodes"]["spectrogram"]
    times = found["xmesh"][0] if "fft" in found else found["extent"][0][:2]
    figures = []
    for name, power in zip(data["electrodes"]["names"], loudness(found), strict=True):
        axes = {"x_axis_label": "time [ms]", "y_axis_label": "frequency [Hz]"}
        fig = figure(0, 260, [("", "$x ms, $y Hz")], title=f"electrode {name}", **axes)
        freqs = found["freqs"]
        ends = (float(times[0]), float(times[-1])), (float(freqs[0]), float(freqs[power.shape[0] - 1]))
        image(fig, np.clip(power, FLOOR, 0), *ends, "dB of the highest")
        figures.append(fig)
    return column(figures)


DRAWINGS = {"timeSeries": _time_series, "PSD": _psd, "spectrogram": _spectrogram}
