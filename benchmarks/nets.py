"""The networks that are measured, as plain dictionaries."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Case:
    """A network to measure. shared: connections of a cell use one synapse, or none (artificial cells)."""

    title: str
    net: dict[str, Any]
    cfg: dict[str, Any]
    shared: bool = False


def case(name: str) -> Case:
    """The case of that name in CASES."""
    return CASES[name]()


def hh(cells: int, rule: dict[str, Any], title: str, duration: float = 10, **options: Any) -> Case:
    """Hodgkin-Huxley somata with about 100 connections each and a noisy NetStim each."""
    soma = {
        "geom": {"diam": 18.8, "L": 18.8, "Ra": 123.0},
        "mechs": {"hh": {"gnabar": 0.12, "gkbar": 0.036, "gl": 0.003, "el": -70}},
    }
    net = {
        "popParams": {"E": {"cellType": "E", "numCells": cells}},
        "cellParams": {"E": {"secs": {"soma": soma}}},
        "synMechParams": {"exc": {"mod": "Exp2Syn", "tau1": 0.1, "tau2": 5.0, "e": 0}},
        "stimSourceParams": {"bkg": {"type": "NetStim", "rate": 10, "noise": 0.5}},
        "stimTargetParams": {
            "bkg->E": {"source": "bkg", "conds": {"pop": "E"}, "weight": 0.01, "delay": 5, "synMech": "exc"}
        },
        "connParams": {"E->E": _recurrent("E", {"weight": 0.0001, "synMech": "exc", **rule})},
    }
    return Case(title, net, _config(duration, **options), not options.get("oneSynPerNetcon", True))


def integrators(cells: int, rule: dict[str, Any], title: str, duration: float = 10) -> Case:
    """IntFire1 cells with 100 connections each."""
    net = {
        "popParams": {"I": {"cellModel": "IntFire1", "numCells": cells, "tau": 10.0}},
        "connParams": {"I->I": _recurrent("I", {"weight": 0.001, **rule})},
    }
    return Case(title, net, _config(duration), shared=True)


def _recurrent(population: str, rule: dict[str, Any]) -> dict[str, Any]:
    return {"preConds": {"pop": population}, "postConds": {"pop": population}, "delay": 5, **rule}


def _config(duration: float, **options: Any) -> dict[str, Any]:
    return {"duration": duration, "dt": 0.025, "verbose": False, "progressBar": 0, **options}


CASES = {
    "tiny": lambda: hh(50, {"convergence": 10}, "50 HH, warm-up", 1),
    "conv1k": lambda: hh(1000, {"convergence": 100}, "1,000 HH x 100, convergence"),
    "prob1k": lambda: hh(1000, {"probability": 0.1}, "1,000 HH x 100, probability"),
    "shared1k": lambda: hh(
        1000, {"convergence": 100}, "1,000 HH x 100, shared synapses", oneSynPerNetcon=False
    ),
    "cells20k": lambda: hh(20_000, {"convergence": 1}, "20,000 HH x 1", 0.1),
    "prob5k": lambda: hh(5000, {"probability": 0.02}, "5,000 HH x 100, probability", 1),
    "if10k": lambda: integrators(10_000, {"convergence": 100}, "10,000 IntFire1 x 100, convergence"),
}
