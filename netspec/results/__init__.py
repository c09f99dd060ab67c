"""What happened: spikes and traces as columns, with the plan and the spec that they belong to."""

import importlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from netspec.errors import FileError
from netspec.formats import tree
from netspec.plan import Plan
from netspec.plan.record import is_netstim
from netspec.plan.select import select
from netspec.results import shares
from netspec.signals.recorded import Signal
from netspec.tables import Table, blank
from netspec.weights import Weights

Trace = NDArray[np.float64] | Mapping[str, NDArray[np.float64]]


class Ranks(Protocol):
    """What gathering needs of `neuron.ranks.Ranks`."""

    rank: int
    size: int
    allreduce: Callable[..., Any]
    gathered: Callable[..., Any]


@dataclass(frozen=True)
class Counts:
    """Numbers of a network. contacts: synapses made by connections and NetStims.

    connections: distinct pairs of cells; all NetStims of a cell are one. cells_of, spikes_of: (populations,).
    """

    connections: int
    contacts: int
    cells_of: NDArray[np.int64]
    spikes_of: NDArray[np.int64]

    @property
    def cells(self) -> int:
        """Cells of the network."""
        return int(self.cells_of.sum())

    @property
    def spikes(self) -> int:
        """Recorded spikes."""
        return int(self.spikes_of.sum())


