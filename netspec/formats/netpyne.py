"""The dictionaries that NetPyNE shows and saves, made from a plan when they are looked at."""

from collections.abc import Iterator, Mapping
from dataclasses import fields
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from netspec.formats import netpyne_fields
from netspec.formats import netpyne_gaps as gap_records
from netspec.formats.point_parameters import parameters as parameters_of
from netspec.model import Population
from netspec.plan import InputBlock, Plan, borders, merging, reach
from netspec.plan.own_synapses import own_synapses
from netspec.plan.rotation import angles, turn
from netspec.plan.sections import GID
from netspec.spec.cell import Section
from netspec.spec.network import ConnectionRule
from netspec.tables import Table, concat

POSITION = ("xnorm", "ynorm", "znorm", "x", "y", "z")
COMPACT = ["preGid", "sec", "loc", "synMech", "weight", "delay"]
PLACE_COLUMNS = ("gid", "section", "location")
"""Columns of an input's rows that are not parameters of the mechanism."""

Record = dict[str, Any]
Place = int | tuple[int, int]
"""A row of the connections, (block, row) of the inputs, or -1 - row of the cells' own synapses."""


class Records:
    """What NetPyNE knows of each cell: tags, conns, stims, secs. Keeps no dicts."""

    def __init__(self, plan: Plan):
        self.plan = plan
        self._rules = plan.model.spec.network.connections

    @cached_property
    def _connection_order(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Rows of the connections ordered by post, and the posts in that order."""
        post = self.plan.connections["post"]
        order = np.argsort(post, kind="stable")
        return order, post[order]

    @cached_property
    def _input_order(self) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
        """Gids of all inputs ascending, with their blocks and rows."""
        blocks = self.plan.inputs
        gids = np.concatenate([np.empty(0, np.int64), *(block.rows["gid"] for block in blocks)])
        block = np.repeat(np.arange(len(blocks)), [len(b.rows) for b in blocks])
        row = np.concatenate([np.empty(0, np.int64), *(np.arange(len(b.rows)) for b in blocks)])
        order = np.argsort(gids, kind="stable")
        return gids[order], block[order], row[order]

    @cached_property
    def _ends(self) -> dict[int, Record]:
        """Ends of pointer connections by their row of the connections."""
        return gap_records.ends(self.plan)

    def connections_of(self, gid: int) -> list[int]:
        """Rows of the connections onto a cell, in order of creation."""
        order, post = self._connection_order
        start, stop = np.searchsorted(post, [gid, gid + 1])
        rows: list[int] = order[start:stop].tolist()
        return rows

    def inputs_of(self, gid: int) -> list[tuple[int, int]]:
        """(block, row) of each stimulus of a cell, in order of creation."""
        gids, block, row = self._input_order
        start, stop = np.searchsorted(gids, [gid, gid + 1])
        return list(zip(block[start:stop].tolist(), row[start:stop].tolist(), strict=True))

    def stimuli_of(self, gid: int) -> list[tuple[Any, int]]:
        """(block, row) of each stimulus and (segment in a field, 0), in the order of the targets."""
        return netpyne_fields.among(self.plan, gid, self.inputs_of(gid), self._fields.get(gid))

    @cached_property
    def _fields(self) -> dict[int, Any]:
        return netpyne_fields.first_fields(self.plan)

    def tags(self, position: int) -> Record:
        """Tags of the cell at a position of the cells table."""
        plan, table = self.plan, self.plan.cells.table
        population = plan.cells.populations[table["population"][position]]
        tags = dict(population.tags)
        fraction = float(table["fraction"][position])
        if fraction == fraction:
            tags["fraction"] = fraction
        tags.update({name: float(table[name][position]) for name in POSITION})
        border = borders.tag(table, position)
        tags.update({} if border is None else {"borderCorrect": border})
        tags.update(plan.cells.tags.get(position, {}))
        if population.mechanism:
            tags.pop("params", None)
        code = int(table["template"][position])
        if code >= 0 and plan.model.spec.simulation.include_params_label:
            tags["label"] = list(plan.templates[code].rules)
        return tags

    def connection(self, row: int) -> Record:
        """One connection as a dict, its keys in NetPyNE's order."""
        table, model = self.plan.connections, self.plan.model
        code, pre, post = (int(table[name][row]) for name in ("rule", "pre", "post"))
        label = model.rules[code] if code >= 0 else None
        rule = self._rules.get(label) if label is not None else None
        in_section = table["section"][row] >= 0
        end = self._ends.get(row)
        if end is not None and end["back"]:
            return gap_records.on_presynaptic(self.plan, row, end)
        record: Record = {
            "preGid": pre,
            "sec": model.sections[int(table["section"][row])] if in_section else None,
            "loc": float(table["location"][row]) if in_section else None,
            "synMech": self._synapse(table, row),
            "weight": float(table["weight"][row]),
            "delay": float(table["delay"][row]),
        }
        if rule is not None:
            record.update(_options(rule))
            if in_section and rule.loc is None and self._on_point_neuron(post, record["sec"]):
                record["loc"] = None
        if model.spec.simulation.include_params_label and label is not None:
            record["label"] = label
        record.update({"preLoc": 0.5} if in_section else {"weightIndex": rule.weight_index if rule else 0})
        if end is not None:
            record.update(gap_records.on_postsynaptic(self.plan, end, rule))
        return record | _plasticity(record.get("plast"), pre, post)

    def _synapse(self, rows: Table, row: int) -> str | None:
        """The synMech that a row names; point neurons and artificial cells need none."""
        code = int(rows["synapse"][row])
        return self.plan.model.synapses[code] if code >= 0 else None

    def _on_point_neuron(self, gid: int, section: str) -> bool:
        """Whether the spikes of a section are those of a point process in it."""
        code = int(self.plan.cells.table["template"][int(self.plan.cells.positions(gid))])
        pointps = self.plan.templates[code].sections[section].pointps
        return any("vref" in values for values in pointps.values())

    def stimulus_connection(self, block: int, row: int) -> Record:
        """The connection of a NetStim to its synapse as a dict."""
        source, rows, model = self.plan.inputs[block], self.plan.inputs[block].rows, self.plan.model
        record: Record = {
            "preGid": "NetStim",
            "sec": model.sections[int(rows["section"][row])],
            "loc": float(rows["location"][row]),
            "synMech": self._synapse(rows, row),
            "weight": float(rows["weight"][row]),
            "delay": float(rows["delay"][row]),
        }
        gid, target = int(rows["gid"][row]), model.spec.network.targets.get(source.target)
        if target is not None and target.loc is None and self._on_point_neuron(gid, record["sec"]):
            record["loc"] = None
        given = {"shape": source.shape, "plast": source.plast}
        record.update({name: value for name, value in given.items() if value is not None})
        record |= {"preLoc": 0.5, "preLabel": source.source}
        return record | _plasticity(source.plast, "NetStim", gid)

    def stimulus(self, block: Any, row: int) -> Record:
        """One stimulus as a dict."""
        if isinstance(block, netpyne_fields.InField):
            return block.record()
        source = self.plan.inputs[block]
        if "synapse" in source.rows:
            return self._netstim(source, row)
        record: Record = {
            "label": source.target,
            "source": source.source,
            "sec": self.plan.model.sections[int(source.rows["section"][row])],
            "loc": float(source.rows["location"][row]),
            "type": source.mechanism,
        }
        record.update({name: list(values) for name, values in source.lists.items()})
        return record | self._parameters(source, row)

    def _netstim(self, source: InputBlock, row: int) -> Record:
        rows = source.rows
        rate = float(rows["rate"][row])
        return {
            "source": source.source,
            "type": "NetStim",
            "rate": rate if rate == rate else "variable",
            **{name: float(rows[name][row]) for name in ("noise", "number", "start")},
            "seed": int(rows["seed"][row]),
        }

    def _parameters(self, source: InputBlock, row: int) -> Record:
        columns = source.rows.columns.items()
        return {name: float(column[row]) for name, column in columns if name not in PLACE_COLUMNS}

    def sections(self, position: int) -> dict[str, Record]:
        """Sections of a cell, without synapses; string functions as they were written."""
        return {name: self.section(position, name) for name in self.section_names(position)}

    def section_names(self, position: int) -> list[str]:
        """Names of the sections of a cell."""
        code = int(self.plan.cells.table["template"][position])
        return list(self.plan.templates[code].sections) if code >= 0 else []

    def section(self, position: int, name: str) -> Record:
        """One of a cell's sections."""
        code, gid = (int(self.plan.cells.table[column][position]) for column in ("template", "gid"))
        record = _section(self.plan.templates[code].sections[name], gid)
        angle = angles(self.plan.cells, position) if record["geom"].get("pt3d") else None
        if angle is not None:
            record["geom"]["pt3d"] = [tuple(p) for p in turn(record["geom"]["pt3d"], angle).tolist()]
        return record

    def section_lists(self, position: int) -> dict[str, list[str]]:
        """Named lists of the sections of a cell."""
        code = int(self.plan.cells.table["template"][position])
        lists = self.plan.templates[code].sec_lists if code >= 0 else {}
        return {name: list(sections) for name, sections in lists.items()}

    def contacts_of(self, gid: int) -> list[Place]:
        """Every connection and NetStim of a cell, in order of creation."""
        inputs = self.plan.inputs
        stimulated = [place for place in self.inputs_of(gid) if "synapse" in inputs[place[0]].rows]
        return [*self.connections_of(gid), *stimulated]

    def contact(self, place: Place) -> Record:
        """One entry of conns."""
        return self.connection(place) if isinstance(place, int) else self.stimulus_connection(*place)

    def synapses_of(self, gid: int) -> list[tuple[str, Record, Place]]:
        """(section, synapse, the contact it was made for) in order of creation; shared ones once."""
        found, model = list(self._synapses_made(gid)), self.plan.model
        changes = [change for change in self.plan.synapse_changes if found and reach.is_meant(change, gid)]
        columns = {
            "post": np.full(len(found), gid),
            "synapse": np.array([model.synapses.code(record["label"]) for _, record, _ in found]),
            "section": np.array([model.sections.code(name) for name, _, _ in found]),
            "location": np.array([record["loc"] for _, record, _ in found], float),
        }
        for change in changes:
            for k in np.flatnonzero(reach.synapses(self.plan, change, Table(columns))):
                found[k][1].update(change.params)
        return found

    def _synapses_made(self, gid: int) -> Iterator[tuple[str, Record, Place]]:
        """The synapses of a cell with the parameters they were made with."""
        places = self.contacts_of(gid)
        own = np.flatnonzero(self._own_synapses["post"] == gid)
        makes = self._makes_synapse(own, places)
        for place in (
            place for place, first in zip([*(-1 - own).tolist(), *places], makes, strict=True) if first
        ):
            conn = (
                self._own_synapse(-1 - place) if isinstance(place, int) and place < 0 else self.contact(place)
            )
            made = conn["sec"] is not None and conn["synMech"] is not None
            if not made or self._on_point_neuron(gid, conn["sec"]):
                continue
            rule = self.plan.model.spec.network.synapses[conn["synMech"]]
            record = {"label": conn["synMech"], "loc": conn["loc"], "mod": rule.mod, **rule.params}
            if rule.self_net_con:
                record["selfNetCon"] = rule.self_net_con
            if rule.pointer_params:
                record["pointerParams"] = gap_records.parameters(self.plan, conn["synMech"])
            yield conn["sec"], record, place

    @cached_property
    def _own_synapses(self) -> Table:
        return own_synapses(self.plan)

    def _own_synapse(self, row: int) -> Record:
        """The place of a synapse that a cell has of its own, as that of a connection."""
        rows, model = self._own_synapses, self.plan.model
        place = {"sec": model.sections[rows["section"][row]], "loc": float(rows["location"][row])}
        return {**place, "synMech": model.synapses[rows["synapse"][row]]}

    def _makes_synapse(self, own: NDArray[np.int64], places: list[Place]) -> NDArray[np.bool_]:
        """Whether each own synapse, and then each contact, of a cell is the first that share a synapse."""
        rows = [place for place in places if isinstance(place, int)]
        parts = [self._own_synapses.take(own), merging.of_connections(self.plan, np.array(rows, np.int64))]
        for block, row in (place for place in places if not isinstance(place, int)):
            parts.append(merging.of_input(self.plan.inputs[block]).take([row]))
        makes = np.zeros(len(own) + len(places), bool)
        makes[merging.objects(self.plan, concat(parts))[0]] = True
        return makes

    def parameters(self, position: int) -> Record:
        """Parameters of an artificial cell."""
        return parameters_of(self.plan, position)

    def cell(self, position: int, secs: bool = True, conns: bool = True) -> Record:
        """Everything about a cell, as saved. secs, conns: False leaves them empty."""
        gid = int(self.plan.cells.gids[position])
        record: Record = {"gid": gid, "tags": self.tags(position), "conns": [], "stims": []}
        if conns:
            record["conns"] = [self.contact(place) for place in self.contacts_of(gid)]
        record["stims"] = [self.stimulus(*place) for place in self.stimuli_of(gid)]
        if self.plan.cells.table["template"][position] < 0:
            return {**record, "params": self.parameters(position)}
        if not secs:
            return {**record, "secs": {}, "secLists": None}
        sections = self.sections(position)
        for name, synapse, _ in self.synapses_of(gid):
            sections[name].setdefault("synMechs", []).append(synapse)
        return {**record, "secs": sections, "secLists": self.section_lists(position)}


def _options(rule: ConnectionRule) -> Record:
    """Keys of a connection rule that its connections have too."""
    given = {
        "shape": rule.shape,
        "plast": rule.plast,
        "weightIndex": rule.weight_index or None,
        "distributeSynsUniformly": rule.distribute,
        "connRandomSecFromList": rule.random_section,
    }
    return {name: value for name, value in given.items() if value is not None}


def _plasticity(plast: Any, pre: int | str, post: int) -> Record:
    if not plast or plast.get("mech") != "STDP":
        return {}
    return {"STDPdata": {"preGid": pre, "postGid": post, "receptor": 0}}


def population_tags(population: Population) -> Record:
    """Tags of a population, as sim.net.pops shows them."""
    written = {"cellType": population.spec.cell_type, "cellModel": population.spec.cell_model}
    for item in fields(population.spec):
        value = getattr(population.spec, item.name)
        if "key" in item.metadata and value not in (None, False) and item.metadata["key"] != "params":
            written.setdefault(item.metadata["key"], value)
    tags = {name: value for name, value in written.items() if value is not None}
    if population.mechanism:
        return {
            **tags,
            "cellModel": population.mechanism,
            "pop": population.label,
            "params": dict(population.params),
        }
    return {**tags, **population.spec.tags, "pop": population.label}


def populations(plan: Plan, everyone: bool = True) -> dict[str, Record]:
    """Label -> tags and cellGids (of all cells, or only of the owned ones)."""
    positions = np.arange(len(plan.cells)) if everyone else plan.cells.owned
    codes, gids = plan.cells.table["population"][positions], plan.cells.gids[positions]
    return {
        population.label: {"tags": population_tags(population), "cellGids": gids[codes == code].tolist()}
        for code, population in enumerate(plan.cells.populations)
    }


def cells(plan: Plan, secs: bool = True, conns: bool = True, compact: Any = False) -> list[Record]:
    """Records of the owned cells. compact: keys (True: the usual ones) that make each connection a list."""
    records = Records(plan)
    found = [records.cell(position, secs, conns) for position in plan.cells.owned.tolist()]
    keys = compact_keys(plan, compact)
    if keys:
        for cell in found:
            cell["conns"] = [[conn.get(key) for key in keys] for conn in cell["conns"]]
    return found


def compact_keys(plan: Plan, compact: Any) -> list[str]:
    """The keys of connections written as lists; empty if they are written as dicts."""
    if compact is not True:
        return list(compact or [])
    stimulated = bool(plan.model.spec.network.targets)
    return [COMPACT[0], *(["preLabel"] if stimulated else []), *COMPACT[1:]]


def _section(section: Section, gid: int) -> Record:
    """A section as NetPyNE keeps it: only what was given, and the cell's number where 'gid' stands for it."""
    record = {}
    for item in fields(section):
        value = getattr(section, item.name)
        if (value not in (None, {}, []) and item.name != "syn_mechs") or item.name in (
            "geom",
            "topol",
            "mechs",
        ):
            record[item.metadata["key"]] = _copied(value)
    for pointp in record.get("pointps", {}).values():
        pointp.update({name: gid for name, value in pointp.items() if value == GID})
    return record


def _copied(value: Any) -> Any:
    """Containers copied, so that changing a view changes no plan."""
    if isinstance(value, Mapping):
        return {name: _copied(item) for name, item in value.items()}
    return list(value) if isinstance(value, list) else value
