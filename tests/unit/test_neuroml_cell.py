"""Cells of NeuroML files as cell rules and mod files, and what is refused at its line."""

from importlib.util import find_spec
from pathlib import Path

import pytest

from netspec.errors import FileError, SpecError
from netspec.formats import neuroml

pytestmark = pytest.mark.skipif(
    find_spec("pyneuroml") is None, reason="the definitions of NeuroML come with pyNeuroML"
)

CELL = Path(__file__).parents[2] / "examples" / "hodgkin_huxley" / "axon.cell.nml"
TEXT = CELL.read_text()


def changed(tmp_path, *pairs):
    """The cell of the example with other words in it."""
    text = TEXT
    for old, new in pairs:
        assert old in text
        text = text.replace(old, new, 1)
    path = tmp_path / "changed.cell.nml"
    path.write_text(text)
    return path, text


def test_cell_of_the_tutorial(tmp_path):
    entry, files = neuroml.cell(CELL, tmp_path / "new" / "mod")
    diameter = 17.841241161527712
    assert entry == {
        "secs": {
            "soma": {
                "geom": {"L": diameter, "diam": diameter, "cm": 1.0, "Ra": 35.4},
                "mechs": {
                    "sodium": {"gmax": 0.12, "erev": 50.0},
                    "potassium": {"gmax": 0.036, "erev": -77.0},
                    "leak": {"gmax": 0.0003, "erev": -54.3},
                },
                "vinit": -65.0,
                "threshold": 10.0,
            }
        }
    }
    assert files == [tmp_path / "new" / "mod" / f"{name}.mod" for name in ("sodium", "potassium", "leak")]
    assert sorted(files[0].parent.iterdir()) == sorted(files)


def test_units_are_those_of_neuron(tmp_path):
    path, _ = changed(
        tmp_path,
        ('condDensity="120 mS_per_cm2" erev="50 mV"', 'condDensity="2 S_per_m2" erev="0.05 V"'),
        ('value="1 uF_per_cm2"', 'value="0.02 F_per_m2"'),
        ('value="35.4 ohm_cm"', 'value="0.1 kohm_cm"'),
        ('rate="4 per_ms"', 'rate="4000 Hz"'),
        ('<distal x="0"', '<distal x="30"'),
        (' name="soma"', ""),
    )
    entry, files = neuroml.cell(path, tmp_path)
    section = entry["secs"]["segment0"]
    assert section["mechs"]["sodium"] == {"gmax": 0.0002, "erev": 50.0}
    diameter = 17.841241161527712
    points = [[0.0, 0.0, 0.0, diameter], [30.0, 0.0, 0.0, diameter]]
    assert section["geom"] == {"pt3d": points, "cm": 2.0, "Ra": 100.0}
    assert "= 4*exp(" in files[0].read_text()


def test_what_is_not_where_the_segment_is_is_left_out(tmp_path):
    path, _ = changed(
        tmp_path,
        ("</segment>", '</segment><segmentGroup id="no"/>' + GROUP.replace(TREE, '<member segment="0"/>')),
        ('ionChannel="sodium"', 'ionChannel="sodium" segmentGroup="g"'),
        ('ionChannel="leak"', 'ionChannel="leak" segmentGroup="no"'),
    )  # fmt: skip
    entry, files = neuroml.cell(path, tmp_path)
    assert list(entry["secs"]["soma"]["mechs"]) == ["sodium", "potassium"]
    assert [file.stem for file in files] == ["sodium", "potassium"]


def test_files_that_are_the_same_stay(tmp_path):
    _, files = neuroml.cell(CELL, tmp_path)
    before = [file.stat().st_mtime_ns for file in files]
    neuroml.cell(CELL, tmp_path)
    assert [file.stat().st_mtime_ns for file in files] == before


LEAK = '<ionChannelHH id="leak" conductance="10 pS"/>'
TREE = '<subTree><from segment="0"/></subTree>'
GROUP = f'<segmentGroup id="g">{TREE}</segmentGroup>'
DENSITY = '<channelDensity id="leak_all" ionChannel="leak" condDensity="0.3 mS_per_cm2" erev="-54.3 mV" ion="non_specific"/>'  # noqa: E501

