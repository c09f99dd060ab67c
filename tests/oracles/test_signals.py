"""LFP, dipoles and membrane currents: netspec's on 1, 2 and 3 ranks beside NetPyNE's and LFPykit's."""

import json
import subprocess

import environment
import numpy as np
import pytest

pytestmark = [pytest.mark.oracle, pytest.mark.neuron]

SCRIPT = environment.HERE / "signals.py"
DIPOLES = ("recordDipole=true", "saveDipoleCells=[1]", 'saveDipolePops=["C", "B"]')
CURRENTS = (*DIPOLES, "saveIMembrane=true")


def netpynes(path, *options):
    """NetPyNE's, with the mechanisms of the oracle networks."""
    command = [environment.python(), SCRIPT, "netpyne", path, *options]
    place = {"cwd": environment.folder(), "env": environment.environment()}
    ran = subprocess.run(command, **place, capture_output=True, text=True, timeout=300)
    assert ran.returncode == 0, ran.stdout[-1000:] + ran.stderr[-3000:]
    return json.loads(path.read_text())


@pytest.fixture(scope="module")
def expected(tmp_path_factory):
    """NetPyNE's dipolePops and LFPPops cannot be had in one run (one table of gids for both)."""
    path = tmp_path_factory.mktemp("signals") / "netpyne.json"
    return netpynes(path, "recordDipole=true", "saveDipoleCells=[1]", "saveIMembrane=true")


@pytest.fixture(scope="module")
def found(start, tmp_path_factory):
    """found(ranks, *options): netspec's; each is run once."""
    folder, done = tmp_path_factory.mktemp("found"), {}

    def result(ranks, *options):
        if (ranks, options) not in done:
            path = folder / f"{len(done)}.json"
            ran = start(ranks, SCRIPT, "netspec", path, *options, cwd=environment.HERE, timeout=300)
            assert ran.returncode == 0, ran.stdout[-1000:] + ran.stderr[-3000:]
            done[ranks, options] = json.loads(path.read_text())
        return done[ranks, options]

    return result


def close(one, other, tolerance):
    """Equal relative to the largest value."""
    one, other = np.array(one), np.array(other)
    assert one.shape == other.shape
    assert np.abs(other).max() > 0
    np.testing.assert_allclose(one, other, rtol=0, atol=tolerance * np.abs(other).max())


@pytest.mark.parametrize("options", [DIPOLES, CURRENTS], ids=["potentials", "currents"])
def test_the_signals_are_netpynes(options, found, expected):
    """NetPyNE takes each population's first cell, moved in single precision, for all its cells."""
    own = found(1, *options)
    assert own["spkt"] == expected["spkt"]
    assert len(own["spkt"]) > 10
    for name in ("LFP", "dipoleSum"):
        close(own[name], expected[name], 2e-7)
    for name in ("LFPPops", "LFPCells", "dipoleCells"):
        assert own[name].keys() == expected[name].keys()
        for key, values in expected[name].items():
            close(own[name][key], values, 2e-7)
    close(own["LFPCells"]["3"], expected["LFPCells"]["3"], 1e-9)  # the first of its population


def test_membrane_currents_are_netpynes(found, expected):
    own = found(1, *CURRENTS)
    assert own["iMembrane"] == expected["iMembrane"]


def test_potentials_give_what_membrane_currents_give(found):
    """No electrode of the network but an IClamp, so that potentials are enough."""
    from_potentials, from_currents = found(1, *DIPOLES), found(1, *CURRENTS)
    for name in ("LFP", "dipoleSum"):
        close(from_potentials[name], from_currents[name], 1e-10)
    for name in ("LFPPops", "LFPCells", "dipoleCells", "dipolePops"):
        for key, values in from_currents[name].items():
            close(from_potentials[name][key], values, 1e-10)


@pytest.mark.parametrize("options", [DIPOLES, CURRENTS], ids=["potentials", "currents"])
@pytest.mark.parametrize("ranks", [2, 3])
def test_ranks_change_no_bit(ranks, options, found):
    assert found(ranks, *options) == found(1, *options)


def test_populations_and_cells_add_up(found):
    own = found(1, *DIPOLES, "saveLFPCells=true", "saveLFPPops=true")
    close(sum(np.array(values) for values in own["LFPPops"].values()), own["LFP"], 1e-12)
    close(sum(np.array(values) for values in own["LFPCells"].values()), own["LFP"], 1e-12)
    assert len(own["LFPCells"]) == 9


def test_another_sampling_interval_gives_the_same_samples(found):
    """Every sample of a coarse recording is in the fine one, also where dt does not divide the interval."""
    fine, coarse = found(1, "recordStep=0.03125"), found(1, "recordStep=0.3125")
    assert len(coarse["LFP"]) == 64
    np.testing.assert_array_equal(coarse["LFP"], np.array(fine["LFP"])[9::10])
    odd = np.array(found(1, "recordStep=0.1")["LFP"])
    nearest = np.rint(np.arange(1, 201) * 0.1 / 0.03125).astype(int) - 1
    np.testing.assert_array_equal(odd, np.array(fine["LFP"])[nearest])


@pytest.mark.parametrize("options", [(), ("saveIMembrane=true",)], ids=["potentials", "currents"])
def test_dipoles_along_cells_are_netpynes(options, found, tmp_path):
    """NetPyNE samples them at every step, so recordStep is dt here; its lengths are those before drawing."""
    wanted = ('recordDipolesHNN={"up": ["A"], "all": ["A", "B", "C"]}', "recordStep=0.03125")
    expected = netpynes(tmp_path / "netpyne.json", *wanted)["dipole"]
    own = found(1, *wanted, *options)["dipole"]
    for label, values in expected.items():
        assert len(own[label]) == 641
        close(own[label], values, 1e-7)
    assert found(2, *wanted, *options)["dipole"] == own