@dataclass(frozen=True)
class Results:
    """What was recorded, on one rank or (gathered) of all.

    spikes: columns time [ms] and gid. time: of traces' samples [ms]. traces: label -> gid -> (samples,),
    or for several synapses of a cell -> '<section>_<location>' -> (samples,). stims: gid -> source -> spike
    times [ms]. times: as traces, the sample times of traces that have their own [ms]. signals: by name (LFP,
    dipole, iMembrane, your own), sums over cells and the shares of those that were asked for. weights:
    courses of the weights that saveWeights asks for, or None. masses: population -> state or output ->
    (nodes, samples), at the times mass_time [ms].
    net_params, sim_config: what the user wrote, as plain data. provenance: versions, commit, seeds, ranks,
    phases [s], mechanisms. counts: of the whole network, once gathered.
    """

    plan: Plan
    spikes: Table = field(default_factory=lambda: blank(time=np.float64, gid=np.int64))
    time: NDArray[np.float64] = field(default_factory=lambda: np.empty(0))
    traces: Mapping[str, Mapping[int, Trace]] = field(default_factory=dict)
    stims: Mapping[int, Mapping[str, NDArray[np.float64]]] = field(default_factory=dict)
    times: Mapping[str, Mapping[int, Trace]] = field(default_factory=dict)
    signals: Mapping[str, Signal] = field(default_factory=dict)
    weights: Weights | None = None
    masses: Mapping[str, Mapping[str, NDArray[np.float64]]] = field(default_factory=dict)
    mass_time: NDArray[np.float64] = field(default_factory=lambda: np.empty(0))
    net_params: Mapping[str, Any] = field(default_factory=dict)
    sim_config: Mapping[str, Any] = field(default_factory=dict)
    provenance: Mapping[str, Any] = field(default_factory=dict)
    counts: Counts | None = None

    def __repr__(self) -> str:
        traces = ", ".join(f"{label} ({len(cells)} cells)" for label, cells in self.traces.items())
        nodes = sum(len(own) for values in self.masses.values() for own in list(values.values())[:1])
        masses = f"; {nodes} masses" if nodes else ""
        cells = f"{len(self.plan.cells)} cells; {len(self.spikes)} spikes; traces: {traces or 'none'}"
        return f"Results({cells}{masses})"

    def _repr_html_(self) -> str:
        from netspec.markup import MOST_ROWS, notebook, table

        cells = (self.counts or count(self)).cells_of.tolist()
        rates = zip(self.rates().items(), cells, strict=True)
        rows = [(label, number, rate) for (label, rate), number in rates]
        recorded = [(label, f"{len(own):,} cells") for label, own in self.traces.items()]
        recorded += [(name, f"{signal.values.shape[1]} channels") for name, signal in self.signals.items()]
        lists = [table(["population", "cells", "rate [Hz]"], rows, most=MOST_ROWS)]
        lists += [table(["recorded", "of"], recorded, most=MOST_ROWS)] if recorded else []
        title = (
            f"Results of {len(self.plan.cells):,} cells, {self.duration:g} ms: {len(self.spikes):,} spikes"
        )
        return notebook(title, *lists)

    @property
    def duration(self) -> float:
        """Length of the simulation [ms]."""
        return float(self.plan.model.spec.simulation.duration)

    def select(
        self, cells: Iterable[Any] | None = None, time: tuple[float, float] | None = None
    ) -> "Results":
        """The spikes, traces, stimuli and weights of some cells and of a time range [ms], both ends included.

        Weights belong to the postsynaptic cell.

        cells: selectors: 'all', a population, a gid, (population, index or [indices]).
        """
        found = self
        if cells is not None:
            found = _of_cells(
                found, set(self.plan.cells.gids[select(cells, self.plan.cells, "cells")].tolist())
            )
        if time is not None:
            found = _within(found, time)
        return found

    def gather(self, ranks: Ranks, cells: bool = True) -> "Results":
        """Everything on rank 0, spikes sorted by time and gid; on other ranks their own share. Collective.

        cells: False leaves the plan's tables where they are. Counts are of the whole network on every rank.
        """
        counted = replace(self, counts=add_counts(count(self), ranks))
        if ranks.size == 1:
            return counted
        own = shares.of_rank(counted, cells)
        if ranks.rank != 0:
            ranks.gathered(tree.pack(tree.flatten(own)))
            return _counted_once(counted, None, ranks)
        others = (tree.restore(tree.unpack(words)) for words in ranks.gathered(None))
        merged = shares.merge([own, *others], counted.plan)
        return _counted_once(counted, replace(counted, **merged), ranks)

    def rates(self, time: tuple[float, float] | None = None) -> dict[str, float]:
        """Mean rate of each population [Hz], over the whole simulation or a range [ms]."""
        start, stop = time or (0.0, self.duration)
        counts = count(self if time is None else _within(self, time))
        if time is None and self.counts is not None:
            counts = self.counts
        seconds = (stop - start) / 1000
        labels = [population.label for population in self.plan.cells.populations]
        pairs = zip(labels, counts.cells_of.tolist(), counts.spikes_of.tolist(), strict=True)
        return {label: spikes / n / seconds if n and seconds else 0.0 for label, n, spikes in pairs}

    def save(self, path: str | Path) -> str:
        """The path of an HDF5 file with everything, which `netspec.load` reads."""
        from netspec.formats import hdf5  # h5py is slow to import

        return hdf5.save(path, tree.flatten(shares.whole(self)))

    def to_xarray(self) -> Any:
        """A DataTree of xarray with everything that happened, with units and coordinates."""
        return _module("arrays").to_xarray(self)

    def to_pandas(self) -> dict[str, Any]:
        """Frames of pandas: cells, spikes, stims, connections, traces, and one per signal."""
        frames: dict[str, Any] = _module("arrays").to_pandas(self)
        return frames

    def to_pynapple(self) -> dict[str, Any]:
        """Spikes, traces and signals as objects of pynapple, in seconds."""
        found: dict[str, Any] = _module("arrays").to_pynapple(self)
        return found

    def to_neo(self) -> Any:
        """A Block of neo with one segment: spike trains, traces, signals, groups of populations."""
        return _module("neo").to_neo(self)

    def to_nwb(self, path: str | Path, **about: Any) -> str:
        """The path of an NWB file (Neurodata Without Borders). about: arguments of pynwb.NWBFile."""
        return str(_module("nwb").to_nwb(self, path, **about))


ADDED: dict[str, Any] = {"masses": {}, "mass_time": np.empty(0)}
"""Fields that files of earlier versions do not have."""


def load(path: str | Path) -> Results:
    """Results, with their plan, from a file written by `Results.save`, or from the runFolder of a long run.

    A run that still goes on, or was killed, has results up to its last window.
    """
    from netspec.formats import hdf5
    from netspec.results import pieces

    if Path(path).is_dir():
        found = pieces.load(Path(path))
        return replace(found, counts=count(found))
    content = tree.restore(hdf5.load(path))
    try:
        plan = shares.plan_from(content)
        names = {f.name for f in fields(Results)} - {"plan", "counts"}
        content |= {name: empty for name, empty in ADDED.items() if name not in content}
        results = Results(plan, **shares.columns_from({name: content[name] for name in names}))
    except KeyError as error:
        raise FileError(f"{path}: {error.args[0]!r} is missing in the file") from error
    return replace(results, counts=count(results))


def _module(name: str) -> Any:
    """A module of this room, with what it needs, imported when asked for."""
    return importlib.import_module(f"netspec.results.{name}")


