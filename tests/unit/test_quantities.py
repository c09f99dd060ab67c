"""Texts with units in netParams and simConfig, where a mechanism says what they should be."""

import copy
from functools import reduce

import pytest

from netspec.errors import SpecError
from netspec.neuron.mod_files import parse
from netspec.spec.read import read
from netspec.spec.vocabulary import MECHANISM_UNITS, WEIGHT
from netspec.units import number

GRADED = """
NEURON { POINT_PROCESS Graded RANGE gmax, e, n }
UNITS { (pS) = (picosiemens) }
PARAMETER { gmax = 20 (pS) <0, 1e9>  e = 0 (millivolt)  n = 3  : steepness
  rate = .5 (/ms*moles)  sites[2] (1) }
NET_RECEIVE (w (nS), last (ms)) { }
"""
NETWORK = {
    "cellParams": {
        "PYR": {
            "secs": {
                "soma": {
                    "geom": {"L": "20 um", "diam": "0.02 mm", "cm": "1 uF_per_cm2", "Ra": "0.15 kohm_cm"},
                    "mechs": {"hh": {"gnabar": "120 mS/cm2", "gkbar": ["36 mS_per_cm2"], "el": "-54.3 mV"}},
                    "ions": {"na": {"e": "0.05 V", "i": "10000 uM"}},
                    "pointps": {"p": {"mod": "Graded", "gmax": "0.02 nS", "loc": 0.5}},
                    "vinit": "-0.065 V",
                }
            },
            "globals": {"celsius": "6.3 degC"},
        }
    },
    "popParams": {
        "E": {"cellType": "PYR", "cellsList": [{"x": "0.1 mm", "ynorm": 0.5}], "layer": "2 mm"},
        "N": {"cellModel": "NetStim", "rate": "0.1 kHz", "start": "0.01 s", "numCells": 1},
        "I": {"cellModel": "IntFire1", "params": {"tau": "0.01 s"}, "numCells": 1},
        "V": {"cellModel": "VecStim", "spkTimes": ["10 ms", 0.5, "0.02 s"], "numCells": 1},
    },
    "synMechParams": {
        "exc": {"mod": "ExpSyn", "tau": "2000 us", "e": "0 V"},
        "graded": {"mod": "Graded", "gmax": "1 nS", "e": "-70 mV", "n": 3},
    },
    "connParams": {
        "N->E": {
            "preConds": {"pop": "N"},
            "postConds": {"pop": "E"},
            "synMech": "exc",
            "weight": "0.5 nS",
            "delay": "2000 us",
        },
        "I->E": {
            "preConds": {"pop": "I"},
            "postConds": {"pop": "E"},
            "synMech": "graded",
            "weight": ["0.5 nS", "2 pS"],
            "synsPerConn": 2,
        },
    },
    "stimSourceParams": {
        "ic": {"type": "IClamp", "delay": "0.01 s", "dur": "1 s", "amp": "100 pA"},
        "bkg": {"type": "NetStim", "rate": "0.05 kHz", "noise": 0.5},
    },
    "stimTargetParams": {
        "ic->E": {"source": "ic", "conds": {"pop": "E"}, "sec": "soma", "loc": 0.5, "amp": "200 pA"},
    },
}
SIMULATION = {"duration": "0.5 s", "dt": "25 us", "hParams": {"celsius": "34 degC", "v_init": "-0.065 V"}}


def made(net=NETWORK, cfg=SIMULATION):
    units = {**MECHANISM_UNITS, "Graded": parse(GRADED, "graded.mod").units}
    return read(net, cfg, units=units.get)


@pytest.mark.parametrize(
    ("unit", "same"),
    [("millivolt", "mV"), ("megohm", "Mohm"), ("mho/cm2", "S/cm2"), ("microsiemens", "uS"), ("umho", "uS"),
     ("micron", "um"), ("per_ms", "/ms"), ("kohm_cm", "kohm*cm")],
)  # fmt: skip
def test_other_names_of_units(unit, same):
    assert number(f"3 {unit}", same) == 3.0


def changed(path, value):
    net = copy.deepcopy(NETWORK)
    *steps, last = path.split(".")
    reduce(lambda place, step: place[step], steps, net)[last] = value
    return net


def said(net):
    with pytest.raises(SpecError) as caught:
        made(net)
    return [str(problem).replace("\n    ", " ") for problem in caught.value.problems]


def test_units_of_a_mod_file():
    mod = parse(GRADED, "graded.mod")
    assert mod.units == {
        "gmax": "pS",
        "e": "millivolt",
        "n": "",
        "rate": "/ms*moles",
        "sites": "",
        WEIGHT: "nS",
    }
    assert mod.defaults == {"gmax": 20.0, "e": 0.0, "n": 3.0, "rate": 0.5}
    assert {mod: 1}[parse(GRADED, "graded.mod")] == 1, "files are keys"


