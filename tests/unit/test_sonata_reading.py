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


NOT_YET = {
    "gap_juncs": {"networks": {**tiny_sonata.CONFIG["networks"], "gap_juncs": [
        {"gap_juncs_file": "$NET/cells.h5"}]}},
    "conditions.modifications": {"conditions": {"modifications": [{"name": "x", "type": "ttx"}]}},
    "conditions.spike_location": {"conditions": {"spike_location": "AIS"}},
    "inputs.x.module 'noise'": {"inputs": {"x": {"input_type": "current_clamp", "module": "noise"}}},
    "inputs.x.module 'function'": {"inputs": {"x": {"input_type": "spikes", "module": "function"}}},
    "inputs.x.amp_end": {"inputs": {"x": {"input_type": "current_clamp", "module": "linear", "amp_start": 1,
                                          "amp_end": 2, "delay": 0, "duration": 1}}},
    "reports.x.module 'save_synapses'": {"reports": {"x": {"module": "save_synapses", "cells": "all"}}},
}  # fmt: skip


@pytest.mark.parametrize("key", NOT_YET)
def test_what_is_not_supported_is_an_error_with_file_and_key(tmp_path, key):
    path = tiny_sonata.write(tmp_path, **NOT_YET[key])
    with pytest.raises(FileError) as caught:
        read(path)
    assert str(path) in str(caught.value)
    assert key in str(caught.value)
    assert "not supported yet" in str(caught.value)


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


def test_early_spikes_with_delays_below_the_step_are_an_error(tmp_path):
    path = tiny_sonata.write(tmp_path)
    with h5py.File(tmp_path / "spikes.h5", "a") as file:
        file["spikes/timestamps"][2] = 0.5
    with pytest.raises(FileError, match=r"node 1 of 'inputs' spikes at 0.5 ms"):
        read(path)
