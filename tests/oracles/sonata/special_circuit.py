"""Adds to a small circuit what few have: gap junctions, replayed edges, fields. Run by a python with bmtk.

python special_circuit.py FOLDER     FOLDER: what small_circuit.py has built
"""

import json
import sys
from pathlib import Path

import h5py
import numpy as np

DIRECTED = ("perisomatic", "allactive")


def network(folder):
    """Cells of two kinds with gap junctions, and synapses of which some are played from a file only."""
    from bmtk.builder.networks import NetworkBuilder

    cells = NetworkBuilder("cells")
    cell = {"model_type": "biophysical", "morphology": "small.swc", "dynamics_params": "fit.json"}
    places = {
        "x": np.array([0.0, 60.0, -70.0]),
        "y": np.array([5.0, 10.0, 80.0]),
        "z": np.array([0.0, 20.0, 3.0]),
    }
    turned = {"rotation_angle_yaxis": np.array([0.0, 1.0, 2.0])}
    cells.add_nodes(
        3,
        pop_name="A",
        model_template="ctdb:Biophys1.hoc",
        model_processing="aibs_perisomatic",
        **cell,
        **places,
        **turned,
    )
    cells.add_nodes(
        2,
        pop_name="D",
        model_type="biophysical",
        model_template="hoc:Stick",
        x=np.array([30.0, -30.0]),
        y=np.array([-90.0, 40.0]),
        z=np.array([50.0, 60.0]),
    )
    where = {"target_sections": ["somatic", "basal"], "distance_range": [0.0, 80.0]}
    cells.add_gap_junctions(
        source={"pop_name": "A"},
        target={"pop_name": "A"},
        resistance=200.0,
        connection_rule=lambda s, t: 1 if s.node_id < t.node_id else 0,
        **where,
    )
    listed = cells.add_edges(
        source={"pop_name": "D"},
        target={"pop_name": "A"},
        is_gap_junction=True,
        delay=1.0,
        connection_rule=1,
        syn_weight=0.004,
    )
    listed.add_properties(
        ["nsyns", "afferent_section_id", "afferent_section_pos"],
        rule=lambda s, t: (1, 1, 0),
        dtypes=[int, int, int],
    )
    chemical = {"syn_weight": 0.003, "delay": 1.3, "dynamics_params": "exc.json", "model_template": "Exp2Syn"}
    cells.add_edges(
        source={"pop_name": "A"}, target={"pop_name": "D"}, connection_rule=2, **where, **chemical
    )
    cells.build()
    cells.save(output_dir=str(folder))
    table = (folder / "cells_node_types.csv").read_text()
    for kind, parameters in (("perisomatic", "fit"), ("allactive", "active")):
        changed = table.replace("aibs_perisomatic", f"aibs_{kind}_directed").replace(
            "fit.json", f"{parameters}.json"
        )
        (folder / f"directed_{kind}.csv").write_text(changed)


def replayed(folder):
    """A file of edges that the circuit does not have: from cells to the same cells."""
    from bmtk.builder.networks import NetworkBuilder

    cells = NetworkBuilder("cells")
    cells.add_nodes(5, model_type="biophysical")
    made = cells.add_edges(
        source={"node_id": [1, 2]},
        target={"node_id": [0, 3]},
        connection_rule=3,
        target_sections=["basal"],
        distance_range=[0.0, 200.0],
        syn_weight=0.02,
        delay=2.0,
        dynamics_params="exc.json",
        model_template="Exp2Syn",
    )
    assert made is not None
    cells.build()
    cells.save_edges(output_dir=str(folder))


