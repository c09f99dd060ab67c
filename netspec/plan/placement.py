"""Where the synapses of a connection are: on which of the allowed sections, and where on it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from netspec.plan.sample import distinct, integers, numbers
from netspec.streams import Draws, Ids

Floats = NDArray[np.float64]
Places = tuple[NDArray[np.int64], Floats]
"""Number of the section among those allowed, and location: each broadcasts to (connections, synapses)."""


class Misplaced(ValueError):
    """The user's sections, locations and number of synapses do not fit. parameter: the one to blame."""

    def __init__(self, parameter: str, message: str):
        super().__init__(message)
        self.parameter = parameter


@dataclass(frozen=True)
class Task:
    """Connections that have the same sections to choose from and the same number of synapses.

    loc: None, a number or (n,) array, or a list or (n, k) array. ids: of a stream per connection.
    lengths: of the sections, (sections,) or (n, sections) [um].
    """

    rows: int
    sections: int
    synapses: int
    loc: Any
    distribute: bool
    random_section: bool
    ids: Callable[[], Ids]
    lengths: Callable[[], Floats]


def place(task: Task) -> Places:
    """Sections and locations of all synapses of some connections.

    Synapses that are spread do not look at a single location, as in NetPyNE before 1.1, which now refuses it.
    """
    if task.synapses == 1:
        return _one(task)
    if task.sections == 1:
        return _along(task)
    if task.distribute:
        if is_list(task.loc):
            raise Misplaced(
                "loc", "cannot be given: synapses are spread over sections (distributeSynsUniformly)."
            )
        return spread(task.lengths(), task.synapses)
    return _at_random(task) if task.random_section else _as_listed(task)


def is_list(value: Any) -> bool:
    """Whether a parameter has several values for each connection."""
    return isinstance(value, list | tuple) or np.ndim(value) > 1


def _as_matrix(value: Any) -> Floats:
    """A list for all connections or one for each: (1, k) or (n, k)."""
    return np.atleast_2d(np.asarray(value, float))


def _one(task: Task) -> Places:
    nowhere = np.zeros((1, 1), np.int64)
    locations = _as_matrix(task.loc) if is_list(task.loc) else None
    if task.sections > 1 and task.random_section:
        section = Draws(task.ids(), task.rows).discunif(0, task.sections - 1).astype(np.int64)
        if locations is None or locations.shape[1] == 1:
            return section[:, None], _single(task.loc)
        if locations.shape[1] != task.sections:
            raise Misplaced("loc", f"has {locations.shape[1]} values for {task.sections} sections.")
        every = np.broadcast_to(locations, (task.rows, task.sections))
        return section[:, None], np.take_along_axis(every, section[:, None], axis=1)
    return nowhere, _single(task.loc)


def _single(loc: Any) -> Floats:
    """One location for each connection: the middle, the one given or the first of a list."""
    if loc is None:
        return np.array([[0.5]])
    return _as_matrix(loc)[:, :1] if is_list(loc) else np.asarray(loc, float).reshape(-1, 1)


def _along(task: Task) -> Places:
    n = task.synapses
    if not is_list(task.loc):
        steps = np.arange(n)
        return np.zeros((1, 1), np.int64), (steps / n + 1 / n / 2)[None]
    return np.zeros((1, 1), np.int64), _listed(task)


def _listed(task: Task) -> Floats:
    """Locations given for each synapse: (1 or n, synapses)."""
    locations = _as_matrix(task.loc)
    if locations.shape[1] != task.synapses:
        raise Misplaced("loc", f"has {locations.shape[1]} values for {task.synapses} synapses.")
    return locations


def spread(lengths: Floats, synapses: int) -> Places:
    """Equally far apart along the sections laid end to end.

    Within a section the location is counted from its far end, as in NetPyNE.
    """
    lengths = np.atleast_2d(np.asarray(lengths, float))
    ends = np.cumsum(lengths, axis=1)
    gap = ends[:, -1:] / synapses
    along = np.arange(synapses) * gap + gap / 2
    section = np.argmax(ends[:, None, :] >= along[:, :, None], axis=2)
    end = np.take_along_axis(ends, section, axis=1)
    return section, (end - along) / np.take_along_axis(lengths, section, axis=1)


def _at_random(task: Task) -> Places:
    ids, n = task.ids(), task.synapses
    section, position = _choices(ids, np.zeros(task.rows, np.int64), task.rows, n, task.sections)
    if is_list(task.loc):
        locations = _as_matrix(task.loc)
        chosen, _ = _choices(ids, position, task.rows, n, locations.shape[1])
        return section, np.take_along_axis(
            np.broadcast_to(locations, (task.rows, locations.shape[1])), chosen, axis=1
        )
    return section, numbers(ids, task.rows, position + 1, n)


def _choices(
    ids: Ids, position: NDArray[np.int64], rows: int, count: int, limit: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Numbers below limit, distinct if there are enough: (rows, count), and where each stream then stands.

    NEURON draws and forgets one number when a distribution is chosen.
    """
    if count <= limit:
        return distinct(ids, position + 1, np.full(rows, count), limit)
    return integers(ids, rows, position + 1, count, limit), position + 1 + count


def _as_listed(task: Task) -> Places:
    if task.sections != task.synapses:
        message = (
            f"has {task.sections} sections for {task.synapses} synapses (connRandomSecFromList is False)."
        )
        raise Misplaced("sec", message)
    sections = np.arange(task.sections)[None]
    if task.loc is None or not is_list(task.loc):
        return sections, _single(task.loc)
    return sections, _listed(task)
