"""Spike times as rows of a raster, rates and histograms."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from netspec.analysis.select import Selection, numeric_tag, select
from netspec.plan import Plan
from netspec.tables import Table

if TYPE_CHECKING:
    from netspec.results import Results

Range = tuple[float, float]


@dataclass(frozen=True)
class Raster:
    """Spikes of selected cells as points. times [ms], rows, gids, groups: (spikes,), groups index `labels`.

    labels: populations and stimuli shown. sizes: rows of each. row_count: rows in all, silent ones too.
    """

    times: NDArray[np.float64]
    rows: NDArray[np.int64]
    gids: NDArray[np.int64]
    groups: NDArray[np.int64]
    labels: tuple[str, ...]
    sizes: NDArray[np.int64]
    row_count: int
    time_range: Range

    def rates(self) -> NDArray[np.float64]:
        """Mean rate of each label [Hz]."""
        counts = np.bincount(self.groups, minlength=len(self.labels))
        return rate(counts, self.sizes, self.time_range)


def rate(spikes: Any, cells: Any, time_range: Range) -> NDArray[np.float64]:
    """Spikes per cell and second [Hz]; 0 where there is no cell. time_range [ms]."""
    seconds = (time_range[1] - time_range[0]) / 1000
    hertz: NDArray[np.float64] = np.asarray(spikes, float) / np.maximum(cells, 1) / seconds
    return hertz


def whole(results: "Results", time_range: Sequence[float] | None) -> Range:
    """The given range or the whole simulation [ms]."""
    if time_range is None:
        return 0.0, float(results.plan.model.spec.simulation.duration)
    start, stop = time_range
    return float(start), float(stop)


def raster(
    results: "Results",
    include: Sequence[Any] = ("allCells",),
    time_range: Sequence[float] | None = None,
    order_by: str | Sequence[str] = "gid",
    max_spikes: float = 1e8,
) -> Raster:
    """The raster of what `include` names: cells in the order of a tag, then a row per NetStim stimulus."""
    plan, span = results.plan, whole(results, time_range)
    chosen = select(plan, include)
    ordered = chosen.positions[_order(plan, chosen.positions, order_by)]
    row_of = np.full(len(plan.cells), -1)
    row_of[ordered] = np.arange(len(ordered))
    times, gids = _within(results.spikes, span)
    position = plan.cells.positions(gids)
    shown = row_of[position] >= 0
    cell_labels, cell_groups, sizes = _groups(plan, chosen.positions)
    stim_times, stim_gids, stim_sources, stim_rows = _stimuli(results.stims, chosen, span)
    all_times = np.concatenate([times[shown], stim_times])
    first = np.argsort(all_times, kind="stable")[: int(max_spikes)]
    rows = np.concatenate([row_of[position[shown]], len(ordered) + stim_rows])
    groups = np.concatenate([cell_groups[position[shown]], len(cell_labels) + stim_sources])
    stim_sizes = [
        len({gid for gid in results.stims if label in results.stims[gid]}) for label in chosen.stims
    ]
    return Raster(
        times=all_times[first],
        rows=rows[first],
        gids=np.concatenate([gids[shown], stim_gids])[first],
        groups=groups[first],
        labels=(*cell_labels, *chosen.stims),
        sizes=np.concatenate([sizes, np.array(stim_sizes, np.int64)]),
        row_count=len(ordered) + sum(stim_sizes),
        time_range=span,
    )


def edges(time_range: Range, width: float) -> NDArray[np.float64]:
    """Edges of bins of one width [ms] that cover a time range; the last bin may reach beyond it."""
    count = max(1, int(np.ceil((time_range[1] - time_range[0]) / width - 1e-9)))
    return np.asarray(time_range[0] + width * np.arange(count + 1), float)


def _within(spikes: Table, span: Range) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    inside = (spikes["time"] >= span[0]) & (spikes["time"] <= span[1])
    return spikes["time"][inside], spikes["gid"][inside].astype(np.int64)


def _order(plan: Plan, positions: NDArray[np.int64], order_by: str | Sequence[str]) -> NDArray[np.int64]:
    """Permutation that sorts cells by one tag or several; tags that are no numbers count as gid."""
    names = [order_by] if isinstance(order_by, str) else list(order_by)
    keys = [_sort_key(plan, positions, name) for name in names]
    return np.lexsort([plan.cells.gids[positions], *reversed(keys)])


def _sort_key(plan: Plan, positions: NDArray[np.int64], name: str) -> NDArray[np.float64]:
    if name == "pop":
        return plan.cells.table["population"][positions].astype(float)
    values = numeric_tag(plan, positions, name)
    return plan.cells.gids[positions].astype(float) if values is None else values


def _groups(
    plan: Plan, positions: NDArray[np.int64]
) -> tuple[tuple[str, ...], NDArray[np.int64], NDArray[np.int64]]:
    """Labels of the populations of some cells, the group of every cell of the network, cells per group."""
    codes = plan.cells.table["population"]
    present = np.unique(codes[positions])
    labels = tuple(plan.cells.populations[code].label for code in present)
    sizes = np.bincount(codes[positions], minlength=1)[present] if len(present) else np.empty(0, np.int64)
    return labels, np.searchsorted(present, codes), sizes


def _stimuli(
    stims: Mapping[int, Mapping[str, NDArray[np.float64]]], chosen: Selection, span: Range
) -> tuple[NDArray[np.float64], NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Times [ms], gid, source and row of the spikes of recorded stimuli, source by source."""
    times, gids, sources, rows, row = [np.empty(0)], [], [], [], 0
    for source, label in enumerate(chosen.stims):
        for gid in sorted(gid for gid in stims if label in stims[gid]):
            found = np.asarray(stims[gid][label], float)
            inside = found[(found >= span[0]) & (found <= span[1])]
            times.append(inside)
            gids += [gid] * len(inside)
            sources += [source] * len(inside)
            rows += [row] * len(inside)
            row += 1
    columns = [np.array(column, np.int64) for column in (gids, sources, rows)]
    return np.concatenate(times), columns[0], columns[1], columns[2]
