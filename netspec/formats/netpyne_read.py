"""A file of NetPyNE's layout -> plan. Cells and connections are the file's; stimuli are planned anew."""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from graphlib import CycleError, TopologicalSorter
from typing import Any

import numpy as np
from numpy.typing import NDArray

from netspec.errors import FileError
from netspec.formats import netpyne_gaps as gap_records
from netspec.formats import netpyne_signals
from netspec.formats.json import plain
from netspec.formats.netpyne import POSITION, compact_keys
from netspec.formats.netpyne_values import with_saved_values
from netspec.formats.point_parameters import parameters
from netspec.model import Model, Names
from netspec.plan import CONNECTION_COLUMNS, Plan, make
from netspec.plan.cells import CELL_COLUMNS, Cells, Template
from netspec.plan.points import points
from netspec.plan.sections import GID, drawn, merged
from netspec.plan.templates import labels as rule_labels
from netspec.plan.values import values
from netspec.spec.cell import CellRule
from netspec.spec.read import read
from netspec.tables import Table

Record = Mapping[str, Any]
Share = Callable[[Cells, tuple[Template, ...]], NDArray[np.int64]]


@dataclass(frozen=True)
class _Kind:
    """Cells of a file with the same sections. members: positions."""

    labels: tuple[str, ...]
    record: Record
    members: list[int]


def net_params(document: Record, path: str) -> dict[str, Any]:
    """The netParams of a saved file, as a user would have written them."""
    try:
        params = _without_litter(document["net"]["params"])
    except (KeyError, TypeError) as error:
        raise FileError(f"{path}: it holds no netParams (net.params)") from error
    for component in ("stimTargetParams", "connParams"):
        params[component] = {
            label: {name: value for name, value in entry.items() if value is not None}
            for label, entry in params.get(component, {}).items()
        }
    for component, order in _orders(document["net"], params).items():
        places = {label: place for place, label in enumerate(order)}
        entries = params.get(component, {})
        params[component] = {
            label: entries[label] for label in sorted(entries, key=lambda n: places.get(n, -1))
        }
    return {name: value for name, value in params.items() if not name.startswith("_")}


def _rows(cell: Record) -> list[Record]:
    """The stimuli of a cell that are rows of the plan: not those of fields."""
    return [stim for stim in cell.get("stims") or [] if stim.get("type") != "XStim"]


def _orders(net: Record, params: Record) -> dict[str, list[str]]:
    """Orders of populations and stimuli that the cells show; NetPyNE's JSON has lost them."""
    pops, cells = net.get("pops") or {}, net.get("cells") or []
    gids = {label: min(entry["cellGids"]) for label, entry in pops.items() if entry.get("cellGids")}
    after: dict[str, set[str]] = {}
    for cell in cells:
        made = [stim.get("label") or stim["source"] for stim in _rows(cell)]
        for before, name in zip([None, *made], made, strict=False):
            after.setdefault(name, set()).update({before} - {None, name})
    try:
        order = list(TopologicalSorter(after).static_order())
    except CycleError:
        order = []
    targets = params.get("stimTargetParams", {})
    by_name = [label for name in order for label in targets if name in (label, targets[label].get("source"))]
    return {"popParams": sorted(gids, key=gids.__getitem__), "stimTargetParams": list(dict.fromkeys(by_name))}


def _without_litter(value: Any) -> Any:
    """The same without the keys that looking at NetPyNE's dicts has left in them ('__dict__' ...)."""
    if isinstance(value, Mapping):
        names = [name for name in value if not str(name).startswith("__")]
        return {name: _without_litter(value[name]) for name in names}
    return [_without_litter(item) for item in value] if isinstance(value, list) else value


def sim_config(document: Record, path: str, variable: str = "simConfig") -> dict[str, Any]:
    """The simConfig of a saved file."""
    try:
        return {name: value for name, value in document[variable].items() if not name.startswith("_")}
    except KeyError as error:
        raise FileError(f"{path}: it holds no {variable}") from error


def records(document: Record, path: str) -> list[Record]:
    """The cells of a saved file in order of gid, connections as dicts."""
    try:
        cells, pops = document["net"]["cells"], document["net"]["pops"]
    except (KeyError, TypeError) as error:
        raise FileError(f"{path}: it holds no network (net.cells and net.pops)") from error
    if not isinstance(cells, list) or not isinstance(pops, Mapping):
        raise FileError(f"{path}: net.cells is no list or net.pops no mapping")
    return sorted(cells, key=lambda cell: cell["gid"])


