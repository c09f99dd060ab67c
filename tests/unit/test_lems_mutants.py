"""Valid files with one mistake each: found, at its line, with words that help.

A row is what is written, what is written instead, and what is said, at the line of what is replaced;
or else where: so many lines away, or the line of another text.
"""

from importlib.util import find_spec
from pathlib import Path

import pytest

from netspec.errors import SpecError
from netspec.lems import check, read

pytestmark = pytest.mark.skipif(
    find_spec("pyneuroml") is None, reason="the definitions of NeuroML come with pyNeuroML"
)

FILES = Path(__file__).parent / "lems_files"

NETWORK = [
    # eleven that the reference validators do not find
    ('tauDecay="8ms"', 'tauDecay="-8ms"', "tauDecay='-8ms': expected > 0"),
    ('C="1.0nF"', 'C="-1.0nF"', "C='-1.0nF': expected > 0"),
    ('delay="2 ms"', 'delay="-2 ms"', "delay='-2 ms': expected >= 0"),
    ('postCellId="../iafs/2/iaf"', 'postCellId="../iafs/3/iaf"', "no cell 3 in 'iafs'. Its cells: 0 to 2"),
    ('postCell="../pyrs/1/pyr"', 'postCell="../pyrs/2/pyr"', "no cell 2 in 'pyrs'"),
    ('target="izhs[0]"', 'target="izhs[1]"', "no cell 1 in 'izhs'"),
    ('target="izhs[0]"', 'target="izh[0]"', "no population 'izh'. Did you mean 'izhs'?"),
    ('postsynapticPopulation="pyrs" synapse="ampa"', 'postsynapticPopulation="pyr" synapse="ampa"', "'pyrs'"),
    ('synapse="gaba"', 'synapse="gabba"', "there is no baseSynapse of this id. Did you mean 'gaba'?"),
    ('component="pulse"', 'component="puls"', "Did you mean 'pulse'?"),
    ('component="iaf"', 'component="iaff"', "Did you mean 'iaf'?"),
    # schema
    ('<expOneSynapse id="gaba"', '<expOneSynaps id="gaba"', "Did you mean 'expOneSynapse'?"),
    ('amplitude="0.3nA"', 'amplitud="0.3nA"', "Did you mean 'amplitude'?"),
    ('<iafCell id="iaf" leakReversal="-60mV"', '<iafCell id="iaf"', "needs the attribute 'leakReversal'"),
    ('erev="-80mV"', 'erev="-80ms"', "'-80ms' is a time: expected voltage with a unit such as V, mV"),
    ('erev="-80mV"', 'erev="-80"', "has no unit: expected voltage"),
    ('erev="-80mV"', 'erev="-80mv"', "unknown unit 'mv' in '-80mv': expected voltage. Did you mean 'mV'?"),
    ('erev="-80mV"', 'erev="-8O mV"', "is not a number"),
    ('condDensity="0.3 S_per_m2"', 'condDensity="0.3 S_per_m"', "Did you mean 'S_per_m2'?"),
    ('id="graded"', 'id="gr aded"', "is no id"),
    ('type="HHExpRate"', 'type="HHExpRat"', "Did you mean 'HHExpRate'?"),
    ('type="HHSigmoidVariable"', 'type="HHSigmoidRate"', "HHSigmoidRate"),
    ('<member segment="0"/>', "<member/>", "needs the attribute 'segment'"),
    ('<network id="net"', "<network", "needs the attribute 'id'"),
    ('scale="10mV"', "", "needs 'scale' (voltage"),
    ("<spikeThresh value", "<spikeThreshold value", "Did you mean 'spikeThresh'?"),
    ('type="populationList" size="2"', 'type="populationLst" size="2"', "populationLst"),
    ('amplitude="14"', 'amplitude="14 nA"', "'14 nA' is a current: expected no unit"),
    ('x="50"', 'x="fifty"', "'fifty' is not a number"),
    # signs and ranges
    ('diameter="2"', 'diameter="0"', "expected"),
    ('diameter="1"', 'diameter="-1"', "expected"),
    ('conductance="5pS"', 'conductance="-5pS"', "expected >= 0"),
    ('gbase="1nS"', 'gbase="-1nS"', "expected >= 0"),
    ('condDensity="36 mS_per_cm2"', 'condDensity="-36 mS_per_cm2"', "expected >= 0"),
    ('value="1 uF_per_cm2"', 'value="-1 uF_per_cm2"', "expected > 0"),
    ('value="0.1 kohm_cm"', 'value="0 kohm_cm"', "expected > 0"),
    ('instances="4"', 'instances="-4"', "expected"),
    ('scale="10mV"', 'scale="0mV"', "expected not 0"),
    ('q10Factor="3"', 'q10Factor="0"', "expected > 0"),
    ('tau="20 ms"', 'tau="-20 ms"', "expected >= 0"),
    ('temperature="6.3 degC"', 'temperature="-300 degC"', "expected > 0"),
    ('period="20ms"', 'period="0ms"', "expected > 0"),
    ('duration="100ms" amplitude="0.3nA"', 'duration="-1ms" amplitude="0.3nA"', "expected >= 0"),
    ('tauRise="0.5ms"', 'tauRise="2ms"', "expected tauRise != tauDecay"),
    ('reset="-62mV"', 'reset="-52mV"', "expected reset < thresh"),
    ('postFractionAlong="0.3"', 'postFractionAlong="1.3"', "1.3"),
    ('fractionAlong="1"', 'fractionAlong="2"', "2"),
    ('segmentId="0" fractionAlong="0.5"', 'segmentId="0" fractionAlong="-0.5"', "-0.5"),
    # the cell
    ('<parent segment="1"/>', '<parent segment="7"/>', "which does not exist. Segments: 0 to 2", -1),
    ('<parent segment="0" fractionAlong="1"/>', '<parent segment="2" fractionAlong="1"/>',
     "own ancestor", -1),
    ('<parent segment="1"/>', "", "is already the root", -1),
    ('<segment id="2"', '<segment id="1"', "is already that of line"),
    ('<member segment="2"/>', '<member segment="3"/>', "segment '3' does not exist"),
    ('segmentGroup="dendrite_group"', 'segmentGroup="dendrites_group"', "Did you mean 'dendrite_group'?"),
    ('segmentGroup="dendrite_group"', 'segmentGroup="whole"', "includes itself", -2),
    ('<segmentGroup id="whole"', '<segmentGroup id="soma_group"', "is already that of line"),
    ('ion="k" segmentGroup="soma_group"', 'ion="k" segmentGroup="soma_grp"', "Did you mean 'soma_group'?"),
    ('ionChannel="kdr"', 'ionChannel="kdrr"', "Did you mean 'kdr'?"),
    ('ionChannel="kdr"', 'ionChannel="ampa"', "expected a baseIonChannel, but it is a expTwoSynapse"),
    ('ion="k" segmentGroup="soma_group"', 'ion="na" segmentGroup="soma_group"', "carries 'k'"),
    ('<specificCapacitance value="1 uF_per_cm2"/>', "", "needs <specificCapacitance>",
     "<membraneProperties>"),
    ('<proximal x="0" y="0" z="0" diameter="10"/>', "", "it needs <proximal>", -1),
    # the network
    ('size="2"', 'size="3"', "size='3', but there are 2 instances"),
    ('size="3"', 'size="2"', "no cell 2 in 'iafs'", "<connectionWD"),
    ('size="3"', 'size="2.5"', "2.5"),
    ('<instance id="1"', '<instance id="0"', "is already that of line"),
    ('<population id="izhs"', '<population id="iafs"', "is already that of line"),
    ('<connection id="1"', '<connection id="0"', "is already that of line"),
    ('preCellId="../pyrs/0/pyr"', 'preCellId="../iafs/0/iaf"', "expected a cell of 'pyrs'"),
    ('preCellId="../pyrs/0/pyr"', 'preCellId="../pyrs/-1/pyr"', "no cell -1"),
    ('preCellId="../pyrs/0/pyr"', 'preCellId="../pyrs/0/iaf"', "are 'pyr', not 'iaf'"),
    ('preCellId="../pyrs/0/pyr"', 'preCellId="pyrs-0"', "expected a cell as"),
    ('postSegmentId="2"', 'postSegmentId="5"', "no such segment. Segments: 0 to 2"),
    ('preSegment="1"', 'preSegment="9"', "no such segment"),
    ('segmentId="1" fractionAlong', 'segmentId="4" fractionAlong', "no such segment"),
    ('postCell="2" synapse="gap"', 'postCell="3" synapse="gap"', "no cell 3 in 'iafs'"),
    ('postCell="1" preComponent', 'postCell="4" preComponent', "no cell 4 in 'iafs'"),
    ('synapse="gap"/>', 'synapse="gaba"/>', "expected a gapJunction, but it is a expOneSynapse"),
    ('postComponent="graded"', 'postComponent="ampa"', "expected a baseGradedSynapse"),
    ('target="../pyrs/1/pyr"', 'target="../pyrs/2/pyr"', "no cell 2 in 'pyrs'"),
    ('target="../pyrs/1/pyr"', 'target="../iafs/1/iaf"', "expected a cell of 'pyrs'"),
    ('input="pulseDL"', 'input="pulse"', "takes a basePointCurrentDL"),
    ('population="pyrs"', 'population="pyramids"', "no such population"),
    ('component="izh"', 'component="pulse"', "expected a baseCell, but it is a pulseGenerator"),
    ('type="networkWithTemperature" temperature="6.3 degC"', "", "needs a temperature"),
    ('<expTwoSynapse id="ampa"', '<expTwoSynapse id="kdr"', "is already that of the <ionChannelHH>"),
    ("</neuroml>", "</neurom>", "not well-formed XML"),
    ('<ionChannelHH id="pas"', '<include href="chanels.nml"/><ionChannelHH id="pas"', "does not exist"),
]  # fmt: skip

