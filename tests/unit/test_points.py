from dataclasses import replace

import numpy as np
import pytest

from netspec.errors import NetspecWarning, SpecError
from netspec.model import resolve
from netspec.plan.place import place
from netspec.plan.points import points
from netspec.spec import Spec
from netspec.spec.cell import CellRule
from netspec.spec.network import Network, Population
from netspec.spec.simulation import Simulation
from netspec.streams import hash_text, uniforms


def blocks(*populations, owned=None, simulation=None, artificial=(), **network):
    by_label = {p.label: p for p in populations}
    simulation = simulation or Simulation(duration=100.0)
    model = resolve(Spec(Network(populations=by_label, **network), simulation), artificial)
    cells = place(model)
    return points(model, cells if owned is None else replace(cells, owned=np.array(owned)))


def net_stim(count=3, label="A", /, **tags):
    return Population(label, cell_model="NetStim", num_cells=count, tags=tags)


def vec_stim(count=1, label="A", /, **tags):
    return Population(label, cell_model="VecStim", num_cells=count, tags=tags)


def trains(*populations, **options):
    (block,) = blocks(*populations, **options)
    flat, offsets = block.trains
    return [part.tolist() for part in np.split(flat, offsets[1:-1])]


def test_cells_with_sections_are_no_points():
    assert blocks(Population("A", cell_type="PYR", num_cells=3)) == ()


def test_a_net_stim():
    (block,) = blocks(Population("E", cell_type="PYR", num_cells=2), net_stim(rate=50, noise=1, start=2.5))
    assert block.population == 1
    assert block.mechanism == "NetStim"
    assert block.cells["gid"].tolist() == [2, 3, 4]
    assert block.cells["interval"].tolist() == [20.0] * 3
    assert block.cells["noise"].tolist() == [1.0] * 3
    assert block.cells["start"].tolist() == [2.5] * 3
    assert block.cells["number"].tolist() == [1e9] * 3
    assert set(block.cells.columns) == {"gid", "rate", "interval", "noise", "start", "number"}
    assert block.noise.tolist() == [[hash_text("NetStim"), gid, 1] for gid in (2, 3, 4)]
    assert block.trains is block.rates is block.vref is None


def test_what_neuron_has_as_default_is_not_set():
    (block,) = blocks(net_stim())
    assert set(block.cells.columns) == {"gid", "number"}


def test_the_seed_of_noise():
    (block,) = blocks(net_stim(seed=7, number=5))
    assert block.noise[:, 2].tolist() == [7, 7, 7]
    assert "seed" not in block.cells
    (block,) = blocks(net_stim(), simulation=Simulation(seeds={"stim": 9}))
    assert block.noise[0, 2] == 9
    one, two = (
        blocks(net_stim(3, label), simulation=Simulation(random_streams="named"))[0] for label in "AB"
    )
    assert one.noise.tolist() != two.noise.tolist()


def test_a_rate_within_a_range():
    (block,) = blocks(net_stim(rate=[20, 90]))
    rates = 20 + (90 - 20) * uniforms((hash_text("point_rate"), np.arange(3), 1), 0)
    assert block.cells["interval"].tolist() == (1000.0 / rates).tolist()


def test_string_functions_take_their_numbers_in_the_order_of_the_parameters():
    (block,) = blocks(
        net_stim(interval="uniform(5,20)+x/100", noise=0, start="ynorm*10", number="discunif(1, 9)")
    )
    u = uniforms((hash_text("cellParams"), np.arange(3)[:, None], 1), range(2))
    x = place_of(net_stim()).table["x"]
    assert block.cells["interval"].tolist() == (5 + 15 * u[:, 0] + x / 100).tolist()
    assert block.cells["start"].tolist() == (place_of(net_stim()).table["ynorm"] * 10).tolist()
    assert block.cells["number"].tolist() == (1 + np.floor(9 * u[:, 1])).tolist()


