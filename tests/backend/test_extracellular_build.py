"""Cells in extracellular fields against NEURON by hand and against analytic potentials."""

import json

import numpy as np
import pytest
from neuron import h

pytestmark = pytest.mark.neuron

AT = [40.0, -30.0, 5.0]
SOMA = [(0.0, 0.0, 0.0, 18.0), (0.0, 18.0, 0.0, 18.0)]
DEND = [(0.0, 18.0, 0.0, 2.0), (30.0, 98.0, 40.0, 2.0), (30.0, 158.0, 40.0, 1.0)]
HH = {"gnabar": 0.12, "gkbar": 0.036, "gl": 0.0003, "el": -54.3}
NET = {
    "rotateCellsRandomly": [1.0, 1.0],
    "popParams": {
        "A": {"cellType": "P", "cellsList": [{"x": 10, "y": 20, "z": 30}, {"x": 60, "y": 50, "z": 9}]}
    },
    "cellParams": {
        "P": {
            "secs": {
                "soma": {"geom": {"pt3d": SOMA, "Ra": 100, "cm": 1}, "mechs": {"hh": HH}},
                "dend": {
                    "geom": {"pt3d": DEND, "nseg": 5, "Ra": 100, "cm": 1},
                    "topol": {"parentSec": "soma", "parentX": 1.0, "childX": 0.0},
                    "mechs": {"pas": {"g": 1e-4, "e": -65}},
                },
            }
        }
    },
    "stimSourceParams": {
        "one": {
            "type": "XStim",
            "waveform": {"type": "pulse", "amp": 0.05, "del": 2, "dur": 6},
            "field": {"class": "pointSource", "location": AT},
        },
        "two": {
            "type": "XStim",
            "waveform": {"type": "sinusoidal", "amp": 90.0, "freq": 60},
            "field": {"class": "uniform", "fieldDirection": [0, 90], "referencePoint": [0, 0, 0]},
        },
    },
    "stimTargetParams": {
        "one->all": {"source": "one", "conds": {"pop": "A"}},
        "two->all": {"source": "two", "conds": {"pop": "A"}},
    },
}
CONFIG = {
    "duration": 20, "dt": 0.025, "recordStep": 0.025, "recordCells": ["A"], "progressBar": 0,
    "recordTraces": {
        f"{sec}{i}_{var}": {"sec": sec, "loc": (i + 0.5) / n, "var": var}
        for sec, n in (("soma", 1), ("dend", 5)) for i in range(n) for var in ("v", "e_extracellular")
    },
}  # fmt: skip
SCRIPT = """
import json
from netspec import sim
net, cfg = json.load(open("model.json"))
sim.createSimulate(net, cfg)
sim.gatherData()
if sim.rank == 0:
    data = {k: {c: list(t) for c, t in sim.allSimData[k].items()} for k in cfg["recordTraces"]}
    json.dump(data, open("found.json", "w"))
"""


def turned(points, angle=1.0):
    x, y, z = np.array(points)[:, :3].T
    return np.stack([x * np.cos(angle) - z * np.sin(angle), y, x * np.sin(angle) + z * np.cos(angle)], 1)


def middles(points, nseg):
    """Middles of the chords of equal stretches along a line of points."""
    arcs = np.concatenate([[0], np.cumsum(np.linalg.norm(np.diff(points, axis=0), axis=1))])
    ends = np.linspace(0, arcs[-1], nseg + 1)
    at = np.stack([np.interp(ends, arcs, column) for column in points.T], 1)
    return (at[1:] + at[:-1]) / 2


def potentials(place, t):
    """By (section, segment), the potential [mV] at times t."""
    pulse, sine = np.where((t > 2) & (t < 8), 0.05, 0), np.where(t > 0, 90 * np.sin(0.12 * np.pi * t), 0)
    found = {}
    for name, points, nseg in (("soma", SOMA, 1), ("dend", DEND, 5)):
        for i, spot in enumerate(middles(turned(points) + place, nseg)):
            r = np.linalg.norm(spot - AT) * 1e-6
            found[name, i] = pulse * 1e-3 / (4 * np.pi * 0.3 * r) * 1e3 + sine * spot[0] * 1e-3
    return found


