"""Curves on top of each other with a scale bar, and other things that pictures of fields share."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from netspec.plots.canvas import Axes
from netspec.tables import Floats


def stacked(
    x: Floats,
    curves: Sequence[Floats],
    names: Sequence[str],
    ax: Axes,
    *,
    colors: Sequence[Any],
    unit: str,
    separation: float = 1.0,
    first_on_top: bool = True,
    bar: bool = True,
    width: float = 1.0,
    named: bool = True,
    tinted: bool = False,
) -> Axes:
    """Curves (n,) over x, each around a height of its own with its name at the left. The bar is in `unit`.

    separation: of neighbours, in parts of the largest value; 0 draws all around 0, with a scale. tinted:
    names are as coloured as the curves.
    """
    largest = max((float(np.abs(curve).max()) for curve in curves if len(curve)), default=0.0) or 1.0
    offset = separation * largest * (-1 if first_on_top else 1)
    for row, (curve, color, name) in enumerate(zip(curves, colors, names, strict=True)):
        front = 3 if name == "avg" else 2
        ax.plot(x, curve + row * offset, color=color, linewidth=width, label=name, zorder=front)
    if len(x):
        ax.set_xlim(x[0], x[-1])
    if not separation:
        ax.set_ylabel(unit)
        if named:
            beside(ax)
        return ax
    ends = [row * offset + edge for row, curve in enumerate(curves) for edge in (curve.min(), curve.max())]
    ax.set_ylim(min(ends) - 0.1 * largest, max(ends) + 0.1 * largest)
    shown = list(names) if named else [""] * len(names)
    labels_at(ax, [row * offset for row in range(len(curves))], shown, colors if tinted else None)
    for side in ("left", "right", "top"):
        ax.spines[side].set_visible(False)
    if bar:
        scale_bar(ax, round_below(0.8 * largest), unit)
    return ax


def beside(ax: Axes) -> None:
    """A legend of electrodes right of axes, of some when there are many."""
    some = ax.lines[:: 1 + len(ax.lines) // 21]
    ax.legend(handles=some, title="electrode", loc="upper left", bbox_to_anchor=(1, 1), frameon=False)


def labels_at(
    ax: Axes, heights: Sequence[float], names: Sequence[str], colors: Sequence[Any] | None = None
) -> None:
    """Names at the left of axes, small or few enough not to touch."""
    from matplotlib import rcParams

    points = ax.get_window_extent().height / ax.figure.dpi * 72 / max(len(names), 1)
    every = max(1, int(np.ceil(6.0 / points)))
    size = float(np.clip(points * every * 0.75, 5, rcParams["font.size"]))
    ax.set_yticks(list(heights)[::every], list(names)[::every], fontsize=size)
    ax.tick_params(axis="y", length=0)
    for text, color in zip(ax.get_yticklabels(), (colors or [])[::every], strict=False):
        text.set_color(color)


def scale_bar(ax: Axes, size: float, unit: str) -> None:
    """An upright bar of a size in data, right of the axes."""
    low = ax.get_ylim()[0]
    style: dict[str, Any] = {"transform": ax.get_yaxis_transform(), "clip_on": False}
    ax.plot([1.015, 1.015], [low, low + size], color="black", linewidth=2, **style)
    ax.text(
        1.03, low + size / 2, f"{number(size)} {unit}", va="center", rotation=90, fontsize="small", **style
    )


def round_below(value: float) -> float:
    """1, 2 or 5 times a power of ten, not above the value."""
    power = 10.0 ** np.floor(np.log10(value))
    return float(power * max(step for step in (1, 2, 5) if step * power <= value * (1 + 1e-9)))


def number(value: float) -> str:
    """A number in its shortest form."""
    return f"{value:.3g}".replace("e-0", "e-")


def by_depth(names: Sequence[str], chosen: Sequence[Any] | None = None) -> list[Any]:
    """A colour for each electrode, from dark to light in their order; the mean is black."""
    from matplotlib import colormaps

    sites = [name for name in names if name != "avg"]
    shades = colormaps["viridis"](np.linspace(0, 0.85, max(len(sites), 1)))
    palette = list(chosen) if chosen else [tuple(shade) for shade in shades]
    of = {name: palette[place % len(palette)] for place, name in enumerate(sites)}
    return ["black" if name == "avg" else of[name] for name in names]
