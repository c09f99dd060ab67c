"""Reaction and diffusion in NEURON: analytic solutions, conservation, ranks without a part, clearing up."""

import copy
import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from launcher import ALLOWED, MPIEXEC

import netspec
from netspec import sim, specs
from netspec.errors import NetspecWarning, SpecError
from netspec.neuron import rxd as rxd_builder
from netspec.neuron import rxd_fluxes
from netspec.spec.read import read

pytestmark = pytest.mark.neuron

RATE, START = 0.05, 2.0
CABLE = {"soma": {"geom": {"L": 100, "diam": 2, "nseg": 21}, "mechs": {"pas": {}}}}


def network(**reactions):
    return {
        "cellParams": {"P": {"secs": copy.deepcopy(CABLE)}},
        "popParams": {"A": {"cellType": "P", "numCells": 1}, "B": {"cellType": "P", "numCells": 2}},
        "rxdParams": reactions,
    }


def inside(cells="all"):
    return {"cyt": {"cells": cells, "secs": "all", "nrn_region": "i"}}


DECAY = network(
    constants={"k": RATE},
    regions=inside(["A"]),
    species={"x": {"regions": "cyt", "initial": START}},
    rates={"loss": {"species": "x[cyt]", "rate": "-k * x[cyt]"}},
)
CFG = {
    "duration": 20,
    "dt": 0.025,
    "recordStep": 1,
    "recordCells": ["all"],
    "recordTraces": {"x": {"sec": "soma", "loc": 0.5, "var": "xi"}},
    "verbose": False,
}


def built(net, cfg=CFG):
    """sim.net.rxd of a network that has been built."""
    sim.create(specs.NetParams(copy.deepcopy(net)), specs.SimConfig(copy.deepcopy(cfg)))
    return sim.net.rxd


def amounts(species, regions):
    """Concentration times volume, summed."""
    return sum(
        node.concentration * node.volume
        for region in regions
        for node in species["hObj"][region["hObj"]].nodes
    )


@pytest.fixture(autouse=True)
def cleared():
    yield
    sim.clearAll()


def test_decay_is_exponential():
    built(DECAY)
    sim.simulate()
    found = np.array(sim.allSimData["x"]["cell_0"])
    assert found == pytest.approx(START * np.exp(-RATE * np.arange(len(found))), rel=2e-3)
    assert list(sim.allSimData["x"]) == ["cell_0"]  # B is outside the region


def test_diffusion_spreads_and_conserves():
    net = network(
        regions=inside(),
        species={"x": {"regions": "cyt", "d": 1.0, "initial": "1.0 if 0.49 < node.x < 0.51 else 0.0"}},
    )
    rxd = built(net)
    sim.simulate()
    nodes = [n for n in rxd["species"]["x"]["hObj"].nodes if n.sec == sim.net.cells[0].secs["soma"]["hObj"]]
    place = np.array([n.x for n in nodes]) * 100 - 50
    found = np.array([n.concentration for n in nodes])
    assert found.sum() == pytest.approx(1.0, rel=1e-9)
    first = (100 / 21) ** 2 / 12  # a segment is a box, not a point
    assert (place**2 * found).sum() == pytest.approx(2 * 20, rel=0.05, abs=first)


def test_states_and_parameters_vary_from_place_to_place():
    net = network(
        regions={"border": {"geometry": "membrane"}, **inside()},
        species={"x": {"regions": "cyt", "initial": 0}},
        states={"gate": {"regions": "border", "initial": "node.x"}},
        parameters={"speed": {"regions": ["cyt"], "value": "0.1 * node.x"}},
        rates={"make": {"species": "x", "rate": "speed"}},
    )
    rxd = built(net)
    sim.simulate()
    gates = rxd["states"]["gate"]["hObj"].nodes
    assert [n.concentration for n in gates] == pytest.approx([n.x for n in gates])
    made = rxd["species"]["x"]["hObj"].nodes
    assert [n.concentration for n in made] == pytest.approx([0.1 * n.x * 20 for n in made], rel=1e-6)


def test_reactions_across_a_membrane_conserve():
    share = {"class": "FractionalVolume"}
    net = network(
        regions={
            "cyt": {"geometry": {**share, "args": {"volume_fraction": 0.8, "surface_fraction": 1}}},
            "er": {"geometry": {**share, "args": {"volume_fraction": 0.2}}},
            "border": {"geometry": {"class": "ScalableBorder", "args": {"scale": 1}}},
        },
        species={"x": {"regions": ["cyt", "er"], "initial": "1.0 if node.region == er else 0.1"}},
        multicompartmentReactions={
            "leak": {
                "reactant": "x[er]", "product": "x[cyt]", "rate_f": 1e4, "rate_b": 1e4, "membrane": "border",
            }
        },
    )  # fmt: skip
    rxd = built(net, {**CFG, "recordTraces": {}})
    places = [rxd["regions"][name] for name in ("cyt", "er")]
    before = amounts(rxd["species"]["x"], places)
    sim.simulate()
    assert amounts(rxd["species"]["x"], places) == pytest.approx(before, rel=1e-6)
    cyt, er = (
        amounts(rxd["species"]["x"], [place]) / share for place, share in zip(places, (0.8, 0.2), strict=True)
    )
    assert 0.1 / before < cyt < er


