"""One cell with the recorded inputs of its network: the same voltage, bit for bit."""

import copy

import pytest
import test_changing as nets

from netspec import sim, specs
from netspec.errors import FileError, SpecError, StateError

pytestmark = pytest.mark.neuron

own_folder = nets.own_folder
TRACES = {"v": {"sec": "soma", "loc": 0.5, "var": "v"}, "d": {"sec": "dend", "loc": 0.8, "var": "v"}}


def network(**options):
    net = copy.deepcopy(nets.NET)
    net["popParams"]["N"] = {"cellModel": "NetStim", "numCells": 3, "rate": 50, "noise": 0.5}
    net["connParams"]["N->E"] = {
        "preConds": {"pop": "N"}, "postConds": {"pop": "E"}, "weight": 0.01, "delay": 1.5, "synMech": "exc",
    }  # fmt: skip
    cfg = {**nets.CFG, "recordStep": 0.1, "recordTraces": TRACES, "recordCells": ["all"], **options}
    sim.createSimulate(specs.NetParams(net), specs.SimConfig(cfg))


@pytest.mark.parametrize("gid", [1, 6])
@pytest.mark.parametrize("kind", [None, "json", "h5", "pkl"])
def test_same_voltage_as_in_the_network(gid, kind):
    flag = {"json": "saveJson", "h5": "saveHDF5", "pkl": "savePickle"}.get(kind, "saveCSV")
    network(**{flag: True})
    traces = {name: sim.allSimData[name][f"cell_{gid}"] for name in TRACES}
    spikes = [time for time, cell in nets.spikes() if cell == gid]
    path = None
    if kind:
        (path,) = sim.saveData()
        sim.clearAll()
    cell = sim.netClamp(gid, path)
    assert {name: sim.allSimData[name][f"cell_{gid}"] for name in TRACES} == traces
    assert [time for time, _ in nets.spikes()] == spikes
    assert [made.gid for made in sim.net.cells] == [gid] == [cell.gid]
    assert len(cell.conns) > 3


def test_other_values_than_in_the_network():
    network()
    before = sim.allSimData["v"]["cell_6"]
    sim.netClamp(6, run=False)
    sim.net.modifySynMechs({"conds": {"label": "exc"}, "e": -30})
    sim.simulate()
    assert sim.allSimData["v"]["cell_6"] != before


def test_what_cannot_be_clamped():
    with pytest.raises(StateError, match="no run yet"):
        sim.netClamp(1)
    network(recordCellsSpikes=["E"])
    with pytest.raises(SpecError, match=r"sim.netClamp\(gid\)\n.*there is no cell 99"):
        sim.netClamp(99)
    with pytest.raises(SpecError, match="artificial"):
        sim.netClamp(9)
    with pytest.raises(SpecError, match="simConfig.recordCellsSpikes\n.*were not recorded"):
        sim.netClamp(1)
    with pytest.raises(FileError):
        sim.netClamp(1, "none.json")
