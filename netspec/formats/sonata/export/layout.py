"""Which populations of nodes a plan becomes, and the types of their nodes."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from netspec.formats.sonata.export import devices
from netspec.formats.sonata.export.devices import Device
from netspec.plan import InputBlock, Plan, PointBlock
from netspec.plan.cells import Template
from netspec.plan.rotation import angles
from netspec.tables import Table

Ints = NDArray[np.int64]
SOURCES = ("NetStim", "VecStim")
"""Artificial cells whose spikes do not depend on the network: virtual nodes."""
NO_TAGS = frozenset(
    {
        *("pop", "cellType", "cellModel", "label", "params", "spkTimes", "population", "node_id", "pop_name"),
        *("x", "y", "z", "xnorm", "ynorm", "znorm", "fraction", "spikePattern", "pulses", "dynamicRates"),
        *("model_type", "model_template", "morphology", "model_processing", "dynamics_params"),
    }
)
"""Tags that are written otherwise, or that say how the cells were made."""


@dataclass(frozen=True)
class NodeType:
    """Cells that are alike. model_type: SONATA's. name: of the hoc template or of the mechanism.

    values: what string functions gave these cells, as template.values. parameters: of an artificial cell.
    pop_name: what they are called.
    """

    model_type: str
    name: str
    pop_name: str
    template: Template | None = None
    values: tuple[float, ...] = ()
    parameters: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Nodes:
    """A population of nodes in order of id. gids: -1 for sources of stimuli, which are no cells.

    types: of each node, a position in `kinds`. places: (n, 3) [um], y upwards. angles: by which cells are
    turned about the y axis [rad], counter-clockwise. trains: spike times [ms] of virtual nodes.
    """

    name: str
    ids: Ints
    gids: Ints
    types: Ints
    kinds: tuple[NodeType, ...]
    places: NDArray[np.float64]
    angles: NDArray[np.float64] | None = None
    tags: Mapping[str, NDArray[Any]] = field(default_factory=dict)
    trains: tuple[NDArray[np.float64], ...] | None = None

    @property
    def model_type(self) -> str:
        """That of all its nodes."""
        return self.kinds[0].model_type


@dataclass(frozen=True)
class Stimulus:
    """Sources of a NetStim stimulus: a node for each row of the block."""

    nodes: Nodes
    block: InputBlock


@dataclass(frozen=True)
class Layout:
    """All populations. place: population, id and type of each cell by its position in plan.cells."""

    populations: tuple[Nodes, ...]
    stimuli: tuple[Stimulus, ...]
    of_cell: Table

    @property
    def everyone(self) -> tuple[Nodes, ...]:
        """Populations of cells and of sources."""
        return (*self.populations, *(stimulus.nodes for stimulus in self.stimuli))

    @property
    def kinds(self) -> Iterator[NodeType]:
        """All types of nodes."""
        return (kind for nodes in self.everyone for kind in nodes.kinds)


def layout(plan: Plan, sources: "Sources", inside: Iterable[InputBlock] = ()) -> Layout:
    """The populations of a plan. sources: spike trains of blocks of artificial cells and of stimuli.

    inside: stimuli that become parts of the cells.
    """
    every, codes = kinds(plan, devices.of_cells(plan, inside))
    names = np.array([*_population_names(plan, [every[code] for code in codes.tolist()])], object)
    distinct = list(dict.fromkeys(names.tolist()))
    count = len(plan.cells)
    of_cell = {name: np.empty(count, np.int64) for name in ("population", "node", "type")}
    made = []
    for number, name in enumerate(distinct):
        members = np.flatnonzero(names == name)
        ids = _ids(plan, members)
        members = members[np.argsort(ids, kind="stable")]
        first = list(dict.fromkeys(codes[members].tolist()))
        types = np.array([first.index(code) for code in codes[members].tolist()], np.int64)
        ids = np.sort(ids)
        for column, values in (("population", number), ("node", ids), ("type", types)):
            of_cell[column][members] = values
        own = tuple(every[code] for code in first)
        made.append(_nodes(plan, name, members, ids, types, own, sources))
    taken = set(distinct)
    stimuli = []
    for block in plan.inputs:
        if "synapse" in block.rows and len(block.rows):
            name = unique(safe(f"{block.source}_{block.target}"), taken)
            stimuli.append(Stimulus(_of_stimulus(name, block, sources), block))
    return Layout(tuple(made), tuple(stimuli), Table(of_cell))


Sources = Mapping[int, tuple[NDArray[np.float64], ...]]
"""Spike trains [ms] of the rows of each block (by id()) of NetStims or VecStims."""


def safe(label: Any) -> str:
    """A label as a name for files, HDF5 groups and hoc.

    >>> safe("v1:exc 2/3")
    'v1_exc_2_3'
    """
    return re.sub(r"[^A-Za-z0-9_]+", "_", str(label)).strip("_") or "unnamed"


def unique(name: str, taken: set[str]) -> str:
    """The name, with a number if it is taken; it is from now on."""
    found, number = name, 1
    while found in taken:
        number += 1
        found = f"{name}_{number}"
    taken.add(found)
    return found


def kinds(
    plan: Plan, devices_of: Mapping[int, tuple[Device, ...]] = MappingProxyType({})
) -> tuple[list[NodeType], Ints]:
    """Types of nodes, and the type of every cell. devices_of: what is put into cells, by position."""
    keys: dict[Any, int] = {}
    found: list[NodeType] = []
    codes = np.empty(len(plan.cells), np.int64)
    taken: set[str] = set()
    blocks = {block.population: block for block in plan.points}
    hoc: dict[Any, str] = {}
    table = plan.cells.table
    populations = [population.label for population in plan.cells.populations]
    values = _values(plan)
    called = plan.cells.tag("pop_name")
    rows = np.zeros(len(populations), np.int64)
    for position, (population, template) in enumerate(
        zip(table["population"].tolist(), table["template"].tolist(), strict=True)
    ):
        pop_name = str(called[position]) if called is not None and called[position] is not None else None
        pop_name = pop_name or populations[population]
        if template >= 0:
            own: Any = values.get(position, ()), devices_of.get(position, ())
        else:
            own = _parameters(blocks[population], int(rows[population]))
            rows[population] += 1
        key = population, template, own, pop_name
        if key not in keys:
            keys[key] = len(found)
            if template >= 0:
                if (template, own) not in hoc:
                    label = safe("_".join(plan.templates[template].rules))
                    hoc[template, own] = unique(f"Cell_{label}"[:60], taken)
                name = hoc[template, own]
                made = devices.inserted(plan.templates[template], own[1])
                found.append(NodeType("biophysical", name, pop_name, made, own[0]))
            else:
                found.append(_artificial(blocks[population], own, pop_name))
        codes[position] = keys[key]
    return found, codes


def _values(plan: Plan) -> dict[int, tuple[float, ...]]:
    """What string functions gave single cells, by position."""
    found: dict[int, tuple[float, ...]] = {}
    codes = plan.cells.table["template"]
    for code, values in plan.cell_values.items():
        members = np.flatnonzero(codes == code).tolist()
        found |= {
            position: tuple(own) for position, own in zip(members, np.asarray(values).tolist(), strict=True)
        }
    return found


def _parameters(block: PointBlock, row: int) -> tuple[tuple[str, float], ...]:
    """Parameters of an artificial cell; sources have trains instead."""
    if block.mechanism in SOURCES:
        return ()
    return tuple((name, float(column[row])) for name, column in block.cells.columns.items() if name != "gid")


def _artificial(block: PointBlock, own: tuple[tuple[str, float], ...], pop_name: str) -> NodeType:
    if block.mechanism in SOURCES:
        return NodeType("virtual", "", pop_name)
    return NodeType("point_neuron", block.mechanism, pop_name, parameters=dict(own))


def _population_names(plan: Plan, kinds: list[NodeType]) -> Iterable[str]:
    """The population of nodes of each cell: that it was read from, else its own; of one model type."""
    given = plan.cells.tag("population")
    codes = plan.cells.table["population"].tolist()
    labels = [population.label for population in plan.cells.populations]
    wanted = [
        labels[code] if given is None or given[k] is None else str(given[k]) for k, code in enumerate(codes)
    ]
    types: dict[str, dict[str, None]] = {}
    for name, kind in zip(wanted, kinds, strict=True):
        types.setdefault(name, {})[kind.model_type] = None
    names: dict[tuple[str, str], str] = {}
    taken: set[str] = set()
    for name, own in types.items():
        for model_type in own:
            names[name, model_type] = unique(safe(name if len(own) == 1 else f"{name}_{model_type}"), taken)
    return [names[name, kind.model_type] for name, kind in zip(wanted, kinds, strict=True)]


def _ids(plan: Plan, members: Ints) -> Ints:
    """Ids of nodes: those they were read with, if all have one of their own; else their order."""
    given = plan.cells.tag("node_id")
    if given is not None and all(isinstance(given[k], int) for k in members.tolist()):
        ids = np.array([given[k] for k in members.tolist()], np.int64)
        if len(np.unique(ids)) == len(ids):
            return ids
    return np.arange(len(members))


def _nodes(
    plan: Plan,
    name: str,
    members: Ints,
    ids: Ints,
    types: Ints,
    kinds: tuple[NodeType, ...],
    sources: Sources,
) -> Nodes:
    gids = plan.cells.gids[members]
    trains = None
    if kinds[0].model_type == "virtual":
        known: dict[int, NDArray[np.float64]] = {}
        for block in plan.points:
            if id(block) in sources:
                known |= dict(zip(block.cells["gid"].tolist(), sources[id(block)], strict=True))
        trains = tuple(known[gid] for gid in gids.tolist())
    angle = angles(plan.cells, members)
    turned = None if angle is None else -angle
    places, tags = _places(plan, members), _tags(plan, members)
    return Nodes(name, ids, gids, types, kinds, places, turned, tags, trains)


def _places(plan: Plan, members: Ints) -> NDArray[np.float64]:
    """Where cells are: (n, 3) [um], y upwards."""
    x, y, z = (plan.cells.table[axis][members] for axis in "xyz")
    up = 0.0 - y if plan.model.spec.simulation.inverted_y else y
    return np.stack([x, up, z], axis=1).astype(float)


def _tags(plan: Plan, members: Ints) -> dict[str, NDArray[Any]]:
    """Tags of the user's own that all of the cells have, texts or numbers."""
    names = {name for population in plan.cells.populations for name in population.tags}
    names |= {name for own in plan.cells.tags.values() for name in own}
    found = {}
    for name in sorted(names - NO_TAGS):
        values = plan.cells.tag(name)
        own = None if values is None else values[members]
        if own is not None and all(type(value) in (int, float, str) for value in own.tolist()):
            found[name] = own
    return found


def _of_stimulus(name: str, block: InputBlock, sources: Sources) -> Nodes:
    count = len(block.rows)
    kind = NodeType("virtual", "", name)
    zeros = np.zeros(count, np.int64)
    nowhere = np.zeros((count, 3))
    trains = sources[id(block)]
    return Nodes(name, np.arange(count), zeros - 1, zeros, (kind,), nowhere, trains=trains)
