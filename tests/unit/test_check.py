"""Networks that are unusual but right get no word; what is known of cells before planning."""

import warnings

import pytest

from netspec.errors import NetspecWarning, SpecError
from netspec.spec.facts import ANY, gather, meets
from netspec.spec.read import read

SOMA = {"geom": {"L": 20, "diam": 20, "nseg": 1}, "mechs": {"pas": {"g": 1e-4}}}
DEND = {
    "geom": {"L": 100, "diam": 2, "nseg": 3},
    "topol": {"parentSec": "soma", "parentX": 1, "childX": 0},
    "mechs": {"pas": {"g": [1e-4, 2e-4, 3e-4], "e": [-65]}},
}
POPULATIONS = {
    "E": {"cellType": "PYR", "numCells": 4, "layer": 2},
    "I": {"cellType": "BAS", "numCells": 2, "layer": 3},
    "S": {"cellModel": "NetStim", "numCells": 3, "rate": 10, "noise": 1},
}
CELLS = {
    "PYR": {"secs": {"soma": SOMA, "dend": DEND}, "secLists": {"all": ["soma", "dend"]}},
    "basket": {"conds": {"cellType": "BAS"}, "secs": {"soma": SOMA}},
}
SYNAPSES = {"exc": {"mod": "ExpSyn"}, "inh": {"mod": "Exp2Syn", "tau1": "1+post_dist_path/100"}}


def look(net=None, **simulation):
    """The spec of the usual network with something added; any warning is an error."""
    whole = {
        "popParams": POPULATIONS,
        "cellParams": CELLS,
        "synMechParams": SYNAPSES,
        "popTagsCopiedToCells": ["cellModel", "cellType", "layer"],
        **(net or {}),
    }
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        return read(whole, simulation)


def connect(**values):
    rule = {"preConds": {"pop": "E"}, "postConds": {"pop": "I"}, "synMech": "exc", **values}
    return look({"connParams": {"a": rule}})


def complaints(call, *arguments, **values):
    with pytest.raises(SpecError) as caught:
        call(*arguments, **values)
    return [f"{problem.path}: {problem.message}" for problem in caught.value.problems]


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"preConds": {}, "postConds": {}},
        {"preConds": {"layer": [2, 3], "ynorm": [0.1, 0.9]}, "postConds": {"layer": 3}},
        {"preConds": {"gid": [0, 1]}, "postConds": {"pop": ("E", "I"), "x": (0, 50)}},
        {"preConds": {"cellModel": "NetStim"}},
        {"weight": "0.1*exp(-dist_3D/propVelocity) + sizeX*0", "delay": "defaultDelay + normal(2, 0.1)"},
        {"convergence": "2*post_ynorm"},
        {"divergence": "uniform(1, 3)"},
        {"probability": "dist_norm2D < 0.5 and dist_norm3D > 0"},
        {"connList": [[0, 0], [3, 1]], "weight": [0.1, 0.2], "sec": [["soma"], "soma"], "loc": [0.1, 0.2]},
        {"synMech": ["exc", "inh"], "weight": [0.1, [0.2, 0.3]], "synsPerConn": [1, 2]},
        {"synMech": ["exc", "inh"], "weight": 0.1, "synMechWeightFactor": [1, 0.5]},
        {"postConds": {"pop": "E"}, "sec": ["soma", "dend"], "synsPerConn": 3, "weight": [1, 2, 3]},
        {"postConds": {"pop": "E"}, "sec": "all", "synsPerConn": 2},
        {"postConds": {"pop": "E"}, "sec": "dend", "synsPerConn": 2, "loc": [0.2, 0.8]},
        {"postConds": {"pop": "E"}, "sec": "dend", "loc": "uniform(0.1, 0.9)"},
        {"postConds": {"pop": ["E", "I"]}, "sec": "dend", "loc": 0.5},
        {"synMech": "exc", "weight": 0, "delay": "0.5 ms", "synsPerConn": 2.0},
        {"shape": {"switchOnOff": [100, 200], "pulseType": "square", "pulsePeriod": 50, "pulseWidth": 20}},
        {"plast": {"mech": "STDP", "params": {"RLon": 0}}},
        {"connFunc": "fullConn"},
        {"connFunc": "myOwnRule"},
        {"connFunc": lambda pre, post: None},
        {"gapJunction": False, "preSec": None},
    ],
    ids=str,
)
def test_connections_that_are_right(values):
    assert connect(**values).network.connections["a"].label == "a"


