"""A network of five cells with known connections and spikes, as results."""

from types import SimpleNamespace

import numpy as np

from netspec.model import Model, Names, Population
from netspec.plan import CONNECTION_COLUMNS, InputBlock, Plan
from netspec.plan.cells import CELL_COLUMNS, Cells
from netspec.spec import Network, Simulation, Spec
from netspec.spec import network as spec_network
from netspec.tables import Table

SPIKES = {0: [1.0, 11.0], 1: [2.0], 3: [5.0, 12.0, 19.0], 4: [20.0]}
"""Spike times [ms] of each gid; 0, 1, 2 are E and 3, 4 are I."""


def plan(**simulation):
    spec_populations = {
        label: spec_network.Population(label=label, num_cells=n) for label, n in (("E", 3), ("I", 2))
    }
    source = spec_network.StimulusSource(label="bkg", type="NetStim")
    network = Network(populations=spec_populations, sources={"bkg": source})
    spec = Spec(network, Simulation(**{"duration": 20.0, **simulation}))
    populations = tuple(
        Population(label, item, None, {"pop": label}, {}) for label, item in spec_populations.items()
    )
    model = Model(spec, populations, Names(("soma",)), Names(("exc", "GABA")), Names(("E->I", "I->E")))
    rows = Table({"gid": np.array([0, 1]), "weight": np.array([0.5, 0.5]), "delay": np.array([1.0, 1.0])})
    inputs = (InputBlock("bkg->E", "bkg", "NetStim", rows),)
    return Plan(model, Cells(_cells(), populations, np.arange(5)), connections=_connections(), inputs=inputs)


def results(**simulation):
    pairs = sorted((time, gid) for gid, times in SPIKES.items() for time in times)
    spikes = Table({"time": np.array([t for t, _ in pairs]), "gid": np.array([g for _, g in pairs])})
    time = np.arange(0, 20.05, 0.1)
    return SimpleNamespace(
        plan=plan(**simulation),
        spikes=spikes,
        time=time,
        times={},
        traces={"V": {0: -65 + time, 3: -70 + time}, "g": {0: {"soma_0.5": time, "soma_0.7": 2 * time}}},
        stims={0: {"bkg": np.array([0.5, 30.0])}, 1: {"bkg": np.array([0.7])}},
    )


def _cells():
    columns = {name: np.zeros(5, dtype) for name, dtype in CELL_COLUMNS.items()}
    columns["gid"] = np.arange(5)
    columns["population"] = np.array([0, 0, 0, 1, 1], np.int32)
    columns["index"] = np.array([0, 1, 2, 0, 1], np.int32)
    columns["x"], columns["y"] = np.arange(5.0), np.array([50.0, 40, 30, 20, 10])
    return Table(columns)


def _connections():
    rows = [(0, 3, 0, 0, 0.2, 1.0), (0, 3, 0, 0, 0.4, 3.0), (1, 4, 0, 0, 0.6, 2.0), (3, 2, 1, 1, 1.0, 5.0)]
    pre, post, rule, synapse, weight, delay = zip(*rows, strict=True)
    values = {"pre": pre, "post": post, "rule": rule, "synapse": synapse, "section": [0] * 4}
    values |= {"location": [0.5] * 4, "weight": weight, "delay": delay}
    return Table({name: np.array(values[name], dtype) for name, dtype in CONNECTION_COLUMNS.items()})
