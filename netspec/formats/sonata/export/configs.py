"""Both configs of a circuit and of its simulation, and the node sets that they name."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from netspec.formats.sonata.export import refuse
from netspec.formats.sonata.export.edges import EdgeFile
from netspec.formats.sonata.export.layout import Layout, Nodes, safe, unique
from netspec.formats.sonata.export.templates import hoc_place, ordered
from netspec.plan import InputBlock, Plan

MANIFEST = {"$BASE_DIR": "."}


@dataclass(frozen=True)
class Clamp:
    """A current clamp in one place of some cells. section: (type, number). values: amp, delay, duration."""

    name: str
    nodes: str
    ids: tuple[int, ...]
    section: tuple[str, int]
    location: float
    values: dict[str, float]


def clamps(plan: Plan, places: Layout) -> list[Clamp]:
    """All current clamps, together where they are alike."""
    found: dict[Any, list[int]] = {}
    for block in plan.inputs:
        if block.mechanism == "IClamp":
            for key, node in _rows(plan, places, block):
                found.setdefault(key, []).append(node)
    taken: set[str] = {nodes.name for nodes in places.everyone}
    return [
        Clamp(unique(safe(target), taken), nodes, tuple(sorted(ids)), section, location, dict(values))
        for (target, nodes, section, location, values), ids in found.items()
    ]


def _rows(plan: Plan, places: Layout, block: InputBlock) -> Iterator[tuple[Any, int]]:
    rows = block.rows
    at = plan.cells.positions(rows["gid"])
    delay = next((name for name in ("del", "delay") if name in rows), None)
    for row, position in enumerate(at.tolist()):
        nodes = places.populations[int(places.of_cell["population"][position])]
        kind = nodes.kinds[int(places.of_cell["type"][position])]
        section = hoc_place(kind, plan.model.sections[int(rows["section"][row])])
        values = {
            "amp": float(rows["amp"][row]) if "amp" in rows else 0.0,
            "delay": float(rows[delay][row]) if delay else 0.0,
            "duration": float(rows["dur"][row]) if "dur" in rows else 0.0,
        }
        key = block.target, nodes.name, section, float(rows["location"][row]), tuple(values.items())
        yield key, int(places.of_cell["node"][position])


def reports(plan: Plan, places: Layout) -> dict[str, dict[str, list[int]]]:
    """By name: populations with the ids of cells whose somatic potential is recorded."""
    found: dict[str, dict[str, list[int]]] = {}
    for trace in plan.recordings.traces:
        if trace.kind != "segment" or trace.variable != "v" or trace.location != 0.5:
            continue
        for position in plan.cells.positions(trace.gids).tolist():
            code = int(plan.cells.table["template"][position])
            if code >= 0 and next(iter(ordered(plan.templates[code]))) == trace.section:
                nodes = places.populations[int(places.of_cell["population"][position])].name
                own = found.setdefault(safe(trace.label), {}).setdefault(nodes, [])
                own.append(int(places.of_cell["node"][position]))
    return found


def node_sets(places: Layout, made: list[Clamp], recorded: dict[str, dict[str, list[int]]]) -> dict[str, Any]:
    """What the configs name."""
    sets: dict[str, Any] = {nodes.name: {"population": nodes.name} for nodes in places.everyone}
    for clamp in made:
        sets[clamp.name] = {"population": clamp.nodes, "node_id": list(clamp.ids)}
    for name, populations in recorded.items():
        parts = []
        for nodes, ids in populations.items():
            parts.append(report_set(name, nodes))
            sets[parts[-1]] = {"population": nodes, "node_id": sorted(ids)}
    return sets


def report_set(name: str, nodes: str) -> str:
    """The node set of a report."""
    return f"recorded_{name}_{nodes}"


def circuit(files: dict[str, tuple[str, str]], edges: list[EdgeFile], mechanisms: bool) -> dict[str, Any]:
    """Allen's circuit config. files: of nodes and of their types, by population."""
    folders = {"templates": "templates", "synaptic_models": "synapses", "point_neuron_models": "point"}
    components = {f"{name}_dir": f"$BASE_DIR/components/{folder}" for name, folder in folders.items()}
    components["morphologies_dir"] = "$BASE_DIR/components/morphologies"
    if mechanisms:
        components["mechanisms_dir"] = "$BASE_DIR/components/mechanisms"
    return {
        "manifest": MANIFEST,
        "components": components,
        "networks": {
            "nodes": [
                {"nodes_file": f"$BASE_DIR/network/{data}", "node_types_file": f"$BASE_DIR/network/{types}"}
                for data, types in files.values()
            ],
            "edges": [
                {
                    "edges_file": f"$BASE_DIR/network/{each.data}",
                    "edge_types_file": f"$BASE_DIR/network/{each.types}",
                }
                for each in edges
            ],
        },
        "node_sets_file": "$BASE_DIR/node_sets.json",
        "target_simulator": "NEURON",
    }


