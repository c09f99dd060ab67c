"""NetPyNE's verbs on a small network: arguments, tuples, console lines, files, several ranks."""

import copy
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import netspec
from netspec import sim, specs
from netspec.errors import FileError, SpecError, StateError

pytestmark = pytest.mark.neuron

NET = {
    "popParams": {
        "E": {"cellType": "P", "numCells": 4},
        "I": {"cellType": "P", "numCells": 2},
        "noise": {"cellModel": "NetStim", "numCells": 2, "rate": 60, "noise": 0.5, "start": 1},
    },
    "cellParams": {
        "P": {"secs": {"soma": {"geom": {"L": 20, "diam": "uniform(18,22)", "nseg": 1}, "mechs": {"hh": {}}}}}
    },
    "synMechParams": {"exc": {"mod": "Exp2Syn", "tau1": 0.1, "tau2": 3, "e": 0}},
    "connParams": {
        "E->I": {
            "preConds": {"pop": "E"}, "postConds": {"pop": "I"}, "probability": 0.7, "weight": 0.01,
            "delay": "1 + dist_3D/100", "synMech": "exc",
        },
        "noise->E": {
            "preConds": {"pop": "noise"}, "postConds": {"pop": "E"}, "weight": 0.02, "delay": 2,
            "synMech": "exc",
        },
    },
    "stimSourceParams": {
        "bkg": {"type": "NetStim", "rate": 80, "noise": 0.5},
        "ic": {"type": "IClamp", "del": 5, "dur": 30, "amp": 0.3},
    },
    "stimTargetParams": {
        "bkg->P": {"source": "bkg", "conds": {"cellType": "P"}, "weight": 0.02, "delay": 1, "synMech": "exc"},
        "ic->E": {"source": "ic", "conds": {"pop": "E", "cellList": [0]}, "sec": "soma", "loc": 0.5},
    },
}  # fmt: skip
CFG = {
    "duration": 40,
    "recordTraces": {"V": {"sec": "soma", "loc": 0.5, "var": "v"}},
    "recordCells": ["E"],
    "recordStim": True,
    "recordStep": 0.5,
}


@pytest.fixture(autouse=True)
def own_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    yield
    sim.clearAll()


def settings(**options):
    return specs.NetParams(copy.deepcopy(NET)), specs.SimConfig({**copy.deepcopy(CFG), **options})


def spikes(data):
    return list(zip(data["spkt"], data["spkid"], strict=True))


def built(**options):
    """Everything up to the run, verb by verb."""
    sim.initialize(*settings(**options))
    sim.net.createPops()
    sim.net.createCells()
    sim.net.connectCells()
    sim.net.addStims()
    sim.setupRecording()
    return sim.net


# Verbs


def test_chain_of_verbs_is_one_wrapper():
    built()
    sim.runSim()
    by_verbs = spikes(sim.gatherData())
    sim.createSimulateAnalyze(*settings())
    assert spikes(sim.allSimData) == by_verbs
    assert len(by_verbs) > 10


def test_tuples_that_wrappers_return():
    made = sim.create(*settings(), output=True)
    assert len(made) == 6
    pops, cells, conns, rxd, stims, data = made
    assert list(pops) == ["E", "I", "noise"]
    assert len(cells) == len(conns) == len(stims) == 8
    assert conns[4][0].label == "E->I"
    assert stims[0][1].type == "IClamp"
    assert rxd == {}
    assert data.spkt.size() == 0
    assert sim.create(*settings()) is None
    assert len(sim.createSimulate(*settings(), output=True)) == 5
    net, cfg = settings()
    five = sim.createSimulateAnalyze(netParams=net, simConfig=cfg, output=True)
    assert [len(part) for part in five[:4]] == [3, 8, 8, 8]
    assert five[4]["V"]["cell_0"].size() == 81


def test_settings_of_the_running_script(monkeypatch):
    net, cfg = settings()
    monkeypatch.setattr(sys.modules["__main__"], "netParams", net, raising=False)
    monkeypatch.setattr(sys.modules["__main__"], "simConfig", cfg, raising=False)
    sim.create()
    assert sim.net.params is net
    assert sim.cfg is cfg


