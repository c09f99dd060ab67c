"""Where the cells are, seen from one side, and their connections as lines."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from netspec.analysis import spikes
from netspec.analysis.lists import listed
from netspec.analysis.select import select
from netspec.errors import Problem, SpecError
from netspec.plan import Plan
from netspec.plots.canvas import Axes, Canvas
from netspec.plots.colors import of_populations
from netspec.plots.registry import plot
from netspec.results import Results
from netspec.tables import Floats, Ints

GREY = np.array([[0.85, 0.85, 0.85, 1.0]])
View = Literal["xy", "xz"]
INHIBITORY = ("inh", "GABA", "GABAA", "GABAB")
"""Labels of synMechs whose lines are blue, as in NetPyNE."""


@plot("plot2Dnet", "plot_2Dnet")
def plot_2d_net(
    results: Results,
    ax: Axes,
    *,
    include: Sequence[Any] = ("allCells",),
    view: View = "xy",
    showConns: bool = True,
    popColors: Mapping[str, Any] | Sequence[Any] | None = None,
    tagsFile: str | None = None,
    lineWidth: float = 0.1,
    legend: bool = True,
) -> dict[str, Any]:
    """Cells in space. The numbers: posX, posY [um] of the cells, pairs (n, 2) as positions among them."""
    plan = listed(tags_file=tagsFile) if tagsFile else results.plan
    chosen, points = _places(plan, include, view)
    pairs, inhibitory = _pairs(plan, chosen)
    if showConns:
        lines(points, pairs, inhibitory, ax, lineWidth)
    _cells(plan, chosen, points, ax, popColors, legend)
    _frame(ax, view)
    return {"posX": points[:, 0], "posY": points[:, 1], "pairs": pairs, "include": list(include)}


@plot("plot2Dfiring", "plot_2Dfiring", several=True)
def plot_2d_firing(
    results: Results,
    canvas: Canvas,
    *,
    include: Sequence[Any] = ("allCells",),
    view: View = "xy",
    popColors: Mapping[str, Any] | Sequence[Any] | None = None,
    timeRange: Sequence[float] | None = None,
    spikeBin: float = 5,
    lineWidth: float = 0.1,
) -> dict[str, Any]:
    """A film (.gif) of the cells that fire in each bin of time [ms]; in the figure all cells have colours.

    The numbers: posX, posY [um] of the cells, frames [ms] (n,): starts of the bins, and firing (n): positions
    among the cells. lineWidth is NetPyNE's and has no effect.
    """
    if not spikeBin > 0:
        raise SpecError([Problem("spikeBin", f"expected a time above 0 ms, got {spikeBin!r}.")])
    plan, ax = results.plan, canvas.axes(size=(8, 8))
    chosen, points = _places(plan, include, view)
    dots = _cells(plan, chosen, points, ax, popColors, True)
    _frame(ax, view)
    start, stop = spikes.whole(results, timeRange)
    frames = np.asarray(start + spikeBin * np.arange(int((stop - start) / spikeBin)), float)
    firing = _firing(results, chosen, frames, spikeBin)
    title = ax.set_title(" ")
    colors = {code: dot.get_facecolors()[:1] for code, dot in dots.items()}
    codes = plan.cells.table["population"][chosen]

    def show(frame: int) -> None:
        """Colour the cells that fire in a bin; the others are grey."""
        active = np.isin(np.arange(len(chosen)), firing[frame])
        for code, dot in dots.items():
            own = np.where(active[codes == code, None], colors[code], GREY)
            dot.set_facecolors(own)
            dot.set_sizes(np.where(active[codes == code], 60, 20))
        title.set_text(f"{frames[frame]:g} to {frames[frame] + spikeBin:g} ms")

    canvas.films[""] = (show, len(frames))
    return {
        "posX": points[:, 0],
        "posY": points[:, 1],
        "frames": frames,
        "firing": firing,
        "include": list(include),
    }


def _places(plan: Plan, include: Sequence[Any], view: str) -> tuple[Ints, Floats]:
    """Positions of the cells, and where they are on the picture: (cells, 2) [um]."""
    chosen = select(plan, include).positions
    return chosen, np.stack([plan.cells.table[axis][chosen] for axis in view], axis=1)


def _cells(
    plan: Plan,
    chosen: Ints,
    points: Floats,
    ax: Axes,
    colors: Mapping[str, Any] | Sequence[Any] | None,
    legend: bool,
) -> dict[int, Any]:
    """A dot for each cell, a collection of dots for each population: by its code."""
    codes = plan.cells.table["population"][chosen]
    present = np.unique(codes)
    names = [plan.cells.populations[code].label for code in present]
    dots = {}
    for code, name, color in zip(present, names, of_populations(plan, names, colors), strict=True):
        x, y = points[codes == code].T
        dots[int(code)] = ax.scatter(x, y, s=20, color=color, label=name, zorder=2, edgecolors="none")
    if legend and len(present):
        ax.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0), frameon=False)
    return dots


def _frame(ax: Axes, view: str) -> None:
    ax.set(xlabel=f"{view[0]} [um]", ylabel=f"{view[1]} [um]")
    ax.set_aspect("equal", adjustable="datalim")
    if view == "xy":
        ax.invert_yaxis()  # y is depth


def _firing(results: Results, chosen: Ints, frames: Floats, width: float) -> list[Ints]:
    """Cells that fire in each bin, as positions among the chosen."""
    time, gid = results.spikes["time"], results.spikes["gid"].astype(np.int64)
    cell = results.plan.cells.positions(gid)
    inside = np.isin(cell, chosen)
    number = np.floor((time[inside] - frames[:1].sum()) / width).astype(np.int64)
    cell = np.searchsorted(chosen, cell[inside])
    return [np.unique(cell[number == frame]) for frame in range(len(frames))]


def lines(points: Floats, pairs: Ints, inhibitory: NDArray[np.bool_], ax: Axes, width: float) -> Axes:
    """One collection of lines for all connections. points: (cells, 2), pairs: (n, 2)."""
    from matplotlib.collections import LineCollection

    colors = np.where(inhibitory, "#3366cc", "#cc3311")
    ax.add_collection(
        LineCollection(list(points[pairs]), colors=list(colors), linewidths=width, zorder=1, rasterized=True)
    )
    return ax


def _pairs(plan: Plan, chosen: Ints) -> tuple[Ints, NDArray[np.bool_]]:
    """Connections among the chosen cells as positions (n, 2), and which are inhibitory (n,)."""
    of = np.full(len(plan.cells), -1)
    of[chosen] = np.arange(len(chosen))
    table = plan.connections
    pairs = np.stack([of[plan.cells.positions(table[end])] for end in ("pre", "post")], axis=1)
    inside = (pairs >= 0).all(axis=1)
    codes = [plan.model.synapses.code(name) for name in INHIBITORY if name in plan.model.synapses]
    return pairs[inside], np.isin(table["synapse"][inside], codes)
