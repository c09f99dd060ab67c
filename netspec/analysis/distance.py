"""Pairs of cells and how far apart they are: what connections depend on."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from netspec.analysis.select import select
from netspec.errors import Problem, SpecError, did_you_mean
from netspec.plan import Plan
from netspec.plan.cells import Cells
from netspec.tables import Floats, Ints

AXES = {"dist_3D": "xyz", "dist_2D": "xz", "dist_x": "x", "dist_y": "y", "dist_z": "z"}
"""Axes of each distance; depth, y, is not in the plane of dist_2D, as in connParams."""
BLOCK = 1 << 20
MOST_PAIRS = 100_000_000
"""Above so many pairs, distances of some of the presynaptic cells stand for all."""


@dataclass(frozen=True)
class Pairs:
    """Connected pairs between two groups of cells.

    pre, post: of pairs, (n,), and pre_cells, post_cells: of the groups, all as positions in `cells`.
    with_self: whether a cell could be connected to itself.
    """

    cells: Cells
    pre_cells: Ints
    post_cells: Ints
    pre: Ints
    post: Ints
    with_self: bool

    @property
    def shared(self) -> int:
        """Pairs of a cell with itself that cannot be connected."""
        return 0 if self.with_self else len(np.intersect1d(self.pre_cells, self.post_cells))

    @property
    def possible(self) -> int:
        """Pairs that could be connected."""
        return len(self.pre_cells) * len(self.post_cells) - self.shared

    def longest(self, distance: str) -> float:
        """An upper limit of their distances [um]."""
        columns = [self.cells.table[axis] for axis in AXES[distance]]
        ends = [(c[self.pre_cells], c[self.post_cells]) for c in columns]
        return float(np.linalg.norm([max(a.max() - b.min(), b.max() - a.min(), 0.0) for a, b in ends]))


def histogram(pairs: Pairs, distance: str, width: float, bins: int) -> tuple[Floats, Floats, Ints]:
    """Connected and possible pairs in each bin of distance, (bins,), and the bin of each connected pair.

    width: of a bin [um]; what is farther is in the last one.
    """
    points = [pairs.cells.table[axis].astype(np.float32) for axis in AXES[distance]]
    pre, post = ([column[own] for column in points] for own in (pairs.pre_cells, pairs.post_cells))
    tries = np.zeros(bins)
    for rows, share in _some_rows(len(pairs.pre_cells), len(pairs.post_cells)):
        there = _bins([a[rows][:, None] for a in pre], post, width, bins)
        tries += np.bincount(there.ravel(), minlength=bins) * share
    own = _bins([column[pairs.pre] for column in points], [c[pairs.post] for c in points], width, bins)
    hits = np.bincount(own, minlength=bins).astype(float)
    tries[0] -= pairs.shared
    return hits, np.asarray(np.maximum(tries, hits), float), own


@dataclass(frozen=True)
class Profile:
    """Connections by distance. edges: (bins + 1,) [um]. possible, connected: pairs of cells, (bins,).

    weight [uS], delay [ms]: means over synapses, (bins,), nan where there are none.
    """

    edges: Floats
    possible: Floats
    connected: Floats
    weight: Floats
    delay: Floats

    @property
    def probability(self) -> Floats:
        """Share of connected pairs: (bins,), nan where there is no pair."""
        none = np.full(len(self.possible), np.nan)
        return np.asarray(np.divide(self.connected, self.possible, out=none, where=self.possible > 0))


def profile(
    plan: Plan,
    include_pre: Sequence[Any] = ("allCells",),
    include_post: Sequence[Any] = ("allCells",),
    width: float = 50.0,
    distance: str = "dist_3D",
) -> Profile:
    """How probability, weight and delay depend on the distance between cells, in bins of `width` [um].

    distance: dist_3D, dist_2D (x and z), dist_x, dist_y or dist_z, in um.
    """
    if distance not in AXES:
        raise SpecError([Problem("distance", f"there is no {distance!r}. {did_you_mean(distance, AXES)}")])
    pre_cells, post_cells = select(plan, include_pre).positions, select(plan, include_post).positions
    table, cells = plan.connections, plan.cells
    pre, post = cells.positions(table["pre"]), cells.positions(table["post"])
    rows = np.flatnonzero(np.isin(pre, pre_cells) & np.isin(post, post_cells))
    pair, of = np.unique(post[rows] * len(cells) + pre[rows], return_inverse=True)
    ends = pair % len(cells), pair // len(cells)
    with_self = plan.model.spec.simulation.allow_self_conns or bool((ends[0] == ends[1]).any())
    pairs = Pairs(cells, pre_cells, post_cells, *ends, with_self)
    bins = int(pairs.longest(distance) / width) + 1 if pairs.possible else 1
    hits, tries, own = histogram(pairs, distance, width, bins)
    synapses = np.bincount(own[of], minlength=bins)
    means = [
        np.divide(
            np.bincount(own[of], weights=table[name][rows], minlength=bins),
            synapses,
            out=np.full(bins, np.nan),
            where=synapses > 0,
        )
        for name in ("weight", "delay")
    ]
    return Profile(np.arange(bins + 1.0) * width, tries, hits, *means)


def _bins(pre: Sequence[Any], post: Sequence[Any], width: float, bins: int) -> Ints:
    """Bin of each distance. The same numbers whichever way pairs are laid out."""
    total = np.square(pre[0] - post[0])
    for a, b in zip(pre[1:], post[1:], strict=True):
        total += np.square(a - b)
    np.sqrt(total, out=total)
    total /= np.float32(width)
    return np.asarray(np.minimum(total.astype(np.int64), bins - 1))


def _some_rows(rows: int, columns: int) -> Iterator[tuple[slice, float]]:
    """Slices of pre cells, and how many cells each of theirs stands for."""
    stride = max(1, int(np.ceil(rows * columns / MOST_PAIRS)))
    kept = len(range(0, rows, stride))
    step = max(1, BLOCK // max(columns, 1)) * stride
    for start in range(0, rows, step):
        yield slice(start, min(start + step, rows), stride), rows / kept
