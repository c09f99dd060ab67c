"""Results of any number of populations that nobody simulated: spikes in a rhythm, traces, connections."""

import numpy as np

from netspec.model import Model, Names, Population
from netspec.plan import CONNECTION_COLUMNS, Plan
from netspec.plan.cells import CELL_COLUMNS, Cells
from netspec.results import Results
from netspec.signals.recorded import Signal, counted
from netspec.spec import Network, Simulation, Spec
from netspec.spec import network as spec_network
from netspec.tables import Table

QUANTUM = 1e-9


def made(populations=3, cells=20, duration=500.0, hertz=12.0, lfp=0, traces=0):
    """Results; hertz: mean rate. lfp: number of electrodes. traces: number of cells with a trace."""
    rng = np.random.default_rng(5)
    labels = [f"{kind}{layer}" for layer in range(1, 7) for kind in ("E", "I")][:populations]
    plan = _plan(labels, cells, duration, rng)
    spikes = _spikes(len(plan.cells), duration, hertz, rng)
    time = np.arange(0, duration + 0.25, 0.5)
    chosen = (np.arange(traces) * 23 % (cells * populations)).tolist()
    voltage = {gid: -65 + 8 * np.sin(time / 9 + gid) + rng.normal(0, 1, len(time)) for gid in chosen}
    signals = {}
    if lfp:
        wave = np.sin(2 * np.pi * 8 * time / 1000)[:, None] * np.linspace(1, -1, lfp) * 1e-3
        noisy = wave + rng.normal(0, 2e-4, wave.shape)
        signals = {"LFP": Signal(time, "mV", QUANTUM, counted(noisy, QUANTUM))}
    return Results(plan, spikes, time, {"V_soma": voltage} if traces else {}, signals=signals)


def _spikes(cells, duration, hertz, rng):
    """More in the middle of each eighth of a second; a cell's own rate between half and twice the mean."""
    own = hertz * rng.uniform(0.5, 2, cells) * duration / 1000
    number = rng.poisson(own)
    times = rng.uniform(0, duration, number.sum())
    times = np.clip(times + 15 * np.sin(2 * np.pi * times / 125), 0, duration)
    gids = np.repeat(np.arange(cells), number)
    order = np.argsort(times, kind="stable")
    return Table({"time": times[order], "gid": gids[order]})


def _plan(labels, cells, duration, rng):
    own = {label: spec_network.Population(label=label, num_cells=cells) for label in labels}
    electrodes = [[0, 100 * step, 0] for step in range(4)]
    simulation = Simulation(duration=duration, record_lfp=electrodes, record_traces={})
    spec = Spec(Network(populations=own), simulation)
    populations = tuple(Population(label, item, None, {"pop": label}, {}) for label, item in own.items())
    model = Model(spec, populations, Names(("soma",)), Names(("exc",)), Names(("all",)))
    count = cells * len(labels)
    columns = {name: np.zeros(count, dtype) for name, dtype in CELL_COLUMNS.items()}
    columns["gid"] = np.arange(count)
    columns["population"] = np.repeat(np.arange(len(labels)), cells).astype(np.int32)
    columns["index"] = np.tile(np.arange(cells), len(labels)).astype(np.int32)
    columns["y"] = rng.uniform(0, 1000, count)
    columns["ynorm"] = columns["y"] / 1000
    pairs = rng.integers(0, count, (2, 8 * count))
    table = {name: np.zeros(pairs.shape[1], dtype) for name, dtype in CONNECTION_COLUMNS.items()}
    table |= {"pre": pairs[0].astype(table["pre"].dtype), "post": pairs[1].astype(table["post"].dtype)}
    table |= {"weight": rng.uniform(0, 0.01, pairs.shape[1]), "delay": rng.uniform(1, 5, pairs.shape[1])}
    return Plan(model, Cells(Table(columns), populations, np.arange(count)), connections=Table(table))
