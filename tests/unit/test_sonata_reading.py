"""Configs, nodes, edges and inputs of SONATA files, without NEURON."""

import json

import h5py
import numpy as np
import pytest
import tiny_sonata

import netspec
from netspec.errors import FileError
from netspec.formats.sonata import config, edges, network, nodes
from netspec.formats.sonata.node_sets import resolve


def none(each):
    assert each == []
    return []


def read(path):
    return network.read(path, none)


@pytest.fixture
def path(tmp_path):
    return tiny_sonata.write(tmp_path)


def test_a_circuit_becomes_dictionaries(path):
    net, options = read(path)
    assert options["duration"] == 50
    assert options["hParams"] == {"celsius": 34, "v_init": -80}
    first, second = (net["popParams"][f"cells:{number}"] for number in (0, 1))
    assert (first["cellModel"], first["tau"], first["refrac"]) == ("IntFire1", 20, 3)
    assert "tau" not in second
    assert [(cell["node_id"], cell["x"], cell["ei"]) for cell in first["cellsList"]] == [
        (0, 0, "e"), (2, 20, "e"), (3, 30, "e")
    ]  # fmt: skip
    assert [cell["spkTimes"] for cell in net["popParams"]["inputs"]["cellsList"]] == [[10.0], [5.25, 20.5]]
    assert net["popParams"]["inputs"]["cellsList"][0]["label"] == "two words"
    assert net["connParams"]["feed"]["connFunc"] == "sonata"


def test_the_plan_has_the_edges_of_both_groups(path):
    """Group 1 has nsyns and no weight; its edge onto a point neuron weighs as many times as its type says."""
    net, options = read(path)
    made = netspec.plan(net, options)
    names, ids = made.cells.tag("population"), made.cells.tag("node_id")
    rows = made.connections
    found = set()
    for k in range(len(rows)):
        pre, post = (int(made.cells.positions(rows[end][k : k + 1])[0]) for end in ("pre", "post"))
        found.add((names[pre], ids[pre], ids[post], rows["weight"][k], rows["delay"][k]))
    assert found == {
        ("cells", 0, 1, 0.7, 2.0), ("cells", 1, 0, -0.5, 1.0), ("cells", 2, 0, 0.6, 2.0),
        ("inputs", 0, 0, 1.5, 1.0), ("inputs:ahead", None, 1, 1.5, 1.0), ("inputs", 1, 2, 1.5, 3.0),
    }  # fmt: skip


def test_a_delay_below_the_step_is_kept_by_a_cell_ahead(path):
    net, _ = read(path)
    ahead = net["popParams"]["inputs:ahead"]["cellsList"]
    assert [cell["spkTimes"] for cell in ahead] == [[9.0], [4.25, 19.5]]


@pytest.mark.parametrize("targets", [[0, 1, 2, 3], [2, 0], [3], []])
def test_edges_with_and_without_an_index_are_the_same(tmp_path, targets):
    found = []
    for index in (True, False):
        folder = tmp_path / str(index)
        folder.mkdir()
        population = edges.populations(config.read(tiny_sonata.write(folder, index)))[0]
        found.append(edges.onto(population, np.array(targets, int)))
    assert found[0].rows.tolist() == found[1].rows.tolist()
    assert found[0].numbers("syn_weight").tolist() == found[1].numbers("syn_weight").tolist()


@pytest.mark.parametrize("layout", ["network below", "both below", "one"])
def test_all_layouts_are_the_same(tmp_path, layout):
    path = tiny_sonata.write(tmp_path)
    whole = json.loads(path.read_text())
    circuit = {name: whole.pop(name) for name in ("components", "networks")} | {"manifest": whole["manifest"]}
    if layout != "one":
        (tmp_path / "circuit.json").write_text(json.dumps(circuit))
        (tmp_path / "config.json").write_text(json.dumps({**whole, "network": "circuit.json"}))
    if layout == "both below":
        (tmp_path / "simulation.json").write_text(json.dumps(whole))
        path.write_text(json.dumps({"network": "circuit.json", "simulation": "${configdir}/simulation.json"}))
    net, options = read(path)
    assert (options["duration"], len(net["popParams"])) == (50, 4)


@pytest.mark.parametrize(
    ("wanted", "rows"),
    [
        ("excitatory", {"cells": [0, 2, 3]}),
        ("some", {"cells": [0, 2, 3], "inputs": [0, 1]}),
        ({"population": "cells", "x": {"$gte": 20}}, {"cells": [2, 3]}),
        ({"model_type": ["virtual"]}, {"inputs": [0, 1]}),
        ([1], {"cells": [1], "inputs": [1]}),
        ("inputs", {"inputs": [0, 1]}),
    ],
)
def test_node_sets(path, wanted, rows):
    read_config = config.read(path)
    found = resolve(read_config, nodes.read(read_config), wanted, "inputs.x.node_set")
    assert {name: own.tolist() for name, own in found.items() if len(own)} == rows