def test_numbers_take_the_unit_of_their_place():
    network = made().network
    soma = network.cell_rules["PYR"].secs["soma"]
    assert soma.geom == {"L": 20.0, "diam": 20.0, "cm": 1.0, "Ra": 150.0}
    assert soma.mechs == {"hh": {"gnabar": 0.12, "gkbar": [0.036], "el": -54.3}}
    assert (soma.ions, soma.vinit) == ({"na": {"e": 50.0, "i": 10.0}}, -65.0)
    assert soma.pointps["p"]["gmax"] == 20.0
    assert network.cell_rules["PYR"].globals == {"celsius": 6.3}
    assert network.synapses["exc"].params == {"tau": 2.0, "e": 0.0}
    assert network.synapses["graded"].params == {"gmax": 1000.0, "e": -70.0, "n": 3}
    assert (network.connections["N->E"].weight, network.connections["N->E"].delay) == (0.0005, 2.0)
    assert network.sources["ic"].params == {"delay": 10.0, "dur": 1000.0, "amp": 0.1}
    assert network.sources["bkg"].params["rate"] == 50.0
    assert network.targets["ic->E"].params == {"amp": 0.2}


def test_weights_take_the_unit_of_their_synapse():
    assert made().network.connections["I->E"].weight == [0.5, 0.002]


def test_populations():
    populations = made().network.populations
    assert populations["N"].tags == {"rate": 100.0, "start": 10.0}
    assert populations["I"].params == {"tau": 10.0}
    assert populations["V"].tags == {"spkTimes": [10.0, 0.5, 20.0]}
    assert populations["E"].tags == {"layer": "2 mm"}, "a tag of one's own is left alone"
    assert populations["E"].cells_list == [{"x": 100.0, "ynorm": 0.5}]


def test_options():
    simulation = made().simulation
    assert (simulation.duration, simulation.dt) == (500.0, 0.025)
    assert (simulation.h_params["celsius"], simulation.h_params["v_init"]) == (34.0, -65.0)


def test_what_was_converted_can_be_read_again_without_the_mod_files():
    spec = made()
    assert spec.units["Graded"] == {"gmax": "pS", "e": "millivolt", WEIGHT: "nS"}
    assert read(NETWORK, SIMULATION, units={**MECHANISM_UNITS, **spec.units}.get).network == spec.network


def test_functions_are_left_alone():
    net = changed("cellParams.PYR.secs.soma.mechs.hh.gnabar", "0.1 * exp(-dist_path / 100)")
    soma = made(net).network.cell_rules["PYR"].secs["soma"]
    assert soma.mechs["hh"]["gnabar"] == "0.1 * exp(-dist_path / 100)"


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        ("cellParams.PYR.secs.soma.mechs.hh.gnabar", "120 mS", "Units that fit: pS/um2, S/m2, mS/cm2"),
        ("cellParams.PYR.secs.soma.mechs.hh.gnabr", "1 S/cm2", "of 'hh'. Did you mean 'gnabar'?"),
        ("cellParams.PYR.secs.soma.mechs.mine", {"g": "1 S/cm2"}, "'mine' is not known here."),
        ("cellParams.PYR.secs.soma.ions.na.e", "1 mM", "Units that fit: uV, mV, V."),
        ("cellParams.PYR.secs.soma.geom.L", "20 ms", "should be in um, not in 'ms'. Units that fit: nm, um"),
        ("cellParams.PYR.secs.soma.vinit", "-65 mv", "unknown unit 'mv'. Did you mean"),
        ("cellParams.PYR.secs.soma.pointps.p.n", "3 mV", "'n' has no unit in 'Graded': write a number."),
        ("synMechParams.graded.rate", "3 per_ms", "'rate' is in '/ms*moles', which is not known here"),
        ("cellParams.PYR.globals.celsius", "6 mV", "should be in degC"),
        ("popParams.N.rate", "10 ms", "Units that fit: Hz, kHz."),
        ("popParams.I.params.tau", "10 mV", "should be in ms, not in 'mV'"),
        ("popParams.E.cellsList", [{"x": "5 ms"}], "should be in um"),
        ("synMechParams.exc.e", "0 ms", "should be in mV, not in 'ms'. Units that fit: uV, mV, V."),
        ("synMechParams.graded.gmax", "1 mS/cm2", "should be in pS"),
        ("connParams.N->E.weight", "5 mV", "should be in uS, not in 'mV'. Units that fit: pS, nS, uS, mS."),
        ("connParams.N->E.weight", [["5 mV"]], "should be in uS"),
        ("connParams.N->E.synMech", ["exc", "graded"], "the synapses have weights of different units"),
        ("connParams.N->E.delay", "5 mV", "Units that fit: us, ms, s."),
        ("stimSourceParams.ic.amp", "1 mV", "Units that fit: pA, nA, uA."),
        ("stimSourceParams.ic.type", "Mine", "'Mine' is not known here"),
        ("stimTargetParams.ic->E.amp", "1 mV", "should be in nA"),
    ],
)  # fmt: skip
@pytest.mark.filterwarnings("ignore::netspec.errors.NetspecWarning")
def test_wrong_units(path, value, message):
    problems = said(changed(path, value))
    assert any(message in problem for problem in problems), problems


def test_every_wrong_unit_is_told_with_its_path():
    net = changed("synMechParams.exc", {"mod": "ExpSyn", "tau": "2 mV", "e": "3 ms"})
    assert [problem.partition(" ")[0] for problem in said(net)] == [
        "netParams.synMechParams['exc'].tau",
        "netParams.synMechParams['exc'].e",
    ]
