"""Values that follow a given course while the network runs: weights with a `shape`, rates that change.

NEURON plays them. CoreNEURON cannot, so there a window ends where a value changes, and it is set between.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from neuron import h
from numpy.typing import NDArray

TIE = 1e-9
"""What is so near in time [ms] is at the same time."""


class Course:
    """What some variables are from given times on. times [ms], values: Vectors of one length.

    play: what lets NEURON do it. variables: makes a PtrVector of all that have the value. source: the
    artificial cell whose next event depends on the value, or None.
    """

    def __init__(
        self,
        times: Any,
        values: Any,
        play: Callable[[], Any],
        variables: Callable[[], Any],
        source: Any = None,
    ):
        self.times, self.values, self.source = times, values, source
        self._play, self._variables = play, variables
        self._pointers: Any = None
        self._played = False

    def play(self, by_neuron: bool) -> None:
        """Let NEURON play it from the next initialisation on, or not."""
        if by_neuron and not self._played:
            self._play()
        elif self._played and not by_neuron:
            self.values.play_remove()
        self._played = by_neuron

    def set(self, index: int) -> None:
        """Give the variables one of the values."""
        self._pointers = self._pointers or self._variables()
        self._pointers.scatter(h.Vector(self._pointers.size(), self.values[index]))


def used(cells: Any, connections: Any, inputs: Any, by_neuron: bool) -> list[Course]:
    """The courses of all that was made of a network so far; NEURON plays them or does not."""
    changing = [] if connections is None else [*connections.changing]
    if inputs is not None:
        changing += [one for made in inputs.made for one in made.changing]
    found = [course for some in (*cells.points.values(), *changing) for course in some.courses]
    for course in found:
        course.play(by_neuron)
    return found


class Timetable:
    """When to set which value of courses that NEURON does not play. step: of the run [ms]."""

    def __init__(self, courses: Sequence[Course], step: float):
        self._courses, self._step = courses, step
        lengths = [len(course.times) for course in courses]
        times = [np.array(course.times.as_numpy()) for course in courses]
        self._times: NDArray[np.float64] = np.concatenate([np.empty(0), *times])
        self._course = np.repeat(np.arange(len(courses)), lengths)
        self._index = np.concatenate([np.empty(0, int), *map(np.arange, lengths)])
        self._early = np.repeat([course.source is not None for course in courses], lengths).astype(bool)

    def start(self) -> None:
        """Set what there is at t = 0, before NEURON is initialised."""
        self._set(self._times <= 0)

    def stops(self, after: float, until: float) -> list[float]:
        """Times at which to call `set`, ascending, after one time and up to another [ms]."""
        found = np.unique(np.concatenate([self._times, self._times[self._early] - self._step]))
        return found[(found > after + TIE) & (found <= until + TIE)].tolist()

    def set(self, now: float) -> None:
        """Set what changes now; also what changes in the next step, if the source has an event just then.

        An event at the very time of a change sees the new rate, and arrives with the former weight.
        """
        self._set(np.abs(self._times - now) <= TIE)
        next_step = self._early & (np.abs(self._times - now - self._step) <= TIE)
        if next_step.any():
            due = _having_event_at(now + self._step)
            sources = [self._courses[k].source for k in self._course.tolist()]
            self._set(next_step & np.array([s is not None and s.hname() in due for s in sources]))

    def _set(self, chosen: NDArray[np.bool_]) -> None:
        for entry in np.flatnonzero(chosen).tolist():
            self._courses[self._course[entry]].set(int(self._index[entry]))


def _having_event_at(time: float) -> set[str]:
    """The point processes to which an event that they have sent themselves comes at a time [ms]."""
    times, flags, targets = h.Vector(), h.Vector(), h.List()
    h.CVode().event_queue_info(3, times, flags, targets)
    then = np.flatnonzero(np.abs(np.array(times) - time) <= TIE)
    return {targets.o(int(k)).hname() for k in then}