CLAMP = {"input_type": "current_clamp", "delay": 0, "duration": 1}
REFUSED = {
    "run.tstart": {"run": {"tstop": 50.0, "tstart": 5.0}},
    "conditions.spike_location 'axon'": {"conditions": {"spike_location": "axon"}},
    "inputs.x.module 'poisson'": {"inputs": {"x": {**CLAMP, "module": "poisson"}}},
    "inputs.x.module 'noize'": {"inputs": {"x": {**CLAMP, "module": "noize"}}},
    "inputs.x.mean_percent is missing": {"inputs": {"x": {**CLAMP, "module": "noise"}}},
    "inputs.x.frequency": {"inputs": {"x": {**CLAMP, "module": "pulse", "amp_start": 1, "frequency": "x"}}},
    "inputs.x.module 'function'": {"inputs": {"x": {"input_type": "spikes", "module": "function"}}},
    "inputs.x.spikes_file": {"inputs": {"x": {"input_type": "replay_spikes", "module": "replay", "edges": {
        "edges_file": "network/feed.h5", "edge_types_file": "network/feed.csv"}}}},
    "inputs.x.edges": {"inputs": {"x": {"input_type": "replay_spikes", "module": "replay"}}},
    "inputs.x.waveform.shape": {"inputs": {"x": {
        "input_type": "lfp", "module": "xstim", "positions_file": "network/cells.csv",
        "waveform": {"shape": "x"}}}},
    "inputs.x.waveform.freq": {"inputs": {"x": {
        "input_type": "lfp", "module": "xstim", "positions_file": "network/cells.csv",
        "waveform": {"shape": "sin", "amp": 1, "del": 1, "dur": 1}}}},
    "cells.csv: expected a header": {"inputs": {"x": {
        "input_type": "lfp", "module": "comsol", "comsol_files": "network/cells.csv"}}},
    "inputs.x: expected delay, duration and fields": {"inputs": {"x": {
        "input_type": "extracellular_stimulation", "module": "spatially_uniform_e_field", "delay": 1}}},
    "compartment_sets_file": {"inputs": {"x": {
        **CLAMP, "module": "linear", "amp_start": 1, "compartment_set": "a"}}},
    "reports.x.module 'save_synapses'": {"reports": {"x": {"module": "save_synapses", "cells": "all"}}},
    "modifications[0].type": {"conditions": {"modifications": [{"name": "x", "type": "tttx"}]}},
    "modifications[0].section_configure": {"conditions": {"modifications": [
        {"name": "x", "type": "section", "node_set": "cells", "section_configure": "soma.cm = 1"}]}},
    "connection_overrides[0].wait": {"connection_overrides": [
        {"source": "cells", "target": "cells", "wait": 1}]},
    "connection_overrides[0].target is missing": {"connection_overrides": [{"source": "cells"}]},
    "connection_overrides[0].spont_minis: not supported yet": {"connection_overrides": [
        {"source": "cells", "target": "cells", "spont_minis": 0.5}]},
}  # fmt: skip


@pytest.mark.parametrize("key", REFUSED)
def test_what_cannot_be_is_an_error_with_file_and_key(tmp_path, key):
    path = tiny_sonata.write(tmp_path, **REFUSED[key])
    with pytest.raises(FileError) as caught:
        read(path)
    assert str(tmp_path) in str(caught.value)
    assert key in str(caught.value)


def test_parameters_of_single_nodes(tmp_path):
    path = tiny_sonata.write(tmp_path)
    with h5py.File(tmp_path / "network" / "cells.h5", "a") as file:
        file["nodes/cells/0/dynamics_params/tau"] = np.array([0.05, 0.04, np.nan, 0.03])
    net, options = read(path)
    assert [cell.get("params") for cell in net["popParams"]["cells:0"]["cellsList"]] == [
        {"tau": tau, "refrac": 3.0} for tau in (50.0, 20.0, 30.0)
    ]  # fmt: skip
    (first, *_), (second, *_) = (block.cells["tau"] for block in netspec.plan(net, options).points[:2])
    assert (first, second) == (50.0, 40.0)


def test_parameters_of_single_edges(tmp_path):
    """They go before those of the type."""
    path = tiny_sonata.write(tmp_path)
    table = tmp_path / "network" / "feed.csv"
    table.write_text(
        "edge_type_id syn_weight delay model_template dynamics_params\n32 1 1 exp2syn exc.json\n"
    )
    config_of = json.loads(path.read_text())
    config_of["components"]["synaptic_models_dir"] = str(tmp_path)
    path.write_text(json.dumps(config_of))
    (tmp_path / "exc.json").write_text('{"tau1": 0.5, "tau2": 3.0, "erev": 0.0}')
    with h5py.File(tmp_path / "network" / "feed.h5", "a") as file:
        file["edges/feed/0/dynamics_params/tau2"] = np.array([4.0, np.nan, 6.0])
    made = {name: own for name, own in read(path)[0]["synMechParams"].items() if name.count(":") > 1}
    shared = {"mod": "Exp2Syn", "tau1": 0.5, "e": 0.0}
    assert made == {
        "exp2syn:exc:tau2=4": {**shared, "tau2": 4.0},
        "exp2syn:exc:tau2=6": {**shared, "tau2": 6.0},
        "exp2syn:exc:": {**shared, "tau2": 3.0},
    }


