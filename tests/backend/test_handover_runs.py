"""Hand over of what NEURON has recorded: artificial cells, a variable step, currents of every segment."""

import numpy as np
import pytest

import netspec

pytestmark = pytest.mark.neuron

SOMA = {"geom": {"L": 20, "diam": 20}, "mechs": {"hh": {}}}
DEND = {
    "geom": {"L": 100, "diam": 2, "nseg": 3},
    "topol": {"parentSec": "soma", "parentX": 1, "childX": 0},
    "mechs": {"pas": {}},
}
NET = {
    "cellParams": {"ball": {"secs": {"soma": SOMA}}, "stick": {"secs": {"soma": SOMA, "dend": DEND}}},
    "popParams": {
        "E": {"cellType": "ball", "numCells": 2},
        "L5": {"cellType": "stick", "numCells": 2},
        "source": {"cellModel": "NetStim", "numCells": 2, "interval": 10, "start": 5, "noise": 0},
    },
    "synMechParams": {"exc": {"mod": "Exp2Syn", "tau1": 0.5, "tau2": 3, "e": 0}},
    "connParams": {
        "drive": {
            "preConds": {"pop": "source"},
            "postConds": {"pop": ["E", "L5"]},
            "weight": 0.02,
            "synMech": "exc",
        }
    },
}
CFG = {
    "duration": 40,
    "recordStep": 0.5,
    "recordTraces": {"V": {"sec": "soma", "loc": 0.5, "var": "v"}, "g": {"synMech": "exc", "var": "g"}},
    "recordCells": ["E", "L5"],
}


def of_every_kind(results, folder):
    """What all five methods give."""
    pynwb = pytest.importorskip("pynwb")
    path = results.to_nwb(folder / "run.nwb")
    assert pynwb.validate(path=path) == []
    others = results.to_xarray(), results.to_pandas(), results.to_neo(), results.to_pynapple()
    return *others, path


def test_artificial_cells_and_currents_of_segments(tmp_path):
    signals = {"saveIMembrane": ["E", "L5"]}
    results = netspec.run(NET, {**CFG, **signals})
    tree, frames, block, found, _ = of_every_kind(results, tmp_path)
    assert set(frames["spikes"]["population"]) == {"E", "L5", "source"}
    assert tree["signals/iMembrane"]["cells"].sizes["segment"] == 4
    assert (
        np.isnan(tree["signals/iMembrane"]["cells"].sel(gid=0)).all(dim="time").values.tolist()[1:]
        == [True] * 3
    )
    assert frames["iMembrane"][2].shape == (len(results.signals["iMembrane"].time), 4)
    assert found["iMembrane of 3"].shape[1] == 4
    trains = {train.annotations["gid"]: len(train) for train in block.segments[0].spiketrains}
    assert trains == {gid: int((results.spikes["gid"] == gid).sum()) for gid in range(6)}


def test_steps_of_every_cell_are_its_own(tmp_path):
    results = netspec.run(NET, {**CFG, "cvode_active": True, "use_local_dt": True, "recordStep": "adaptive"})
    tree, frames, block, found, _ = of_every_kind(results, tmp_path)
    times = {gid: np.asarray(own) for gid, own in results.times["V"].items()}
    assert len({len(own) for own in times.values()}) > 1 or not np.array_equal(times[0], times[2])
    for gid, own in times.items():
        kept = tree["traces/V_time"].sel(gid=gid).dropna("sample").values
        assert kept.tolist() == own.tolist()
        assert found["V"][gid].t == pytest.approx(own / 1000)
        rows = frames["traces"].query(f"label == 'V' and gid == {gid}")
        assert rows["value"].tolist() == results.traces["V"][gid].tolist()
        assert rows["time"].tolist() == own.tolist()
    assert len(block.segments[0].irregularlysampledsignals) > 0
