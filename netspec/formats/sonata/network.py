"""A circuit and its simulation as the dictionaries that a user would write."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from netspec.errors import FileError, did_you_mean
from netspec.formats.sonata import (
    biophysical,
    bluebrain,
    clamps,
    gap_junctions,
    modifications,
    replay,
    reports,
    sources,
    spikes,
    synapses,
    weights,
)
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
    _check(config)
    together = {name: groups(each) for name, each in nodes.items()}
    trains = _trains(config, nodes)
    numbers = bluebrain.first_numbers(nodes)
    net: dict[str, Any] = {
        "defaultThreshold": float(
            config.run.get("spike_threshold", -15.0 if config.dialect == "allen" else -30.0)
        ),
        "cellParams": _cell_rules(config, together, build),
        "popParams": {
            group.label: _population(config, group, trains.get(name), numbers[name])
            for name, own in together.items()
            for group in own
        },
        "synMechParams": {},
        "connParams": {},
    }
    net["cellParams"] |= modifications.rules(config, nodes, together, net)
    net["stimSourceParams"], net["stimTargetParams"] = clamps.stimuli(
        config, nodes, together, net["cellParams"]
    )
    for population in edges.values():
        net["synMechParams"] |= synapses.mechanisms(config, population)
        net["connParams"] |= _rules(config, population, together)
    for played in replay.of_all(config, nodes, edges).values():
        net["synMechParams"] |= synapses.mechanisms(config, played.edges)
    # A rule without a synMech means the first one, which may not be that of gap junctions.
    net["synMechParams"] = dict(
        sorted(net["synMechParams"].items(), key=lambda each: "pointerParams" in each[1])
    )
    first = reports.first_gids(together)
    net["popParams"] |= sources.populations(config, together, edges, first, net["popParams"])
    for name, played in replay.of_all(config, nodes, edges).items():
        net["popParams"][name] = replay.population(played, nodes)
        rule = _rules(config, played.edges, together)[played.edges.name]
        net["connParams"][name] = {**rule, "preConds": {"pop": name}, "replay": name}
    recorded = reports.recordings(config, nodes, together, net["cellParams"], net["synMechParams"])
    return net, {**_simulation(config), **recorded}


def _check(config: Config) -> None:
    """FileError for what is asked for and cannot be done."""
    if config.run.get("tstart"):
        raise FileError(f"{config.path}: run.tstart: bmtk 1.2.0 and neurodamus begin at 0, whatever it says")
    place = config.conditions.get("spike_location", "soma")
    if place not in SPIKE_PLACES:
        near = did_you_mean(str(place), SPIKE_PLACES)
        raise FileError(f"{config.path}: conditions.spike_location {place!r} is unknown. {near}")
    weights.check_overrides(config)


SPIKE_PLACES = {"soma": ("soma_0", 1.0), "AIS": ("axon_1", 0.5)}
"""Where neurodamus detects spikes; bmtk does so in the middle of the soma."""


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
    if config.dialect == "obi":
        place, location = SPIKE_PLACES[config.conditions.get("spike_location", "soma")]
        for rule in made.values():
            if place not in rule["secs"]:
                raise FileError(f"{config.path}: conditions.spike_location: there are cells without {place}")
            rule["secs"][place]["spikeGenLoc"] = location
    return {label: {"conds": {"pop": label}, **made[repr(each)]} for label, each in wanted.items()}


def _rules(config: Config, population: EdgePopulation, together: Mapping[str, list[Group]]) -> dict[str, Any]:
    """Entries of connParams for a population of edges; gap junctions have one of their own."""
    ends = {}
    for key, name in (("preConds", population.source), ("postConds", population.target)):
        if name not in together:
            raise FileError(
                f"{population.files.data}: {population.name!r} connects nodes of {name!r}, which no file of "
                f"nodes has (there are {sorted(together)})"
            )
        ends[key] = {"pop": [group.label for group in together[name]]}
    rule = {**ends, "connFunc": "sonata", "config": str(config.path), "edges": population.name}
    if not gap_junctions.has_any(population):
        return {population.name: rule}
    made = {f"{population.name}:gaps": {**rule, "gaps": True, "synMech": gap_junctions.label(population)}}
    types = gap_junctions.types(population)
    every = gap_junctions.is_electrical(population) or len(types) == len(population.types)
    return made if every else {population.name: rule, **made}


def _population(config: Config, group: Group, trains: list[Any] | None, first: int) -> dict[str, Any]:
    """An entry of popParams, with the cells' places and attributes. first: number of the first node."""
    cells = _cells(group)
    match group.kind:
        case "virtual":
            for row, cell in zip(group.rows.tolist(), cells, strict=True):
                cell["spkTimes"] = trains[row].tolist() if trains is not None else []
            return {"cellModel": "VecStim", "cellsList": cells}
        case "biophysical":
            for cell, own in zip(cells, bluebrain.tags(group, first), strict=True):
                cell |= own
            return {"cellType": group.label, "cellsList": cells}
        case "point":
            shared = _artificial(config, group)
            given = {name: value for name, value in shared.items() if name != "cellModel"}
            singles = _own_parameters(group)
            for cell, own in zip(cells, singles if any(singles) else (), strict=False):
                cell["params"] = {**given, **_in_ms(str(shared["cellModel"]), own)}
            return {**shared, "cellsList": cells}
    raise FileError(
        f"{group.nodes.files.types or group.nodes.files.data}: model_type of {group.label!r}: neither bmtk "
        "nor neurodamus has cells of a single compartment"
    )


