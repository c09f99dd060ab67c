"""Connections as NetCons: rows of the plan's table, made in one call.

NetCons are made in order of the presynaptic cell (stable, so each cell's own order is the plan's): events are
delivered two to three times faster than in the order of the table. Row -> NetCon is a permutation.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
from neuron import h
from numpy.typing import NDArray

from netspec.neuron import bulk, change, plasticity
from netspec.neuron.cells import LiveCells
from netspec.neuron.synapses import LiveSynapses, extended
from netspec.plan import Plan, gaps, merging
from netspec.plan.cells import Template
from netspec.tables import Table


class LiveConnections:
    """The NetCons of this rank, and what they end on. netcons: List, in order of the presynaptic gid."""

    def __init__(self, plan: Plan, cells: LiveCells, synapses: LiveSynapses, pc: Any):
        rows = plan.connections
        self._rows, self._synapses = rows, synapses
        neurons = PointNeurons(plan, cells)
        on_neuron = neurons.rows(rows["post"], rows["section"])
        self._on_synapse = (rows["section"] >= 0) & ~on_neuron
        self._items = synapses.add(self._rows_on_synapses(plan), plan)
        targets, index = self._targets(cells, neurons, on_neuron)
        weight_index = self._weight_index = _weight_index(plan, neurons, rows, on_neuron)
        by_events = np.ones(len(rows), bool)
        by_events[gaps.of_rows(plan)] = False
        order = np.argsort(rows["pre"], kind="stable")
        order = order if by_events.all() else order[by_events[order]]
        self._position = np.full(len(rows), -1, np.int32)
        self._position[order] = np.arange(len(order))
        self.netcons = bulk.connect(
            pc,
            rows["pre"][order],
            targets,
            index[order],
            rows["weight"][order],
            rows["delay"][order],
            weight_index if np.ndim(weight_index) == 0 else weight_index[order],
        )
        self.changing = plasticity.of_connections(plan, cells, self, pc)

    def __len__(self) -> int:
        return len(self._rows)

    def netcon(self, row: int) -> Any:
        """The NetCon of a row of the plan's connections; of a pointer connection, the synapse."""
        if self._position[row] < 0:
            return self.synapse(row)
        return self.netcons.o(int(self._position[row]))

    def change(self, rows: NDArray[Any], given: Mapping[str, float]) -> None:
        """Set weight [uS] and delay [ms] of some rows."""
        items = self.positions(rows)
        change.values(self.netcons, items, {name: value for name, value in given.items() if name == "delay"})
        if "weight" in given:
            change.weights(self.netcons, items, self.weight_index(rows), given["weight"])

    def positions(self, rows: NDArray[Any]) -> NDArray[np.int32]:
        """Where in `netcons` the NetCons of rows are."""
        return self._position[rows]

    def weight_index(self, rows: NDArray[Any]) -> NDArray[Any]:
        """Which weight of the NetCon holds the weight of each row."""
        return np.broadcast_to(np.asarray(self._weight_index), len(self._rows))[rows]

    def synapse(self, row: int) -> Any:
        """What the connection of a row ends on: a synapse, a point process or an artificial cell."""
        if not self._on_synapse[row]:
            return self.netcon(row).syn()
        return self._synapses.objects.o(int(self._items[np.count_nonzero(self._on_synapse[:row])]))

    def plasticity(self, row: int) -> Any:
        """The plasticity object of the connection of a row; None if it has none."""
        for changing in self.changing:
            if changing.objects is not None and row in changing.rows:
                return changing.objects.o(int(np.searchsorted(changing.rows, row)))
        return None

    def _rows_on_synapses(self, plan: Plan) -> Table:
        """The synapses; with the table's own columns if every row has one, as they are kept."""
        places = merging.of_connections(plan)
        return places if self._on_synapse.all() else places.take(self._on_synapse)

    def _targets(
        self, cells: LiveCells, neurons: "PointNeurons", on_neuron: NDArray[np.bool_]
    ) -> tuple[Any, NDArray[Any]]:
        """A List of all that is connected to, and the index of each row's target in it."""
        if self._on_synapse.all():
            return self._synapses.objects, self._items
        rows, on_point = self._rows, self._rows["section"] < 0
        targets, index = h.List(), np.empty(len(rows), np.int32)
        for chosen, found, items in (
            (self._on_synapse, self._synapses.objects, self._items),
            (on_point, *cells.point_table(rows["post"][on_point])),
            (on_neuron, *neurons.table(rows["post"], rows["section"], on_neuron)),
        ):
            index[chosen] = items + len(targets)
            extended(targets, found)
        return targets, index


