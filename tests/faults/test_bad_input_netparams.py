"""Mistakes in netParams: one clear problem each, with its path, before anything is built."""

import copy

import pytest
from bad_input import NETWORK, REMOVE, SIMULATION, lenient, said, spoiled

E_I = "connParams.E->I"
E_I_PATH = "netParams.connParams['E->I']"
SOMA = "cellParams.PYR.secs.soma"
SOMA_PATH = "netParams.cellParams['PYR'].secs['soma']"

POINTER = ("synMechParams.exc.pointerParams", {"target_var": "vpeer"})
POINTER_PATH = "netParams.synMechParams['exc'].pointerParams"

RUNS_IN_NETPYNE = {
    "cell's synapse without a place": (
        [(f"{SOMA}.synMechs", [{"label": "exc"}])],
        f"{SOMA_PATH}.synMechs[0].loc: required, but missing.",
    ),
    "cell's synapse of an unknown kind": (
        [(f"{SOMA}.synMechs", [{"label": "exx", "loc": 0.5}])],
        f"{SOMA_PATH}.synMechs[0].label: there is no synMech 'exx'. Did you mean 'exc'?",
    ),
    "parameter of a cell's synapse": (
        [(f"{SOMA}.synMechs", [{"label": "exc", "loc": 0.5, "tau2": 77}])],
        f"{SOMA_PATH}.synMechs[0].tau2: taken from netParams.synMechParams['exc'], which has ",
    ),
    "key of a NetCon from the own cell": (
        [("synMechParams.exc.selfNetCon", {"thresh": -15})],
        "netParams.synMechParams['exc'].selfNetCon.thresh: unknown key. Did you mean 'threshold'?",
    ),
    "key of borders": (
        [("correctBorder", {"threshold": [1, 2, 3], "xborder": [0, 1]})],
        "netParams.correctBorder.xborder: unknown key. Did you mean 'xborders'?",
    ),
    "misspelt pointer key": (
        [("synMechParams.exc.pointerParams", {"target_var": "vpeer", "bidirectionl": False})],
        f"{POINTER_PATH}.bidirectionl: unknown key. Did you mean 'bidirectional'?",
    ),
    "unknown presynaptic population": (
        [(f"{E_I}.preConds.pop", "Exx")],
        f"{E_I_PATH}.preConds.pop: there is no population 'Exx'. Known: 'E', 'I'.",
    ),
    "unknown postsynaptic population": (
        [(f"{E_I}.postConds.pop", ["I", "J"])],
        f"{E_I_PATH}.postConds.pop: there is no population 'J'. Known: 'E', 'I'.",
    ),
    "misspelt probability": (
        [(f"{E_I}.probability", REMOVE), (f"{E_I}.probabilty", 0.7)],
        f"{E_I_PATH}.probabilty: unknown key. Did you mean 'probability'?",
    ),
    "misspelt weight": (
        [(f"{E_I}.weight", REMOVE), (f"{E_I}.wieght", 0.005)],
        f"{E_I_PATH}.wieght: unknown key. Did you mean 'weight'?",
    ),
    "probability above 1": (
        [(f"{E_I}.probability", 1.7)],
        f"{E_I_PATH}.probability: expected a number from 0 to 1, got 1.7.",
    ),
    "negative convergence": (
        [(f"{E_I}.probability", REMOVE), (f"{E_I}.convergence", -2)],
        f"{E_I_PATH}.convergence: expected 0 or more, got -2.",
    ),
    "section key mech": (
        [(f"{SOMA}.mechs", REMOVE), (f"{SOMA}.mech", {"hh": {}})],
        f"{SOMA_PATH}.mech: unknown key. Did you mean 'mechs'?",
    ),
    "unknown cellType": (
        [("popParams.E.cellType", "PYRX"), ("stimTargetParams", {}), ("connParams", {})],
        "netParams.popParams['E'].cellType: no entry of cellParams applies to cellType 'PYRX'. Did you "
        "mean 'PYR'?",
    ),
    "numCell": (
        [("popParams.E.numCells", REMOVE), ("popParams.E.numCell", 4)],
        "netParams.popParams['E'].numCell: unknown key. Did you mean 'numCells'?",
    ),
    "stimulus on an unknown population": (
        [("stimTargetParams.ic->E.conds", {"pop": "Exx"})],
        "netParams.stimTargetParams['ic->E'].conds.pop: there is no population 'Exx'. Known: 'E', 'I'.",
    ),
    "stimulus section": (
        [("stimTargetParams.ic->E.sec", "somma")],
        "netParams.stimTargetParams['ic->E'].sec: the target cells have no section or secList 'somma'. "
        "Did you mean 'soma'?",
    ),
    "connection section": (
        [(f"{E_I}.sec", "axxon")],
        f"{E_I_PATH}.sec: the target cells have no section or secList 'axxon'. Known: 'dend', 'soma'.",
    ),
    "negative delay": (
        [(f"{E_I}.delay", -1)],
        f"{E_I_PATH}.delay: expected a positive delay, got -1.",
    ),
    "zero delay": (
        [(f"{E_I}.delay", 0)],
        f"{E_I_PATH}.delay: expected a positive delay, got 0.",
    ),
    "delay below dt": (
        [(f"{E_I}.delay", 0.01)],
        f"{E_I_PATH}.delay: expected a delay of at least one time step (dt, 0.025 ms), got 0.01.",
    ),
    "zero default delay": (
        [(f"{E_I}.delay", REMOVE), ("defaultDelay", 0)],
        "netParams.defaultDelay: expected a positive delay, got 0.",
    ),
    "tag that nobody has": (
        [(f"{E_I}.preConds", {"layer": 2})],
        f"{E_I_PATH}.preConds.layer: no cell has the tag 'layer'.",
    ),
    "tag that cells do not get": (
        [(f"{E_I}.preConds", {"layer": 2}), ("popParams.E.layer", 2)],
        f"{E_I_PATH}.preConds.layer: populations have the tag 'layer', but their cells do not: "
        "add it to popTagsCopiedToCells.",
    ),
    "unknown shape": (
        [("shape", "cylindre")],
        "netParams.shape: expected one of 'cuboid', 'cylinder', 'ellipsoid', got 'cylindre'.",
    ),
    "misspelt section of netParams": (
        [("connParms", {})],
        "netParams.connParms: unknown key. Did you mean 'connParams'?",
    ),
    "misspelt setting": (
        [("defaultWieght", 0.1)],
        "netParams.defaultWieght: unknown key. Did you mean 'defaultWeight'?",
    ),
    "member of a secList": (
        [("cellParams.PYR.secLists", {"all": ["soma", "dent"]})],
        "netParams.cellParams['PYR'].secLists['all']: there is no section 'dent'. Did you mean 'dend'?",
    ),
    "stimTarget key": (
        [("stimTargetParams.ic->E.locc", 0.5)],
        "netParams.stimTargetParams['ic->E'].locc: unknown key. Did you mean 'loc'?",
    ),
    "global variable": (
        [("cellParams.PYR.globals", {"celcius": 34})],
        "netParams.cellParams['PYR'].globals.celcius: no global variable of NEURON; "
        "one of a mechanism ends in _<mechanism>. Did you mean 'celsius'?",
    ),
}

