import re

import numpy as np
import pytest

from netspec.errors import SpecError
from netspec.neuron import hoc_template
from netspec.plan.cells import Drawn, Template
from netspec.spec.cell import Section


def template(sections, values=()):
    return Template(("PYR",), sections, {}, tuple(values))


def lines(text, start):
    return [line.strip() for line in text.splitlines() if line.strip().startswith(start)]


def test_statements_come_in_the_order_of_the_dictionaries():
    section = Section(
        geom={"diam": 1, "pt3d": [[0, 0, 0, 1.0]], "nseg": 3, "L": 2.5},
        mechs={"pas": {"g": 1e-05, "e": None}, "dipole": {}},
        ions={"na": {"o": 140, "other": 1}},
        pointps={
            "p": {"mod": "Izhi", "loc": 0.25, "vref": "V", "synList": ["a"], "_x": 1, "C": 100, "k": "gid"}
        },
    )
    made = hoc_template.write(template({"soma": section}))
    body = made.text[made.text.index("soma {") : made.text.index("proc init")]
    found = [line.strip() for line in body.splitlines()[1:-2]]
    points = f"{made.name}_points"
    assert found == [
        "diam = 1.0",
        "nseg = 3.0",
        "L = 2.5",
        "pt3dclear()",
        f"pt3dadd({points}.o(0).c.add($1), {points}.o(1).c.add($2), {points}.o(2).c.add($3), {points}.o(3))",
        "insert pas",
        "g_pas = 1e-05",
        "insert na_ion",
        "nao = 140.0",
        "point_0 = new Izhi(0.25)",
        "point_0.C = 100.0",
        "point_0.k = $4",
    ]
    assert made.ions == {"nao0_na_ion": 140.0}
    assert made.points == {("soma", "p"): "point_0"}
    np.testing.assert_array_equal(made.points3d[0], [[0], [0], [0], [1]])
    assert "NetCon(&point_0.V, nil)" in made.text


def test_values_of_segments():
    mechs = {"hh": {"gnabar": [1, None, 2], "gkbar": [3, 3.0, 3, 99], "gl": [4]}}
    made = hoc_template.write(template({"soma": Section(geom={"nseg": 3}, mechs=mechs)}))
    assert lines(made.text, "g") == [
        f"gnabar_hh({1 / 6!r}) = 1.0",
        f"gnabar_hh({5 / 6!r}) = 2.0",
        "gkbar_hh = 3.0",
        "gl_hh = 4.0",
    ]


def test_numbers_of_single_cells_are_read_where_they_are_set():
    drawn = (
        Drawn("", "vars", "", "v", -1, ""),
        Drawn("soma", "geom", "", "L", -1, ""),
        Drawn("soma", "mechs", "hh", "gl", 0, ""),
        Drawn("soma", "mechs", "hh", "gl", 1, ""),
        Drawn("soma", "mechs", "hh", "el", -1, ""),
    )
    section = Section(geom={"L": "uniform(1, 2)", "nseg": 2}, mechs={"hh": {"gl": "v", "el": "v"}})
    text = hoc_template.write(template({"soma": section}, drawn)).text
    assert "L = $o5.x[$6 + 1]" in text
    assert "gl_hh(0.25) = $o5.x[$6 + 2]" in text
    assert "gl_hh(0.75) = $o5.x[$6 + 3]" in text
    assert "el_hh = $o5.x[$6 + 4]" in text


def test_spike_source_threshold_and_rest():
    sections = {
        "soma": Section(vinit=-70),
        "axon": Section(
            topol={"parentSec": "soma", "parentX": 0.5, "childX": 1}, spike_gen_loc=0.25, threshold=-20
        ),
    }
    made = hoc_template.write(template(sections), threshold=10)
    assert "axon { nc = new NetCon(&v(0.25), nil) }" in made.text
    assert "nc.threshold = -20.0" in made.text
    assert "connect axon(1.0), soma(0.5)" in made.text
    assert "soma { v = -70.0 }" in made.text
    assert made.rests
    plain = hoc_template.write(template({"soma": Section()}), threshold=7)
    assert "nc.threshold = 7.0" in plain.text
    assert not plain.rests


def test_names_that_hoc_does_not_allow_are_replaced():
    names = ["soma", "dend[3]", "3x", "hh", "p1", "detect", "sec_0", "apic_7"]
    safe = hoc_template.safe_names(names, lambda name: name == "hh")
    assert list(safe) == names
    assert safe["soma"] == "soma"
    assert safe["apic_7"] == "apic_7"
    others = [safe[name] for name in names if name not in ("soma", "apic_7")]
    assert all(re.fullmatch(r"sec_\d+", name) for name in others)
    assert len(set(safe.values())) == len(names)


def test_equal_cells_share_a_name_and_different_ones_do_not():
    first = hoc_template.write(template({"soma": Section(geom={"L": 1})}))
    again = hoc_template.write(template({"soma": Section(geom={"L": 1.0})}))
    other = hoc_template.write(template({"soma": Section(geom={"L": 2})}))
    moved = [
        hoc_template.write(template({"soma": Section(geom={"pt3d": [[x, 0, 0, 1]]})})).name for x in (0, 1)
    ]
    assert first == again
    assert len({first.name, other.name, *moved}) == 4


def test_long_cells_are_cut_into_procedures():
    sections = {
        f"s{k}": Section(geom={"nseg": 500}, mechs={"hh": {"gl": list(range(500))}}) for k in range(300)
    }
    text = hoc_template.write(template(sections)).text
    bodies = re.findall(r"proc (?:p\d+|init)\(\) \{\n(.*?)\n\}", text, re.DOTALL)
    assert len(bodies) > 900
    assert max(body.count("\n") for body in bodies) <= hoc_template.LINES_PER_PROC + 2
    calls = re.findall(r"^\s+(p\d+)\(", text, re.MULTILINE)
    assert len(calls) == len(set(calls)) == len(bodies) - 1


@pytest.mark.parametrize(
    ("section", "place"),
    [
        (Section(geom={"L": "12"}), r"secs\['soma'\]\.geom\['L'\]"),
        (Section(geom={"L": float("nan")}), r"geom\['L'\]"),
        (Section(geom={"L": None}), r"geom\['L'\]"),
        (Section(geom={"nseg": 3}, mechs={"hh": {"gl": [1, 2]}}), r"mechs\['hh'\]\['gl'\]"),
        (Section(geom={"nseg": 3}, ions={"na": {"e": [1]}}), None),
        (Section(ions={"na": {"e": "x"}}), r"ions\['na'\]\['e'\]"),
        (Section(pointps={"p": {"mod": "IClamp", "amp": "x"}}), r"pointps\['p'\]\['amp'\]"),
    ],
)
def test_what_is_not_a_number_is_named(section, place):
    if place is None:
        assert "ena = 1.0" in hoc_template.write(template({"soma": section})).text
        return
    with pytest.raises(SpecError, match=r"netParams\.cellParams\['PYR'\]") as caught:
        hoc_template.write(template({"soma": section}))
    assert re.search(place, str(caught.value))
