"""Types of edges: a synapse and its parameters, the same for all edges of the type."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from netspec.formats.sonata.export.layout import safe, unique
from netspec.plan import Plan, merging
from netspec.tables import Table, concat

Ints = NDArray[np.int64]
EXP2SYN = {"tau1": 0.1, "tau2": 10.0, "e": 0.0}
"""NEURON's own parameters of an Exp2Syn."""
BUILT_IN = {"Exp2Syn": "Exp2Syn", "ExpSyn": "expsyn"}
"""Synapses that bmtk has a function for, under its name."""


@dataclass(frozen=True)
class SynapseType:
    """mod: of the point process. name: of its file. parameters: NEURON's names. label: of synMechParams."""

    name: str
    mod: str
    parameters: Mapping[str, float]
    label: str = ""

    @property
    def content(self) -> dict[str, Any]:
        """What the file of the synapse holds."""
        if self.mod == "ExpSyn":
            known = {"tau": 0.1, "e": 0.0, **self.parameters}
            return {"level_of_detail": "expsyn", "tau1": known["tau"], "erev": known["e"]}
        if self.mod == "Exp2Syn":
            known = {**EXP2SYN, **self.parameters}
            times = {"tau1": known["tau1"], "tau2": known["tau2"]}
            return {"level_of_detail": "exp2syn", **times, "erev": known["e"]}
        return {"level_of_detail": self.mod, **self.parameters}

    @property
    def model_template(self) -> str:
        """The name of bmtk's function that makes the synapse."""
        return BUILT_IN.get(self.mod, self.mod)


def types(plan: Plan) -> tuple[list[SynapseType], Ints, list[Ints]]:
    """All types; and the type of each connection and of each row of each NetStim block, -1: no synapse."""
    rows = [plan.connections] + [_as_connections(block.rows) for block in _netstims(plan)]
    codes = [np.full(len(table), -1) for table in rows]
    made: dict[Any, int] = {}
    found: list[SynapseType] = []
    taken: set[str] = set()
    synapses = plan.model.spec.network.synapses
    drawn = _drawn(plan)
    for label, given in synapses.items():
        code = plan.model.synapses.code(label)
        plain = {name: value for name, value in given.params.items() if not isinstance(value, str)}
        members = [np.flatnonzero((t["synapse"] == code) & (t["section"] >= 0)) for t in rows]
        if not any(map(len, members)):
            continue
        values = drawn.get(label)
        for table, own in enumerate(members):
            if values is None:
                keys = np.zeros(len(own), np.int64)
                distinct = [tuple(sorted(plain.items()))]
            else:
                part = values[table]
                matrix = np.stack(list(part.values()), axis=1)
                unique_rows, keys = np.unique(matrix, axis=0, return_inverse=True)
                distinct = [
                    tuple(sorted({**plain, **dict(zip(part, row, strict=True))}.items()))
                    for row in unique_rows.tolist()
                ]
            numbers = []
            for parameters in distinct if len(own) else ():
                if (label, parameters) not in made:
                    made[label, parameters] = len(found)
                    known = {name: float(value) for name, value in parameters if _is_number(value)}
                    name = label.removeprefix(f"{BUILT_IN.get(given.mod, given.mod)}:")
                    found.append(SynapseType(unique(safe(name), taken), given.mod, known, label))
                numbers.append(made[label, parameters])
            codes[table][own] = np.array(numbers, np.int64)[keys.reshape(-1)] if numbers else -1
    return found, codes[0], codes[1:]


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float)


def _netstims(plan: Plan) -> list[Any]:
    return [block for block in plan.inputs if "synapse" in block.rows]


def _as_connections(rows: Table) -> Table:
    return Table({"post": rows["gid"], **{name: rows[name] for name in ("synapse", "section", "location")}})


def _drawn(plan: Plan) -> dict[str, list[dict[str, NDArray[np.float64]]]]:
    """By label with string functions: the values of each of its rows, table by table.

    The values are kept per synapse object in order of creation; rows that share one have the same.
    """
    found: dict[str, list[dict[str, NDArray[np.float64]]]] = {}
    if not any(len(table) for table in plan.synapse_values.values()):
        return found
    parts = [merging.of_connections(plan), *(merging.of_input(block) for block in _netstims(plan))]
    rows = concat(parts)
    with_synapse = np.flatnonzero(rows["section"] >= 0)
    makes, objects = merging.objects(plan, rows.take(with_synapse))
    for label, values in plan.synapse_values.items():
        code = plan.model.synapses.code(label)
        own = rows["synapse"][with_synapse] == code
        makers = np.flatnonzero(rows["synapse"][with_synapse][makes] == code)
        place = np.searchsorted(makers, objects[own])
        which = with_synapse[own]
        ends = np.cumsum([len(part) for part in parts])
        found[label] = []
        for start, stop in zip([0, *ends[:-1].tolist()], ends.tolist(), strict=True):
            here = place[(which >= start) & (which < stop)]
            found[label].append({name: column[here] for name, column in values.columns.items()})
    return found
