"""CoreNEURON in place of NEURON's own integration: the same network, run in as few windows as memory allows.

Every window sends the whole network there and back, so that between windows everything is as in NEURON.
"""

import logging
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import neuron.coreneuron as switch  # type: ignore[import-not-found]
from neuron import h

from netspec.errors import Problem, SpecError, StateError
from netspec.neuron import catalog, core_gpu
from netspec.neuron.core_record import CoreRecordings
from netspec.neuron.core_signals import CoreSignals
from netspec.neuron.courses import TIE, Course, Timetable
from netspec.neuron.interrupt import ended_by_interrupt
from netspec.neuron.record import LiveRecordings
from netspec.neuron.signals import LiveSignals
from netspec.spec.simulation import FAST, Simulation

log = logging.getLogger("netspec")
DUMPED = "coredat"
"""Folder of a model that is written for CoreNEURON instead of being run, as in NetPyNE."""
MEMORY = 2.5e8
"""What may be recorded in one window [bytes on each rank]."""
SLACK = 1e-4
"""Part of a step that CoreNEURON is given beyond the end of a window."""
FEWEST = 40
"""Steps that a window has at least."""


@dataclass(frozen=True)
class Library:
    """CoreNEURON's mechanisms. texts: (name, NMODL) of each; fast: compiled for this machine's processor."""

    path: Path
    texts: frozenset[tuple[str, str]]
    fast: bool


_chosen: list[Library] = []
_running: list[Library] = []
"""What CoreNEURON will load, and what it has loaded: like NEURON's mechanisms, it belongs to the process."""


def choose(texts: frozenset[tuple[str, str]], fast: bool, make: Callable[[], Path]) -> None:
    """Let CoreNEURON use a library with these mechanisms; `make` makes it.

    SpecError if the process has run CoreNEURON with others: it cannot load a second library.
    """
    if any(texts <= known.texts and fast == known.fast for known in _running or _chosen):
        return
    if _running:
        message = "CoreNEURON has run in this process with other mechanisms: start a new process."
        raise SpecError([Problem("simConfig.coreneuron", message)])
    _chosen[:] = [Library(make(), texts, fast)]


class CoreRun:
    """A run in windows of CoreNEURON."""

    def __init__(
        self,
        ranks: Any,
        simulation: Simulation,
        recordings: LiveRecordings | None,
        signals: LiveSignals | None,
        courses: Sequence[Course] = (),
    ):
        self._pc, self._simulation = ranks.pc, simulation
        self._recorded: list[Any] = [part for part in (recordings, signals) if part is not None]
        if not all(isinstance(part, CoreRecordings | CoreSignals) for part in self._recorded):
            message = "set after setupRecording, which differs for it: call sim.setupRecording again."
            raise SpecError([Problem("simConfig.coreneuron", message)])
        columns = sum(part.columns for part in self._recorded)
        steps = int(MEMORY / (8 * max(columns, 1)))
        self._timetable = Timetable(courses, float(simulation.dt))
        self._timetable.start()
        self.gpu = bool(ranks.allreduce(int(core_gpu.used(simulation)), "min"))
        log.info("CoreNEURON on %s", "a GPU" if self.gpu else "the processor")
        # All ranks have to stop at the same time.
        stops = ranks.allgather(self._timetable.stops(0, float(simulation.duration)) if courses else [])
        self._stops = sorted({stop for some in stops for stop in some})
        self._window = max(int(ranks.allreduce(steps, "min")), FEWEST) * float(simulation.dt)

    def start(self) -> None:
        """Begin anew; NEURON has been initialised."""
        for part in self._recorded:
            part.begin(self._simulation)

    def continue_from(self) -> None:
        """Go on from a state that was put into NEURON."""
        for part in self._recorded:
            part.continue_at(round(h.t / float(self._simulation.dt)))

    def advance(self, until: float) -> None:
        """Integrate up to a time [ms], changing what changes on the way."""
        reached = h.t
        with ended_by_interrupt():
            for stop in self._stops:
                if reached + TIE < stop <= until + TIE:
                    self._integrate(stop)
                    self._timetable.set(stop)
            self._integrate(until)

    def _integrate(self, until: float) -> None:
        stop, step = h.t, float(self._simulation.dt)
        while stop < until - 1e-9:
            # Not what h.t says then: steps need not end at `until`.
            stop = until if until - stop <= self._window else stop + self._window
            with _on(self._simulation, self.gpu):
                self._pc.psolve(stop)
            if h.t + (1 - SLACK) * step < stop:
                raise StateError(f"CoreNEURON stopped at {h.t} ms, before {stop} ms")
            for part in self._recorded:
                part.pick(round(h.t / step))


def recorders(simulation: Simulation) -> tuple[type[LiveRecordings], type[LiveSignals]]:
    """What records traces and signals."""
    return (CoreRecordings, CoreSignals) if simulation.coreneuron else (LiveRecordings, LiveSignals)


def tables(simulation: Simulation, former: Mapping[str, tuple[float, float]]) -> dict[str, float]:
    """Globals that say which mechanisms look values up: none where vector instructions compute them sooner.

    former: globals as they were before this network, and as it has set them.
    """
    if simulation.coreneuron == FAST:
        names = (name for mechanism in catalog.densities() for name in catalog.globals_of(mechanism))
        return {name: 0.0 for name in names if name.startswith("usetable_")}
    return {name: before for name, (before, _) in former.items() if name.startswith("usetable_")}


@contextmanager
def _on(simulation: Simulation, gpu: bool) -> Iterator[None]:
    """Let psolve run CoreNEURON, up to exactly the time that it is given (NEURON passes on six digits).

    A little more than that, so that rounding cannot cost the last step.
    """
    if not _running:
        _running[:] = _chosen
        os.environ["CORENEURONLIB"] = str(_running[0].path)
    plain, more = type(switch).nrncore_arg, SLACK * float(simulation.dt)

    def exact(until: float) -> str:
        """The arguments of CoreNEURON."""
        return str(plain(switch, until)).replace(f"--tstop {until:g}", f"--tstop {until + more!r}")

    try:
        with switch(enable=True, gpu=gpu, verbose=0):
            switch.nrncore_arg = exact
            yield
    finally:
        del switch.nrncore_arg
