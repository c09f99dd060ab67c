"""Masses beside cells: what they tell each other between the windows of a run.

Every connection has a delay, and windows are not longer than the least delay of those onto cells; so both
sides depend on what is known at the beginning of a window, and results depend neither on windows nor on
ranks. Each rank advances all masses, with the spikes of all ranks, and makes the inputs of its own cells.
"""

import math
from typing import Any

import numpy as np

from netspec.masses import Course
from netspec.masses.network import begun
from netspec.neuron.every import Every
from netspec.plan import Plan
from netspec.plan.masses import couplings, kept, populations
from netspec.spec.masses import CellsToMass, MassToCells, delivers
from netspec.stimulus.noise import poisson
from netspec.streams import hash_text, uniforms
from netspec.tables import Floats


class LiveMasses:
    """The masses of a network with cells. exchange(t) is called at the end of each window."""

    def __init__(self, plan: Plan, inputs: Any, recordings: Any, ranks: Any):
        self.plan, self.spec, self.ranks, self.recordings = plan, plan.model.spec, ranks, recordings
        simulation, masses = self.spec.simulation, self.spec.network.masses
        self.dt = simulation.dt
        self.steps = round(simulation.duration / self.dt)
        self.populations = populations(self.spec)
        self.labels = list(self.populations)
        self.loop = begun(
            self.populations, couplings(self.spec), self.steps, self.dt, simulation.seeds.get("stim", 1)
        )
        self.past = [
            np.concatenate([state.y, state.out])[None].repeat(self.steps + 1, 0) for state in self.loop.states
        ]
        delays = [round(rule.delay / self.dt) for rule in masses.to_cells.values()]
        longest = round(simulation.mass_window / self.dt) or self.steps
        self.window = max(1, min([longest, *delays])) * self.dt
        self.counted = 0
        self.returns = [_Return(rule, self) for rule in masses.from_cells.values()]
        self.sources = [_Source(rule, self, inputs) for rule in masses.to_cells.values()]

    @property
    def every(self) -> Every:
        """When they are to be called."""
        return Every(self.window, self.exchange)

    def close(self) -> None:
        """Give up NEURON's objects, which must not outlive the network."""
        self.sources, self.returns, self.recordings = [], [], None

    def exchange(self, now: float) -> None:
        """Masses up to now [ms], with the spikes so far; what they say to cells in the next window."""
        until = round(now / self.dt)
        times, gids = self._spikes()
        begin = self.loop.done
        for one in self.returns:
            one.take(times, gids, begin, until)
        made = self.loop.advance(until - begin, self.dt, self.spec.simulation.mass_method, 1)
        for past, new in zip(self.past, made, strict=True):
            past[begin + 1 : until + 1] = new
        ahead = min(until + round(self.window / self.dt), self.steps)
        for source in self.sources:
            source.send(until, ahead)

    def _spikes(self) -> tuple[Floats, Any]:
        """Times [ms] and gids of spikes on this rank since the last call."""
        times, gids = (np.array(vector) for vector in (self.recordings.times, self.recordings.gids))
        new, self.counted = slice(self.counted, len(times)), len(times)
        return times[new], gids[new].astype(np.int64)

    def course(self) -> Course:
        """What the masses did, each recordStep."""
        values = {
            label: dict(zip(one.model.variables, past[1:].transpose(1, 2, 0), strict=True))
            for (label, one), past in zip(self.populations.items(), self.past, strict=True)
        }
        return kept(self.spec, Course(self.dt * np.arange(1, self.steps + 1), values))


