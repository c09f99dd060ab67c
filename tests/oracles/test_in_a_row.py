"""Networks run one after another in one process are those that NetPyNE runs in a process each."""

import json

import environment
import pytest

pytestmark = [pytest.mark.oracle, pytest.mark.neuron]

SCRIPT = environment.HERE / "in_a_row.py"


@pytest.mark.parametrize(("ranks", "order"), [(1, ()), (1, ("reverse",)), (2, ("reverse",))])
def test_nothing_of_a_network_is_left_for_the_next(start, oracle, tmp_path, ranks, order):
    done = start(ranks, SCRIPT, tmp_path / "found.json", *order, cwd=environment.HERE, timeout=300)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-4000:]
    found = json.loads((tmp_path / "found.json").read_text())
    assert sorted(found) == environment.network_names()
    stepless = {"variable_step", "local_step"} if ranks > 1 else set()  # NEURON steps every rank by itself
    different = [name for name in found if name not in stepless and found[name] != spikes(oracle(name))]
    assert different == []


def spikes(result):
    times, gids = result["data"]["spkt"], result["data"]["spkid"]
    return sorted([time, int(gid)] for time, gid in zip(times, gids, strict=True))
