"""Stimuli, modifications, electrical synapses and replays of BlueBrain's dialect are those of neurodamus."""

import json
import shutil
from pathlib import Path

import h5py
import numpy as np
import pytest

import netspec
from netspec.formats.sonata import spikes
from netspec.formats.sonata.write import export
from sonata import judge_neurodamus

pytestmark = [pytest.mark.neuron, pytest.mark.oracle, pytest.mark.slow]

HERE = Path(__file__).parent
CELL = {"secs": {
    "soma": {"geom": {"pt3d": [[-10, 0, 0, 20], [0, 0, 0, 20], [10, 0, 0, 20]], "nseg": 1},
             "mechs": {"hh": {}}, "spikeGenLoc": 1.0},
    "dend": {"geom": {"pt3d": [[10, 0, 0, 2], [60, 0, 0, 2], [110, 0, 0, 2]], "nseg": 3},
             "mechs": {"pas": {"g": 1e-4, "e": -65}},
             "topol": {"parentSec": "soma", "parentX": 1.0, "childX": 0}},
}}  # fmt: skip
COUNT = 17
ALWAYS = {"input_type": "current_clamp", "delay": 5, "duration": 80, "represents_physical_electrode": True}
SHOT = {"rise_time": 0.5, "decay_time": 3}
OU = "ornstein_uhlenbeck"
STIMULI = [
    {"module": "linear", "amp_start": 0.05, "amp_end": 0.9},
    {"module": "relative_linear", "percent_start": 50, "percent_end": 300},
    {"module": "subthreshold", "percent_less": -80},
    {"module": "hyperpolarizing"},
    {"module": "pulse", "amp_start": 1.5, "frequency": 60, "width": 4},
    {"module": "sinusoidal", "amp_start": 0.8, "frequency": 30, "dt": 0.05},
    {"module": "noise", "mean": 0.3, "variance": 0.05},
    {"module": "noise", "mean_percent": 150, "variance": 10},
    {"module": OU, "mean": 0.2, "sigma": 0.2, "tau": 3},
    {"module": f"relative_{OU}", "mean_percent": 100, "sd_percent": 60, "tau": 3, "random_seed": 7},
    {"module": "shot_noise", **SHOT, "rate": 200, "amp_mean": 0.5, "amp_var": 0.05},
    {"module": "absolute_shot_noise", **SHOT, "mean": 0.4, "sigma": 0.1, "relative_skew": 0.3},
    {"module": "relative_shot_noise", **SHOT, "mean_percent": 120, "sd_percent": 40},
    {"module": OU, "input_type": "conductance", "mean": 0.01, "sigma": 0.01, "tau": 3, "reversal": 0.0},
    {"module": "relative_shot_noise", "input_type": "conductance", **SHOT, "mean_percent": 60,
     "sd_percent": 40},
    {"module": "seclamp", "input_type": "voltage_clamp", "delay": 0, "voltage": -70,
     "duration_levels": [20, 20, 20], "voltage_levels": [0, -70, 10]},
    {"module": "replay", "path": "currents.h5", "interpolate": True},
]  # fmt: skip
PULSE = {**ALWAYS, "module": "linear", "amp_start": 0.6, "node_set": "E"}


@pytest.fixture(scope="module")
def circuit(tmp_path_factory):
    """A folder with cells that have a threshold current, synapses between them, and reports."""
    net = {
        "cellParams": {"c": CELL},
        "popParams": {"E": {"cellType": "c", "numCells": COUNT}},
        "synMechParams": {"exc": {"mod": "Exp2Syn", "tau1": 0.5, "tau2": 3, "e": 0}},
        "connParams": {"E->E": {"preConds": {"pop": "E"}, "postConds": {"pop": "E"}, "weight": 0.02,
                                "delay": 2, "connList": [[0, 1], [1, 2], [2, 1]], "sec": "dend",
                                "synMech": "exc"}},
    }  # fmt: skip
    plan = netspec.plan(net, {"duration": 100, "dt": 0.025, "hParams": {"celsius": 6.3, "v_init": -65}})
    place = export(plan, tmp_path_factory.mktemp("circuit") / "out", dialect="obi")
    with h5py.File(place / "network" / "E_nodes_obi.h5", "a") as file:
        own = file["nodes/E/0/dynamics_params"]
        own["threshold_current"][:] = np.linspace(0.2, 0.4, COUNT)
        own["holding_current"][:] = np.linspace(-0.8, 0.6, COUNT)[::-1]
        own["holding_current"][3] = 0.7
        own["input_resistance"] = np.linspace(50, 70, COUNT).astype("f4")
    sets = {"E": {"population": "E"}, **{f"n{k}": {"population": "E", "node_id": [k]} for k in range(COUNT)}}
    (place / "node_sets.json").write_text(json.dumps(sets))
    compartments = {"population": "E", "compartment_set": [[1, 1, 0.2], [2, 1, 0.9]]}
    (place / "sets.json").write_text(json.dumps({"some": compartments}))
    _currents(place / "currents.h5")
    spikes.write(place / "played.h5", {"E": (np.array([0, 1, 0, 2]), np.array([3.0, 8.0, 12.5, 40.0]))})
    _electrical(place)
    return place


def _currents(path):
    """A report of currents, of which one node has some."""
    with h5py.File(path, "w") as file:
        group = file.create_group("report/E")
        group["data"] = (0.5 * np.sin(np.arange(60) / 3) + 0.5)[:, None].astype("f4")
        group["data"].attrs["units"] = "nA"
        mapping = group.create_group("mapping")
        mapping["node_ids"] = np.array([16], "u8")
        mapping["node_ids"].attrs["sorted"] = np.uint8(1)
        mapping["index_pointers"], mapping["element_ids"] = np.array([0, 1], "u8"), np.array([0], "u4")
        mapping["time"] = np.array([0.0, 60.0, 1.0])
        mapping["time"].attrs["units"] = "ms"


