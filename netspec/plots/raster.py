"""Spikes as points: one row per cell, one artist per population; an image when there are very many."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from netspec.analysis import rates, spikes
from netspec.plots import phases
from netspec.plots.canvas import Axes, split
from netspec.plots.colors import legend as add_legend
from netspec.plots.colors import of_populations
from netspec.plots.given import Given, given_raster, renamed
from netspec.plots.registry import plot
from netspec.results import Results

MOST_POINTS = 200_000
"""Beyond, points hide each other, and an image shows more in less time."""


@plot("plotRaster", "raster")
def plot_raster(
    results: Results,
    ax: Axes,
    *,
    include: Sequence[Any] = ("allCells",),
    timeRange: Sequence[float] | None = None,
    maxSpikes: float = 1e8,
    orderBy: str | Sequence[str] = "gid",
    orderInverse: bool = False,
    labels: str | None = "legend",
    popRates: bool | str = True,
    spikeHist: bool | Literal["subplot", "overlay"] | None = None,
    spikeHistBin: float = 5,
    syncLines: bool = False,
    lw: float = 1.0,
    marker: str = "|",
    markerSize: float | None = None,
    popColors: Mapping[str, Any] | Sequence[Any] | None = None,
    legend: bool = True,
    rasterData: Given | None = None,
    popNumCells: Sequence[int] | None = None,
    popLabels: Mapping[str, str] | Sequence[str] | None = None,
    colorbyPhase: Mapping[str, Any] | None = None,
    colorList: Sequence[Any] | None = None,
    markersize: float | None = None,
    linewidth: float | None = None,
) -> dict[str, Any]:
    """The raster of a simulation. The numbers: time [ms], gid and row of each spike, sizes and rates [Hz].

    rasterData: spikes to draw instead, as prepareRaster makes them, in a file, or (times, rows, cells of each
    population, labels). spikeHist: 'subplot' or 'overlay', spikes per spikeHistBin [ms] below or behind.
    """
    if rasterData is None:
        data = spikes.raster(results, include, timeRange, orderBy, maxSpikes)
    else:
        data = given_raster(rasterData, popNumCells, popLabels, timeRange)
    colors = of_populations(results.plan, data.labels, popColors or colorList)
    names = renamed(data.labels, popLabels)
    if popRates:
        names = [f"{name}  {hz:.3g} Hz" for name, hz in zip(names, data.rates(), strict=True)]
    numbers = _numbers(data, include)
    marks: dict[str, Any] = {
        "marker": marker,
        "size": markerSize or markersize or mark_size(ax, data.row_count),
        "width": linewidth or lw,
    }
    if colorbyPhase:
        numbers |= phases.draw(results, data, ax, colorbyPhase, colors, **marks)
    else:
        raster(data, ax, colors, names, **marks)
    if syncLines:
        ax.vlines(data.times, -0.5, data.row_count - 0.5, colors="#cc3311", linewidth=0.1, rasterized=True)
    if orderInverse:
        ax.invert_yaxis()
    if spikeHist:
        numbers |= _beside(data, ax, spikeHist, spikeHistBin)
    if legend and labels == "legend" and not colorbyPhase:
        add_legend(ax, names, colors)
    return numbers


def raster(
    data: spikes.Raster,
    ax: Axes,
    colors: Sequence[Any],
    names: Sequence[str],
    *,
    marker: str = "|",
    size: float | None = None,
    width: float = 1,
) -> Axes:
    """Spikes of a raster in axes, one artist per group or one image; row 0 is below."""
    if len(data.times) > MOST_POINTS:
        image(data, ax, colors)
    else:
        style: dict[str, Any] = {"marker": marker, "markeredgewidth": width, "linestyle": "none"}
        style["markersize"] = mark_size(ax, data.row_count) if size is None else size
        for group, (color, name) in enumerate(zip(colors, names, strict=True)):
            here = data.groups == group
            ax.plot(data.times[here], data.rows[here], color=color, label=name, rasterized=True, **style)
    return frame(data, ax)


def frame(data: spikes.Raster, ax: Axes) -> Axes:
    """Limits, labels and what is shown, in the title."""
    ax.set(xlim=data.time_range, ylim=(-0.5, max(data.row_count, 1) - 0.5), xlabel="time [ms]", ylabel="cell")
    ax.locator_params(axis="y", integer=True)
    total = float(spikes.rate(len(data.times), data.row_count, data.time_range))
    cells = len(data.cells)
    stimuli = f" and {data.row_count - cells:,} stimuli" if cells < data.row_count else ""
    ax.set_title(f"{cells:,} cells{stimuli}, {len(data.times):,} spikes, {total:.3g} Hz", fontsize="small")
    return ax


def image(data: spikes.Raster, ax: Axes, colors: Sequence[Any]) -> Axes:
    """One image of all spikes, a pixel of it for each of the screen; fuller where there are more spikes."""
    extent = (*data.time_range, -0.5, data.row_count - 0.5)
    pixels = pixel_colors(data, colors, (int(ax.bbox.width), int(ax.bbox.height)))
    ax.imshow(pixels, origin="lower", aspect="auto", extent=extent, interpolation="nearest")
    return ax


def pixel_colors(data: spikes.Raster, colors: Sequence[Any], size: tuple[int, int]) -> NDArray[np.float32]:
    """Colours (rows, columns, RGBA) of spikes in a grid of at most so many columns and rows.

    Of several groups in a pixel the colours are mixed.
    """
    from matplotlib.colors import to_rgb

    columns, rows = max(size[0], 1), max(min(size[1], data.row_count), 1)
    start, stop = data.time_range
    column = np.minimum((data.times - start) * (columns / (stop - start)), columns - 1).astype(np.int64)
    place = data.rows * rows // max(data.row_count, 1) * columns + column
    count = np.bincount(place, minlength=rows * columns)
    shades = np.array([to_rgb(color) for color in colors])
    pixels = np.zeros((rows * columns, 4), np.float32)
    for channel in range(3):
        total = np.bincount(place, shades[data.groups, channel], rows * columns)
        pixels[:, channel] = total / np.maximum(count, 1)
    most = max(float(np.percentile(count[count > 0], 99)), 1.0) if len(place) else 1.0
    pixels[:, 3] = np.where(count > 0, np.minimum(0.4 + 0.6 * count / most, 1.0), 0.0)
    return pixels.reshape(rows, columns, 4)


def mark_size(ax: Axes, rows: int) -> float:
    """Height of a mark [points] so that rows just do not overlap."""
    height = ax.bbox.height / ax.get_figure(root=True).dpi * 72  # type: ignore[union-attr]
    return float(np.clip(0.9 * height / max(rows, 1), 1.0, 10.0))


def _beside(data: spikes.Raster, ax: Axes, how: bool | str, width: float) -> dict[str, Any]:
    """A histogram of all spikes below or behind a raster. The numbers: bin edges [ms], spikes per bin."""
    bins = spikes.edges(data.time_range, width)
    counts = rates.counts(data.times, bins)
    if how == "overlay":
        other = ax.twinx()
        other.set_ylim(0, 2 * max(counts.max(), 1))
        other.set_axis_off()  # its scale stands in the title, out of the way of the legend
        text = f"grey: up to {counts.max():g} spikes per {width:g} ms"
        ax.set_title(f"{ax.get_title()}\n{text}", fontsize="small")
    else:
        other = split(ax, 0.25)
        ax.tick_params(labelbottom=False)
        ax.set_xlabel("")
        other.set(xlabel="time [ms]", ylabel=f"spikes\nper {width:g} ms")
    other.stairs(counts, bins, fill=True, color="#999999", alpha=0.6)
    return {"histEdges": bins, "histCounts": counts}


def _numbers(data: spikes.Raster, include: Sequence[Any]) -> dict[str, Any]:
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