def test_replayed_edges_have_sources_of_their_own(tmp_path):
    files = {"edges_file": "network/recurrent.h5", "edge_types_file": "network/recurrent.csv"}
    entry = {"input_type": "replay_spikes", "module": "replay", "spikes_file": "played.csv", "edges": files,
             "target_node_set": {"population": "cells", "node_id": [0]}}  # fmt: skip
    path = tiny_sonata.write(tmp_path, inputs={"again": entry})
    (tmp_path / "played.csv").write_text(
        "timestamps population node_ids\n3.5 cells 1\n1.5 cells 2\n7 cells 2\n"
    )
    net, options = read(path)
    assert [cell["spkTimes"] for cell in net["popParams"]["again:recurrent"]["cellsList"]] == [
        [],
        [3.5],
        [1.5, 7.0],
        [],
    ]
    plan = netspec.plan(net, options)
    rows = plan.connections.take(plan.connections["rule"] == plan.model.rules.code("again:recurrent"))
    labels = [plan.cells.populations[code].label for code in plan.cells.table["population"][rows["pre"]]]
    assert set(labels) == {"again:recurrent"}
    assert sorted(plan.cells.table["index"][rows["pre"]].tolist()) == [1, 2]


WRONG = {
    "inputs.x.amp is missing": {"module": "IClamp", "input_type": "current_clamp", "delay": 1, "duration": 2},
    "inputs.x: lists of different lengths": {"module": "IClamp", "input_type": "current_clamp",
                                             "amp": [1, 2], "delay": 1, "duration": 2},
    "inputs.x.file": {"module": "IClamp", "input_type": "csv", "file": "nowhere.csv"},
    "expected columns": {"module": "IClamp", "input_type": "csv", "file": "network/cells.csv"},
    "there is no node set 'excitatry'": {"module": "IClamp", "input_type": "current_clamp", "amp": 1,
                                         "delay": 1, "duration": 2, "node_set": "excitatry"},
}  # fmt: skip


@pytest.mark.parametrize("message", WRONG)
def test_wrong_clamps(tmp_path, message):
    path = tiny_sonata.write(tmp_path, inputs={"x": WRONG[message]})
    with pytest.raises(FileError, match="inputs.x") as caught:
        read(path)
    assert message in str(caught.value)


def test_a_table_of_currents_becomes_a_clamp_for_each_level(tmp_path):
    from netspec.formats.sonata import clamps

    (tmp_path / "current.csv").write_text("timestamps amps\n20.0 0.1\n40.0 0.1\n60.0 0.3\n80.0 0.0\n")
    entry = {"module": "IClamp", "input_type": "csv", "file": "current.csv"}
    path = tiny_sonata.write(tmp_path, inputs={"x": entry})
    kind, found = clamps._clamps(config.read(path), "x", entry)
    assert kind == "IClamp"
    assert found == [{"amp": 0.1, "del": 20.0, "dur": 40.0}, {"amp": 0.3, "del": 60.0, "dur": 20.0}]


def test_many_levels_become_one_clamp_that_follows_them():
    from netspec.formats.sonata import clamps

    (made,) = clamps._steps(np.arange(300.0), np.arange(300.0) + 1, 300.0)
    assert made["waveform"]["values"] == [*range(1, 301), 0]
    assert not made["waveform"]["continuous"]


SECS = {
    "soma_0": {"geom": {"L": 20.0, "nseg": 1}, "topol": {}},
    "dend_0": {"geom": {"L": 100.0, "nseg": 5}, 
               "topol": {"parentSec": "soma_0", "parentX": 0.5, "childX": 0.0}},
    "dend_1": {"geom": {"pt3d": [[0, 0, 0, 1], [0, 40, 30, 1]], "nseg": 1},
               "topol": {"parentSec": "dend_0", "parentX": 1.0, "childX": 0.0}},
}  # fmt: skip


def test_segments_by_their_distance_from_the_soma():
    from netspec.formats.sonata import chance

    found = chance.of_sections(SECS)
    assert found.away.tolist() == [10.0, 20.0, 40.0, 60.0, 80.0, 100.0, 135.0]
    candidates, sums = found.candidates(("dend",), (70.0, 120.0))
    assert candidates.tolist() == [4, 5, 6]
    assert sums == pytest.approx([0.4, 0.8, 1.0])


def test_early_spikes_with_delays_below_the_step_are_an_error(tmp_path):
    path = tiny_sonata.write(tmp_path)
    with h5py.File(tmp_path / "spikes.h5", "a") as file:
        file["spikes/timestamps"][2] = 0.5
    with pytest.raises(FileError, match=r"node 1 of 'inputs' spikes at 0.5 ms"):
        read(path)
