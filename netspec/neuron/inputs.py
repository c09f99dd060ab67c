"""What drives cells: clamps and other point processes in sections, and NetStims that end on synapses."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from neuron import h
from numpy.typing import NDArray

from netspec.errors import StateError
from netspec.neuron import bulk, change, own_streams, plasticity, points
from netspec.neuron.cells import LiveCells
from netspec.neuron.connections import PointNeurons
from netspec.neuron.synapses import LiveSynapses, extended
from netspec.plan import InputBlock, Plan, courses, merging
from netspec.plan.inputs import trains
from netspec.tables import Table

PLACE = ("gid", "section", "location")
CONNECTION = ("synapse", "weight", "delay", "rate", "seed")
"""Columns of a NetStim that are not its parameters: the interval and the noise say the same to NEURON."""
VARIABLE = "NSLOC"
"""What stands for a NetStim whose rate scripts change; NetPyNE leaves it its own start."""


@dataclass(frozen=True)
class Made:
    """The objects of a block, one per row. netcons, items (index of each synapse or -1): of NetStims.

    played: Vectors that NEURON refers to: times and values that clamps follow, given spike times.
    """

    block: InputBlock
    objects: Any
    netcons: Any = None
    items: NDArray[Any] | None = None
    changing: tuple[plasticity.Changing, ...] = ()
    weight_index: Any = 0
    played: tuple[Any, ...] = ()


class LiveInputs:
    """The inputs of this rank, by block of the plan."""

    def __init__(self, plan: Plan, cells: LiveCells, synapses: LiveSynapses, pc: Any):
        self._synapses = synapses
        self._seed = int(plan.model.streams.seeds["stim"])
        self._generators: list[Any] = []
        neurons = PointNeurons(plan, cells)
        self.made = tuple(
            _netstims(plan, cells, synapses, neurons, block, pc)
            if "synapse" in block.rows
            else _clamps(plan, cells, block)
            for block in plan.inputs
        )

    def object(self, block: int, row: int) -> Any:
        """The NetStim, clamp or other point process of a row."""
        return self.made[block].objects.o(row)

    def netcon(self, block: int, row: int) -> Any:
        """The NetCon from the NetStim of a row to its synapse."""
        return self._of_netstims(block).netcons.o(row)

    def synapse(self, block: int, row: int) -> Any:
        """What the NetStim of a row ends on."""
        return self.netcon(block, row).syn()

    def plasticity(self, block: int, row: int) -> Any:
        """The plasticity object of the NetStim of a row; None if it has none."""
        for changing in self.made[block].changing:
            if changing.objects is not None:
                return changing.objects.o(row)
        return None

    def find(self, target: str, gids: NDArray[Any], section: int) -> dict[int, list[Any]]:
        """By gid, the point processes that a stimTarget has put into a section, in order of creation."""
        found: dict[int, list[Any]] = {}
        for made in self.made:
            rows = made.block.rows
            if made.block.target == target and made.netcons is None:
                for row in np.flatnonzero((rows["section"] == section) & np.isin(rows["gid"], gids)):
                    found.setdefault(int(rows["gid"][row]), []).append(made.objects.o(int(row)))
        return found

    def change(self, block: InputBlock, number: int, rows: NDArray[Any], given: Mapping[str, float]) -> None:
        """Set values in some rows of a block, which is `block` from now on."""
        made = self.made[number]
        self.made = (*self.made[:number], replace(made, block=block), *self.made[number + 1 :])
        if made.netcons is None:
            renamed = {"delay": "del"} if block.mechanism == "IClamp" else {}
            change.values(made.objects, rows, {renamed.get(name, name): x for name, x in given.items()})
            return
        change.values(made.objects, rows, {n: value for n, value in given.items() if n not in CONNECTION})
        change.values(made.netcons, rows, {n: value for n, value in given.items() if n == "delay"})
        if "weight" in given:
            index = np.broadcast_to(np.asarray(made.weight_index), len(block.rows))[rows]
            change.weights(made.netcons, rows, index, given["weight"])

    def follow(self, plan: Plan) -> None:
        """Give sources whose rate is a stimulus the spikes of another duration or time step."""
        self.made = tuple(
            replace(made, played=tuple(points.play_trains(made.objects, trains(plan, made.block))))
            if made.block.mechanism == "VecStim"
            else made
            for made in self.made
        )

    def seed(self) -> None:
        """Put the noise of all NetStims at the start of its streams."""
        self._generators = [
            numbers
            for made in self.made
            if made.block.mechanism != "VecStim"
            for numbers in points.seed_streams(made.objects, made.block.noise)
        ]
        for made in self.made:
            block = made.block
            if made.netcons is None and block.noise is None:
                own_streams.start(block.mechanism, made.objects, block.rows["gid"], block.target, self._seed)

    def _of_netstims(self, block: int) -> Made:
        made = self.made[block]
        if made.netcons is None:
            raise StateError(
                f"{made.block.target!r} is a {made.block.mechanism}; it has no NetCon and no synapse"
            )
        return made


def _netstims(
    plan: Plan, cells: LiveCells, synapses: LiveSynapses, neurons: PointNeurons, block: InputBlock, pc: Any
) -> Made:
    """NetStim -> NetCon -> synapse, for every row."""
    rows = block.rows
    played: list[Any] = []
    if block.mechanism == "VecStim":
        sources = bulk.points(block.mechanism, len(rows))
        played = points.play_trains(sources, trains(plan, block))
    else:
        sources = bulk.points(block.mechanism, len(rows), _parameters(block, (*PLACE, *CONNECTION)))
    on_neuron = neurons.rows(rows["gid"], rows["section"])
    places = merging.of_input(block)
    items = np.full(len(rows), -1)
    items[~on_neuron] = synapses.add(places.take(~on_neuron), plan)
    targets, index, weight_index = synapses.objects, items, 0
    if on_neuron.any():
        targets, index, weight_index = _with_neurons(plan, neurons, rows, on_neuron, targets, items)
    netcons = bulk.netcons(sources, targets, index, rows["weight"], rows["delay"], weight_index)
    changing = plasticity.of_input(plan, cells, block, sources, netcons, weight_index, pc)
    return Made(block, sources, netcons, items, changing, weight_index, tuple(played))


def _with_neurons(
    plan: Plan, neurons: PointNeurons, rows: Table, on_neuron: NDArray[Any], objects: Any, items: NDArray[Any]
) -> tuple[Any, NDArray[Any], NDArray[Any]]:
    """Targets, index of each row's target and of its weight, where some rows end on point neurons."""
    found, index = neurons.table(rows["gid"], rows["section"], on_neuron)
    targets = extended(extended(h.List(), objects), found)
    items = items.copy()
    items[on_neuron] = index + len(objects)
    labels = np.array([*plan.model.synapses.names, None], object)[rows["synapse"]]
    weight_index = neurons.weight_index(rows["gid"], rows["section"], labels)
    return targets, items, np.where(on_neuron, weight_index, 0)


