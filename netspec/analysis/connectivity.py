"""Connection tables reduced to matrices: rows are presynaptic, columns postsynaptic."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from netspec.analysis.select import Selection, numeric_tag, select
from netspec.errors import Problem, SpecError, did_you_mean
from netspec.plan import Plan
from netspec.plan.synapses import weight_norms
from netspec.tables import Floats, Ints

Matrix = Floats

OF_CELLS = ("weight", "delay", "numConns")
OF_POPULATIONS = ("weight", "delay", "numConns", "probability", "strength", "convergence", "divergence")


@dataclass(frozen=True)
class Groups:
    """Rows or columns of a matrix. of: group of every cell, -1 for none. sizes: cells of each group."""

    labels: tuple[str, ...]
    of: Ints
    sizes: Ints
    stims: tuple[str, ...] = ()


@dataclass(frozen=True)
class Edges:
    """Selected connections. pre: group, post: group, weight [uS], delay [ms]: (n,)."""

    pre: Ints
    post: Ints
    weight: Floats
    delay: Floats

    def total(self, values: Any, shape: tuple[int, int]) -> Matrix:
        """Sum of one value per connection (None: 1) in each field of the matrix."""
        flat = np.bincount(self.pre * shape[1] + self.post, weights=values, minlength=shape[0] * shape[1])
        return flat.astype(float).reshape(shape)


def matrix(
    plan: Plan,
    include_pre: Sequence[Any] = ("all",),
    include_post: Sequence[Any] = ("all",),
    feature: str = "strength",
    group_by: str = "pop",
    order_by: str = "gid",
    intervals: tuple[float | None, float | None] = (None, None),
    syn_mech: str | Sequence[str] | None = None,
    unique_pairs: bool = False,
    without_norm: bool = False,
) -> tuple[Matrix, Groups, Groups]:
    """A feature of the connections between groups of cells, (pre groups, post groups), and the groups.

    group_by: 'pop', 'cell' or a tag: its values, or bins of the intervals (pre, post) where it is a number.
    weight [uS], delay [ms]: means (by cell: nan where there is none). strength: probability x summed weight,
    as NetPyNE has it. unique_pairs: count several synapses of a pair once. without_norm: weights without the
    weightNorm of their segments.
    """
    _check_feature(feature, group_by)
    pre_chosen, post_chosen = (
        select(plan, include_pre, "includePre"),
        select(plan, include_post, "includePost"),
    )
    match group_by:
        case "pop":
            pre, post = _by_population(plan, pre_chosen), _by_population(plan, post_chosen)
        case "cell":
            pre, post = _by_cell(plan, pre_chosen, order_by), _by_cell(plan, post_chosen, order_by)
        case tag:
            pre = _by_tag(plan, pre_chosen, tag, intervals[0], "groupByIntervalPre")
            post = _by_tag(plan, post_chosen, tag, intervals[1], "groupByIntervalPost")
    found = _edges(plan, pre, post, syn_mech, unique_pairs, without_norm)
    return _reduce(found, pre, post, feature, group_by), pre, post


def _check_feature(feature: str, group_by: str) -> None:
    known = OF_CELLS if group_by == "cell" else OF_POPULATIONS
    if feature not in known:
        message = f"no feature {feature!r} with groupBy {group_by!r}. {did_you_mean(feature, known)}"
        raise SpecError([Problem("feature", message)])


def _by_tag(plan: Plan, chosen: Selection, tag: str, interval: float | None, argument: str) -> Groups:
    values = numeric_tag(plan, chosen.positions, tag)
    if values is None:
        return _by_value(plan, chosen, tag)
    if not interval:
        raise SpecError([Problem(argument, f"required with groupBy {tag!r}: the width of its bins.")])
    bins = np.floor(values / interval).astype(np.int64)
    first, count = (bins.min(), np.ptp(bins) + 1) if len(bins) else (0, 0)
    of = np.full(len(plan.cells), -1)
    of[chosen.positions] = bins - first
    labels = tuple(f"{interval * (first + step):g}" for step in range(count))
    return Groups(labels, of, np.bincount(bins - first, minlength=count))


def _by_value(plan: Plan, chosen: Selection, tag: str) -> Groups:
    """A group for each value of a tag, in order of first appearance; cells without it are in none."""
    every = plan.cells.tag(tag)
    if every is None:
        known = {name for population in plan.cells.populations for name in population.tags}
        hint = did_you_mean(tag, ("pop", "cell", "x", "y", "z", "ynorm", *known))
        raise SpecError([Problem("groupBy", f"no cell has a tag {tag!r}. {hint}")])
    numbers: dict[str, int] = {}
    of = np.full(len(plan.cells), -1)
    of[chosen.positions] = [
        -1 if value is None else numbers.setdefault(str(value), len(numbers))
        for value in every[chosen.positions]
    ]
    return Groups(tuple(numbers), of, np.bincount(of[of >= 0], minlength=len(numbers)))


def _by_population(plan: Plan, chosen: Selection) -> Groups:
    codes = plan.cells.table["population"]
    present = np.unique(codes[chosen.positions])
    of = np.full(len(plan.cells), -1)
    of[chosen.positions] = np.searchsorted(present, codes[chosen.positions])
    sizes = np.bincount(of[chosen.positions], minlength=len(present))
    labels = [plan.cells.populations[code].label for code in present]
    return Groups((*labels, *chosen.stims), of, sizes, chosen.stims)


def _by_cell(plan: Plan, chosen: Selection, order_by: str) -> Groups:
    keys = numeric_tag(plan, chosen.positions, order_by)
    ordered = chosen.positions if keys is None else chosen.positions[np.argsort(keys, kind="stable")]
    of = np.full(len(plan.cells), -1)
    of[ordered] = np.arange(len(ordered))
    labels = tuple(str(gid) for gid in plan.cells.gids[ordered])
    return Groups(labels, of, np.ones(len(ordered), np.int64))


def weight_norms_of(plan: Plan, rows: Any) -> Floats:
    """Factor of weights at the place of each of some connections: (rows,), 1 where nothing is set."""
    table = plan.connections
    section, location = table["section"][rows].astype(np.int64), table["location"][rows]
    codes = plan.cells.table["template"][plan.cells.positions(table["post"][rows])]
    found = np.ones(len(section))
    for code, template in enumerate(plan.templates):
        normed = {name for name, own in template.sections.items() if own.weight_norm is not None}
        if normed:
            names = [name for name in plan.model.sections.names if name in normed]
            number = np.full(len(plan.model.sections) + 1, -1)
            number[[plan.model.sections.code(name) for name in names]] = np.arange(len(names))
            some = np.flatnonzero(codes == code)
            found[some] = weight_norms(template, names, number[section[some]], location[some])
    return found


def _edges(
    plan: Plan,
    pre: Groups,
    post: Groups,
    syn_mech: str | Sequence[str] | None,
    unique_pairs: bool,
    without_norm: bool,
) -> Edges:
    """Connections between the groups, and those of NetStim stimuli when they are rows of the matrix."""
    table = plan.connections
    names = [syn_mech] if isinstance(syn_mech, str) else syn_mech
    codes = [plan.model.synapses.code(name) for name in names or () if name in plan.model.synapses]
    if without_norm:
        norms = weight_norms_of(plan, np.arange(len(table)))
        table = table.with_columns(weight=table["weight"] / norms)
    if names:
        table = table.take(np.isin(table["synapse"], codes))
    if unique_pairs and len(table):
        _, first = np.unique(np.stack([table["pre"], table["post"]]), axis=1, return_index=True)
        table = table.take(np.sort(first))
    rows, columns = pre.of[plan.cells.positions(table["pre"])], post.of[plan.cells.positions(table["post"])]
    inside = (rows >= 0) & (columns >= 0)
    parts = [(rows[inside], columns[inside], table["weight"][inside], table["delay"][inside])]
    for block in plan.inputs:
        if block.mechanism == "NetStim" and block.source in pre.stims:
            targets = post.of[plan.cells.positions(block.rows["gid"])]
            kept = targets >= 0
            if names:
                kept &= np.isin(block.rows["synapse"], codes)
            row = np.full(kept.sum(), pre.labels.index(block.source))
            parts.append((row, targets[kept], block.rows["weight"][kept], block.rows["delay"][kept]))
    return Edges(*(np.concatenate(column) for column in zip(*parts, strict=True)))


def _reduce(found: Edges, pre: Groups, post: Groups, feature: str, group_by: str) -> Matrix:
    shape = len(pre.labels), len(post.labels)
    count = found.total(None, shape)
    if feature == "numConns":
        return count
    if feature in ("weight", "delay"):
        total = found.total(getattr(found, feature), shape)
        empty = np.nan if group_by == "cell" else 0.0
        means: Matrix = np.divide(total, count, out=np.full(shape, empty), where=count > 0)
        return means
    # NetPyNE gives a NetStim as many cells as the first population that it meets.
    post_sizes = np.concatenate([np.maximum(post.sizes, 1), np.ones(len(post.stims), np.int64)])
    pre_sizes = np.concatenate([np.maximum(pre.sizes, 1), np.full(len(pre.stims), post_sizes[0])])
    possible = {"convergence": post_sizes[None, :], "divergence": pre_sizes[:, None]}
    share: Matrix = count / possible.get(feature, np.outer(pre_sizes, post_sizes))
    return share * found.total(found.weight, shape) if feature == "strength" else share