TYPES = [
    ('extends="baseCellMembPotCap"', 'extends="baseCellMembPotCp"', "Did you mean 'baseCellMembPotCap'?"),
    ('extends="baseCellMembPotCap"', 'extends="leakyCell"', "extends itself"),
    ('name="gL" dimension="conductance"', 'name="gL" dimension="conductanc"',
     "unknown dimension 'conductanc'"),
    ('value="1 ms"', 'value="1 mV"', "expected time"),
    ('value="C / gL"', 'value="C * gL"', "expected time"),
    ('value="C / gL"', 'value="C / gl"', "unknown name 'gl' (Did you mean 'gL'?)"),
    ('value="gL * (EL - v) + iSyn - w"', 'value="gL * EL - v + iSyn - w"', "cannot be added or compared"),
    ('value="gL * (EL - v) + iSyn - w"', 'value="gL * (EL - v + iSyn - w"', "cannot read the expression"),
    ('value="gL * (EL - v) + iSyn - w"', 'value="(EL - v) + EL"', "expected current, found voltage"),
    ('value="exp((v - EL) / theta)"', 'value="exp(v - EL)"', "exp needs none"),
    ('value="exp((v - EL) / theta)"', 'value="expo((v - EL) / theta)"', "unknown function 'expo'"),
    ('value="exp((v - EL) / theta)"', 'value="v ^ EL"', "has a dimension"),
    ('condition="v .gt. EL"', 'condition="v .gt. gL"', "cannot be added or compared"),
    ('variable="v" value="iMemb / C"', 'variable="v" value="iMemb"', "found current"),
    ('variable="v" value="iMemb / C"', 'variable="v" value="iMemb / C / unit_time"', "expected"),
    ('variable="w" value="-w / tau', 'variable="ww" value="-w / tau', "no state variable"),
    ('select="synapses[*]/i"', 'select="synapses[*]/g"', "has nothing called 'g'"),
    ('select="synapses[*]/i"', 'select="synapse[*]/i"', "has no part 'synapse'. Did you mean 'synapses'?"),
    ('reduce="add"', 'reduce="sum"', "reduce is 'add' or 'multiply'"),
    ('exposure="iMemb"', 'exposure="iMem"', "exposure 'iMem' is not declared. Did you mean 'iMemb'?"),
    ('<StateVariable name="w" dimension="current" exposure="w"',
     '<StateVariable name="w" dimension="current"',
     "exposure='w'", "<Exposure"),
    ('<StateVariable name="w" dimension="current"', '<StateVariable name="w" dimension="voltage"',
     "is a current"),
    ('port="spike"', 'port="spikes"', "no event port 'spikes'", -1),
    ('regime="refractory"', 'regime="refractor"', "Did you mean 'refractory'?", -2),
    ('initial="true"', "", "exactly one Regime", "<Dynamics>"),
    ('value="t"', 'value="v"', "expected time, found voltage"),
    ('variable="last" value="t"', 'variable="lst" value="t"', "Did you mean 'last'?"),
    ('type="basePointCurrent"', 'type="basePointCurent"', "unknown component type"),
    ('<TimeDerivative variable="w"', '<TimeDerivativ variable="w"', "Did you mean 'TimeDerivative'?"),
    ('<StateVariable name="last" dimension="time"', '<StateVariable dimension="time"',
     "needs the attribute 'name'"),
    ('dimension="charge_density" power', 'dimension="charge_densty" power', "Did you mean 'charge_density'?"),
    ('<Parameter name="hold"', '<Parameter name="theta"', "is already defined on line"),
    ('gL="0.05uS"', "", "needs 'gL' (conductance"),
    ('gL="0.05uS"', 'gL="0.05mV"', "expected conductance"),
    ('hold="2ms"', 'holds="2ms"', "Did you mean 'hold'?"),
    ('<Target component="sim"/>', '<Target component="simu"/>', "Did you mean 'sim'?"),
    ('target="net"', 'target="nett"', "Did you mean 'net'?"),
    ('from="cells[0]"', 'from="cells[2]"', "no cell 2 in 'cells'"),
    ('synapse="syn"', 'synapse="sin"', "Did you mean 'syn'?"),
    ('destination="synapses"/>\n        <explicit', 'destination="synapse"/>\n        <explicit',
     "Did you mean 'synapses'?"),
    ('step="0.01ms"', 'step="0ms"', "expected > 0"),
    ('length="100ms"', 'length="0.001ms"', "expected step <= length"),
    ('quantity="cells[0]/v"', 'quantity="cells[5]/v"', "no cell 5 in 'cells'"),
    ('quantity="cells[0]/v"', 'quantity="cells[0]/vm"', "has no 'vm'"),
    ('quantity="cells[0]/v"', 'quantity="cell[0]/v"', "Did you mean 'cells'?"),
    ('quantity="cells[1]/syn/g"', 'quantity="cells[1]/syn/gg"', "has no 'gg'"),
    ('quantity="cells[1]/syn/g"', 'quantity="cells[1]/sny/g"', "has nothing called 'sny'"),
    ('eventPort="spike"', 'eventPort="spikes"', "Did you mean 'spike'?"),
]  # fmt: skip