def place_of(*populations):
    return place(resolve(Spec(Network(populations={p.label: p for p in populations}), Simulation())))


def test_parameters_of_the_cell_rule_come_after_the_populations_own():
    rule = CellRule(
        "poisson", cell_model="NetStim", params={"interval": "uniform(1,2)", "start": 3, "noise": 0}
    )
    population = Population("A", cell_type="poisson", num_cells=2, tags={"noise": "uniform(0,1)"})
    (block,) = blocks(population, cell_rules={"poisson": rule})
    u = uniforms((hash_text("cellParams"), np.arange(2)[:, None], 1), range(2))
    assert block.cells["noise"].tolist() == u[:, 0].tolist()
    assert block.cells["interval"].tolist() == (1 + u[:, 1]).tolist()
    assert block.cells["start"].tolist() == [3, 3]


def test_labels_are_no_parameters():
    (block,) = blocks(net_stim(layer="L4", note=None), copied_tags=["cellModel", "cellType", "depth"])
    assert set(block.cells.columns) == {"gid", "number"}
    (block,) = blocks(net_stim(depth=3), copied_tags=["cellModel", "cellType", "depth"])
    assert set(block.cells.columns) == {"gid", "number"}


def test_only_owned_cells():
    populations = net_stim(rate="uniform(10,20)"), vec_stim(4, "B", rate=100, noise=1.0), net_stim(1, "C")
    whole = blocks(*populations)
    share = blocks(*populations, owned=[1, 3, 6])
    assert [block.population for block in share] == [0, 1]
    assert share[0].cells["interval"].tolist() == whole[0].cells["interval"][[1]].tolist()
    assert share[0].noise.tolist() == whole[0].noise[[1]].tolist()
    flat, offsets = whole[1].trains
    parts = np.split(flat, offsets[1:-1])
    assert share[1].trains[0].tolist() == [*parts[0], *parts[3]]


def test_other_artificial_cells():
    one = Population("A", cell_model="IntFire1", num_cells=2, tags={"tau": 12, "refrac": "2+xnorm"})
    own = Population("B", cell_model="Mine", num_cells=1, params={"g": True, "seed": 4}, tags={"vref": "v"})
    first, second = blocks(one, own, artificial=["Mine"])
    assert set(first.cells.columns) == {"gid", "tau", "refrac"}
    assert first.noise is first.trains is None
    assert second.cells["g"].tolist() == [1.0]
    assert second.cells["seed"].tolist() == [4.0]
    assert second.vref == "v"


def test_listed_cells_with_parameters_of_their_own():
    given = [{"params": {"tau": 3}}, {}, {"params": {"tau": "4+x"}, "x": 2}]
    population = Population("A", cell_model="IntFire1", cells_list=given, tags={"tau": 9})
    (block,) = blocks(population)
    assert block.cells["tau"].tolist() == [3, 9, 6]
    given[0]["params"]["refrac"] = 5
    with pytest.raises(SpecError, match="not all have: refrac"):
        blocks(population)


def test_changing_rates():
    times, rates = [0, 40, 80], [20, 0, 100]
    (block,) = blocks(net_stim(2, dynamicRates={"rates": rates, "times": times}))
    for when, intervals in block.rates:
        assert when.tolist() == times
        assert intervals.tolist() == [50.0, 1e10, 10.0]
    (block,) = blocks(net_stim(3, dynamicRates={"rates": [rates, rates[::-1]], "times": times}))
    assert [pair[1].tolist()[0] for pair in block.rates] == [50.0, 10.0, 10.0]
    (block,) = blocks(net_stim(1, rates=[rates, times]))
    assert block.rates[0][1].tolist() == [50.0, 1e10, 10.0]


# ---- spike trains ------------------------------------------------------------------------------------------


