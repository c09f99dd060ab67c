"""Connections that a rule describes whole, with their synapses: what files of other formats list."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from netspec.errors import Problem, SpecError, did_you_mean
from netspec.model import Names
from netspec.plan import CONNECTION_COLUMNS
from netspec.plan.cells import Cells, Template
from netspec.plan.parameters import Ends
from netspec.tables import Table


@dataclass(frozen=True)
class Network:
    """What a rule is told of the network, if it has an argument `network`. ends: the rule and its cells."""

    ends: Ends
    templates: tuple[Template, ...]

    @property
    def cells(self) -> Cells:
        """All cells."""
        return self.ends.cells


@dataclass(frozen=True)
class Whole:
    """What a rule returns in place of pairs: a row per synapse. pre, post: gids.

    section, synapse: codes into the names here, -1 for artificial cells. weight [uS], delay [ms].
    pre_section, pre_location: of pointer connections, which are rows of both ends.
    """

    pre: NDArray[np.int64]
    post: NDArray[np.int64]
    weight: NDArray[np.float64]
    delay: NDArray[np.float64]
    synapse: NDArray[np.int64]
    section: NDArray[np.int64]
    location: NDArray[np.float64]
    synapses: tuple[str, ...] = ()
    sections: tuple[str, ...] = ()
    pre_section: NDArray[np.int64] | None = None
    pre_location: NDArray[np.float64] | None = None


def pointers(network: Network, code: int, found: Whole, both: NDArray[np.bool_]) -> Table:
    """Rows of pointer connections, with what `plan.gaps.couplings` adds. both: by code of the synapse."""
    if found.pre_section is None or found.pre_location is None:
        message = "pointer connections that are described whole need a section of the presynaptic cell."
        raise SpecError([Problem(network.ends.path, message)])
    ends, made = network.ends, rows(network, code, found)
    return made.with_columns(
        given=found.weight,
        pair=np.arange(len(made)),
        pre_section=_codes(ends, found.pre_section, found.sections, ends.model.sections, "cellParams"),
        pre_location=found.pre_location,
        both=both[made["synapse"]],
    )


def rows(network: Network, code: int, found: Whole) -> Table:
    """The rows of the plan. SpecError for what is not in the model or cannot be."""
    ends = network.ends
    columns = {
        "pre": found.pre,
        "post": found.post,
        "rule": np.full(len(found.pre), code),
        "synapse": _codes(ends, found.synapse, found.synapses, ends.model.synapses, "synMechParams"),
        "section": _codes(ends, found.section, found.sections, ends.model.sections, "cellParams"),
        "location": found.location,
        "weight": found.weight,
        "delay": found.delay,
    }
    _check(network, columns)
    return Table(
        {name: np.asarray(columns[name]).astype(dtype) for name, dtype in CONNECTION_COLUMNS.items()}
    )


def _codes(
    ends: Ends, codes: NDArray[np.int64], names: tuple[str, ...], known: Names, where: str
) -> NDArray[np.int64]:
    for name in names:
        if name not in known:
            message = f"its file names {name!r}, which is not in {where}. {did_you_mean(name, known.names)}"
            raise SpecError([Problem(ends.path, message)])
    table = np.array([*(known.code(name) for name in names), -1], np.int64)
    return np.asarray(table[codes], np.int64)  # -1 is the last of them


def _check(network: Network, columns: dict[str, NDArray[Any]]) -> None:
    """SpecError for a place that the cell lacks, and for a delay or location that cannot be."""
    ends, cells = network.ends, network.cells
    template = cells.table["template"][cells.positions(columns["post"])]
    has = np.zeros((len(network.templates) + 1, len(ends.model.sections) + 1), bool)
    has[-1, -1] = True
    for number, each in enumerate(network.templates):
        has[number, [ends.model.sections.code(name) for name in each.sections]] = True
    location, delay = columns["location"], columns["delay"]
    wrong = {
        "a section that its cell does not have": ~has[template, columns["section"]],
        "a location outside 0..1": ~((location >= 0) & (location <= 1)),
        "a delay that is not above 0": ~(delay > 0),
        "a weight that is no number": np.isnan(columns["weight"]),
    }
    for what, bad in wrong.items():
        if bad.any():
            k = int(np.flatnonzero(bad)[0])
            pair = f"{columns['pre'][k]} -> {columns['post'][k]}"
            raise SpecError([Problem(ends.path, f"{what} for {pair} ({int(bad.sum())} connections).")])