STOPS = {
    "population of another format": (
        [("popParams.E.originalFormat", "NeuroML")],
        "netParams.popParams['E'].originalFormat: 'NeuroML' is unknown. Did you mean 'NeuroML2'?",
    ),
    "population of jNeuroML's random sources": (
        [("popParams.E.originalFormat", "NeuroML2_SpikeSource")],
        "netParams.popParams['E'].originalFormat: 'NeuroML2_SpikeSource': jNeuroML's sources of random "
        "numbers do not compile with NEURON 9: call sim.importNeuroML2.",
    ),
    "stimulus of another format": (
        [("stimSourceParams.step.originalFormat", "NML")],
        "netParams.stimSourceParams['step'].originalFormat: 'NML' is unknown. ",
    ),
    "pointer to nothing": (
        [("synMechParams.exc.pointerParams", {"source_var": "v"})],
        f"{POINTER_PATH}.target_var: required, but missing: the variable of the mechanism that follows",
    ),
    "pointer to a number": (
        [("synMechParams.exc.pointerParams", {"target_var": 3})],
        f"{POINTER_PATH}.target_var: expected the name of a variable, got 3 (int).",
    ),
    "weight of a pointer that is a number": (
        [("synMechParams.exc.pointerParams", {"target_var": "vpeer", "weight_var": 1})],
        f"{POINTER_PATH}.weight_var: expected the name of a variable, got 1 (int).",
    ),
    "pointer that is no dictionary": (
        [("synMechParams.exc.pointerParams", "vpeer")],
        f"{POINTER_PATH}: expected a dictionary with target_var, got 'vpeer' (str).",
    ),
    "direction that is no truth": (
        [("synMechParams.exc.pointerParams", {"target_var": "vpeer", "bidirectional": "no"})],
        f"{POINTER_PATH}.bidirectional: expected True or False, got 'no' (str).",
    ),
    "presynaptic section that is not there": (
        [POINTER, (f"{E_I}.preSec", "dendrite")],
        f"{E_I_PATH}.preSec: the presynaptic cells have no section 'dendrite'. Did you mean 'dend'?",
    ),
    "presynaptic location outside": (
        [POINTER, (f"{E_I}.preLoc", 1.5)],
        f"{E_I_PATH}.preLoc: expected a number from 0 to 1, got 1.5.",
    ),
    "presynaptic sections of other pairs": (
        [
            POINTER,
            (f"{E_I}.probability", REMOVE),
            (f"{E_I}.connList", [[0, 0], [1, 1]]),
            (f"{E_I}.preSecs", ["soma"]),
        ],
        f"{E_I_PATH}.preSecs: expected 2 values, one for each pair, got 1.",
    ),
    "NetCon from the own cell, as a list": (
        [("synMechParams.exc.selfNetCon", ["soma"])],
        "netParams.synMechParams['exc'].selfNetCon: expected a dictionary, got ['soma'] (list).",
    ),
    "location of a NetCon from the own cell": (
        [("synMechParams.exc.selfNetCon", {"loc": 1.5})],
        "netParams.synMechParams['exc'].selfNetCon.loc: expected a number from 0 to 1, got 1.5.",
    ),
    "weight of a NetCon from the own cell": (
        [("synMechParams.exc.selfNetCon", {"weight": "big"})],
        "netParams.synMechParams['exc'].selfNetCon.weight: expected a number, got 'big' (str).",
    ),
    "delay of a NetCon from the own cell": (
        [("synMechParams.exc.selfNetCon", {"delay": -1})],
        "netParams.synMechParams['exc'].selfNetCon.delay: expected 0 or more, got -1.",
    ),
    "section of a NetCon from the own cell": (
        [("synMechParams.exc.selfNetCon", {"sec": "somma"})],
        "netParams.synMechParams['exc'].selfNetCon.sec: there is no section 'somma'. Did you mean 'soma'?",
    ),
    "gap junction with plasticity": (
        [(f"{E_I}.gapJunction", True), (f"{E_I}.plast", {"mech": "STDP"})],
        f"{E_I_PATH}.plast: a pointer connection (synMech 'exc') has no events that this could act on.",
    ),
    "no conditions": (
        [(f"{E_I}.preConds", REMOVE)],
        f"{E_I_PATH}.preConds: required, but missing.",
    ),
    "unknown synMech": (
        [(f"{E_I}.synMech", "inhx")],
        f"{E_I_PATH}.synMech: synMechParams has no entry 'inhx'. Known: 'exc'.",
    ),
    "empty synMechParams": (
        [("synMechParams", {}), ("stimTargetParams", {}), (f"{E_I}.synMech", REMOVE)],
        f"{E_I_PATH}.synMech: required, but missing, and synMechParams is empty.",
    ),
    "synMech without mod": (
        [("synMechParams.exc.mod", REMOVE)],
        "netParams.synMechParams['exc'].mod: required, but missing.",
    ),
    "parent section": (
        [("cellParams.PYR.secs.dend.topol.parentSec", "somma")],
        "netParams.cellParams['PYR'].secs['dend'].topol.parentSec: there is no section 'somma'. "
        "Did you mean 'soma'?",
    ),
    "section that is its own ancestor": (
        [(f"{SOMA}.topol", {"parentSec": "dend", "parentX": 1, "childX": 0})],
        f"{SOMA_PATH}.topol.parentSec: 'soma' is its own ancestor.",
    ),
    "population without cellType": (
        [("popParams.E.cellType", REMOVE)],
        "netParams.popParams['E']: no cellType, and no entry of cellParams applies. Known: 'PYR'.",
    ),
    "unknown artificial cell": (
        [("popParams.S", {"cellModel": "IntFireXX", "numCells": 1})],
        "netParams.popParams['S'].cellModel: 'IntFireXX' is no artificial cell, and no entry of "
        "cellParams with "
        "sections applies. If it comes from a mod file: is that file in the model's mod folder? "
        "Did you mean 'IntFire4'?",
    ),
    "unknown artificial cell in cellParams": (
        [("cellParams.art", {"cellModel": "IntFireXX"}), ("popParams.S", {"cellType": "art", "numCells": 1})],
        "netParams.cellParams['art'].cellModel: 'IntFireXX' is no artificial cell, and no entry of "
        "cellParams with "
        "sections applies.",
    ),
    "unknown stimulus source": (
        [("stimTargetParams.ic->E.source", "icc")],
        "netParams.stimTargetParams['ic->E'].source: stimSourceParams has no entry 'icc'. Did you mean 'ic'?",
    ),
    "location above 1": (
        [(f"{E_I}.loc", 1.5)],
        f"{E_I_PATH}.loc: expected a number from 0 to 1, got 1.5.",
    ),
    "connList out of range": (
        [(f"{E_I}.probability", REMOVE), (f"{E_I}.connList", [[0, 0], [4, 1]])],
        f"{E_I_PATH}.connList: pair 1 wants presynaptic cell 4, but preConds selects 4 cells (from 0).",
    ),
    "connList and weights": (
        [(f"{E_I}.probability", REMOVE), (f"{E_I}.connList", [[0, 0], [1, 1]]), (f"{E_I}.weight", [1, 2, 3])],
        f"{E_I_PATH}.weight: expected 2 values, one for each pair, got 3.",
    ),
    "connList and sections of each": (
        [
            (f"{E_I}.probability", REMOVE),
            (f"{E_I}.connList", [[0, 0], [1, 1]]),
            (f"{E_I}.sec", [["soma"]] * 3),
        ],
        f"{E_I_PATH}.sec: expected 2 values, one for each pair, got 3.",
    ),
    "a position that is no number": (
        [("popParams.E", {"cellType": "PYR", "cellsList": [{"x": "1"}, {"x": "1a"}] * 2})],
        "netParams.popParams['E'].cellsList: cell 1: expected a number for 'x', got '1a' (str).",
    ),
    "half a cell as text": (
        [("popParams.E.numCells", "4.5")],
        "netParams.popParams['E'].numCells: expected an integer, got '4.5' (str).",
    ),
    "an ion's potential": (
        [(f"{SOMA}.ions", {"na": {"e": "5O"}})],
        f"{SOMA_PATH}.ions['na'].e: expected a number, got '5O' (str).",
    ),
    "connList of names": (
        [(f"{E_I}.connList", [["a", "b"]])],
        f"{E_I_PATH}.connList: expected a list of pairs of integers (pre, post), got [['a', 'b']] (list).",
    ),
    "variable of a string function": (
        [(f"{E_I}.probability", "0.1*exp(-dist_3d/150)")],
        f"{E_I_PATH}.probability: unknown name 'dist_3d' in '0.1*exp(-dist_3d/150)'. Did you mean 'dist_3D'?",
    ),
    "function of a string function": (
        [(f"{E_I}.weight", "unifrm(0,1)")],
        f"{E_I_PATH}.weight: unknown function 'unifrm' in 'unifrm(0,1)'. Did you mean 'uniform'?",
    ),
    "string function that imports": (
        [(f"{E_I}.weight", "__import__('os').getpid()")],
        f"{E_I_PATH}.weight: not allowed:",
    ),
    "side of convergence": (
        [(f"{E_I}.probability", REMOVE), (f"{E_I}.convergence", "10*pre_ynorm")],
        f"{E_I_PATH}.convergence: unknown name 'pre_ynorm' in '10*pre_ynorm'.",
    ),
    "distance from borders": (
        [(f"{E_I}.weight", "0.1*dist_3D_border")],
        f"{E_I_PATH}.weight: dist_3D_border needs netParams.correctBorder.",
    ),
    "borders without a threshold": (
        [("correctBorder", {"xborders": [0, 1]})],
        "netParams.correctBorder.threshold: required, but missing: [x, y, z] in um.",
    ),
    "borders that are no dictionary": (
        [("correctBorder", True)],
        "netParams.correctBorder: expected False or a dictionary, got True (bool).",
    ),
    "threshold of borders": (
        [("correctBorder", {"threshold": 50})],
        "netParams.correctBorder.threshold: expected [x, y, z], got 50 (int).",
    ),
    "misspelt borders": (
        [("correctBorder", {"threshold": [1, 2, 3], "yborders": []})],
        "netParams.correctBorder.yborders: expected [low, high, ...] as shares of the network's size, "
        "got [] (list).",
    ),
    "angle of rotation": (
        [("rotateCellsRandomly", [0, 1, 2])],
        "netParams.rotateCellsRandomly: expected True, False or [min, max] in radians, got [0, 1, 2] (list).",
    ),
    "range of rotation": (
        [("rotateCellsRandomly", [2, 1])],
        "netParams.rotateCellsRandomly: expected [min, max], got [2, 1].",
    ),
    "disynaptic bias": (
        [(f"{E_I}.disynapticBias", 1.5)],
        f"{E_I_PATH}.disynapticBias: expected a number from 0 to 1, got 1.5.",
    ),
    "geometry key": (
        [(f"{SOMA}.geom.Diam", 20), (f"{SOMA}.geom.diam", REMOVE)],
        f"{SOMA_PATH}.geom.Diam: unknown key. Did you mean 'diam'?",
    ),
    "number of cells": (
        [("popParams.E.numCells", "many")],
        "netParams.popParams['E'].numCells: expected an integer, got 'many' (str).",
    ),
    "negative number of cells": (
        [("popParams.E.numCells", -1), ("connParams", {}), ("stimTargetParams", {})],
        "netParams.popParams['E'].numCells: expected 0 or more, got -1.",
    ),
    "synapse of a cell that is none": (
        [(f"{SOMA}.synMechs", ["exc"])],
        f"{SOMA_PATH}.synMechs[0]: expected a dictionary with label and loc, got 'exc' (str).",
    ),
    "location of a cell's synapse": (
        [(f"{SOMA}.synMechs", [{"label": "exc", "loc": 0.5}, {"label": "exc", "loc": 5}])],
        f"{SOMA_PATH}.synMechs[1].loc: expected a number from 0 to 1, got 5.",
    ),
    "weights and synMechs": (
        [
            ("synMechParams.inh", {"mod": "ExpSyn"}),
            (f"{E_I}.synMech", ["exc", "inh"]),
            (f"{E_I}.weight", [1, 2, 3]),
        ],
        f"{E_I_PATH}.weight: expected 2 values, one for each synMech, got 3.",
    ),
    "locations of several synapses": (
        [(f"{E_I}.synsPerConn", 3), (f"{E_I}.loc", [0.2, 0.4])],
        f"{E_I_PATH}.loc: expected 3 values, one for each synapse (synsPerConn), got 2.",
    ),
    "wrong unit": (
        [(f"{E_I}.delay", "5 mV")],
        f"{E_I_PATH}.delay: '5 mV' should be in ms, not in 'mV'.",
    ),
    "cellList out of range": (
        [("stimTargetParams.ic->E.conds.cellList", [0, 7])],
        "netParams.stimTargetParams['ic->E'].conds.cellList: there is no cell 7: 4 cells meet the other "
        "conditions "
        "(from 0).",
    ),
    "NetStim of rate 0": (
        [("stimSourceParams.bkg.rate", 0)],
        "netParams.stimSourceParams['bkg'].rate: expected a positive number, got 0.",
    ),
    "connFunc without its key": (
        [(f"{E_I}.connFunc", "convConn")],
        f"{E_I_PATH}.convergence: required by connFunc 'convConn', but missing.",
    ),
    "misspelt connFunc": (
        [(f"{E_I}.connFunc", "probCon")],
        f"{E_I_PATH}.connFunc: there is no connection rule 'probCon'. Did you mean 'probConn'?",
    ),
    "mapping to nowhere": (
        [("mapping", {"duration": ["synMechParams", "ecx", "tau1"]})],
        "netParams.mapping['duration']: there is no 'ecx' on the way to synMechParams.ecx.tau1. Did you "
        "mean 'exc'?",
    ),
    "density without a range": (
        [("popParams.D", {"cellType": "PYR", "density": "100*xnorm"})],
        "netParams.popParams['D'].density: a density that varies with xnorm needs xnormRange.",
    ),
    "list for too few segments": (
        [("cellParams.PYR.secs.dend.mechs.pas.g", [1, 2])],
        "netParams.cellParams['PYR'].secs['dend'].mechs['pas'].g: expected 3 values, one for each "
        "segment, got 2.",
    ),
}

