"""Definitions, expressions, numbers with units, includes and HDF5 of NeuroML and LEMS."""

import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import h5py
import pytest

from netspec import target
from netspec.errors import FileError, NetspecError, SpecError
from netspec.lems import check, formula, model, quantity, read, resolve

FILES = Path(__file__).parent / "lems_files"
needs_definitions = pytest.mark.skipif(
    find_spec("pyneuroml") is None, reason="the definitions of NeuroML come with pyNeuroML"
)


def test_operators_and_words_of_python():
    parsed = formula.parse("v .gt. lambda ^ 2 .and. 1 .leq. exp(x)")
    assert parsed.names == {"v", "lambda", "x"}
    assert formula.parse("(v + ").startswith("cannot read the expression '(v + '")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("g * v", None),
        ("g * v + 0", None),
        ("sqrt(g * g) * v", None),
        ("abs(-g) * random(v)", None),
        ("g", "expected current, found conductance"),
        ("g * v + 1", "cannot be added"),
        ("g * v ^ v", "has a dimension"),
        ("g * __import__(v)", "unknown function '__import__'"),
        ("g * v.real", "not allowed: 'v.real'"),
        ("power(g)", "takes 2 argument(s), not 1"),
    ],
)
def test_dimensions_of_expressions(text, said):
    voltage, conductance, current = (1, 2, -3, -1, 0, 0, 0), (-1, -2, 3, 2, 0, 0, 0), (0, 0, 0, 1, 0, 0, 0)
    known = {"voltage": voltage, "conductance": conductance, "current": current, "none": model.NONE}
    problems = formula.Checker({"g": conductance, "v": voltage}, known).problems(text, current)
    assert (problems == []) if said is None else said in problems[0]


@needs_definitions
def test_what_a_type_inherits():
    cell = read.core().types["iafRefCell"]
    assert cell.ancestors[:3] == ("iafRefCell", "iafCell", "baseIafCapCell")
    assert set(cell.of(model.Parameter)) == {
        "C",
        "thresh",
        "reset",
        "leakConductance",
        "leakReversal",
        "refract",
    }
    assert set(cell.dynamics.regimes) == {"refractory", "integrating"}
    assert cell.dynamics.regimes["integrating"].initial
    assert cell.roles["synapses"].type == "basePointCurrent"
    scheme = read.core().types["gateKS"].dynamics.schemes[0]
    assert scheme.attributes["stateVariable"] == "occupancy"


@needs_definitions
@pytest.mark.parametrize(
    ("text", "dimension", "value"),
    [
        ("-65 mV", "voltage", -0.065),
        ("6.3degC", "temperature", 279.45),
        (".5nS", "conductance", 5e-10),
        ("2 e", "charge", 3.204353268e-19),
    ],
)
def test_numbers_are_in_si_units(text, dimension, value):
    assert quantity.read(text, dimension, read.core()) == pytest.approx(value, rel=1e-12)


@needs_definitions
def test_every_expression_of_the_definitions_can_be_read():
    for made in read.core().types.values():
        texts = [d.value for d in made.of(model.DerivedParameter).values()]
        if made.dynamics:
            texts += [d.value for d in made.dynamics.derived.values()] + [
                d.value for d in made.dynamics.derivatives
            ]
        for text in filter(None, texts):
            assert isinstance(formula.parse(text), formula.Expression)


@needs_definitions
def test_components_have_types_values_and_children():
    found = resolve.resolve(read.load(FILES / "network.nml"))
    gate = found.by_id["kdr"].children[0]
    assert (gate.type.name, gate.values["instances"]) == ("gateHHrates", 4)
    assert gate.children[0].type.name == "HHExpLinearRate"
    assert gate.children[0].values["midpoint"] == pytest.approx(-0.055)
    assert found.by_id["iaf"].is_a("baseCell")


@needs_definitions
def test_includes_are_relative_and_may_be_mutual(tmp_path):
    (tmp_path / "parts").mkdir()
    head = '<neuroml xmlns="http://www.neuroml.org/schema/neuroml2" id="{}">\n'
    (tmp_path / "net.nml").write_text(
        head.format("net")
        + '<include href="parts/cell.nml"/>\n<network id="n"><population id="p" component="c" '
        'size="1"/></network></neuroml>'
    )
    cell = (
        head.format("cell")
        + '<include href="../net.nml"/>\n<iafTauCell id="c" leakReversal="-50mV" thresh="-55mV" '
    )
    (tmp_path / "parts" / "cell.nml").write_text(cell + 'reset="-70mV" tau="30ms"/></neuroml>')
    findings = check.check(tmp_path / "net.nml")
    assert findings.problems == []
    assert [n.message for n in findings.notes] == ["../net.nml includes this file in turn"]
    (tmp_path / "parts" / "cell.nml").write_text(cell + 'reset="-70mV" tau="0ms"/></neuroml>')
    (problem,) = check.check(tmp_path / "net.nml").problems
    assert problem.path.endswith("parts/cell.nml:3")


