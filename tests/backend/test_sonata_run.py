"""SONATA configs at the command line, in Python, and as a model that is written."""

import json
import subprocess
import sys

import h5py
import numpy as np
import pytest
import tiny_sonata

import netspec
from netspec.errors import FileError
from netspec.session import circuits

pytestmark = pytest.mark.neuron


@pytest.fixture
def path(tmp_path):
    return tiny_sonata.write(tmp_path)


def spikes(found):
    names, ids = found.plan.cells.tag("population"), found.plan.cells.tag("node_id")
    rows = found.plan.cells.positions(found.spikes["gid"])
    return sorted(zip(names[rows], ids[rows], found.spikes["time"].tolist(), strict=True), key=str)


def test_a_circuit_runs(path):
    """Inputs of weight 1.5 make IntFire1 cells spike at once; a delay of 0 is one."""
    net, options, mods = netspec.import_sonata(path)
    assert mods == ()
    times = {row[:3] for row in spikes(netspec.run(net, options, mod=mods)) if row[0] == "cells"}
    assert {("cells", 0, 11.0), ("cells", 1, 5.25), ("cells", 1, 20.5), ("cells", 2, 8.25)} <= times


def test_the_command_line(path, tmp_path):
    def said(*arguments):
        done = subprocess.run([sys.executable, "-m", "netspec", *map(str, arguments)], cwd=tmp_path,
                              capture_output=True, text=True, check=False)  # fmt: skip
        assert done.returncode == 0, done.stderr
        return done.stdout

    assert "no problem in 4 populations, 2 connection rules" in said("check", path)
    assert "feed" in said("plan", path)
    assert "Spikes: " in said("run", path)
    assert "run.py" in said("import", path, "-o", tmp_path / "made")
    written = json.loads((tmp_path / "made" / "netParams.json").read_text())
    assert set(written["net"]["params"]["connParams"]) == {"recurrent", "feed"}
    assert "Connections: 6" in said("run", tmp_path / "made" / "run.py")


def test_results_go_where_the_config_says(path, tmp_path):
    config = json.loads(path.read_text())
    path.write_text(json.dumps({**config, "output": {"output_dir": "made", "spikes_file": "times.h5"}}))
    _, options, _ = netspec.import_sonata(path)
    assert options["saveSonata"] == {"config": str(path)}
    subprocess.run([sys.executable, "-m", "netspec", "run", str(path)], cwd=tmp_path, check=True)
    with h5py.File(path.parent / "made" / "times.h5") as file:
        assert 11.0 in file["spikes/cells/timestamps"][:]


def test_nothing_is_written_over(path, tmp_path):
    circuits.write(path, tmp_path / "made")
    with pytest.raises(FileError, match="is there already"):
        circuits.write(path, tmp_path / "made")


@pytest.mark.parametrize("text", ["{", "[1]", '{"net": {}, "simConfig": {}}', '{"popParams": {}}'])
def test_other_files_are_no_configs(tmp_path, text):
    (tmp_path / "x.json").write_text(text)
    assert not circuits.is_config(tmp_path / "x.json")


def test_netpynes_importer(path):
    from netspec import conversion, sim

    conversion.SONATAImporter(sim=sim).importNet(str(path), replaceAxon=True)
    assert len(sim.net.cells) == 8
    sim.clearAll()
    with pytest.raises(netspec.SpecError, match="setdLNseg"):
        conversion.SONATAImporter().importNet(str(path), setdLNseg=False)


STICK = """
begintemplate Stick
public soma, dend, all
objref all
create soma[1], dend[1]
proc init() {
    all = new SectionList()
    soma[0] { L = 20 diam = 18 insert hh all.append() }
    dend[0] { L = 80 diam = 2 insert pas all.append() }
    connect dend[0](0), soma[0](1)
}
endtemplate Stick
"""