def plan_of(document: Record, model: Model, path: str, share: Share | None = None) -> Plan:
    """The plan of a saved network. share: as for plan.make; None for all cells."""
    cells = records(document, path)
    labels = _populations(document["net"]["pops"], cells)
    model, everyone, templates = _cells(cells, labels, model, path)
    if share is not None:
        everyone = replace(everyone, owned=share(everyone, templates))
    own_values = values(model, everyone, templates)
    plan = _with_own_parameters(Plan(model, everyone, templates, own_values, points(model, everyone)), cells)
    conns = _spike_connections(cells, plan)
    table = _connections([(cells[i], conns[i]) for i in everyone.owned], plan, path)
    plan = replace(plan, connections=table, gaps=gap_records.read(cells, conns, plan, path))
    plan = make.stimulate(plan)
    _check_stimuli(cells, plan, path)
    own = [cells[position] for position in everyone.owned.tolist()]
    return with_saved_values(plan, own, partial(_conns, compact_keys(plan, _compact(model))))


def _with_own_parameters(plan: Plan, cells: Sequence[Record]) -> Plan:
    """The plan with the saved parameters of artificial cells, where a population gives them others."""
    population = plan.cells.table["population"]
    shown = {
        position: cells[position]["params"]
        for position in plan.cells.owned.tolist()
        if plan.cells.populations[population[position]].mechanism and "params" in cells[position]
    }
    odd = {
        int(population[position])
        for position, saved in shown.items()
        if plain(parameters(plan, position)) != plain(saved)
    }
    if not odd:
        return plan
    tags = dict(plan.cells.tags)
    for position, saved in shown.items():
        if population[position] in odd:
            tags[position] = {**tags.get(position, {}), "params": saved}
    everyone = replace(plan.cells, tags=tags)
    return replace(plan, cells=everyone, points=points(plan.model, everyone))


def simulation_columns(document: Record) -> dict[str, Any]:
    """Fields of Results from simData: spikes, time, traces with times of their own, stims."""
    data = document.get("simData") or {}
    spikes = Table(
        {
            "time": np.asarray(data.get("spkt", []), float),
            "gid": np.asarray(data.get("spkid", []), float).astype(np.int64),
        }
    )
    by_label = {name: cells for name, cells in data.items() if name != "stims" and _is_trace(cells)}
    traces = {name: _by_gid(cells, "cell_") for name, cells in by_label.items()}
    times = {name: _by_gid(cells, "cell_time_") for name, cells in by_label.items()}
    return {
        "spikes": spikes,
        "time": np.asarray(data.get("t", []), float),
        "traces": traces,
        "times": {name: own for name, own in times.items() if own},
        "stims": {gid: own for gid, own in _by_gid(data.get("stims", {}), "cell_").items() if own},
        "signals": netpyne_signals.read(data, document.get("simConfig", {}).get("recordStep")),
    }


def _is_trace(cells: Any) -> bool:
    return isinstance(cells, Mapping) and bool(cells) and all(str(key).startswith("cell_") for key in cells)


def _by_gid(cells: Mapping[str, Any], prefix: str) -> dict[int, Any]:
    """The entries whose keys are the prefix and a gid, as arrays."""
    found: dict[int, Any] = {}
    for key, trace in cells.items():
        number = str(key).removeprefix(prefix)
        if not number.isdecimal():
            continue
        gid = int(number)
        if isinstance(trace, Mapping):
            found[gid] = {name: np.asarray(trace[name], float) for name in trace}
        else:
            found[gid] = np.asarray(trace, float)
    return found


def _populations(pops: Record, cells: Sequence[Record]) -> list[str]:
    """The label of each cell's population; the tag `pop` may have been changed by a script."""
    members = {gid: label for label, entry in pops.items() for gid in entry.get("cellGids", ())}
    return [members.get(cell["gid"], str(cell["tags"].get("pop"))) for cell in cells]


