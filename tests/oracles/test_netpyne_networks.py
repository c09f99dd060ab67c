"""Every network of networks/ is the same network in both packages, and does the same, on 1, 2 and 3 ranks."""

import pytest
from compare import differences
from dump import spikes
from environment import network_names

pytestmark = [pytest.mark.oracle, pytest.mark.neuron]

LEFTOVERS = {"shapeTimeVec", "shapeWeightVec", "STDPdata", "__preCellSidePointerParams__"}
"""What NetPyNE leaves in its records of connections while it makes NEURON objects."""
GLOBAL_STEP = {"variable_step"}
"""Each rank chooses its own steps, so that voltages depend on which cells share a rank."""
DRAWN_TWICE = {"shapes": (7, 8, 9), "subcellular_moved": (5, 6, 7, 8, 9)}
"""Gids of cells with a drawn section on one with 3-D points: NetPyNE adds the place of the cell twice."""
UNUSED_SYNAPSES = {"scaled_weights"}
"""NetPyNE makes the synapses of connections that it then leaves out because their weight is 0."""
DRAWN_SHAPES = {"shapes", "subcellular_drawn", "subcellular_moved"}
"""NetPyNE keeps the 3-D points that NEURON draws; netspec has them in NEURON and in `cell.secs` only."""
CONNECTION = ("preGid", "preLabel", "sec", "loc", "synMech", "weight", "delay", "label", "weightIndex")


@pytest.fixture(params=[1, 2, 3], ids=["1 rank", "2 ranks", "3 ranks"])
def ranks(request):
    return request.param


@pytest.fixture(params=network_names())
def network(request):
    return request.param


@pytest.fixture
def both(network, ranks, oracle, netspec_result):
    """(NetPyNE's result on one rank, netspec's on this many)."""
    return oracle(network), netspec_result(network, ranks)


@pytest.fixture
def own_steps(network, ranks):
    """Whether the results of a variable step may differ a little."""
    return network in GLOBAL_STEP and ranks > 1


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
    """Whole records, so that scripts that read them find what they look for."""
    expected, found = (
        [[without(conn, LEFTOVERS) for conn in cell.get("conns", [])] for cell in result["cells"]]
        for result in both
    )
    assert not differences(expected, found)


def without(record, names):
    return {key: value for key, value in record.items() if key not in names}


def test_stimuli(both):
    """Types, parameters and places of everything that stimulates a cell."""
    expected, found = ([without_empty(cell.get("stims", [])) for cell in result["cells"]] for result in both)
    assert not differences(expected, found)


def test_sections(both, network):
    """Sections as scripts and saved files show them: geometry, mechanisms, point processes, synapses."""
    if network in UNUSED_SYNAPSES:
        pytest.skip("synapses that no connection ends on")
    expected, found = (
        [without_empty([cell.get("secs", {}), cell.get("secLists", {})]) for cell in result["cells"]]
        for result in both
    )
    if network in DRAWN_SHAPES:
        expected = [[undrawn(cell[0], own[0]), cell[1]] for cell, own in zip(expected, found, strict=True)]
    assert not differences(expected, found)


def test_parameters_of_artificial_cells(both):
    """As scripts and saved files show them."""
    assert not differences(*[[cell.get("params") for cell in result["cells"]] for result in both])


def undrawn(expected, found):
    """Sections without the 3-D points that netspec's do not have."""
    for name, section in expected.items():
        if "pt3d" not in found[name]["geom"]:
            del section["geom"]["pt3d"]
    return expected


def without_empty(value):
    """Without the empty entries that NetPyNE makes when it looks for a key that is not there.

    It makes lists of synapses, too, in sections that subcellular rules then empty.
    """
    if isinstance(value, dict):
        return {
            key: without_empty(item)
            for key, item in value.items()
            if item != {} and (key, item) != ("synMechs", [])
        }
    return [without_empty(item) for item in value] if isinstance(value, list) else value


def test_neuron_objects(both, network, ranks):
    """What NEURON holds before the run: geometry, mechanisms, ions, point processes, NetCons, targets."""
    expected, found = ([built(cell, network, ranks) for cell in result["built"]] for result in both)
    assert not differences(expected, found)


def built(cell, network, ranks):
    """A cell's record. The threshold of a source on another rank is not known to its NetCons."""
    apart = {"threshold"} if ranks > 1 else set()
    found = {**cell, "netcons": [without(netcon, apart) for netcon in cell["netcons"]]}
    if cell["gid"] in DRAWN_TWICE.get(network, ()):
        dend = cell["secs"]["dend"]
        apart = {"dend": {**dend, "morphology": without(dend["morphology"], {"pts3d", "L"})}}
        found["secs"] = {**cell["secs"], **apart}
    if network in UNUSED_SYNAPSES and "secs" in cell:
        found["secs"] = {name: without(sec, {"point_processes"}) for name, sec in cell["secs"].items()}
    return found


def test_spikes(both, own_steps):
    """The same cells at the same times, to the last bit."""
    expected, found = (spikes(result["data"]) for result in both)
    if own_steps:
        expected, found = ([[t, gid] for t, gid in sorted(each, key=by_cell)] for each in (expected, found))
    assert not differences(expected, found, 0.1 if own_steps else 0.0)


def by_cell(spike):
    return spike[1], spike[0]


def test_stimulus_events(both):
    assert not differences(*[found["data"].get("stims", {}) for found in both])


def test_traces(both, own_steps):
    """Every recorded variable, and the time axis, to 1e-9 of its unit."""
    if own_steps:
        pytest.skip("a variable step on several ranks")
    apart = {"spkt", "spkid", "stims", "avgRate"}
    expected, found = (without(result["data"], apart) for result in both)
    found = {label: as_kept(traces, expected.get(label)) for label, traces in found.items()}
    assert not differences(expected, found, 1e-9)


def as_kept(traces, expected):
    """Without the traces of further synapses at one place, of which NetPyNE keeps only the last."""
    if not isinstance(traces, dict):
        return traces
    return {
        cell: {key: values for key, values in trace.items() if key in expected[cell]}
        if isinstance(trace, dict)
        else trace
        for cell, trace in traces.items()
    }


def test_weights_after_the_run(both):
    """Weights that learned or were switched."""
    assert not differences(both[0]["final"], both[1]["final"], 1e-12)
