"""A small SONATA circuit with its simulation, written with h5py: what every mistake is made in.

Three cells with sections and two IntFire1 in `cells`, two virtual nodes in `ext`; edges of two groups with an
index in `rec`, edges without one in `in`; spikes, a clamp, node sets, a report.
"""

import json

import h5py
import numpy as np

CIRCUIT = {
    "manifest": {"$NET": ".", "$PARTS": "$NET/parts"},
    "components": {
        "morphologies_dir": "$PARTS",
        "biophysical_neuron_models_dir": "$PARTS",
        "point_neuron_models_dir": "$PARTS",
        "synaptic_models_dir": "$PARTS",
    },
    "networks": {
        "nodes": [
            {"nodes_file": "$NET/cells.h5", "node_types_file": "$NET/cell_types.csv"},
            {"nodes_file": "$NET/ext.h5", "node_types_file": "$NET/ext_types.csv"},
        ],
        "edges": [
            {"edges_file": "$NET/rec.h5", "edge_types_file": "$NET/rec_types.csv"},
            {"edges_file": "$NET/in.h5", "edge_types_file": "$NET/in_types.csv"},
        ],
    },
}
SIMULATION = {
    "manifest": {"$OUT": "./output"},
    "network": "circuit.json",
    "run": {"tstop": 100.0, "dt": 0.1, "dL": 20.0, "spike_threshold": -15.0},
    "conditions": {"celsius": 34.0, "v_init": -80.0},
    "node_sets_file": "node_sets.json",
    "inputs": {
        "trains": {"input_type": "spikes", "module": "h5", "input_file": "spikes.h5", "node_set": "ext"},
        "clamp": {
            "input_type": "current_clamp", "module": "IClamp", "node_set": "detailed",
            "amp": 0.1, "delay": 10.0, "duration": 50.0,
        },
    },
    "output": {"output_dir": "$OUT", "spikes_file": "spikes.h5", "log_file": "log.txt"},
    "reports": {
        "soma_v": {
            "module": "membrane_report", "variable_name": "v", "cells": "detailed", "sections": "soma",
            "file_name": "soma_v.h5",
        }
    },
}  # fmt: skip
NODE_SETS = {
    "detailed": {"population": "cells", "model_type": "biophysical"},
    "points": {"population": "cells", "node_id": [3, 4]},
    "both": ["detailed", "points"],
}
TABLES = {
    "cell_types.csv": """node_type_id model_type model_template morphology dynamics_params model_processing
100 biophysical ctdb:Biophys1.hoc ball.swc fit.json aibs_perisomatic
101 point_process nrn:IntFire1 NULL fire.json NULL
""",
    "ext_types.csv": "node_type_id model_type model_template\n200 virtual NULL\n",
    "rec_types.csv": """edge_type_id model_template dynamics_params syn_weight delay
10 exp2syn exc.json 0.001 2.0
11 NULL point.json 0.1 2.0
""",
    "in_types.csv": """\
edge_type_id model_template dynamics_params syn_weight delay target_sections distance_range
20 exp2syn exc.json 0.001 1.0 "['soma']" "[0.0, 100.0]"
""",
}
PARTS = {
    "fire.json": {"tau": 0.02, "refrac": 0.002},
    "exc.json": {"level_of_detail": "exp2syn", "tau1": 1.0, "tau2": 3.0, "erev": 0.0},
    "point.json": {"level_of_detail": "instanteneous", "sign": 1},
    "fit.json": {"passive": [{"ra": 100.0}], "conditions": [{}], "genome": []},
}


def make(folder):
    """The path of the simulation's config in a folder."""
    (folder / "parts").mkdir(parents=True)
    for name, content in (("circuit", CIRCUIT), ("simulation", SIMULATION), ("node_sets", NODE_SETS)):
        (folder / f"{name}.json").write_text(json.dumps(content, indent=1))
    for name, text in TABLES.items():
        (folder / name).write_text(text)
    for name, content in PARTS.items():
        (folder / "parts" / name).write_text(json.dumps(content))
    (folder / "parts" / "ball.swc").write_text("1 1 0 0 0 5 -1\n")
    _nodes(folder / "cells.h5", "cells", [100, 100, 101, 100, 101], [0, 0, 1, 0, 1])
    _nodes(folder / "ext.h5", "ext", [200, 200], [0, 0])
    _rec(folder / "rec.h5")
    _in(folder / "in.h5")
    with h5py.File(folder / "spikes.h5", "w") as file:
        file["spikes/ext/node_ids"] = np.array([0, 1, 1], np.uint64)
        file["spikes/ext/timestamps"] = np.array([5.0, 7.0, 9.0])
    return folder / "simulation.json"


def _nodes(path, population, types, groups):
    with h5py.File(path, "w") as file:
        item = file.create_group(f"nodes/{population}")
        item["node_type_id"] = np.array(types)
        item["node_id"] = np.arange(len(types), dtype=np.uint64)
        item["node_group_id"] = np.array(groups)
        item["node_group_index"] = np.array([groups[:k].count(group) for k, group in enumerate(groups)])
        for group in set(groups):
            for axis in "xyz":
                item[f"{group}/{axis}"] = np.arange(groups.count(group), dtype=float)


def _ends(item, source, target):
    for end, (population, ids) in (("source", source), ("target", target)):
        item[f"{end}_node_id"] = np.array(ids, np.uint64)
        item[f"{end}_node_id"].attrs["node_population"] = population


def _rec(path):
    """Edges onto nodes 0, 0, 1, 2, 3, 4: detailed ones (0, 1, 3) in group 0, the others in group 1."""
    with h5py.File(path, "w") as file:
        item = file.create_group("edges/rec")
        _ends(item, ("cells", [1, 2, 0, 0, 4, 3]), ("cells", [0, 0, 1, 2, 3, 4]))
        item["edge_type_id"] = np.array([10, 10, 10, 11, 10, 11])
        item["edge_group_id"] = np.array([0, 0, 0, 1, 0, 1])
        item["edge_group_index"] = np.array([0, 1, 2, 0, 3, 1])
        item["0/afferent_section_id"] = np.array([0, 1, 1, 0])
        item["0/afferent_section_pos"] = np.array([0.5, 0.2, 0.7, 0.5])
        item["0/syn_weight"] = np.array([0.001, 0.002, 0.003, 0.004])
        item["0/delay"] = np.array([1.0, 2.0, 1.5, 1.0])
        item["1/syn_weight"] = np.array([0.1, 0.2])
        index = item.create_group("indices/target_to_source")
        index["node_id_to_range"] = np.array([[0, 1], [1, 2], [2, 3], [3, 4], [4, 5]])
        index["range_to_edge_id"] = np.array([[0, 2], [2, 3], [3, 4], [4, 5], [5, 6]])


def _in(path):
    with h5py.File(path, "w") as file:
        item = file.create_group("edges/in")
        _ends(item, ("ext", [0, 1, 0]), ("cells", [0, 1, 3]))
        item["edge_type_id"] = np.array([20, 20, 20])
        item["edge_group_id"] = np.zeros(3, np.int64)
        item["edge_group_index"] = np.arange(3)
        item["0/nsyns"] = np.array([1, 2, 1])
