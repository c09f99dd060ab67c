"""What was recorded, curve by curve, with the place, unit and times that belong to each."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from netspec.plan import Plan, TraceBlock
from netspec.plan.signals import HNN, MEMBRANE
from netspec.tables import Floats

if TYPE_CHECKING:
    from netspec.results import Results


AXES = ("x", "y", "z")
CELL_TAGS = ("index", "x", "y", "z", "xnorm", "ynorm", "znorm")
"""Columns of cells that go along with what is handed over, beside gid and population."""

OF_POINTS = {"i": "nA", "g": "uS", "v": "mV", "V": "mV"}
ION = re.compile(r"(na|k|ca|cl|mg|h)\d?")


@dataclass(frozen=True)
class Curve:
    """One recorded variable. key: '' or which synapse of the cell. own_times: not those of all others.

    section, location: '' and nan where unknown. unit: '' where there is none, or where it is not known.
    time [ms], values [unit]: (samples,).
    """

    label: str
    gid: int
    key: str
    section: str
    location: float
    unit: str
    time: Floats
    values: Floats
    own_times: bool = False

    @property
    def name(self) -> str:
        """The label, with the synapse if there are several."""
        return f"{self.label} {self.key}".strip()

    @property
    def title(self) -> str:
        """The name and, in brackets, the unit."""
        return f"{self.name} [{self.unit}]" if self.unit else self.name

    def within(self, span: tuple[float, float]) -> "Curve":
        """The part in a time range [ms], both ends included."""
        inside = (self.time >= span[0]) & (self.time <= span[1])
        return replace(self, time=self.time[inside], values=self.values[inside])


def curves(results: "Results") -> Iterator[Curve]:
    """Every curve of every trace: by label, gid and, for several synapses of a cell, key."""
    for label, cells in results.traces.items():
        blocks = {
            (gid, block.key or ""): block
            for block in results.plan.recordings.traces
            if block.label == label
            for gid in block.gids.tolist()
        }
        for gid in sorted(cells):
            found = cells[gid]
            for key, values in found.items() if isinstance(found, Mapping) else [("", found)]:
                block = blocks.get((gid, key))
                place = (block.section, block.location) if block and block.section else ("", np.nan)
                time, own = _times(results, label, gid, key, len(values))
                unit = unit_of(block)
                yield Curve(label, gid, key, *place, unit, time, np.asarray(values, float), own)


def unit_of(block: TraceBlock | None) -> str:
    """Unit of a recorded variable by its name in NEURON; '' where its name does not tell it."""
    if block is None:
        return ""
    name = block.variable
    if block.kind in ("synapse", "stim", "pointp"):
        return OF_POINTS.get(name, "")
    if block.kind == "segment":
        if name in ("v", "i_membrane_"):
            return {"v": "mV"}.get(name, "nA")
        if ION.fullmatch(name[:-1]) and name[-1] in "io":
            return "mM"
    if block.kind in ("segment", "mech") and ION.fullmatch(name[1:]):
        return {"i": "mA/cm2", "e": "mV", "g": "S/cm2"}.get(name[0], "")
    return {"i": "mA/cm2", "il": "mA/cm2", "i_cap": "mA/cm2"}.get(name, "")


def populations(plan: Plan, gids: Any) -> NDArray[Any]:
    """Label of the population of each gid: (n,), text."""
    names = np.array([population.label for population in plan.cells.populations], object)
    codes = plan.cells.table["population"][plan.cells.positions(gids)]
    return names[codes].astype(str) if len(codes) else np.empty(0, "U1")


def cell_columns(plan: Plan, gids: Any = None) -> dict[str, NDArray[Any]]:
    """gid, population, index in it, x, y, z [um] and their shares of the network's size: columns of (n,)."""
    chosen = plan.cells.gids if gids is None else np.asarray(gids, np.int64)
    rows = plan.cells.positions(chosen)
    own = {name: plan.cells.table[name][rows] for name in CELL_TAGS}
    return {"gid": chosen, "population": populations(plan, chosen), **own}


def trains(results: "Results") -> dict[int, Floats]:
    """Spike times [ms], ascending, of every cell, of silent ones too, by gid."""
    times, gids = results.spikes["time"], results.spikes["gid"].astype(np.int64)
    order = np.lexsort([times, gids])
    every = results.plan.cells.gids
    ends = np.searchsorted(gids[order], every, side="right")
    return dict(zip(every.tolist(), np.split(times[order], ends)[:-1], strict=True))


def channels(results: "Results", name: str) -> tuple[str, list[Any], Floats | None]:
    """What the channels of a signal are called, their names, and their places (channels, 3) [um] or None."""
    places = np.array(results.plan.model.spec.simulation.record_lfp or [], float).reshape(-1, 3)
    signal = results.signals[name]
    count = signal.values.shape[1] or max((own.shape[1] for own in signal.cells.values()), default=0)
    if name == "LFP" and count == len(places):
        return "electrode", list(range(count)), places
    if name == "dipole" and count == len(AXES):
        return "axis", list(AXES), None
    return ("segment" if name == MEMBRANE else "channel"), list(range(count)), None


def shares(results: "Results", name: str) -> list[tuple[Any, Floats, list[Any]]]:
    """What all cells, populations and single cells made of a signal, and the names of the channels.

    ('all' or label or gid, (samples, channels), (channels,)); of membrane currents each cell has its own.
    """
    signal, names = results.signals[name], channels(results, name)[1]
    parts: list[tuple[Any, Floats]] = [("all", signal.values)] if signal.total is not None else []
    parts += [(label, signal.of_population(label)) for label in signal.populations]
    parts += signal.cells.items()
    counts = (values.shape[1] for _, values in parts)
    own = (names if len(names) == count else list(range(count)) for count in counts)
    return [(of, values, fitting) for (of, values), fitting in zip(parts, own, strict=True)]


def stimuli(results: "Results") -> Iterator[tuple[int, str, Floats]]:
    """gid, source and spike times [ms] of each recorded stimulus of each cell."""
    return ((gid, name, times) for gid, own in results.stims.items() for name, times in own.items())


def plain_name(name: str) -> str:
    """Name of a signal without what cannot stand in names of groups and attributes."""
    return name.replace(HNN, "HNN_").replace("/", "_").replace(":", "_")


def rate_of(time: Floats) -> float | None:
    """Samples per ms, or None where they are not evenly spaced (1e-6 of a step)."""
    steps = np.diff(time)
    if not len(steps) or not np.allclose(steps, steps[0], rtol=0, atol=1e-6 * abs(steps[0])):
        return None
    return float(f"{len(steps) / (time[-1] - time[0]):.12g}")  # 10, not 10.000000000001


def _times(results: "Results", label: str, gid: int, key: str, count: int) -> tuple[Floats, bool]:
    """Sample times [ms], and whether this trace has its own."""
    own: Any = results.times.get(label, {}).get(gid)
    if own is not None:
        return np.asarray(own[key] if key else own, float), True
    if len(results.time) == count:
        return results.time, False
    return np.arange(count, dtype=float) * float(results.plan.model.spec.simulation.record_step), False