def configs(folder):
    """A simulation for each special thing."""
    circuit = json.loads((folder / "circuit_config.json").read_text())
    files = {"nodes_file": "$NET/cells_nodes.h5", "node_types_file": "$NET/cells_node_types.csv"}
    edges = {"edges_file": "$NET/cells_cells_edges.h5", "edge_types_file": "$NET/cells_cells_edge_types.csv"}
    gaps = [{"gap_juncs_file": "$NET/cells_gap_juncs.h5"}]
    circuit["networks"] = {"nodes": [files], "edges": [edges], "gap_juncs": gaps}
    (folder / "special_circuit.json").write_text(json.dumps(circuit))
    pulse = {
        "module": "IClamp",
        "input_type": "current_clamp",
        "amp": 0.35,
        "delay": 10.0,
        "duration": 60.0,
        "node_set": {"node_id": [0]},
    }
    replay = {
        "module": "replay",
        "input_type": "replay_spikes",
        "spikes_file": "inputs/replay.h5",
        "edges": {
            "edges_file": "replay/cells_cells_edges.h5",
            "edge_types_file": "replay/cells_cells_edge_types.csv",
        },
        "source_node_set": "all",
        "target_node_set": {"node_id": [0, 3]},
    }
    held = {
        "module": "SEClamp",
        "input_type": "voltage_clamp",
        "amp": -20.0,
        "delay": 0.0,
        "duration": 30.0,
        "node_set": {"node_id": [3]},
    }
    ranged = {**pulse, "section_name": "soma", "section_index": [0.0, 5.0]}
    field = {
        "module": "xstim",
        "input_type": "lfp",
        "node_set": "all",
        "positions_file": "inputs/stimulators.csv",
        "waveform": {"shape": "sin", "del": 5.0, "dur": 50.0, "amp": 0.003, "freq": 40.0},
    }
    solved = {
        "module": "comsol",
        "input_type": "lfp",
        "node_set": "all",
        "comsol_files": "inputs/comsol.txt",
        "waveforms": "inputs/wave.csv",
        "amplitudes": 30.0,
    }
    moving = {
        "module": "comsol",
        "input_type": "lfp",
        "node_set": "all",
        "comsol_files": "inputs/moving.txt",
        "amplitudes": 20.0,
    }
    made = {
        "gaps": {"pulse": pulse},
        "replay": {"replay": replay},
        "held": {"held": held, "pulse": pulse},
        "ranged": {"pulse": ranged},
        "xstim": {"field": field},
        "comsol": {"field": solved},
        "moving": {"field": moving},
    }
    for kind in DIRECTED:
        nodes = {**files, "node_types_file": f"$NET/directed_{kind}.csv"}
        (folder / f"{kind}_circuit.json").write_text(json.dumps({**circuit, "networks": {"nodes": [nodes]}}))
        made[kind] = {"pulse": pulse, "field": field}
    base = json.loads((folder / "simulation.json").read_text())
    report = {"cells": "all", "variable_name": "v", "module": "membrane_report", "sections": "soma"}
    for name, inputs in made.items():
        own = {
            **base,
            "inputs": inputs,
            "network": f"{name if name in DIRECTED else 'special'}_circuit.json",
            "reports": {"soma": report},
            "node_sets": {},
            "run": {**base["run"], "tstop": 80.0},
        }
        own["output"] = {**base["output"], "output_dir": f"output_{name}"}
        (folder / f"special_{name}.json").write_text(json.dumps(own))


def inputs(folder):
    """Spikes to be played, electrodes, and solutions of a field in space."""
    random = np.random.RandomState(4)
    with h5py.File(folder / "replay.h5", "w") as file:
        file["spikes/cells/node_ids"] = random.choice([1, 2], 30).astype("u8")
        file["spikes/cells/timestamps"] = np.sort(np.round(random.uniform(1, 70, 30), 2))
    head = "pos_x pos_y pos_z rotation_x rotation_y rotation_z"
    (folder / "stimulators.csv").write_text(f"ip {head}\n0 150 20 30 0 0 0\n1 -120 -200 10 0 0 0\n")
    (folder / "wave.csv").write_text("time amplitude\n0 0\n10 1\n20 -1\n80 0\n200 0\n")
    points = random.uniform(-260, 260, (400, 3))
    still = points[:, 0] * 0.01 + 0.3 * np.sin(points[:, 1] / 60)
    _comsol(folder / "comsol.txt", points, ["V (mV)"], still[:, None])
    times = np.array([0.0, 0.02, 0.05, 0.1])
    names = [f"V (mV) @ t={time:g}" for time in times]
    _comsol(folder / "moving.txt", points, names, still[:, None] * np.array([0.0, 1.0, -1.0, 0.5]))


def _comsol(path, points, names, values):
    rows = "\n".join(" ".join(f"{x:.8g}" for x in row) for row in np.hstack([points, values]))
    columns = "".join(f"{name:<25}" for name in ("% x", "y", "z", *names))
    path.write_text("% a line\n" * 8 + columns.rstrip() + "\n" + rows + "\n")


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    network(folder / "network")
    (folder / "replay").mkdir(exist_ok=True)
    replayed(folder / "replay")
    inputs(folder / "inputs")
    configs(folder)
