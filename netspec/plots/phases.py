"""A raster whose spikes have the colour of the phase of a rhythm: of the LFP or of any signal."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from netspec.analysis import synchrony
from netspec.analysis.spikes import Raster
from netspec.errors import Problem, SpecError, did_you_mean
from netspec.plots.canvas import Axes, split
from netspec.plots.given import read
from netspec.results import Results

OPTIONS = (*("signal", "electrode", "fs", "filtFreq", "filtOrder"), *("include_signal", "pop_background"))


def draw(
    results: Results,
    data: Raster,
    ax: Axes,
    options: Mapping[str, Any],
    colors: Sequence[Any],
    *,
    marker: str,
    size: float,
    width: float,
) -> dict[str, Any]:
    """Spikes by phase. The numbers: spkPhases [deg], and the signal and its times [ms] if they are shown."""
    from netspec.plots.raster import frame

    at_spikes, time, rhythm = spike_phases(results, data, options)
    if options.get("pop_background"):
        _backgrounds(data, ax, colors)
    points = ax.scatter(
        data.times, data.rows, c=at_spikes, cmap=_circle(), vmin=-180, vmax=180,
        marker=marker, s=size**2, linewidths=width, rasterized=True,
    )  # fmt: skip
    frame(data, ax)
    numbers, panels = {"spkPhases": at_spikes}, [ax]
    if options.get("include_signal"):
        panels.append(split(ax, 0.2, above=True))
        panels[1].plot(time, rhythm, color="black", linewidth=0.8)
        panels[1].tick_params(labelbottom=False)
        panels[1].set(ylabel="signal\n[sd]", xlim=data.time_range)
        panels[1].set_title(ax.get_title(), fontsize="small")
        ax.set_title("")
        numbers |= {"signal": rhythm, "time": time}
    figure: Any = ax.figure
    figure.colorbar(points, ax=panels, label="phase [deg]", ticks=[-180, -90, 0, 90, 180])
    return numbers


def _circle() -> Any:
    """Colours that end as they begin and differ in lightness for all eyes, none as light as paper."""
    import matplotlib as mpl
    from matplotlib.colors import ListedColormap

    return ListedColormap(mpl.colormaps["twilight_shifted"](np.linspace(0, 1, 256))[:, :3] * 0.8)


def spike_phases(results: Results, data: Raster, options: Mapping[str, Any]) -> tuple[Any, Any, Any]:
    """Phase at each spike [deg], times [ms] of the signal's samples, and the rhythm in it [sd]."""
    problems = [
        Problem(f"colorbyPhase[{key!r}]", f"unknown. {did_you_mean(key, OPTIONS)}")
        for key in options
        if key not in OPTIONS
    ]
    if problems:
        raise SpecError(problems)
    signal, rate, start = _signal(results, options)
    band = options.get("filtFreq", [1, min(500, 0.45 * rate)])
    wave = synchrony.rhythm(signal, rate, band, options.get("filtOrder", 3))
    time = start + 1000 / rate * np.arange(len(wave))
    return np.degrees(synchrony.at_times(wave, rate, data.times, start)), time, wave.real


def _signal(results: Results, options: Mapping[str, Any]) -> tuple[Any, float, float]:
    """Samples, their rate [Hz] and the time of the first [ms]."""
    wanted = options.get("signal", "LFP")
    if not isinstance(wanted, str):
        return np.asarray(wanted, float), float(options.get("fs", 1000.0)), 0.0
    if Path(wanted).suffix == ".pkl":
        return np.asarray(read(wanted), float), float(options.get("fs", 1000.0)), 0.0
    recorded = getattr(results, "signals", {}).get(wanted)
    if recorded is None:
        raise SpecError([Problem("colorbyPhase['signal']", f"no signal {wanted!r} was recorded.")])
    values, electrode = recorded.values, options.get("electrode", 1)
    if not 1 <= electrode <= values.shape[1]:
        message = f"there are electrodes 1 to {values.shape[1]}, not {electrode}."
        raise SpecError([Problem("colorbyPhase['electrode']", message)])
    time = recorded.time
    return values[:, electrode - 1], 1000.0 * (len(time) - 1) / float(time[-1] - time[0]), float(time[0])


def _backgrounds(data: Raster, ax: Axes, colors: Sequence[Any]) -> None:
    """Rows of each population on a pale ground of its colour."""
    start = -0.5
    for label, rows, color in zip(data.labels, data.sizes, colors, strict=True):
        ax.axhspan(start, start + rows, color=color, alpha=0.12, linewidth=0)
        ax.text(data.time_range[0], start + rows / 2, f" {label}", va="center", fontsize="small")
        start += rows
