"""Extracellular stimuli do in netspec, on 1, 2 and 3 ranks, what they do in NetPyNE on one."""

import json
import subprocess

import environment
import numpy as np
import pytest

pytestmark = [pytest.mark.oracle, pytest.mark.neuron]

SCRIPT = environment.HERE / "in_fields.py"


@pytest.fixture(scope="module", params=[[], ["xtra"]], ids=["played", "xtra"])
def variant(request):
    """More arguments of the script: who makes the potentials."""
    return request.param


@pytest.fixture(scope="module")
def expected(variant, tmp_path_factory):
    path = tmp_path_factory.mktemp("fields") / "netpyne.json"
    command = [environment.python(), SCRIPT, "netpyne", path, *variant]
    place = environment.folder()  # where xtra is compiled
    ran = subprocess.run(
        command, cwd=place, env=environment.environment(), capture_output=True, text=True, timeout=300
    )
    assert ran.returncode == 0, ran.stdout[-1000:] + ran.stderr[-3000:]
    return json.loads(path.read_text())


@pytest.mark.parametrize("ranks", [1, 2, 3])
def test_the_same_potentials_voltages_and_spikes(ranks, variant, expected, start, tmp_path):
    path = tmp_path / "netspec.json"
    ran = start(ranks, SCRIPT, "netspec", path, *variant, cwd=environment.HERE, timeout=300)
    assert ran.returncode == 0, ran.stdout[-1000:] + ran.stderr[-3000:]
    found = json.loads(path.read_text())
    assert found["traces"].keys() == expected["traces"].keys()
    for label, cells in expected["traces"].items():
        assert found["traces"][label].keys() == cells.keys()
        for cell, trace in cells.items():
            # NetPyNE shifts the segments of one cell, in single precision, to where the others are
            np.testing.assert_allclose(found["traces"][label][cell], trace, rtol=2e-4, atol=2e-4)
    assert max(abs(np.array(trace)).max() for trace in expected["traces"]["tip_e_extracellular"].values()) > 1
    assert [gid for _, gid in found["spikes"]] == [gid for _, gid in expected["spikes"]]
    times = [[t for t, _ in result["spikes"]] for result in (found, expected)]
    np.testing.assert_allclose(*times, atol=0.051)
    assert len(expected["spikes"]) > 3
    assert found["stims"] == expected["stims"]  # xtra's are not listed
    listed = [len(stims) for stims in expected["stims"].values()]
    assert max(listed) == 4 if variant else sum(listed) == 56
