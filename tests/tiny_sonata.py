"""A small SONATA circuit written by hand: two kinds of point neurons, virtual nodes, edges in two groups."""

import json

import h5py
import numpy as np

NODES = {
    "cells": ("node_type_id model_type model_template dynamics_params ei\n"
              "10 point_neuron nrn:IntFire1 lif.json e\n11 point_process nrn:IntFire1 NULL i\n"),
    "inputs": "node_type_id model_type label\n20 virtual \"two words\"\n",
}  # fmt: skip
EDGES = {
    "recurrent": "edge_type_id target_query source_query syn_weight delay\n30 * * 0.5 2.0\n31 * * -0.25 1\n",
    "feed": "edge_type_id target_query source_query syn_weight delay\n32 * * 1.5 NULL\n",
}
CONFIG = {
    "manifest": {"$BASE": ".", "$NET": "${BASE}/network"},
    "components": {"point_neuron_models_dir": "$BASE/points"},
    "networks": {
        "nodes": [{"nodes_file": f"$NET/{name}.h5", "node_types_file": f"$NET/{name}.csv"} for name in NODES],
        "edges": [{"edges_file": f"$NET/{name}.h5", "edge_types_file": f"$NET/{name}.csv"} for name in EDGES],
    },
    "run": {"tstop": 50.0, "dt": 0.1},
    "conditions": {"celsius": 34.0, "v_init": -80},
    "node_sets": {"excitatory": {"population": "cells", "ei": "e"}, "some": ["excitatory", "inputs"]},
    "inputs": {
        "trains": {"input_type": "spikes", "module": "h5", "input_file": "spikes.h5", "node_set": "inputs"}
    },
    "output": {"output_dir": "output"},
}


def write(folder, index=True, **changed):
    """The path of the config. index: whether edges have one. changed: sections of the config."""
    (folder / "network").mkdir()
    (folder / "points").mkdir()
    (folder / "points" / "lif.json").write_text('{"tau": 0.02, "refrac": 0.003}')
    for name, text in {**NODES, **EDGES}.items():
        (folder / "network" / f"{name}.csv").write_text(text)
    nodes(folder / "network" / "cells.h5", "cells", [10, 11, 10, 10], {"x": [0.0, 10.0, 20.0, 30.0]})
    nodes(folder / "network" / "inputs.h5", "inputs", [20, 20], {})
    columns = {"0": {"syn_weight": [0.7, 0.6]}, "1": {"nsyns": [2]}}
    ends = ("cells", "cells")
    edges(folder / "network" / "recurrent.h5", ends, [0, 1, 2], [1, 0, 0], [30, 31, 30], columns,
          [0, 1, 0], [0, 0, 1], index)  # fmt: skip
    delays = {"0": {"delay": [1.0, 0.0, 3.0]}}
    edges(folder / "network" / "feed.h5", ("inputs", "cells"), [0, 1, 1], [0, 1, 2], [32] * 3, delays,
          [0] * 3, [0, 1, 2], index)  # fmt: skip
    with h5py.File(folder / "spikes.h5", "w") as file:
        file["spikes/gids"], file["spikes/timestamps"] = np.array([1, 0, 1]), [20.5, 10.0, 5.25]
    path = folder / "config.json"
    path.write_text(json.dumps({**CONFIG, **changed}))
    return path


def nodes(path, name, types, columns):
    with h5py.File(path, "w") as file:
        group = file.create_group(f"nodes/{name}")
        group["node_type_id"] = np.array(types)
        for label, values in columns.items():
            group[f"0/{label}"] = values


def edges(path, ends, source, target, types, columns, groups, rows, index):
    with h5py.File(path, "w") as file:
        group = file.create_group(f"edges/{path.stem}")
        for label, ids, name in (("source", source, ends[0]), ("target", target, ends[1])):
            group[f"{label}_node_id"] = np.array(ids, "u8")
            group[f"{label}_node_id"].attrs["node_population"] = name
        group["edge_type_id"] = types
        group["edge_group_id"], group["edge_group_index"] = groups, rows
        for number, each in columns.items():
            for label, values in each.items():
                group[f"{number}/{label}"] = values
        if index:
            spans = [(k, k + 1) for k in np.argsort(target, kind="stable").tolist()]
            ordered = sorted(target)
            group["indices/target_to_source/range_to_edge_id"] = spans
            group["indices/target_to_source/node_id_to_ranges"] = [
                (ordered.index(node), ordered.index(node) + ordered.count(node))
                if node in ordered
                else (-1, -1)
                for node in range(max(ordered) + 1)
            ]