def by_hand(place, played, t):
    """Voltages of the cell in NEURON, with these potentials played into it."""
    secs, vectors, clock = {}, [], h.Vector(t)
    for name, points, nseg in (("soma", SOMA, 1), ("dend", DEND, 5)):
        sec = secs[name] = h.Section(name)
        for (x, y, z), (*_, diam) in zip(turned(points) + place, points, strict=True):
            sec.pt3dadd(x, y, z, diam)
        sec.nseg, sec.Ra, sec.cm = nseg, 100, 1
        sec.insert("hh" if name == "soma" else "pas").insert("extracellular")
    secs["dend"].connect(secs["soma"](1))
    secs["dend"].g_pas, secs["dend"].e_pas = 1e-4, -65
    recorded = {}
    for name, sec in secs.items():
        for i, seg in enumerate(sec):
            vectors.append(h.Vector(played[name, i]))
            vectors[-1].play(seg._ref_e_extracellular, clock, True)
            recorded[name, i] = h.Vector().record(seg._ref_v)
    h.celsius, h.dt = 6.3, 0.025
    h.finitialize(-65)
    pc = h.ParallelContext()
    pc.set_maxstep(10)
    pc.psolve(20)
    return {key: np.array(vector) for key, vector in recorded.items()}


@pytest.mark.parametrize("ranks", [1, 2])
def test_potentials_and_voltages(ranks, start, tmp_path):
    (tmp_path / "model.json").write_text(json.dumps([NET, CONFIG]))
    (tmp_path / "script.py").write_text(SCRIPT)
    ran = start(ranks, tmp_path / "script.py", cwd=tmp_path, timeout=120)
    assert ran.returncode == 0, ran.stderr
    found = json.loads((tmp_path / "found.json").read_text())
    t = np.arange(0, 20, 0.025)
    for gid, place in enumerate(([10, -20, 30], [60, -50, 9])):
        analytic = potentials(np.array(place, float), t)
        voltages = by_hand(np.array(place, float), analytic, t)
        for (name, i), expected in analytic.items():
            trace = np.array(found[f"{name}{i}_e_extracellular"][f"cell_{gid}"])[: len(t)]
            np.testing.assert_allclose(trace, expected, rtol=1e-5, atol=1e-5)
            v = np.array(found[f"{name}{i}_v"][f"cell_{gid}"])
            np.testing.assert_allclose(v, voltages[name, i][: len(v)], atol=1e-4)
        assert np.ptp(voltages["soma", 0]) > 5


def test_an_electrode_inside_a_segment(start, tmp_path):
    net = json.loads(json.dumps(NET))
    net["rotateCellsRandomly"] = False
    net["stimSourceParams"]["one"]["field"]["location"] = [10, -11, 30]
    (tmp_path / "model.json").write_text(json.dumps([net, CONFIG]))
    (tmp_path / "script.py").write_text(SCRIPT)
    ran = start(1, tmp_path / "script.py", cwd=tmp_path, timeout=120)
    assert ran.returncode != 0
    assert "stimSourceParams['one'].field.location" in ran.stderr
    assert "the electrode is in the middle of a segment of cell 0" in ran.stderr


AGAIN = """
import json
import numpy as np
from netspec import sim
net, cfg = json.load(open("model.json"))
net["correctBorder"] = {"threshold": [50, 50, 50]}
sim.createSimulate(net, {**cfg, "saveHDF5": True, "saveJson": True, "filename": "saved"})
sim.saveData()

def traces():
    data = sim.allSimData
    return {k: {c: np.array(t) for c, t in data[k].items()} for k in cfg["recordTraces"]}

first, border = traces(), sim.net.cells[0].tags["borderCorrect"]
document = json.load(open("saved_data.json"))
for cell in document["net"]["cells"]:
    assert [stim["label"] for stim in cell["stims"]] == 6 * ["one->all"]
    for sec in cell["secs"].values():
        sec["geom"]["xtra_stim"] = [{"vec": [0.0], "stim_index": 0}]  # what NetPyNE leaves there
json.dump(document, open("other_data.json", "w"))
for file in ("saved_data.h5", "saved_data.json", "other_data.json"):
    sim.load(file, instantiate=True)
    assert sim.net.cells[0].tags["borderCorrect"] == border == [40, 30, 20]
    sim.setupRecording()
    sim.runSim()
    sim.gatherData()
    again = traces()
    assert all((again[k][c] == first[k][c]).all() for k in first for c in first[k])
"""