def count(results: Results) -> Counts:
    """Counts of the cells that a rank owns."""
    plan = results.plan
    cells, populations = plan.cells, len(plan.cells.populations)
    codes = cells.table["population"]
    stimuli = [block.rows for block in plan.inputs if is_netstim(block)]
    stimulated = len(np.unique(np.concatenate([np.empty(0, np.int64), *(rows["gid"] for rows in stimuli)])))
    spiking = codes[cells.positions(results.spikes["gid"])]
    return Counts(
        connections=plan.connected_pairs + stimulated,
        contacts=len(plan.connections) + sum(map(len, stimuli)),
        cells_of=np.bincount(codes[cells.owned], minlength=populations).astype(np.int64),
        spikes_of=np.bincount(spiking, minlength=populations).astype(np.int64),
    )


def add_counts(counts: Counts, ranks: Ranks) -> Counts:
    """The sum over all ranks. Collective."""
    if ranks.size == 1:
        return counts
    numbers = np.array([counts.connections, counts.contacts, *counts.cells_of, *counts.spikes_of], np.int64)
    total = np.asarray(ranks.allreduce(numbers))
    cells_of, spikes_of = np.split(total[2:], 2)
    return Counts(int(total[0]), int(total[1]), cells_of, spikes_of)


def _counted_once(own: Results, whole: Results | None, ranks: Ranks) -> Results:
    """What is gathered (on rank 0; else a rank's own), with counts in which a cell in parts is one."""
    found = own if whole is None else whole
    if not own.plan.cells.parts:
        return found
    counts = count(found)
    if whole is None:
        none = np.zeros_like(counts.cells_of)
        counts = Counts(0, 0, none, none)
    return replace(found, counts=add_counts(counts, ranks))


def summary(results: Results, workers: int, run_time: float | None = None) -> list[str]:
    """The lines that people look for: cells, connections, synaptic contacts, spikes, times [s]."""
    counts = results.counts or count(results)
    cells, duration = max(counts.cells, 1), results.duration
    rate = counts.spikes / cells / duration * 1000 if duration else 0.0
    lines = [
        f"  Cells: {counts.cells}",
        f"  Connections: {counts.connections} ({counts.connections / cells:0.2f} per cell)",
    ]
    if counts.contacts != counts.connections:
        lines.append(f"  Synaptic contacts: {counts.contacts} ({counts.contacts / cells:0.2f} per cell)")
    lines.append(f"  Spikes: {counts.spikes} ({rate:0.2f} Hz)")
    lines.append(f"  Simulated time: {duration / 1000:0.1f} s; {workers} workers")
    if run_time is not None:
        lines.append(f"  Run time: {run_time:0.2f} s")
    return lines


def _of_cells(results: Results, gids: set[int]) -> Results:
    spikes = results.spikes.take(np.isin(results.spikes["gid"], list(gids)))
    traces = {
        label: {gid: trace for gid, trace in cells.items() if gid in gids}
        for label, cells in results.traces.items()
    }
    stims = {gid: sources for gid, sources in results.stims.items() if gid in gids}
    signals = {name: signal.of_cells(gids) for name, signal in results.signals.items()}
    weights = results.weights
    if weights is not None:
        weights = weights.take(np.isin(weights.connections["post"], list(gids)))
    others = replace(results, stims=stims, signals=signals, weights=weights, counts=None)
    return replace(others, spikes=spikes, traces=traces)


def _within(results: Results, time: tuple[float, float]) -> Results:
    def inside(times: NDArray[np.float64]) -> NDArray[np.bool_]:
        return (times >= time[0]) & (times <= time[1])

    kept = inside(results.time)

    def cut(trace: Trace) -> Trace:
        """The samples inside the range."""
        if isinstance(trace, Mapping):
            return {key: values[kept] for key, values in trace.items()}
        return trace[kept]

    return replace(
        results,
        spikes=results.spikes.take(inside(results.spikes["time"])),
        time=results.time[kept],
        traces={
            label: {gid: cut(trace) for gid, trace in cells.items()}
            for label, cells in results.traces.items()
        },
        stims={
            gid: {source: times[inside(times)] for source, times in sources.items()}
            for gid, sources in results.stims.items()
        },
        signals={name: signal.within(inside(signal.time)) for name, signal in results.signals.items()},
        weights=None if results.weights is None else results.weights.within(*time),
        mass_time=results.mass_time[inside(results.mass_time)],
        masses={
            label: {name: own[:, inside(results.mass_time)] for name, own in values.items()}
            for label, values in results.masses.items()
        },
        counts=None,
    )
