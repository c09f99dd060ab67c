"""Networks of NeuroML as the dictionaries that a user would write, and what is refused at its line."""

from importlib.util import find_spec
from pathlib import Path

import pytest

from netspec.errors import SpecError

# ruff: noqa: E501  (XML, and rows of a table)

pytestmark = pytest.mark.skipif(
    find_spec("pyneuroml") is None, reason="the definitions of NeuroML come with pyNeuroML"
)

PARTS = """
<expOneSynapse id="exc" gbase="5nS" erev="0mV" tauDecay="3ms"/>
<gapJunction id="gap" conductance="10pS"/>
<silentSynapse id="silent"/>
<gradedSynapse id="graded" conductance="5pS" delta="5mV" Vth="-55mV" k="0.025per_ms" erev="0mV"/>
<pulseGenerator id="pulse" delay="10ms" duration="20ms" amplitude="0.1nA"/>
<poissonFiringSynapse id="rain" synapse="exc" averageRate="50 Hz" spikeTarget="./exc"/>
<spikeArray id="given"><spike id="0" time="7 ms"/><spike id="1" time="3 ms"/></spikeArray>
<spikeGenerator id="regular" period="30ms"/>
<spikeGeneratorRefPoisson id="rare" averageRate="20 Hz" minimumISI="10 ms"/>
<iafCell id="iaf" leakReversal="-60mV" thresh="-55mV" reset="-62mV" C="1nF" leakConductance="50 nS"/>
<ionChannelHH id="pas" conductance="1pS"/>
<cell id="ball"><morphology id="m">
<segment id="0" name="soma"><proximal x="0" y="0" z="0" diameter="10"/><distal x="0" y="10" z="0" diameter="10"/></segment>
<segment id="1" name="dend"><parent segment="0"/><distal x="0" y="110" z="0" diameter="1"/></segment>
<segmentGroup id="d"><member segment="1"/></segmentGroup></morphology>
<biophysicalProperties id="b"><membraneProperties>
<channelDensity id="leak" ionChannel="pas" condDensity="1 S_per_m2" erev="-60mV" ion="non_specific"/>
<spikeThresh value="-20mV"/><specificCapacitance value="1 uF_per_cm2"/><initMembPotential value="-65mV"/>
</membraneProperties><intracellularProperties><resistivity value="1 kohm_cm"/></intracellularProperties>
</biophysicalProperties></cell>
"""
POPULATIONS = """<population id="A" component="iaf" size="3"/>
<population id="B" component="ball" type="populationList">
<instance id="4"><location x="1" y="2" z="3"/></instance><instance id="7"><location x="5" y="0" z="0"/></instance>
</population><population id="S" component="given" size="1"/>
"""


def model(tmp_path, parts="", more="", simulation=""):
    """What becomes of a network with these parts."""
    from netspec.formats.neuroml import network

    path = Path(tmp_path, "LEMS_net.xml")
    path.write_text(
        f"<Lems>{PARTS}{more}\n<network id='net'>\n{POPULATIONS}{parts}</network>\n"
        f"<Simulation id='sim' length='50ms' step='0.025ms' target='net'>\n{simulation}</Simulation></Lems>\n"
    )
    return network.read(path)


def test_populations_are_where_the_file_says(tmp_path):
    made = model(tmp_path).net_params["popParams"]
    assert made["A"] == {"cellType": "iaf", "numCells": 3}
    assert made["B"]["cellsList"] == [{"x": 1, "y": 2, "z": 3}, {"x": 5, "y": 0, "z": 0}]
    assert made["S"] == {"cellModel": "VecStim", "spkTimes": [3, 7], "numCells": 1}


def test_cells_are_sections_with_all_that_the_file_says(tmp_path):
    rules = model(tmp_path).net_params["cellParams"]
    assert rules["iaf"]["conds"] == {"cellType": "iaf"}
    soma = rules["iaf"]["secs"]["soma"]
    assert soma["geom"]["L"] * soma["geom"]["diam"] * 3.141592653589793 * 1e-5 == pytest.approx(1.0)  # nF
    assert soma["pointps"]["iaf"]["spikes"] is True
    secs = rules["ball"]["secs"]
    assert secs["soma"]["geom"] == {"pt3d": [[0, 0, 0, 10], [0, 10, 0, 10]], "cm": 1.0, "Ra": 1000.0}
    assert secs["soma"]["vinit"] == -65.0
    assert secs["soma"]["threshold"] == -20.0
    assert secs["dend"]["topol"] == {"parentSec": "soma", "parentX": 1.0, "childX": 0.0}
    (values,) = secs["dend"]["mechs"].values()
    assert values == {"gmax_pas": 0.0001, "erev_pas": -60.0}


