import hashlib
import math

import numpy as np
import pytest

from netspec.streams import (
    CellKeys,
    Draws,
    NamedStreams,
    NetpyneStreams,
    OneStream,
    hash_gids,
    hash_text,
    streams_for,
    uniforms,
)
from netspec.streams.draws import by_libm

SEEDS = {"conn": 1, "stim": 1, "loc": 1, "cell": 1}


def keys(population="A", count=3, first=0):
    index = np.arange(count)
    return CellKeys(index + first, np.full(count, hash_text(population), np.uint32), index)


def test_hashes():
    assert hash_text("conn_fullConn") == 352463815
    assert hash_text("cellParams") == 391219005
    assert hash_gids([0, 1, 2]) == 329946431
    assert hash_gids([]) == 3558706393
    assert hash_gids(np.arange(10)) == 3456049233
    assert hash_gids(np.arange(20)[::2]) == int(
        hashlib.md5(np.arange(0, 20, 2, "<u8").tobytes()).hexdigest()[:8], 16
    )


def test_known_numbers():
    pairs = uniforms((hash_gids([0, 1, 2]), hash_gids([3, 4]), 1), range(1, 5))
    assert list(pairs) == [0.014478702094760095, 0.7590284648446766, 0.5578231488918366, 0.029753703151421226]
    assert uniforms((0, 3, 1), 0) == 0.2949640899209855
    assert list(uniforms((hash_text("cellParams"), 0, 1), range(2))) == [
        0.8068834054733433,
        0.10615953125381854,
    ]
    picks = 0 + np.floor(5 * uniforms((hash_gids(range(5)), 7, 1), range(1, 9)))
    assert list(picks) == [2, 3, 4, 3, 2, 2, 1, 0]


IDS = (123, 456, 789)


@pytest.mark.parametrize("span", [(0, 1), (3, 9), (0, 70_000), (65_533, 65_540), (65_536, 131_073), (5, 5)])
def test_a_range_equals_its_positions_one_by_one(span):
    index = np.arange(*span)
    expected = np.array([float(uniforms(IDS, int(i))) for i in index[:50]])
    assert np.array_equal(uniforms(IDS, range(*span))[:50], expected)
    assert np.array_equal(uniforms(IDS, range(*span)), uniforms(IDS, index))


def test_positions_in_any_order_and_shape():
    base = uniforms(IDS, range(2_000))
    index = np.random.default_rng(1).integers(0, 2_000, (30, 40))
    assert np.array_equal(uniforms(IDS, index), base[index])
    assert np.array_equal(uniforms(IDS, np.array([0, 1_999])), base[[0, 1_999]])
    assert np.array_equal(uniforms(IDS, range(1, 2_000, 7)), base[1::7])


def test_many_streams():
    ids = (np.arange(20_000), 5, 6)
    assert np.array_equal(
        uniforms(ids, 3)[[0, 77, 19_999]], [uniforms((k, 5, 6), 3) for k in (0, 77, 19_999)]
    )
    each = uniforms(ids, np.arange(20_000) % 9)
    assert each[17_000] == uniforms((17_000, 5, 6), 17_000 % 9)
    table = uniforms((np.arange(3_000)[:, None], 5, 6), range(3, 17))
    assert table.shape == (3_000, 14)
    assert np.array_equal(table, uniforms((np.arange(3_000)[:, None], 5, 6), np.arange(3, 17)))
    assert np.array_equal(table[2_999], uniforms((2_999, 5, 6), range(3, 17)))


def test_numbers_lie_inside_the_open_interval():
    numbers = uniforms((1, 1, 1), range(100_000))
    assert 0 < numbers.min() < 1e-4
    assert 1 - 1e-4 < numbers.max() < 1
    assert abs(numbers.mean() - 0.5) < 0.005


def test_no_rows():
    none = np.empty(0, np.int64)
    assert uniforms((1, none, 1), 0).shape == (0,)
    assert uniforms(IDS, none).shape == (0,)
    draws = Draws((none, none, 1), 0)
    assert draws.normal(0, 1).shape == draws.poisson(3).shape == draws.erlang(3, 1).shape == (0,)
    assert OneStream(IDS, 0).together(("normal",)).normal(0, 1).shape == (0,)


def test_scalar_calls_of_normal():
    draws = Draws((1, 2, 3), 1)
    values = [float(draws.normal(0, 1)[0]) for _ in range(4)]
    assert np.round(values, 5).tolist() == [1.16977, 0.19974, 0.57259, 1.60300]


@pytest.mark.parametrize(
    ("name", "args", "mean"),
    [("normal", (2, 4), 2), ("lognormal", (2, 4), 2), ("negexp", (3,), 3), ("poisson", (4,), 4),
     ("binomial", (10, 0.3), 3), ("erlang", (3, 1), 3), ("hypergeo", (2, 9), 2), ("geometric", (0.75,), 4)],
)  # fmt: skip
def test_means(name, args, mean):
    draws = Draws((np.arange(20_000), 1, 2), 20_000)
    assert abs(getattr(draws, name)(*args).mean() - mean) < 0.05 * mean


