"""Spike times: as rows of a raster, the intervals between them and how irregular they are, read from files.

Spikes are two arrays, `times` [ms] and `ids` (n,), in any order: of results, of somebody's file, made up.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from netspec.analysis.select import Selection, numeric_tag, select
from netspec.analysis.spike_files import read as read
from netspec.errors import Problem, SpecError, did_you_mean
from netspec.plan import Plan
from netspec.results import Results
from netspec.tables import Floats, Ints, Table

Range = tuple[float, float]


@dataclass(frozen=True)
class Raster:
    """Spikes of selected cells as points. times [ms], rows, gids, groups: (spikes,), groups index `labels`.

    labels: populations and stimuli shown. sizes: rows of each. row_count: rows in all, silent ones too.
    cells: gids of the rows that are cells, which come first.
    """

    times: Floats
    rows: Ints
    gids: Ints
    groups: Ints
    labels: tuple[str, ...]
    sizes: Ints
    row_count: int
    time_range: Range
    cells: Ints = field(default_factory=lambda: np.empty(0, np.int64))

    def rates(self) -> Floats:
        """Mean rate of each label [Hz]."""
        counts = np.bincount(self.groups, minlength=len(self.labels))
        return rate(counts, self.sizes, self.time_range)


def rate(spikes: Any, cells: Any, time_range: Range) -> Floats:
    """Spikes per cell and second [Hz]; 0 where there is no cell. time_range [ms]."""
    seconds = (time_range[1] - time_range[0]) / 1000
    hertz: Floats = np.asarray(spikes, float) / np.maximum(cells, 1) / seconds
    return hertz


def whole(results: Results, time_range: Sequence[float] | None) -> Range:
    """The given range or the whole simulation [ms]."""
    if time_range is None:
        return 0.0, float(results.plan.model.spec.simulation.duration)
    start, stop = time_range
    return float(start), float(stop)


def raster(
    results: Results,
    include: Sequence[Any] = ("allCells",),
    time_range: Sequence[float] | None = None,
    order_by: str | Sequence[str] = "gid",
    max_spikes: float = 1e8,
) -> Raster:
    """The raster of what `include` names: cells in the order of a tag, then a row per NetStim stimulus.

    With more than max_spikes the first are taken, and the time ends with them.
    """
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
        time_range=span if len(first) == len(all_times) else (span[0], float(all_times[first[-1]])),
        cells=plan.cells.gids[ordered],
    )


def trains(times: ArrayLike, ids: ArrayLike) -> tuple[Ints, list[Floats]]:
    """Ids that spike, ascending, and the spike times of each, ascending [ms]."""
    when, who = _sorted(times, ids)
    present, first = np.unique(who, return_index=True)
    return present, np.split(when, first[1:]) if len(present) else []


def intervals(times: ArrayLike, ids: ArrayLike) -> tuple[Floats, Ints]:
    """Times between one spike of a cell and its next [ms], and whose they are: (n,) each, cell by cell."""
    when, who = _sorted(times, ids)
    same = who[1:] == who[:-1]
    return np.diff(when)[same], who[1:][same]


def cv(times: ArrayLike, ids: ArrayLike, fewest: int = 3) -> tuple[Ints, Floats]:
    """Cells with so many spikes or more, and the coefficient of variation of the intervals of each.

    Standard deviation by mean: 0 is a clock, 1 a Poisson process.
    """
    between, whose, cells = _of_busy(times, ids, max(fewest, 2))
    mean = _mean(between, whose, cells)
    spread = _mean((between - mean[np.searchsorted(cells, whose)]) ** 2, whose, cells)
    return cells, np.sqrt(spread) / mean


def cv2(times: ArrayLike, ids: ArrayLike, fewest: int = 3) -> tuple[Ints, Floats]:
    """Cells with so many spikes or more, and the mean of 2 |a - b| / (a + b) of intervals in a row of each.

    Slow changes of the rate do not count. Holt et al., J Neurophysiol 75:1806 (1996).
    """
    return _of_neighbours(times, ids, fewest, lambda a, b: 2 * np.abs(b - a) / (a + b))


def lv(times: ArrayLike, ids: ArrayLike, fewest: int = 3) -> tuple[Ints, Floats]:
    """Cells with so many spikes or more, and the local variation of each: mean of 3 (a - b)^2 / (a + b)^2.

    Shinomoto et al., Neural Comput 15:2823 (2003).
    """
    return _of_neighbours(times, ids, fewest, lambda a, b: 3 * ((b - a) / (a + b)) ** 2)


def fano(counts: ArrayLike) -> Floats:
    """Variance by mean of spike counts along the last axis, windows or repeats; nan where nothing spikes."""
    values = np.asarray(counts, float)
    with np.errstate(invalid="ignore"):
        return np.asarray(values.var(axis=-1) / values.mean(axis=-1))


def bursts(times: ArrayLike, ids: ArrayLike, longest: float = 10.0, fewest: int = 3) -> Table:
    """Runs of so many spikes or more of a cell, each within `longest` [ms] of the one before.

    Columns: gid; start, stop [ms]; count of spikes. Cell by cell.
    """
    when, who = _sorted(times, ids)
    apart = np.r_[True, (who[1:] != who[:-1]) | (np.diff(when) > longest)][: len(when)]
    first = np.flatnonzero(apart)
    count = np.diff(np.r_[first, len(when)])
    kept = count >= fewest
    first, count = first[kept], count[kept]
    return Table({"gid": who[first], "start": when[first], "stop": when[first + count - 1], "count": count})


def _sorted(times: ArrayLike, ids: ArrayLike) -> tuple[Floats, Ints]:
    """Times and ids, by id and then by time."""
    when, who = np.asarray(times, float), np.asarray(ids).astype(np.int64)
    order = np.lexsort([when, who])
    return when[order], who[order]


def _of_busy(times: ArrayLike, ids: ArrayLike, fewest: int) -> tuple[Floats, Ints, Ints]:
    """Intervals of the cells with so many spikes or more, whose each is, and those cells."""
    between, whose = intervals(times, ids)
    cells, count = np.unique(whose, return_counts=True)
    busy = cells[count >= fewest - 1]
    kept = np.isin(whose, busy)
    return between[kept], whose[kept], busy


def _of_neighbours(times: ArrayLike, ids: ArrayLike, fewest: int, value: Any) -> tuple[Ints, Floats]:
    """Cells, and the mean over intervals a, b in a row of value(a, b)."""
    between, whose, cells = _of_busy(times, ids, max(fewest, 3))
    same = whose[1:] == whose[:-1]
    return cells, _mean(value(between[:-1], between[1:])[same], whose[1:][same], cells)


def _mean(values: Floats, whose: Ints, cells: Ints) -> Floats:
    """Mean of the values of each cell; cells ascend."""
    place = np.searchsorted(cells, whose)
    return np.bincount(place, values, len(cells)) / np.bincount(place, minlength=len(cells))


def edges(time_range: Range, width: float) -> Floats:
    """Edges of bins of one width [ms] that cover a time range; the last bin may reach beyond it."""
    count = max(1, int(np.ceil((time_range[1] - time_range[0]) / width - 1e-9)))
    return np.asarray(time_range[0] + width * np.arange(count + 1), float)


def _within(spikes: Table, span: Range) -> tuple[Floats, Ints]:
    inside = (spikes["time"] >= span[0]) & (spikes["time"] <= span[1])
    return spikes["time"][inside], spikes["gid"][inside].astype(np.int64)


def _order(plan: Plan, positions: Ints, order_by: str | Sequence[str]) -> Ints:
    """Permutation that sorts cells by one tag or several; tags that are no numbers count as gid."""
    names = [order_by] if isinstance(order_by, str) else list(order_by)
    keys = [_sort_key(plan, positions, name) for name in names]
    return np.lexsort([plan.cells.gids[positions], *reversed(keys)])


def _sort_key(plan: Plan, positions: Ints, name: str) -> Floats:
    if name == "pop":
        return plan.cells.table["population"][positions].astype(float)
    if name != "gid" and plan.cells.tag(name) is None:
        hint = did_you_mean(name, ("gid", "pop", "x", "y", "z", "ynorm"))
        raise SpecError([Problem("orderBy", f"no cell has a tag {name!r}. {hint}")])
    values = numeric_tag(plan, positions, name)
    return plan.cells.gids[positions].astype(float) if values is None else values


def _groups(plan: Plan, positions: Ints) -> tuple[tuple[str, ...], Ints, Ints]:
    """Labels of the populations of some cells, the group of every cell of the network, cells per group."""
    codes = plan.cells.table["population"]
    present = np.unique(codes[positions])
    labels = tuple(plan.cells.populations[code].label for code in present)
    sizes = np.bincount(codes[positions], minlength=1)[present] if len(present) else np.empty(0, np.int64)
    return labels, np.searchsorted(present, codes), sizes


def _stimuli(
    stims: Mapping[int, Mapping[str, Floats]], chosen: Selection, span: Range
) -> tuple[Floats, Ints, Ints, Ints]:
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