@pytest.mark.parametrize(
    "population",
    [
        {"cellType": "PYR", "density": "100*np.exp(-ynorm/2)", "yRange": [0, 50]},
        {"cellType": "PYR", "density": 1e5, "xnormRange": (0.2, 0.4)},
        {"cellType": "PYR", "gridSpacing": [10, 20, 30]},
        {"cellType": "PYR", "cellsList": [{"x": 1, "y": 2, "group": "a"}, {"x": 3}]},
        {"cellType": "PYR", "numCells": 0},
        {"cellModel": "VecStim", "numCells": 2, "spkTimes": [[1, 2], [3]], "pulses": [{"start": 1}]},
        {
            "cellModel": "NetStim",
            "numCells": 2,
            "params": {"interval": "uniform(20,100)", "start": "10*xnorm"},
        },
        {"cellModel": "IntFire1", "numCells": 2, "tau": 5, "note": "leaky"},
        {"cellType": "artificial", "numCells": 2},
        {"cellType": "PYR", "cellModel": "HH", "numCells": 2, "numCellsMax": 5},
    ],
    ids=str,
)
def test_populations_that_are_right(population):
    cells = {**CELLS, "artificial": {"cellModel": "IntFire2", "params": {"taum": 10}}}
    assert look({"popParams": {**POPULATIONS, "X": population}, "cellParams": cells})


def test_point_neurons():
    izhikevich = {"mod": "Izhi2007b", "a": 0.03, "vref": "V", "synList": ["AMPA", "GABA"], "_loc": 0.5}
    net = {
        "popParams": {"Z": {"cellType": "izhi", "numCells": 3}},
        "cellParams": {
            "izhi": {"secs": {"soma": {"geom": {"L": 10, "diam": 10}, "pointps": {"p": izhikevich}}}}
        },
        "synMechParams": {},
        "connParams": {
            "a": {"preConds": {}, "postConds": {}, "synMech": "AMPA", "weight": 1, "delay": 1},
            "b": {"preConds": {}, "postConds": {}, "weight": 1, "delay": 1},
        },
    }
    assert look(net, recordTraces={"u": {"sec": "soma", "pointp": "p", "var": "u"}})
    wrong = {"u": {"sec": "soma", "pointp": "q", "var": "u"}}
    assert complaints(look, net, recordTraces=wrong) == [
        "simConfig.recordTraces['u'].pointp: section 'soma' has no point process 'q'. Known: 'p'."
    ]


def test_two_rules_make_one_cell():
    cells = {
        "soma": {"conds": {"cellType": ["PYR", "BAS"]}, "secs": {"soma": SOMA}},
        "dend": {"conds": {"pop": "E"}, "secs": {"dend": DEND}, "secLists": {"all": ["soma", "dend"]}},
    }
    rule = {"preConds": {}, "postConds": {"pop": "E"}, "synMech": "exc", "sec": "all"}
    assert look({"cellParams": cells, "connParams": {"a": rule}})
    apart = {"soma": cells["soma"], "dend": {"secs": {"dend": DEND}}}
    assert complaints(look, {"cellParams": apart}) == [
        "netParams.cellParams['dend'].secs['dend'].topol.parentSec: "
        "there is no section 'soma'. Known: 'dend'."
    ]


