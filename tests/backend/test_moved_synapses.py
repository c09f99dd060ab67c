"""What NetPyNE loses in networks with subcellular rules is kept: moved there is the same as put there."""

import importlib
import sys
from pathlib import Path

import numpy as np
import pytest

import netspec

pytestmark = pytest.mark.neuron

ORACLES = Path(__file__).parents[1] / "oracles"
TO_THE_SOMA = {"to the soma": {"preConds": {}, "postConds": {}, "density": {"type": "distance"}}}


def spikes(network, rules, place):
    """Times and gids of a network of the comparison with NetPyNE, all of its synapses at one place."""
    sys.path.insert(0, str(ORACLES))
    try:
        net, cfg = importlib.import_module(f"networks.{network}").network()
    finally:
        sys.path.remove(str(ORACLES))
    for rule in net["connParams"].values():
        rule.pop("synsPerConn", None)
        rule.update(place)
    results = netspec.run({**net, "subConnParams": rules}, cfg, mod=ORACLES / "mod")
    return np.stack([results.spikes["time"], results.spikes["gid"]])


@pytest.mark.parametrize(
    ("network", "there"),
    [("plasticity", {"sec": "dend", "loc": 0.9}), ("shaped_weights", {}), ("point_neurons", {})],
)
def test_moved_connections_learn_change_and_end_on_artificial_cells(network, there):
    expected = spikes(network, {}, {"sec": "soma", "loc": 0.5})
    assert expected.shape[1] > 20
    assert np.array_equal(expected, spikes(network, TO_THE_SOMA, {"sec": "soma", "loc": 0.4, **there}))
