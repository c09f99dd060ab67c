import numpy as np
import pytest

from netspec.errors import SpecError
from netspec.model import resolve
from netspec.plan.place import place
from netspec.spec import Spec
from netspec.spec.network import Network, Population
from netspec.spec.simulation import Simulation
from netspec.streams import uniforms

# NetPyNE 1.1.1: populations of 4 and 3 cells, all seeds 1
LOCATIONS = [
    [0.361844931179228, 0.03779884706302573, 0.8413862362873307],
    [0.07080294655850089, 0.6187199052379653, 0.412750127163541],
    [0.7499193582334743, 0.9018795322855284, 0.22501700319698617],
    [0.11085734490518054, 0.46959062608201274, 0.48938732187045103],
    [0.7264588599264484, 0.7283898296932714, 0.7785519769465197],
    [0.175365051679461, 0.24474513688014235, 0.9316866896274297],
    [0.004288048016771663, 0.5905767980519271, 0.23553922417677492],
]


def cells_of(*populations, simulation=None, **network):
    populations = {p.label: p for p in populations}
    return place(resolve(Spec(Network(populations=populations, **network), simulation or Simulation())))


def norms(cells):
    return np.stack([cells.table[f"{axis}norm"] for axis in "xyz"], 1)


def positions(cells):
    return np.stack([cells.table[axis] for axis in "xyz"], 1)


def A(**more):
    return Population("A", **more)


def test_no_populations():
    cells = cells_of()
    assert len(cells) == 0
    assert len(cells.owned) == 0


def test_numbers_of_cells():
    cells = cells_of(A(num_cells=4), Population("B", num_cells=3))
    assert cells.gids.tolist() == list(range(7))
    assert cells.table["population"].tolist() == [0] * 4 + [1] * 3
    assert cells.table["index"].tolist() == [0, 1, 2, 3, 0, 1, 2]
    assert set(cells.table["template"].tolist()) == {-1}
    assert cells.owned.tolist() == list(range(7))
    assert norms(cells).tolist() == LOCATIONS
    assert positions(cells).tolist() == (100 * np.array(LOCATIONS)).tolist()
    assert np.isnan(cells.table["fraction"]).all()


def test_the_seed_of_locations():
    other = Simulation(seeds={"loc": 2})
    assert norms(cells_of(A(num_cells=4), simulation=other)).tolist() != LOCATIONS[:4]


def test_a_population_without_a_size_has_one_cell():
    assert len(cells_of(A())) == 1


def test_precedence_of_sizes():
    everything = {"num_cells": 2, "density": 1e5, "grid_spacing": 50}
    assert len(cells_of(A(**everything, cells_list=[{}, {}, {}]))) == 3
    assert len(cells_of(A(**everything))) == 2
    assert len(cells_of(A(density=1e4, grid_spacing=50))) == 10


def test_ranges():
    size = {"size_x": 200.0, "size_y": 50, "size_z": 80}
    cells = cells_of(A(num_cells=4, x_range=[20, 60], xnorm_range=[0.9, 1], znorm_range=[0.5, 0.75]), **size)
    u = np.array(LOCATIONS[:4])
    assert cells.table["xnorm"].tolist() == (u[:, 0] * (60.0 / 200.0 - 20.0 / 200.0) + 20.0 / 200.0).tolist()
    assert cells.table["ynorm"].tolist() == u[:, 1].tolist()
    assert cells.table["z"].tolist() == (80 * (u[:, 2] * 0.25 + 0.5)).tolist()


def test_a_scale_below_one_leaves_holes_in_the_gids():
    cells = cells_of(A(num_cells=4), Population("B", num_cells=3), scale=0.5)
    assert cells.gids.tolist() == [0, 1, 4]
    assert norms(cells).tolist() == [LOCATIONS[0], LOCATIONS[1], LOCATIONS[4]]
    assert cells.positions([4]).tolist() == [2]


def test_a_scale_above_one_draws_the_larger_number():
    cells = cells_of(A(num_cells=2), Population("B", num_cells=2), scale=2)
    assert cells.gids.tolist() == list(range(8))
    assert norms(cells)[:4].tolist() == LOCATIONS[:4]
    assert norms(cells)[4:].tolist() == uniforms((4, 4, 1), range(1, 13)).reshape(4, 3).tolist()


def test_given_positions_are_not_scaled():
    for spec in (A(grid_spacing=50), A(cells_list=[{}, {}])):
        assert len(cells_of(spec, scale=0.1)) == len(cells_of(spec))


@pytest.mark.parametrize("density", [2e4, "3e4*xnorm"])
def test_a_scale_is_a_factor_on_densities(density):
    spec = A(density=density, xnorm_range=[0, 1])
    whole = cells_of(spec)
    fewer = cells_of(spec, Population("B", num_cells=1), scale=0.4)
    kept = int(0.4 * len(whole))
    assert fewer.gids.tolist() == list(range(kept))
    assert (norms(fewer) == norms(whole)[:kept]).all()
    assert abs(len(cells_of(spec, scale=3)) - 3 * len(whole)) < 12


def test_shapes_hold_their_cells():
    for shape, axes in (("cylinder", "xz"), ("ellipsoid", "xyz")):
        cells = cells_of(A(num_cells=2000), shape=shape)
        radius = sum((cells.table[f"{axis}norm"] - 0.5) ** 2 for axis in axes)
        assert radius.max() <= 0.25
        assert radius.max() > 0.24
    cells = cells_of(A(num_cells=500, xnorm_range=[0.5, 1.0]), shape="cylinder")
    assert cells.table["xnorm"].min() >= 0.5