class PointNeurons:
    """Point processes with `vref` inside sections: the neuron is in them, so connections end on them."""

    def __init__(self, plan: Plan, cells: LiveCells):
        self._cells, self._names = cells, plan.model.sections
        self._labels = {
            (code, plan.model.sections.code(name)): label
            for code, template in enumerate(plan.templates)
            for name, label in point_neurons(template).items()
        }
        self._lists = {
            place: plan.templates[place[0]]
            .sections[plan.model.sections[place[1]]]
            .pointps[label]
            .get("synList", ())
            for place, label in self._labels.items()
        }

    def rows(self, gids: NDArray[Any], sections: NDArray[Any]) -> NDArray[np.bool_]:
        """Whether each (gid, section code) is a point neuron."""
        if not self._labels:
            return np.zeros(len(gids), bool)
        codes = self._cells.template_codes(gids)
        width = len(self._names) + 1
        known = [code * width + section for code, section in self._labels]
        return np.isin(codes * width + sections, known) & (codes >= 0) & (sections >= 0)

    def table(self, gids: NDArray[Any], sections: NDArray[Any], rows: NDArray[np.bool_]) -> tuple[Any, Any]:
        """A List of the point neurons of rows, and the index of each row's in it."""
        found = h.List()
        places, index = np.unique(np.stack([gids[rows], sections[rows]]), axis=1, return_inverse=True)
        codes = self._cells.template_codes(places[0])
        for gid, section, code in zip(*places.tolist(), codes.tolist(), strict=True):
            found.append(self._cells.pointp(gid, self._names[section], self._labels[code, section]))
        return found, index.ravel()

    def weight_index(self, gids: NDArray[Any], sections: NDArray[Any], labels: NDArray[Any]) -> NDArray[Any]:
        """Position of each row's synMech label in the synList of its point neuron, 0 if it is not there."""
        index = np.zeros(len(gids))
        codes = self._cells.template_codes(gids)
        for (code, section), names in self._lists.items():
            here = (codes == code) & (sections == section)
            for k, name in reversed(list(enumerate(names))):
                index[here & (labels == name)] = k
        return index


def point_neurons(template: Template) -> dict[str, str]:
    """By section, the label of its point process with `vref` (the last one, as in NetPyNE)."""
    return {
        name: label
        for name, section in template.sections.items()
        for label, parameters in section.pointps.items()
        if "vref" in parameters
    }


def _weight_index(plan: Plan, neurons: PointNeurons, rows: Table, on_neuron: NDArray[np.bool_]) -> Any:
    """Which weight of the NetCon each row sets: of artificial cells and point neurons; else 0."""
    network = plan.model.spec.network
    by_rule = np.array([network.connections[label].weight_index for label in plan.model.rules.names] or [0])
    on_point = rows["section"] < 0
    if not on_neuron.any() and not (on_point.any() and by_rule.any()):
        return 0
    index = np.zeros(len(rows))
    index[on_point] = by_rule[rows["rule"][on_point]]
    labels = np.array([*plan.model.synapses.names, None], object)[rows["synapse"][on_neuron]]
    index[on_neuron] = neurons.weight_index(rows["post"][on_neuron], rows["section"][on_neuron], labels)
    return index
