"""sim.analysis of fields and cells on a network that runs: what verbs leave behind, another run, rxd now."""

import subprocess
import sys
import textwrap

import numpy as np
import pytest

from netspec import sim, specs

pytestmark = pytest.mark.neuron

SOMA = {"geom": {"L": 20, "diam": 20}, "mechs": {"hh": {}}}
NET = {
    "popParams": {"E": {"cellType": "P", "numCells": 3}},
    "cellParams": {"P": {"secs": {"soma": SOMA}}},
    "stimSourceParams": {"step": {"type": "IClamp", "del": 10, "dur": 20, "amp": 0.5}},
    "stimTargetParams": {"step": {"source": "step", "conds": {"pop": "E"}, "sec": "soma", "loc": 0.5}},
}
CFG = {
    "duration": 40,
    "recordStep": 0.5,
    "verbose": False,
    "recordTraces": {"V_soma": {"sec": "soma", "loc": 0.5, "var": "v"}},
    "recordCells": [0],
    "recordLFP": [[0, 0, 0], [0, 50, 0], [0, 100, 0]],
}
STEPS = {"amps": [0.5], "times": [10], "dur": 20, "calculateFeatures": ["latencyPeak1"]}


@pytest.fixture(autouse=True)
def own_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    yield
    sim.clearAll()


def run(**options):
    sim.createSimulate(specs.NetParams(NET), specs.SimConfig({**CFG, **options}))


def test_rates_of_steps_are_data_once_gathered(tmp_path):
    run(analysis={"plotfI": {**STEPS, "saveFig": True}})
    assert sim.allSimData["fI"][0] > 100
    assert len(sim.allSimData["fI_latencyPeak1"]) == 1
    sim.analysis.plotData()
    names = {path.name for path in tmp_path.iterdir()}
    assert names == {"model_output_fI.png", "model_output_fI_latencyPeak1.png"}


def test_density_is_data_once_it_was_asked_for():
    run()
    found, lfp, rate, spacing, step = sim.analysis.prepareCSD(sim, [5, 30], minf=1)
    assert found is sim.allSimData["CSD"]
    assert (found.shape, lfp.shape, rate, spacing, step) == ((3, 50), (50, 3), 2000, 50, 0.5)
    sim.analysis.plotCSD(minf=1, saveFig=False)
    assert sim.allSimData["CSD"].shape == (3, 80)


def test_traces_of_other_cells_need_another_run():
    run()
    assert list(sim.results.traces["V_soma"]) == [0]
    before = sim.allSimData["V_soma"]["cell_0"]
    _, numbers = sim.analysis.plotTraces(include=["E"], rerun=True)
    assert [name for data in numbers["tracesData"] for name in data if name != "t"] == [
        f"cell_{gid}_V_soma" for gid in range(3)
    ]
    assert sim.allSimData["V_soma"]["cell_0"] == before
    assert sim.cfg.recordCells == [0, 1, 2]


def test_pages_of_traces_of_other_cells_need_another_run():
    run()
    assert "V_soma of cell 2" in sim.analysis.iplotTraces(include=[2], rerun=True)
    assert sim.cfg.recordCells == [0, 2]


def test_pictures_of_loaded_data():
    run()
    data = {name: sim.allSimData[name] for name in ("spkt", "spkid", "LFP", "t")}
    wanted = sim.analysis.prepareLFP(electrodes=[1])["electrodes"]["data"][0]
    sim.clearAll()
    sim.initialize(specs.NetParams(NET), specs.SimConfig(CFG))
    sim.loadSimData("", {"simData": data})
    assert sim.analysis.prepareLFP(electrodes=[1])["electrodes"]["data"][0] == pytest.approx(wanted)
    assert len(sim.analysis.plotRaster()[1]["spkTimes"]) == len(data["spkt"])


def test_concentrations_are_those_of_the_moment():
    box = {"extracellular": True, "xlo": 0, "ylo": -100, "zlo": 0, "xhi": 100, "yhi": 0, "zhi": 60, "dx": 20}
    species = {"k": {"regions": ["ecs"], "d": 1, "charge": 1, "initial": "3 + node.x3d / 100"}}
    network = {**NET, "rxdParams": {"regions": {"ecs": box}, "species": species}}
    sim.createSimulate(specs.NetParams(network), specs.SimConfig(CFG))
    figure, numbers = sim.analysis.plotRxDConcentration("k", "ecs", saveFig=False)
    assert numbers["data"].shape == (5, 5)
    np.testing.assert_allclose(numbers["data"][:, 0], 3 + np.arange(0.1, 1, 0.2), atol=0.05)


SCRIPT = textwrap.dedent("""
    import sys; sys.path.insert(0, {here!r})
    from test_fields_face import NET, CFG, STEPS, sim, specs
    sim.createSimulate(specs.NetParams(NET), specs.SimConfig({{**CFG, "analysis": {{"plotfI": STEPS}}}}))
    sim.analysis.plotTraces(include=["E"], rerun=True)
    drawn = sim.analysis.plotCSD(minf=1, saveFig=False)
    if sim.rank == 0:
        print("numbers", sim.allSimData["fI"], sorted(sim.results.traces["V_soma"]), drawn[1]["CSD"].sum())
""")


@pytest.mark.mpi
def test_the_same_on_two_ranks(start, tmp_path):
    import pathlib

    script = tmp_path / "run.py"
    script.write_text(SCRIPT.format(here=str(pathlib.Path(__file__).parent)))
    alone = subprocess.run(
        [sys.executable, script], cwd=tmp_path, capture_output=True, text=True, timeout=120
    )
    both = start(2, script, cwd=tmp_path)
    told = [[line for line in ran.stdout.splitlines() if line.startswith("numbers")] for ran in (alone, both)]
    assert told[0] == told[1]
    assert "[0, 1, 2]" in told[0][0]


def test_what_electrodes_see_of_segments_is_what_they_record():
    at = {"parentSec": "soma", "parentX": 1.0, "childX": 0.0}
    dend = {"geom": {"L": 200, "diam": 2, "nseg": 3}, "topol": at, "mechs": {"pas": {}}}
    axon = {"geom": {"L": 90, "diam": 1, "nseg": 2}, "topol": {**at, "parentX": 0.0}, "mechs": {"pas": {}}}
    cells = {"P": {"secs": {"soma": SOMA, "dend": dend, "axon": axon}}}
    sim.createSimulate(specs.NetParams({**NET, "cellParams": cells}), specs.SimConfig(CFG))
    electrode = sim.net.recXElectrode
    wanted = np.concatenate([electrode.getTransferResistance(gid).sum(axis=0) * 1000 for gid in range(3)])
    _, numbers = sim.analysis.plotLFPLocations(electrodes=[0, 2])
    np.testing.assert_allclose(numbers["cvals"], wanted, rtol=1e-6)
    assert numbers["electrodes"].tolist() == [[0, 0, 0], [0, 100, 0]]
    short = sim.analysis.plotLFPLocations(includeAxon=False)[1]["cvals"]
    np.testing.assert_allclose(short, wanted.reshape(3, 6)[:, :4].ravel(), rtol=1e-6)
