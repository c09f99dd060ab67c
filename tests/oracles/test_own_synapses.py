"""Synapses that cells have without connections: as NetPyNE makes them where it can."""

import json
import subprocess

import environment
import pytest
from compare import differences

pytestmark = [pytest.mark.oracle, pytest.mark.neuron]

SCRIPT = environment.HERE / "own_synapses.py"


@pytest.fixture(scope="module", params=["one", "each"])
def kind(request):
    """A synapse for all connections of a place, or for each."""
    return request.param


@pytest.fixture(scope="module")
def theirs(kind, tmp_path_factory):
    place = tmp_path_factory.mktemp("own_synapses")
    output = place / "netpyne.json"
    command = [environment.python(), SCRIPT, "netpyne", output, kind]
    done = subprocess.run(
        command, cwd=place, env=environment.environment(), capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-4000:]
    return json.loads(output.read_text())


@pytest.mark.parametrize("ranks", [1, 2, 3])
def test_cells_have_synapses_of_their_own_as_in_netpyne(theirs, kind, ranks, start, tmp_path):
    output = tmp_path / "netspec.json"
    done = start(ranks, SCRIPT, "netspec", output, kind, cwd=tmp_path)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-4000:]
    ours = json.loads(output.read_text())
    assert len(theirs["spikes"]) > 8
    assert min(map(min, theirs["traces"]["alpha"].values())) < -0.1
    for part in ("secs", "conns", "spikes"):
        assert not differences(theirs[part], ours[part])
    assert not differences(theirs["traces"], ours["traces"], 1e-12)


def test_connections_use_them_if_synapses_are_shared(theirs, kind):
    synapses = [len(cell["dend"]) for cell in theirs["secs"] if "dend" in cell]
    if kind == "one":
        assert set(synapses) == {3}
    else:
        assert min(synapses) > 3
    heard = sum(max(trace) > 0 for trace in theirs["traces"]["exc"].values())
    assert bool(heard) == (kind == "one")