SOURCES = [
    ("regular", {"cellModel": "NetStim", "interval": 30, "start": 30, "number": 1e9, "noise": 0}),
    ("rare", {"cellModel": "NetStim", "interval": 50, "start": 10, "number": 1e9, "noise": 0.8}),
]


@pytest.mark.parametrize(("name", "entry"), SOURCES)
def test_sources_are_neurons_own_where_they_do_the_same(name, entry, tmp_path):
    made = model(tmp_path, f'<population id="P" component="{name}" size="2"/>')
    assert made.net_params["popParams"]["P"] == {**entry, "numCells": 2}


def test_connections_have_segments_weights_and_delays(tmp_path):
    made = model(
        tmp_path,
        """<projection id="p" presynapticPopulation="S" postsynapticPopulation="B" synapse="exc">
        <connectionWD id="0" preCellId="../S/0/given" postCellId="../B/7/ball" postSegmentId="1"
          postFractionAlong="0.25" weight="2" delay="5ms"/>
        <connection id="1" preCellId="../S/0/given" postCellId="../B/4/ball"/></projection>
        <synapticConnection from="A[2]" to="A[0]" synapse="exc" destination="synapses"/>""",
    ).net_params
    rule = made["connParams"]["p"]
    assert rule["connList"] == [[0, 1], [0, 0]]
    assert rule["sec"] == ["dend", "soma"]
    assert rule["loc"] == [0.25, 0.5]
    assert rule["weight"] == [2, 1]
    assert rule["delay"] == [5, pytest.approx(0.025, rel=1e-5)]
    assert made["synMechParams"]["exc"]["erev"] == 0
    assert made["connParams"]["A->A:exc"]["connList"] == [[2, 0]]


def test_cells_may_connect_to_themselves(tmp_path):
    made = model(tmp_path, '<synapticConnection from="A[1]" to="A[1]" synapse="exc" destination="synapses"/>')
    (rule,) = made.net_params["connParams"].values()
    assert rule["connFunc"] == "fullConn"
    assert rule["preConds"] == rule["postConds"] == {"pop": "A", "gid": [1]}
    assert made.sim_config["allowSelfConns"]


def test_gap_junctions_and_graded_synapses_follow_potentials(tmp_path):
    made = model(
        tmp_path,
        """<electricalProjection id="g" presynapticPopulation="A" postsynapticPopulation="A">
        <electricalConnection id="0" preCell="0" postCell="1" synapse="gap"/></electricalProjection>
        <continuousProjection id="c" presynapticPopulation="A" postsynapticPopulation="B">
        <continuousConnectionInstanceW id="0" preCell="../A/2/iaf" postCell="../B/7/ball" postSegment="1"
         preComponent="silent" postComponent="graded" weight="0.5"/></continuousProjection>""",
    ).net_params
    assert set(made["connParams"]) == {"g", "c"}
    gap, graded = (made["synMechParams"][name]["pointerParams"] for name in ("gap", "graded"))
    assert gap["bidirectional"] is True
    assert graded["bidirectional"] is False
    rule = made["connParams"]["c"]
    assert (rule["connList"], rule["sec"], rule["loc"], rule["weight"]) == ([[2, 1]], "dend", 0.5, 0.5)
    assert (rule["preSecs"], rule["preLocs"]) == (["soma"], [0.5])


def test_inputs_are_stimuli(tmp_path):
    made = model(
        tmp_path,
        """<inputList id="l" component="pulse" population="B">
        <inputW id="0" target="../B/4/ball" destination="synapses" segmentId="1" fractionAlong="1" weight="3"/>
        <input id="1" target="../B/7/ball" destination="synapses"/>
        <input id="2" target="../B/7/ball" destination="synapses"/></inputList>
        <explicitInput target="A[1]" input="rain" destination="synapses"/>""",
    ).net_params
    assert made["stimSourceParams"]["pulse"] == {"type": "IClamp", "del": 10, "dur": 20, "amp": 0.1}
    targets = list(made["stimTargetParams"].values())
    assert targets[0] == {
        "source": "pulse", "conds": {"pop": "B", "cellList": [0]}, "sec": "dend", "loc": 1.0,
        "amp": pytest.approx(0.3),
    }  # fmt: skip
    assert [target["conds"] for target in targets[1:3]] == [{"pop": "B", "cellList": [1]}] * 2
    assert made["stimSourceParams"]["rain"] == {"type": "NetStim", "rate": 50, "noise": 1, "start": 0}
    assert targets[3]["synMech"] == "exc"


