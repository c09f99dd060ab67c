"""selfNetCon, which NetPyNE documents but does not do: compared with NEURON alone."""

import json

import environment
import pytest

pytestmark = [pytest.mark.oracle, pytest.mark.neuron]


@pytest.fixture(scope="module")
def found(start, tmp_path_factory):
    """found(kind, ranks): voltages and spikes."""
    place = tmp_path_factory.mktemp("own_cell")

    def result(kind, ranks=1):
        output = place / f"{kind}{ranks}.json"
        done = start(ranks, environment.HERE / "own_cell.py", kind, output, cwd=place)
        assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-4000:]
        return json.loads(output.read_text())

    return result


@pytest.mark.parametrize("ranks", [1, 2])
def test_synapses_hear_their_own_cell_at_its_detector_and_elsewhere(found, ranks):
    expected = found("neuron")
    assert len(expected["spikes"]) > 5
    assert found("netspec", ranks) == expected
