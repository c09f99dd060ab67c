"""Settings as scripts, cells of files, cells of saved networks: NetPyNE's small ways between formats."""

import json
import runpy
from pathlib import Path

import pytest

from netspec import conversion, sim, specs

pytestmark = pytest.mark.neuron

CELLS = Path(__file__).parents[1] / "cells"
NET = {
    "cellParams": {"P": {"secs": {"soma": {"geom": {"L": 20, "diam": 20}, "mechs": {"hh": {}}}}}},
    "popParams": {"E": {"cellType": "P", "numCells": 3}},
    "synMechParams": {"exc": {"mod": "Exp2Syn", "tau1": 0.5, "tau2": 3, "e": 0}},
    "connParams": {
        "E->E": {"preConds": {"pop": "E"}, "postConds": {"pop": "E"}, "weight": 0.01, "synMech": "exc"},
    },
}


@pytest.fixture(autouse=True)
def _here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def test_script_makes_the_settings_and_runs_them():
    params, cfg = specs.NetParams(NET), specs.SimConfig({"duration": 12, "saveJson": True})
    path = sim.conversion.createPythonScript("made", params, cfg)
    found = runpy.run_path(path)
    assert found["netParams"].todict() == params.todict()
    assert found["simConfig"].todict() == cfg.todict()
    assert sim.allSimData.spkt == []
    assert Path("model_output_data.json").exists() or list(Path().glob("*_data.json"))


def test_scripts_of_one_kind_of_settings():
    params, cfg = specs.NetParams(NET), specs.SimConfig({"duration": 12})
    conversion.createPythonNetParams("params.py", params)
    conversion.createPythonSimConfig("config.py", cfg, "cfg")
    assert sim.loadNetParams("params.py", setLoaded=False).todict() == params.todict()
    assert sim.loadSimCfg("config.py", setLoaded=False).duration == 12
    assert "sim" not in Path("config.py").read_text().replace("SimConfig", "").replace("simLabel", "")[:80]


def test_cell_of_a_file_is_what_import_cell_params_makes():
    sections, lists, _, _ = conversion.importCell(str(CELLS / "ball.hoc"), "Ball", [2])
    params = specs.NetParams()
    rule = params.importCellParams("B", str(CELLS / "ball.hoc"), "Ball", cellArgs=[2], somaAtOrigin=False)
    assert rule["secs"].todict() == sections
    assert rule["secLists"].todict() == lists


def test_what_is_not_there_says_what_to_use():
    with pytest.raises(AttributeError, match="conversion has no 'importConnFromExcel': read the sheet with"):
        conversion.importConnFromExcel("a.xlsx", "b")
    with pytest.raises(AttributeError, match="Did you mean 'importCell'"):
        conversion.importCel()


def test_tags_and_connections_of_a_saved_file():
    sim.create(specs.NetParams(NET), specs.SimConfig({"duration": 1, "saveJson": True, "filename": "run"}))
    sim.gatherData()
    sim.saveData()
    tags, conns = sim.ijsonLoad("run_data.json", connsGidRange=[1], tagFormat=["pop", "cellType"])
    assert tags == {"format": ["pop", "cellType"], 0: ["E", "P"], 1: ["E", "P"], 2: ["E", "P"]}
    assert [conn["preGid"] for conn in conns[1]] == [0, 2]
    tags, conns = sim.ijsonLoad(
        "run_data.json", loadTags=False, connFormat=["preGid", "weight"], saveConns="conns.json"
    )
    assert tags == {}
    assert conns[2] == [[0, 0.01], [1, 0.01]]
    assert json.loads(Path("conns.json").read_text())["conns"]["2"] == conns[2]


def test_handlers_kept_in_fih_are_called_and_go_with_the_network():
    sim.create(specs.NetParams(NET), specs.SimConfig({"duration": 1}))
    called = []
    sim.fih.append(sim.h.FInitializeHandler(lambda: called.append(sim.h.t)))
    sim.simulate()
    assert called == [0.0]
    sim.create(specs.NetParams(NET), specs.SimConfig({"duration": 1}))
    sim.simulate()
    assert (sim.fih, called) == ([], [0.0])