OUTPUT = """<OutputFile id="o" fileName="out/v.dat"><OutputColumn id="a" quantity="A[2]/v"/>
<OutputColumn id="b" quantity="B/7/ball/1/v"/>
<OutputColumn id="c" quantity="B/7/ball/0/v"/>
<OutputColumn id="d" quantity="B/4/ball/0/v"/>
<OutputColumn id="e" quantity="A[0]/synapses:exc:1/g"/></OutputFile>
<EventOutputFile id="s" fileName="out/s.spikes" format="TIME_ID"><EventSelection id="9" select="B/7/ball" eventPort="spike"/>
</EventOutputFile>"""
TWICE = '<synapticConnection from="A[2]" to="A[0]" synapse="exc" destination="synapses"/>' * 2


def test_outputs_are_traces_and_files(tmp_path):
    options = model(tmp_path, TWICE, simulation=OUTPUT).sim_config
    assert options["duration"] == 50.0
    assert options["dt"] == 0.025
    traces, (columns, events) = options["recordTraces"], options["saveLems"]
    assert columns["file"] == "out/v.dat"
    places = [(traces[label].get("sec"), gid, factor) for label, gid, factor in columns["columns"]]
    assert places[:4] == [("soma", 2, 1e-3), ("dend", 4, 1e-3), ("soma", 4, 1e-3), ("soma", 3, 1e-3)]
    synapse = traces[columns["columns"][4][0]]
    assert (synapse["synMech"], synapse["index"], synapse["var"]) == ("exc", 1, "g")
    assert columns["columns"][4][2] == 1e-6
    assert events == {"file": "out/s.spikes", "format": "TIME_ID", "events": [["9", 4]]}
    assert options["recordCells"] == [0, 2, 3, 4]


ROWS = [
    ('<inputList id="l" component="pulse" population="S"><input id="0" target="../S/0/given" destination="synapses"/></inputList>', "", "have no place for an input"),
    ('<explicitConnection from="A[0]" to="A[1]"/>', "", "without a synapse"),
    ('<electricalProjection id="g" presynapticPopulation="S" postsynapticPopulation="A"><electricalConnection id="0" preCell="0" postCell="1" synapse="gap"/></electricalProjection>', "", "no place for a synapse"),
    ("", '<OutputFile id="o" fileName="f"><OutputColumn id="a" quantity="B/4/ball/spiking"/></OutputFile>', "quantity='B/4/ball/spiking'"),
    ('<projection id="p" presynapticPopulation="B" postsynapticPopulation="A" synapse="exc"><connection id="0" preCellId="../B/4/ball" postCellId="../A/0/iaf"/><connection id="1" preCellId="../B/4/ball" postCellId="../A/1/iaf" preSegmentId="1"/></projection>', "", "spikes of 'ball' from section 'dend'"),
]  # fmt: skip


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[2])
def test_what_is_not_supported_yet_is_said_at_its_line(row, tmp_path):
    parts, simulation, message = row
    with pytest.raises(SpecError) as error:
        model(tmp_path, parts, simulation=simulation)
    (problem,) = error.value.problems
    assert message in problem.message
    assert "not supported yet" in problem.message
    assert problem.path.rpartition(":")[2].isdigit()


TISSUE = """<ComponentType name="tissue"><Child name="network" type="network"/>
<Parameter name="before" dimension="temperature"/><Parameter name="later" dimension="time"/><Parameter name="after" dimension="temperature"/>
<Exposure name="temperature" dimension="temperature"/><Dynamics>
<StateVariable name="temperature" exposure="temperature" dimension="temperature"/>
<OnStart><StateAssignment variable="temperature" value="before"/></OnStart>MORE</Dynamics></ComponentType>
<tissue id="slice" later="1 ms" before="300 K" after="310 K">
<network id="inner"><population id="Q" component="iaf" size="1"/></network></tissue>
<Simulation id="s" length="1ms" step="1ms" target="slice"/>"""
WHEN = (
    '<OnCondition test="t .gt. later"><StateAssignment variable="temperature" value="after"/></OnCondition>'
)


def in_tissue(tmp_path, more=""):
    from netspec.formats.neuroml import network

    path = tmp_path / "LEMS_tissue.xml"
    text = TISSUE.replace("MORE", WHEN + more)
    path.write_text(f"<Lems>{PARTS}{text}</Lems>")
    return network.read(path)


def test_a_tissue_around_a_network_is_what_its_cells_are_in(tmp_path):
    assert in_tissue(tmp_path).net_params["popParams"] == {"Q": {"cellType": "iaf", "numCells": 1}}


GROWS = '<TimeDerivative variable="temperature" value="0"/>'


def test_what_a_tissue_cannot_be_yet(tmp_path):
    with pytest.raises(SpecError, match="around a network.*not supported yet"):
        in_tissue(tmp_path, more=GROWS)
