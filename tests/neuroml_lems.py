"""A LEMS file with all kinds of components that become mod files, and types of its own."""
# ruff: noqa: E501

TEXT = """<Lems><Target component="sim"/>
<Dimension name="slope" t="-1"/><Unit symbol="per_tick" dimension="slope" power="2"/>
<ComponentType name="steepRate" extends="baseVoltageDepRate"><Parameter name="top" dimension="slope"/>
<Constant name="wide" dimension="voltage" value="10 mV"/><Dynamics>
<DerivedVariable name="r" exposure="r" dimension="per_time" value="top / (1 + exp(-(v + wide*4)/wide))"/></Dynamics>
</ComponentType>
<ComponentType name="leakyCell" extends="baseCellMembPot"><Parameter name="tau" dimension="time"/>
<Parameter name="goal" dimension="voltage"/><Parameter name="top" dimension="voltage"/>
<EventPort name="spike" direction="out"/><Dynamics>
<StateVariable name="v" exposure="v" dimension="voltage"/><TimeDerivative variable="v" value="(goal - v) / tau"/>
<OnStart><StateAssignment variable="v" value="goal - top"/></OnStart>
<OnCondition test="v .gt. goal - 1 * top / 10"><StateAssignment variable="v" value="goal - top"/><EventOut port="spike"/>
</OnCondition></Dynamics></ComponentType>
<ionChannelPassive id="leak" conductance="1pS"/>
<ionChannelHH id="na" conductance="1pS" species="na">
<gateHHrates id="m" instances="3"><forwardRate type="HHExpLinearRate" rate="1per_ms" midpoint="-40mV" scale="10mV"/>
<reverseRate type="HHExpRate" rate="4per_ms" midpoint="-65mV" scale="-18mV"/></gateHHrates>
<gateHHrates id="h" instances="1"><forwardRate type="HHExpRate" rate="0.07per_ms" midpoint="-65mV" scale="-20mV"/>
<reverseRate type="HHSigmoidRate" rate="1per_ms" midpoint="-35mV" scale="10mV"/></gateHHrates></ionChannelHH>
<ionChannelHH id="slow" conductance="1pS" species="ca"><gateHHrates id="n" instances="1">
<forwardRate type="steepRate" top="1 per_tick"/>
<reverseRate type="HHExpRate" rate="0.1 per_ms" midpoint="-50mV" scale="-10mV"/></gateHHrates></ionChannelHH>
<decayingPoolConcentrationModel id="pool" ion="ca" restingConc="5e-5 mM" decayConstant="10ms" shellThickness="0.2um"/>
<cell id="stick"><morphology id="m">
<segment id="0" name="soma"><proximal x="0" y="0" z="0" diameter="20"/><distal x="0" y="20" z="0" diameter="20"/></segment>
<segment id="1" name="dend"><parent segment="0" fractionAlong="0.5"/><proximal x="10" y="10" z="0" diameter="2"/>
<distal x="210" y="10" z="0" diameter="2"/></segment>
<segmentGroup id="tip"><member segment="1"/></segmentGroup></morphology><biophysicalProperties id="b"><membraneProperties>
<channelDensity id="l" ionChannel="leak" condDensity="3 S_per_m2" erev="-60mV" ion="non_specific"/>
<channelDensity id="n" ionChannel="na" condDensity="600 S_per_m2" erev="50mV" ion="na"/>
<channelDensityNernst id="s" ionChannel="slow" segmentGroup="tip" condDensity="0.1 S_per_m2" ion="ca"/>
<spikeThresh value="-20mV"/><specificCapacitance value="1 uF_per_cm2"/><initMembPotential value="-60mV"/>
</membraneProperties><intracellularProperties>
<species id="ca" ion="ca" concentrationModel="pool" segmentGroup="tip" initialConcentration="5e-5mM" initialExtConcentration="2mM"/>
<resistivity value="0.1 kohm_cm"/></intracellularProperties></biophysicalProperties></cell>
<iafCell id="iaf" leakReversal="-60mV" thresh="-50mV" reset="-65mV" C="0.1nF" leakConductance="0.005uS"/>
<leakyCell id="leaky" tau="10ms" goal="-40mV" top="20mV"/>
<blockingPlasticSynapse id="plastic" gbase="20nS" erev="0mV" tauRise="0.5ms" tauDecay="3ms">
<tsodyksMarkramDepMechanism id="dep" initReleaseProb="0.5" tauRec="100ms"/></blockingPlasticSynapse>
<expOneSynapse id="fast" gbase="40nS" erev="0mV" tauDecay="2ms"/>
<doubleSynapse id="both" synapse1="fast" synapse1Path="./fast" synapse2="plastic" synapse2Path="./plastic"/>
<gapJunction id="gap" conductance="300pS"/>
<sineGenerator id="sine" delay="5ms" duration="80ms" phase="0" amplitude="0.3nA" period="20ms"/>
<pulseGenerator id="pulse" delay="5ms" duration="80ms" amplitude="0.2nA"/>
<network id="net" type="networkWithTemperature" temperature="20degC">
<population id="P" component="stick" size="2"/><population id="Q" component="iaf" size="2"/>
<population id="R" component="leaky" size="1"/>
<projection id="p" presynapticPopulation="Q" postsynapticPopulation="P" synapse="both">
<connectionWD id="0" preCellId="../Q[0]" postCellId="../P[1]" postSegmentId="1" weight="2" delay="3ms"/></projection>
<projection id="q" presynapticPopulation="R" postsynapticPopulation="Q" synapse="plastic">
<connectionWD id="0" preCellId="../R[0]" postCellId="../Q[1]" weight="1" delay="1ms"/></projection>
<electricalProjection id="g" presynapticPopulation="P" postsynapticPopulation="P">
<electricalConnection id="0" preCell="0" postCell="1" synapse="gap"/></electricalProjection>
<inputList id="i" component="sine" population="P"><inputW id="0" target="../P[0]" destination="synapses" weight="2"/></inputList>
<inputList id="j" component="pulse" population="Q"><input id="0" target="../Q[0]" destination="synapses"/></inputList>
</network>
<Simulation id="sim" length="90ms" step="0.025ms" target="net"/></Lems>
"""


def standard():
    """The same without types of its own, so that the schema of NeuroML has all of it."""
    text = TEXT.replace(
        'type="steepRate" top="1 per_tick"',
        'type="HHSigmoidRate" rate="0.1per_ms" midpoint="-40mV" scale="10mV"',
    )
    return text.replace('component="leaky"', 'component="iaf"')


def only_points():
    """Without the cells of several compartments, which the reference simulator cannot step."""
    start, stop = TEXT.index('<projection id="p"'), TEXT.index('<projection id="q"')
    text = TEXT[:start] + TEXT[stop:]
    start, stop = text.index('<electricalProjection id="g"'), text.index('<inputList id="j"')
    text = text[:start] + text[stop:]
    return text.replace('<population id="P" component="stick" size="2"/>', "")