def test_what_scripts_find():
    rxd = built(DECAY)
    assert rxd.species["x"]["hObj"].name == "x"
    assert rxd["regions"]["cyt"]["hObj"] is sim.net.rxd.regions.cyt.hObj
    assert rxd["constants"]["k"] == RATE
    box = {f"{axis}{end}": value for axis in "xyz" for end, value in (("lo", -100), ("hi", 100))}
    rxd = built(
        network(extracellular={**box, "dx": 50}, species={"x": {"regions": "extracellular", "initial": 3}})
    )
    outside = rxd["species"]["x"]["hObj"][rxd["regions"]["extracellular"]["hObj"]]
    assert rxd["extracellular"]["hObj"] is rxd["regions"]["extracellular"]["hObj"]
    assert outside.states3d.shape == (4, 4, 4)


def test_a_second_network_starts_anew():
    results = [netspec.run(DECAY, CFG).traces["x"][0] for _ in range(2)]
    other = copy.deepcopy(DECAY)
    del other["rxdParams"]
    assert not netspec.run(other, {**CFG, "recordTraces": {}}).traces
    results.append(netspec.run(DECAY, CFG).traces["x"][0])
    assert (results[1] == results[0]).all()
    assert (results[2] == results[0]).all()


def test_what_neuron_refuses_has_a_path():
    net = copy.deepcopy(DECAY)
    net["rxdParams"]["species"]["na"] = {"regions": "cyt", "initial": 0, "charge": 3}
    with pytest.raises(SpecError, match=r"(?s)species\['na'\].*na_ion already defined"):
        built(net)


SCRIPT = """
import json, sys
from netspec import sim, specs
net, cfg = json.load(open(sys.argv[1]))
sim.create(specs.NetParams(net), specs.SimConfig(cfg))
sim.simulate()
kinds = [kind for kind in ("regions", "species", "rates") if kind in sim.net.rxd]
made = {kind: {name: one["hObj"] is not None for name, one in sim.net.rxd[kind].items()} for kind in kinds}
here = sim.pc.py_allgather(made)
if sim.rank == 0:
    traces = {name: list(map(float, x)) for name, x in sim.allSimData["x"].items()}
    with open(sys.argv[2], "w") as file:
        json.dump([here, traces], file)
"""


def on_ranks(ranks, net, folder):
    """(what is on each rank, traces), or the output of a run that failed."""
    (folder / "run.py").write_text(SCRIPT)
    (folder / "net.json").write_text(json.dumps([net, CFG]))
    command = [MPIEXEC, "-n", str(ranks), sys.executable, "run.py", "net.json", "found.json"]
    path = os.pathsep.join([str(Path(netspec.__file__).parents[1]), os.environ.get("PYTHONPATH", "")])
    environment = {**os.environ, **ALLOWED, "PYTHONPATH": path}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=120)
    if done.returncode:
        return done.stdout + done.stderr
    return json.loads((folder / "found.json").read_text())


@pytest.mark.skipif(MPIEXEC is None, reason="no mpiexec")
@pytest.mark.parametrize("ranks", [2, 3])
def test_a_region_without_cells_on_a_rank(ranks, tmp_path):
    here, traces = on_ranks(ranks, DECAY, tmp_path)
    assert here == [{"regions": {"cyt": first}, "species": {"x": first}, "rates": {"loss": first}}
                    for first in [True] + [False] * (ranks - 1)]  # fmt: skip
    found = np.array(traces["cell_0"])
    assert found == pytest.approx(START * np.exp(-RATE * np.arange(len(found))), rel=2e-3)


def outside():
    """A box around the cells, and a reaction out of them."""
    box = {f"{axis}{end}": value for axis in "xyz" for end, value in (("lo", -1000), ("hi", 1000))}
    return network(
        regions={
            **inside(),
            "skin": {"geometry": "membrane"},
            "ecs": {"extracellular": True, **box, "dx": 500},
        },
        species={"x": {"regions": ["cyt", "ecs"], "initial": "1.0 if node.region == cyt else 0.0"}},
        rates={"loss": {"species": "x[cyt]", "rate": "-0.1 * x[cyt]"}},
        multicompartmentReactions={
            "out": {"reactant": "x[cyt]", "product": "x[ecs]", "rate_f": 1e4, "membrane": "skin"}
        },
    )


