"""The package's only mutable object: the network that NetPyNE's verbs build, run and gather."""

import datetime
import logging
import os
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import numpy as np

from netspec.errors import Problem, SpecError, StateError
from netspec.masses import Course
from netspec.model import Model
from netspec.plan import Plan, make
from netspec.plan.cells import Cells
from netspec.plan.masses import course
from netspec.results import Results, shares
from netspec.session import long_runs, progress, provenance
from netspec.session.agree import agreed
from netspec.session.changes import same_codes, with_tags
from netspec.session.containers import Dict, plain_data
from netspec.session.gathered import Gathered
from netspec.session.live_data import LiveData
from netspec.session.memory import give_back
from netspec.session.merging import tell_of_merging
from netspec.session.numbers import connection_lines, recorded, stimulus_line
from netspec.session.places import check_place
from netspec.session.settings import as_mapping, check_order, rename_pop_label, take_units
from netspec.session.share import shared
from netspec.session.unchanged import fingerprint
from netspec.specs import NetParams, SimConfig
from netspec.views import Net

log = logging.getLogger("netspec")


class Session(Gathered):
    """Settings, plan, live network and results of the simulation; None until their verb was called."""

    def __init__(self, talks: bool = True) -> None:
        self.ranks: Any = None
        self.talks = talks
        self.mod: list[Path] | None = None
        self.clear()

    def clear(self) -> None:
        """Forget everything but the ranks; NEURON's objects go too."""
        if getattr(self, "network", None) is not None:
            self.network.close()
        self.cfg: SimConfig = SimConfig()
        self.params: NetParams = NetParams()
        self.net: Net | None = None
        self.model: Model | None = None
        self.plan: Plan | None = None
        self.ahead: Plan | None = None
        self.network: Any = None
        self.masses: Course | None = None
        self.local: Results | None = None
        self.results: Results | None = None
        self.simulation_data: Dict | None = None
        self.collected: list[Any] | None = None
        self.collected_by_all: list[Any] = []
        self.changed_tags: dict[int, dict[str, Any]] = {}
        self.run_keys: dict[str, dict[str, str]] = {}
        self.timings: Dict = Dict()
        self.told: set[str] = set()
        self.read_before: tuple[bytes | None, Model | None] = (None, None)

    # Settings

    def initialize(self, net_params: Any, sim_config: Any, net: Any) -> None:
        """A new simulation with these settings."""
        self.start()
        check_order(net_params, sim_config)
        self.ranks.barrier()  # rank 0 may still be writing what the others load next
        self.clear()
        self.timing("start", "initialTime")
        self.timing("start", "totalTime")
        self.set_config(sim_config)
        self.say(f"\nStart time:  {datetime.datetime.now()}")
        self.net = net or Net(self)
        self.set_params(net_params)
        self.timing("stop", "initialTime")

    def start(self) -> None:
        """MPI and NEURON, once."""
        if self.ranks is None:
            from netspec.neuron import ranks

            self.ranks = ranks.start()

    def set_config(self, cfg: Any) -> None:
        """Use these options; a SimConfig is used as it is, not copied."""
        self.cfg = cfg if isinstance(cfg, SimConfig) else SimConfig(as_mapping(cfg))
        if self.cfg.get("simLabel") and self.cfg.get("saveFolder"):
            self.cfg.filename = os.path.join(self.cfg.saveFolder, self.cfg.simLabel)
        take_units(self.cfg)
        if isinstance(self.cfg.duration, int) and self.cfg.duration > 0:
            self.cfg.duration = float(self.cfg.duration)
        long_runs.settle(self.cfg)

    def set_params(self, params: Any) -> None:
        """Use this network; values of cfg go where `mapping` says."""
        self.params = params if isinstance(params, NetParams) else NetParams(as_mapping(params))
        for component in ("popParams", "cellParams", "connParams", "stimTargetParams", "subConnParams"):
            for entry in self.params[component].values():
                rename_pop_label(entry)
        with suppress(SpecError):  # a path that leads nowhere is reported with all other mistakes
            self.params.setCfgMapping(self.cfg)

    # Stages

    def create_pops(self) -> Model:
        """Read, check and resolve what the user wrote."""
        if self.net is None:
            raise StateError("call sim.initialize first")
        self.timing("start", "createTime")
        if self.ahead is None:
            self.model = self._read()
            if self.talks:
                check_place(self.cfg)
            long_runs.check(self)
        return cast(Model, self.model)

    def plan_everything(self) -> None:
        """Plan all stages before any is built, so that no mistake is found halfway."""
        model = self.create_pops()
        self.timing("start", "planTime")
        share = shared(model, self.mod, self.ranks)
        with progress.rules(model, self.cfg, self.ranks, self.talks) as tell:
            self.ahead = agreed(lambda: make.make(model, share, tell), self.ranks)
        self._done("planTime", "planning time")

    def create_cells(self) -> None:
        """Plan and build the cells of this rank."""
        if self.model is None:
            self.create_pops()
        self.plan = self.ahead or self._plan_cells()
        if self.plan.model.spec.simulation.create_neuron_obj:
            self._new_network()
            self.network.make_cells(self.plan)
        self._report(f"  Number of cells on node {self.ranks.rank}: {len(self.plan.cells.owned)}")
        self.ranks.barrier()
        self._done("createTime", "cell creation time")

    def _plan_cells(self) -> Plan:
        model = self._read()
        share = shared(model, self.mod, self.ranks)
        return agreed(lambda: make.cells(model, share), self.ranks)

    def connect_cells(self) -> None:
        """Plan and build the connections onto the cells of this rank."""
        self._stage("connectTime", "Making connections...", "connectCells")
        with progress.rules(self.planned().model, self.cfg, self.ranks, self.talks) as tell:
            self._plan(lambda plan: make.connect(plan, tell))
        if self.network is not None:
            self.network.make_connections(self.plan)
        for line in connection_lines(self.planned(), self.ranks.rank):
            self._report(line)
        give_back()
        self._done("connectTime", "cell connection time")

    def add_stims(self) -> None:
        """Plan and build the stimuli of the cells of this rank."""
        self._stage("stimsTime", "Adding stims...", "addStims")
        self._plan(make.stimulate)
        if self.network is not None:
            self.network.make_inputs(self.plan)
        self._report(stimulus_line(self.planned(), self.ranks.rank))
        tell_of_merging(self.planned(), self.ranks, self.say)
        self._done("stimsTime", "cell stims creation time")

    def setup_recording(self) -> None:
        """Plan and set up what this rank records."""
        self._stage("setrecordTime", "", "setupRecording")
        self._plan(make.record)
        self.ahead = None
        if self.network is not None:
            self.network.make_recordings(self.plan)
        traces, labels = recorded(self.planned())
        self._report(f"Recording {traces} traces of {labels} types on node {self.ranks.rank}")
        self.timing("stop", "setrecordTime")

    # The run

    def run(
        self,
        interval: float | None = None,
        func: Callable[..., Any] | None = None,
        time_range: Any = None,
        arguments: Mapping[str, Any] | None = None,
    ) -> None:
        """Run from the beginning; every `interval` ms of time_range, all ranks call func(t, **arguments)."""
        if self.network is None:
            raise StateError("there is nothing to run: createNEURONObj is False or the network was not built")
        duration = float(self.cfg.duration)
        self._stage("runTime", f"\nRunning simulation using NEURON for {duration} ms...", "runSim")
        self.network.change(self.planned())
        together = self._exchanging()
        if together is None:
            self.masses = self._masses()
        exchanges = [] if together is None else [together.every]
        try:
            self._advance([*exchanges, *self._every(interval, func, time_range, arguments or {})])
        finally:
            if together is not None:
                together.close()
        if together is not None and self.ranks.rank == 0:
            self.masses = together.course()
        self.ranks.barrier()
        self.timing("stop", "runTime")
        spent = self.timings["runTime"]
        if self.cfg.get("timing", True):
            ratio = duration / 1000 / max(spent, 1e-9)
            self.say(f"  Done; run time = {spent:0.2f} s; real-time ratio: {ratio:0.2f}.")

    def _exchanging(self) -> Any:
        """Masses that are connected with cells; None if there are none."""
        masses = self.planned().model.spec.network.masses
        return self.network.with_masses() if masses.to_cells or masses.from_cells else None

    def _masses(self) -> Course | None:
        """What masses do, which rank 0 has; None where there are none."""
        spec = self.planned().model.spec
        return course(spec) if spec.network.masses.populations and self.ranks.rank == 0 else None

    def _advance(self, every: list[Any]) -> None:
        """Run, with a progress bar where there is one."""
        with progress.of_run(self.cfg, self.ranks, self.talks) as bars:
            long_runs.run(self, [*every, *bars])

    def _every(
        self, interval: float | None, func: Callable[..., Any] | None, time_range: Any, arguments: Any
    ) -> list[Any]:
        from netspec.neuron.every import Every

        clock = self.cfg.get("printRunTime")
        every = [Every(max(1, int(clock * 1000)), lambda now: self.say(f"{now / 1000:g} s"))] if clock else []
        if func is None:
            return every
        if not interval or interval <= 0:
            message = f"must be above 0 ms, not {interval!r}"
            raise SpecError([Problem("sim.runSimWithIntervalFunc(interval)", message)])
        start, stop = time_range or (0.0, float(self.cfg.duration))
        own = Every(float(interval), lambda now: func(now, **arguments), float(start), float(stop))
        return [*every, own]

    # After the run

    def collect(self) -> Results:
        """What this rank recorded."""
        if self.network is None:
            raise StateError("nothing was run: createNEURONObj is False or the network was not built")
        self.local = self.results_with(self.network.collect())
        return self.local

    def results_with(self, found: Any) -> Results:
        """Results of this rank with what was recorded."""
        return Results(
            self.planned(),
            found.spikes,
            np.empty(0) if found.time is None else found.time,
            found.traces,
            found.stims,
            found.times,
            found.signals,
            self.network.weight_courses(),
            masses={} if self.masses is None else self.masses.values,
            mass_time=np.empty(0) if self.masses is None else self.masses.times,
            net_params=plain_data(self.params.todict()),
            sim_config=plain_data(self.cfg.todict()),
        )

    def adopt(self, found: Results, instantiate: bool, neuron_objects: bool, owned: Any = None) -> None:
        """Take results as this session's; build their network (or its cells `owned`) if `instantiate`."""
        self.results, self.simulation_data = found, None
        if not instantiate:
            self.plan, self.model = found.plan, found.plan.model
            return
        if owned is None:
            owned = shared(found.plan.model, self.mod, self.ranks)(found.plan.cells, found.plan.templates)
        self.plan = shares.restrict(found.plan, owned)
        self.model = self.plan.model
        if neuron_objects:
            self._new_network()
            self.network.make_cells(self.plan)
            self.network.make_connections(self.plan)
            self.network.make_inputs(self.plan)

    def gather(self, cells: bool = True) -> Results:
        """Results of all ranks on rank 0. cells: with the plan's tables."""
        self.timing("start", "gatherTime")
        plan = self.planned()
        self.plan = replace(plan, model=same_codes(plan.model, self._read()))
        self.say("\nGathering data...")
        self.results = self.collect().gather(self.ranks, cells)
        self.collected_by_all = self.ranks.allgather(self.collected)
        self.simulation_data = None
        self._done("gatherTime", "gather time")
        if self.ranks.rank == 0:
            self.results = replace(self.results, provenance=provenance.of_run(self))
        return self.results

    def saved_results(self) -> Results:
        """The results with the settings as they are now."""
        results = self.results
        if results is None:
            from netspec.session.loading import results_of_data

            return results_of_data(self._read(), self.simulation_data, self.cfg.get("recordStep"))
        model = replace(results.plan.model, spec=self._read().spec)
        return replace(
            results,
            plan=replace(results.plan, model=model),
            net_params=plain_data(self.params.todict()),
            sim_config=plain_data(self.cfg.todict()),
        )

    def live_data(self) -> Any:
        """simData: what this rank has recorded so far, as NEURON's vectors."""
        if self.plan is None or self.network is None or not self.network.recording:
            raise AttributeError("simData exists after setupRecording")
        return LiveData(self.network)

    # Small things

    def begin(self) -> None:
        """Initialize with empty settings, unless the script has done so."""
        if self.net is None:
            self.initialize({}, {}, None)

    def started(self) -> Any:
        """The ranks; MPI and NEURON are started if they were not."""
        self.start()
        return self.ranks

    def network_view(self) -> Net:
        """sim.net; AttributeError before initialize."""
        if self.net is None:
            raise AttributeError("sim.net exists after sim.initialize")
        return self.net

    def planned(self) -> Plan:
        """The plan; StateError if there is none yet."""
        if self.plan is None:
            raise StateError("there are no cells yet: call sim.net.createCells first")
        return self.plan

    def live(self, what: str, *place: Any) -> Any:
        """A live NEURON object: what is the name of a method of Network."""
        if self.network is None:
            raise StateError(
                "there are no NEURON objects: createNEURONObj is False or createCells was not called"
            )
        return getattr(self.network, what)(*place)

    def cells_with_tags(self) -> Cells:
        """The cells with the tags that scripts on this rank have changed."""
        return with_tags(self.planned().cells, self.changed_tags)

    def timing(self, mode: str, name: str) -> None:
        """Start or stop a clock; timings holds seconds once it was stopped."""
        now = time.perf_counter()
        if mode == "start":
            self.timings[name] = now
        elif name in self.timings:
            self.timings[name] = now - self.timings[name]

    @contextmanager
    def timed(self, name: str, text: str) -> Iterator[None]:
        """A clock around a block, and the line that says how long it took."""
        self.timing("start", name)
        yield
        self._done(name, text)

    def _done(self, name: str, text: str) -> None:
        self.timing("stop", name)
        if self.cfg.get("timing", True):
            self.say(f"  Done; {text} = {self.timings[name]:0.2f} s.")

    def _new_network(self) -> None:
        from netspec.neuron.run import Network

        if self.network is not None:
            self.network.close()
        self.network = Network(self.ranks)

    def _stage(self, clock: str, line: str, verb: str) -> None:
        """What every later stage begins with: the settings as they are now, tags as scripts left them."""
        if self.plan is None:
            raise StateError(f"{verb}: there are no cells yet: call sim.net.createCells first")
        self.timing("start", clock)
        if line:
            self.say(line)
        if self.ahead is None:
            model = same_codes(self.plan.model, self._read())
            cells = with_tags(self.plan.cells, self.all_changes())
            self.plan = replace(self.plan, model=model, cells=cells)

    def _plan(self, stage: Callable[[Plan], Plan]) -> None:
        """Plan a stage, unless everything was planned at once."""
        if self.ahead is None:
            self.plan = agreed(lambda: stage(self.planned()), self.ranks)

    def all_changes(self) -> dict[int, dict[str, Any]]:
        """Tags that scripts have changed on any rank."""
        own = {gid: tags for gid, tags in self.changed_tags.items() if tags}
        if self.ranks.size == 1:
            return own
        return {gid: tags for part in self.ranks.allgather(own) for gid, tags in part.items()}

    def _read(self) -> Model:
        """The model; that of the verb before if the script has changed nothing since."""
        from netspec.session.prepare import prepare

        now = fingerprint(self.params, self.cfg, self.mod)
        known, model = self.read_before
        if model is None or now is None or now != known:
            model = prepare(self.params, self.cfg, self.mod, self.ranks, self.told)
            self.read_before = (now, model)
        return model
