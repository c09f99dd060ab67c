"""Where electrodes are among cells, and how much they see of each segment."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from netspec.analysis import electrodes as sites
from netspec.analysis.geometry import Pieces, segments_of
from netspec.errors import StateError
from netspec.plots.canvas import Axes
from netspec.plots.colors import of_populations
from netspec.plots.registry import plot
from netspec.plots.shape import plot_shape
from netspec.results import Results
from netspec.signals.recorders import RECORDERS
from netspec.signals.segments import Segments
from netspec.tables import Floats

MOST = 100_000
"""Pieces of cells that are drawn; of more, and of point cells, only places are."""
BRIGHT = 98
"""Percentile of what is seen of segments that has the last colour: those at contacts are far brighter."""


@plot("plotLFPLocations", "LFPLocations")
def plot_lfp_locations(
    results: Results, ax: Axes, *, electrodes: Sequence[Any] = ("all",), includeAxon: bool = True
) -> dict[str, Any]:
    """Electrodes among cells; of segments the potential that 1 nA makes at all electrodes together.

    The numbers: places of electrodes and cells (n, 3), y as depth [um]; cvals [uV] of segments.
    """
    places = sites.places(results)
    if not len(places):
        raise StateError("there are no electrodes: set cfg.recordLFP")
    shown = list(range(len(places))) if "all" in electrodes else [one for one in electrodes if one != "avg"]
    pieces = segments_of(results.plan)
    if not includeAxon:
        own = np.array(["axon" not in name for name in pieces.names] or [True])
        pieces = pieces.take(own[pieces.section])
    cells = np.stack([results.plan.cells.table[axis] for axis in "xyz"], axis=1)
    seen = np.empty(0)
    if 0 < len(pieces) < MOST:
        seen = potentials(results, pieces)
        bright = [0.0, float(np.percentile(seen, BRIGHT))]
        more: dict[str, Any] = {"cvals": seen, "clim": bright, "includeAxon": includeAxon, "axisLabels": True}
        plot_shape(results, ax, showElectrodes=shown[:: 1 + len(shown) // 26], **more)
        ax.figure.axes[-1].set_ylabel("potential of 1 nA, sum over electrodes [uV]")
        ax.yaxis.set_major_formatter(lambda y, _: f"{0.0 - y:g}")
        ax.set_ylabel("depth [um]")
    else:
        _points(results, cells, places, shown, ax)
    return {"electrodes": places[shown], "cells": cells, "cvals": seen}


def potentials(results: Results, pieces: Pieces) -> Floats:
    """What 1 nA out of each segment adds to all electrodes together (segments,) [uV]."""
    first = np.flatnonzero(np.diff(pieces.of_segment, prepend=-1))
    last = np.r_[first[1:], len(pieces)] - 1
    cell = np.unique(pieces.gid[first], return_inverse=True)[1]
    names = np.array(pieces.names)[pieces.section[first]]
    segments = Segments(cell, names, pieces.ends[first, 0], pieces.ends[last, 1], pieces.diam[first])
    matrix = RECORDERS["LFP"].matrix(segments, results.plan.model.spec.simulation)
    return np.asarray(matrix.sum(axis=0) * 1000)


def _points(results: Results, cells: Floats, places: Floats, shown: Sequence[int], ax: Axes) -> None:
    """Cells as points, coloured by population, and electrodes; depth downwards."""
    plan = results.plan
    codes = plan.cells.table["population"]
    names = [population.label for population in plan.cells.populations]
    for code, (name, color) in enumerate(zip(names, of_populations(plan, names), strict=True)):
        x, y, _ = cells[codes == code].T
        if len(x):
            ax.scatter(x, y, s=float(np.clip(4000 / len(cells), 2, 60)), color=color, label=name,
                       alpha=0.7, edgecolors="none", rasterized=len(cells) > 10_000)  # fmt: skip
    beside: dict[str, Any] = {"xytext": (6, 0), "textcoords": "offset points", "va": "center"}
    for site in shown[:: 1 + len(shown) // 26]:
        ax.annotate(str(site), tuple(places[site, :2].tolist()), fontsize="small", **beside)
    x, y, _ = places[shown].T
    ax.scatter(x, y, marker="<", s=50, color="black", label="electrodes", zorder=3)
    ax.set(xlabel="x [um]", ylabel="depth [um]")
    ax.set_aspect("equal", adjustable="datalim")
    ax.invert_yaxis()
    ax.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0), frameon=False)
