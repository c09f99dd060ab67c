"""A circuit and its simulation as the dictionaries that a user would write."""

import math
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from netspec.errors import FileError, did_you_mean
from netspec.formats.sonata import biophysical, clamps, reports, sources, spikes, synapses
from netspec.formats.sonata import config as configs
from netspec.formats.sonata.columns import DYNAMICS
from netspec.formats.sonata.config import Config
from netspec.formats.sonata.edges import EdgePopulation
from netspec.formats.sonata.groups import OWN, Group, groups
from netspec.formats.sonata.node_sets import resolve
from netspec.formats.sonata.nodes import Nodes
from netspec.formats.sonata.rule import circuit

AXES = ("x", "y", "z")


Build = Callable[[list[dict[str, Any]]], list[dict[str, Any]]]
"""What makes cell rules' secs and secLists of arguments of `neuron.allen_cells.cell`."""


def read(path: str | Path, build: Build) -> tuple[dict[str, Any], dict[str, Any]]:
    """(netParams, simConfig) of a config. FileError names file and key of what is wrong.

    build: makes cells with sections, in a process of its own.
    """
    circuit.cache_clear()  # files may have changed
    config, nodes, edges = circuit(str(Path(path).resolve()))
    _check(config, edges)
    together = {name: groups(each) for name, each in nodes.items()}
    trains = _trains(config, nodes)
    net: dict[str, Any] = {
        "defaultThreshold": float(
            config.run.get("spike_threshold", -15.0 if config.dialect == "allen" else -30.0)
        ),
        "cellParams": _cell_rules(config, together, build),
        "popParams": {
            group.label: _population(config, group, trains.get(name))
            for name, own in together.items()
            for group in own
        },
        "synMechParams": {},
        "connParams": {},
    }
    net["stimSourceParams"], net["stimTargetParams"] = clamps.stimuli(
        config, nodes, together, net["cellParams"]
    )
    for name, population in edges.items():
        net["synMechParams"] |= synapses.mechanisms(config, population)
        net["connParams"][name] = _rule(config, population, together)
    first = reports.first_gids(together)
    net["popParams"] |= sources.populations(config, together, edges, first, net["popParams"])
    recorded = reports.recordings(config, nodes, together, net["cellParams"], net["synMechParams"])
    return net, {**_simulation(config), **recorded}


def _check(config: Config, edges: Mapping[str, EdgePopulation]) -> None:
    """FileError for what is in the files and is not supported yet."""
    later = {
        "networks.gap_juncs": config.gap_junctions,
        "conditions.modifications": config.conditions.get("modifications"),
        "run.tstart": config.run.get("tstart"),
    }
    place = str(config.conditions.get("spike_location", "soma"))
    if place != "soma":
        later["conditions.spike_location"] = place
    for key, value in later.items():
        if value:
            raise FileError(f"{config.path}: {key}: not supported yet")
    for population in edges.values():
        for number, own in population.types.items():
            if own.get("is_gap_junction") not in (None, 0, "False", "false"):
                where = f"{population.files.types}: edge type {number}"
                raise FileError(f"{where}: is_gap_junction: not supported yet")


def mod_folders(path: str | Path) -> list[Path]:
    """The folders with the mod files of a config's components."""
    named = configs.read(path).components.get("mechanisms_dir")
    if named is None:
        return []
    places = [folder for folder in (Path(named) / "modfiles", Path(named)) if any(folder.glob("*.mod"))]
    if not Path(named).is_dir():
        raise FileError(f"{path}: components.mechanisms_dir: there is no folder {named}")
    return places[:1]


def _cell_rules(config: Config, together: Mapping[str, list[Group]], build: Build) -> dict[str, Any]:
    """An entry of cellParams for each group of cells with sections; cells that are alike are built once."""
    wanted = {
        group.label: biophysical.arguments(config, group)
        for own in together.values()
        for group in own
        if group.kind == "biophysical"
    }
    different = {repr(each): each for each in wanted.values()}
    made = dict(zip(different, build(list(different.values())), strict=True))
    return {label: {"conds": {"pop": label}, **made[repr(each)]} for label, each in wanted.items()}


def _rule(config: Config, population: EdgePopulation, together: Mapping[str, list[Group]]) -> dict[str, Any]:
    ends = {}
    for key, name in (("preConds", population.source), ("postConds", population.target)):
        if name not in together:
            raise FileError(
                f"{population.files.data}: {population.name!r} connects nodes of {name!r}, which no file of "
                f"nodes has (there are {sorted(together)})"
            )
        ends[key] = {"pop": [group.label for group in together[name]]}
    return {**ends, "connFunc": "sonata", "config": str(config.path), "edges": population.name}


def _population(config: Config, group: Group, trains: list[Any] | None) -> dict[str, Any]:
    """An entry of popParams, with the cells' places and attributes."""
    cells = _cells(group)
    match group.kind:
        case "virtual":
            for row, cell in zip(group.rows.tolist(), cells, strict=True):
                cell["spkTimes"] = trains[row].tolist() if trains is not None else []
            return {"cellModel": "VecStim", "cellsList": cells}
        case "biophysical":
            return {"cellType": group.label, "cellsList": cells}
        case "point":
            shared = _artificial(config, group)
            given = {name: value for name, value in shared.items() if name != "cellModel"}
            singles = list(_own_parameters(group))
            for cell, own in zip(cells, singles if any(singles) else (), strict=False):
                cell["params"] = {**given, **own}
            return {**shared, "cellsList": cells}
    raise FileError(f"{group.nodes.files.data}: {group.kind} cells ({group.label}): not supported yet")