def test_plain_dicts_do_as_well():
    sim.createSimulate(copy.deepcopy(NET), copy.deepcopy(CFG))
    assert sim.cfg.duration == 40.0
    assert sim.net.params.popParams.E.numCells == 4


def test_console_lines(capsys):
    sim.createSimulateAnalyze(*settings(printPopAvgRates=True))
    said = capsys.readouterr().out
    expected = (
        "Start time:", "  Number of cells on node 0: 8", "  Done; cell creation", "Making connections...",
        "  Number of connections on node 0:", "Adding stims...", "  Number of stims on node 0: 7",
        "Recording 4 traces of 1 types on node 0", "Running simulation using NEURON for 40.0 ms...",
        "  Done; run time", "Gathering data...", "Analyzing...", "  Cells: 8", "  Connections:",
        "  Spikes:", "  Simulated time:", "   E :",
    )  # fmt: skip
    places = [said.find(line) for line in expected]
    assert -1 not in places, dict(zip(expected, places, strict=True))
    assert places == sorted(places)


def test_second_run_gives_the_same_spikes():
    built()
    sim.simulate()
    first = spikes(sim.allSimData)
    sim.simulate()
    assert spikes(sim.allSimData) == first


def test_interval_functions_are_called_with_the_time():
    built()
    seen = []
    sim.runSimWithIntervalFunc(10, lambda t, scale: seen.append(round(t * scale, 6)), [10, 30], {"scale": 2})
    assert seen == [40, 60]
    by_intervals = spikes(sim.gatherData())
    sim.simulate()
    assert spikes(sim.allSimData) == by_intervals


def test_interval_that_is_no_interval():
    built()
    with pytest.raises(SpecError, match="interval"):
        sim.runSimWithIntervalFunc(0, print)


def test_changes_between_stages_count():
    sim.initialize(*settings())
    sim.net.createPops()
    sim.net.createCells()
    sim.net.cells[5].tags["pop"] = "silent"
    sim.net.params.connParams["E->I"]["probability"] = 1.0
    sim.net.connectCells()
    assert [conn.preGid for conn in sim.net.cells[4].conns] == [0, 1, 2, 3]
    assert len(sim.net.cells[5].conns) == 0
    sim.net.params.stimSourceParams["ic"]["amp"] = 0.7
    sim.net.addStims()
    assert [conn.preGid for conn in sim.net.cells[4].conns][-1] == "NetStim"
    assert sim.net.cells[0].stims[1].hObj.amp == 0.7


def test_options_that_are_set_before_gathering_count(tmp_path):
    built()
    sim.runSim()
    sim.cfg.saveJson, sim.cfg.compactConnFormat = True, ["preGid", "weight"]
    sim.gatherData()
    (path,) = sim.saveData(filename="deep/er/run")
    assert path == "deep/er/run_data.json"
    saved = json.loads(Path(path).read_text())
    assert saved["net"]["cells"][0]["conns"][0] == [6, 0.02]
    assert saved["simConfig"]["compactConnFormat"] == ["preGid", "weight"]


# Live objects


def test_objects_are_neurons():
    net = built()
    cell = net.cells[4]
    soma = cell.secs["soma"]["hObj"]
    assert (soma.L, cell.secs.soma.geom.L) == (20.0, 20)
    for conn in cell.conns:
        assert conn["hObj"].weight[0] == conn["weight"]
        assert conn.hObj.delay == conn.delay
        assert conn.hObj.syn().get_segment().sec == soma
    assert net.cells[0].stims[1]["hObj"].amp == 0.3
    assert net.cells[6].hPointp.interval == pytest.approx(1000 / 60)
    assert cell.secs.soma.synMechs[0]["hObj"].tau2 == 3
    net.cells[0].secs["soma"]["hObj"].L = 30
    assert net.cells[0].secs["soma"]["hObj"].L == 30


