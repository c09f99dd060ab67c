"""The rules behind a list of connections: connParams that would make a network of the same kind."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from netspec.analysis import infer_pairs, infer_places, infer_values
from netspec.analysis.connectivity import weight_norms_of
from netspec.analysis.distance import AXES, Pairs
from netspec.analysis.infer_pairs import Law
from netspec.errors import Problem, SpecError, did_you_mean
from netspec.plan import Plan
from netspec.plan.gaps import of_rows
from netspec.plan.resolve import weight_factor
from netspec.plan.variables import pair_variables
from netspec.tables import Floats, Ints

DISTANCES = ("dist_3D", "dist_2D")
MOST_GROUPS = 1000


class HasPlan(Protocol):
    """Results."""

    @property
    def plan(self) -> Plan:
        """What was built."""


@dataclass(frozen=True)
class Fit:
    """What was found for one of `connections`, `weight` and `delay` of a rule.

    bic: of every candidate, by its name; the law has the smallest.
    """

    rule: str
    quantity: str
    law: Law
    bic: dict[str, float]


@dataclass(frozen=True)
class Inferred:
    """Rules in the words of netParams, and how they were found. left_out: connections without rule."""

    connParams: dict[str, dict[str, Any]]  # noqa: N815
    fits: tuple[Fit, ...]
    left_out: int = 0

    def rows(self) -> list[tuple[str, ...]]:
        """A row for each fit: rule, quantity, law, parameters with standard errors, BIC of the candidates."""
        return [
            (
                fit.rule,
                fit.quantity,
                fit.law.name,
                ", ".join(f"{k} = {v:.4g} +- {e:.2g}" for k, (v, e) in fit.law.parameters.items()),
                ", ".join(f"{name} {bic:.1f}" for name, bic in sorted(fit.bic.items(), key=lambda p: p[1])),
            )
            for fit in self.fits
        ]

    def __str__(self) -> str:
        table = [("rule", "of", "law", "parameters", "BIC"), *self.rows()]
        widths = [max(len(row[k]) for row in table) for k in range(4)]
        lines = ["  ".join([*(row[k].ljust(widths[k]) for k in range(4)), row[4]]).rstrip() for row in table]
        return "\n".join(lines)


@dataclass(frozen=True)
class _Part:
    """Connections between two groups by one synMech. rows: of the table, synapse by synapse of each pair.

    pre, post: positions of each pair; counts: its synapses, (pairs,).
    """

    synapse: int
    rows: Ints
    pre: Ints
    post: Ints
    counts: Ints


def infer_rules(source: Plan | HasPlan, by: str = "pop", distances: Sequence[str] = DISTANCES) -> Inferred:
    """The compact rules behind the connections of a plan or of results, for each pair of groups of cells.

    by: the tag whose values make the groups. Pairs are connected fully, with a constant probability, one that
    falls with distance (exponentially or as a Gaussian), or with a fixed number for each post or pre cell;
    weights and delays are constant, depend on distance or have a distribution. Laws are fitted by maximum
    likelihood and chosen by BIC. distances: that laws may be of: dist_3D, dist_2D, dist_x, dist_y, dist_z.
    """
    plan = source if isinstance(source, Plan) else source.plan
    for position, distance in enumerate(distances):
        if distance not in AXES:
            hint = did_you_mean(distance, AXES)
            raise SpecError([Problem(f"distances[{position}]", f"there is no {distance!r}. {hint}")])
    values, of = _groups(plan, by)
    gaps = of_rows(plan)
    rules: dict[str, dict[str, Any]] = {}
    fits: list[Fit] = []
    for (pre, post), parts in _between(plan, of, len(values), gaps):
        cells = np.flatnonzero(of == pre), np.flatnonzero(of == post)
        several = len(_alike(plan, parts)) > 1
        for alike in _alike(plan, parts):
            names = "+".join(plan.model.synapses[part.synapse] for part in alike)
            label = f"{values[pre]}->{values[post]}" + (f" {names}" if several else "")
            rule, found = _rule(plan, cells, alike, label, distances)
            rules[label] = {"preConds": {by: values[pre]}, "postConds": {by: values[post]}, **rule}
            fits += found
    return Inferred(rules, tuple(fits), len(gaps))


def _groups(plan: Plan, by: str) -> tuple[list[Any], Ints]:
    """Distinct values of a tag, in order of first appearance, and which one each cell has (-1: none)."""
    cells = plan.cells
    tags = cells.tag(by)
    if tags is None:
        known = {name for population in cells.populations for name in population.tags}
        raise SpecError([Problem("by", f"no cell has a tag {by!r}. {did_you_mean(by, known)}")])
    numbers: dict[Any, int] = {}
    of = np.array([-1 if tag is None else numbers.setdefault(tag, len(numbers)) for tag in tags], np.int64)
    if len(numbers) > MOST_GROUPS:
        message = f"{by!r} has {len(numbers)} different values; a tag of groups of cells is needed."
        raise SpecError([Problem("by", message)])
    return list(numbers), of


def _between(plan: Plan, of: Ints, groups: int, gaps: Ints) -> Iterator[tuple[tuple[int, int], list[_Part]]]:
    """Connections of each pair of groups that has some, a part for each synMech."""
    table, cells = plan.connections, plan.cells
    rows = np.setdiff1d(np.arange(len(table)), gaps) if len(gaps) else np.arange(len(table))
    pre, post = (cells.positions(table[end][rows]) for end in ("pre", "post"))
    kinds = len(plan.model.synapses.names) + 1
    key = (of[pre] * groups + of[post]) * kinds + table["synapse"][rows] + 1
    key[(of[pre] < 0) | (of[post] < 0)] = -1
    pair = post * len(cells) + pre
    order = np.lexsort((pair, key))
    key, pair, rows = key[order], pair[order], rows[order]
    starts = np.flatnonzero(np.diff(key, prepend=-1) != 0)
    found: dict[tuple[int, int], list[_Part]] = {}
    for start, stop in zip(starts, [*starts[1:], len(key)], strict=False):
        first = np.flatnonzero(np.diff(pair[start:stop], prepend=-1))
        ends, synapse = divmod(int(key[start]), kinds)
        part = _Part(
            synapse - 1,
            rows[start:stop],
            pair[start:stop][first] % len(cells),
            pair[start:stop][first] // len(cells),
            np.diff(first, append=stop - start),
        )
        found.setdefault((ends // groups, ends % groups), []).append(part)
    yield from sorted(found.items())


def _alike(plan: Plan, parts: list[_Part]) -> list[list[_Part]]:
    """Parts whose synMechs always come together, with weights and delays in fixed ratios: one rule's."""
    result: list[list[_Part]] = []
    for part in parts:
        for group in result:
            if _ratios(plan, group[0], part) is not None:
                group.append(part)
                break
        else:
            result.append([part])
    return result