def _cells(
    cells: Sequence[Record], labels: list[str], model: Model, path: str
) -> tuple[Model, Cells, tuple[Template, ...]]:
    """The cells table and templates; the model gets a rule for sections that no rule of its own makes."""
    codes = {population.label: code for code, population in enumerate(model.populations)}
    unknown = {*labels} - codes.keys()
    if unknown:
        raise FileError(f"{path}: cells of populations that netParams lack: {sorted(unknown)}")
    population = np.array([codes[label] for label in labels], np.int32)
    columns = {name: np.zeros(len(cells), dtype) for name, dtype in CELL_COLUMNS.items()}
    columns |= {"gid": np.array([cell["gid"] for cell in cells], np.int64), "population": population}
    for code in np.unique(population):
        members = np.flatnonzero(population == code)
        columns["index"][members] = np.arange(len(members))
    for name in POSITION:
        columns[name] = np.array([cell["tags"].get(name, 0.0) for cell in cells], float)
    columns["fraction"] = np.array([cell["tags"].get("fraction", np.nan) for cell in cells], float)
    tags = dict(_own_tags(cells, model, population))
    table = Table({name: columns[name].astype(dtype) for name, dtype in CELL_COLUMNS.items()})
    everyone = Cells(table, model.populations, np.arange(len(cells)), tags)
    model, templates, template_codes = _templates(cells, model, _labels(cells, model, everyone))
    everyone = replace(everyone, table=table.with_columns(template=template_codes))
    if model.spec.simulation.include_params_label:
        everyone = replace(everyone, labels=tuple(template.rules for template in templates))
    return model, everyone, templates


def _own_tags(
    cells: Sequence[Record], model: Model, population: NDArray[np.int32]
) -> Iterable[tuple[int, dict[str, Any]]]:
    for position, (cell, code) in enumerate(zip(cells, population.tolist(), strict=True)):
        shared = model.populations[code].tags
        own = {
            name: value
            for name, value in cell["tags"].items()
            if name not in (*POSITION, "fraction", "label") and shared.get(name) != value
        }
        if own:
            yield position, own


def _labels(cells: Sequence[Record], model: Model, everyone: Cells) -> list[tuple[str, ...]]:
    """The rules of each cell: as saved, or those whose conditions it meets if labels were not saved."""
    if model.spec.simulation.include_params_label:
        return [tuple(cell["tags"].get("label") or []) for cell in cells]
    return rule_labels(model, everyone)


def _templates(
    cells: Sequence[Record], model: Model, own_labels: list[tuple[str, ...]]
) -> tuple[Model, tuple[Template, ...], NDArray[np.int32]]:
    codes = np.full(len(cells), -1, np.int32)
    templates = []
    rules = dict(model.spec.network.cell_rules)
    for code, kind in enumerate(_kinds(cells, own_labels, rules.values())):
        codes[kind.members] = code
        own = [rules[label] for label in kind.labels if label in rules]
        saved = _rule(kind, own)
        if not own or len(own) != len(kind.labels) or merged(own) != saved.secs:
            rules[saved.label] = saved
            own = [saved]
        lists = {name: tuple(members) for name, members in (kind.record.get("secLists") or {}).items()}
        templates.append(Template(tuple(rule.label for rule in own), merged(own), lists, drawn(own)))
    network = replace(model.spec.network, cell_rules=rules)
    sections = dict.fromkeys([*model.sections.names, *(name for t in templates for name in t.sections)])
    model = replace(model, spec=replace(model.spec, network=network), sections=Names(tuple(sections)))
    return model, tuple(templates), codes


def _kinds(
    cells: Sequence[Record], own_labels: list[tuple[str, ...]], rules: Iterable[CellRule]
) -> list[_Kind]:
    """Groups of cells with equal sections and labels, in order of first appearance."""
    kinds: dict[str, _Kind] = {}
    numbered = _numbered(rules)
    for position, (cell, labels) in enumerate(zip(cells, own_labels, strict=True)):
        if not cell.get("secs"):
            continue
        sections = {name: _without_synapses(section) for name, section in cell["secs"].items()}
        _put_gid_back(sections, numbered, cell["gid"])
        record = {"secs": sections, "secLists": cell.get("secLists") or {}}
        key = json.dumps([labels, plain(record)])
        kinds.setdefault(key, _Kind(labels, record, [])).members.append(position)
    return list(kinds.values())


def _numbered(rules: Iterable[CellRule]) -> set[tuple[str, str, str]]:
    """(section, point process, parameter) of those that a rule gives the number of the cell."""
    return {
        (name, label, parameter)
        for rule in rules
        for name, section in rule.secs.items()
        for label, pointp in section.pointps.items()
        for parameter, value in pointp.items()
        if value == GID
    }