class _Return:
    """Cells to masses. counts: spikes of all ranks in each step."""

    def __init__(self, rule: CellsToMass, masses: LiveMasses):
        cells, named = masses.plan.cells, rule.pre_conds["pop"]
        labels = [population.label for population in cells.populations]
        codes = [labels.index(label) for label in (named if isinstance(named, list) else [named])]
        self.gids = cells.gids[np.isin(cells.table["population"], codes)]
        self.ranks, self.dt, self.rule = masses.ranks, masses.dt, rule
        self.delay = round(rule.delay / masses.dt)
        self.counts = np.zeros(masses.steps + 2, np.int64)
        self.rate = np.zeros(masses.steps + 2)
        which = masses.labels.index(rule.post_conds["pop"])
        model = masses.populations[rule.post_conds["pop"]].model
        row = list(model.inputs).index(rule.target or model.couples[1])
        given = masses.loop.states[which].given
        given[row] = np.ascontiguousarray(np.broadcast_to(given[row], (masses.steps, given[row].shape[1])))
        self.input = given[row]

    def take(self, times: Floats, gids: Any, begin: int, until: int) -> None:
        """Count the spikes, and set the input of the steps from `begin` to `until`."""
        bins = np.round(times[np.isin(gids, self.gids)] / self.dt).astype(np.int64)
        own = np.bincount(np.clip(bins, 0, len(self.counts) - 1), minlength=len(self.counts))
        self.counts += np.asarray(self.ranks.allreduce(own[: len(self.counts)]), np.int64)
        fades = math.exp(-self.dt / self.rule.smoothing)
        each = 1000.0 / (max(1, len(self.gids)) * self.dt)
        # A spike at the very end may be told in the next window only; its step is not seen before.
        for step in range(max(begin, 1), until):
            self.rate[step] = fades * self.rate[step - 1] + (1 - fades) * each * self.counts[step]
        steps = np.arange(begin, until)
        seen = np.where(steps >= self.delay, self.rate[np.maximum(steps - self.delay, 0)], 0.0)
        self.input[begin:until] += self.rule.weight * seen[:, None]


class _Source:
    """A mass to cells: events at the NetCons of owned cells."""

    def __init__(self, rule: MassToCells, masses: LiveMasses, inputs: Any):
        self.rule, self.dt, self.masses = rule, masses.dt, masses
        self.delay = round(rule.delay / masses.dt)
        self.which = masses.labels.index(rule.pre_conds["pop"])
        model = masses.populations[rule.pre_conds["pop"]].model
        self.row = model.variables.index(rule.variable or model.couples[0])
        self.netcons: dict[int, list[Any]] = {}
        for number, block in enumerate(masses.plan.inputs):
            if block.target == delivers(rule.label):
                for row, gid in enumerate(block.rows["gid"].tolist()):
                    self.netcons.setdefault(gid, []).append(inputs.netcon(number, row))
        self.gids = np.array(sorted(self.netcons), np.int64)
        self.seed = masses.spec.simulation.seeds.get("stim", 1)

    def _numbers(self, purpose: str, steps: range) -> Floats:
        ids = (hash_text(f"mass/{self.rule.label}/{purpose}"), self.gids[:, None], self.seed)
        return uniforms(ids, steps)

    def send(self, begin: int, end: int) -> None:
        """Deliver what arrives in the steps from `begin` to `end`."""
        # What were to arrive in the last step would stay in NEURON's queue when the NetCons are gone.
        begin, end = max(begin, self.delay), min(end, self.masses.steps - 1)
        if end <= begin or not len(self.gids):
            return
        steps = range(begin, end)
        rate = self.masses.past[self.which][begin - self.delay : end - self.delay, self.row, self.rule.node]
        mean = np.maximum(rate, 0.0) * self.rule.rate * self.rule.inputs * self.dt / 1000
        counts = poisson(np.broadcast_to(mean, (len(self.gids), len(mean))), self._numbers("count", steps))
        places = self._numbers("time", steps)
        for cell, step in zip(*np.nonzero(counts), strict=True):
            count = int(counts[cell, step])
            for event in range(count):
                place = (places[cell, step] + event / count) % 1.0
                for netcon in self.netcons[int(self.gids[cell])]:
                    netcon.event((begin + step + place) * self.dt)
