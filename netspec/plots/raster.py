"""Spikes as points: one row per cell, one artist per population."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from netspec.analysis import spikes
from netspec.plots.colors import of_populations
from netspec.plots.registry import plot

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from netspec.results import Results


@plot("plotRaster", "raster", not_yet=("colorbyPhase", "spikeHist", "spikeHistBin", "returnPlotter"))
def plot_raster(
    results: "Results",
    ax: "Axes",
    *,
    include: Sequence[Any] = ("allCells",),
    timeRange: Sequence[float] | None = None,
    maxSpikes: float = 1e8,
    orderBy: str | Sequence[str] = "gid",
    orderInverse: bool = False,
    labels: str | None = "legend",
    legend: bool = True,
    popRates: bool = True,
    popLabels: Mapping[str, str] | None = None,
    popColors: Mapping[str, Any] | Sequence[Any] | None = None,
    colorList: Sequence[Any] | None = None,
    syncLines: bool = False,
    marker: str = "|",
    markerSize: float | None = None,
    markersize: float | None = None,
    lw: float = 1.0,
    linewidth: float | None = None,
) -> dict[str, Any]:
    """The raster of a simulation. The numbers: time [ms], gid and row of each spike, sizes and rates [Hz]."""
    data = spikes.raster(results, include, timeRange, orderBy, maxSpikes)
    size = markerSize or markersize or _marker_size(data.row_count)
    colors = of_populations(results.plan, data.labels, popColors or colorList)
    names = [(popLabels or {}).get(label, label) for label in data.labels]
    if popRates:
        names = [f"{name} ({hz:.3g} Hz)" for name, hz in zip(names, data.rates(), strict=True)]
    raster(data, ax, colors, names, marker=marker, size=size, width=linewidth or lw)
    if syncLines:
        ax.vlines(data.times, -0.5, data.row_count - 0.5, colors="#cc3311", linewidth=0.1)
    if orderInverse:
        ax.invert_yaxis()
    if legend and labels == "legend" and data.labels:
        ax.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0), markerscale=max(1, 8 / size), frameon=False)
    return {
        "spkTimes": data.times,
        "spkInds": data.rows,
        "spkGids": data.gids,
        "popLabels": list(data.labels),
        "popNumCells": data.sizes,
        "popRates": dict(zip(data.labels, data.rates().tolist(), strict=True)),
        "timeRange": list(data.time_range),
        "include": list(include),
    }


def raster(
    data: spikes.Raster,
    ax: "Axes",
    colors: Sequence[Any],
    names: Sequence[str],
    *,
    marker: str = "|",
    size: float = 3,
    width: float = 1,
) -> "Axes":
    """Points of a raster in axes, one artist per group; row 0 is below."""
    for group, (color, name) in enumerate(zip(colors, names, strict=True)):
        here = data.groups == group
        style: dict[str, Any] = {
            "marker": marker,
            "markersize": size,
            "markeredgewidth": width,
            "linestyle": "none",
        }
        ax.plot(data.times[here], data.rows[here], color=color, label=name, rasterized=True, **style)
    ax.set(xlim=data.time_range, ylim=(-0.5, max(data.row_count, 1) - 0.5), xlabel="time [ms]", ylabel="cell")
    total = spikes.rate(len(data.times), data.row_count, data.time_range)
    ax.set_title(f"{data.row_count} cells, {len(data.times)} spikes, {total:.3g} Hz", fontsize="medium")
    return ax


def _marker_size(rows: int) -> float:
    """Height of a mark [points] so that rows of a usual figure just do not overlap."""
    return float(np.clip(500 / max(rows, 1), 1.0, 8.0))
