"""Cells made from a hoc template equal cells built section by section in Python, to the last bit."""

import by_hand
import numpy as np
import pytest
from neuron import h

from netspec.errors import SpecError, StateError
from netspec.neuron import courses
from netspec.neuron.cells import LiveCells
from netspec.plan import PointBlock
from netspec.plan.cells import Drawn
from netspec.spec.cell import Section
from netspec.tables import Table

pytestmark = pytest.mark.neuron

POINTS = [[0.1, 0.2, 0.3, 3.3], [5.7, 10.9, 0.3, 2.1], [7.7, 21.3, 3.3, 1.7]]
MORPHOLOGY = {
    "soma": Section(
        geom={"L": 21.3, "diam": 18.7, "nseg": 1, "Ra": 151.3, "cm": 0.9},
        mechs={"hh": {"gnabar": 0.11, "gkbar": [0.037], "gl": None}},
        ions={"na": {"e": 48.9, "i": 11.0, "o": 139.0}, "k": {"e": -81.0}},
        pointps={"clamp": {"mod": "IClamp", "loc": 0.3, "dur": 2.0, "amp": 0.1, "del": 3}},
        vinit=-71.5,
    ),
    "dend[0]": Section(
        geom={"diam": 2.5, "nseg": 5, "L": 7.0, "pt3d": POINTS, "Ra": 99.0},
        topol={"parentSec": "soma", "parentX": 1.0, "childX": 0},
        mechs={
            "pas": {"g": [1e-5, 2e-5, 3e-5, 4e-5, 5e-5], "e": -70},
            "hh": {"gnabar": [None, 0.1, 0.2, 0.1, None]},
        },
    ),
    "L": Section(
        geom={"L": 100.0, "nseg": 3, "diam": 1.0},
        topol={"parentSec": "dend[0]", "parentX": 0.7, "childX": 1},
        mechs={"pas": {}},
        ions={"k": {"i": [51.0, 52.0, 53.0]}},
        threshold=3.0,
    ),
}
IONS = ("nai0_na_ion", "nao0_na_ion", "ki0_k_ion")


def reference(sections, shift, gid):
    """The same cell, built statement by statement."""
    made = {name: h.Section(name=f"reference_{k}") for k, name in enumerate(sections)}
    points = {}
    for name, section in sections.items():
        if section.topol:
            parent = made[section.topol["parentSec"]]
            made[name].connect(parent, section.topol["parentX"], section.topol["childX"])
    for name, section in sections.items():
        geometry(made[name], section, shift)
        mechanisms(made[name], section)
        ions(made[name], section)
        for label, parameters in section.pointps.items():
            points[name, label] = point = getattr(h, parameters["mod"])(made[name](parameters["loc"]))
            for key, value in parameters.items():
                if key not in ("mod", "loc"):
                    setattr(point, key, gid if value == "gid" else value)
    return made, points


def geometry(sec, section, shift):
    for key, value in section.geom.items():
        if not isinstance(value, list):
            setattr(sec, key, value)
    if "pt3d" in section.geom:
        h.pt3dclear(sec=sec)
        for x, y, z, d in section.geom["pt3d"]:
            h.pt3dadd(shift[0] + x, shift[1] + y, shift[2] + z, d, sec=sec)


def mechanisms(sec, section):
    for mech, parameters in section.mechs.items():
        sec.insert(mech)
        for key, value in parameters.items():
            for k, seg in enumerate(sec):
                one = value[min(k, len(value) - 1)] if isinstance(value, list) else value
                if one is not None:
                    setattr(getattr(seg, mech), key, one)


def ions(sec, section):
    for ion, parameters in section.ions.items():
        sec.insert(f"{ion}_ion")
        for key, value in parameters.items():
            for k, seg in enumerate(sec):
                one = value[k] if isinstance(value, list) else value
                setattr(seg, {"e": f"e{ion}", "i": f"{ion}i", "o": f"{ion}o"}[key], one)
                if key in "io":
                    setattr(h, f"{ion}{key}0_{ion}_ion", one)


