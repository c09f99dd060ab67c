"""Our stimuli against the arrays of neurolib, live, written as neurolib's scripts write them."""

import json
import subprocess

import numpy as np
import pytest
from environment import environment, neurolib

from netspec.stimulus import neurolib as ours

DURATION, DT = 1200.0, 0.1
"""A duration [ms] that all shares divide: neurolib rounds the lengths of parts to whole samples."""
EXACT = {
    "ZeroInput()": 0,
    "StepInput(step_size=1.43)": 0,
    "StepInput(step_size=1.43, start=200, end=600)": 1,
    "SinusoidalInput(amplitude=2.5, frequency=2.0)": 0,
    "SinusoidalInput(amplitude=2.5, frequency=8.3, dc_bias=True)": 0,
    "SinusoidalInput(amplitude=2.5, frequency=2.0, start=450, end=720)": 1,
    "SquareInput(amplitude=2.5, frequency=3.7)": 1,
    "SquareInput(amplitude=2.5, frequency=2.0, dc_bias=True)": 1,
    "LinearRampInput(inp_max=2.5, ramp_length=250)": 1,
    "ExponentialInput(inp_max=3.0)": 0,
    "ExponentialInput(inp_max=3.0, exp_coef=10.0, exp_type='decay')": 0,
    "RectifiedInput(amplitude=0.2)": 1,
    "StepInput(step_size=1.0) + SinusoidalInput(amplitude=0.5, frequency=5.0)": 0,
    "ConcatenatedStimulus([StepInput(2.0), SquareInput(2.0, 20.0)], length_ratios=[3, 2])": 1,
    "StepInput(step_size=1.0) & SinusoidalInput(amplitude=0.5, frequency=5.0)": 1,
    "StepInput(1.0) & StepInput(2.0) & LinearRampInput(3.0, 100.0) & ZeroInput()": 1,
    "StepInput(1.0, n=3)": 0,
}
"""Expression -> by how many samples edges may lie elsewhere: neurolib rounds onsets one way or the other."""
RANDOM = {
    "WienerProcess(n=200, seed=4)": None,
    "OrnsteinUhlenbeckProcess(mu=0.0, sigma=1.0, tau=10.0, n=200, seed=4)": None,
    "OrnsteinUhlenbeckProcess(mu=2.0, sigma=0.3, tau=5.0, n=200, seed=4)": None,
}
ASK = f"""
import json, sys
import numpy as np
from neurolib.utils.stimulus import *
from neurolib.utils import stimulus
exact, random = json.load(sys.stdin)
found = {{text: eval(text).as_array({DURATION}, {DT}).tolist() for text in exact}}
for text in random:
    late = eval(text).as_array({DURATION}, {DT})[:, 3000:]
    found[text] = [float(late.mean()), float(late.std()), late.shape[0]]
json.dump(found, sys.stdout)
"""


@pytest.fixture(scope="module")
def theirs():
    asked = json.dumps([list(EXACT), list(RANDOM)])
    done = subprocess.run(
        [neurolib(), "-c", ASK], input=asked, env=environment(), capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout[done.stdout.index("{") :])


def made(text):
    """The stimulus of a neurolib expression, in netspec."""
    return eval(text, vars(ours)).as_array(DURATION, DT)


@pytest.mark.parametrize("text", EXACT)
def test_the_same_array(theirs, text):
    found, expected = made(text), np.array(theirs[text])
    assert found.shape == expected.shape
    near = np.isclose(found, expected, rtol=0, atol=1e-12)
    for shift in range(1, EXACT[text] + 1):
        for way in (-shift, shift):
            near |= np.isclose(found, np.roll(expected, way, axis=1), rtol=0, atol=1e-12)
    assert near.all(), np.argwhere(~near)[:10]


@pytest.mark.parametrize("text", RANDOM)
def test_the_same_statistics(theirs, text):
    """Over 200 rows after 300 ms: the sd is known to 1 % or so, with 14,000 independent values or more."""
    mean, sd, rows = theirs[text]
    found = made(text)[:, 3000:]
    assert found.shape[0] == rows
    assert found.std() == pytest.approx(sd, rel=0.04)
    assert found.mean() == pytest.approx(mean, abs=0.05 * sd)