def test_vectors_before_gathering_and_lists_after():
    built()
    sim.runSim()
    assert sim.simData.spkt.size() == len(sim.simData["spkid"])
    assert sim.simData["V"]["cell_0"].size() == sim.simData.t.size() == 81
    sim.gatherData()
    assert type(sim.allSimData["spkt"]) is list
    assert sim.allSimData.spkt == list(sim.simData.spkt)
    assert list(sim.allSimData.stims["cell_0"]) == ["bkg"]
    assert all(type(gid) is float for gid in sim.allSimData["spkid"])


def test_attributes_of_sim():
    built()
    assert (sim.rank, sim.nhosts) == (0, 1)
    assert sim.pc.nhost() == 1
    assert sim.cellByGid(3).gid == 3
    assert sim.cellByGid(33) is None
    assert [cell.gid for cell in sim.getCellsList(["I", ("E", [0, 1])])] == [0, 1, 4, 5]
    assert sim.getCellsList(["I"], returnGids=True) == [4, 5]
    sim.simulate()
    assert sim.numCells == len(sim.net.allCells) == 8
    assert sim.totalSpikes == len(sim.allSimData.spkt)
    assert sim.totalSynapses == sum(len(cell.conns) for cell in sim.net.allCells)
    assert sim.net.allPops["I"]["cellGids"] == [4, 5]
    assert sim.timingData["runTime"] > 0


def test_hashes_are_netpynes():
    assert sim.hashStr("") == 0xD41D8CD9
    assert sim.hashList([]) == 0xD41D8CD9
    assert sim.unique([3, 1, 3, 2]) == [3, 1, 2]
    values = {"a": 1, "b": 2}
    assert sim.rename(values, "a", "c")
    assert list(values) == ["c", "b"]


@pytest.mark.parametrize(
    ("name", "error", "message"),
    [
        ("createSimulat", AttributeError, "Did you mean 'createSimulate'"),
    ],
)
def test_unknown_attributes(name, error, message):
    with pytest.raises(error, match=message):
        getattr(sim, name)


def test_unknown_plot():
    with pytest.raises(AttributeError, match="Did you mean 'plotRaster'"):
        _ = sim.analysis.plotRastr


def test_plot_of_gathered_data():
    sim.createSimulate(*settings())
    _, numbers = sim.analysis.plotRaster(include=["E"], saveFig="raster.png", showFig=False)
    assert Path("raster.png").stat().st_size > 1000
    assert numbers
    sim.cfg.analysis["plotTraces"] = {"include": [0], "saveFig": "traces.png"}
    sim.analysis.plotData()
    assert Path("traces.png").exists()


# Mistakes


def test_swapped_arguments():
    net, cfg = settings()
    with pytest.raises(SpecError, match=r"initialize\(netParams, simConfig\)"):
        sim.initialize(cfg, net)
    with pytest.raises(SpecError, match="wrong order"):
        sim.createSimulateAnalyze(dict(CFG), copy.deepcopy(NET))


@pytest.mark.parametrize("option", ["filename", "saveFolder"])
def test_a_place_that_cannot_be_written_is_found_before_cells_are_made(tmp_path, capsys, option):
    (tmp_path / "file").write_text("")
    net, cfg = settings(saveJson=True, **{option: str(tmp_path / "file" / "out")})
    with pytest.raises(SpecError, match=rf"simConfig\.{option}\n +nothing can be written into .*file"):
        sim.create(net, cfg)
    assert "Number of cells" not in capsys.readouterr().out
    cfg.saveJson = False
    sim.create(net, cfg)


def test_mistakes_are_found_before_cells_are_made(capsys):
    net, cfg = settings(saveMat=True)
    net.connParams["E->I"]["wieght"] = 1
    cfg.analysis["plotRastr"] = True
    with pytest.raises(SpecError) as caught:
        sim.create(net, cfg)
    said = str(caught.value)
    for part in ("wieght", "plotRastr"):
        assert part in said
    assert "Number of cells" not in capsys.readouterr().out


