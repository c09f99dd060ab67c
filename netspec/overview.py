"""What a plan holds, counted: cells by population, contacts by rule, and what each rank would carry."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from netspec.plan import Plan, merging

# Bytes that NEURON 9 needs for each thing: resident memory of networks with 1e3 to 1e5 of them.
PROCESS = 70e6
SECTION, SEGMENT, POINT_CELL = 3000, 2500, 1000
NETCON, SYNAPSE, CLAMP = 330, 690, 330


@dataclass(frozen=True)
class Line:
    """One line of a table: what it is about, and numbers."""

    label: str
    kind: str
    count: int


@dataclass(frozen=True)
class Load:
    """What each rank has, (ranks,). memory [bytes] is an estimate."""

    cells: NDArray[np.int64]
    connections: NDArray[np.int64]
    inputs: NDArray[np.int64]
    memory: NDArray[np.float64]


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


def load(plan: Plan, ranks: int) -> Load:
    """What each of so many ranks would have, dealt out in turn."""
    owner = np.arange(len(plan.cells)) % ranks
    contacts = np.bincount(plan.cells.positions(plan.connections["post"]), minlength=len(plan.cells))
    stimuli = np.zeros(len(plan.cells))
    for block in plan.inputs:
        stimuli += np.bincount(plan.cells.positions(block.rows["gid"]), minlength=len(plan.cells))
    row = sum(column.dtype.itemsize for column in plan.connections.columns.values())
    per_cell = _cell_bytes(plan) + (row + NETCON) * contacts + CLAMP * stimuli + SYNAPSE * _synapses(plan)

    def summed(values: NDArray[Any]) -> NDArray[np.float64]:
        return np.bincount(owner, weights=values, minlength=ranks).astype(float)

    return Load(
        cells=np.bincount(owner, minlength=ranks),
        connections=summed(contacts).astype(np.int64),
        inputs=summed(stimuli).astype(np.int64),
        memory=PROCESS + plan.cells.table.nbytes + summed(per_cell),
    )


def _cell_bytes(plan: Plan) -> NDArray[np.float64]:
    sizes = [POINT_CELL]  # template -1 is the last one
    for template in plan.templates:
        segments = sum(int(section.geom.get("nseg", 1)) for section in template.sections.values())
        sizes.insert(-1, SECTION * len(template.sections) + SEGMENT * segments)
    values: NDArray[np.float64] = np.array(sizes, float)[plan.cells.table["template"]]
    return values


def _synapses(plan: Plan) -> NDArray[np.int64]:
    """Synapses of each cell: (cells,)."""
    rows = merging.contacts(plan)
    made = rows["post"][merging.objects(plan, rows)[0]]
    return np.bincount(plan.cells.positions(made), minlength=len(plan.cells))


def _text(names: object) -> str:
    return ", ".join(map(str, names)) if isinstance(names, list | tuple) else str(names or "")