def _put_gid_back(sections: dict[str, dict[str, Any]], numbered: set[tuple[str, str, str]], gid: int) -> None:
    """Write 'gid' where a rule did, so that cells of one kind are equal."""
    for name, label, parameter in numbered:
        pointps = sections.get(name, {}).get("pointps", {})
        if pointps.get(label, {}).get(parameter) == gid:
            sections[name]["pointps"] = {**pointps, label: {**pointps[label], parameter: GID}}


def _without_synapses(section: Record) -> dict[str, Any]:
    """What a rule says of a section: no synapses, no empty entries that NetPyNE leaves behind."""
    kept = {
        name: value for name, value in section.items() if name != "synMechs" and value not in ({}, [], None)
    }
    if "geom" in kept:
        # What XStims play is planned again.
        geometry = kept["geom"].items()
        kept["geom"] = {name: value for name, value in geometry if value != {} and name != "xtra_stim"}
    return kept


def _rule(kind: _Kind, own: Iterable[CellRule]) -> CellRule:
    """The saved sections as a rule. own: the rules that made them, whose variables they may use."""
    variables = {name: value for rule in own for name, value in rule.vars.items()}
    label = f"{'+'.join(kind.labels) or 'cell'} as saved ({kind.members[0]})"
    written = read({"cellParams": {label: {"secs": kind.record["secs"], "vars": variables}}})
    rule, before = written.network.cell_rules[label], merged(own)
    secs = {  # synapses that the rules do not give are there for connections
        name: replace(section, syn_mechs=before[name].syn_mechs) if name in before else section
        for name, section in rule.secs.items()
    }
    return replace(rule, secs=secs)


def _spike_connections(cells: Sequence[Record], plan: Plan) -> list[list[Record]]:
    """The connections onto each cell, as dicts, those of NetStims left out."""
    keys = compact_keys(plan, _compact(plan.model))

    def conn(saved: Any) -> Record:
        return dict(zip(keys, saved, strict=True)) if isinstance(saved, list | tuple) else saved

    return [[c for c in map(conn, cell["conns"]) if c["preGid"] != "NetStim"] for cell in cells]


def _connections(cells: Sequence[tuple[Record, list[Record]]], plan: Plan, path: str) -> Table:
    """The connections onto some cells. cells: each with its connections."""
    model = plan.model
    found: dict[str, list[Any]] = {name: [] for name in CONNECTION_COLUMNS}
    for cell, conns in cells:
        for conn in conns:
            found["pre"].append(conn["preGid"])
            found["post"].append(cell["gid"])
            found["rule"].append(_code(model.rules, conn.get("label"), "connParams", path))
            found["synapse"].append(_code(model.synapses, conn.get("synMech"), "synMechParams", path))
            found["section"].append(_code(model.sections, conn.get("sec"), "sections", path))
            found["location"].append(0.5 if conn.get("loc") is None else conn["loc"])
            found["weight"].append(conn["weight"])
            found["delay"].append(conn["delay"])
    return Table({name: np.array(found[name], dtype) for name, dtype in CONNECTION_COLUMNS.items()})


def _compact(model: Model) -> Any:
    return model.spec.simulation.compact_conn_format


def _conns(keys: Sequence[str], cell: Record) -> list[Record]:
    """The connections of a cell as dicts. keys: of those saved as lists."""
    return [
        dict(zip(keys, saved, strict=True)) if isinstance(saved, list | tuple) else saved
        for saved in cell["conns"]
    ]


def _code(names: Names, name: str | None, what: str, path: str) -> int:
    if name is None:
        return -1
    if name not in names:
        raise FileError(f"{path}: a connection names {name!r}, which is not among the {what} of the file")
    return names.code(name)


def _check_stimuli(cells: Sequence[Record], plan: Plan, path: str) -> None:
    """FileError unless the stimuli planned from netParams are as many as those saved with each cell."""
    planned = np.zeros(len(plan.cells), np.int64)
    for block in plan.inputs:
        np.add.at(planned, plan.cells.positions(block.rows["gid"]), 1)
    for position in plan.cells.owned.tolist():
        saved = len(_rows(cells[position]))
        if saved != planned[position]:
            raise FileError(
                f"{path}: cell {cells[position]['gid']} was saved with {saved} stimuli, "
                f"but netParams of the file give it {planned[position]}"
            )
