"""What a plan holds, counted: cells by population, contacts by rule, objects by stimulus."""

from dataclasses import dataclass

import numpy as np

from netspec.markup import MOST_ROWS, table
from netspec.plan import Plan


@dataclass(frozen=True)
class Line:
    """One line of a table: what it is about, and numbers."""

    label: str
    kind: str
    count: int


def populations(plan: Plan) -> list[Line]:
    """Cells of each population; kind: its artificial cell or cell rules."""
    sizes = np.bincount(plan.cells.table["population"], minlength=len(plan.cells.populations))
    return [
        Line(pop.label, pop.mechanism or pop.spec.cell_type or pop.spec.cell_model or "", int(size))
        for pop, size in zip(plan.cells.populations, sizes, strict=True)
    ]


def connections(plan: Plan) -> list[Line]:
    """Synaptic contacts of each rule; kind: its synapses."""
    rules = plan.model.spec.network.connections
    counts = np.bincount(plan.connections["rule"], minlength=len(plan.model.rules))
    return [
        Line(label, _text(rule.syn_mech), int(counts[plan.model.rules.code(label)]))
        for label, rule in rules.items()
    ]


def inputs(plan: Plan) -> list[Line]:
    """Objects of each stimulus; kind: its mechanism."""
    return [Line(block.target, block.mechanism, len(block.rows)) for block in plan.inputs]


def tables(plan: Plan) -> list[str]:
    """What is not empty of all these as HTML, escaped."""
    kinds = {
        ("population", "cells"): populations(plan),
        ("connection rule", "contacts"): connections(plan),
        ("stimulus", "objects"): inputs(plan),
    }
    return [
        table([name, "", count], [(line.label, line.kind, line.count) for line in lines], most=MOST_ROWS)
        for (name, count), lines in kinds.items()
        if lines
    ]


def _text(names: object) -> str:
    return ", ".join(map(str, names)) if isinstance(names, list | tuple) else str(names or "")
