"""After every change of a built network it runs as NetPyNE's does."""

import json
import subprocess

import environment
import pytest

pytestmark = [pytest.mark.oracle, pytest.mark.neuron]

SCRIPT = environment.HERE / "modify.py"


@pytest.fixture(scope="module")
def found(start, tmp_path_factory):
    """What each package gave, step by step."""
    folder = tmp_path_factory.mktemp("modify")
    (folder / "ours").mkdir()
    (folder / "theirs").mkdir()
    done = [start(1, SCRIPT, "netspec", folder / "netspec.json", cwd=folder / "ours")]
    command = [environment.python(), SCRIPT, "netpyne", folder / "netpyne.json"]
    folder = folder / "theirs"
    done += [
        subprocess.run(command, cwd=folder, env=environment.environment(), capture_output=True, text=True)
    ]
    for one in done:
        assert one.returncode == 0, one.stdout[-2000:] + one.stderr[-4000:]
    return [json.loads((folder.parent / f"{package}.json").read_text()) for package in ("netspec", "netpyne")]


def test_every_change_has_the_effect_that_it_has_in_netpyne(found):
    ours, theirs = found
    assert list(ours) == list(theirs)
    different = [step for step in ours if ours[step] != theirs[step]]
    assert different == []
    spikes = [json.dumps(ours[step]) for step in ours if "modify" in step]
    assert len(set(spikes)) == len(spikes)


def test_nothing_is_left_of_a_changed_network(found):
    for steps in found:
        assert steps["again"] == steps["built"]
