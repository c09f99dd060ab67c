"""netspec.cell: sections, groups and membranes -> a cell rule."""

import pytest

import netspec
from netspec.spec.read import read

SECTIONS = {
    "soma": [(0, 0, 0, 20), (0, 20, 0, 20)],
    "trunk": {"points": [(0, 20, 0, 4), (0, 150, 0, 3), (0, 300, 20, 2)], "parent": "soma"},
    "oblique": {"L": "120 um", "diam": 1, "parent": ("trunk", 0.5)},
    "axon": {"L": 50, "diam": 1, "parent": ("soma", 0), "nseg": 1},
}
GROUPS = {"apical": ["trunk", "oblique"], "processes": ["apical", "axon"]}
MEMBRANE = {
    "all": {
        "cm": "1 uF/cm2",
        "Ra": "150 ohm*cm",
        "vinit": "-65 mV",
        "pas": {"g": "0.1 mS/cm2", "e": "-65 mV"},
    },
    "soma": {"hh": {"gnabar": "120 mS/cm2"}, "ions": {"na": {"e": "50 mV"}}, "threshold": "-10 mV"},
    "processes": {"cm": "2 uF/cm2", "pas": {"g": "0.2 mS/cm2"}},
}


def test_it_is_a_cell_rule_like_any_other():
    rule = netspec.cell(SECTIONS, GROUPS, MEMBRANE)
    assert rule["secLists"] == {"apical": ["trunk", "oblique"], "processes": ["trunk", "oblique", "axon"]}
    found = read({"cellParams": {"PYR": rule}, "popParams": {"E": {"cellType": "PYR", "numCells": 1}}})
    secs = found.network.cell_rules["PYR"].secs
    assert secs["soma"].mechs == {"pas": {"g": 1e-4, "e": -65.0}, "hh": {"gnabar": 0.12}}
    assert (secs["soma"].ions, secs["soma"].threshold) == ({"na": {"e": 50.0}}, -10.0)
    assert [section.geom["cm"] for section in secs.values()] == [1.0, 2.0, 2.0, 2.0]
    assert [section.mechs["pas"]["g"] for section in secs.values()] == [1e-4, 2e-4, 2e-4, 2e-4]
    assert {section.vinit for section in secs.values()} == {-65.0}
    assert secs["trunk"].topol == {"parentSec": "soma", "parentX": 1.0, "childX": 0.0}
    assert secs["oblique"].topol["parentX"] == 0.5
    assert secs["axon"].geom["nseg"] == 1


@pytest.mark.neuron
def test_segments_are_those_of_neurons_d_lambda_rule():
    from neuron import h

    h.load_file("stdlib.hoc")
    rule = netspec.cell(SECTIONS, GROUPS, MEMBRANE, dLambda=0.05)
    for name in ("soma", "trunk", "oblique"):
        geometry, section = rule["secs"][name]["geom"], h.Section(name=name)
        for point in geometry.get("pt3d", ()):
            section.pt3dadd(*point)
        if "L" in geometry:
            section.L, section.diam = 120, 1
        section.Ra, section.cm = 150, 1 if name == "soma" else 2
        nseg = int((section.L / (0.05 * h.lambda_f(100, sec=section)) + 0.999) / 2) * 2 + 1
        assert geometry["nseg"] == nseg
    assert rule["secs"]["trunk"]["geom"]["nseg"] > 1


@pytest.mark.parametrize(
    ("sections", "groups", "membrane", "message"),
    [
        ({"d": {"L": 1, "diam": 1, "parent": "some"}}, {}, {}, "no section 'some'. Did you mean 'soma'?"),
        ({"dend": {"L": 1, "diam": 1, "parnt": "soma"}}, {}, {}, "unknown key. Did you mean 'parent'?"),
        ({"dend": {"diam": 1}}, {}, {}, "sections['dend'] expected either points or L and diam."),
        ({"dend": [(0, 0, 0)]}, {}, {}, "expected two points (x, y, z, diam) at least."),
        ({"dend": {"L": "5 ms", "diam": 1}}, {}, {}, "'5 ms' should be in um"),
        ({"dend": {"L": "5 * rand", "diam": 1}}, {}, {}, "Give nseg, or numbers to find it by."),
        ({}, {"all": ["sma"]}, {}, "no section or group 'sma' before it. Did you mean 'soma'?"),
        ({}, {}, {"soms": {"pas": {}}}, "membrane['soms'] no section or group. Did you mean 'soma'?"),
    ],
)  # fmt: skip
def test_mistakes(sections, groups, membrane, message):
    with pytest.raises(netspec.SpecError) as caught:
        netspec.cell({"soma": [(0, 0, 0, 20), (0, 20, 0, 20)], **sections}, groups, membrane)
    problems = [str(problem).replace("\n    ", " ") for problem in caught.value.problems]
    assert any(message in problem for problem in problems), problems


@pytest.mark.neuron
def test_it_is_neuroml_too(tmp_path):
    export = pytest.importorskip("netspec.formats.neuroml.export.write", reason="NeuroML is not written yet")
    pytest.importorskip("pyneuroml", reason="the definitions of NeuroML come with pyNeuroML")
    sections = {name: SECTIONS[name] for name in ("soma", "trunk")}
    rule = netspec.cell(
        sections,
        {"apical": ["trunk"]},
        {name: MEMBRANE[name] for name in ("all", "soma")} | {"apical": {"cm": 2}},
    )
    net = {
        "cellParams": {"PYR": rule},
        "popParams": {"E": {"cellType": "PYR", "numCells": 1}},
        "stimSourceParams": {"step": {"type": "IClamp", "del": "5 ms", "dur": "40 ms", "amp": "1 nA"}},
        "stimTargetParams": {"s": {"source": "step", "conds": {"pop": "E"}, "sec": "soma", "loc": 0.5}},
    }
    cfg = {"duration": "30 ms"}
    export.export(netspec.plan(net, cfg), tmp_path, "pyramid")
    text = (tmp_path / "pyramid.net.nml").read_text()
    assert 'condDensity="0.12S_per_cm2"' in text
    assert text.count("sao864921383") == 2
    net_again, cfg_again, mods = netspec.import_neuroml(tmp_path / "LEMS_pyramid.xml")
    times = [netspec.run(net, cfg).spikes["time"], netspec.run(net_again, cfg_again, mod=mods).spikes["time"]]
    assert len(times[0]) == len(times[1]) > 0
    assert abs(times[0] - times[1]).max() < 0.1