@pytest.mark.parametrize(
    "verb",
    [
        lambda: sim.net.connectCells(),
        lambda: sim.net.addStims(),
        lambda: sim.setupRecording(),
        lambda: sim.runSim(),
        lambda: sim.net.cells,
    ],
)
def test_verbs_too_early(verb):
    sim.initialize(*settings())
    with pytest.raises(StateError):
        verb()


def test_structure_without_neuron_objects():
    sim.create(*settings(createNEURONObj=False))
    assert len(sim.net.cells[0].conns) > 0
    with pytest.raises(StateError, match="createNEURONObj"):
        sim.runSim()


# Files


@pytest.fixture
def saved():
    """Paths of all formats of a run, and its spikes."""
    formats = ("savePickle", "saveJson", "saveMat", "saveCSV", "saveDpk", "saveHDF5", "saveDat")
    sim.createSimulate(*settings(**dict.fromkeys(formats, True), saveFolder="out", simLabel="lab"))
    paths = sim.saveData()
    return {Path(path).suffix: path for path in paths}, spikes(sim.allSimData)


def test_files_of_a_run(saved):
    paths, original = saved
    assert {str(Path(path).parent / Path(path).name[:8]) for path in paths.values()} == {"out/lab_data"}
    assert set(paths) == {".pkl", ".json", ".mat", ".csv", ".dpk", ".h5", ".dat"}
    lines = Path(paths[".csv"]).read_text().splitlines()
    assert [tuple(map(float, line.split(","))) for line in lines[1:]] == original
    times, volts = np.loadtxt("out/lab_data_V_cell_0.dat").T
    assert times[1] == 0.0005
    assert volts[0] == pytest.approx(-0.065)
    matlab = pytest.importorskip("scipy.io").loadmat(paths[".mat"], simplify_cells=True)
    assert matlab["simData"]["spkt"].tolist() == [time for time, _ in original]


@pytest.mark.parametrize("kind", [".json", ".pkl", ".dpk", ".h5"])
def test_loaded_network_runs_the_same(saved, kind):
    paths, original = saved
    sim.load(paths[kind])
    assert spikes(sim.allSimData) == original
    assert sim.net.allCells[0].tags["pop"] == "E"
    sim.simulate()
    assert spikes(sim.allSimData) == original
    assert sim.cfg.simLabel == "lab"


def test_parts_of_files_are_loaded(saved):
    paths, original = saved
    sim.initialize({}, {})
    assert sim.loadSimCfg(paths[".json"], setLoaded=False).simLabel == "lab"
    assert list(sim.loadNetParams(paths[".pkl"], setLoaded=False).popParams) == ["E", "I", "noise"]
    sim.loadSimData(paths[".json"])
    assert spikes(sim.allSimData) == original
    sim.loadAll(paths[".h5"], instantiate=False)
    assert len(sim.net.allCells) == 8


def test_results_of_a_file(saved):
    paths, original = saved
    found = netspec.load(paths[".h5"])
    assert list(zip(found.spikes["time"].tolist(), found.spikes["gid"].tolist(), strict=True)) == original
    assert found.sim_config["simLabel"] == "lab"


def test_file_that_is_no_network():
    Path("a.json").write_text('{"net": {}}')
    with pytest.raises(FileError, match="a.json: it holds no"):
        sim.load("a.json")
    with pytest.raises(FileError, match="b.json: no such file"):
        sim.load("b.json")
    with pytest.raises(FileError, match="cannot be loaded"):
        sim.load("a.xyz")


def test_names_of_files():
    from netspec.session.places import base_name

    assert base_name({"filename": "out/base"}) == "out/base_data"
    assert base_name({"filename": "zzz", "saveFolder": "out/fold"}) == "out/fold/zzz_data"
    assert base_name({"filename": "zzz", "saveFolder": "out", "simLabel": "lab"}) == "out/lab_data"
    stamped = base_name({"filename": "zzz", "timestampFilename": True})
    assert len(stamped) == len("zzz_data-20261120_085724")


