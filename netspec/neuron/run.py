"""A network of live NEURON objects: built from a plan in four stages, run in windows, and read out."""

import math
from dataclasses import replace
from functools import partial
from typing import Any

from neuron import h

from netspec.errors import SpecError, StateError
from netspec.neuron import courses, threads
from netspec.neuron.cells import LiveCells
from netspec.neuron.connections import LiveConnections
from netspec.neuron.coreneuron import DUMPED, CoreRun, recorders, tables
from netspec.neuron.every import Every, windows
from netspec.neuron.extracellular import LiveFields
from netspec.neuron.gaps import couple
from netspec.neuron.globals import RUN_SYSTEM, global_values
from netspec.neuron.inputs import LiveInputs
from netspec.neuron.interrupt import ended_by_interrupt
from netspec.neuron.masses import LiveMasses
from netspec.neuron.nodes import compute_currents
from netspec.neuron.record import LiveRecordings, Recorded
from netspec.neuron.signals import LiveSignals
from netspec.neuron.synapses import LiveSynapses
from netspec.neuron.waveforms import LiveWaveforms
from netspec.neuron.weights import LiveWeights
from netspec.neuron.windows import Windows
from netspec.plan import Plan, SynapseChange
from netspec.plan.own_synapses import own_synapses
from netspec.plan.reach import synapses as synapses_reached
from netspec.signals.recorded import Signal
from netspec.spec.simulation import Simulation
from netspec.tables import Table
from netspec.weights import CONNECTION, Weights

MAX_STEP = 10.0
"""Longest integration without an exchange of spikes [ms], as in NetPyNE."""
PIECE = 10.0
"""Longest stretch [ms] of a run on one rank that cannot be interrupted."""


