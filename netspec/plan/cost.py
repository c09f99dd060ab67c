"""How much work a cell is, for sharing cells among ranks: nobody's results depend on it."""

import heapq
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from netspec.conditions import mask
from netspec.model import Model
from netspec.plan.cells import Cells, Template
from netspec.plan.choose import algorithm
from netspec.spec.network import ConnectionRule

Floats = NDArray[np.float64]
DENSITY, POINT = "density mechanism", "point process"


@dataclass(frozen=True)
class Costs:
    """CPU time [ns] of one time step.

    segment: of a segment that has no mechanism. mechanisms: what each adds to a segment, or each of its
    point processes. density, point: of those that are not among them. artificial: of an artificial cell.
    """

    segment: float = 15.0
    density: float = 25.0
    point: float = 12.0
    artificial: float = 2.0
    mechanisms: Mapping[str, float] = field(default_factory=lambda: {"pas": 2.5, "hh": 35.0})

    def with_measured(self, segment: float, mechanisms: Mapping[str, float]) -> "Costs":
        """The same, but for what was measured."""
        return replace(self, segment=segment, mechanisms={**self.mechanisms, **mechanisms})


ESTIMATE = Costs()
"""Rounded values of NEURON 9 on one machine: what is known where nothing has been measured."""


def mechanisms(model: Model) -> dict[str, str]:
    """The mechanisms of all cell rules and synapses, and which of the two kinds each is."""
    network = model.spec.network
    sections = [section for rule in network.cell_rules.values() for section in rule.secs.values()]
    points = [str(point.get("mod")) for section in sections for point in section.pointps.values()]
    points += [synapse.mod for synapse in network.synapses.values()]
    return {name: DENSITY for section in sections for name in section.mechs} | dict.fromkeys(points, POINT)


def cost(model: Model, cells: Cells, templates: tuple[Template, ...], costs: Costs = ESTIMATE) -> Floats:
    """Work of each cell [ns per time step], with the synapses that rules are expected to give it: (n,)."""
    total = alone(cells, templates, costs)
    for mod, number in expected_synapses(model, cells).items():
        total += number * costs.mechanisms.get(mod, costs.point)
    return total


def alone(cells: Cells, templates: tuple[Template, ...], costs: Costs = ESTIMATE) -> Floats:
    """Work of each cell without synapses [ns per time step]: (n,)."""
    kinds = np.array(
        [*(sum(of_sections(template, costs).values()) for template in templates), costs.artificial]
    )
    return np.asarray(kinds[cells.table["template"]])


def expected_synapses(model: Model, cells: Cells) -> dict[str, Floats]:
    """By mechanism, the mean number of synapses that connection rules give each cell: (n,).

    Without drawing a pair. Rules whose number of pairs is a formula or a function count as none.
    """
    network, simulation = model.spec.network, model.spec.simulation
    found: dict[str, Floats] = {}
    shared = not simulation.one_syn_per_netcon
    merged = model.linear if simulation.merge_synapses else frozenset()
    for rule in network.connections.values():
        pre, post = (mask(conds, cells, closed=False) for conds in (rule.pre_conds, rule.post_conds))
        post &= cells.table["template"] >= 0
        if not pre.any() or not post.any():
            continue
        each = _contacts(rule, int(pre.sum()), int(post.sum())) * _number(rule.syns_per_conn, 1.0)
        for label in _labels(rule, model):
            mod = network.synapses[label].mod if label in network.synapses else None
            if mod is not None:
                total = found.setdefault(mod, np.zeros(len(cells)))
                total[post] += min(each, 1.0) if shared or mod in merged else each
    return found


def owners(cost: Iterable[float], ranks: int) -> NDArray[np.int64]:
    """Which rank has each cell, so that all have about the same work: (n,).

    The dearest cells first, each to the rank with least so far.
    """
    costs = np.asarray(cost, float)
    loads, owner = [(0.0, rank) for rank in range(ranks)], np.empty(len(costs), np.int64)
    for position in np.argsort(-costs, kind="stable").tolist():
        load, rank = loads[0]
        heapq.heapreplace(loads, (load + costs[position], rank))
        owner[position] = rank
    return owner


def of_sections(template: Template, costs: Costs = ESTIMATE) -> dict[str, float]:
    """Work of each section without synapses [ns per time step]."""
    found = {}
    for name, section in template.sections.items():
        each = [costs.mechanisms.get(mechanism, costs.density) for mechanism in section.mechs]
        found[name] = int(section.geom.get("nseg", 1)) * (costs.segment + sum(each))
        points = [str(point.get("mod")) for point in section.pointps.values()]
        found[name] += sum(costs.mechanisms.get(mod, costs.point) for mod in points)
    return found


def _contacts(rule: ConnectionRule, pre: int, post: int) -> float:
    """Mean number of presynaptic cells of each postsynaptic one."""
    match algorithm(rule)[0]:
        case "fullConn":
            return float(pre)
        case "probConn":
            return pre * _number(rule.probability, 0.0)
        case "convConn":
            return min(float(pre), _number(rule.convergence, 0.0))
        case "divConn":
            return pre * min(float(post), _number(rule.divergence, 0.0)) / post
        case "fromListConn":
            return len(rule.conn_list) / post
    return 0.0


def _labels(rule: ConnectionRule, model: Model) -> list[str]:
    if rule.syn_mech is None:
        return list(model.synapses.names[:1])
    return list(rule.syn_mech) if isinstance(rule.syn_mech, list | tuple) else [rule.syn_mech]


def _number(value: object, otherwise: float) -> float:
    return float(value) if isinstance(value, int | float) else otherwise
