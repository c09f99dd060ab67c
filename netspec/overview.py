"""What each rank would carry of a plan."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from netspec.plan import Plan, merging
from netspec.plan.cells import Template
from netspec.plan.cost import ESTIMATE, Costs, alone, cost, of_sections, owners
from netspec.plan.pieces import Layout, layout

ROUND_ROBIN, BY_COST, IN_PIECES = "round-robin", "cost", "multisplit"
# Bytes that NEURON 9 needs for each thing: resident memory of networks with 1e3 to 1e5 of them.
PROCESS = 70e6
SECTION, SEGMENT, POINT_CELL = 3000, 2500, 1000
NETCON, SYNAPSE, CLAMP = 330, 690, 330


@dataclass(frozen=True)
class Load:
    """What each rank has, (ranks,). memory [bytes] and work [ns per time step] are estimates.

    balance: how cells are shared. dearest: work of the dearest whole cell. segments: of each cell that is
    cut, by gid, how many each rank has.
    """

    balance: str

    cells: NDArray[np.int64]
    connections: NDArray[np.int64]
    inputs: NDArray[np.int64]
    memory: NDArray[np.float64]
    work: NDArray[np.float64]
    dearest: float
    segments: Mapping[int, tuple[int, ...]] = field(default_factory=dict)

    @property
    def excess(self) -> float:
        """Work of the busiest rank, in units of the mean: what the run takes longer than it could."""
        return float(self.work.max() / self.work.mean()) if self.work.any() else 1.0

    @property
    def one_cell_is_too_much(self) -> bool:
        """Whether a single cell keeps its rank busier than the others, however cells are shared."""
        return len(self.work) > 1 and self.dearest > 1.05 * self.work.mean()


def load(plan: Plan, ranks: int, balance: str = ROUND_ROBIN, costs: Costs = ESTIMATE) -> Load:
    """What each of so many ranks would have: cells dealt out in turn, by balance='cost', or by multisplit."""
    cells, templates = plan.cells, plan.templates
    found = Layout(np.arange(len(cells)) % ranks, {})
    if balance == BY_COST:
        found = Layout(owners(cost(plan.model, cells, templates, costs), ranks), {})
    elif balance == IN_PIECES:
        found = layout(plan.model, cells, templates, costs, ranks)
    rows = merging.contacts(plan)
    rows = rows.take(merging.objects(plan, rows)[0])
    of_synapses = _synapse_work(plan, costs)[rows["synapse"]]
    work = alone(cells, templates, costs)
    work += np.bincount(cells.positions(rows["post"]), of_synapses, minlength=len(cells))

    def counted(gids: Any, sections: Any, weights: Any = None) -> NDArray[np.float64]:
        return np.bincount(found.ranks(plan, gids, sections), weights, minlength=ranks).astype(float)

    contacts = counted(plan.connections["post"], plan.connections["section"])
    stimuli = sum((counted(b.rows["gid"], b.rows["section"]) for b in plan.inputs), np.zeros(ranks))
    synapses = counted(rows["post"], rows["section"])
    row = sum(column.dtype.itemsize for column in plan.connections.columns.values())
    memory = PROCESS + cells.table.nbytes + (row + NETCON) * contacts + CLAMP * stimuli + SYNAPSE * synapses
    return Load(
        balance=balance,
        cells=np.bincount(found.owner, minlength=ranks),
        connections=contacts.astype(np.int64),
        inputs=stimuli.astype(np.int64),
        memory=memory + found.sums(plan, [_bytes(template) for template in templates], POINT_CELL, ranks),
        work=found.sums(
            plan, [of_sections(template, costs) for template in templates], costs.artificial, ranks
        )
        + counted(rows["post"], rows["section"], of_synapses),
        dearest=float(np.delete(work, [*found.parts]).max(initial=0.0)),
        segments={
            int(cells.gids[p]): tuple(
                sum(_segments(templates[cells.table["template"][p]], part.sections)) for part in parts
            )
            for p, parts in found.parts.items()
        },
    )


def _synapse_work(plan: Plan, costs: Costs) -> NDArray[np.float64]:
    """Work of a synapse of each label [ns per time step]: (labels + 1,); the last stands for none."""
    specs = plan.model.spec.network.synapses
    mods = [specs[label].mod if label in specs else "" for label in plan.model.synapses.names]
    return np.array([*(costs.mechanisms.get(mod, costs.point) for mod in mods), 0.0])


def _segments(template: Template, names: Iterable[str]) -> Iterator[int]:
    return (int(template.sections[name].geom.get("nseg", 1)) for name in names)


def _bytes(template: Template) -> dict[str, float]:
    """Memory of each section."""
    names = list(template.sections)
    return {name: SECTION + SEGMENT * n for name, n in zip(names, _segments(template, names), strict=True)}
