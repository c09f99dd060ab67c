"""What published NeuroML models have and the examples have not: each once, as small as it can be."""

from importlib.util import find_spec
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(
    find_spec("pyneuroml") is None, reason="the definitions of NeuroML come with pyNeuroML"
)

RATE = """<ComponentType name="movable" extends="baseHHRate"><Requirement name="vShift" dimension="voltage"/>
<Dynamics><DerivedVariable name="r" dimension="per_time" exposure="r"
value="rate * exp((v - (midpoint + vShift))/scale)"/></Dynamics></ComponentType>"""
GATE = """<gateHHrates id="m" instances="3">
<forwardRate type="movable" rate="1per_ms" midpoint="{middle}mV" scale="10mV"/>
<reverseRate type="movable" rate="4per_ms" midpoint="{second}mV" scale="-18mV"/></gateHHrates>"""
CHANNEL = RATE + '<ionChannelHH id="na" conductance="10pS" species="na">' + GATE + "</ionChannelHH>"
PLAIN = '<channelDensity id="{id}" ionChannel="na" condDensity="1 mS_per_cm2" erev="50mV" ion="na" {more}/>'
SHIFTED = (
    '<channelDensityVShift id="s" ionChannel="na" condDensity="1 mS_per_cm2" erev="50mV" ion="na" '
    'vShift="{shift}mV"/>'
)
MORPHOLOGY = """<morphology id="shape">
<segment id="0" name="soma"><proximal x="0" y="0" z="0" diameter="10"/>
<distal x="0" y="10" z="0" diameter="10"/></segment>
<segment id="1" name="dend"><parent segment="0"/><proximal x="0" y="10" z="0" diameter="2"/>
<distal x="0" y="110" z="0" diameter="2"/></segment></morphology>"""
CELL = """<cell id="ball">{morphology}<biophysicalProperties id="b"><membraneProperties>{densities}
<spikeThresh value="0mV"/><specificCapacitance value="1 uF_per_cm2"/><initMembPotential value="-65mV"/>
</membraneProperties><intracellularProperties><resistivity value="1 kohm_cm"/></intracellularProperties>
</biophysicalProperties></cell>"""
NETWORK = """<network id="net"><population id="P" component="{cell}" size="2"/>{parts}</network>
<Simulation id="sim" length="5ms" step="0.025ms" target="net">{outputs}</Simulation>"""


def written(tmp_path, text):
    """The path of a LEMS file."""
    path = Path(tmp_path, "LEMS_model.xml")
    path.write_text(f"<Lems>\n{text}\n</Lems>")
    return path


def model(tmp_path, text, cell="ball", parts="", outputs=""):
    """What becomes of a file with these components."""
    from netspec.formats.neuroml import network

    shown = NETWORK.format(cell=cell, parts=parts, outputs=outputs)
    return network.read(written(tmp_path, f"{text}\n{shown}"))


def check(tmp_path, text):
    """What a check says: (problems, notes) as texts."""
    from netspec.lems import check

    findings = check.check(written(tmp_path, text))
    return [[one.message for one in every] for every in (findings.problems, findings.notes)]


def cell_of(densities):
    return CELL.format(morphology=MORPHOLOGY, densities=densities)


def test_the_shift_of_a_density_moves_the_rates_of_its_channel(tmp_path):
    shifted = model(tmp_path, CHANNEL.format(middle=-40, second=-65) + cell_of(SHIFTED.format(shift=7)))
    moved = model(tmp_path, CHANNEL.format(middle=-33, second=-58) + cell_of(PLAIN.format(id="s", more="")))
    # names have a hash of what a mod file is made of, which it tells in its comment
    texts, secs = [], []
    for made in (shifted, moved):
        [(name, text)] = made.mods.items()
        texts.append(text.partition("COMMENT")[0].replace(name, "name"))
        secs.append(str(made.net_params["cellParams"]).replace(name, "name"))
    assert texts[0] == texts[1]
    assert secs[0] == secs[1]


def test_densities_of_the_same_dynamics_have_one_mod_file_whatever_their_ids(tmp_path):
    on = [PLAIN.format(id=f"na_{k}", more=f'segment="{k}"') for k in (0, 1)]
    made = model(tmp_path, CHANNEL.format(middle=-40, second=-65) + cell_of("".join(on)))
    assert len(made.mods) == 1
    secs = made.net_params["cellParams"]["ball"]["secs"]
    assert secs["soma"]["mechs"] == secs["dend"]["mechs"]


INSTANT = """<ComponentType name="instant" extends="gateHHtauInf"><Dynamics>
<DerivedVariable name="inf" dimension="none" exposure="inf" select="steadyState/x"/>
<DerivedVariable name="tau" dimension="none" exposure="tau" value="{tau}"/>
<DerivedVariable name="q" dimension="none" exposure="q" value="inf"/></Dynamics></ComponentType>"""