class Network:
    """One rank's part of a network as NEURON objects.

    ranks: has rank, size, pc and barrier(). The stages are called in the order make_cells, make_connections,
    make_inputs, make_recordings, each with the plan as far as it is made.
    """

    def __init__(self, ranks: Any):
        self.ranks, self.pc = ranks, ranks.pc
        self.pc.gid_clear()
        self._cvode = h.CVode()
        self._plan: Plan | None = None
        self._cells: LiveCells | None = None
        self._synapses: LiveSynapses | None = None
        self._connections: LiveConnections | None = None
        self._gaps: list[Any] = []
        self._inputs: LiveInputs | None = None
        self._fields: LiveFields | None = None
        self._waveforms: LiveWaveforms | None = None
        self._recordings: LiveRecordings | None = None
        self._signals: LiveSignals | None = None
        self.windows: Any = None
        self.reached = 0.0
        self.weights: LiveWeights | None = None
        self.reactions: Any = None
        self.core: CoreRun | None = None
        self._handlers: list[Any] = []
        self._played: tuple[Any, ...] = ()
        self._former_index: float | None = None
        self._former: dict[str, tuple[float, float]] = {}
        self.minimum_delay = math.nan

    def make_cells(self, plan: Plan) -> None:
        """Make the owned cells and give them their gids."""
        self._plan = plan
        self._cells = LiveCells(plan, self.pc)
        if plan.model.spec.network.define_cell_shapes:
            self._cells.define_shapes()
        self._synapses = LiveSynapses(plan, self._cells, self.pc)
        self._own = self._synapses.add(own_synapses(plan), plan)

    @property
    def draws_shapes(self) -> bool:
        """Whether sections without 3-D points have got some."""
        return self._cells is not None and self._cells.drawn

    def define_shapes(self) -> None:
        """Give sections without 3-D points some."""
        self.cells.define_shapes()

    def make_connections(self, plan: Plan) -> None:
        """Make the synapses and NetCons onto owned cells."""
        self._plan = plan
        self._connections = LiveConnections(plan, self.cells, self._made(self._synapses), self.pc)
        self.change_synapses(plan.synapse_changes)
        self._gaps = couple(plan, self.cells, self._connections, self.pc)

    def make_inputs(self, plan: Plan) -> None:
        """Make what drives owned cells."""
        self._plan = plan
        self._inputs = LiveInputs(plan, self.cells, self._made(self._synapses), self.pc)
        self._fields = LiveFields(plan, self.cells, self.ranks)
        self._waveforms = LiveWaveforms(plan, self.cells, self._made(self._synapses), self._inputs)
        self.change_synapses(plan.synapse_changes)

    def change_synapses(self, changes: tuple[SynapseChange, ...]) -> None:
        """Give synapses the parameters that were set after planning."""
        for one in changes:
            reached = partial(synapses_reached, self.plan, one)
            self._made(self._synapses).change(reached, one.params)

    def make_reactions(self, plan: Plan, threads: int | None = None) -> None:
        """Make what reacts and diffuses in and around owned cells (rxdParams)."""
        from netspec.neuron.rxd import LiveReactions, reset  # neuron.rxd takes a second to import

        self._plan = plan
        if self.reactions is not None:
            self.reactions.close()
        try:
            self.reactions = LiveReactions(plan, self.cells, self.ranks, threads)
        except SpecError:
            reset()
            raise

    def make_recordings(self, plan: Plan) -> None:
        """Start recording from owned cells."""
        self._plan = plan
        if plan.model.spec.simulation.record_traces:
            # i_membrane_ has to exist before it is pointed to.
            compute_currents(plan.model.spec.simulation.use_fast_imem)
            if self.reactions is not None:
                h.finitialize()  # concentrations have to exist as well
        synapses = self._made(self._synapses)
        inputs = self._inputs or LiveInputs(replace(plan, inputs=()), self.cells, synapses, self.pc)
        recordings, signals = recorders(plan.model.spec.simulation)
        self._recordings = recordings(plan, self.cells, synapses, inputs, self.pc, self.reactions)
        self._signals = signals(plan, self.cells) if plan.recordings.signals else None
        wanted = plan.recordings.weights is not None
        self.weights = LiveWeights(plan, self.connections) if wanted else None
        self.windows = Windows(self._recordings, self._signals, self.weights)

    def play(self, times: Any, gids: Any) -> None:
        """Deliver spikes [ms, ascending] of cells that are not built, as if they were."""
        pattern, *vectors = h.PatternStim(), h.Vector(times), h.Vector(gids)
        pattern.play(*vectors)
        self._played = (pattern, *vectors)

    def change(self, plan: Plan) -> None:
        """Use the settings (duration, dt, hParams ...) of another plan of the same network from now on."""
        before = None if self._plan is None else self._plan.model.spec.simulation
        self._plan, now = plan, plan.model.spec.simulation
        if before is None or (before.duration, before.dt) == (now.duration, now.dt):
            return
        if self._waveforms is not None and self._inputs is not None:
            self._inputs.follow(plan)
            self._waveforms = LiveWaveforms(plan, self.cells, self._made(self._synapses), self._inputs)

    def run(self, *every: Every) -> None:
        """Run from t = 0 for the whole duration, in windows between which functions are called."""
        self.prepare()
        self.initialise()
        if self.plan.model.spec.simulation.dump_coreneuron_model:
            self.pc.nrncore_write(DUMPED)
        else:
            self.resume(*every)

    def with_masses(self) -> LiveMasses:
        """The masses that are connected with cells of this network."""
        return LiveMasses(self.plan, self._inputs, self._recordings, self.ranks)

    def prepare(self) -> None:
        """Everything that has to be set before each run, in NetPyNE's order."""
        self.ranks.barrier()
        spec, cells = self.plan.model.spec, self.cells
        simulation = spec.simulation
        self._cvode.use_local_dt(int(simulation.use_local_dt))
        if cells.has_rest and not self._handlers:
            self._handlers.append(h.FInitializeHandler(0, cells.rest))
        threads.use(self.pc, 1)  # in which alone nodes have different indices, which signals are wired by
        # A variable step refuses to start before transfers are known.
        self.pc.setup_transfer()
        self._set_integrator(simulation)
        for name, value in {**tables(simulation, self._former), **global_values(spec)}.items():
            if name not in RUN_SYSTEM:
                before = self._former[name][0] if name in self._former else getattr(h, name)
                self._former[name] = before, float(value)
            h(f"{name} = {float(value)!r}")
        h.dt = simulation.dt
        if self._signals is not None:
            self._signals.prepare(self.ranks)
            compute_currents(simulation.use_fast_imem or self._signals.needs_current)
        threads.use(self.pc, simulation.threads)
        self.minimum_delay = self.pc.set_maxstep(max(MAX_STEP, 2 * simulation.dt))
        self._set_random_index(simulation.rand123_global_index)
        cells.seed()
        if self._inputs is not None:
            self._inputs.seed()
        followed = courses.used(cells, self._connections, self._inputs, not simulation.coreneuron)
        self.core = None
        if simulation.coreneuron:
            self.core = CoreRun(self.ranks, simulation, self._recordings, self._signals, followed)

    def initialise(self) -> None:
        """Set the state at t = 0."""
        self.reached = 0.0
        if self._recordings is not None:
            self._recordings.clear()
        if self.windows is not None:
            self.windows.begin()
        h.finitialize(float(self.plan.model.spec.simulation.h_params.get("v_init", -65.0)))
        if self._recordings is not None and self._recordings.samples is not None:
            self._recordings.samples.start()
        if self._signals is not None:
            self._signals.start()
        if self.core is not None:
            self.core.start()
        if self.weights is not None:
            self.weights.clear()
            self.weights.sample(0.0)

    def resume(self, *every: Every) -> None:
        """Run on to the end of the duration, from the window that was reached."""
        duration = self.plan.model.spec.simulation.duration
        if self.weights is not None:
            # Before what scripts do at the same time, as traces are.
            every = (Every(self.weights.step, self.weights.sample), *every)
        for stop, calls in windows(every, duration):
            if stop > self.reached + 1e-9:
                self.advance(stop)
                self.reached = stop
                for call in calls:
                    call(h.t)
        if h.t < duration:
            self.advance(duration)
        self.ranks.barrier()

    def advance(self, until: float) -> None:
        """Integrate up to a time [ms], with samples on the way."""
        if self.core is not None:
            self.core.advance(until)
            return
        solve: Any = self._integrate
        samples = self._recordings.samples if self._recordings is not None else None
        for sampled in (samples, self._signals):
            solve = solve if sampled is None else partial(sampled.advance, solve)
        solve(until)

    def _integrate(self, until: float) -> None:
        """Call NEURON. Python sees Ctrl-C between calls only; a variable step would be changed by stops."""
        if self.ranks.size > 1:
            with ended_by_interrupt():
                self.pc.psolve(until)
            return
        if not self._cvode.active():
            for piece in range(int(h.t // PIECE) + 1, math.ceil(until / PIECE)):
                self.pc.psolve(piece * PIECE)
        self.pc.psolve(until)

    def collect(self) -> Recorded:
        """What has been recorded so far on this rank."""
        return self._made(self.windows).recorded()

    def signals(self) -> dict[str, Signal]:
        """What this rank's cells have added to signals so far."""
        return {} if self._signals is None else self._signals.collect()

    def weight_courses(self) -> Weights | None:
        """The courses of weights so far on this rank; None if none are asked for."""
        course = None if self.windows is None else self.windows.course()
        if self.weights is None or course is None:
            return None
        rows = self.plan.connections.take(self.weights.rows)
        return Weights(course[0], Table({name: rows[name] for name in CONNECTION}), course[1])

    def close(self) -> None:
        """Give up all objects and everything that was set in NEURON for this network."""
        threads.use(self.pc, 1)  # while its cells are there: NEURON may crash otherwise
        self._handlers.clear()
        if self.reactions is not None:
            self.reactions.close()
            self.reactions = None
        self._gaps.clear()
        self._played = ()
        self.core = self._signals = self.weights = self.windows = None
        self._recordings = self._fields = self._waveforms = self._inputs = self._connections = (
            self._synapses
        ) = None
        if self._cells is not None:
            self._cells.close()
        self._cells = None
        for name, (before, value) in self._former.items():
            if getattr(h, name) == value:  # else a script has set it since
                h(f"{name} = {before!r}")
        self._former.clear()
        self._cvode.active(0)
        self._cvode.use_fast_imem(0)
        if self._former_index is not None:
            h.Random().Random123_globalindex(self._former_index)
            self._former_index = None

    @property
    def plan(self) -> Plan:
        """The plan of the last stage."""
        return self._made(self._plan)

    @property
    def cells(self) -> LiveCells:
        """The cells of this rank."""
        return self._made(self._cells)

    @property
    def connections(self) -> LiveConnections:
        """The connections onto cells of this rank."""
        return self._made(self._connections)

    @property
    def inputs(self) -> LiveInputs:
        """The inputs of cells of this rank."""
        return self._made(self._inputs)

    @property
    def recording(self) -> bool:
        """Whether recordings are set up."""
        return self._recordings is not None

    @property
    def recordings(self) -> LiveRecordings:
        """What is recorded on this rank."""
        return self._made(self._recordings)

    def cell(self, gid: int) -> Any:
        """The hoc object of a cell."""
        return self.cells.cell(gid)

    def section(self, gid: int, name: str) -> Any:
        """A section of a cell (nrn.Section)."""
        return self.cells.section(gid, name)

    def point(self, gid: int) -> Any:
        """An artificial cell."""
        return self.cells.point(gid)

    def pointp(self, gid: int, section: str, name: str) -> Any:
        """A point process that belongs to a cell."""
        return self.cells.pointp(gid, section, name)

    def netcon(self, row: int) -> Any:
        """The NetCon of a row of plan.connections."""
        return self.connections.netcon(row)

    def synapse(self, row: int) -> Any:
        """What a row of plan.connections ends on; row -1 - k: the k-th of the cells' own synapses."""
        if row < 0:
            return self._made(self._synapses).objects.o(int(self._own[-1 - row]))
        return self.connections.synapse(row)

    def plasticity(self, row: int) -> Any:
        """The plasticity object of a row of plan.connections, or None."""
        return self.connections.plasticity(row)

    def input_object(self, block: int, row: int) -> Any:
        """The NetStim, clamp or other point process of a row of plan.inputs[block]."""
        return self.inputs.object(block, row)

    def input_netcon(self, block: int, row: int) -> Any:
        """The NetCon of a NetStim of plan.inputs[block]."""
        return self.inputs.netcon(block, row)

    def input_synapse(self, block: int, row: int) -> Any:
        """What a NetStim of plan.inputs[block] ends on."""
        return self.inputs.synapse(block, row)

    def field_vector(self, gid: int, section: int, segment: int) -> Any:
        """What is played around a segment of a cell's n-th section (a Vector)."""
        return self._made(self._fields).played(gid, section, segment)

    def _made(self, stage: Any) -> Any:
        if stage is None:
            raise StateError(
                "the network is not built that far: cells, connections, inputs, recordings, then run"
            )
        return stage

    def _set_integrator(self, simulation: Simulation) -> None:
        self._cvode.active(int(simulation.cvode_active))
        self._cvode.cache_efficient(int(simulation.cache_efficient))
        self._cvode.atol(simulation.cvode_atol)
        compute_currents(simulation.use_fast_imem)

    def _set_random_index(self, index: int | None) -> None:
        if index is not None:
            if self._former_index is None:
                self._former_index = h.Random().Random123_globalindex()
            h.Random().Random123_globalindex(int(index))