def test_an_even_train():
    assert trains(vec_stim(2, interval=30, start=5)) == [[5, 35, 65], [5, 35, 65]]
    assert trains(vec_stim(rate=50, interval=3)) == [[0, 20, 40, 60, 80]]
    assert blocks(vec_stim(interval=30))[0].cells.columns.keys() == {"gid"}


def test_a_noisy_train():
    (train,) = trains(vec_stim(rate=100, noise=0.5, start=10, seed=3))
    steps = 5 + -5.0 * np.log(uniforms((hash_text("vecstim_spkt"), 0, 3), range(1, 18)))
    expected = np.cumsum(steps) + (10 - 5.0)
    assert np.allclose(train, expected[expected <= 100], rtol=0, atol=1e-12)


def test_a_train_longer_than_netpyne_can_draw():
    (train,) = trains(vec_stim(rate=20000, noise=1.0), simulation=Simulation(duration=1000.0))
    assert abs(len(train) - 20000) < 600


def test_given_times():
    assert trains(vec_stim(2, spkTimes=[30, 4, -2, 500])) == [[0, 4, 30], [0, 4, 30]]
    assert trains(vec_stim(spkTimes=np.array([1.5, 2]))) == [[1.5, 2]]
    assert trains(vec_stim(spkTimes=range(3))) == [[0, 1, 2]]
    assert trains(vec_stim(spkTimes=[])) == [[]]
    assert trains(vec_stim(4, spkTimes=[[1], [2, 3], []])) == [[1], [2, 3], [], []]
    dense = Population("A", cell_model="VecStim", density=3000, tags={"spkTimes": [[1], [2], [3]]})
    assert trains(dense) == [[1], [2], [3]]
    given = [{"spkTimes": [3]}, {"x": 1, "spkTimes": [4, 5]}]
    assert trains(Population("A", cell_model="VecStim", cells_list=given)) == [[3], [4, 5]]
    assert trains(Population("A", cell_model="VecStim", num_cells=1, params={"spkTimes": [7]})) == [[7]]


def test_pulses():
    pulses = [{"start": 20, "end": 50, "interval": 10}, {"start": 90, "end": 95, "rate": 500, "noise": 0}]
    assert trains(vec_stim(spkTimes=[5, 33], pulses=pulses)) == [[5, 20, 30, 33, 40, 90, 92]]
    assert trains(vec_stim(pulses=pulses)) == [[20, 30, 40, 90, 92]]
    (one, two) = trains(vec_stim(2, pulses=[{"start": 20, "end": 60, "rate": [50, 150], "noise": 1.0}]))
    assert one != two
    assert min(one + two) >= 20
    assert max(one + two) <= 60


def pattern(number=1, **values):
    return trains(vec_stim(number, spikePattern=values))


RHYTHM = {"type": "rhythmic", "start": 30, "stop": 90, "freq": 50}


def test_rhythmic_patterns():
    assert pattern(**RHYTHM, eventsPerCycle=1) == [[30, 50, 70]]
    assert pattern(**RHYTHM) == [[25, 35, 45, 55, 65, 75]]
    assert pattern(type="rhythmic", start=30, tstop=90, freq=50, eventsPerCycle=1) == [[30, 50, 70]]
    (train,) = pattern(**RHYTHM, freqStd=1, repeats=4, eventsPerCycle=1)
    assert len(train) == 12
    assert 0.3 < np.std(np.array(train).reshape(3, 4) - [[30], [50], [70]]) < 3
    (train,) = pattern(**RHYTHM, distribution="uniform", repeats=3, eventsPerCycle=1)
    assert len(train) == 9
    (train,) = pattern(**{**RHYTHM, "start": -1, "stop": 200}, startMin=3, startMax=9, eventsPerCycle=1)
    start = 3 + 6 * uniforms((hash_text("vecstim_spikePattern"), 0, 1), 0)
    assert train[0] == start


def test_evoked_patterns():
    assert pattern(type="evoked", start=40, startStd=0, numspikes=2) == [[40, 40]]
    (train,) = pattern(type="evoked", start=40, startStd=4, numspikes=50)
    assert len(train) == 50
    assert abs(np.mean(train) - 40) < 1.5
    assert 1.4 < np.std(train) < 2.8


