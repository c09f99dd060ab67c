"""Segments of NeuroML -> sections: groups, rows of segments, places, spheres, amounts that vary."""

from importlib.util import find_spec
from pathlib import Path

import pytest

from netspec.formats.neuroml import biophysics, morphology
from netspec.lems import check

pytestmark = pytest.mark.skipif(
    find_spec("pyneuroml") is None, reason="the definitions of NeuroML come with pyNeuroML"
)

HEAD = '<neuroml xmlns="http://www.neuroml.org/schema/neuroml2" id="doc">\n'
SECTION = 'neuroLexId="sao864921383"'


def segment(number, parent, *points, fraction=None, name=""):
    """A line with a segment; the first of two points is its proximal one."""
    named = f' name="{name}"' if name else ""
    along = f' fractionAlong="{fraction}"' if fraction is not None else ""
    up = "" if parent is None else f'<parent segment="{parent}"{along}/>'
    ends = ["distal"] if len(points) == 1 else ["proximal", "distal"]
    shown = "".join(
        f'<{end} x="{x}" y="{y}" z="{z}" diameter="{d}"/>'
        for end, (x, y, z, d) in zip(ends, points, strict=True)
    )
    return f'<segment id="{number}"{named}>{up}{shown}</segment>\n'


SOMA = segment(0, None, (0, 0, 0, 10), (0, 10, 0, 10), name="soma")
BRANCHED = SOMA + "".join(
    [
        segment(1, 0, (0, 10, 0, 3), (0, 20, 0, 3), name="a"),
        segment(2, 1, (0, 40, 0, 2)),
        segment(3, 2, (0, 50, 0, 1)),
        segment(4, 2, (5, 45, 0, 1), name="side"),
        segment(5, 1, (9, 15, 0, 1), fraction=0.5, name="early"),
    ]
)


def read(tmp_path, segments, groups="", densities=""):
    """The morphology, and what was found wrong with it."""
    path = Path(tmp_path, "cell.nml")
    body = f'<morphology id="m">\n{segments}{groups}</morphology>\n'
    path.write_text(f"{HEAD}{body}{densities}</neuroml>\n")
    found = check.components(path)
    component = next(c for c in found.top if c.is_a("morphology"))
    return morphology.read(component, found.findings), found


def shapes(tree, found):
    return {
        name: (section["geom"].get("pt3d"), section.get("topol"))
        for name, section in morphology.sections(tree, found.findings).items()
    }


def test_segments_in_a_row_are_one_section(tmp_path):
    tree, found = read(tmp_path, BRANCHED)
    made = {run.name: [piece.id for piece in run.pieces] for run in tree.runs}
    # 2 follows 1, but 5 leaves in the middle of 1: a section has its branches at one place each
    assert made == {
        "soma": ["0"],
        "a": ["1"],
        "segment2": ["2"],
        "segment3": ["3"],
        "side": ["4"],
        "early": ["5"],
    }
    points, topology = shapes(tree, found)["early"]
    assert points == [[0, 15, 0, 3], [9, 15, 0, 1]]
    assert topology == {"parentSec": "a", "parentX": 0.5, "childX": 0.0}


def test_a_row_has_a_segment_of_neuron_for_each(tmp_path):
    row = SOMA + segment(1, 0, (0, 10, 0, 3), (0, 20, 0, 3), name="a") + segment(2, 1, (0, 50, 0, 1))
    tree, found = read(tmp_path, row)
    assert [(run.name, run.nseg) for run in tree.runs] == [("soma", 1), ("a", 2)]
    assert shapes(tree, found)["a"][0] == [[0, 10, 0, 3], [0, 20, 0, 3], [0, 50, 0, 1]]
    assert tree.place("1", 0.5) == ("a", 5 / 40)
    assert tree.place("2", 0.5) == ("a", 25 / 40)
    assert tree.place(None, 0.5) == ("soma", 0.5)


def test_groups_of_other_membranes_are_sections_of_their_own(tmp_path):
    row = SOMA + segment(1, 0, (0, 10, 0, 3), (0, 20, 0, 3), name="a") + segment(2, 1, (0, 50, 0, 1))
    tree, _ = read(tmp_path, row, '<segmentGroup id="tip"><member segment="2"/></segmentGroup>')
    assert [run.name for run in tree.runs] == ["soma", "a", "segment2"]


def test_sections_of_the_file_are_kept(tmp_path):
    groups = (
        f'<segmentGroup id="body" {SECTION}><member segment="0"/></segmentGroup>\n'
        f'<segmentGroup id="trunk" {SECTION}><property tag="numberInternalDivisions" value="7"/>'
        '<member segment="3"/><member segment="1"/><member segment="2"/></segmentGroup>\n'
        '<segmentGroup id="dend"><include segmentGroup="trunk"/><member segment="4"/></segmentGroup>\n'
    )
    tree, found = read(tmp_path, BRANCHED, groups)
    assert not found.findings.problems
    assert [(run.name, run.nseg) for run in tree.runs] == [
        ("body", 1),
        ("trunk", 7),
        ("side", 1),
        ("early", 1),
    ]
    trunk = tree.runs[1]
    assert [piece.id for piece in trunk.pieces] == ["1", "2", "3"]
    assert shapes(tree, found)["side"][1] == {"parentSec": "trunk", "parentX": 0.75, "childX": 0.0}
    assert shapes(tree, found)["early"][1] == {"parentSec": "trunk", "parentX": 0.125, "childX": 0.0}
    assert morphology.lists(tree)["dend"] == ["trunk", "side"]
    assert morphology.lists(tree)["all"] == ["body", "trunk", "side", "early"]


