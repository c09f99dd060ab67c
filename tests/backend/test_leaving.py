"""Ctrl-C while a network runs, and the end of a process that has one."""

import os
import subprocess
import sys

import numpy as np
import pytest
from launcher import ALLOWED, MPIEXEC

import netspec

NET = """
import os
import signal
import subprocess
import threading
import time
from netspec import sim
from neuron import h
# Shells start processes in the background, as these tests may be, deaf to it.
signal.signal(signal.SIGINT, signal.default_int_handler)
cell = {"secs": {"soma": {"geom": {"L": 20, "diam": 20}, "mechs": {"hh": {}}}}}
rule = {"preConds": {"pop": "A"}, "postConds": {"pop": "B"}, "synMech": "exc", "weight": 0.05, "delay": 2}
net = {
    "cellParams": {"c": cell},
    "popParams": {"A": {"cellType": "c", "numCells": 4}, "B": {"cellType": "c", "numCells": 4}},
    "synMechParams": {"exc": {"mod": "ExpSyn"}},
    "connParams": {"A->B": rule},
    "stimSourceParams": {"noise": {"type": "NetStim", "rate": 50, "noise": 1}},
    "stimTargetParams": {"n": {"source": "noise", "conds": {"pop": "A"}, "synMech": "exc", "weight": 0.1}},
}
"""
INTERRUPTED = """
def interrupt():
    while h.t == 0:
        time.sleep(0.1)
    os.kill(os.getpid(), signal.SIGINT)

sim.create(net, {"duration": 1e9})
threading.Thread(target=interrupt).start()
try:
    sim.runSim()
except KeyboardInterrupt:
    print("at", 0 < h.t < 1e9)
sim.cfg.duration = 100.0
sim.simulate()
spikes = list(sim.allSimData["spkt"])
sim.createSimulate(net, {"duration": 100.0})
print("again", len(spikes) > 0, spikes == list(sim.allSimData["spkt"]))
"""
ON_RANKS = """
sim.create(net, {"duration": 1e9})
if sim.rank == 1:
    subprocess.Popen(["sh", "-c", f"sleep 4; kill -INT {os.getpid()}"])
print("running", flush=True)
sim.runSim()
"""
LEFT = """
class Told:
    def __del__(self):
        print("taken apart", flush=True)

sim.create(net, {"duration": 10.0})
from netspec.session.current import current
current.network.told = Told()
"""


def done(script):
    """What a process prints, which exits with status 0."""
    command = [sys.executable, "-c", NET + script]
    return subprocess.run(
        command, capture_output=True, text=True, check=True, timeout=120, env={**os.environ, **ALLOWED}
    ).stdout


@pytest.mark.neuron
def test_a_run_is_interrupted_and_run_again():
    printed = done(INTERRUPTED)
    assert "at True\n" in printed
    assert "again True True\n" in printed


@pytest.mark.mpi
@pytest.mark.neuron
@pytest.mark.skipif(MPIEXEC is None, reason="no mpiexec")
def test_ranks_to_which_a_launcher_hands_the_interrupt_on_end_at_once():
    command = [MPIEXEC, "-n", "2", sys.executable, "-c", NET + ON_RANKS]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=60, env={**os.environ, **ALLOWED})
    assert ended.returncode != 0
    assert ended.stdout.count("running") == 2


@pytest.mark.neuron
def test_the_system_frees_a_network_at_exit():
    assert "taken apart" not in done(LEFT)


@pytest.mark.neuron
@pytest.mark.parametrize("dt", [0.025, 0.03])
def test_pieces_of_a_run_are_the_whole_run(monkeypatch, dt):
    from netspec.neuron import run

    names = {}
    exec(NET, names)
    config = {"duration": 95, "dt": dt, "recordTraces": {"V": {"sec": "soma", "loc": 0.5, "var": "v"}}}
    config["recordCells"] = ["all"]
    found = []
    for piece in (run.PIECE, 7.31, 1e9):
        monkeypatch.setattr(run, "PIECE", piece)
        found.append(netspec.run(names["net"], config))
    for other in found[1:]:
        assert len(other.spikes) > 0
        assert other.spikes == found[0].spikes
        assert other.traces["V"].keys() == found[0].traces["V"].keys()
        for gid, values in other.traces["V"].items():
            np.testing.assert_array_equal(values, found[0].traces["V"][gid])
