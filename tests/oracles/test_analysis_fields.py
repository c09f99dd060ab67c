"""Numbers of fields, cells and causality beside live NetPyNE's, of the data that NetPyNE recorded."""

import pickle
import subprocess
import sys

import analysis_fields as fields
import environment
import numpy as np
import pytest
from compare import differences

pytestmark = [pytest.mark.oracle, pytest.mark.neuron]

SCRIPT = environment.HERE / "analysis_fields.py"


@pytest.fixture(scope="module")
def both(tmp_path_factory):
    """(NetPyNE's numbers, netspec's), by name."""
    folder = tmp_path_factory.mktemp("analysis")
    files = [folder / f"{package}.pkl" for package in ("netpyne", "netspec")]
    for python, arguments in (
        (environment.python(), ["netpyne", files[0]]),
        (sys.executable, ["netspec", *files]),
    ):
        command = [python, SCRIPT, *arguments]
        ran = subprocess.run(command, cwd=folder, env=_environment(), capture_output=True, text=True)
        assert ran.returncode == 0, ran.stdout[-2000:] + ran.stderr[-3000:]
    theirs, ours = (pickle.loads(file.read_bytes()) for file in files)
    return theirs["numbers"], ours


def _environment():
    return {**environment.environment(), "PYTHONPATH": f"{environment.HERE}:{environment.HERE.parents[1]}"}


def same(expected, found, tolerance=1e-9):
    scale = max((np.abs(part).max() for part in _arrays(expected)), default=1.0)
    return differences(expected, found, tolerance * max(scale, 1e-12))


def _arrays(value):
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list) and not all(isinstance(item, int | float) for item in value):
        return [part for item in value for part in _arrays(item)]
    numbers = np.atleast_1d(value) if not isinstance(value, str | None) else np.empty(0)
    return [numbers] if numbers.size else []


OTHERS = [f"EPSP {amp} {polarity}" for amp, polarity in fields.EPSP]
FAMILIES = {
    "LFP": fields.LFP,
    "PSD": fields.PSD,
    "spectrogram": fields.SPECTROGRAM,
    "Granger": fields.GRANGER,
}
NAMES = [*(f"{family} {name}" for family, names in FAMILIES.items() for name in names), *OTHERS]
NAMES.remove("spectrogram normalised")


@pytest.mark.parametrize("name", NAMES)
def test_numbers_are_netpynes(name, both):
    theirs, ours = (numbers[name] for numbers in both)
    assert theirs != -1, "NetPyNE failed"
    assert set(theirs) <= set(ours)
    for key, expected in theirs.items():
        assert not same(expected, ours[key]), key


def test_traces_are_netpynes_and_have_their_last_sample(both):
    (theirs,), (ours,) = (numbers["traces"] for numbers in both)
    assert len(ours) == len(theirs) + 1 == 201
    assert not same(theirs, ours[:-1])


def test_normalised_spectrograms_are_normalised(both):
    """NetPyNE divides by 1, to which it has set vmax before."""
    theirs, ours = (np.array(numbers["spectrogram normalised"]["morlet"]) for numbers in both)
    assert ours.max() == pytest.approx(1)
    np.testing.assert_allclose(ours * theirs.max(), theirs, rtol=0, atol=1e-9 * theirs.max())


def test_rates_and_features_of_steps_are_netpynes(both):
    theirs, ours = (numbers["f-I"] for numbers in both)
    assert set(theirs) == set(ours)
    assert min(theirs["fI"]) > 0
    for name in ("fI", "fI_onset", "fI_steady", "fI_latencyPeak1", "fI_ISIPeak1"):
        assert not same(theirs[name], ours[name]), name


def test_spikes_are_as_high_over_another_rest(both):
    """NetPyNE takes the potential at sample time - 1 / step for that 1 ms before the first step."""
    theirs, ours = (numbers["f-I"] for numbers in both)
    for name in ("fI_ampSpike1", "fI_ampSpike2"):
        apart = np.subtract(theirs[name], ours[name])
        assert abs(apart[0]) > 0
        np.testing.assert_allclose(apart, apart[0], atol=1e-9)
