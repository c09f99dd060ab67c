"""Results with fields that nobody simulated: a rhythm that travels down a column, a dipole, current steps."""

from types import SimpleNamespace

import numpy as np
import small_results

from netspec.signals.recorded import Signal, counted
from netspec.tables import Table

STEP = 0.5
SPIKES = {0: [110.0, 150, 170, 310, 330, 340, 360, 380], 3: [120.0, 160, 350]}


def made(electrodes=8, duration=500.0, **simulation):
    """Results of five cells with LFP, dipole and V_soma of cells 0 and 3; electrodes every 100 um."""
    time = STEP * np.arange(1, int(duration / STEP) + 1)
    places = [[50.0, 100.0 * k, 50.0] for k in range(electrodes)]
    plan = small_results.plan(duration=duration, record_step=STEP, record_lfp=places, **simulation)
    depth = np.arange(electrodes) / max(electrodes, 2)
    slow = np.sin(2 * np.pi * (8 * time[:, None] / 1000 - depth))
    burst = np.exp(-(((time - 0.6 * duration) / 40) ** 2)) * np.sin(2 * np.pi * 40 * time / 1000)
    field = 2e-3 * slow * np.cos(2 * np.pi * depth) + 3e-3 * burst[:, None] * np.sin(3 * np.pi * depth)
    moment = np.stack([30 * slow[:, 0], 800 * slow[:, 0] + 400 * burst, 0 * time], axis=1)
    full = np.r_[0, time]
    pairs = sorted((t, gid) for gid, own in SPIKES.items() for t in own)
    return SimpleNamespace(
        plan=plan,
        spikes=Table({"time": np.array([t for t, _ in pairs]), "gid": np.array([g for _, g in pairs])}),
        time=full,
        times={},
        traces={"V_soma": {gid: potential(full, own) for gid, own in SPIKES.items()}},
        stims={},
        signals={
            "LFP": signal(time, "mV", field, {"E": 0.75 * field, "I": 0.25 * field}),
            "dipole": signal(time, "nA um", moment, {"E": moment}, {0: moment / 5}),
        },
    )


def potential(time, spikes):
    return -65 + sum(90 * np.exp(-(((time - t) / 1.5) ** 2)) for t in spikes)


def signal(time, unit, values, populations, cells=None):
    quantum = 2.0**-40
    shares = {label: counted(own, quantum) for label, own in populations.items()}
    return Signal(time, unit, quantum, counted(values, quantum), shares, cells or {})


def trains(duration=4000):
    """Times [ms] of a train, and of one of which a half follows the first by 10 ms."""
    random = np.random.default_rng(2)
    one = np.sort(random.uniform(0, duration - 20, 400))
    return one, np.sort(np.r_[one[random.random(400) < 0.5] + 10, random.uniform(0, duration, 100)])
