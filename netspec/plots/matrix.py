"""The connection matrix between populations, cells or bins of a tag."""

from collections.abc import Sequence
from typing import Any, Literal

import numpy as np

from netspec.analysis import connectivity
from netspec.analysis.lists import listed
from netspec.plots.canvas import Axes
from netspec.plots.colors import of_populations
from netspec.plots.registry import plot
from netspec.results import Results

NAMES = {
    "weight": "weight [uS]",
    "delay": "delay [ms]",
    "strength": "probability x weight [uS]",
    "numConns": "number of connections",
}
"""What the features are called in pictures; others by their own name."""
MOST_LABELS = 40
MOST_NUMBERS = 12
"""Rows and columns of matrices in which numbers are written."""


@plot("plotConn", "plot_conn_{groupBy}_{feature}_{graphType}")
def plot_conn(
    results: Results,
    ax: Axes,
    *,
    includePre: Sequence[Any] = ("all",),
    includePost: Sequence[Any] = ("all",),
    feature: str = "strength",
    orderBy: str = "gid",
    groupBy: str = "pop",
    groupByIntervalPre: float | None = None,
    groupByIntervalPost: float | None = None,
    graphType: Literal["matrix", "bar"] = "matrix",
    removeWeightNorm: bool = False,
    synOrConn: Literal["syn", "conn"] = "syn",
    synMech: str | Sequence[str] | None = None,
    connsFile: str | None = None,
    tagsFile: str | None = None,
    clim: Sequence[float] | None = None,
    logPlot: bool = False,
) -> dict[str, Any]:
    """Connections between groups. The numbers: connMatrix (pre, post), labels of its rows and columns."""
    if groupBy == "cell" and feature == "strength":
        feature = "weight"
    plan = listed(tags_file=tagsFile, conns_file=connsFile) if tagsFile or connsFile else results.plan
    values, pre, post = connectivity.matrix(
        plan,
        includePre,
        includePost,
        feature,
        groupBy,
        orderBy,
        (groupByIntervalPre, groupByIntervalPost),
        synMech,
        unique_pairs=synOrConn == "conn",
        without_norm=removeWeightNorm,
    )
    label = NAMES.get(feature, feature)
    if logPlot:
        values = np.log10(values, out=np.full(values.shape, np.nan), where=values > 0)
        label = f"log10 of {label}"
    if graphType == "matrix":
        matrix(values, ax, pre.labels, post.labels, clim, zero_is_nothing=not logPlot)
        ax.figure.colorbar(ax.images[0], ax=ax, label=label, shrink=0.8)
    else:
        bars(values, ax, pre.labels, post.labels, of_populations(plan, pre.labels))
        ax.set_ylabel(label)
    if groupBy not in ("pop", "cell"):
        unit = " [um]" if groupBy in ("x", "y", "z") else ""
        ax.set_xlabel(f"postsynaptic, {groupBy}{unit}")
        if graphType == "matrix":
            ax.set_ylabel(f"presynaptic, {groupBy}{unit}")
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
    ax: Axes,
    pre: Sequence[str],
    post: Sequence[str],
    clim: Sequence[float] | None = None,
    zero_is_nothing: bool = True,
) -> Axes:
    """A matrix as an image, white where there is nothing; groups are named unless they are too many."""
    nothing = ~np.isfinite(values) | ((values == 0) & zero_is_nothing)
    known = values[~nothing]
    low, high = (known.min(), known.max()) if len(known) else (0.0, 1.0)
    both_signs = zero_is_nothing and low < 0 < high
    if both_signs:
        low, high = -max(-low, high), max(-low, high)
    elif zero_is_nothing:
        low, high = min(0.0, low), max(0.0, high)
    low, high = clim or (low, high)
    image = ax.imshow(
        np.ma.masked_where(nothing, values),
        cmap="RdBu_r" if both_signs else "viridis_r",
        interpolation="nearest",
        aspect="equal" if max(values.shape) < 3 * min(values.shape) else "auto",
        vmin=low,
        vmax=high if high > low else low + 1,
    )
    ax.set_facecolor("white")
    ax.xaxis.tick_top()
    ax.xaxis.set_label_position("top")
    ax.set(xlabel="postsynaptic", ylabel="presynaptic")
    _names(ax, post, ax.set_xticks, rotation=45, ha="left")
    _names(ax, pre, ax.set_yticks)
    if max(values.shape) <= MOST_LABELS:
        for along, count in ((ax.axhline, len(pre)), (ax.axvline, len(post))):
            for edge in range(1, count):
                along(edge - 0.5, color="0.8", linewidth=0.6)
    if 0 < max(values.shape) <= MOST_NUMBERS:
        _numbers(values, ax, image, nothing)
    return ax


def _room(ax: Axes, count: int) -> float:
    """About how many points each of so many rows has."""
    figure = ax.get_figure(root=True)
    return 0.6 * 72 * min(figure.get_size_inches()) / max(count, 1) if figure is not None else 20.0


def _names(ax: Axes, labels: Sequence[str], set_ticks: Any, **style: Any) -> None:
    """Labels in letters that fit, none where they are too many."""
    import matplotlib as mpl

    if len(labels) <= MOST_LABELS:
        size = float(np.clip(0.8 * _room(ax, len(labels)), 4, mpl.rcParams["font.size"]))
        set_ticks(range(len(labels)), labels, size=size, **style)


def _numbers(values: connectivity.Matrix, ax: Axes, image: Any, nothing: Any) -> None:
    """The values in the fields, in letters that are seen; none where they would not fit."""
    digits = 2 if max(values.shape) > 5 else 3
    texts = {place: _short(value, digits) for place, value in np.ndenumerate(values) if not nothing[place]}
    longest = max(map(len, texts.values()), default=1)
    size = min(_room(ax, max(values.shape)) / (0.7 * longest), 12.0)
    if size < 5:
        return
    for (row, column), text in texts.items():
        red, green, blue, _ = image.cmap(image.norm(values[row, column]))
        color = "white" if 0.3 * red + 0.6 * green + 0.1 * blue < 0.5 else "black"
        ax.text(column, row, text, ha="center", va="center", size=size, color=color)


def _short(value: float, digits: int) -> str:
    return f"{value:.0f}" if abs(value) >= 10 ** (digits - 1) else f"{value:.{digits}g}".replace("e-0", "e-")


def bars(
    values: connectivity.Matrix, ax: Axes, pre: Sequence[str], post: Sequence[str], colors: Sequence[Any]
) -> Axes:
    """A column for each postsynaptic group, stacked from the presynaptic ones."""
    bottom = np.zeros(len(post))
    for row, label in enumerate(pre):
        height = np.nan_to_num(values[row])
        ax.bar(range(len(post)), height, bottom=bottom, label=label, color=colors[row])
        bottom += height
    ax.set(xlabel="postsynaptic")
    if len(post) <= MOST_LABELS:
        ax.set_xticks(range(len(post)), post, rotation=45, ha="right")
    if len(pre) <= MOST_LABELS:
        place = {"loc": "upper left", "bbox_to_anchor": (1.0, 1.0)}
        ax.legend(title="presynaptic", frameon=False, ncols=1 + (len(pre) - 1) // 20, **place)
    return ax
