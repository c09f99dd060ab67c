"""Progress bars: on a terminal they are seen, elsewhere not."""

import os
import pty
import subprocess
import sys

import pytest

SCRIPT = """
from netspec import sim
cell = {"secs": {"soma": {"geom": {"L": 20, "diam": 20}, "mechs": {"hh": {}}}}}
rule = {"preConds": {"pop": "A"}, "postConds": {"pop": "A"}, "synMech": "exc"}
net = {"cellParams": {"c": cell}, "popParams": {"A": {"cellType": "c", "numCells": 2}},
       "synMechParams": {"exc": {"mod": "ExpSyn"}}, "connParams": {"A->A": rule}}
sim.createSimulate(net, {"duration": 50.0, "progressBar": %d})
"""
TERMINAL = {**os.environ, "TERM": "xterm", "COLUMNS": "120", "NEURON_MODULE_OPTIONS": "-nogui"}


def on_a_terminal(script):
    """What a script writes to a terminal."""
    terminal, end = pty.openpty()
    process = subprocess.Popen([sys.executable, "-c", script], stdout=end, stderr=end, env=TERMINAL)
    os.close(end)
    written = b""
    try:
        while part := os.read(terminal, 65536):
            written += part
    except OSError:  # how Linux says that the other end is closed
        assert process.wait(timeout=60) == 0, written.decode()
    os.close(terminal)
    return written.decode()


@pytest.mark.parametrize(("wanted", "seen"), [(2, True), (0, False)])
def test_bars_on_a_terminal(wanted, seen):
    text = on_a_terminal(SCRIPT % wanted)
    assert ("of 50 ms" in text) is seen
    assert ("of 1 rules" in text) is seen
    assert "Spikes: " in text


def test_no_bar_in_a_log():
    done = subprocess.run([sys.executable, "-c", SCRIPT % 2], capture_output=True, text=True, check=True)
    assert "of 50 ms" not in done.stdout + done.stderr
