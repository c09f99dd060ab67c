"""Every verb of running, changing, saving and loading, twice in a row, on any number of ranks."""

import json

import every_verb
import pytest

pytestmark = [pytest.mark.neuron, pytest.mark.mpi]


@pytest.fixture(scope="module")
def found(start, tmp_path_factory):
    """found(ranks): what every_verb.py wrote; each number of ranks is run once."""
    known = {}

    def of(ranks):
        if ranks not in known:
            folder = tmp_path_factory.mktemp(f"verbs{ranks}")
            done = start(ranks, every_verb.__file__, "found.json", cwd=folder, timeout=280)
            assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-4000:]
            known[ranks] = json.loads((folder / "found.json").read_text())
        return known[ranks]

    return of


@pytest.mark.parametrize("ranks", [1, 2, 3])
def test_every_verb_gives_the_network_however_often_it_is_called(found, ranks):
    expected = found(1)["same"]["createSimulate"][0]
    assert len(expected) > 20
    same = dict(found(ranks)["same"])
    same.pop("netClamp", None)
    assert [verb for verb, results in same.items() if results != [expected, expected]] == []
    assert found(ranks)["drawn"] == found(1)["drawn"]


def test_clamped_cell_spikes_as_in_the_network_every_time(found):
    same = found(1)["same"]
    expected = [[time, gid] for time, gid in same["createSimulate"][0] if gid == 6]
    assert len(expected) > 1
    assert same["netClamp"] == [expected] * 4
