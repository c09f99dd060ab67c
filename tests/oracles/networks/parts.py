"""Pieces that several networks share, as plain dictionaries; every call makes new ones."""

from copy import deepcopy

HH = {"gnabar": 0.12, "gkbar": 0.036, "gl": 0.0003, "el": -54.3}


def soma(size=18.8, **more):
    """A Hodgkin-Huxley soma of that length and diameter [um]."""
    return {"geom": {"diam": size, "L": size, "Ra": 123.0}, "mechs": {"hh": dict(HH)}, **deepcopy(more)}


def dendrite(parent="soma", length=150.0, nseg=3, **more):
    """A passive dendrite at the end of its parent."""
    return {
        "geom": {"L": length, "diam": 2.0, "Ra": 150.0, "cm": 1.0, "nseg": nseg},
        "topol": {"parentSec": parent, "parentX": 1.0, "childX": 0.0},
        "mechs": {"pas": {"g": 0.00004, "e": -65.0}},
        **deepcopy(more),
    }


def ball(**more):
    """A cell rule: one soma."""
    return {"secs": {"soma": soma()}, **deepcopy(more)}


def stick(**more):
    """A cell rule: soma and a dendrite of three segments."""
    return {"secs": {"soma": soma(), "dend": dendrite()}, **deepcopy(more)}


def synapses():
    """synMechParams: exc (Exp2Syn) and inh (ExpSyn)."""
    return {
        "exc": {"mod": "Exp2Syn", "tau1": 0.2, "tau2": 4.0, "e": 0.0},
        "inh": {"mod": "ExpSyn", "tau": 8.0, "e": -80.0},
    }


def noise(conds, weight=0.02, rate=80, synapse="exc", **target):
    """Sections stimSourceParams and stimTargetParams: noisy events to all cells that meet conds."""
    return {
        "stimSourceParams": {"noise": {"type": "NetStim", "rate": rate, "noise": 0.6}},
        "stimTargetParams": {
            "noise->cells": {
                "source": "noise", "conds": conds, "weight": weight, "delay": 1, "synMech": synapse, **target,
            }
        },
    }  # fmt: skip


def config(duration=100, traces=True, **options):
    """simConfig: quiet, with the somatic voltage of the first cell."""
    recorded = {"V": {"sec": "soma", "loc": 0.5, "var": "v"}} if traces else {}
    return {
        "duration": duration,
        "dt": 0.05,
        "recordStep": 0.5,
        "recordCells": [0],
        "recordTraces": recorded,
        "progressBar": 0,
        "verbose": False,
        **options,
    }