def circuit_obi(nodes: dict[str, tuple[Nodes, str]], edges: list[EdgeFile]) -> dict[str, Any]:
    """BlueBrain's circuit config. nodes: populations and their files."""
    types = {"biophysical": "biophysical", "point_neuron": "point_process", "virtual": "virtual"}
    return {
        "version": 2.4,
        "manifest": MANIFEST,
        "components": {
            "morphologies_dir": "$BASE_DIR/components/morphologies",
            "biophysical_neuron_models_dir": "$BASE_DIR/components/templates",
        },
        "networks": {
            "nodes": [
                {
                    "nodes_file": f"$BASE_DIR/network/{file}",
                    "populations": {name: {"type": types[own.model_type]}},
                }
                for name, (own, file) in nodes.items()
            ],
            "edges": [
                {
                    "edges_file": f"$BASE_DIR/network/{each.data}",
                    "populations": {each.name: {"type": "Exp2Syn_synapse" if each.mod else "point_process"}},
                }
                for each in edges
            ],
        },
        "node_sets_file": "$BASE_DIR/node_sets.json",
    }


def _run(plan: Plan) -> dict[str, Any]:
    simulation = plan.model.spec.simulation
    return {"tstop": float(simulation.duration), "dt": float(simulation.dt)}


def _output(folder: str) -> dict[str, Any]:
    return {
        "output_dir": f"$BASE_DIR/{folder}",
        "log_file": "log.txt",
        "spikes_file": "spikes.h5",
        "spikes_sort_order": "by_time",
    }


def simulation(
    plan: Plan, places: Layout, made: list[Clamp], recorded: dict[str, dict[str, list[int]]]
) -> dict[str, Any]:
    """Allen's simulation config."""
    inputs: dict[str, Any] = {}
    for nodes in _virtual(places):
        inputs[f"{nodes.name}_spikes"] = {
            "input_type": "spikes",
            "module": "h5",
            "input_file": f"$BASE_DIR/inputs/{nodes.name}_spikes.h5",
            "node_set": nodes.name,
        }
    for clamp in made:
        place: dict[str, Any] = {}
        if clamp.section != ("soma", 0):
            place = {"section_name": clamp.section[0], "section_index": clamp.section[1]}
        if clamp.location != 0.5:
            place["section_dist"] = clamp.location
        kind = {"input_type": "current_clamp", "module": "IClamp", "node_set": clamp.name}
        inputs[clamp.name] = {**kind, **clamp.values, **place}
    found = {
        f"{name}_{nodes}": {
            "module": "membrane_report",
            "variable_name": "v",
            "sections": "soma",
            "cells": report_set(name, nodes),
            "file_name": f"{name}_{nodes}.h5",
        }
        for name, populations in recorded.items()
        for nodes in populations
    }
    return {
        "manifest": MANIFEST,
        "run": {
            **_run(plan),
            "dL": None,
            "spike_threshold": refuse.threshold(plan),
            "nsteps_block": 5000,
        },
        "target_simulator": "NEURON",
        "conditions": refuse.conditions(plan),
        "output": {**_output("output"), "overwrite_output_dir": True},
        "network": "circuit_config.json",
        "inputs": inputs,
        **({"reports": found} if found else {}),
    }


def simulation_obi(
    plan: Plan,
    places: Layout,
    edges: list[EdgeFile],
    made: list[Clamp],
    recorded: dict[str, dict[str, list[int]]],
) -> dict[str, Any]:
    """BlueBrain's simulation config."""
    run = _run(plan)
    span = {"delay": 0.0, "duration": run["tstop"]}
    inputs: dict[str, Any] = {}
    for nodes in _virtual(places):
        for target in dict.fromkeys(each.target for each in edges if each.source == nodes.name):
            file = f"$BASE_DIR/inputs/{nodes.name}_spikes.h5"
            kind = {"input_type": "spikes", "module": "synapse_replay", "node_set": target}
            inputs[f"{nodes.name}_to_{target}"] = {**kind, **span, "spike_file": file}
    for clamp in made:
        inputs[clamp.name] = {
            "input_type": "current_clamp",
            "module": "linear",
            "amp_start": clamp.values["amp"],
            "delay": clamp.values["delay"],
            "duration": clamp.values["duration"],
            "node_set": clamp.name,
            "represents_physical_electrode": True,
        }
    found = {
        f"{name}_{nodes}": {
            "type": "compartment",
            "cells": report_set(name, nodes),
            "sections": "soma",
            "variable_name": "v",
            "unit": "mV",
            "dt": run["dt"],
            "start_time": 0.0,
            "end_time": run["tstop"],
        }
        for name, populations in recorded.items()
        for nodes in populations
    }
    pairs = dict.fromkeys((each.source, each.target) for each in edges if each.mod == "Exp2Syn")
    return {
        "version": 2.4,
        "manifest": MANIFEST,
        "network": "$BASE_DIR/circuit_config_obi.json",
        "target_simulator": "NEURON",
        "run": {**run, "random_seed": 1, "spike_threshold": int(refuse.threshold(plan))},
        "conditions": {**refuse.conditions(plan), "spike_location": "soma"},
        "output": _output("output_obi"),
        "inputs": inputs,
        **({"reports": found} if found else {}),
        "connection_overrides": [
            {"name": f"{source}_{target}", "source": source, "target": target, "modoverride": "Exp2Syn"}
            for source, target in pairs
        ],
    }


def _virtual(places: Layout) -> Iterator[Nodes]:
    return (nodes for nodes in places.everyone if nodes.trains is not None and np.size(nodes.ids))
