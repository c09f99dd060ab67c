"""Synapses: the point processes that connections and NetStims end on, own or shared, made in blocks.

Those of one mechanism are made in the order of the rows, whatever their label: NEURON sums the currents of a
segment in that order, so it decides about the last bit.
"""

from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from neuron import h
from numpy.typing import NDArray

from netspec.neuron import bulk, change, self_netcons
from netspec.neuron.cells import Indices, LiveCells
from netspec.plan import Plan, merging
from netspec.spec.cell import Synapse
from netspec.tables import Table, blank, concat

Items = NDArray[np.int32]

EXTEND = """
proc netspec_extend() { local i
  for i = 0, $o2.count() - 1 { $o1.append($o2.o(i)) }
}
"""


class LiveSynapses:
    """The synapses of this rank, in a List `objects`. Which rows share one is for plan/merging.py to say."""

    def __init__(self, plan: Plan, cells: LiveCells, pc: Any):
        self._cells, self._pc = cells, pc
        self._follow(plan)
        self._made: Counter[str] = Counter()
        self._shared, self._items = blank(**merging.SHARING), np.empty(0, np.int32)
        self._rows: list[tuple[Table, Items]] = []
        self.objects = h.List()
        self.self_netcons: list[Any] = []

    def _follow(self, plan: Plan) -> None:
        """Labels, parameters and drawn values as they are now: a script may add some between the stages."""
        known = plan.model.spec.network.synapses
        self._labels = plan.model.synapses.names
        # Names beyond synMechParams are receptors of point neurons, which have no synapses.
        self._specs = [known.get(label, Synapse(label, "")) for label in self._labels]
        self._drawn = plan.synapse_values

    def add(self, rows: Table, plan: Plan) -> Items:
        """Synapses for rows as `plan.merging` has them: index of each row's synapse in `objects`.

        plan: with the values of all synapses up to these.
        """
        self._follow(plan)
        may, keys = merging.sharing(plan, rows)
        items = self._share(rows, may, keys) if may.any() else self._make(rows)
        self._rows.append((Table({name: rows[name] for name in merging.PLACE}), items))
        return items

    def change(self, reached: Callable[[Table], Any], given: Mapping[str, float]) -> None:
        """Set values in the synapses that `reached` picks from rows of post, synapse, section, location."""
        items = [items[reached(rows)] for rows, items in self._rows]
        change.values(self.objects, np.unique(np.concatenate([np.empty(0, np.int32), *items])), given)

    def find(self, gids: Indices, synapse: int, section: int) -> dict[int, list[int]]:
        """By gid, the synapses of a label in a section, in order of creation: indices into `objects`."""
        found: dict[int, dict[int, None]] = {}
        for rows, items in self._rows:
            some = np.flatnonzero((rows["synapse"] == synapse) & (rows["section"] == section))
            some = some[np.isin(rows["post"][some], gids)]
            for gid, item in zip(rows["post"][some].tolist(), items[some].tolist(), strict=True):
                found.setdefault(gid, {})[item] = None
        return {gid: list(items) for gid, items in found.items()}

    def _share(self, rows: Table, may: NDArray[np.bool_], keys: Table) -> Items:
        """Synapses for rows of which some (`may`) share one with all rows, old and new, of equal keys."""
        known = len(self._shared)
        first, index = merging.distinct(concat([self._shared, keys]))
        new = first[known:] - known
        makes = np.sort(np.concatenate([np.flatnonzero(~may), np.flatnonzero(may)[new]]))
        made = self._make(rows.take(makes))
        items = np.empty(len(rows), np.int32)
        items[makes] = made
        self._items = np.concatenate([self._items, items[may][new]])
        self._shared = concat([self._shared, keys.take(new)])
        items[may] = self._items[index[known:]]
        return items

    def _make(self, rows: Table) -> Items:
        """A new synapse for every row."""
        items = np.empty(len(rows), np.int32)
        mods = [spec.mod for spec in self._specs]
        for mod in dict.fromkeys(mods[code] for code in np.unique(rows["synapse"])):
            codes = [code for code, other in enumerate(mods) if other == mod]
            some = np.flatnonzero(np.isin(rows["synapse"], codes))
            part = rows if len(some) == len(rows) else rows.take(some)
            start = len(self.objects)
            table, index = self._cells.section_table(part["post"], part["section"])
            made = bulk.synapses(mod, table, index, part["location"], self._parameters(mod, part["synapse"]))
            self.objects = made if start == 0 else extended(self.objects, made)
            items[some] = np.arange(start, start + len(some))
        self._hear_own_cells(rows, items)
        return items

    def _hear_own_cells(self, rows: Table, items: Items) -> None:
        """NetCons from their own cells to new synapses of labels that ask for it."""
        for code in np.unique(rows["synapse"]):
            given = self._specs[code].self_net_con
            if given:
                some = rows["synapse"] == code
                place = self._cells, rows["post"][some], self.objects, items[some], self._pc
                self.self_netcons += self_netcons.connect(self._labels[code], given, *place)

    def _parameters(self, mod: str, codes: NDArray[Any]) -> dict[str, Any]:
        """A column, or one number, for each parameter that a label of this mechanism sets."""
        present = [int(code) for code in np.unique(codes)]
        names = dict.fromkeys(name for code in present for name in self._specs[code].params)
        columns = {}
        for name in names:
            values = [self._value(mod, code, name) for code in present]
            if all(value is not None and value == values[0] for value in values):
                columns[name] = values[0]
                continue
            columns[name] = np.empty(len(codes))
            for code, value in zip(present, values, strict=True):
                rows = np.flatnonzero(codes == code)
                columns[name][rows] = self._next(code, name, len(rows)) if value is None else value
        for code in present:
            self._made[self._labels[code]] += int(np.count_nonzero(codes == code))
        return columns

    def _value(self, mod: str, code: int, name: str) -> float | None:
        """The number that all synapses of a label share; None if each has its own."""
        value = self._specs[code].params.get(name)
        if value is None:
            standard = h.MechanismStandard(mod, 1)
            return float(standard.get(name))
        return None if isinstance(value, str) else float(value)

    def _next(self, code: int, name: str, count: int) -> NDArray[np.float64]:
        """Values of a string function for the next synapses of a label."""
        label = self._labels[code]
        return self._drawn[label][name][self._made[label] : self._made[label] + count]


def extended(items: Any, more: Any) -> Any:
    """The List `items` with the objects of another one appended."""
    if not hasattr(h, "netspec_extend"):
        h(EXTEND)
    h.netspec_extend(items, more)
    return items
