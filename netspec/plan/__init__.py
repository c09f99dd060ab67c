"""What there is to build, as tables: a pure function of the model and of the cells that a rank owns.

The module is also a verb: `netspec.plan(netParams, simConfig)` is the plan of a whole network.
"""

import importlib
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from netspec.model import Model
from netspec.plan.cells import Cells, Template
from netspec.tables import Table, blank

CONNECTION_COLUMNS = {
    "pre": np.int64,
    "post": np.int64,
    "rule": np.int32,
    "synapse": np.int16,
    "section": np.int16,
    "location": np.float64,
    "weight": np.float64,
    "delay": np.float64,
}
"""A row is 48 bytes. rule, synapse, section: codes into the model's names; section -1: artificial cell."""

GAP_COLUMNS = {
    "gid": np.int64,
    "section": np.int16,
    "location": np.float64,
    "rule": np.int32,
    "synapse": np.int16,
    "row": np.int64,
    "takes": np.int64,
    "gives": np.int64,
    "peer_section": np.int16,
    "peer_location": np.float64,
}
"""An end of a pointer connection. row: of the connections, whose synapse takes a variable of the other end.

takes, gives: transfer ids of what arrives and of what leaves (-1: nothing), the same on any number of ranks.
Ends that only give have no row (-1). peer_section, peer_location: of the other end.
"""


@dataclass(frozen=True)
class PointBlock:
    """The owned artificial cells of one population.

    cells: gid and one column per numeric parameter. trains: (flat, offsets) [ms] of the spike times of a
    VecStim. rates: (times [ms], intervals [ms]) played into `interval`, one pair per cell, or None.
    noise: Random123 ids (n, 3) of run-time noise. vref: variable that makes the spikes, or None for events.
    """

    population: int
    mechanism: str
    cells: Table
    trains: tuple[NDArray[np.float64], NDArray[np.int64]] | None = None
    rates: tuple[tuple[NDArray[np.float64], NDArray[np.float64]], ...] | None = None
    noise: NDArray[np.int64] | None = None
    vref: str | None = None


@dataclass(frozen=True)
class InputBlock:
    """The owned targets of one stimulus: an entry of stimTargetParams with its source (for one synMech).

    rows: gid, section, location and one column per numeric parameter of the mechanism; for a NetStim also
    synapse, weight, delay, rate and seed, and each row is one NetStim -> NetCon -> synapse. lists: VClamp's
    amp and dur, the same for all rows. noise: Random123 ids (n, 3) of a NetStim's run-time noise. shape,
    plast: as in connParams. numbers: of rows on cells of which this rank has a part, as in Plan, but for all
    blocks of a source.
    """

    target: str
    source: str
    mechanism: str
    rows: Table
    lists: Mapping[str, tuple[float, ...]] = field(default_factory=dict)
    noise: NDArray[np.int64] | None = None
    shape: Mapping[str, Any] | None = None
    plast: Mapping[str, Any] | None = None
    numbers: NDArray[np.int64] | None = None


@dataclass(frozen=True)
class TraceBlock:
    """One entry of recordTraces, a block per distinct place: the same variable at that place of many cells.

    kind: 'segment' (v, ina ...), 'mech', 'synapse', 'stim', 'pointp' or 'point' (artificial cell). name: of
    the mechanism, synMech, stimTarget or pointp. index: which synapse or stimulus in that segment. key: None,
    or what the trace of one of several synapses is filed under ('<sec>_<loc>').
    """

    label: str
    kind: str
    variable: str
    gids: NDArray[np.int64]
    section: str | None = None
    location: float = 0.5
    name: str | None = None
    index: int = 0
    key: str | None = None


@dataclass(frozen=True)
class SignalBlock:
    """A signal that is linear in membrane currents. gids: owned cells that make it, ascending.

    cells: those of them, and populations: those of the network, whose own share is kept.
    """

    name: str
    gids: NDArray[np.int64]
    cells: NDArray[np.int64]
    populations: tuple[str, ...] = ()


