"""Pictures of searches over parameters: what was found where, when, and by what; arrays and axes in."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from netspec.plots import matrix
from netspec.plots.canvas import Axes
from netspec.plots.colors import PALETTE
from netspec.tables import Floats

MANY_VALUES = 8
"""A parameter with more different values than this is drawn to scale."""


def heat_map(
    values: Floats, rows: Sequence[Any], columns: Sequence[Any], ax: Axes, names: Sequence[str] = ("", "", "")
) -> Axes:
    """A measure (rows, columns) over the values of two parameters, white where it is NaN.

    names: of the parameter that the rows are, of that of the columns, of the measure.
    """
    matrix.matrix(values, ax, [*map(short, rows)], [*map(short, columns)], zero_is_nothing=False)
    ax.invert_yaxis()
    ax.xaxis.tick_bottom()
    ax.xaxis.set_label_position("bottom")
    for label in ax.get_xticklabels():
        label.set(rotation=0, ha="center")
    ax.set(ylabel=names[0], xlabel=names[1])
    ax.figure.colorbar(ax.images[0], ax=ax, label=names[2], shrink=0.8)
    return ax


def response(x: Sequence[Any], values: Floats, ax: Axes, names: Sequence[str] = ("", "")) -> Axes:
    """A measure (n,) over a parameter (n,): every trial, and the mean where several have one value.

    names: of the parameter and of the measure.
    """
    places, ticks = scaled(x)
    ax.plot(places, values, ".", color=PALETTE[0], alpha=0.6)
    known = np.isfinite(values)
    levels = np.unique(places[known])
    if len(levels) < known.sum() or len(levels) <= MANY_VALUES:
        means = [values[known & (places == level)].mean() for level in levels]
        ax.plot(levels, means, color=PALETTE[0])
    if ticks:
        ax.set_xticks(range(len(ticks)), ticks)
    ax.set(xlabel=names[0], ylabel=names[1])
    return ax


def history(
    numbers: Sequence[int],
    values: Floats,
    ax: Axes,
    name: str = "",
    maximize: bool = False,
    allowed: Sequence[bool] | None = None,
) -> Axes:
    """An objective (n,) by number of trial (n,), and the best until then. allowed: within constraints."""
    inside = np.ones(len(values), bool) if allowed is None else np.asarray(allowed)
    known = np.where(inside, values, -np.inf if maximize else np.inf)
    best = np.maximum.accumulate(known) if maximize else np.minimum.accumulate(known)
    at = np.asarray(numbers)
    ax.plot(at[inside], values[inside], ".", color=PALETTE[0], alpha=0.7, label="trials")
    if not inside.all():
        ax.plot(at[~inside], values[~inside], "x", color="0.6", label="outside the constraints")
    shown = np.isfinite(best)
    ax.step(at[shown], best[shown], where="post", color=PALETTE[1], label="best so far")
    ax.set(xlabel="trial", ylabel=name)
    ax.legend(frameon=False, fontsize="small")
    return ax


def importance(shares: Mapping[str, float], ax: Axes, name: str = "") -> Axes:
    """How much of the variance of a measure each parameter explains, the largest on top."""
    ordered = sorted(shares.items(), key=lambda item: item[1])
    bars = ax.barh([label for label, _ in ordered], [share for _, share in ordered], color=PALETTE[0])
    ax.bar_label(bars, fmt="%.2f", padding=3, fontsize="small")
    ax.set(xlim=(0, 1.12 * max(shares.values(), default=1.0)), xlabel=f"share of the variance of {name}")
    return ax


def parallel(
    columns: Mapping[str, Sequence[Any]], values: Floats, ax: Axes, name: str = "", maximize: bool = False
) -> Axes:
    """A line for each trial through its parameters, label -> (n,), coloured by a measure (n,).

    The best ones are on top, and dark. Each axis goes from its least value to its greatest.
    """
    import matplotlib as mpl

    low, high = (np.nanmin(values), np.nanmax(values)) if np.isfinite(values).any() else (0.0, 1.0)
    colors = mpl.cm.ScalarMappable(
        mpl.colors.Normalize(low, high if high > low else low + 1), "viridis_r" if maximize else "viridis"
    )
    heights = np.array([_between(column) for column in columns.values()])
    for trial in np.argsort(-values if not maximize else values):
        if np.isfinite(values[trial]):
            ax.plot(heights[:, trial], color=colors.to_rgba(values[trial]), linewidth=1.2, alpha=0.8)
    for place, column in enumerate(columns.values()):
        ax.axvline(place, color="0.3", linewidth=0.8, zorder=0)
        for height, text in _ends(column):
            ax.annotate(
                text, (place, height), (4, 0), textcoords="offset points", va="center", fontsize="x-small",
                bbox={"facecolor": "white", "alpha": 0.7, "linewidth": 0, "pad": 0.5},
            )  # fmt: skip
    ax.set_xticks(range(len(columns)), list(columns), rotation=20, ha="right")
    ax.set(yticks=[], xlim=(-0.1, max(len(columns) - 0.8, 0.1)))
    ax.figure.colorbar(colors, ax=ax, label=name, shrink=0.8)
    return ax


def front(values: Floats, best: Sequence[bool], ax: Axes, names: Sequence[str] = ("", "")) -> Axes:
    """Two objectives (n, 2) of trials; those of the front, best (n,), are joined."""
    chosen = np.asarray(best)
    ax.plot(*values[~chosen].T, ".", color="0.6", label="trials")
    on = values[chosen]
    on = on[np.argsort(on[:, 0])]
    ax.plot(on[:, 0], on[:, 1], "o-", color=PALETTE[1], label="front", linewidth=1)
    ax.set(xlabel=names[0], ylabel=names[1])
    ax.legend(frameon=False, fontsize="small")
    return ax


def scaled(column: Sequence[Any]) -> tuple[Floats, list[str]]:
    """Places of values on an axis: numbers are their own, others are numbered, with their names."""
    if all(isinstance(value, int | float) and not isinstance(value, bool) for value in column):
        return np.array(column, float), []
    names = list(dict.fromkeys(map(short, column)))
    return np.array([names.index(short(value)) for value in column], float), names


def short(value: Any) -> str:
    """A value as a label."""
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def _between(column: Sequence[Any]) -> Floats:
    """Heights between 0 and 1."""
    places, _ = scaled(column)
    span = np.ptp(places)
    return (places - places.min()) / span if span else np.full(len(places), 0.5)


def _ends(column: Sequence[Any]) -> list[tuple[float, str]]:
    """Heights and texts at an axis: of the least and the greatest value, or of all names."""
    places, names = scaled(column)
    heights = dict(zip(places.tolist(), _between(column).tolist(), strict=True))
    if names:
        return [(heights[float(i)], name) for i, name in enumerate(names)]
    return [(heights[end], short(end)) for end in dict.fromkeys((places.min(), places.max()))]
