"""Numbers of spike plots and of NetPyNE's functions on spikes beside NetPyNE's own, call by call."""

import json
import re
import subprocess
import sys

import analysis_spikes as calls
import environment
import numpy as np
import pytest
from compare import differences

pytestmark = [pytest.mark.oracle, pytest.mark.neuron]

SCRIPT = environment.HERE / "analysis_spikes.py"
ALL = [(name, place) for name, asked in calls.CALLS.items() for place in range(len(asked))]
RATE = re.compile(r"(?<=rate: )[\d.]+|(?<=\()[\d.]+(?= Hz\))")


@pytest.fixture(scope="module")
def both(tmp_path_factory):
    """(NetPyNE's, netspec's) of the same network."""
    folder = tmp_path_factory.mktemp("spikes")
    found = []
    for package, python in (("netpyne", environment.python()), ("netspec", sys.executable)):
        own = folder / package
        own.mkdir()
        command = [python, SCRIPT, package, own / "found.json"]
        ran = subprocess.run(command, cwd=own, env=environment.environment(), capture_output=True, text=True)
        assert ran.returncode == 0, ran.stdout[-2000:] + ran.stderr[-3000:]
        assert "exception in" not in ran.stdout, ran.stdout[-3000:]
        found.append(json.loads((own / "found.json").read_text()))
    return found


@pytest.mark.parametrize(("name", "place"), ALL)
def test_numbers_are_netpynes(name, place, both):
    expected, found = (each[name][place] for each in both)
    if isinstance(expected, dict) and name.startswith("plot"):
        # more numbers than NetPyNE's are no difference; it knows whose they are in scatter plots only
        expected = {key: value for key, value in expected.items() if len(value)}
        found = {key: found[key] for key in expected}
    if name.startswith("prepare"):
        expected, found = comparable(expected), comparable(found)
    assert differences(expected, found, 1e-9) == []


@pytest.mark.parametrize("place", range(len(calls.RATES)))
def test_rates_over_time_are_netpynes(place, both):
    expected, found = (np.array(each["rates"][place]) for each in both)
    assert expected.shape[0] == 2
    np.testing.assert_allclose(found, expected, atol=1e-9)


def comparable(data):
    """Without what netspec has on purpose otherwise: one spike more in the legend, own words."""
    texts = {"legendLabels": [RATE.sub("", label) for label in data["legendLabels"]]}
    kept = {key: value for key, value in data.items() if key not in ("orderBy", "include")}
    axes = {key: value for key, value in data["axisArgs"].items() if key != "ylabel"}
    return {**kept, **texts, "axisArgs": axes}


def test_rates_in_the_legend_count_the_last_spike_too(both):
    expected, found = (own["prepareSpikeData"][0] for own in both)
    ours, theirs = (
        [float(RATE.search(label)[0]) for label in own["legendLabels"]] for own in (found, expected)
    )
    one = 1 / np.array(found["popNumCells"]) / (calls.DURATION / 1000)
    more = np.array(ours) - np.array(theirs)
    assert np.count_nonzero(more) == 1
    assert more.max() == pytest.approx(one[more.argmax()], abs=0.11)


def test_phases_are_netpynes_where_none_ends_a_turn(both):
    expected, found = ({key: np.array(value) for key, value in own["phases"].items()} for own in both)
    np.testing.assert_allclose(found["time"], expected["time"])
    np.testing.assert_allclose(found["signal"], expected["signal"], atol=1e-6)
    apart = np.abs(found["at"] - expected["at"])
    # NetPyNE goes straight from 180 to -180 degrees between two samples
    assert np.count_nonzero(apart > 1e-4) <= 5
    assert np.count_nonzero(apart < 1e-4) > 200