@pytest.mark.parametrize(
    ("shape", "share"), [("cuboid", 1), ("cylinder", np.pi / 4), ("ellipsoid", np.pi / 6)]
)
def test_densities(shape, share):
    cells = cells_of(A(density=2e4, y_range=[20, 70]), size_x=300, size_z=200, shape=shape)
    assert len(cells) == int(2e4 * 0.3 * 0.1 * 0.2 * share * (0.7 - 0.2))
    assert cells.table["y"].min() >= 20
    assert cells.table["y"].max() <= 70


def test_a_density_function():
    cells = cells_of(A(density="40000*np.exp(-3*ynorm)", ynorm_range=[0.1, 0.9]), size_y=200)
    y = cells.table["ynorm"]
    assert 0.1 <= y.min() <= y.max() <= 0.9
    expected = 40000 * 0.1 * 0.2 * 0.1 * (np.exp(-0.3) - np.exp(-2.7)) / 3
    assert abs(len(y) - expected) < 3 * np.sqrt(expected)
    assert (y < 0.5).sum() > 2 * (y > 0.5).sum()
    following = cells_of(
        A(density="40000*exp(-3*ynorm)", ynorm_range=[0.1, 0.9]), Population("B"), size_y=200
    )
    assert following.gids[-1] == len(y)


def test_a_density_function_without_a_range_or_without_a_variable():
    assert len(cells_of(A(density="30000*ynorm"))) > 0
    assert len(cells_of(A(density="2*10000"))) == 20
    assert len(cells_of(A(density="0*xnorm"))) == 0


@pytest.mark.parametrize(
    ("density", "message"),
    [
        ("1e4*exp(-dnorm)", "unknown name 'dnorm'"),
        ("uniform(0, 1e4)*ynorm", "no random numbers"),
        ("1e4*xnorm*ynorm", "only: '1e4*xnorm*ynorm'"),
        ("1e4*sqrt(ynorm - 0.5)", "gives nan for ynorm = 0 (and 499 more)"),
    ],
)
def test_wrong_density_functions(density, message):
    with pytest.raises(SpecError, match="netParams.popParams\\['A'\\].density") as error:
        cells_of(A(density=density))
    assert message in str(error.value)


def test_density_functions_need_a_cuboid():
    with pytest.raises(SpecError, match="needs netParams.shape 'cuboid', not 'cylinder'"):
        cells_of(A(density="1e4*ynorm"), shape="cylinder")


def test_grids():
    cells = cells_of(A(grid_spacing=45), size_y=90.0, size_z=80)
    assert positions(cells).tolist() == [[x, y, z] for x in (0, 45, 90) for y in (0, 45, 90) for z in (0, 45)]
    assert cells.table["znorm"][1] == 45 / 80
    cells = cells_of(A(grid_spacing=[40.0, 30, 60], y_range=[20, 80], xnorm_range=[0.2, 1.0], x_range=[0, 1]))
    points = [[x, y, z] for x in (20, 60, 100) for y in (20, 50, 80) for z in (0, 60)]
    assert positions(cells).tolist() == points


def test_listed_cells():
    given = [
        {"x": 10, "y": 20.0, "layer": "up"},
        {"xnorm": 0.5, "x": 30},
        {"znorm": 0.25, "cellType": "PV", "params": {"tau": 3}},
        {},
    ]
    cells = cells_of(A(cell_type="PYR", cells_list=given), Population("B", num_cells=1), size_z=200)
    assert positions(cells)[:4].tolist() == [[10, 20, 0], [30, 0, 0], [0, 0, 50], [0, 0, 0]]
    assert norms(cells)[:4].tolist() == [[0.1, 0.2, 0], [0.3, 0, 0], [0, 0, 0.25], [0, 0, 0]]
    assert cells.tags == {0: {"layer": "up"}, 2: {"cellType": "PV", "params": {"tau": 3}}}
    assert cells.tag("layer").tolist() == ["up", None, None, None, None]
    assert cells.tag("cellType").tolist() == ["PYR", "PYR", "PV", "PYR", None]
    assert cells.gids.tolist() == [0, 1, 2, 3, 4]


def test_tags_stand_at_the_position_of_their_cell():
    cells = cells_of(Population("B", num_cells=4), A(cells_list=[{}, {"layer": 5}]), scale=0.5)
    assert cells.gids.tolist() == [0, 1, 4, 5]
    assert cells.tags == {3: {"layer": 5}}


def test_diversity():
    cells = cells_of(A(num_cells=8, diversity=True), Population("B", num_cells=2), scale=0.5)
    assert cells.table["fraction"][:4].tolist() == [0, 0.25, 0.5, 0.75]
    assert np.isnan(cells.table["fraction"][4])
    grid = cells_of(A(grid_spacing=50, diversity=True)).table["fraction"]
    expected = np.arange(27) / 27
    np.random.default_rng(1).shuffle(expected)
    assert grid.tolist() == expected.tolist()
    listed = cells_of(A(cells_list=[{"fraction": 0.9}, {}], diversity=True)).table["fraction"]
    assert listed.tolist() == [0.9, 0.5]


def test_named_streams_do_not_depend_on_other_populations():
    named = Simulation(random_streams="named")
    specs = A(num_cells=5), Population("D", density="40000*ynorm", ynorm_range=[0, 1])
    alone = cells_of(*specs, simulation=named)
    later = cells_of(Population("new", num_cells=7), *specs, simulation=named)
    assert positions(alone).tolist() == positions(later)[7:].tolist()
    more = cells_of(A(num_cells=6), simulation=named)
    assert positions(alone)[:5].tolist() == positions(more)[:5].tolist()
