"""Both configs of a circuit and of its simulation, and the node sets that they name."""

import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from netspec.errors import NetspecWarning
from netspec.formats.sonata.export import refuse
from netspec.formats.sonata.export.edges import EdgeFile
from netspec.formats.sonata.export.layout import Layout, Nodes, safe, unique
from netspec.formats.sonata.export.templates import hoc_place, ordered
from netspec.plan import InputBlock, Plan, TraceBlock
from netspec.plan.cells import Template

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


@dataclass(frozen=True)
class Report:
    """A variable of a mechanism ('' of the membrane) in all sections of a type, of cells of a population."""

    name: str
    nodes: str
    ids: tuple[int, ...]
    sections: str
    variable: str
    mechanism: str = ""

    @property
    def node_set(self) -> str:
        """The name of the set of its cells."""
        return f"recorded_{self.name}"


def reports(plan: Plan, places: Layout, dialect: str) -> list[Report]:
    """What recordTraces says, as far as there are reports of it; a warning names the rest.

    bmtk cannot find the sections of hoc templates: its reports are of somata.
    """
    found: dict[Any, set[int]] = {}
    left = dict.fromkeys(signal.name for signal in plan.recordings.signals)
    for trace in plan.recordings.traces:
        for position in plan.cells.positions(trace.gids).tolist():
            code = int(plan.cells.table["template"][position])
            sections = _reported(plan.templates[code], trace) if code >= 0 else None
            if sections is None or (sections != "soma" and dialect == "allen"):
                left[trace.label] = None
                continue
            key = trace.label, int(places.of_cell["population"][position]), sections
            mechanism = trace.name if trace.kind == "mech" else None
            ids = found.setdefault((*key, trace.variable, mechanism or ""), set())
            ids.add(int(places.of_cell["node"][position]))
    if left:
        message = f"recordings without a report: {', '.join(left)}; netspec.json keeps them."
        warnings.warn(message, NetspecWarning, stacklevel=4)
    taken: set[str] = set()
    made = []
    for (label, population, sections, variable, mechanism), ids in found.items():
        nodes = places.populations[population].name
        name = unique(safe(f"{label}_{nodes}"), taken)
        made.append(Report(name, nodes, tuple(sorted(ids)), sections, variable, mechanism))
    return made


def _reported(template: Template, trace: TraceBlock) -> str | None:
    """The type of sections with a report of a trace: variables of the soma's middle, potentials elsewhere."""
    if trace.kind not in ("segment", "mech") or trace.section is None:
        return None
    kind, number = ordered(template)[trace.section]
    if kind == "soma":
        return kind if number == 0 and trace.location == 0.5 else None
    return kind if trace.variable == "v" else None


def node_sets(places: Layout, made: list[Clamp], recorded: list[Report]) -> dict[str, Any]:
    """What the configs name."""
    sets: dict[str, Any] = {nodes.name: {"population": nodes.name} for nodes in places.everyone}
    for clamp in made:
        sets[clamp.name] = {"population": clamp.nodes, "node_id": list(clamp.ids)}
    for report in recorded:
        sets[report.node_set] = {"population": report.nodes, "node_id": list(report.ids)}
    return sets


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


def simulation(plan: Plan, places: Layout, made: list[Clamp], recorded: list[Report]) -> dict[str, Any]:
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
        each.name: {
            "module": "membrane_report",
            "variable_name": f"{each.variable}_{each.mechanism}" if each.mechanism else each.variable,
            "sections": each.sections,
            "cells": each.node_set,
            "file_name": f"{each.name}.h5",
        }
        for each in recorded
        if each.sections == "soma"
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
    recorded: list[Report],
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
        each.name: {
            "type": "compartment",
            "cells": each.node_set,
            "sections": each.sections,
            "compartments": "center" if each.sections == "soma" else "all",
            "variable_name": f"{each.mechanism}.{each.variable}" if each.mechanism else each.variable,
            "unit": "mV" if each.variable == "v" else "1",
            "dt": run["dt"],
            "start_time": 0.0,
            "end_time": run["tstop"],
        }
        for each in recorded
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
