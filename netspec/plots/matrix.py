"""The connection matrix between populations, cells or bins of a tag."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from netspec.analysis import connectivity
from netspec.errors import Problem, SpecError, did_you_mean
from netspec.plots.colors import of_populations
from netspec.plots.registry import plot

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from netspec.results import Results

UNITS = {"weight": "weight [uS]", "delay": "delay [ms]", "strength": "probability x weight [uS]"}
MOST_LABELS = 40


@plot(
    "plotConn",
    "plot_conn_{groupBy}_{feature}_{graphType}",
    not_yet=("connsFile", "tagsFile", "removeWeightNorm"),
)
def plot_conn(
    results: "Results",
    ax: "Axes",
    *,
    includePre: Sequence[Any] = ("all",),
    includePost: Sequence[Any] = ("all",),
    feature: str = "strength",
    orderBy: str = "gid",
    groupBy: str = "pop",
    groupByIntervalPre: float | None = None,
    groupByIntervalPost: float | None = None,
    graphType: str = "matrix",
    synOrConn: str = "syn",
    synMech: str | Sequence[str] | None = None,
    clim: Sequence[float] | None = None,
    logPlot: bool = False,
) -> dict[str, Any]:
    """Connections between groups. The numbers: connMatrix (pre, post), labels of its rows and columns."""
    if graphType not in ("matrix", "bar"):
        message = f"there is no {graphType!r}. {did_you_mean(graphType, ('matrix', 'bar'))}"
        raise SpecError([Problem("graphType", message)])
    if groupBy == "cell" and feature == "strength":
        feature = "weight"
    intervals = groupByIntervalPre, groupByIntervalPost
    unique = synOrConn == "conn"
    values, pre, post = connectivity.matrix(
        results.plan, includePre, includePost, feature, groupBy, orderBy, intervals, synMech, unique
    )
    if logPlot:
        values = np.log10(values, out=np.full(values.shape, np.nan), where=values > 0)
    if graphType == "matrix":
        matrix(values, ax, pre.labels, post.labels, clim)
        ax.figure.colorbar(ax.images[0], ax=ax, label=UNITS.get(feature, feature), shrink=0.8)
    else:
        bars(values, ax, pre.labels, post.labels, of_populations(results.plan, pre.labels))
        ax.set_ylabel(UNITS.get(feature, feature))
    return {
        "connMatrix": values,
        "pre": list(pre.labels),
        "post": list(post.labels),
        "feature": feature,
        "groupBy": groupBy,
        "includePre": list(includePre),
        "includePost": list(includePost),
    }


def matrix(
    values: connectivity.Matrix,
    ax: "Axes",
    pre: Sequence[str],
    post: Sequence[str],
    clim: Sequence[float] | None = None,
) -> "Axes":
    """A matrix as an image; groups are named unless they are too many."""
    ax.imshow(values, cmap="viridis", interpolation="nearest", aspect="auto", clim=clim)
    ax.xaxis.tick_top()
    ax.xaxis.set_label_position("top")
    ax.set(xlabel="postsynaptic", ylabel="presynaptic")
    if len(post) <= MOST_LABELS:
        ax.set_xticks(range(len(post)), post, rotation=45, ha="left")
    if len(pre) <= MOST_LABELS:
        ax.set_yticks(range(len(pre)), pre)
    return ax


def bars(
    values: connectivity.Matrix, ax: "Axes", pre: Sequence[str], post: Sequence[str], colors: Sequence[Any]
) -> "Axes":
    """A column for each postsynaptic group, stacked from the presynaptic ones."""
    bottom = np.zeros(len(post))
    for row, label in enumerate(pre):
        height = np.nan_to_num(values[row])
        ax.bar(range(len(post)), height, bottom=bottom, label=label, color=colors[row])
        bottom += height
    ax.set_xticks(range(len(post)), post, rotation=45, ha="right")
    ax.legend(title="presynaptic", frameon=False)
    return ax
