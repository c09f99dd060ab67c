"""prepareCSD beside NetPyNE's, argument by argument."""

import subprocess
import sys

import environment
import numpy as np
import prepare_csd as csd
import pytest

pytestmark = [pytest.mark.oracle, pytest.mark.neuron]

SCRIPT = environment.HERE / "prepare_csd.py"


@pytest.fixture(scope="module")
def both(tmp_path_factory):
    """(NetPyNE's, netspec's) of the same random walk on five electrodes."""
    folder = tmp_path_factory.mktemp("csd")
    walk = np.random.default_rng(11).normal(size=(1200, 5)).cumsum(axis=0)
    np.savez(folder / "lfp.npz", lfp=walk * 1e-3)
    found = []
    for package, python in (("netpyne", environment.python()), ("netspec", sys.executable)):
        command = [python, SCRIPT, package, folder / "lfp.npz", folder / f"{package}.npz"]
        ran = subprocess.run(command, env=environment.environment(), capture_output=True, text=True)
        assert ran.returncode == 0, ran.stderr[-3000:]
        found.append(dict(np.load(folder / f"{package}.npz")))
    return found


@pytest.mark.parametrize("name", csd.CASES)
def test_csd_is_netpynes(name, both):
    expected, found = both
    # LFPs are kept as multiples of 2^-48 mV
    np.testing.assert_allclose(found[f"{name}.lfp"], expected[f"{name}.lfp"], rtol=0, atol=2.0**-48)
    np.testing.assert_array_equal(found[f"{name}.numbers"], expected[f"{name}.numbers"])
    scale = np.abs(expected[f"{name}.csd"]).max()
    assert scale > 0
    np.testing.assert_allclose(found[f"{name}.csd"], expected[f"{name}.csd"], rtol=0, atol=1e-9 * scale)


def test_csd_of_electrodes_is_netpynes(both):
    expected, found = both
    for name in ("t", "names", "locs"):
        np.testing.assert_array_equal(found[name], expected[name])
    scale = np.abs(expected["data"]).max()
    np.testing.assert_allclose(found["data"], expected["data"], rtol=0, atol=1e-9 * scale)
