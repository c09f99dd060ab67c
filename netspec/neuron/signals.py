"""Signals that are linear in membrane currents, sampled between windows of the run.

With a fixed step the current out of a segment is what flows into it along the cell, so a signal is also
linear in the potentials, which cost nothing to have: matrix @ currents = (matrix @ resistances) @ potentials.
"""

import logging
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from neuron import h
from numpy.typing import NDArray

from netspec.neuron import split
from netspec.neuron.cells import LiveCells
from netspec.neuron.electrodes import LiveElectrodes, electrode_mechanisms
from netspec.neuron.geometry import Wiring, segments, wiring
from netspec.neuron.nodes import reader
from netspec.neuron.placed import placed
from netspec.neuron.sample_times import sample_times, stops
from netspec.neuron.sampled import REST, Part, Sampler
from netspec.neuron.standing import standing
from netspec.plan import Plan, SignalBlock
from netspec.plan.signals import HNN, MEMBRANE
from netspec.signals.links import HNN_QUANTUM, hnn
from netspec.signals.recorded import Signal
from netspec.signals.recorders import RECORDERS

log = logging.getLogger("netspec")
Floats = NDArray[np.float64]


class LiveSignals:
    """What this rank adds to the signals of the plan. Every rank has one, since all advance together."""

    def __init__(self, plan: Plan, cells: LiveCells):
        self.plan, self.blocks = plan, plan.recordings.signals
        cells.define_shapes()
        wanted = sorted({gid for block in self.blocks for gid in block.gids.tolist()})
        sections = {gid: cells.named_sections(gid) for gid in wanted}
        # Cells with as many nodes are multiplied at once.
        self.gids = sorted(wanted, key=lambda gid: (_nodes(sections[gid]), gid))
        self.cells = [sections[gid] for gid in self.gids]
        self.times = sample_times(plan)
        self._stops = stops(plan, self.times)
        self._samples = 0
        self._samplers: list[tuple[str, Sampler]] = []
        self.needs_current = False

    def prepare(self, ranks: Any) -> None:
        """Choose how signals are computed, on all ranks alike, and make the matrices. Initialises NEURON."""
        h.finitialize()  # node indices exist from then on
        self._wiring = wired = wiring(self.cells)
        self._samplers = []
        along = [block for block in self.blocks if block.name.startswith(HNN)]
        if along:
            self._samplers.append(("v", self._of_links(wired, along)))
        through = [block for block in self.blocks if block not in along]
        reason = self._reason() if through else None
        self.needs_current = bool(ranks.allreduce(int(reason is not None), "max"))
        if self.needs_current and self.plan.cells.parts:
            split.refuse_currents(reason or "other ranks need them")
        if through:
            self._samplers.append(self._of_membrane(wired, through, ranks))
        how = f"membrane currents: {reason or 'so do other ranks'}" if self.needs_current else "potentials"
        log.info("signals of %d cells from %s", len(self.cells), how)

    def start(self) -> None:
        """Begin a run. NEURON has been initialised."""
        for variable, sampler in self._samplers:
            sampler.start(reader(variable, self._wiring.index, self._places))
        self._samples = 0
        self._sample()

    def advance(self, solve: Callable[[float], Any], until: float) -> None:
        """Run to a time [ms] with a sample at each of `times` on the way."""
        while self._samples < len(self.times) and self._stops[self._samples] <= until + 1e-9:
            solve(self._stops[self._samples])
            self._sample()
        if until > h.t + 1e-9:
            solve(until)

    def collect(self, begun: bool = True) -> dict[str, Signal]:
        """What is in memory; begun: with the samples that are no whole block yet."""
        return {
            name: signal
            for _, sampler in self._samplers
            for name, signal in sampler.collect(self.times, begun)
        }

    def forget(self) -> None:
        """Keep the finished blocks no longer."""
        for _, sampler in self._samplers:
            sampler.forget()

    def unfinished(self) -> list[Any]:
        """What each sampler has begun; to be put back by `continue_from`."""
        return [self._samples, *(sampler.unfinished() for _, sampler in self._samplers)]

    def continue_from(self, unfinished: list[Any]) -> None:
        """Go on where samples were begun."""
        self._samples = unfinished[0]
        for (_, sampler), own in zip(self._samplers, unfinished[1:], strict=True):
            sampler.continue_from(own)

    @property
    def held(self) -> int:
        """Numbers that are in memory."""
        return sum(sampler.held for _, sampler in self._samplers)

    def _sample(self) -> None:
        for _, sampler in self._samplers:
            sampler.sample()
        self._samples += 1

    def _of_membrane(self, wired: Wiring, blocks: list[SignalBlock], ranks: Any) -> tuple[str, Sampler]:
        """What is made of currents out of segments, from those currents or from potentials."""
        places, simulation = segments(self.cells), self.plan.model.spec.simulation
        if self.plan.cells.parts:
            places = placed(self.plan, self.gids, self.cells, places)
        if simulation.electrodes.get("cells") == "soma":
            places = standing(self.plan, self.gids, self.cells, places)
        parts, matrices = [], [np.empty((0, len(places)))]
        for block in blocks:
            recorder = RECORDERS.get(block.name)
            matrix = recorder.matrix(places, simulation) if recorder else matrices[0]
            unit, quantum = (recorder.unit, recorder.quantum) if recorder else ("nA", 0.0)
            parts.append(self._part(block, sum(map(len, matrices)), len(matrix), unit, quantum))
            matrices.append(matrix)
        weights = wired.node_matrix(np.concatenate(matrices))
        if self.plan.cells.parts:
            split.share_joints(
                self.plan, dict(zip(self.gids, self.cells, strict=True)), wired.index, weights, ranks
            )
        if self.needs_current:
            return "i_membrane_", Sampler(wired, weights.T, parts, 0.0, None)
        electrodes = LiveElectrodes(wired, weights)
        return "v", Sampler(wired, wired.axial(weights).T, parts, REST, electrodes)

    def _of_links(self, wired: Wiring, blocks: list[SignalBlock]) -> Sampler:
        """What is made of currents along sections: those that cell rules give the mechanism `dipole`."""
        codes = self.plan.cells.table["template"][self.plan.cells.positions(np.array(self.gids, np.int64))]
        having = [
            {
                name
                for name, section in self.plan.templates[code].sections.items()
                if "dipole" in section.mechs
            }
            for code in codes.tolist()
        ]
        links = wired.links
        counts = [
            name in having[cell]
            for cell, name in zip(links.cell.tolist(), links.section.tolist(), strict=True)
        ]
        weights = wired.along(hnn(links) * np.array(counts, float))
        parts = [self._part(block, 0, 1, "fAm", HNN_QUANTUM, from_start=True) for block in blocks]
        return Sampler(wired, weights.T, parts, REST, None)

    def _part(
        self,
        block: SignalBlock,
        first: int,
        channels: int,
        unit: str,
        quantum: float,
        from_start: bool = False,
    ) -> Part:
        """How a block's channels, from `first` on, are summed."""
        gids, cells = np.array(self.gids, np.int64), self.plan.cells
        labels = [population.label for population in cells.populations]
        codes = cells.table["population"][cells.positions(gids)]
        making = np.isin(gids, block.gids)
        return Part(
            name=block.name,
            channels=slice(first, first + channels),
            unit=unit,
            quantum=quantum,
            summed=None if block.name == MEMBRANE else np.flatnonzero(making),
            members={
                label: np.flatnonzero(making & (codes == labels.index(label))) for label in block.populations
            },
            kept={self.gids[k]: k for k in np.flatnonzero(np.isin(gids, block.cells)).tolist()},
            raw={
                k: sum(section.nseg for section in self.cells[k].values())
                for k in np.flatnonzero(np.isin(gids, block.cells)).tolist()
            },
            from_start=from_start,
        )

    def _reason(self) -> str | None:
        """Why potentials are not enough to know the membrane currents, or None."""
        simulation = self.plan.model.spec.simulation
        if any(block.name == MEMBRANE for block in self.blocks):
            return "saveIMembrane asks for them"
        if simulation.cvode_active or simulation.use_local_dt:
            return "the time step varies"
        if h.secondorder:
            return "secondorder is not 0"
        if self.plan.model.spec.network.rxd.species:
            return "reactions have currents"
        if any(s.has_membrane("extracellular") for parts in self.cells for s in parts.values()):
            return "sections have the mechanism extracellular"
        clamps = electrode_mechanisms() - {"IClamp"}
        return f"there is a {min(clamps)}" if clamps else None

    def _places(self) -> Iterator[Any]:
        """The nodes as segments, in the order of the wiring."""
        for parts in self.cells:
            for section in parts.values():
                yield from section
            for section in parts.values():
                yield section(1 - section.orientation())
                if section.parentseg() is None:
                    yield section(section.orientation())


def _nodes(parts: dict[str, Any]) -> int:
    """Number of nodes of a cell: segments, an end of each section, and that of the first (of each part)."""
    return sum(section.nseg + 1 + (section.parentseg() is None) for section in parts.values())