def test_what_is_saved(saved):
    sim.cfg.saveJson, sim.cfg.savePickle, sim.cfg.saveMat, sim.cfg.saveDat = True, False, False, False
    (path, *_) = sim.saveData(include=["simData", "netPops"], filename="part")
    content = json.loads(Path(path).read_text())
    assert list(content["net"]) == ["pops"]
    assert "simConfig" not in content


def test_network_with_connections_as_lists():
    sim.createSimulateAnalyze(*settings(saveJson=True, compactConnFormat=True))
    original = spikes(sim.allSimData)
    assert len(sim.loadSimulateAnalyze("model_output_data.json", output=True)) == 5
    assert spikes(sim.allSimData) == original
    assert "label" not in sim.net.cells[4].conns[0]
    sim.initialize(copy.deepcopy(NET), {**CFG, "duration": 20})
    sim.loadNet("model_output_data.json", compactConnFormat=True)
    sim.setupRecording()
    sim.simulate()
    assert spikes(sim.allSimData) == [(time, gid) for time, gid in original if time < 20]


def test_interval_files_replace_each_other():
    built(saveFolder="out")
    sim.intervalSimulate(10)
    assert [path.name for path in Path("out/interval_data").iterdir()] == ["interval_40.pkl"]
    assert Path("out/interval_data/interval_40.pkl").stat().st_size > 1000


@pytest.mark.parametrize(
    ("option", "kind"), [("savePickle", "pkl"), ("saveJson", "json"), ("saveHDF5", "h5")]
)
def test_saved_shares_are_merged(option, kind):
    sim.createSimulate(*settings())
    original = spikes(sim.allSimData)
    sim.createSimulateAnalyzeDistributed(*settings(**{option: True}, saveFolder="out", simLabel="lab"))
    assert sorted(spikes(sim.allSimData)) == sorted(original)
    assert len(sim.net.allCells) == 8
    assert [path.name for path in Path("out").glob("*.*")] == [f"lab_data.{kind}"]
    assert list(Path("out/lab_node_data").iterdir()) == []
    with pytest.raises(FileError, match="no file of a rank"):
        sim.gatherDataFromFiles()


# Models made of scripts


@pytest.fixture
def model_folder(tmp_path):
    folder = tmp_path / "model"
    (folder / "src").mkdir(parents=True)
    (folder / "src/cfg.py").write_text(
        "from netspec import specs\ncfg = specs.SimConfig({'duration': 5, 'gain': 3})\n"
    )
    (folder / "src/netParams.py").write_text(
        "from netspec import specs\nfrom __main__ import cfg\n"
        f"netParams = specs.NetParams({NET!r})\nnetParams.gain = cfg.gain\n"
    )
    index = {"simConfig": "src/cfg.py", "netParams": "src/netParams.py"}
    (folder / "index.npjson").write_text(json.dumps(index))
    return folder


def test_files_named_on_the_command_line(model_folder, monkeypatch):
    monkeypatch.setattr(sys, "argv", ["init.py", f"simConfig={model_folder}/src/cfg.py"])
    cfg, net = sim.readCmdLineArgs(netParamsDefault=str(model_folder / "src/netParams.py"))
    assert (cfg.duration, net.gain) == (5, 3)


def test_model_with_an_index(model_folder):
    cfg, net = sim.loadFromIndexFile(str(model_folder / "index.npjson"))
    assert (cfg.duration, net.gain) == (5, 3)
    sim.load(str(model_folder / "index.npjson"))
    sim.simulate()
    assert sim.allSimData["avgRate"] >= 0
    path = sim.saveModel(net, cfg, str(model_folder), "copy")
    other_cfg, other_net = sim.loadModel(path)
    assert (other_cfg.gain, other_net.popParams.E.numCells) == (3, 4)
    assert (Path("copy") / "src/cfg.py").exists()


