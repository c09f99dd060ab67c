"""What reports of SONATA configs become: times, places, potentials; and numbers of sections in files."""

import json

import h5py
import numpy as np
import pytest
import tiny_sonata

import netspec
from netspec.errors import FileError
from netspec.formats.sonata import config, outputs
from netspec.formats.sonata.write import export

pytestmark = pytest.mark.neuron

TREE = """
begintemplate Tree
public soma, dend, axon, all
objref all
create soma[1], dend[1], axon[2]
proc init() {
    all = new SectionList()
    soma[0] { L = 20 diam = 18 insert hh all.append() }
    dend[0] { L = 80 diam = 2 nseg = 3 insert pas all.append() }
    axon[0] { L = 60 diam = 1 insert hh all.append() }
    axon[1] { L = 60 diam = 1 insert hh all.append() }
    connect dend[0](0), soma[0](1)
    connect axon[0](0), soma[0](0)
    connect axon[1](0), axon[0](1)
}
endtemplate Tree
"""
REPORT = {"cells": "cells", "variable_name": "v", "dt": 0.1, "start_time": 0.0, "end_time": 30.0}
SOMA = {**REPORT, "type": "compartment", "sections": "soma"}


@pytest.fixture
def circuit(tmp_path):
    """circuit(**changes): path of a simulation of three cells, two of which get currents."""
    words = {"model_type": ["biophysical"], "model_template": ["hoc:Tree"]}
    numbers = {"x": [0.0, 50.0, 90.0], "y": [0.0, 10.0, -20.0], "z": [0.0, 30.0, 5.0]}
    libraries = {f"@library/{name}": given for name, given in words.items()}
    tiny_sonata.nodes(
        tmp_path / "cells.h5", "cells", [-1] * 3, {**dict.fromkeys(words, [0] * 3), **libraries, **numbers}
    )
    (tmp_path / "Tree.hoc").write_text(TREE)
    sets = {"some": {"population": "cells", "compartment_set": [[0, 1, 0.9], [2, 0, 0.5], [2, 3, 0.5]]}}
    (tmp_path / "sets.json").write_text(json.dumps(sets))
    (tmp_path / "sites.csv").write_text("channel x_pos y_pos z_pos\n0 20 30 0\n1 60 -20 10\n")
    (tmp_path / "near.csv").write_text("channel x_pos y_pos z_pos\n0 5 15 5\n")
    clamp = {"input_type": "current_clamp", "module": "linear", "duration": 20}
    content = {
        "components": {"biophysical_neuron_models_dir": "."},
        "networks": {
            "nodes": [{"nodes_file": "cells.h5", "populations": {"cells": {"type": "biophysical"}}}],
            "edges": [],
        },
        "run": {"tstop": 30, "dt": 0.025, "random_seed": 1},
        "conditions": {"celsius": 6.3, "v_init": -65},
        "compartment_sets_file": "sets.json",
        "output": {"output_dir": "made"},
        "inputs": {
            f"pulse{node}": {**clamp, "amp_start": amp, "delay": 2, "node_set": {"population": "cells",
                             "node_id": [node]}} for node, amp in ((0, 0.5), (2, 0.9))
        },
    }  # fmt: skip

    def made(**changes):
        path = tmp_path / "simulation.json"
        path.write_text(json.dumps(content | changes))
        return path

    return made


def run(path):
    net, options, mods = netspec.import_sonata(path)
    return netspec.run(net, options, mod=mods)


def written(path, found):
    outputs.write(found, outputs.places(config.read(path)))
    return outputs.read(path.parent / "made")


def test_files_have_the_times_that_reports_ask_for(circuit):
    late = {**SOMA, "start_time": 4.0, "end_time": 9.0}
    path = circuit(reports={"whole": SOMA, "late": late})
    whole, part = (written(path, run(path)).reports[name]["cells"] for name in ("whole", "late"))
    kept = (whole.times > 3.99) & (whole.times < 8.99)
    assert part.values.shape == (50, 3)
    assert np.ptp(part.values[:, 0]) > 20
    np.testing.assert_allclose(part.times, whole.times[kept], atol=1e-9)
    assert np.array_equal(part.values, whole.values[kept])


def test_a_report_of_a_compartment_set(circuit):
    """It has what a report of all segments has at these places."""
    some = {**REPORT, "type": "compartment_set", "compartment_set": "some"}
    every = {**SOMA, "sections": "all", "compartments": "all"}
    path = circuit(reports={"some": some, "every": every})
    reports = written(path, run(path)).reports
    part, whole = reports["some"]["cells"], reports["every"]["cells"]
    assert part.nodes.tolist() == [0, 2, 2]
    assert part.sections.tolist() == [1, 0, 3]
    for column, (node, section, place) in enumerate([(0, 1, 5 / 6), (2, 0, 0.5), (2, 3, 0.5)]):
        same = (whole.nodes == node) & (whole.sections == section) & np.isclose(whole.positions, place)
        assert same.sum() == 1
        assert np.array_equal(part.values[:, column], whole.values[:, same][:, 0])