def _ratios(plan: Plan, first: _Part, other: _Part) -> dict[str, float] | None:
    """Weight and delay of one part as multiples of another's; None if they are not, or elsewhere."""
    if len(first.rows) != len(other.rows) or first.synapse < 0:
        return None
    same = (first.pre, other.pre), (first.post, other.post), (first.counts, other.counts)
    if not all(np.array_equal(a, b) for a, b in same):
        return None
    table, found = plan.connections, {}
    for name in ("section", "location"):
        if not np.allclose(table[name][first.rows], table[name][other.rows], rtol=0, atol=1e-9):
            return None
    for name in ("weight", "delay"):
        a, b = table[name][first.rows], table[name][other.rows]
        ratio = float(b[0] / a[0]) if a[0] else np.nan
        if not np.allclose(b, ratio * a, rtol=1e-9, atol=0):
            return None
        found[name] = ratio
    return found


def _rule(
    plan: Plan, groups: tuple[Ints, Ints], parts: list[_Part], label: str, distances: Sequence[str]
) -> tuple[dict[str, Any], list[Fit]]:
    """The entry of connParams without conditions, and how it was found."""
    part = parts[0]
    allowed = plan.model.spec.simulation.allow_self_conns or bool((part.pre == part.post).any())
    pairs = Pairs(plan.cells, *groups, part.pre, part.post, allowed)
    fits = [_chosen(label, "connections", infer_pairs.laws(pairs, distances), pairs.possible)]
    rule: dict[str, Any] = dict(fits[0].law.keys)
    names = [plan.model.synapses[each.synapse] for each in parts if each.synapse >= 0]
    if names:
        rule["synMech"] = names if len(names) > 1 else names[0]
    fits += _values(plan, part, label, distances)
    for fit in fits[1:]:
        rule |= fit.law.keys
    for name in ("Weight", "Delay") if len(parts) > 1 else ():
        factors = [1.0, *((_ratios(plan, part, other) or {})[name.lower()] for other in parts[1:])]
        if any(factor != 1 for factor in factors):
            rule[f"synMech{name}Factor"] = factors
    count = infer_values.whole_numbers(part.counts)
    if count != 1:
        rule["synsPerConn"] = count
    table = plan.connections
    places = infer_places.keys(
        plan.model.sections.names, table["section"][part.rows], table["location"][part.rows], part.counts
    )
    if len(parts) > 1 and isinstance(places.get("loc"), list):
        places["loc"] = [places["loc"]] * len(parts)
    return rule | places, fits


def _values(plan: Plan, part: _Part, label: str, distances: Sequence[str]) -> list[Fit]:
    """Laws of the weights, as they were before any scaling, and of the delays."""
    table = plan.connections
    pair = np.repeat(np.arange(len(part.pre)), part.counts)
    weights = table["weight"][part.rows] / weight_norms_of(plan, part.rows)
    weights = (
        weights / np.broadcast_to(weight_factor(plan.model, plan.cells, part.post), part.pre.shape)[pair]
    )
    between = pair_variables(distances, plan.cells, part.pre, part.post, {})
    return [
        _chosen(label, key, _of_synapses(key, values, part.counts, between, pair), len(values))
        for key, values in (("weight", weights), ("delay", table["delay"][part.rows]))
    ]


def _of_synapses(key: str, values: Floats, counts: Ints, between: dict[str, Floats], pair: Ints) -> list[Law]:
    """Laws of the values of pairs; of single synapses if those of a pair differ."""
    first = np.cumsum(counts) - counts
    own = values[first]
    if np.allclose(values, own[pair], rtol=1e-9, atol=0):
        return infer_values.laws(key, own, between)
    if counts.min() == counts.max():
        matrix = values.reshape(-1, counts[0])
        if np.allclose(matrix, matrix[0], rtol=1e-9, atol=0):
            return [Law("constant", {key: matrix[0].tolist()}, 0.0)]
    return infer_values.laws(key, values, {name: distance[pair] for name, distance in between.items()})


def _chosen(rule: str, quantity: str, laws: list[Law], observations: int) -> Fit:
    """The law with the smallest BIC; of equals the first."""
    bic = {law.name: law.bic(observations) for law in laws}
    return Fit(rule, quantity, min(laws, key=lambda law: bic[law.name]), bic)