def _cells(group: Group) -> list[dict[str, Any]]:
    nodes, rows = group.nodes, group.rows
    places = {axis: nodes.numbers(axis)[rows].tolist() for axis in AXES}
    names = sorted(n for n in nodes.names if n not in (*AXES, *OWN) and "/" not in n and nodes_have(nodes, n))
    tags = {name: nodes.attribute(name)[rows].tolist() for name in names}
    ids = group.ids.tolist()
    return [
        {
            **{axis: places[axis][k] for axis in AXES},
            "node_id": ids[k],
            "population": nodes.population,
            **{name: _plain(tags[name][k]) for name in names if tags[name][k] is not None},
        }
        for k in range(len(rows))
    ]


def nodes_have(nodes: Nodes, name: str) -> bool:
    """Whether an attribute is one value per node."""
    return name not in nodes.columns or nodes.columns[name].ndim == 1


def _plain(value: Any) -> Any:
    return value.item() if isinstance(value, np.generic) else value


def _artificial(config: Config, group: Group) -> dict[str, Any]:
    """CellModel and parameters of an artificial cell."""
    template = str(group.attributes["model_template"])
    schema, _, name = template.partition(":")
    where = (
        f"{group.nodes.files.types or group.nodes.files.data}: model_template {template!r} of {group.label!r}"
    )
    if schema != "nrn" or not name:
        raise FileError(f"{where}: NEURON has no such cell (nrn:IntFire1 and the like are artificial cells)")
    parameters: dict[str, Any] = {}
    if (named := group.attributes["dynamics_params"]) is not None:
        folder = config.component("point_neuron_models_dir", where)
        parameters = configs.parameters(config.file(f"{where}: dynamics_params", str(folder / str(named))))
    return {"cellModel": name, **(_milliseconds(parameters) if name == "IntFire1" else parameters)}


def _milliseconds(parameters: Mapping[str, Any]) -> dict[str, Any]:
    """The parameters of an IntFire1, which SONATA has in seconds."""
    return {key: 1000.0 * parameters[key] for key in ("tau", "refrac") if key in parameters}


def _own_parameters(group: Group) -> Iterator[dict[str, float]]:
    """Parameters that single artificial cells have in the file of nodes; NaN: those of the type."""
    columns = {
        name.removeprefix(DYNAMICS): group.nodes.numbers(name, np.nan)[group.rows].tolist()
        for name in group.nodes.columns
        if name.startswith(DYNAMICS) and not name.endswith("_current")  # BlueBrain's, of noise
    }
    in_seconds = group.attributes["model_template"] == "nrn:IntFire1"
    for row in range(len(group.rows)):
        own = {name: values[row] for name, values in columns.items() if not math.isnan(values[row])}
        yield _milliseconds(own) if in_seconds else own


SPIKES = (None, "sonata", "h5", "csv", "nwb", "synapse_replay")
"""Modules of inputs that are files of spikes."""


def _trains(config: Config, nodes: Mapping[str, Nodes]) -> dict[str, list[Any]]:
    """Spike times of each node of the virtual populations that have some."""
    found: dict[str, list[Any]] = {}
    for label, entry in config.inputs.items():
        if entry.get("input_type") != "spikes":
            continue
        key = f"inputs.{label}"
        if entry.get("module") not in SPIKES:
            raise FileError(f"{config.path}: {key}.module {entry.get('module')!r}: not supported yet")
        replay = entry.get("module") == "synapse_replay"
        name_of_file = "spike_file" if replay else "input_file"
        path = config.file(f"{key}.{name_of_file}", entry.get(name_of_file))
        # BlueBrain's node set is of the targets, and the file says whose spikes they are
        wanted = spikes.populations(path) if replay else entry.get("node_set")
        for name, rows in resolve(config, nodes, wanted, f"{key}.node_set").items():
            times = spikes.by_node(nodes[name].ids[rows], spikes.read(path, name))
            trains = found.setdefault(name, [np.empty(0)] * len(nodes[name]))
            if not any(map(len, times)):
                spikes.refuse_strangers(path, name, nodes[name].ids)
            for row, own in zip(rows.tolist(), times, strict=True):
                trains[row] = np.sort(np.concatenate([trains[row], own]))
    return found


METHODS = {"euler": 0, "crank_nicolson": 1, "crank_nicolson_ion": 2, "0": 0, "1": 1, "2": 2}
"""integration_method -> NEURON's secondorder."""


def _globals(config: Config) -> dict[str, float]:
    """NEURON's variables that a simulation sets, and those of mechanisms."""
    defaults = {"celsius": 34.0, "v_init": -80.0} if config.dialect == "obi" else {}
    found = {name: config.conditions.get(name, defaults.get(name)) for name in ("celsius", "v_init")}
    for mechanism, values in (config.conditions.get("mechanisms") or {}).items():
        found |= {f"{name}_{mechanism}": value for name, value in values.items()}
    method = str(config.run.get("integration_method", "euler"))
    if method not in METHODS:
        near = did_you_mean(method, METHODS)
        raise FileError(f"{config.path}: run.integration_method {method!r} is unknown. {near}")
    if METHODS[method]:
        found["secondorder"] = METHODS[method]
    return {name: float(value) for name, value in found.items() if value is not None}


def _simulation(config: Config) -> dict[str, Any]:
    """simConfig: times, temperature, what is recorded."""
    run = config.run
    simulation: dict[str, Any] = {
        "duration": float(run.get("tstop", 0.0)),
        "dt": float(run.get("dt", 0.1)),
        "hParams": _globals(config),
        "filename": "sonata",
        "oneSynPerNetcon": True,
        "invertedYCoord": False,
        "pt3dRelativeToCellLocation": False,
        "allowSelfConns": True,
    }
    if not run.get("tstop"):
        simulation.pop("duration")
    if config.output:
        simulation["saveSonata"] = {"config": str(config.path)}
    return simulation