@pytest.mark.parametrize(("place", "section"), [("soma", 0), ("AIS", 3)])
def test_spikes_are_where_the_conditions_say(circuit, place, section):
    """They come at the step at which the potential there is above the threshold for the first time."""
    every = {**SOMA, "sections": "all", "compartments": "all", "dt": 0.025}
    path = circuit(
        conditions={"celsius": 6.3, "v_init": -65, "spike_location": place}, reports={"every": every}
    )
    found = run(path)
    whole = written(path, found).reports["every"]["cells"]
    column = np.flatnonzero((whole.nodes == 2) & (whole.sections == section))[0]
    above = whole.values[:, column] > -30
    rises = whole.times[1:][above[1:] & ~above[:-1]]
    spikes = found.spikes["time"][found.spikes["gid"] == 2]
    assert len(spikes) >= 2
    np.testing.assert_allclose(spikes, rises, atol=0.0251)


def test_ttx_is_a_mechanism_of_the_cells_of_its_node_set(circuit):
    entry = {"name": "x", "type": "ttx", "node_set": {"population": "cells", "node_id": [1]}}
    net, _, _ = netspec.import_sonata(
        circuit(conditions={"celsius": 6.3, "v_init": -65, "modifications": [entry]})
    )
    plain, changed = net["cellParams"].values()
    assert all(own["mechs"]["TTXDynamicsSwitch"] == {"ttxo_level": 1.0} for own in changed["secs"].values())
    assert set(changed["secs"]) == set(plain["secs"])
    assert not any("TTXDynamicsSwitch" in own["mechs"] for own in plain["secs"].values())
    (population,) = net["popParams"].values()
    assert [cell.get("modified") == changed["conds"]["modified"] for cell in population["cellsList"]] == [
        False,
        True,
        False,
    ]


def field(sites, **more):
    given = {"module": "extracellular", "electrode_positions": sites, "dt": 0.1, "variable_name": "v"}
    return {**given, "cells": "cells", **more}


def test_each_report_of_potentials_has_a_file(circuit):
    reports = {"far": field("sites.csv"), "near": field("near.csv", file_name="close.h5", start_time=5.0)}
    path = circuit(reports=reports)
    found = run(path)
    values, late = found.signals["LFP"].values, found.signals["LFP"].time > 4.99
    made = written(path, found).potentials
    assert np.array_equal(made["far"].values, values[:, :2])
    assert np.array_equal(made["close"].values, values[late, 2:])
    np.testing.assert_allclose(made["close"].times[0], 5.0)
    assert np.abs(values).max(axis=0).min() > 1e-5


def test_reports_of_potentials_of_different_cells_are_an_error(circuit):
    one = {"population": "cells", "node_id": [1]}
    path = circuit(reports={"far": field("sites.csv"), "near": field("near.csv", cells=one)})
    with pytest.raises(FileError, match=r"reports\.near: reports of potentials that differ in cells"):
        netspec.import_sonata(path)


def test_potentials_of_some_cells_add_up(circuit):
    net, options, mods = netspec.import_sonata(circuit(reports={"far": field("sites.csv")}))

    def of(*gids):
        given = {**options, "electrodes": {**options["electrodes"], "of": list(gids)}}
        return netspec.run(net, given, mod=mods).signals["LFP"].values

    whole, parts = of(0, 1, 2), [of(0), of(1, 2)]
    assert min(np.abs(part).max() for part in parts) > 1e-6
    np.testing.assert_allclose(sum(parts), whole, rtol=0, atol=1e-9 * np.abs(whole).max())


def test_sections_of_reports_have_the_numbers_of_an_export(tmp_path):
    """Soma, axon, dend, apic, in whatever order the cell rule has them."""
    child = {"L": 50, "diam": 2}, {"parentSec": "soma", "parentX": 1, "childX": 0}
    secs = {name: {"geom": child[0], "topol": child[1], "mechs": {"pas": {}}} for name in ("apic", "dend_1")}
    secs |= {"soma": {"geom": {"L": 20, "diam": 20}, "mechs": {"hh": {}}}}
    secs |= {"axon": {"geom": child[0], "topol": child[1], "mechs": {"pas": {}}}}
    net = {"cellParams": {"c": {"secs": secs}}, "popParams": {"E": {"cellType": "c", "numCells": 2}}}
    traces = {name: {"sec": name, "loc": 0.5, "var": "v"} for name in secs}
    options = {"duration": 5, "recordTraces": traces, "recordCells": ["all"]}
    found = netspec.run(net, options)
    with pytest.warns(netspec.NetspecWarning, match="without a report"):
        export(found.plan, tmp_path / "circuit", dialect="allen")
    sections = json.loads((tmp_path / "circuit" / "netspec.json").read_text())["sonata"]["sections"]
    (names,) = sections.values()
    assert names == ["soma", "axon", "dend_1", "apic"]
    outputs.write(found, outputs.Places(tmp_path / "made"))
    for number, name in enumerate(names):
        report = outputs.read(tmp_path / "made").reports[name]["E"]
        assert report.sections.tolist() == [number] * 2


def test_load_says_what_reads_spikes(tmp_path):
    with h5py.File(tmp_path / "spikes.h5", "w") as file:
        file["spikes/cells/node_ids"], file["spikes/cells/timestamps"] = [0], [1.0]
    with pytest.raises(FileError, match=r"netspec\.formats\.sonata\.outputs\.read takes it"):
        netspec.load(tmp_path / "spikes.h5")
