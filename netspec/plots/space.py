"""Where the cells are, seen from one side, and their connections as lines."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from netspec.analysis.select import select
from netspec.errors import Problem, SpecError, did_you_mean
from netspec.plan import Plan
from netspec.plots.colors import of_populations
from netspec.plots.registry import plot

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from netspec.results import Results

VIEWS = {"xy": ("x", "y"), "xz": ("x", "z")}
INHIBITORY = ("inh", "GABA", "GABAA", "GABAB")
"""Labels of synMechs whose lines are blue, as in NetPyNE."""


@plot("plot2Dnet", "plot_2Dnet", not_yet=("tagsFile",))
def plot_2d_net(
    results: "Results",
    ax: "Axes",
    *,
    include: Sequence[Any] = ("allCells",),
    view: str = "xy",
    showConns: bool = True,
    popColors: Mapping[str, Any] | Sequence[Any] | None = None,
    lineWidth: float = 0.1,
    legend: bool = True,
) -> dict[str, Any]:
    """Cells in space. The numbers: posX, posY [um] of the cells, pairs (n, 2) as positions among them."""
    if view not in VIEWS:
        raise SpecError([Problem("view", f"there is no {view!r}. {did_you_mean(view, VIEWS)}")])
    plan = results.plan
    chosen = select(plan, include).positions
    points = np.stack([plan.cells.table[axis][chosen] for axis in VIEWS[view]], axis=1)
    codes = plan.cells.table["population"][chosen]
    pairs, inhibitory = _pairs(plan, chosen)
    if showConns:
        lines(points, pairs, inhibitory, ax, lineWidth)
    present = np.unique(codes)
    names = [plan.cells.populations[code].label for code in present]
    for code, name, color in zip(present, names, of_populations(plan, names, popColors), strict=True):
        x, y = points[codes == code].T
        ax.scatter(x, y, s=20, color=color, label=name, zorder=2, edgecolors="none")
    ax.set(xlabel=f"{view[0]} [um]", ylabel=f"{view[1]} [um]", aspect="equal")
    if view == "xy":
        ax.invert_yaxis()  # y is depth
    if legend and len(present):
        ax.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0), frameon=False)
    return {"posX": points[:, 0], "posY": points[:, 1], "pairs": pairs, "include": list(include)}


def lines(
    points: NDArray[np.float64],
    pairs: NDArray[np.int64],
    inhibitory: NDArray[np.bool_],
    ax: "Axes",
    width: float,
) -> "Axes":
    """One collection of lines for all connections. points: (cells, 2), pairs: (n, 2)."""
    from matplotlib.collections import LineCollection

    colors = np.where(inhibitory, "#3366cc", "#cc3311")
    ax.add_collection(
        LineCollection(list(points[pairs]), colors=list(colors), linewidths=width, zorder=1, rasterized=True)
    )
    return ax


def _pairs(plan: Plan, chosen: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Connections among the chosen cells as positions (n, 2), and which are inhibitory (n,)."""
    of = np.full(len(plan.cells), -1)
    of[chosen] = np.arange(len(chosen))
    table = plan.connections
    pairs = np.stack([of[plan.cells.positions(table[end])] for end in ("pre", "post")], axis=1)
    inside = (pairs >= 0).all(axis=1)
    codes = [plan.model.synapses.code(name) for name in INHIBITORY if name in plan.model.synapses]
    return pairs[inside], np.isin(table["synapse"][inside], codes)