ROWS = [
    ("</cell>", '</cell><pulseGenerator id="p" delay="0 ms" duration="1 ms" amplitude="1 nA"/>', "<pulseGenerator>"),  # noqa: E501
    ("</cell>", '</cell><network id="net" type="networkWithTemperature" temperature="6.3 degC"><population id="p" component="axon" size="1"/></network>', "<network> of type 'networkWithTemperature'"),  # noqa: E501
    ("</cell>", '</cell><ComponentType name="HHOwnRate" extends="baseHHRate"/>', "of your own"),
    ("</cell>", "</cell>" + TEXT[TEXT.index("<cell ") : TEXT.index("</neuroml>")].replace('id="axon"', 'id="b"'), "a second cell"),  # noqa: E501
    ("</segment>", '</segment><segment id="1"><parent segment="0"/><distal x="9" y="0" z="0" diameter="1"/></segment>', "a second segment"),  # noqa: E501
    ('diameter="17.841241161527712"', 'diameter="9"', "a sphere with two diameters", '<segment id="0"'),
    ("<specificC", '<specificCapacitance value="2 uF_per_cm2"/><specificC', "a second <specificCapacitance>"),
    (DENSITY, DENSITY + DENSITY.replace("leak_all", "b"), "channel 'leak' twice in a segment"),
    (' condDensity="36 mS_per_cm2"', "", "without condDensity", '<channelDensity id="potassium_all"'),
    ("<spikeThresh", '<channelPopulation id="c" ionChannel="leak" number="3" erev="0 mV" ion="non_specific"/><spikeThresh', "<channelPopulation>"),  # noqa: E501
    ("</intracellularProperties>", "</intracellularProperties><extracellularProperties id='e'/>", "<extracellularProperties>"),  # noqa: E501
]  # fmt: skip


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[2])
def test_what_is_not_supported_yet_is_said_at_its_line(row, tmp_path):
    old, new, message, *where = row
    path, text = changed(tmp_path, (old, new))
    place = text.index(where[0] if where else new)
    line = text[:place].count("\n") + 1
    with pytest.raises(SpecError) as error:
        neuroml.cell(path, tmp_path / "mod")
    (problem,) = [problem for problem in error.value.problems if message in problem.message]
    assert "not supported yet" in problem.message
    assert problem.path == f"{path}:{line}"
    assert not (tmp_path / "mod").exists()


def test_mechanisms_of_neuron_keep_their_names(tmp_path):
    path, _ = changed(
        tmp_path, (LEAK, LEAK.replace("leak", "pas")), ('ionChannel="leak"', 'ionChannel="pas"')
    )
    with pytest.raises(SpecError, match="channel 'pas': not supported yet as a name"):
        neuroml.cell(path, tmp_path)


def test_groups_of_paths_are_refused(tmp_path):
    path, _ = changed(
        tmp_path, ("</segment>", f"</segment>{GROUP}"), ("<spikeThresh", '<spikeThresh segmentGroup="g"')
    )
    with pytest.raises(SpecError, match="paths or trees: not supported yet"):
        neuroml.cell(path, tmp_path)


def test_what_the_check_finds_is_said(tmp_path):
    path, _ = changed(tmp_path, ('erev="50 mV"', 'erev="50 ms"'))
    with pytest.raises(SpecError, match="'50 ms' is a time"):
        neuroml.cell(path, tmp_path)
    path, _ = changed(tmp_path, ('rate="4 per_ms" ', ""))
    with pytest.raises(SpecError, match="needs 'rate'"):
        neuroml.cell(path, tmp_path)
    with pytest.raises(FileError, match="no such file"):
        neuroml.cell(tmp_path / "none.nml", tmp_path)


def test_lems_files_are_refused(tmp_path):
    path, _ = changed(
        tmp_path, (TEXT[TEXT.index("<neuroml") : TEXT.index("<ion")], "<Lems>"), ("</neuroml>", "</Lems>")
    )
    with pytest.raises(SpecError, match="a LEMS file: not supported yet"):
        neuroml.cell(path, tmp_path)


def test_a_cell_needs_its_parts(tmp_path):
    for old, message in (
        (TEXT[TEXT.index("<cell ") : TEXT.index("</neuroml>")], "there is no <cell>"),
        (TEXT[TEXT.index("<morphology") : TEXT.index("<biophysical")], "a cell needs <morphology>"),
    ):
        path, _ = changed(tmp_path, (old, ""))
        with pytest.raises(SpecError, match=message):
            neuroml.cell(path, tmp_path)