NOTES = [
    ("network.nml", 'input="pulseDL"', 'input="pulseDL"', "'tau' is never used", "<iafTauCell"),
    ("network.nml", '<explicitInput target="izhs[0]" input="pulseDL" destination="synapses"/>', "",
     "no path leads from any input to it", '<population id="izhs"'),
    ("network.nml", 'value="1 uF_per_cm2"', 'value="1 uF_per_cm2" segmentGroup="soma_group"',
     "no specificCapacitance for 2 segments (1, 2)", "<membraneProperties>"),
    ("types.xml", " + gain * iSyn / (10 * unit_time)", "", "'unit_time' of 'leakyCell' is never used",
     "<Constant"),
    ("types.xml", '<Target component="sim"/>', "", "nothing would be run", "<Lems>"),
]  # fmt: skip


def found(folder: Path, name: str, old: str, new: str):
    """Problems and notes of a file in which a text is replaced, the text, and where that is."""
    text = (FILES / name).read_text()
    assert text.count(old) >= 1, f"{old!r} is not in {name}"
    mutant = text.replace(old, new, 1)
    path = folder / name
    path.write_text(mutant)
    try:
        findings = check.check(path)
    except SpecError as error:
        return [*error.problems], [], mutant, text[: text.index(old)].count("\n") + 1
    return findings.problems, findings.notes, mutant, text[: text.index(old)].count("\n") + 1