def _own_parameters(group: Group) -> list[dict[str, float]]:
    """The parameters that each node of a group has itself."""
    found: list[dict[str, float]] = [{} for _ in group.rows]
    for name in sorted(group.nodes.columns):
        if name.startswith(DYNAMICS) and not name.endswith("_current"):  # BlueBrain's, of noise
            values = group.nodes.numbers(name, default=np.nan)[group.rows].tolist()
            for own, value in zip(found, values, strict=True):
                if not np.isnan(value):
                    own[name.removeprefix(DYNAMICS)] = value
    return found


def _in_ms(name: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Parameters of an artificial cell; those of IntFire1 are in seconds."""
    if name != "IntFire1":
        return dict(parameters)
    return {key: 1000.0 * parameters[key] for key in ("tau", "refrac") if key in parameters}


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
    return {"cellModel": name, **_in_ms(name, parameters)}


SPIKES = (None, "sonata", "h5", "csv", "nwb", "synapse_replay")
"""Modules of inputs that are files of spikes."""


def _trains(config: Config, nodes: Mapping[str, Nodes]) -> dict[str, list[Any]]:
    """Spike times of each node of the virtual populations that have some."""
    found: dict[str, list[Any]] = {}
    for label, entry in config.inputs.items():
        if entry.get("input_type") != "spikes":
            continue
        key = f"inputs.{label}"
        if (module := entry.get("module")) not in SPIKES:
            why = clamps.REFUSED.get(str(module)) or f"there is none. {did_you_mean(str(module), SPIKES[1:])}"
            raise FileError(f"{config.path}: {key}.module {module!r}: {why}")
        of_bluebrain = module == replay.BLUEBRAIN
        name_of_file = "spike_file" if of_bluebrain else "input_file"
        path = config.file(f"{key}.{name_of_file}", entry.get(name_of_file))
        # BlueBrain's node set is of the targets, and the file says whose spikes they are
        if of_bluebrain and not replay.only_virtual(config, nodes, entry, f"{key}.node_set"):
            continue
        wanted = spikes.populations(path) if of_bluebrain else entry.get("node_set")
        start = float(entry.get("delay", 0.0)) if of_bluebrain else 0.0
        for name, rows in resolve(config, nodes, wanted, f"{key}.node_set").items():
            times = spikes.by_node(nodes[name].ids[rows], spikes.read(path, name))
            trains = found.setdefault(name, [np.empty(0)] * len(nodes[name]))
            if not any(map(len, times)):
                spikes.refuse_strangers(path, name, nodes[name].ids)
            for row, own in zip(rows.tolist(), times, strict=True):
                trains[row] = np.sort(np.concatenate([trains[row], own[own >= start]]))
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