@dataclass(frozen=True)
class Recordings:
    """What is recorded on this rank. spikes: gids, or None for all owned cells.

    weights: rows of connections whose weights are sampled, or None if no rank samples any.
    """

    traces: tuple[TraceBlock, ...] = ()
    signals: tuple[SignalBlock, ...] = ()
    spikes: NDArray[np.int64] | None = None
    stims: bool = False
    time: bool = False
    labels: tuple[str, ...] = ()
    weights: NDArray[np.int64] | None = None


@dataclass(frozen=True)
class SynapseChange:
    """Parameters that synapses were given later. gids: of cells, ascending; conds: label, mod, sec, loc."""

    gids: NDArray[np.int64]
    conds: Mapping[str, Any]
    params: Mapping[str, float]


@dataclass(frozen=True)
class Plan:
    """Everything to build, for the cells of one rank or of all of them. No simulator objects.

    cells: all cells of the network, with the positions of the owned ones. cell_values: per template code, the
    values of its string functions, (owned cells of that template in gid order, template.values).
    synapse_values: per synMech label, one column per string-function parameter, one row per synapse object of
    this rank in order of creation (connections first, then inputs). synapse_changes: what was set later, in
    order, in synapses of the whole network. merged: labels of synMechs whose synapses share a point process
    (plan/merging.py says which), each with the gids of cells where they do not. gaps: the owned ends of
    pointer connections; their synapses are rows of connections too, those on presynaptic cells after all
    others. numbers: of connections onto cells of which this rank has a part (cells.parts), minus how many of
    the whole cell come after each; None unless cells are cut.
    """

    model: Model
    cells: Cells
    templates: tuple[Template, ...] = ()
    cell_values: Mapping[int, NDArray[np.float64]] = field(default_factory=dict)
    points: tuple[PointBlock, ...] = ()
    connections: Table = field(default_factory=lambda: blank(**CONNECTION_COLUMNS))
    gaps: Table = field(default_factory=lambda: blank(**GAP_COLUMNS))
    synapse_values: Mapping[str, Table] = field(default_factory=dict)
    merged: Mapping[str, NDArray[np.int64]] = field(default_factory=dict)
    inputs: tuple[InputBlock, ...] = ()
    recordings: Recordings = field(default_factory=Recordings)
    synapse_changes: tuple[SynapseChange, ...] = ()
    numbers: NDArray[np.int64] | None = None

    def _repr_html_(self) -> str:
        from netspec.markup import notebook
        from netspec.plan.counts import tables

        return notebook(f"Plan of {len(self.cells):,} cells", *tables(self))

    @property
    def connected_pairs(self) -> int:
        """Number of different pairs (pre, post) that are connected."""
        pre, post = (self.connections[end] for end in ("pre", "post"))
        if len(self.cells) and self.cells.gids[-1] >= 2**31:
            pre, post = self.cells.positions(pre), self.cells.positions(post)
        pairs = post << 31 | pre
        pairs.sort()  # numpy.unique would make a table of them, which takes ten times as long
        return int(np.count_nonzero(pairs[1:] != pairs[:-1])) + bool(len(pairs))

    @property
    def synapse_of(self) -> NDArray[np.int64]:
        """The synapse that each connection ends on: (connections,), equal numbers for the same one, -1: none.

        Stimuli may use the same synapses, or others.
        """
        from netspec.plan import merging  # needs this module

        return merging.of_rows(self)


class _Room(ModuleType):
    """A module that can be called, since `netspec.plan` names both the room and what is done there."""

    def __call__(self, netParams: Any, simConfig: Any = None, *, mod: Any = None) -> Plan:  # noqa: N803
        """Every cell, connection, stimulus and recording of a network, as tables; NEURON is not needed.

        netParams, simConfig: dicts or specs objects. mod: folders of mod files whose artificial cells the
        populations use (default: `mod` in the working directory). SpecError with every mistake found.
        """
        made: Plan = importlib.import_module("netspec.native").plan(netParams, simConfig, mod)
        return made


sys.modules[__name__].__class__ = _Room