@pytest.mark.parametrize("scripts", [(True, True), (True, False), (False, True)])
def test_model_saved_as_scripts(model_folder, scripts):
    cfg, net = sim.loadFromIndexFile(str(model_folder / "index.npjson"))
    net.popParams["E"]["far"] = (float("inf"), np.float64(2.5), None, [True, "it's"], {"a": {}})
    path = sim.saveModel(net, cfg, str(model_folder), "copy", *scripts)
    other_cfg, other_net = sim.loadModel(path)
    for other, settings, script in ((other_net, net, scripts[0]), (other_cfg, cfg, scripts[1])):
        if script:
            assert other.todict() == settings.todict()
    kinds = [Path(json.loads(Path(path).read_text())[name]).suffix for name in ("netParams", "simConfig")]
    assert kinds == [".py" if script else ".json" for script in scripts]


def test_numbers_of_netpynes_tutorials():
    sim.createSimulate(*settings())
    with pytest.raises(AssertionError, match="tut2: .* expected 280"):
        sim.checkOutput("tut2")
    with pytest.raises(SpecError, match="Did you mean 'tut5'"):
        sim.checkOutput("tutt5")


def test_load_of_the_ranks():
    sim.createSimulate(*settings())
    longest, shortest, mean, balance = sim.loadBalance()
    assert longest == shortest == mean > 0
    assert balance == 1


def test_compact_connections_by_a_verb():
    sim.createSimulate(*settings(saveJson=True))
    sim.compactConnFormat()
    assert sim.cfg.compactConnFormat[:2] == ["preGid", "preLabel"]
    (path,) = sim.saveData()
    assert isinstance(json.loads(Path(path).read_text())["net"]["cells"][0]["conns"][0], list)


def test_model_that_lacks_something(model_folder):
    (model_folder / "index.npjson").write_text('{"simCfg": "src/cfg.py"}')
    with pytest.raises(SpecError, match="Did you mean 'simCfg'"):
        sim.loadModel(str(model_folder))
    with pytest.raises(FileError, match="no such file"):
        sim.readCmdLineArgs("cfg.py")


# Several ranks, and ends of scripts

SCRIPT = """
import copy, json, sys
sys.path.insert(0, {here!r})
from test_facade import CFG, NET
from netspec import sim, specs
import netspec

cfg = specs.SimConfig({{**CFG, "saveHDF5": True, "saveJson": True, "filename": f"run{{sys.argv[1]}}"}})
sim.initialize(specs.NetParams(copy.deepcopy(NET)), cfg)
sim.net.createPops()
sim.net.createCells()
for cell in sim.net.cells:
    if cell.gid == 3:
        cell.tags["pop"] = "silent"
sim.net.connectCells()
sim.net.addStims()
sim.setupRecording()
sim.simulate()
sim.saveData()
assert sim.pc.nhost() == sim.nhosts == int(sys.argv[1])
assert len(sim.getCellsList(["E"])) == len(sim.net.pops["E"].cellGids)
sim.load(f"run{{sys.argv[1]}}_data.json")
sim.simulate()
if sim.rank == 0:
    again = sorted(zip(sim.allSimData.spkt, sim.allSimData.spkid))
    saved = netspec.load(f"run{{sys.argv[1]}}_data.h5").spikes
    assert again == sorted(zip(saved["time"].tolist(), saved["gid"].tolist()))
"""


@pytest.mark.mpi
def test_files_do_not_depend_on_the_number_of_ranks(start, tmp_path):
    (tmp_path / "run.py").write_text(SCRIPT.format(here=str(Path(__file__).parent)))
    for ranks in (1, 2, 3):
        done = start(ranks, "run.py", ranks, cwd=tmp_path)
        assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-3000:]
    found = [json.loads((tmp_path / f"run{ranks}_data.json").read_text()) for ranks in (1, 2, 3)]
    for content in found:
        del content["simConfig"]["filename"]
    assert found[0] == found[1] == found[2]
    plans = [netspec.load(tmp_path / f"run{ranks}_data.h5").plan for ranks in (1, 2, 3)]
    assert plans[0].connections == plans[1].connections == plans[2].connections