def test_cell_functions():
    dend = {**DEND, "mechs": {"pas": {"g": "1e-4*dist_path/b", "e": "-65 + dist_euclidean*0"}}}
    secs = {"soma": {"geom": {"L": "a + uniform(0, 1)", "diam": "10*xnorm + b"}}, "dend": dend}
    rule = {"secs": secs, "vars": {"a": 20, "b": "normal(10, 1)"}}
    assert look({"cellParams": {**CELLS, "PYR": rule}})
    wrong = {**rule, "vars": {"a": 20, "b": "a*2"}}
    (said,) = complaints(look, {"cellParams": {**CELLS, "PYR": wrong}})
    assert said.startswith("netParams.cellParams['PYR'].vars.b: unknown name 'a' in 'a*2'.")


def test_diversity():
    cells = {
        "one": {"conds": {"cellType": "PYR"}, "secs": {"soma": SOMA}, "diversityFraction": 0.25},
        "two": {"conds": {"cellType": "PYR"}, "secs": {"soma": SOMA}, "diversityFraction": 0.75},
        "basket": CELLS["basket"],
    }
    diverse = {**POPULATIONS, "E": {**POPULATIONS["E"], "diversity": True}}
    assert look({"popParams": diverse, "cellParams": cells})
    assert complaints(look, {"cellParams": cells}) == [
        f"netParams.cellParams['{label}'].diversityFraction: population 'E' has no 'diversity': True."
        for label in ("one", "two")
    ]


@pytest.mark.parametrize(
    "target",
    [
        {
            "source": "bkg",
            "conds": {"cellType": ["PYR", "BAS"]},
            "weight": "0.1*post_ynorm",
            "synMech": "exc",
        },
        {"source": "bkg", "conds": {"pop": "E"}, "synMech": ["exc", "inh"], "weight": [1, 2], "delay": 0},
        {"source": "clamp", "conds": {"pop": "E", "cellList": range(3)}, "sec": "soma", "loc": 0.5},
        {"source": "clamp", "conds": {"cellType": "PYR", "cellList": "all"}, "amp": "uniform(0, 1)"},
        {"source": "voltage", "conds": {"pop": "I"}, "loc": 0.5},
    ],
    ids=str,
)
def test_stimuli_that_are_right(target):
    sources = {
        "bkg": {"type": "NetStim", "rate": "10+post_x", "noise": 0.5, "number": 1e9, "seed": 3},
        "moving": {"type": "NetStim", "rate": "variable"},
        "clamp": {"type": "IClamp", "amp": 0.1, "del": 5, "dur": 100},
        "voltage": {"type": "VClamp", "amp": [-60, 0, -60], "dur": [1, 1, 1], "gain": 1e5},
        "ramp": {"type": "OwnProcess", "name": "some text"},
    }
    assert look({"stimSourceParams": sources, "stimTargetParams": {"t": target}})


def test_simulation_that_is_right():
    sources = {"bkg": {"type": "NetStim", "rate": 10}, "clamp": {"type": "IClamp", "amp": 0.1}}
    targets = {"t": {"source": "clamp", "conds": {"pop": "E"}, "loc": 0.5}}
    assert look(
        {"stimSourceParams": sources, "stimTargetParams": targets},
        duration=0,
        hParams={"celsius": 34, "v_init": -70, "gnabar_hh": 0.1, "cai0_ca_ion": 1e-4},
        recordCells=["all", "E", 0, 8, ("E", 3), ("I", [0, 1]), [0, "S"]],
        recordCellsSpikes=-1,
        recordTraces={
            "V": {"sec": "soma", "loc": 0.5, "var": "v", "conds": {"cellType": "PYR", "gid": [0, 2]}},
            "g": {"sec": "dend", "loc": 0.5, "mech": "pas", "var": "g"},
            "i": {"sec": "soma", "loc": 0.5, "stim": "t", "var": "i"},
            "s": {"synMech": "exc", "var": "g", "conds": {"pop": ["E"]}},
            "m": {"var": "m"},
        },
        analysis={
            "plotRaster": {"include": ["eachPop", "bkg", ("E", [0, 1])], "orderInverse": True},
            "plotTraces": True,
            "plotConn": False,
            "plotSpikeHist": {"include": ["allCells"], "binSize": 5},
        },
        saveDataInclude=("simData", "net"),
        printPopAvgRates=[[0, 50], [50, 100]],
        gpas=1e-4,
        tstop=1000.0,
    )


