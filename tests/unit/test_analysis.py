import numpy as np
import pytest
from small_results import plan, results

from netspec.analysis import connectivity, spikes
from netspec.analysis.select import select, unknown
from netspec.errors import SpecError


@pytest.mark.parametrize(
    ("include", "gids", "stims"),
    [
        (["allCells"], [0, 1, 2, 3, 4], ()),
        (["all"], [0, 1, 2, 3, 4], ("bkg",)),
        (["I"], [3, 4], ()),
        ([("E", 1), 4], [1, 4], ()),
        ([("E", [0, 2])], [0, 2], ()),
        ([["I", 0]], [3], ()),
        ([["E", "I"]], [0, 1, 2, 3, 4], ()),
        (["allNetStims", 2], [2], ("bkg",)),
        ([99], [], ()),
    ],
)
def test_include(include, gids, stims):
    chosen = select(plan(), include)
    assert chosen.positions.tolist() == gids
    assert chosen.stims == stims


def test_unknown_names_are_listed_with_their_path():
    found = unknown(plan().model.spec.network, ["E", "II", ["I", "bgk"]], "include")
    assert [problem.path for problem in found] == ["include[1]", "include[2]"]
    assert "'bkg'" in found[1].message


def test_rates_count_spikes_at_both_ends():
    assert spikes.raster(results()).rates().tolist() == [50.0, 100.0]
    assert spikes.raster(results(), time_range=[12, 20]).rates() == pytest.approx([0, 3 / 2 / 0.008])


def test_raster_orders_cells_and_appends_stimuli():
    data = spikes.raster(results(), ["all"], order_by="y")
    assert data.row_count == 7
    assert data.labels == ("E", "I", "bkg")
    rows = dict(zip(data.gids[data.groups < 2].tolist(), data.rows[data.groups < 2].tolist(), strict=True))
    assert rows == {4: 0, 3: 1, 1: 3, 0: 4}
    assert data.rows[data.groups == 2].tolist() == [5, 6]
    assert np.all(np.diff(data.times) >= 0)


def test_raster_orders_by_several_tags():
    data = spikes.raster(results(), order_by=["pop", "y"])
    assert dict(zip(data.gids.tolist(), data.rows.tolist(), strict=True)) == {0: 2, 1: 1, 3: 4, 4: 3}


def test_edges_cover_the_range():
    assert spikes.edges((0, 20), 5).tolist() == [0, 5, 10, 15, 20]
    assert spikes.edges((0, 21), 5)[-1] == 25


@pytest.mark.parametrize(
    ("feature", "expected"),
    [
        ("numConns", [[0, 3], [1, 0]]),
        ("weight", [[0, 0.4], [1, 0]]),
        ("delay", [[0, 2], [5, 0]]),
        ("probability", [[0, 3 / 6], [1 / 6, 0]]),
        ("strength", [[0, 0.5 * 1.2], [1 / 6, 0]]),
        ("convergence", [[0, 1.5], [1 / 3, 0]]),
        ("divergence", [[0, 1], [0.5, 0]]),
    ],
)
def test_matrix_of_populations(feature, expected):
    values, pre, post = connectivity.matrix(plan(), ["allCells"], ["allCells"], feature)
    assert pre.labels == post.labels == ("E", "I")
    assert np.allclose(values, expected)


def test_matrix_has_stimuli_as_rows():
    values, pre, _ = connectivity.matrix(plan(), feature="numConns")
    assert pre.labels == ("E", "I", "bkg")
    assert values[2].tolist() == [2, 0, 0]


def test_matrix_of_cells_and_unique_pairs():
    values, pre, _ = connectivity.matrix(plan(), ["E"], ["I"], "weight", "cell", "y")
    assert pre.labels == ("2", "1", "0")
    assert np.isnan(values[0]).all()
    assert values[2, 1] == pytest.approx(0.3)
    once, _, _ = connectivity.matrix(plan(), ["E"], ["I"], "numConns", unique_pairs=True)
    assert once.tolist() == [[2]]


def test_matrix_of_one_synapse_and_of_a_tag():
    inhibitory, _, _ = connectivity.matrix(plan(), ["allCells"], ["allCells"], "numConns", syn_mech="GABA")
    assert inhibitory.tolist() == [[0, 0], [1, 0]]
    values, pre, post = connectivity.matrix(
        plan(), ["allCells"], ["allCells"], "numConns", "y", intervals=(20, 40)
    )
    assert pre.labels == ("0", "20", "40")
    assert post.labels == ("0", "40")
    assert values.tolist() == [[0, 0], [1, 0], [3, 0]]


@pytest.mark.parametrize("arguments", [{"feature": "wieght"}, {"group_by": "popp"}, {"group_by": "y"}])
def test_matrix_refuses_what_it_does_not_know(arguments):
    with pytest.raises(SpecError):
        connectivity.matrix(plan(), **arguments)