def test_paths_and_trees_are_followed(tmp_path):
    ways = {
        "below": '<subTree><from segment="2"/></subTree>',
        "above": '<subTree><to segment="2"/></subTree>',
        "between": '<path><from segment="1"/><to segment="4"/></path>',
        "out": '<path><from segment="1"/></path>',
    }
    groups = "".join(f'<segmentGroup id="{name}">{way}</segmentGroup>\n' for name, way in ways.items())
    tree, _ = read(tmp_path, BRANCHED, groups)
    found = {name: "".join(sorted(tree.groups[name])) for name in ways}
    assert found == {"below": "234", "above": "012", "between": "124", "out": "12345"}


def test_a_sphere_is_a_cylinder_of_its_area(tmp_path):
    ball = segment(0, None, (1, 2, 3, 8), (1, 2, 3, 8), name="ball")
    alone, found = read(tmp_path, ball)
    assert morphology.sections(alone, found.findings)["ball"]["geom"] == {"L": 8.0, "diam": 8.0}
    both, found = read(tmp_path, ball + segment(1, 0, (1, 30, 3, 1)))
    assert shapes(both, found)["ball"][0] == [[1, 2, 3, 8], [1, 10, 3, 8]]
    assert both.distance["1"] == 8.0


TWICE = f'<member segment="1"/></segmentGroup>\n<segmentGroup id="h" {SECTION}><member segment="1"/>'


@pytest.mark.parametrize(
    ("groups", "message"),
    [
        ('<member segment="1"/><member segment="3"/>', "segment '3' does not follow at the end of '1'"),
        ('<member segment="1"/><member segment="5"/>', "segment '5' does not follow at the end of '1'"),
        (TWICE, "in two sections"),
    ],
)  # fmt: skip
def test_sections_that_are_none(groups, message, tmp_path):
    _, found = read(tmp_path, BRANCHED, f'<segmentGroup id="g" {SECTION}>{groups}</segmentGroup>\n')
    assert message in found.findings.problems[0].message
    assert found.findings.problems[0].path.endswith(("cell.nml:9", "cell.nml:10"))


VARYING = """<ionChannelHH id="pas" conductance="1pS"/>
<biophysicalProperties id="b"><membraneProperties>
<channelDensityNonUniform id="n" ionChannel="pas" erev="0mV" ion="non_specific">
<variableParameter parameter="condDensity" segmentGroup="g">
<inhomogeneousValue inhomogeneousParameter="x" value="VALUE"/></variableParameter>
</channelDensityNonUniform><channelDensity id="u" ionChannel="pas" condDensity="2 S_per_m2" segmentGroup="g"
erev="0mV" ion="non_specific"/>
<specificCapacitance value="1 uF_per_cm2"/></membraneProperties></biophysicalProperties>
"""
ENDS = '<proximal translationStart="0"/><distal normalizationEnd="1"/>'
ROW = SOMA + segment(1, 0, (0, 10, 0, 3), (0, 50, 0, 3), name="a") + segment(2, 1, (0, 90, 0, 1), name="b")


def laid(tmp_path, value, ends=""):
    groups = (
        f'<segmentGroup id="trunk" {SECTION}><property tag="numberInternalDivisions" value="4"/>'
        '<member segment="1"/><member segment="2"/></segmentGroup>\n'
        '<segmentGroup id="g"><member segment="2"/>'
        f'<inhomogeneousParameter id="x" variable="p" metric="Path Length from root">{ends}'
        "</inhomogeneousParameter></segmentGroup>\n"
    )
    tree, found = read(tmp_path, ROW, groups, VARYING.replace("VALUE", value))
    block = next(c for c in found.top if c.is_a("biophysicalProperties")).children[0]
    return {run.name: biophysics.densities(block, run, tree, found) for run in tree.runs}, found


def test_densities_are_where_their_segments_are(tmp_path):
    found, _ = laid(tmp_path, "1e4*p")
    assert found["soma"] == []
    varying, uniform = found["trunk"]
    # the middles of four segments on 80 um behind a soma of 10 um; segment 2 is their outer half
    assert uniform.amounts == (0, 0, 2e-4, 2e-4)
    assert varying.amounts == (0, 0, 60.0, 80.0)


def test_distances_start_and_end_as_the_parameter_says(tmp_path):
    found, _ = laid(tmp_path, "1e4 * exp(-p)*H(p - 0.5)", ENDS)
    from math import exp

    assert found["trunk"][0].amounts == pytest.approx((0, 0, 0, exp(-0.75)), rel=1e-11)


@pytest.mark.parametrize(
    ("value", "message"), [("q*2", "unknown name q in 'q*2'"), ("f(p)", "'f' in 'f(p)': not supported yet")]
)
def test_formulas_that_cannot_be_read(value, message, tmp_path):
    _, found = laid(tmp_path, value)
    assert message in found.findings.problems[0].message
    assert ":" in found.findings.problems[0].path