def test_seeds_of_ones_own():
    seeds = {"m": 3, "conn": 2}
    assert look(seeds=seeds).simulation.seeds == {"conn": 2, "stim": 1, "loc": 1, "cell": 1, "m": 3}


def test_plots_that_netpyne_has_and_we_have_not():
    known = {"plotRaster": {"include"}}
    with pytest.warns(NetspecWarning) as caught:
        read({}, {"analysis": {"plotShape": True, "plotRaster": {"popRates": 1}}}, known_analysis=known)
    assert [str(one.message).split(":")[1].strip() for one in caught] == [
        "this analysis or plot has no effect here; it is left out.",
        "this argument of plotRaster has no effect here; it is left out.",
    ]


def test_scaled_densities_are_said_once():
    dense = {name: {"cellType": "PYR", "density": 1e4} for name in "abcd"}
    with pytest.warns(NetspecWarning) as caught:
        read({"popParams": {**POPULATIONS, **dense}, "cellParams": CELLS, "scale": 0.3})
    assert [str(one.message) for one in caught] == [
        "netParams.scale: a factor (0.3) on densities too, which NetPyNE does not scale: a, b, c, ..."
    ]


@pytest.mark.parametrize(
    "values",
    [{"scale": 0.3}, {"popParams": {**POPULATIONS, "D": {"cellType": "PYR", "density": 1e4}}}],
    ids=["numbers", "whole"],
)
def test_nothing_is_said_of_other_scales(values, recwarn):
    read({"popParams": POPULATIONS, "cellParams": CELLS, **values})
    assert not list(recwarn)


def test_artificial_cells_from_mod_files():
    pops = {"P": {"cellModel": "PairFire", "numCells": 2, "tau": 5}}
    assert len(complaints(read, {"popParams": pops})) == 1
    assert read({"popParams": pops}, artificial=["PairFire"]).network.populations["P"].tags == {"tau": 5}


def test_rules_of_the_programs_own():
    rule = {"preConds": {}, "postConds": {}, "connFunc": "small_world", "synMech": "exc"}
    net = {"connParams": {"a": rule}, "synMechParams": SYNAPSES}
    assert read(net, rules={"small_world": lambda pre, post: (pre, post)})
    rule["connFunc"] = "smal_world"
    assert complaints(read, net, rules={"small_world": lambda pre, post: (pre, post)}) == [
        "netParams.connParams['a'].connFunc: there is no connection rule 'smal_world'. "
        "Did you mean 'small_world'?"
    ]


@pytest.mark.parametrize(
    ("conds", "closed", "answer"),
    [
        ({}, False, "yes"),
        ({"pop": "E"}, False, "yes"),
        ({"pop": ["I", "E"]}, False, "yes"),
        ({"pop": "I"}, False, "no"),
        ({"pop": "E", "x": [0, 1]}, False, "maybe"),
        ({"pop": "I", "x": [0, 1]}, False, "no"),
        ({"layer": [1, 3]}, False, "no"),
        ({"layer": [1, 3]}, True, "yes"),
        ({"group": "a"}, False, "maybe"),
        ({"nothing": 1}, False, "no"),
    ],
)
def test_which_cells_meet_conditions(conds, closed, answer):
    tags = {"pop": ("E",), "layer": (2,), "x": (ANY,), "group": ("a", None)}
    assert meets(conds, tags, closed) == answer


def test_numbers_of_cells():
    facts = gather(look({"scale": 0.5}), ["NetStim"])
    assert facts.number({"pop": "E"}) == 2
    assert facts.number({}) == 4
    assert facts.number({"x": [0, 50]}) is None
    assert facts.gids == 9
    assert [group.artificial for group in facts.groups] == [False, False, True]
    assert facts.groups[0].places == {"soma", "dend", "all"}