BY_CALCIUM = """    <ComponentType name="byCalcium" extends="baseVoltageConcDepTime">
        <Constant name="one" dimension="concentration" value="1 mM"/>
        <Constant name="unit_time" dimension="time" value="1 ms"/>
        <Dynamics><DerivedVariable name="t" exposure="t" value="unit_time * one / caConc"/></Dynamics>
    </ComponentType>
</neuroml>"""


@needs_definitions
def test_a_channel_that_needs_calcium_needs_a_species(tmp_path):
    text = (FILES / "network.nml").read_text().replace("</neuroml>", BY_CALCIUM)
    path = tmp_path / "net.nml"
    path.write_text(text)
    assert check.check(path).problems == []
    text = text.replace('type="fixedTimeCourse" tau="20 ms"', 'type="byCalcium"')
    path.write_text(text)
    line = text[: text.index('id="k_slow"')].count("\n") + 1
    (problem,) = [n for n in check.check(path).notes if "calcium" in n.message]
    assert "channel 'kslow' (byCalcium) needs a calcium concentration" in problem.message
    assert problem.path == f"{path}:{line}"
    path.write_text(text.replace('value="0.1 kohm_cm"/>', 'value="0.1 kohm_cm"/>' + SPECIES))
    assert [n for n in check.check(path).notes if "calcium" in n.message] == []


SPECIES = """<species id="ca" ion="ca" concentrationModel="pool" initialConcentration="5e-5 mM"
    initialExtConcentration="2 mM"/>"""


WRITE = """
import sys
from neuroml.loaders import NeuroMLLoader
from neuroml.writers import NeuroMLHdf5Writer
document = NeuroMLLoader.load(sys.argv[1])
document.networks[0].explicit_inputs = []  # which libNeuroML cannot write
NeuroMLHdf5Writer.write(document, sys.argv[2])
"""


@needs_definitions
def test_hdf5_that_libneuroml_writes(tmp_path):
    path = tmp_path / "net.nml.h5"
    ran = subprocess.run(
        [sys.executable, "-c", WRITE, FILES / "network.nml", path], capture_output=True, text=True
    )
    assert ran.returncode == 0, ran.stderr
    assert check.check(path).problems == []
    for part, row, column in (
        ("projection_p0/p0", 0, 1),
        ("projection_e1/e1", 0, 2),
        ("inputList_i0/i0", 1, 1),
    ):
        with h5py.File(path, "r+") as file:
            table = file[f"neuroml/network/{part}"]
            old, table[row, column] = table[row, column], 7
        (problem,) = check.check(path).problems
        assert f"{part}[{row}]" in problem.path
        assert "there is no cell 7 in 'pyrs'" in problem.message
        with h5py.File(path, "r+") as file:
            file[f"neuroml/network/{part}"][row, column] = old


@needs_definitions
def test_hdf5_without_neuroml(tmp_path):
    with h5py.File(tmp_path / "other.nml.h5", "w"):
        pass
    with pytest.raises(FileError, match="expected a group /neuroml"):
        check.check(tmp_path / "other.nml.h5")


@needs_definitions
def test_the_command_says_what_is_odd_and_what_is_wrong(tmp_path):
    said = target.check_neuroml(FILES / "network.nml")
    assert said.endswith("network.nml: no problem in 74 components")
    assert "note: " in said
    (tmp_path / "bad.nml").write_text(
        (FILES / "network.nml").read_text().replace('tauDecay="8ms"', 'tauDecay="8mV"')
    )
    with pytest.raises(SpecError, match="'8mV' is a voltage: expected time") as caught:
        target.check_neuroml(tmp_path / "bad.nml")
    assert caught.value.problems[0].path == f"{tmp_path / 'bad.nml'}:16"


def test_networks_are_targets_of_a_run():
    assert target.find(FILES / "network.nml") == FILES / "network.nml"


def test_without_pyneuroml_the_extra_is_named(monkeypatch):
    read.wheel.cache_clear()
    monkeypatch.setattr(read.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(NetspecError, match=r"netspec\[neuroml\]"):
        read.wheel()