@pytest.mark.mpi
def test_only_the_data_is_gathered(start, tmp_path):
    (tmp_path / "run.py").write_text(
        f"import sys; sys.path.insert(0, {str(Path(__file__).parent)!r})\n"
        "from test_facade import CFG, NET\nfrom netspec import sim\n"
        "sim.createSimulate(NET, {**CFG, 'gatherOnlySimData': True})\n"
        "print('numbers', sim.numCells, sim.totalSynapses, hasattr(sim.net, 'allCells'))\n"
    )
    one, two = (start(ranks, "run.py", cwd=tmp_path).stdout for ranks in (1, 2))
    starts = ("  Cells", "  Connections", "  Synaptic", "  Spikes")
    lines = [[line for line in said.splitlines() if line.startswith(starts)] for said in (one, two)]
    assert lines[0] == lines[1]
    assert "numbers 8" in one
    assert [line.split()[-1] for line in two.splitlines() if "numbers" in line] == ["False", "False"]


@pytest.mark.mpi
def test_without_the_interface_connections_may_stay_where_they_are(start, tmp_path):
    (tmp_path / "run.py").write_text(
        f"import sys; sys.path.insert(0, {str(Path(__file__).parent)!r})\n"
        "from test_facade import CFG, NET\nimport netspec\n"
        "found = netspec.run(NET, {**CFG, 'gatherOnlySimData': True})\n"
        "post, cells = found.plan.connections['post'], found.plan.cells\n"
        "print('ends', {*post.tolist()} <= {*cells.gids[cells.owned].tolist()}, len(cells.owned))\n"
        "print('spikes', found.spikes['time'].tolist()) if len(found.spikes) else None\n"
    )
    one, two = (start(ranks, "run.py", cwd=tmp_path).stdout.splitlines() for ranks in (1, 2))
    assert [line for line in one if line.startswith("ends")] == ["ends True 8"]
    assert [line for line in two if line.startswith("ends")] == ["ends True 4"] * 2
    spikes = [line for line in one if line.startswith("spikes")]
    assert len(spikes) == 1
    assert spikes[0] in two


@pytest.mark.parametrize("ranks", [1, pytest.param(2, marks=pytest.mark.mpi)])
def test_swapped_arguments_end_with_a_failure(start, tmp_path, ranks):
    (tmp_path / "run.py").write_text(
        f"import sys; sys.path.insert(0, {str(Path(__file__).parent)!r})\n"
        "from test_facade import CFG, NET\nfrom netspec import sim\nsim.initialize(CFG, NET)\n"
    )
    done = start(ranks, "run.py", cwd=tmp_path)
    assert done.returncode != 0
    assert done.stderr.count("initialize(netParams, simConfig)") == 1


def test_import_is_light():
    heavy = ("neuron", "h5py", "matplotlib", "mpi4py")
    code = f"from netspec import specs, sim; import sys; print([m for m in {heavy} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_clock_is_printed(capsys):
    sim.createSimulate(*settings(duration=30.0, printRunTime=0.01))
    assert [
        line for line in capsys.readouterr().out.splitlines() if line in ("0.01 s", "0.02 s", "0.03 s")
    ] == [
        "0.01 s",
        "0.02 s",
        "0.03 s",
    ]


def test_a_longer_run_of_the_same_network():
    sim.create(*settings(duration=20.0))
    sim.simulate()
    sim.cfg.duration = 40.0
    sim.simulate()
    assert max(sim.allSimData["spkt"]) > 20.0


SHARED = """
from netspec import sim, specs
cell = {"secs": {"soma": {"geom": {"L": 20, "diam": 20}, "mechs": {"hh": {}}}}}
long = {"secs": {"soma": {"geom": {"L": 200, "diam": 20, "nseg": 99}, "mechs": {"hh": {}}}}}
net = {"cellParams": {"c": cell, "l": long},
       "popParams": {"A": {"cellType": "l", "numCells": 1}, "B": {"cellType": "c", "numCells": 9}}}
sim.initialize(net, {"balance": "cost"})
sim.net.createCells()
print("owns", sim.rank, [cell.gid for cell in sim.net.cells])
"""


