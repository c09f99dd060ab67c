"""Waveforms: stimuli that NEURON plays into clamps, mechanisms and synapses.

What cells share is sampled once on each rank; noise is each cell's own.
"""

from collections.abc import Iterator
from typing import Any

import numpy as np
from neuron import h
from numpy.typing import NDArray

from netspec.errors import Problem, SpecError
from netspec.neuron.cells import LiveCells
from netspec.neuron.inputs import LiveInputs
from netspec.neuron.synapses import LiveSynapses
from netspec.plan import InputBlock, Plan
from netspec.plan.cells import keys
from netspec.plan.inputs import driven, noise_ids
from netspec.spec.network import StimulusSource
from netspec.spec.waveform import NOISE, WAVEFORM, Drive, drive
from netspec.stimulus import Stimulus, from_plain
from netspec.stimulus.span import Stream

Reference = tuple[int, Any]
"""A row of a block, and a pointer to the variable that is driven there."""


class LiveWaveforms:
    """What is played on this rank; keeps it."""

    def __init__(self, plan: Plan, cells: LiveCells, synapses: LiveSynapses, inputs: LiveInputs):
        self._plan, self._cells, self._synapses = plan, cells, synapses
        self._shared: dict[tuple[Stimulus, str | None], tuple[Any, Any]] = {}
        self._vectors: list[Any] = []
        self._driven: dict[Any, str] = {}
        sources = plan.model.spec.network.sources
        waves = {label for label, source in sources.items() if source.type == WAVEFORM}
        for made in inputs.made:
            if made.block.source in waves and made.block.mechanism != NOISE:
                name = drive(sources[made.block.source].params).variable
                points = (made.objects.o(row) for row in range(len(made.block.rows)))
                self._play(made.block, [(row, _pointer(point, name)) for row, point in enumerate(points)])
        for block in driven(plan):
            references = list(self._variables(block, drive(sources[block.source].params)))
            self._refuse_twice(block, references)
            self._play(block, references)

    def _play(self, block: InputBlock, references: list[Reference]) -> None:
        """Drive variables of the rows of a block."""
        if not references:
            return
        source = self._plan.model.spec.network.sources[block.source]
        stimulus, unit = from_plain(source.params["stimulus"]), drive(source.params).unit
        if not stimulus.random:
            times, values = self._common(stimulus, unit)
            for _, reference in references:
                values.play(reference, times, True)
            return
        streams, times = self._streams(block, source), None
        simulation = self._plan.model.spec.simulation
        own: dict[int, Any] = {}
        for row, reference in references:
            if row not in own:
                stream = Stream(tuple(streams[row].tolist()))
                when, values = stimulus.samples(simulation.duration, simulation.dt, stream, unit)
                times = times or h.Vector(when)
                own[row] = h.Vector(values)
            own[row].play(reference, times, True)
        self._vectors += [times, *own.values()]

    def _common(self, stimulus: Stimulus, unit: str | None) -> tuple[Any, Any]:
        """Times and values (Vectors) of a stimulus without noise."""
        if (stimulus, unit) not in self._shared:
            simulation = self._plan.model.spec.simulation
            sampled = stimulus.samples(simulation.duration, simulation.dt, unit=unit)
            self._shared[stimulus, unit] = h.Vector(sampled[0]), h.Vector(sampled[1])
        return self._shared[stimulus, unit]

    def _streams(self, block: InputBlock, source: StimulusSource) -> NDArray[np.int64]:
        """Ids of the noise of each row."""
        cells = self._plan.cells
        who = keys(cells, cells.positions(block.rows["gid"]))
        return noise_ids(self._plan.model, block.target, source, who)

    def _variables(self, block: InputBlock, what: Drive) -> Iterator[Reference]:
        """The variables of mechanisms, or of the synapses that there are, in the segments of a block."""
        rows, model = block.rows, self._plan.model
        for row, (gid, code, location) in enumerate(
            zip(*(rows[name].tolist() for name in ("gid", "section", "location")), strict=True)
        ):
            segment = self._cells.section(gid, model.sections[code])(location)
            if what.mech is not None:
                if not hasattr(segment, what.mech):
                    message = f"section {model.sections[code]!r} of cell {gid} has no {what.mech!r}."
                    path = f"netParams.stimTargetParams[{block.target!r}].sec"
                    raise SpecError([Problem(path, message)])
                yield row, _pointer(getattr(segment, what.mech), what.variable)
            elif what.synapse in model.synapses:
                found = self._synapses.find([gid], model.synapses.code(what.synapse), code)
                for item in found.get(gid, []):
                    synapse = self._synapses.objects.o(item)
                    if synapse.get_segment() == segment:
                        yield row, _pointer(synapse, what.variable)

    def _refuse_twice(self, block: InputBlock, references: list[Reference]) -> None:
        """SpecError if a variable is driven already: NEURON would let the last one win."""
        for row, reference in references:
            other = self._driven.setdefault(reference, block.target)
            if other != block.target:
                message = (
                    f"cell {block.rows['gid'][row]}: {other!r} drives the same variable; add them with +."
                )
                raise SpecError([Problem(f"netParams.stimTargetParams[{block.target!r}]", message)])


def _pointer(owner: Any, name: str) -> Any:
    return getattr(owner, f"_ref_{name}")