def line_of(mutant: str, line: int, where: str | int | None) -> int:
    """The line that is expected: that of the text, so many lines away, or that of another text."""
    if isinstance(where, str):
        return mutant[: mutant.index(where)].count("\n") + 1
    return line + (where or 0)


@pytest.mark.parametrize("name", ["network.nml", "types.xml"])
def test_the_files_themselves_are_right(name):
    assert check.check(FILES / name).problems == []


@pytest.mark.parametrize(
    ("name", "row"),
    [*(("network.nml", row) for row in NETWORK), *(("types.xml", row) for row in TYPES)],
    ids=lambda value: value if isinstance(value, str) else f"{value[1]}"[:60],
)
def test_a_mistake_is_found_at_its_line(tmp_path, name, row):
    old, new, said, *where = row
    problems, _, mutant, line = found(tmp_path, name, old, new)
    place = f"{tmp_path / name}:{line_of(mutant, line, where[0] if where else None)}"
    assert [p for p in problems if p.path == place and said in p.message], "\n".join(map(str, problems))


@pytest.mark.parametrize("row", NOTES, ids=lambda row: row[3])
def test_what_is_unused_is_noted(tmp_path, row):
    name, old, new, said, where = row
    problems, notes, mutant, line = found(tmp_path, name, old, new)
    place = f"{tmp_path / name}:{line_of(mutant, line, where)}"
    assert problems == []
    assert [p for p in notes if p.path == place and said in p.message], "\n".join(map(str, notes))


