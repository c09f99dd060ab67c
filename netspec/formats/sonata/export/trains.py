"""Spike trains of sources, as NEURON would make them: VecStims' given ones and NetStims' drawn ones."""

from collections.abc import Iterator, Mapping

import numpy as np
from numpy.typing import NDArray

from netspec.plan import InputBlock, Plan, PointBlock
from netspec.streams.draws import Draws

Floats = NDArray[np.float64]
DEFAULTS = {"interval": 10.0, "number": 10.0, "start": 50.0, "noise": 0.0}
"""NEURON's own parameters of a NetStim."""


def of_plan(plan: Plan) -> dict[int, tuple[Floats, ...]]:
    """Spike times [ms] up to the end of the simulation of every row of a block of sources, by id(block)."""
    end = plan.model.spec.simulation.duration
    found: dict[int, tuple[Floats, ...]] = {}
    blocks: tuple[PointBlock | InputBlock, ...] = (*plan.points, *plan.inputs)
    for block in blocks:
        if isinstance(block, PointBlock) and block.trains is not None:
            flat, offsets = block.trains
            found[id(block)] = tuple(np.split(flat, offsets[1:-1]))
        elif block.mechanism == "NetStim":
            found[id(block)] = netstims(*_given(block), end)
    return found


def _given(block: PointBlock | InputBlock) -> tuple[Mapping[str, Floats], NDArray[np.int64]]:
    """Parameters of NetStims, one column each, and the ids of their random numbers."""
    rows = block.cells if isinstance(block, PointBlock) else block.rows
    columns = {
        name: np.asarray(rows[name], float) if name in rows else np.full(len(rows), default)
        for name, default in DEFAULTS.items()
    }
    noise = block.noise if block.noise is not None else np.zeros((len(rows), 3), np.int64)
    return columns, noise


def netstims(columns: Mapping[str, Floats], ids: NDArray[np.int64], end: float) -> tuple[Floats, ...]:
    """Spike times [ms] of NetStims up to `end`, in the arithmetic of NEURON's netstim.mod.

    columns: interval, number, start and noise, (n,) each. ids: (n, 3) of Random123 streams.
    """
    interval, number, start = (columns[name] for name in ("interval", "number", "start"))
    noise = np.clip(columns["noise"], 0.0, 1.0)
    draws = Draws((ids[:, 0], ids[:, 1], ids[:, 2]), len(ids))
    alive = np.flatnonzero((start >= 0) & (number > 0))
    times = np.full(len(ids), np.nan)
    first = start[alive] + _interval(draws, alive, interval, noise) - interval[alive] * (1.0 - noise[alive])
    times[alive] = np.maximum(first, 0.0)
    owners, spikes = [], []
    made = np.zeros(len(ids))
    while len(alive := alive[times[alive] <= end]):
        owners.append(alive)
        spikes.append(times[alive])
        made[alive] += 1
        # NEURON draws the next interval before it looks whether there is to be a next spike.
        times[alive] = times[alive] + _interval(draws, alive, interval, noise)
        alive = alive[made[alive] < number[alive]]
    return tuple(_by_owner(owners, spikes, len(ids)))


def _interval(draws: Draws, rows: NDArray[np.int64], interval: Floats, noise: Floats) -> Floats:
    """The next interval of some NetStims; only noisy ones spend a number."""
    mean = np.where(interval[rows] <= 0, 0.01, interval[rows])
    share, noisy = noise[rows], np.flatnonzero(noise[rows] > 0)
    made = mean.copy()
    if len(noisy):
        drawn = draws.of_rows(rows[noisy]).negexp(1.0)
        made[noisy] = (1.0 - share[noisy]) * mean[noisy] + share[noisy] * mean[noisy] * drawn
    return np.asarray(made)


def _by_owner(owners: list[NDArray[np.int64]], spikes: list[Floats], count: int) -> Iterator[Floats]:
    who = np.concatenate(owners) if owners else np.empty(0, np.int64)
    when = np.concatenate(spikes) if spikes else np.empty(0)
    order = np.argsort(who, kind="stable")
    yield from np.split(when[order], np.searchsorted(who[order], np.arange(1, count)))