def test_arguments_that_neuron_refuses_or_never_ends_with_give_nan():
    draws = Draws(IDS, 2)
    assert np.isnan(draws.geometric(1)).all()
    assert np.isnan(draws.poisson(1e4)).all()
    assert np.isnan(draws.binomial(5, 1.5)).all()
    assert np.isnan(draws.erlang(1, 0)).all()
    assert np.isnan(draws.normal(1, -1)).all()


def test_selected_rows_of_one_stream_keep_their_positions():
    whole, part = OneStream(IDS, 50), OneStream(IDS, 50, only=np.array([3, 10, 49]))
    for calls in (("uniform",), ("uniform", "negexp"), ("hypergeo",)):
        for draws in ((a := whole.together(calls)), (b := part.together(calls))):
            draws.first = [
                getattr(draws, name)(*(2.0, 9.0)[: 1 if name == "negexp" else 2]) for name in calls
            ]
        for x, y in zip(a.first, b.first, strict=True):
            assert np.array_equal(x[[3, 10, 49]], y)
    assert whole.position == part.position == 50 * (1 + 2 + 2)


def test_rows_cannot_be_skipped_where_their_numbers_vary():
    with pytest.raises(ValueError, match="every row spends the same"):
        OneStream(IDS, 50, only=np.array([1])).together(("normal",))


def test_rows_that_vary_are_left_to_single():
    stream = OneStream(IDS, 3)
    assert stream.together(("normal", "uniform")) is None
    assert stream.together(None) is None
    assert stream.together(("poisson",)) is None
    first = [float(stream.single.uniform(0, 1)[0]) for _ in range(1500)]
    assert first == uniforms(IDS, range(1500)).tolist()
    assert stream.position == 1500


def test_by_libm_where_python_would_raise():
    values = by_libm(math.pow, [-1.0, 2.0, 10.0], [0.5, 3.0, 400.0])
    assert math.isnan(values[0])
    assert values[1:].tolist() == [8.0, math.inf]


def test_netpyne_ids():
    streams = streams_for("netpyne", {"conn": 5})
    cells = keys(first=10)
    assert isinstance(streams, NetpyneStreams)
    assert streams.sequential
    assert streams.positions("A", 40, 7) == (40, 7, 1)
    assert streams.pairs("r", [0, 1, 2], [3]) == (329946431, 2100125642, 5)
    assert streams.rule("r", "probConn", [0, 1, 2]) == (1077798916, 329946431, 5)
    assert streams.placement("r", cells, None)[0::2] == (1754427451, 0)
    assert streams.noise("s", cells, 3)[0::2] == (1428063344, 3)
    assert streams.pulse_rate(0, cells)[0] == 1561938416
    assert streams.pattern(cells, 9, True) == (2850271784, 9, 0)
    assert streams.connection("r", cells, keys(first=20))[1][0] == 20


def every(streams, label, gids, cells, other):
    return {
        "positions": streams.positions(label, 3, int(gids[0])),
        "density": streams.density(label, 100.0, int(gids[0])),
        "rule": streams.rule(label, "probConn", gids),
        "pairs": streams.pairs(label, gids, gids),
        "convergence": streams.convergence(label, gids, cells),
        "divergence": streams.divergence(label, gids, cells),
        "connection": streams.connection(label, cells, other),
        "placement": streams.placement(label, cells, other),
        "stimulus placement": streams.placement(label, cells, None),
        "cell": streams.cell(cells),
        "stimulus": streams.stimulus(label, "IClamp", gids),
        "noise": streams.noise(label, cells, 1),
        "point_rate": streams.point_rate(cells),
        "train": streams.train(cells, 1),
        "pattern": streams.pattern(cells, 1, False),
        "pulse_rate": streams.pulse_rate(0, cells),
        "pulse_noise": streams.pulse_noise(0, cells, 1),
    }


def rows(ids):
    return set(zip(*(np.broadcast_to(i, 3).tolist() for i in ids), strict=True))


def test_named_streams_do_not_depend_on_gids():
    streams = streams_for("named", SEEDS)
    assert isinstance(streams, NamedStreams)
    assert not streams.sequential
    before = every(streams, "r", np.arange(3), keys("A"), keys("B", first=3))
    after = every(streams, "r", np.arange(10, 13), keys("A", first=10), keys("B", first=50))
    for purpose, ids in before.items():
        assert rows(ids) == rows(after[purpose]), purpose


def test_named_streams_are_all_different():
    streams = streams_for("named", SEEDS)
    seen = set()
    for label in ("r1", "r2"):
        for purpose, ids in every(streams, label, np.arange(3), keys(label), keys("B")).items():
            assert not rows(ids) & seen, purpose
            seen |= rows(ids)


def test_named_streams_use_the_seeds():
    one, two = streams_for("named", SEEDS), streams_for("named", dict.fromkeys(SEEDS, 2))
    cells = keys()
    assert one.cell(cells)[0] != two.cell(cells)[0]
    assert one.pairs("r", [0], [1]) != two.pairs("r", [0], [1])
    assert one.noise("s", cells, 1)[0] != one.noise("s", cells, 2)[0]
    mixed = one.train(cells, np.array([1, 2, 1]))[0]
    assert mixed[0] == mixed[2] == one.train(cells, 1)[0] != mixed[1]


def test_unknown_kind_of_streams():
    with pytest.raises(ValueError, match="'netpyne' or 'named'"):
        streams_for("numpy", SEEDS)