@pytest.fixture
def bluebrain(tmp_path):
    """A circuit in BlueBrain's dialect: words in libraries, synapses with parameters of their own."""
    tiny_sonata.nodes(tmp_path / "cells.h5", "cells", [-1] * 3, {
        "model_type": [0] * 3, "@library/model_type": ["biophysical"],
        "model_template": [0] * 3, "@library/model_template": ["hoc:Stick"], "x": [0.0, 5.0, 9.0],
    })  # fmt: skip
    tiny_sonata.nodes(tmp_path / "inputs.h5", "inputs", [-1] * 2,
                      {"model_type": [0] * 2, "@library/model_type": ["virtual"]})  # fmt: skip
    columns = {"afferent_section_id": [1, 0, 1], "afferent_section_pos": [0.5] * 3, "delay": [1.0] * 3,
               "conductance": [0.02] * 3, "tau1": [0.5, 0.5, 1.0], "tau2": [3.0, 3.0, 7.0],
               "erev": [0.0, 0.0, -75.0]}  # fmt: skip
    tiny_sonata.edges(tmp_path / "feed.h5", ("inputs", "cells"), [0, 1, 0], [0, 1, 2], [-1] * 3,
                      {"0": columns}, [0] * 3, [0, 1, 2], True)  # fmt: skip
    (tmp_path / "Stick.hoc").write_text(STICK)
    with h5py.File(tmp_path / "spikes.h5", "w") as file:
        file["spikes/inputs/node_ids"], file["spikes/inputs/timestamps"] = np.array([0, 1]), [5.0, 6.0]
    nodes = [{"nodes_file": f"{name}.h5", "populations": {name: {"type": kind}}}
             for name, kind in (("cells", "biophysical"), ("inputs", "virtual"))]  # fmt: skip
    edges = [{"edges_file": "feed.h5", "populations": {"feed": {"type": "Exp2Syn_synapse"}}}]
    config = {
        "components": {"biophysical_neuron_models_dir": "."},
        "networks": {"nodes": nodes, "edges": edges},
        "run": {"tstop": 30, "dt": 0.025, "random_seed": 1, "integration_method": "crank_nicolson"},
        "conditions": {"celsius": 6.3, "v_init": -65, "mechanisms": {"Exp2Syn": {}}},
        "inputs": {
            "trains": {"input_type": "spikes", "module": "synapse_replay", "spike_file": "spikes.h5",
                       "delay": 0, "duration": 30, "node_set": "cells"},
            "pulse": {"input_type": "current_clamp", "module": "linear", "amp_start": 0.5, "delay": 20,
                      "duration": 2, "node_set": {"population": "cells", "node_id": [2]}},
        },
        "connection_overrides": [{"name": "half", "source": "inputs", "target": [1], "weight": 0.5,
                                  "modoverride": "Exp2Syn"}],
    }  # fmt: skip
    path = tmp_path / "simulation.json"
    path.write_text(json.dumps(config))
    return path


def test_bluebrains_dialect(bluebrain):
    net, options, mods = netspec.import_sonata(bluebrain)
    assert options["hParams"] == {"celsius": 6.3, "v_init": -65, "secondorder": 1}
    assert net["defaultThreshold"] == -30
    assert net["synMechParams"] == {
        "Exp2Syn:0.5/3/0": {"mod": "Exp2Syn", "tau1": 0.5, "tau2": 3, "e": 0},
        "Exp2Syn:1/7/-75": {"mod": "Exp2Syn", "tau1": 1, "tau2": 7, "e": -75},
    }
    found = netspec.run(net, options, mod=mods)
    rows = found.plan.connections
    assert sorted(zip(rows["post"], rows["weight"], strict=True)) == [(0, 0.02), (1, 0.01), (2, 0.02)]
    assert {row[:2] for row in spikes(found)} == {
        ("cells", 0), ("cells", 1), ("cells", 2), ("inputs", 0), ("inputs", 1)
    }  # fmt: skip


def test_an_unknown_override_is_an_error(bluebrain):
    content = json.loads(bluebrain.read_text())
    content["connection_overrides"][0]["spont_minis"] = 2.0
    bluebrain.write_text(json.dumps(content))
    with pytest.raises(FileError, match=r"connection_overrides\[0\].spont_minis: not supported yet"):
        netspec.import_sonata(bluebrain)
