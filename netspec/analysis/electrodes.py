"""The field signals of results: samples in a time range, shares, electrodes as scripts name them."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from netspec.analysis.cells import sample
from netspec.errors import StateError, did_you_mean
from netspec.results import Results
from netspec.tables import Floats


def step(results: Results) -> float:
    """Interval of the samples of signals [ms]."""
    given = results.plan.model.spec.simulation.record_step
    return float(given) if isinstance(given, int | float) else 0.1


def span(results: Results, time_range: Sequence[float] | None) -> tuple[float, float]:
    """The part of the given range that was simulated, or the whole simulation [ms]."""
    duration = results.plan.model.spec.simulation.duration
    start, stop = time_range or (0.0, duration)
    return float(start), float(min(stop, duration))


def cut(results: Results, values: Floats, time_range: Sequence[float] | None) -> Floats:
    """The samples (samples, ...) in a time range [ms], of which NetPyNE counts the first as 0 ms."""
    start, stop = (sample(end, step(results)) for end in span(results, time_range))
    return values[start:stop]


def times(results: Results, time_range: Sequence[float] | None, count: int) -> Floats:
    """When so many samples from the start of a range on were, as NetPyNE has it: a step early [ms]."""
    return np.asarray(span(results, time_range)[0] + step(results) * np.arange(count))


OPTIONS = {
    "LFP": ("recordLFP", "saveLFPPops", "saveLFPCells"),
    "dipole": ("recordDipole", "saveDipolePops", "saveDipoleCells"),
}
"""What is set to record a signal, to keep the shares of populations, and of cells."""


def recorded(results: Results, name: str, pop: str | None = None, cell: int | None = None) -> Floats:
    """The LFP (samples, sites) [mV] or dipole (samples, 3) [nA um] of all cells, a population or a cell.

    StateError where it was not recorded.
    """
    signal, (option, of_populations, of_cells) = results.signals.get(name), OPTIONS[name]
    if signal is None or signal.total is None:
        raise StateError(f"no {name} was recorded: set cfg.{option}")
    if cell is not None:
        if cell not in signal.cells:
            raise StateError(f"the {name} of cell {cell} was not kept: see cfg.{of_cells}.")
        return signal.cells[cell]
    if pop is None:
        return signal.values
    if pop not in signal.populations:
        near = did_you_mean(pop, signal.populations)
        raise StateError(f"the {name} of population {pop!r} was not kept: see cfg.{of_populations}. {near}")
    return signal.of_population(pop)


def places(results: Results) -> Floats:
    """x, y (depth) and z of the sites of recordLFP (sites, 3) [um]."""
    return np.array(results.plan.model.spec.simulation.record_lfp, float).reshape(-1, 3)


def spacing(results: Results) -> float:
    """Mean distance in depth of neighbouring sites [um]; 0 where there is but one, or all are as deep."""
    depths = places(results)[:, 1]
    return float(np.ptp(depths)) / (len(depths) - 1) if len(depths) > 1 else 0.0


def chosen(results: Results, signals: Floats, wanted: Sequence[Any], first: int = 0) -> dict[str, Any]:
    """Names, places and data of electrodes, of their mean ('avg') and of means over lists of them.

    signals: (samples, sites), from electrode `first` on. 'all' stands for each of them, after what else is
    wanted.
    """
    numbers, given = range(first, first + signals.shape[1]), results.plan.model.spec.simulation.record_lfp
    wanted = [wanted] if isinstance(wanted, str) else wanted
    items = [item for item in wanted if item != "all"] + (list(numbers) if "all" in wanted else [])
    kept: dict[str, Any] = {"names": [], "locs": [], "data": []}
    for item in items:
        group = list(numbers) if item == "avg" else list(item) if isinstance(item, Sequence) else [item]
        strange = [one for one in group if one not in numbers]
        if strange:
            raise StateError(f"there is no electrode {strange[0]!r}: they are {first} to {numbers[-1]}")
        kept["names"].append(str(item))
        kept["locs"].append(given[item] if group == [item] else None)
        kept["data"].append(signals[:, np.array(group) - first].mean(axis=1))
    return kept
