"""Matrices, counts and places of a network beside NetPyNE's."""

import json
import subprocess
import sys

import environment
import in_network
import numpy as np
import pytest

pytestmark = [pytest.mark.oracle, pytest.mark.neuron]

SCRIPT = environment.HERE / "in_network.py"
LOGARITHMS = ("log weight", "log strength")
"""NetPyNE's logPlot has no effect on other features, though its colour bar says so."""


@pytest.fixture(scope="module")
def both(tmp_path_factory):
    """(NetPyNE's, netspec's) numbers of the same calls."""
    folder = tmp_path_factory.mktemp("network")
    found = []
    for package, python in (("netpyne", environment.python()), ("netspec", sys.executable)):
        command = [python, SCRIPT, package, folder / f"{package}.json"]
        ran = subprocess.run(
            command, env=environment.environment(), cwd=folder, capture_output=True, text=True
        )
        assert ran.returncode == 0, ran.stderr[-3000:]
        found.append(json.loads((folder / f"{package}.json").read_text()))
    return found


@pytest.mark.parametrize("name", [name for name in in_network.cases() if not name.startswith("log ")])
def test_matrix_is_netpynes(name, both):
    expected, found = (np.array(side[name], float) for side in both)
    np.testing.assert_allclose(found, expected, rtol=1e-9, atol=0)
    assert np.nansum(expected) > 0 or "some" in name or "source" in name or "members" in name


@pytest.mark.parametrize("name", LOGARITHMS)
def test_logarithms_are_netpynes_where_there_are_connections(name, both):
    expected, found = (np.array(side[name], float) for side in both)
    np.testing.assert_allclose(found[np.isfinite(expected)], expected[np.isfinite(expected)], rtol=1e-9)
    np.testing.assert_array_equal(np.isfinite(found), np.isfinite(expected))


@pytest.mark.parametrize("name", in_network.DISYNAPTIC)
def test_disynaptic_connections_are_netpynes(name, both):
    expected, found = (side[f"disynaptic {name}"] for side in both)
    assert found == expected


@pytest.mark.parametrize("view", ["xy", "xz"])
def test_places_are_netpynes(view, both):
    expected, found = (np.array(side[f"2Dnet {view}"]) for side in both)
    np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize("name", in_network.SHAPES)
def test_colours_of_shapes_are_netpynes(name, both):
    expected, found = (np.array(side[f"shape {name}"]) for side in both)
    np.testing.assert_allclose(found, expected, rtol=1e-9)
    assert np.ptp(expected) > 0
