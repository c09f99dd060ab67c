"""netspec's own VecStim, compiled and run in a process of its own."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from netspec.resources import folder

pytestmark = pytest.mark.neuron

SCRIPT = """
import gc, json, sys
from neuron import h

pc = h.ParallelContext()
stim, recorded = h.VecStim(), h.Vector()
detector = h.NetCon(stim, None)
detector.record(recorded)
pc.set_maxstep(10)

def spikes(stop=500):
    h.finitialize(-65)
    pc.psolve(stop)
    return list(recorded)

def played(*times):
    stim.play(h.Vector(times))
    gc.collect()
    return spikes()

found = {"nothing": spikes(), "many": played(*json.loads(sys.argv[1])), "again": spikes()}
h.finitialize(-65)
pc.psolve(200)
found["after an interrupted run"] = spikes()
found["equal times"] = played(3.3, 7.7, 7.7, 7.7, 20)
found["passed times"] = played(0, 5, -1, 4, 9)
kept = h.Vector([1, 2])
stim.play(kept)
kept.from_python([5, 6])
found["changed vector"] = spikes()
stim.play()
found["none any more"] = spikes()
others = [h.VecStim() for _ in range(100)]
for other in others:
    other.play(kept)
    other.play(kept)
del other, others
gc.collect()
found["shared vector"] = list(kept)
print(json.dumps(found))
"""


@pytest.fixture(scope="module")
def compiled(tmp_path_factory):
    place = tmp_path_factory.mktemp("vecevent")
    shutil.copy(folder("mod") / "vecevent.mod", place)
    compiler = Path(sys.executable).parent / "nrnivmodl"
    done = subprocess.run([compiler, "."], cwd=place, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "warning" not in done.stderr
    return place


def test_given_times(compiled):
    times = np.sort(np.random.default_rng(1).random(300) * 500)
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, json.dumps(times.tolist())],
        cwd=compiled, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout.splitlines()[-1])
    arrived = [0.0]
    for time in times.tolist():  # NMODL makes this of net_send(etime - t, 1)
        arrived.append(arrived[-1] + time - arrived[-1])
    assert found["many"] == arrived[1:]
    assert found["many"] == found["again"] == found["after an interrupted run"]
    assert found["nothing"] == found["none any more"] == []
    assert found["equal times"] == [3.3, 7.7, 7.7, 7.7, 20.0]
    assert found["passed times"] == [0.0, 5.0, 9.0]
    assert found["changed vector"] == found["shared vector"] == [5.0, 6.0]