def test_dear_cells_are_shared_by_cost(start):
    done = start(2, "-c", SHARED)
    assert done.returncode == 0, done.stderr
    assert "owns 0 [0]\n" in done.stdout
    assert "owns 1 [1, 2, 3, 4, 5, 6, 7, 8, 9]\n" in done.stdout


MISTAKE = """
from netspec import sim
sim.create({"popParams": {"A": {"cellType": "c", "numCels": 1}}}, {"durration": 3})
"""


@pytest.mark.parametrize("ranks", [1, 2])
def test_a_mistake_is_told_once_without_lines_of_netspec(start, ranks):
    done = start(ranks, "-c", MISTAKE)
    assert done.returncode != 0
    assert done.stderr.count("netParams.popParams['A'].numCels") == 1
    assert done.stderr.count("simConfig.durration") == 1
    assert "netspec/session" not in done.stderr


DOUBT = """
from netspec import sim
cell = {"secs": {"soma": {"geom": {"L": 20, "diam": 20}, "mechs": {"hh": {}}}}}
net = {"cellParams": {"c": cell}, "popParams": {"A": {"cellType": "c", "numCells": 2}}}
sim.create(net, {"duration": 2, "analysis": {"plotUnheardOf": True}})
sim.cfg.analysis["plotOther"] = True
sim.simulate()
sim.analyze()
"""


@pytest.mark.parametrize("ranks", [1, 2])
def test_a_doubt_is_told_once_not_at_every_verb(start, ranks):
    done = start(ranks, "-W", "always", "-c", DOUBT)
    assert done.returncode == 0, done.stderr
    assert done.stderr.count("simConfig.analysis['plotUnheardOf']") == 1
    assert done.stderr.count("simConfig.analysis['plotOther']") == 1


NOT_A_NUMBER = """
from netspec import sim
cell = {"secs": {"soma": {"geom": {"L": 20, "diam": 20}, "mechs": {"hh": {}}}}}
rule = {"preConds": {"pop": "A"}, "postConds": {"pop": "A"}, "synMech": "exc", "delay": "1/(post_x - post_x)"}
net = {"cellParams": {"c": cell}, "popParams": {"A": {"cellType": "c", "numCells": 2}},
       "synMechParams": {"exc": {"mod": "ExpSyn"}}, "connParams": {"A->A": rule}}
sim.create(net, {})
"""


@pytest.mark.parametrize("ranks", [1, 2, 3])
def test_what_one_rank_finds_is_told_before_anything_is_built(start, ranks):
    done = start(ranks, "-c", NOT_A_NUMBER)
    assert done.returncode != 0
    assert done.stderr.count("netParams.connParams['A->A'].delay\n") == 1
    assert "for pair" in done.stderr
    assert "Number of cells" not in done.stdout


TICKER = """
NEURON { ARTIFICIAL_CELL Ticker RANGE interval }
PARAMETER { interval = 10 (ms) }
INITIAL { net_send(interval, 1) }
NET_RECEIVE (w) { if (flag == 1) { net_event(t) net_send(interval, 1) } }
"""


@pytest.mark.parametrize("kind", ["h5", "json"])
def test_file_whose_cells_are_of_the_models_own_mod_files(start, tmp_path, kind):
    (tmp_path / "mod").mkdir()
    (tmp_path / "mod" / "ticker.mod").write_text(TICKER)
    (tmp_path / "save.py").write_text(
        "from netspec import sim\n"
        "pops = {'T': {'cellModel': 'Ticker', 'numCells': 2, 'interval': 'uniform(3, 6)'}}\n"
        "cfg = {'duration': 20, 'filename': 'run', 'saveHDF5': True, 'saveJson': True}\n"
        "sim.createSimulateAnalyze({'popParams': pops}, cfg)\n"
    )
    (tmp_path / "load.py").write_text(
        f"from netspec import sim\nsim.load('run_data.{kind}')\n"
        "before = list(sim.allSimData.spkt)\nsim.simulate()\n"
        "assert len(before) > 4 and list(sim.allSimData.spkt) == before\n"
    )
    for script in ("save.py", "load.py"):
        done = start(1, script, cwd=tmp_path)
        assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-3000:]