def facts(sec):
    """Everything that a section's equations depend on."""
    points = [[f(i, sec=sec) for f in (h.x3d, h.y3d, h.z3d, h.diam3d)] for i in range(sec.n3d())]
    segments = [
        {
            "x": seg.x,
            "own": (seg.diam, seg.cm, seg.area(), seg.ri()),
            "mechs": {m.name(): {v.name(): v[0] for v in m} for m in seg},
        }
        for seg in sec
    ]
    parent = sec.parentseg()
    place = parent and (parent.sec.name().split(".")[-1], parent.x, sec.orientation())
    return {"nseg": sec.nseg, "L": sec.L, "Ra": sec.Ra, "points": points, "segments": segments}, place


@pytest.fixture(autouse=True)
def _no_gids():
    h.ParallelContext().gid_clear()


@pytest.fixture
def ion_defaults():
    before = {name: getattr(h, name) for name in IONS}
    yield
    for name, value in before.items():
        setattr(h, name, value)


@pytest.mark.usefixtures("ion_defaults")
def test_equal_to_python_section_by_section():
    plan = by_hand.plan(by_hand.spec(MORPHOLOGY))
    cells = LiveCells(plan, by_hand.ranks().pc)
    left = {name: getattr(h, name) for name in IONS}
    built = {name: facts(cells.section(2, name)) for name in MORPHOLOGY}
    cells.close()
    reference(MORPHOLOGY, (20.0, -21.0, 22.0), 1)  # the first cell changes the ion defaults of later ones
    wanted, clamps = reference(MORPHOLOGY, (20.0, -21.0, 22.0), 2)
    hoc_names = dict(zip(MORPHOLOGY, ("soma", "sec_1", "sec_2"), strict=True))
    for name, sec in wanted.items():
        mine, place = built[name]
        other, other_place = facts(sec)
        assert mine == other, name
        assert (place is None) == (other_place is None)
        if place:
            assert place[1:] == other_place[1:]
            assert place[0] == hoc_names[MORPHOLOGY[name].topol["parentSec"]]
    assert left == {name: getattr(h, name) for name in IONS}
    assert left["nai0_na_ion"] == 11.0
    assert left["ki0_k_ion"] == 53.0
    assert clamps


def test_closing_gives_ion_defaults_back():
    before = {name: getattr(h, name) for name in IONS}
    cells = LiveCells(by_hand.plan(by_hand.spec(MORPHOLOGY)), by_hand.ranks().pc)
    cells.close()
    assert before == {name: getattr(h, name) for name in IONS}


@pytest.mark.parametrize("owned", [[0, 1, 2, 3], [1, 3], [0], [3], []])
def test_ion_defaults_do_not_depend_on_who_owns_what(owned):
    salty = {"soma": by_hand.soma(ions={"na": {"i": 33.0}})}
    made = by_hand.spec(salty, [("A", 2), ("B", 2)])
    plain = by_hand.CellRule("Q", secs={"soma": by_hand.soma()})
    made.network.cell_rules["Q"] = plain
    cells = LiveCells(by_hand.plan(made, kinds=[1, 0, 1, 1], owned=owned), by_hand.ranks().pc)
    assert h.nai0_na_ion == 33.0
    cells.close()
    assert h.nai0_na_ion == 10.0


def test_numbers_of_single_cells_and_gid():
    sections = {
        "soma": by_hand.soma(
            geom={"nseg": 2, "L": "uniform(10, 20)", "diam": 10.0},
            mechs={"hh": {"gnabar": "uniform(0, 1)", "gkbar": 0.03}},
            pointps={"clamp": {"mod": "IClamp", "amp": "normal(0, 1)", "dur": "gid"}},
        )
    }
    drawn = (
        Drawn("", "vars", "", "v", -1, "uniform(0, 1)"),
        Drawn("soma", "geom", "", "L", -1, "uniform(10, 20)"),
        Drawn("soma", "mechs", "hh", "gnabar", 0, "uniform(0, 1)"),
        Drawn("soma", "mechs", "hh", "gnabar", 1, "uniform(0, 1)"),
        Drawn("soma", "pointps", "clamp", "amp", -1, "normal(0, 1)"),
    )
    values = np.arange(15.0).reshape(3, 5) + 0.1
    plan = by_hand.plan(by_hand.spec(sections), drawn=drawn, values={0: values})
    cells = LiveCells(plan, by_hand.ranks().pc)
    for gid in range(3):
        sec, clamp = cells.section(gid, "soma"), cells.pointp(gid, "soma", "clamp")
        numbers = [sec.L, sec(0.25).hh.gnabar, sec(0.75).hh.gnabar, clamp.amp]
        assert numbers == values[gid, 1:].tolist()
        assert clamp.dur == gid
    cells.close()