@pytest.mark.parametrize(("tau", "wrong"), [("0", False), ("1", True)])
def test_zero_may_have_any_dimension(tau, wrong, tmp_path):
    problems, notes = check(tmp_path, INSTANT.format(tau=tau))
    said = "exposure 'tau' is a time, but 'tau' a none"
    assert ((said in problems), (said in notes)) == (wrong, not wrong)


POOL = """<ComponentType name="counted" extends="baseCellMembPot"><Dynamics>
<StateVariable name="v" dimension="voltage" exposure="v"/>
<OnCondition test="v .gt. 0">{inside}</OnCondition>
<OnStart><StateAssignment variable="v" value="0"/></OnStart></Dynamics></ComponentType>"""


def test_what_a_condition_cannot_do_is_said(tmp_path):
    problems, notes = check(tmp_path, POOL.format(inside='<DerivedVariable variable="v" value="0"/>'))
    assert problems == []
    assert "<DerivedVariable> in <OnCondition> has no effect" in notes
    problems, _ = check(tmp_path, POOL.format(inside='<StateAsignment variable="v" value="0"/>'))
    assert any("Did you mean 'StateAssignment'" in problem for problem in problems)


SLOPE = """<ComponentType name="byCalcium" extends="gate"><Parameter name="k" dimension="concentration"/>
<Parameter name="half" dimension="concentration"/><Requirement name="caConc" dimension="concentration"/>
<Dynamics>
<DerivedVariable name="q" dimension="none" exposure="q" value="1/(1 + exp((half - caConc)/k))"/>
<DerivedVariable name="fcond" dimension="none" exposure="fcond" value="q^instances"/>
</Dynamics></ComponentType>
<ionChannel id="slow" conductance="10pS" type="ionChannelHH" species="ca">
<byCalcium id="h" instances="1" half="6e-8 mM" k="-1e-8 mM"/></ionChannel>"""
SLOW = '<channelDensity id="slow_all" ionChannel="slow" condDensity="1 mS_per_cm2" erev="120mV" ion="ca"/>'


def test_a_type_of_ones_own_may_have_a_negative_slope_and_calcium_that_nobody_gave(tmp_path):
    problems, notes = check(tmp_path, SLOPE + cell_of(SLOW))
    assert problems == []
    assert any("k='-1e-8 mM'" in note for note in notes)
    assert any("without it NEURON takes 5e-5 mM" in note for note in notes)
    column = '<OutputColumn id="c" quantity="P[1]/caConc"/>'
    outputs = f'<OutputFile id="f" fileName="ca.dat">{column}</OutputFile>'
    made = model(tmp_path, SLOPE + cell_of(SLOW), outputs=outputs)
    (trace,) = made.sim_config["recordTraces"].values()
    assert (trace["var"], trace["sec"]) == ("cai", "soma")


GRADED = """<ComponentType name="release" extends="baseGradedSynapse">
<Property name="weight" dimension="none" defaultValue="1"/>
<Parameter name="conductance" dimension="conductance"/><Exposure name="i" dimension="current"/>
<Requirement name="v" dimension="voltage"/><InstanceRequirement name="peer" type="baseGradedSynapse"/>
<Dynamics><DerivedVariable name="other" dimension="voltage" select="peer/{name}"/>
<DerivedVariable name="i" exposure="i" value="weight * conductance * (other - v)"/></Dynamics>
</ComponentType>"""


def test_a_graded_synapse_of_ones_own_reads_the_voltage_of_its_peer(tmp_path):
    assert check(tmp_path, GRADED.format(name="v"))[0] == []
    (problem,) = check(tmp_path, GRADED.format(name="u"))[0]
    assert "has nothing called 'u'" in problem


def test_a_timed_input_sends_its_spikes_to_itself(tmp_path):
    timed = """<expTwoSynapse id="fast" gbase="1nS" erev="0mV" tauRise="1ms" tauDecay="3ms"/>
    <timedSynapticInput id="given" synapse="fast" spikeTarget="./fast">
    <spike id="0" time="0.1s"/><spike id="1" time="20 ms"/></timedSynapticInput>"""
    inputs = '<inputList id="in" population="P" component="given">'
    inputs += '<input id="0" target="../P/1/ball" destination="synapses"/></inputList>'
    text = CHANNEL.format(middle=-40, second=-65) + cell_of(PLAIN.format(id="s", more="")) + timed
    made = model(tmp_path, text, parts=inputs)
    (source,) = made.net_params["stimSourceParams"].values()
    initial = made.mods[source["type"]].split("INITIAL")[1].split("}")[0]
    assert [line.strip() for line in initial.splitlines() if "net_send" in line] == [
        "net_send(20, 0)",
        "net_send(100, 0)",
    ]
