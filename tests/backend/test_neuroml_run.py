"""NeuroML networks from the command line and from Python: run, imported, changed, saved, run again."""

import json
import subprocess
import sys
from importlib.util import find_spec

import numpy as np
import pytest

import netspec
from netspec.formats.neuroml import files

pytestmark = [
    pytest.mark.neuron,
    pytest.mark.skipif(
        find_spec("pyneuroml") is None, reason="the definitions of NeuroML come with pyNeuroML"
    ),
]

LEMS = """<Lems><Target component="sim"/>
<ionChannelHH id="leak" conductance="1pS"/>
<ionChannelHH id="slow" conductance="1pS" species="k"><gateHHrates id="n" instances="1">
<forwardRate type="HHExpRate" rate="0.1 per_ms" midpoint="-50mV" scale="10mV"/>
<reverseRate type="HHExpRate" rate="0.1 per_ms" midpoint="-50mV" scale="-10mV"/></gateHHrates></ionChannelHH>
<cell id="stick"><morphology id="m">
<segment id="0" name="soma"><proximal x="0" y="0" z="0" diameter="20"/><distal x="0" y="20" z="0" diameter="20"/></segment>
<segment id="1" name="dend"><parent segment="0" fractionAlong="0.5"/><proximal x="10" y="10" z="0" diameter="2"/>
<distal x="210" y="10" z="0" diameter="2"/></segment>
<segmentGroup id="tip"><member segment="1"/></segmentGroup></morphology><biophysicalProperties id="b"><membraneProperties>
<channelDensity id="l" ionChannel="leak" condDensity="1 S_per_m2" erev="-60mV" ion="non_specific"/>
<channelDensity id="s" ionChannel="slow" segmentGroup="tip" condDensity="2 S_per_m2" erev="-80mV" ion="k"/>
<spikeThresh value="-52mV"/><specificCapacitance value="1 uF_per_cm2"/><initMembPotential value="-60mV"/>
</membraneProperties><intracellularProperties><resistivity value="0.1 kohm_cm"/></intracellularProperties>
</biophysicalProperties></cell>
<alphaSynapse id="syn" gbase="2nS" erev="0mV" tau="2ms"/>
<spikeArray id="given"><spike id="0" time="10 ms"/><spike id="1" time="12 ms"/></spikeArray>
<pulseGenerator id="pulse" delay="40ms" duration="10ms" amplitude="0.1nA"/>
<network id="net"><population id="P" component="stick" size="2"/><population id="S" component="given" size="1"/>
<projection id="p" presynapticPopulation="S" postsynapticPopulation="P" synapse="syn">
<connectionWD id="0" preCellId="../S/0/given" postCellId="../P/0/stick" postSegmentId="1" weight="3" delay="1ms"/>
</projection>
<inputList id="i" component="pulse" population="P"><inputW id="0" target="../P/1/stick" destination="synapses" weight="2"/></inputList>
</network>
<Simulation id="sim" length="60ms" step="0.05ms" target="net">
<OutputFile id="v" fileName="out/v.dat"><OutputColumn id="a" quantity="P[0]/0/v"/><OutputColumn id="b" quantity="P/0/stick/1/v"/>
<OutputColumn id="q" quantity="P/0/stick/1/b/membraneProperties/s/slow/n/q"/>
<OutputColumn id="g" quantity="P[0]/synapses:syn:0/g"/><OutputColumn id="i" quantity="P[1]/pulse/i"/></OutputFile>
<EventOutputFile id="e" fileName="out/e.txt" format="ID_TIME"><EventSelection id="5" select="S[0]" eventPort="spike"/>
<EventSelection id="6" select="P[1]" eventPort="spike"/></EventOutputFile></Simulation></Lems>
"""  # noqa: E501


@pytest.fixture
def path(tmp_path):
    place = tmp_path / "LEMS_stick.xml"
    place.write_text(LEMS)
    return place


def test_what_happens_is_what_the_file_says(path, tmp_path):
    net, options, mods = netspec.import_neuroml(path)
    results = netspec.run(net, options, mod=mods)
    _, _ = files.write(results, options["saveLems"], tmp_path)
    time, soma, tip, gate, conductance, current = np.loadtxt(tmp_path / "out" / "v.dat").T
    assert time == pytest.approx(np.arange(1201) * 5e-5, abs=1e-9)
    # an alpha function of 2 nS, three times as heavy, that opens at 11 and 13 ms
    t = time * 1e3
    opened = sum(np.where(t > at, (t - at) / 2 * np.exp(1 - (t - at) / 2), 0) for at in (11, 13))
    assert conductance == pytest.approx(6e-9 * opened, abs=3e-10)
    assert gate[0] == pytest.approx(1 / (1 + np.exp(2)), abs=1e-6)  # at -60 mV, 10 mV below both midpoints
    assert tip.max() > soma.max() > -0.06
    assert current[t == 45] == pytest.approx([2e-10])
    rows = [line.split("\t") for line in (tmp_path / "out" / "e.txt").read_text().splitlines()]
    assert rows[:2] == [["5", "0.01"], ["5", "0.012"]]
    assert [row[0] for row in rows[2:]] == ["6"]


def test_the_command_line(path, tmp_path):
    def said(*arguments):
        done = subprocess.run([sys.executable, "-m", "netspec", *map(str, arguments)], cwd=tmp_path,
                              capture_output=True, text=True, check=False)  # fmt: skip
        assert done.returncode == 0, done.stderr
        return done.stdout

    assert "P" in said("plan", path)
    said("run", path)
    first = (tmp_path / "out" / "v.dat").read_text()
    assert "run.py" in said("import", path, "-o", tmp_path / "made")
    written = json.loads((tmp_path / "made" / "netParams.json").read_text())
    assert set(written["net"]["params"]["cellParams"]) == {"stick"}
    assert len(list((tmp_path / "made" / "mod").glob("*.mod"))) == 3
    (tmp_path / "out" / "v.dat").unlink()
    said("run", tmp_path / "made" / "run.py")
    assert (tmp_path / "out" / "v.dat").read_text() == first