def test_own_parameters_of_a_cell_go_to_its_point_processes():
    sections = {"soma": by_hand.soma(pointps={"clamp": {"mod": "IClamp", "amp": 1.0}})}
    plan = by_hand.plan(by_hand.spec(sections), tags={1: {"params": {"amp": 7.0}}})
    cells = LiveCells(plan, by_hand.ranks().pc)
    assert [cells.pointp(gid, "soma", "clamp").amp for gid in range(3)] == [1.0, 7.0, 1.0]
    cells.close()


def test_spikes_are_detected_where_and_when_the_template_says():
    low = {
        "soma": by_hand.soma(threshold=-100.0),
        "dend": by_hand.soma(topol={"parentSec": "soma", "parentX": 1, "childX": 0}),
    }
    ranks = by_hand.ranks()
    cells = LiveCells(by_hand.plan(by_hand.spec(low)), ranks.pc)
    assert all(ranks.pc.gid_exists(gid) == 3 for gid in range(3))
    assert [ranks.pc.threshold(gid) for gid in range(3)] == [-100.0] * 3
    assert ranks.pc.gid2cell(1) == cells.cell(1)
    cells.close()


def test_artificial_cells_have_parameters_trains_and_rates():
    made = by_hand.spec({}, [("S", 2, {"cell_model": "NetStim"})])
    table = Table({"gid": np.arange(2), "interval": np.array([5.0, 7.0]), "number": np.array([1e9, 2.0])})
    rates = ((np.array([0.0, 5.0]), np.array([3.0, 4.0])),) * 2
    block = PointBlock(0, "NetStim", table, rates=rates, noise=np.array([[1, 2, 3], [1, 2, 4]]))
    ranks = by_hand.ranks()
    cells = LiveCells(by_hand.plan(made, points=(block,)), ranks.pc)
    assert [cells.point(gid).interval for gid in range(2)] == [5.0, 7.0]
    assert [cells.point(gid).number for gid in range(2)] == [1e9, 2.0]
    cells.seed()
    courses.used(cells, None, None, by_neuron=True)
    h.finitialize(-65)
    ranks.pc.set_maxstep(10)
    ranks.pc.psolve(6)
    assert cells.point(0).interval == 4.0
    with pytest.raises(StateError, match="no sections"):
        cells.section(0, "soma")
    cells.close()


def test_an_artificial_cell_has_no_vref():
    made = by_hand.spec({}, [("S", 1, {"cell_model": "IntFire1"})])
    block = PointBlock(0, "IntFire1", Table({"gid": np.arange(1)}), vref="m")
    with pytest.raises(SpecError, match=r"popParams\['S'\]\['vref'\]"):
        LiveCells(by_hand.plan(made, points=(block,)), by_hand.ranks().pc)


def test_what_is_not_there_is_said():
    cells = LiveCells(by_hand.plan(by_hand.spec({"soma": by_hand.soma()}), owned=[0, 2]), by_hand.ranks().pc)
    with pytest.raises(StateError, match="no cell 1 on this rank"):
        cells.section(1, "soma")
    with pytest.raises(StateError, match="Did you mean 'soma'"):
        cells.section(0, "som")
    with pytest.raises(StateError, match="not an artificial cell"):
        cells.point(0)
    with pytest.raises(StateError, match="no point process 'x'"):
        cells.pointp(0, "soma", "x")
    cells.close()