DOUBTS = {
    "location of several synapses": (
        [(f"{E_I}.synsPerConn", 3)],
        f"{E_I_PATH}.loc: ignored, as in NetPyNE before 1.1: the 3 synapses of each are spread. "
        "Leave loc out, or give a list of locations.",
    ),
    "kind of cell that is not there": (
        [(f"{E_I}.preConds", {"pop": "E", "cellModel": ["NetStim", "HH"]}), ("popParams.E.cellModel", "HH")],
        f"{E_I_PATH}.preConds.cellModel: no cell has the cellModel 'NetStim'. Known: 'HH'.",
    ),
    "presynaptic locations without pairs": (
        [POINTER, (f"{E_I}.preLocs", [0.5])],
        f"{E_I_PATH}.preLocs: ignored: it gives a value for each pair of connList, which is missing.",
    ),
    "presynaptic place": (
        [(f"{E_I}.preLoc", 0.5)],
        f"{E_I_PATH}.preLoc: ignored, as in NetPyNE: "
        "spikes are detected where the cell rule says (spikeGenLoc).",
    ),
    "no synMech": (
        [("synMechParams.inh", {"mod": "ExpSyn"}), (f"{E_I}.synMech", REMOVE)],
        f"{E_I_PATH}.synMech: missing; the first entry of synMechParams is used, 'exc'.",
    ),
    "plasticity": (
        [(f"{E_I}.plasticity", {"mech": "STDP"})],
        f"{E_I_PATH}.plasticity: NetPyNE documents this key but ignores it; what it reads is 'plast'.",
    ),
    "two sizes": (
        [("popParams.E.density", 100)],
        "netParams.popParams['E'].density: ignored, because numCells is given too.",
    ),
    "two rules": (
        [(f"{E_I}.convergence", 2)],
        f"{E_I_PATH}.convergence: ignored, because probability is given too.",
    ),
    "no size": (
        [("popParams.X", {"cellType": "PYR"})],
        "netParams.popParams['X']: one cell is made, as no size is given: cellsList, numCells, density, "
        "gridSpacing.",
    ),
    "conditions that contradict": (
        [("stimTargetParams.ic->E.conds", {"pop": "E", "cellType": "E"}), ("popParams.S.cellType", "E"),
         ("popParams.S.cellModel", "NetStim"), ("popParams.S.numCells", 1)],
        "netParams.stimTargetParams['ic->E'].conds: no cell meets these conditions.",
    ),
    "fractions": (
        [("cellParams.PYR.diversityFraction", 0.4), ("cellParams.PYR.conds", {"cellType": "PYR"}),
         ("popParams.E.diversity", True), ("popParams.I.diversity", True)],
        "netParams.cellParams['PYR'].diversityFraction: the fractions for the same conditions add up to "
        "0.4, not to 1.",
    ),
}  # fmt: skip