def _electrical(place):
    """A population of edges of which each is an end of a gap junction, and a circuit with it."""
    source, target = np.array([1, 0, 2, 1]), np.array([0, 1, 1, 2])
    with h5py.File(place / "network" / "gaps.h5", "w") as file:
        group = file.create_group("edges/gaps")
        for name, ids in (("source", source), ("target", target)):
            group[f"{name}_node_id"] = ids.astype("u8")
            group[f"{name}_node_id"].attrs["node_population"] = "E"
        group["edge_type_id"] = np.full(4, -1)
        columns = {
            "conductance": [0.01, 0.01, 0.004, 0.004],
            "afferent_junction_id": [10, 11, 20, 21],
            "efferent_junction_id": [11, 10, 21, 20],
            "afferent_section_id": [0, 1, 0, 1],
            "afferent_section_pos": [0.5] * 4,
            "efferent_section_id": [1, 0, 1, 0],
            "efferent_section_pos": [0.5] * 4,
        }
        for name, values in columns.items():
            group[f"0/{name}"] = np.array(values)
        for way, ids in (("target_to_source", target), ("source_to_target", source)):
            order = np.argsort(ids, kind="stable")
            index = group.create_group(f"indices/{way}")
            index["range_to_edge_id"] = np.array([(k, k + 1) for k in order], "u8")
            ends = np.searchsorted(ids[order], np.arange(COUNT + 1))
            index["node_id_to_ranges"] = np.stack([ends[:-1], ends[1:]], axis=1).astype("u8")
    circuit = json.loads((place / "circuit_config_obi.json").read_text())
    edges = {"edges_file": "$BASE_DIR/network/gaps.h5", "populations": {"gaps": {"type": "electrical"}}}
    circuit["networks"]["edges"] = [edges]
    circuit["components"]["mechanisms_dir"] = "$BASE_DIR/mechanisms"
    (place / "mechanisms").mkdir()
    shutil.copy(HERE / "mod" / "gap.mod", place / "mechanisms")
    (place / "circuit_gaps.json").write_text(json.dumps(circuit))


def same(circuit, name, least, **changed):
    """Whether neurodamus and netspec find the same spikes, and at least so many."""
    simulation = json.loads((circuit / "simulation_config_obi.json").read_text())
    simulation |= {"compartment_sets_file": "sets.json", **changed}
    simulation["run"] |= {"random_seed": 11, "stimulus_seed": 3}
    path = circuit / f"{name}.json"
    path.write_text(json.dumps(simulation))
    theirs = np.sort(judge_neurodamus.spikes(path))
    net, options, mods = netspec.import_sonata(path)
    found = netspec.run(net, options, mod=mods)
    real = found.plan.cells.table["template"][found.plan.cells.positions(found.spikes["gid"])] >= 0
    ours = np.sort(found.spikes["time"][real])
    assert len(theirs) >= least
    assert len(ours) == len(theirs)
    assert np.abs(ours - theirs).max() <= 1e-6


def test_stimuli(circuit):
    inputs = {f"z{k}": {**ALWAYS, **own, "node_set": f"n{k}"} for k, own in enumerate(STIMULI)}
    same(circuit, "stimuli", 60, inputs=inputs, connection_overrides=[
        {"name": "none", "source": "E", "target": "E", "weight": 0.0, "modoverride": "Exp2Syn"}])  # fmt: skip


MODIFICATIONS = {
    "configure_all_sections": "%s.gnabar_hh = 0.2; %s.gkbar_hh *= 1.2",
    "section_list": "basal.g_pas = 0.001; basal.cm = 2",
    "section": "dend[0].g_pas *= 20",
    "compartment_set": "g_pas += 0.01",
}


@pytest.mark.parametrize("kind", MODIFICATIONS)
def test_modifications(kind, circuit):
    entry = {"name": "x", "type": kind, "section_configure": MODIFICATIONS[kind]}
    entry |= {"compartment_set": "some"} if kind == "compartment_set" else {"node_set": "n1"}
    conditions = {"celsius": 6.3, "v_init": -65, "modifications": [entry]}
    same(circuit, kind, 3, conditions=conditions, inputs={"pulse": PULSE})


def test_a_uniform_field(circuit):
    """It shifts spikes; neurodamus takes it where segments begin."""
    field = {"input_type": "extracellular_stimulation", "module": "spatially_uniform_e_field",
             "node_set": "n1",
             "delay": 10, "duration": 50, "ramp_up_time": 5, "ramp_down_time": 5,
             "fields": [{"Ex": 200.0, "Ey": 60.0, "Ez": 0.0, "frequency": 30.0, "phase": 0.3}]}  # fmt: skip
    same(circuit, "field", 10, inputs={"pulse": {**PULSE, "amp_start": 0.3}, "field": field})


def test_electrical_synapses(circuit):
    pulse = {**PULSE, "node_set": "n0"}
    same(circuit, "gaps", 10, network="circuit_gaps.json", inputs={"pulse": pulse}, connection_overrides=[])


def test_a_replay_onto_cells(circuit):
    """Spikes of a file come along the edges of cells; those before the delay do not."""
    replay = {"module": "synapse_replay", "input_type": "spikes", "delay": 5, "duration": 90,
              "spike_file": "played.h5", "node_set": "n1"}  # fmt: skip
    same(circuit, "replay", 2, inputs={"replay": replay})