def _clamps(plan: Plan, cells: LiveCells, block: InputBlock) -> Made:
    """A point process for every row."""
    rows = block.rows
    table, index = cells.section_table(rows["gid"], rows["section"])
    made = bulk.synapses(block.mechanism, table, index, rows["location"], _parameters(block, PLACE))
    for name, values in block.lists.items():
        for k in range(len(made)):
            array = getattr(made.o(k), name)
            for i, value in enumerate(values):
                array[i] = value
    return Made(block, made, played=_played(plan, block, made))


def _played(plan: Plan, block: InputBlock, objects: Any) -> tuple[Any, ...]:
    """What the objects of a block follow, if its stimulus has a waveform."""
    network = plan.model.spec.network
    named = network.sources.get(block.source), network.targets.get(block.target)
    given = next((one.params["waveform"] for one in named[::-1] if one and "waveform" in one.params), None)
    if given is None:
        return ()
    kept, gids = [], block.rows["gid"]
    courses_of = courses.of_stimulus(plan.model, plan.cells, block.source, block.target, gids)
    for number, course in enumerate(courses_of):
        times, values = map(h.Vector, course)
        variable = getattr(objects.o(number), f"_ref_{given.get('var', 'amp')}")
        values.play(variable, times, *([True] if given.get("continuous", True) else []))
        kept += [times, values]
    return tuple(kept)


def _parameters(block: InputBlock, others: tuple[str, ...]) -> dict[str, NDArray[Any]]:
    """The columns that are parameters of the mechanism, by NEURON's name."""
    renamed = {"delay": "del"} if block.mechanism == "IClamp" else {}
    if block.mechanism == VARIABLE:
        others = (*others, "start")
    return {
        renamed.get(name, name): column for name, column in block.rows.columns.items() if name not in others
    }