@pytest.mark.skipif(MPIEXEC is None, reason="no mpiexec")
def test_extracellular_space_on_ranks_without_cells(tmp_path):
    """NEURON waits for all ranks there: what they would wait for in vain is refused, the rest runs."""
    net = outside()
    del net["rxdParams"]["multicompartmentReactions"]
    here, traces = on_ranks(3, net, tmp_path)
    found = np.array(traces["cell_2"])
    assert found == pytest.approx(np.exp(-0.1 * np.arange(len(found))), rel=5e-3)
    net["popParams"] = {"A": {"cellType": "P", "numCells": 1}}
    assert "Run this model on fewer ranks" in on_ranks(3, net, tmp_path)
    del net["rxdParams"]["rates"]
    here, traces = on_ranks(3, net, tmp_path)
    assert [one["regions"]["cyt"] for one in here] == [True, False, False]
    assert traces["cell_0"] == pytest.approx([1.0] * len(found), rel=1e-6)


def test_fluxes_that_another_neuron_may_lose_on_ranks_are_refused(monkeypatch):
    reactions = read(outside()).network.rxd
    rxd_builder.refuse_lost_fluxes(reactions)
    monkeypatch.setattr(rxd_fluxes, "KNOWN", ("8.2.7",))
    with pytest.raises(SpecError, match=r"multicompartmentReactions\['out'\]\n.*run this model on one rank"):
        rxd_builder.refuse_lost_fluxes(reactions)


@pytest.fixture(scope="module", params=["one", "both"])
def moved(request, start, tmp_path_factory):
    """moved(ranks): what went out of cells, in two runs; membrane_flux for one or for both reactions."""
    place = tmp_path_factory.mktemp("moved")

    def result(ranks):
        script, output = Path(__file__).parent / "rxd_on_ranks.py", place / f"{ranks}.json"
        if not output.exists():
            ran = start(ranks, script, output, request.param, timeout=120)
            assert ran.returncode == 0, ran.stdout + ran.stderr
        return json.loads(output.read_text())

    return result


@pytest.mark.skipif(MPIEXEC is None, reason="no mpiexec")
@pytest.mark.parametrize("ranks", [2, 3])
def test_what_leaves_cells_is_outside_on_any_number_of_ranks(moved, ranks):
    expected, found = moved(1), moved(ranks)
    for one, other in zip(expected, found, strict=True):
        assert len(other["gained"]) == ranks
        for name, lost in one["lost"].items():
            assert lost > 50
            assert other["lost"][name] == pytest.approx(lost, rel=1e-9)
            assert [gained[name] for gained in other["gained"]] == pytest.approx([lost] * ranks, rel=1e-5)
            assert other["gained"] == one["gained"] * ranks
        assert one["traces"].keys() == other["traces"].keys()
        for name, cells in one["traces"].items():
            for cell, values in cells.items():
                assert other["traces"][name][cell] == pytest.approx(values, rel=1e-9, abs=1e-12)


def test_cells_outside_of_the_space_that_they_react_with_are_an_error():
    net = outside()
    net["rxdParams"]["regions"]["ecs"] |= {"xhi": -900, "dx": 50}
    with pytest.raises(SpecError, match=r"regions\['ecs'\]\n.*um, outside of -1000 <= x <= -900, "):
        built(net)


def test_sections_of_a_reaction_in_different_regions_are_doubtful():
    net = outside()
    built(net)
    net["cellParams"]["P"]["secs"]["dend"] = {
        "geom": {"L": 50, "diam": 1},
        "topol": {"parentSec": "soma", "parentX": 1, "childX": 0},
    }
    net["rxdParams"]["regions"]["tip"] = {"cells": "all", "secs": ["dend"], "nrn_region": "i"}
    with pytest.warns(NetspecWarning, match=r"Reactions\['out'\]: NEURON mixes up volumes"):
        built(net)


def test_a_reaction_out_of_cells_conserves():
    net = outside()
    del net["rxdParams"]["rates"]
    rxd = built(net)
    x, ecs = rxd["species"]["x"], rxd["regions"]["ecs"]["hObj"]
    before = amounts(x, [rxd["regions"]["cyt"]])
    sim.simulate()
    after, out = amounts(x, [rxd["regions"]["cyt"]]), x["hObj"][ecs].states3d.sum() * 500**3
    assert out > 0.01 * before
    assert after + out == pytest.approx(before, rel=1e-6)


