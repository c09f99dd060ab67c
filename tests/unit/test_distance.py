import numpy as np
import pytest
from plan_nets import net, planned

from netspec.analysis import distance
from netspec.errors import SpecError


@pytest.fixture(scope="module")
def plan():
    rule = {
        "probability": "exp(-dist_3D/60)",
        "weight": "0.1 + dist_3D",
        "delay": "1 + dist_3D",
        "synsPerConn": 2,
    }
    more = {"postConds": {"pop": ["A", "B"]}, "preConds": {"pop": "A"}}
    populations = {name: {"cellType": "P", "numCells": n} for name, n in (("A", 20), ("B", 30))}
    return planned(net({"r": {**rule, **more}}, popParams=populations))


@pytest.mark.parametrize(("name", "axes"), distance.AXES.items())
def test_profile_is_what_pairs_give_one_by_one(plan, name, axes):
    found = distance.profile(plan, ["A"], ["A", "B"], width=15, distance=name)
    places = np.stack([plan.cells.table[axis] for axis in axes], axis=1)
    apart = np.linalg.norm(places[:20, None] - places[None], axis=2)
    connected = np.zeros((20, 50), bool)
    connected[plan.connections["pre"], plan.connections["post"]] = True
    different = ~np.eye(20, 50, dtype=bool)
    np.testing.assert_array_equal(found.possible, np.histogram(apart[different], found.edges)[0])
    np.testing.assert_array_equal(found.connected, np.histogram(apart[connected], found.edges)[0])
    assert found.possible.sum() == 20 * 50 - 20
    k = int(np.argmax(found.connected))
    assert found.probability[k] == found.connected[k] / found.possible[k]
    here = connected & (apart >= found.edges[k]) & (apart < found.edges[k + 1])
    cube = plan.cells.table
    in_space = np.sqrt(sum((cube[a][:20, None] - cube[a][None]) ** 2 for a in "xyz"))
    assert found.delay[k] == pytest.approx(1 + in_space[here].mean())
    assert found.weight[k] == pytest.approx(0.1 + in_space[here].mean())


def test_empty_bins_are_no_numbers(plan):
    found = distance.profile(plan, ["A"], ["B"], width=0.01)
    assert np.isnan(found.probability[found.possible == 0]).all()
    assert np.isnan(found.weight[found.connected == 0]).all()


def test_blocks_and_strides_of_many_pairs(plan, monkeypatch):
    whole = distance.profile(plan, ["A"], ["B"], width=15)
    monkeypatch.setattr(distance, "BLOCK", 64)
    np.testing.assert_array_equal(distance.profile(plan, ["A"], ["B"], width=15).possible, whole.possible)
    monkeypatch.setattr(distance, "MOST_PAIRS", 300)
    some = distance.profile(plan, ["A"], ["B"], width=15)
    assert some.possible.sum() == pytest.approx(600, abs=10)
    assert (some.connected == whole.connected).all()


def test_unknown_distance(plan):
    with pytest.raises(SpecError, match="'dist_3D'"):
        distance.profile(plan, distance="dist_3d")