def cases(table):
    return pytest.mark.parametrize(("changes", "expected"), table.values(), ids=table)


def test_the_network_is_right():
    assert said(NETWORK, SIMULATION) == ([], [])


@cases(RUNS_IN_NETPYNE)
def test_what_netpyne_would_run_with_is_an_error_unless_lenient(changes, expected):
    problems, doubts = said(*spoiled("netParams", *changes))
    assert len(problems) == 1
    assert problems[0].startswith(expected)
    problems, doubts = lenient(*spoiled("netParams", *changes))
    assert problems == []
    assert any(doubt.startswith(expected) for doubt in doubts)


@cases(STOPS)
def test_what_stops_netpyne_is_an_error_in_any_case(changes, expected):
    for look in (said, lenient):
        problems, _ = look(*spoiled("netParams", *changes))
        assert any(problem.startswith(expected) for problem in problems), problems


@cases(DOUBTS)
def test_what_is_doubtful_is_a_warning(changes, expected):
    problems, doubts = said(*spoiled("netParams", *changes))
    assert (problems, doubts) == ([], [expected])


def test_misspelt_conditions_are_one_problem():
    changes = [(f"{E_I}.preConds", REMOVE), (f"{E_I}.preCond", {"pop": "E"})]
    unknown = f"{E_I_PATH}.preCond: unknown key. Did you mean 'preConds'?"
    assert said(*spoiled("netParams", *changes)) == ([unknown], [])
    missing = f"{E_I_PATH}.preConds: required, but missing."
    assert lenient(*spoiled("netParams", *changes)) == ([missing], [unknown])


def test_all_mistakes_are_told_at_once_in_the_users_order():
    changes = [
        (E_I + ".delay", -1),
        ("popParams.E.numCells", "many"),
        (E_I + ".wieght", 1),
        (SOMA + ".mech", {}),
    ]
    problems, _ = said(*spoiled("netParams", *changes))
    assert [problem.split(":")[0] for problem in problems] == [
        "netParams.popParams['E'].numCells",
        f"{SOMA_PATH}.mech",
        f"{E_I_PATH}.delay",
        f"{E_I_PATH}.wieght",
    ]


def test_nothing_of_the_users_is_changed():
    network, simulation = spoiled("netParams", ("mapping", {"tau": ["synMechParams", "exc", "tau1"]}))
    simulation["tau"] = 3
    network["popParams"]["E"]["popLabel"] = "old"
    before = copy.deepcopy((network, simulation))
    said(network, simulation)
    assert (network, simulation) == before