def test_saved_networks_do_the_same_again(start, tmp_path):
    """Rotation, borders and fields survive files."""
    (tmp_path / "model.json").write_text(json.dumps([NET, CONFIG]))
    (tmp_path / "script.py").write_text(AGAIN)
    ran = start(1, tmp_path / "script.py", cwd=tmp_path, timeout=120)
    assert ran.returncode == 0, ran.stderr


CLASSIC = """
NEURON {
    SUFFIX xtra
    GLOBAL is
    RANGE rx, er
    POINTER im, ex
}
PARAMETER { rx = 1 }
ASSIGNED { is ex im er }
INITIAL { ex = is * rx * (1e6) }
BEFORE BREAKPOINT { ex = is * rx * (1e6) }
AFTER SOLVE { er = 10 * rx * im }
"""


def of_xtra(*labels, **changes):
    """The network with these XStims made by xtra, and other keys of `one`."""
    net = json.loads(json.dumps(NET))
    for label in labels:
        net["stimSourceParams"][label]["mod_based"] = True
    net["stimSourceParams"]["one"] |= changes
    return net


def ran_with(net, start, folder, cfg=CONFIG, ranks=1):
    """The outcome of the script, with a mod folder beside it."""
    (folder / "mod").mkdir()
    (folder / "mod" / "xtra.mod").write_text(CLASSIC)
    (folder / "model.json").write_text(json.dumps([net, cfg]))
    (folder / "script.py").write_text(SCRIPT)
    return start(ranks, folder / "script.py", cwd=folder, timeout=120)


def test_xtra_with_pointers(start, tmp_path):
    """The mechanism writes the potential itself; several fields with one signal add up."""
    net = of_xtra("one", "two")
    net["stimSourceParams"]["two"]["waveform"] = net["stimSourceParams"]["one"]["waveform"]
    cfg = CONFIG | {
        "recordTraces": {**CONFIG["recordTraces"], "er": {"sec": "soma", "loc": 0.5, "var": "er_xtra"}}
    }
    ran = ran_with(net, start, tmp_path, cfg, ranks=2)
    assert ran.returncode == 0, ran.stderr
    found = json.loads((tmp_path / "found.json").read_text())
    for gid, place in enumerate(([10, -20, 30], [60, -50, 9])):
        for name, points, nseg in (("soma", SOMA, 1), ("dend", DEND, 5)):
            for i, spot in enumerate(middles(turned(points) + np.array(place, float), nseg)):
                r = np.linalg.norm(spot - AT) * 1e-6
                plateau = 0.05 * 1e-3 / (4 * np.pi * 0.3 * r) * 1e3 + 0.05 * spot[0] * 1e-3
                trace = np.array(found[f"{name}{i}_e_extracellular"][f"cell_{gid}"])
                inside = trace[90:310]  # of the pulse from 2 to 8 ms
                np.testing.assert_allclose(inside, plateau, rtol=1e-5)
                assert not trace[:78].any()
                assert not trace[325:].any()
        assert np.ptp(found["er"][f"cell_{gid}"]) > 0


def test_what_xtra_cannot_do(start, tmp_path):
    for number, (net, cfg, ranks, message) in enumerate([
        (of_xtra("one", "two"), {}, 1, "xtra has one signal for all cells, which is that of 'one'"),
        (of_xtra("one"), {}, 1, "cell 0 is in a field without mod_based as well"),
        (of_xtra("two"), {"cvode_active": True}, 2, "XStims with mod_based need a fixed time step"),
    ]):  # fmt: skip
        folder = tmp_path / str(number)
        folder.mkdir()
        ran = ran_with(net, start, folder, CONFIG | cfg, ranks)
        assert ran.returncode != 0
        assert message in ran.stderr


def test_xtra_has_to_be_there(start, tmp_path):
    (tmp_path / "model.json").write_text(json.dumps([of_xtra("one"), CONFIG]))
    (tmp_path / "script.py").write_text(SCRIPT)
    ran = start(1, tmp_path / "script.py", cwd=tmp_path, timeout=120)
    assert "netParams.stimSourceParams['one'].mod_based" in ran.stderr
    assert "needs a mod file with SUFFIX xtra, GLOBAL is, and RANGE or POINTER rx and ex." in ran.stderr
