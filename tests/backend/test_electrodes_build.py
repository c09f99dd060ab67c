"""Electrodes of each kind in a run: the same on any number of ranks, and what the electrode object says."""

import json
from pathlib import Path

import numpy as np
import pytest

from netspec import sim, specs
from netspec.errors import SpecError

pytestmark = pytest.mark.neuron

SCRIPT = Path(__file__).parent / "electrodes.py"
KINDS = {
    "lines": {},
    "points": {"method": "point", "sigma": 0.2},
    "discs": {"contactRadius": 8, "contactPoints": 7, "contactNormal": [1, 1, 0]},
    "anisotropic": {"sigma": [0.2, 0.3, 0.4]},
    "slab": {"slab": {"bottom": -50, "thickness": 200}, "contactRadius": 4},
    "slab of points": {"slab": {"bottom": -60, "thickness": 200, "glass": 0.1}, "method": "point"},
}


@pytest.fixture(scope="module")
def found(start, tmp_path_factory):
    """found(kind, ranks, cells): what a run gives; all kinds are run at once."""
    folder, done = tmp_path_factory.mktemp("electrodes"), {}

    def result(kind, ranks, cells=5):
        key = ranks, cells
        if key not in done:
            path = folder / f"{len(done)}.json"
            ran = start(ranks, SCRIPT, path, str(cells), json.dumps(KINDS), timeout=300)
            assert ran.returncode == 0, ran.stdout[-1000:] + ran.stderr[-3000:]
            done[key] = json.loads(path.read_text())
        return done[key][kind]

    return result


@pytest.mark.parametrize("kind", KINDS)
def test_ranks_change_no_bit(kind, found):
    assert found(kind, 3) == found(kind, 1)
    assert np.abs(found(kind, 1)["LFP"]).max() > 1e-5


def test_a_rank_may_have_no_cell(found):
    assert found("lines", 2, 1) == found("lines", 1, 1)


def test_every_kind_sees_something_else(found):
    seen = [np.array(found(kind, 1)["LFP"]) for kind in KINDS]
    for k, one in enumerate(seen):
        for other in seen[k + 1 :]:
            assert np.abs(one - other).max() > 1e-3 * np.abs(one).max()


@pytest.mark.parametrize("kind", KINDS)
def test_resistances_times_currents_are_the_signal(kind, found):
    own = found(kind, 1)
    for gid, values in own["LFPCells"].items():
        expected = np.array(own["iMembrane"][gid]) @ np.array(own["resistances"][gid]).T
        np.testing.assert_allclose(values, expected, rtol=0, atol=1e-12 * np.abs(expected).max())


NET = {
    "popParams": {"E": {"cellType": "E", "numCells": 2}},
    "cellParams": {"E": {"secs": {"soma": {"geom": {"L": 20, "diam": 20}, "mechs": {"hh": {}}}}}},
    "stimSourceParams": {"step": {"type": "IClamp", "amp": 0.1, "del": 0.5, "dur": 5}},
    "stimTargetParams": {"step": {"source": "step", "conds": {"pop": "E"}, "sec": "soma", "loc": 0.5}},
}


def created(**options):
    sim.create(specs.NetParams(NET), specs.SimConfig({"duration": 2, "verbose": False, **options}))
    return sim.net


def test_the_electrode_object_is_there_with_recordlfp():
    try:
        assert not hasattr(created(), "recXElectrode")
        net = created(recordLFP=[[1, 2, 3], [4, 5, 6]])
        electrode = net.recXElectrode
        assert electrode.nsites == 2
        np.testing.assert_array_equal(electrode.pos, [[1, 4], [-2, -5], [3, 6]])
        assert electrode.getTransferResistance(1).shape == (2, 1)
    finally:
        sim.clearAll()


def test_verbs_of_the_loop_do_nothing():
    try:
        created(recordLFP=[[30, 2, 3]], recordDipole=True)
        sim.calculateLFP()
        sim.calculateDipole()
        sim.simulate()
        assert np.abs(sim.allSimData["LFP"]).max() > 0
        before = sim.allSimData["LFP"].copy()
        sim.calculateLFP()
        np.testing.assert_array_equal(sim.allSimData["LFP"], before)
    finally:
        sim.clearAll()


def test_cells_outside_of_a_slab_are_named():
    try:
        created(recordLFP=[[30, 2, 0]], electrodes={"slab": {"thickness": 5}})
        with pytest.raises(SpecError, match="out of the slab"):
            sim.simulate()
    finally:
        sim.clearAll()


def test_csd_of_a_run():
    depths = [0, 20, 40, 60]
    try:
        created(recordLFP=[[30, depth, 0] for depth in depths], saveLFPPops=True, recordStep=0.25)
        sim.simulate()
        density, lfp, rate, spacing, step = sim.analysis.prepareCSD(minf=10)
        assert density.shape == (4, 8)
        assert (rate, spacing, step) == (4000.0, 20.0, 0.25)
        assert sim.allSimData["CSD"] is density
        sim.analysis.prepareCSD(minf=10, pop="E")
        np.testing.assert_allclose(sim.allSimData["CSDPops"]["E"], density, rtol=1e-9)
        chosen = sim.analysis.prepareCSD(minf=10, vaknin=False, getAllData=False)["electrodes"]
        assert chosen["names"] == ["avg", "1", "2"]
        assert chosen["locs"] == [None, [30, 20, 0], [30, 40, 0]]
        assert lfp.shape == (8, 4)
    finally:
        sim.clearAll()