WHEEL = [
    ("LEMS_NML2_Ex0_IaF.xml", 'C="3.2pF" refract', 'C="-3.2pF" refract', "expected > 0", "<iafRefCell"),
    ("LEMS_NML2_Ex3_Net.xml", 'to="hh2pop[2]"', 'to="hh2pop[3]"', "no cell 3 in 'hh2pop'"),
    ("LEMS_NML2_Ex3_Net.xml", 'hh2pop[1]/syn2exp/g', 'hh2pop[1]/syn2exp/G', "has no 'G'"),
    ("LEMS_NML2_Ex3_Net.xml", 'ionChannel="na"', 'ionChannel="nq"', "there is no baseIonChannel"),
    ("LEMS_NML2_Ex10_Q10.xml", "value=\"rate * exp((v - midpoint)/scale)\"",
     'value="exp((v - midpoint)/scale)"', "expected per_time, found no dimension"),
    ("LEMS_NML2_Ex4_KS.xml", 'from="', 'from="x', "there is no KSState of this id"),
    ("NML2_MultiCompCellNetwork.nml", 'postSegmentId="3"', 'postSegmentId="33"', "Segments: 0 to 3"),
    ("NML2_MultiCompCellNetwork.nml", '<parent segment="2"/>', '<parent segment="5"/>', "does not exist", -1),
    ("NML2_InstanceBasedNetwork.nml", 'size="3"', 'size="4"', "there are 3 instances"),
    ("NML2_GapJunctionInstances.nml", 'postCell="../iafPop2/0', 'postCell="../iafPop2/1', "no cell 1"),
    ("NML2_AnalogSynapses.nml", 'preComponent="silent2"', 'preComponent="silent3"', "Did you mean 'silent"),
    ("NML2_Inputs.nml", "duration=", "duratio=", "Did you mean 'duration'?"),
    ("NML2_SynapseTypes.nml", 'tauDecay="', 'tauDecay="-', "expected > 0"),
    ("NML2_SingleCompHHCell.nml", 'species="na"', 'species="ca"', "carries 'ca'", 'id="naChans"'),
]  # fmt: skip


@pytest.mark.parametrize("row", WHEEL, ids=lambda row: f"{row[0]} {row[2]}")
def test_a_mistake_in_an_example_of_neuroml_is_found(unpacked, row):
    name, old, new, said, *where = row
    name = f"{'examples' if name.endswith('nml') else 'LEMSexamples'}/{name}"
    text = (unpacked / name).read_text()
    mutant = text.replace(old, new, 1)
    path = (unpacked / name).with_name(f"mutant_{Path(name).name}")
    path.write_text(mutant)
    place = (
        f"{path}:{line_of(mutant, text[: text.index(old)].count(chr(10)) + 1, where[0] if where else None)}"
    )
    problems = check.check(path).problems
    assert [p for p in problems if p.path == place and said in p.message], "\n".join(map(str, problems))


def examples() -> list[str]:
    return sorted(
        n for n in read.wheel().namelist() if n.startswith(("LEMSexamples/LEMS_", "examples/NML2_"))
    )


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory):
    folder = tmp_path_factory.mktemp("wheel")
    read.wheel().extractall(
        folder, [n for n in read.wheel().namelist() if n.startswith(("LEMSexamples/", "examples/"))]
    )
    return folder


def test_there_are_all_examples():
    assert sum(name.startswith("LEMSexamples") for name in examples()) == 31


@pytest.mark.parametrize("name", examples())
def test_no_false_alarm_on_the_examples_of_neuroml(unpacked, name):
    assert check.check(unpacked / name).problems == []
