"""Every network of networks/ is the same network in both packages, and does the same, on 1, 2 and 3 ranks."""

import pytest
from compare import differences
from environment import network_names

pytestmark = [pytest.mark.oracle, pytest.mark.neuron]

CONNECTION = ("preGid", "preLabel", "sec", "loc", "synMech", "weight", "delay", "label", "weightIndex")


@pytest.fixture(params=[1, 2, 3], ids=["1 rank", "2 ranks", "3 ranks"])
def ranks(request):
    return request.param


@pytest.fixture(params=network_names())
def both(request, ranks, oracle, netspec_result):
    """(NetPyNE's result on one rank, netspec's on this many)."""
    return oracle(request.param), netspec_result(request.param, ranks)


def test_cells(both):
    """Gids, positions and all tags."""
    assert not differences(
        *[[{**cell["tags"], "gid": cell["gid"]} for cell in found["cells"]] for found in both]
    )


def test_populations(both):
    assert not differences(
        *[{label: pop["cellGids"] for label, pop in found["pops"].items()} for found in both]
    )


def test_connections(both):
    """Sources, places, weights, delays and synapses, in NetPyNE's order."""
    expected, found = (
        [
            [{key: conn.get(key) for key in CONNECTION} for conn in cell.get("conns", [])]
            for cell in result["cells"]
        ]
        for result in both
    )
    assert not differences(expected, found)


def test_connections_have_the_same_keys(both):
    expected, found = ([cell.get("conns", []) for cell in result["cells"]] for result in both)
    assert not differences(expected, found)


def test_stimuli(both):
    """Types, parameters and places of everything that stimulates a cell."""
    expected, found = ([stims(cell) for cell in result["cells"]] for result in both)
    assert not differences(expected, found)


def stims(cell):
    """Without the empty entries that NetPyNE makes when it looks for a key that is not there."""
    return [{key: value for key, value in stim.items() if value != {}} for stim in cell.get("stims", [])]


def test_neuron_objects(both):
    """What NEURON holds before the run: geometry, mechanisms, ions, point processes, NetCons, targets."""
    assert not differences(both[0]["built"], both[1]["built"])


def test_spikes(both):
    assert not differences(*[spikes(found["data"]) for found in both])


def spikes(data):
    return sorted(zip(data["spkt"], data["spkid"], strict=True))


def test_stimulus_events(both):
    assert not differences(*[found["data"].get("stims", {}) for found in both])


def test_traces(both):
    """Every recorded variable, and the time axis, to 1e-9 of its unit."""
    apart = ("spkt", "spkid", "stims", "avgRate")
    expected, found = (
        {key: value for key, value in result["data"].items() if key not in apart} for result in both
    )
    assert not differences(expected, found, 1e-9)


def test_weights_after_the_run(both):
    """Weights that learned or were switched."""
    assert not differences(both[0]["final"], both[1]["final"], 1e-12)