def test_poisson_patterns_lack_their_first_event():
    (train,) = pattern(type="poisson", start=5, stop=-1, frequency=400)
    steps = -1000 * np.log(1 - uniforms((hash_text("vecstim_spikePattern"), 0, 1), range(400))) / 400
    expected = 5 + np.cumsum(steps)
    assert np.allclose(train, expected[(expected < 100)][1:], rtol=0, atol=1e-9)
    assert pattern(type="poisson", start=5, stop=50, frequency=0) == [[]]
    assert pattern(type="poisson", start=50, stop=50, frequency=10) == [[]]


def test_gauss_patterns_and_patterns_in_step():
    one, two = pattern(2, type="gauss", mu=50, sigma=16)
    assert len(one) == 50
    assert 2.5 < np.std(one) < 6
    assert one != two
    one, two = pattern(2, type="gauss", mu=50, sigma=16, sync=True)
    assert one == two


# ---- mistakes ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("population", "path", "message"),
    [
        (vec_stim(), "['A']", "needs one of rate, interval, spikePattern, spkTimes and pulses"),
        (vec_stim(interval=0), "['A']", "must be positive, not 0 ms"),
        (vec_stim(rate=0), "['A'].rate", "a rate must be positive, not 0"),
        (net_stim(rate=0), "['A'].rate", "a rate must be positive, not 0 (for no spikes at all: number 0)"),
        (net_stim(interval="uniform(1)"), "['A'].interval", "uniform takes 2 arguments"),
        (net_stim(start="log(-1)"), "['A'].start", "gives nan for cell 0 (and 2 more)"),
        (net_stim(start=[1, 2]), "['A'].start", "expected a number or a function, got [1, 2]"),
        (net_stim(dynamicRates={"rates": [1]}), "['A'].dynamicRates.times", "required, but missing."),
        (net_stim(dynamicRates={"rates": [1], "times": [0, 1]}), "['A'].dynamicRates", "1 rates for 2 times"),
        (vec_stim(pulses=[{"start": 1, "rate": 2}]), "['A'].pulses[0].end", "required, but missing."),
        (vec_stim(pulses=[{"start": 1, "end": 2}]), "['A'].pulses[0]", "needs an interval, or a rate"),
        (vec_stim(spikePattern={"type": "gaus"}), "['A'].spikePattern.type", "Did you mean 'gauss'?"),
        (vec_stim(spikePattern={"type": "gauss"}), "['A'].spikePattern.mu", "required, but missing."),
        (vec_stim(spikePattern={**RHYTHM, "freq": None}), "['A'].spikePattern.freq", "required"),
        (vec_stim(spikePattern={**RHYTHM, "distribution": "norml"}), "['A'].spikePattern.distribution",
         "unknown distribution 'norml'. Did you mean 'normal'?"),
    ],
)  # fmt: skip
def test_wrong_parameters(population, path, message):
    with pytest.raises(SpecError) as error:
        blocks(population)
    (problem,) = error.value.problems
    assert problem.path == f"netParams.popParams{path}"
    assert message in problem.message


def test_path_of_a_parameter_from_a_cell_rule():
    rule = CellRule("poisson", cell_model="NetStim", params={"interval": "unifrm(1,2)"})
    with pytest.raises(SpecError) as error:
        blocks(Population("A", cell_type="poisson", num_cells=2), cell_rules={"poisson": rule})
    assert error.value.problems[0].path == "netParams.cellParams['poisson'].params.interval"


def test_netpynes_leniency_with_a_rate_of_zero():
    lenient = Simulation(strict=False)
    with pytest.warns(NetspecWarning, match="a rate must be positive"):
        (block,) = blocks(net_stim(rate=0), simulation=lenient)
    assert "interval" not in block.cells