@pytest.mark.skipif(MPIEXEC is None, reason="no mpiexec")
@pytest.mark.parametrize("flux", [0, 1], ids=["plain", "membrane_flux"])
def test_neuron_alone_loses_these_fluxes_on_ranks(flux, start):
    """Why they are mended. If this fails, NEURON has been, and netspec/neuron/rxd_fluxes.py can go."""
    ends = {}
    for counts in ([3], [2, 1]):
        ran = start(len(counts), Path(__file__).parent / "lost_fluxes.py", flux, *counts, timeout=60)
        assert ran.returncode == 0, ran.stderr
        ends[len(counts)] = json.loads(ran.stdout.splitlines()[-1])
    lost, (gained,) = ends[1]
    assert gained == pytest.approx(lost, rel=1e-6)
    lost, gained = ends[2]
    worst = max(abs(one / lost - 1) for one in gained)
    assert worst == pytest.approx(1 / 3, abs=0.01)  # the cell of rank 1 is lost, or counts twice


def test_a_flux_through_the_membrane_is_a_current():
    """What leaves a cell takes its charge along: C dV = -q."""
    net = outside()
    del net["rxdParams"]["rates"]
    net["cellParams"]["P"]["secs"]["soma"]["mechs"] = {}
    net["popParams"] = {"A": {"cellType": "P", "numCells": 1}}
    net["rxdParams"]["species"]["x"] |= {"name": "q", "charge": 1}
    out = net["rxdParams"]["multicompartmentReactions"]["out"]
    out |= {"custom_dynamics": True, "rate_f": "100 * x[cyt]", "membrane_flux": True}
    rxd = built(net, {**CFG, "recordTraces": {}})
    x, cyt = rxd["species"]["x"], rxd["regions"]["cyt"]
    before = amounts(x, [cyt])
    sim.simulate()
    gone = before - amounts(x, [cyt])  # mM um3
    section = sim.net.cells[0].secs["soma"]["hObj"]
    area = sum(segment.area() for segment in section)
    charge = gone * 1e-18 * 96485.33 * 1e9  # nC: mM um3 are 1e-18 mol
    change = -charge / (area * 1e-8 * 1e-6 * 1e9) * 1e3  # mV: 1 uF/cm2
    assert abs(change) > 5
    assert section(0.5).v + 65 == pytest.approx(change, rel=1e-3)
    found = x["hObj"][rxd["regions"]["ecs"]["hObj"]].states3d.sum() * 500**3
    assert found == pytest.approx(gone, rel=1e-3)


def test_substances_of_any_region_are_recorded():
    net = network(
        regions={
            **inside(["A"]),
            "er": {
                "cells": ["A"],
                "geometry": {"class": "FractionalVolume", "args": {"volume_fraction": 0.2}},
            },
        },
        constants={"k": RATE},
        species={"x": {"regions": ["cyt", "er"], "initial": START}},
        states={"gate": {"regions": ["er"], "initial": "node.x"}},
        rates={"loss": {"species": "x[er]", "rate": "-k * x[er]", "regions": ["er"]}},
    )
    traces = {
        "xi": {"sec": "soma", "loc": 0.9, "var": "xi"},
        **{label: {"sec": "soma", "loc": 0.9, "var": label} for label in ("x[cyt]", "x[er]", "gate[er]")},
    }
    found = netspec.run(net, {**CFG, "recordTraces": traces}).traces
    assert [list(found[label]) for label in traces] == [[0]] * 4  # B is outside the regions
    t = np.arange(len(found["x[er]"][0]))
    assert (found["x[cyt]"][0] == found["xi"][0]).all()
    assert found["x[er]"][0] == pytest.approx(START * np.exp(-RATE * t), rel=2e-3)
    assert found["gate[er]"][0] == pytest.approx([18.5 / 21] * len(t))
    wrong = {"x": {"sec": "soma", "loc": 0.5, "var": "x[era]"}}
    with pytest.raises(SpecError, match=r"recordTraces\['x'\].var"):
        netspec.run(net, {**CFG, "recordTraces": wrong})


def test_the_ends_of_a_box_in_strings():
    net = outside()
    del net["rxdParams"]["multicompartmentReactions"]
    edge = "1 if abs(node.x3d - ecs._xlo) < ecs._dx[0] or abs(node.x3d - ecs._xhi) < ecs._dx[0] else 0"
    net["rxdParams"]["parameters"] = {"edge": {"regions": ["ecs"], "value": edge}}
    net["rxdParams"]["rates"]["in"] = {"species": "x[ecs]", "rate": "edge", "regions": ["ecs"]}
    rxd = built(net)
    sim.simulate()
    made = rxd["species"]["x"]["hObj"][rxd["regions"]["ecs"]["hObj"]].states3d
    assert made[0] == pytest.approx(np.full((4, 4), 20.0))
    assert not made[1:3].any()
    assert made[3] == pytest.approx(np.full((4, 4), 20.0))
