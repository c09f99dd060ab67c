"""A saved network gives the same spikes on any other number of ranks."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from launcher import ALLOWED, MPIEXEC

pytestmark = [pytest.mark.neuron, pytest.mark.mpi]

SCRIPT = """
import json, sys
sys.path.insert(0, {folder!r})
import test_changing as t
from netspec import sim, specs
verb, kind = sys.argv[1:]
if verb == "save":
    flag = {{"h5": "saveHDF5", "pkl": "savePickle"}}.get(kind, "saveJson")
    net = t.copy.deepcopy(t.NET)
    net["cellParams"]["P"]["secs"]["soma"]["geom"]["diam"] = "uniform(18, 22)"
    net["synMechParams"]["exc"]["tau2"] = "uniform(3, 5)"
    net["synMechParams"]["own"] = {{"mod": "AlphaSynapse", "onset": 30, "gmax": "uniform(0.002, 0.02)"}}
    own = [{{"label": label, "loc": 0.5}} for label in ("exc", "own")]
    net["cellParams"]["P"]["secs"]["soma"]["synMechs"] = own
    net["popParams"]["N"] = {{"cellModel": "NetStim", "numCells": 3, "rate": 50, "noise": 0.5}}
    net["connParams"]["N->E"] = {{
        "preConds": {{"pop": "N"}}, "postConds": {{"pop": "E"}}, "weight": 0.01, "delay": 1.5,
        "synMech": "exc",
    }}
    t.create(net, filename="saved", compactConnFormat=True if kind == "compact" else False, **{{flag: True}})
    sim.net.modifyConns({{"preConds": {{"pop": "I"}}, "weight": 0.006}})
    sim.net.modifyStims({{"conds": {{"source": "bkg"}}, "rate": 90}})
    sim.simulate()
    sim.saveData()
else:
    sim.load("saved_data." + {{"compact": "json"}}.get(kind, kind))
    sim.simulate()
if sim.rank == 0:
    open(verb + ".json", "w").write(json.dumps(t.spikes()))
"""


def run(ranks, *arguments):
    command = [sys.executable, "run.py", *arguments]
    if ranks > 1:
        command = [MPIEXEC, "-n", str(ranks), *command]
    done = subprocess.run(command, env={**os.environ, **ALLOWED}, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr
    return json.loads(Path(f"{arguments[0]}.json").read_text())


@pytest.mark.parametrize(
    ("kind", "saving", "loading"),
    [("compact", 1, (2, 3)), ("h5", 1, (2,)), ("json", 2, (1, 3)), ("h5", 2, (1,)), ("pkl", 3, (1,))],
)
def test_saved_network_runs_the_same_on_other_ranks(kind, saving, loading, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("run.py").write_text(SCRIPT.format(folder=str(Path(__file__).parent)))
    original = run(saving, "save", kind)
    assert len(original) > 20
    for ranks in loading:
        assert run(ranks, "load", kind) == original
