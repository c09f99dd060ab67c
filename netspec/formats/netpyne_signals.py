"""Signals as NetPyNE keeps them in simData: LFP, LFPCells, LFPPops, dipoleSum, dipoleCells, iMembrane ..."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from netspec.plan.signals import HNN, MEMBRANE
from netspec.signals.links import HNN_QUANTUM
from netspec.signals.recorded import Signal, counted
from netspec.signals.recorders import RECORDERS

NAMES = {"LFP": ("LFP", "LFPCells", "LFPPops"), "dipole": ("dipoleSum", "dipoleCells", "dipolePops")}
"""Signal -> what its sum, the shares of cells and those of populations are called."""
STEP = 0.1
"""Interval of samples where recordStep is missing or 'adaptive' [ms]."""
SUMS = frozenset(total for total, _, _ in NAMES.values())
SUMS_OF_LABELS = frozenset({"dipole", *(populations for _, _, populations in NAMES.values())})


def written(signals: Mapping[str, Signal]) -> dict[str, Any]:
    """Entries of simData: sums and shares, each (samples, channels), as arrays."""
    data: dict[str, Any] = {}
    for name, signal in signals.items():
        if name == MEMBRANE:
            data[MEMBRANE] = dict(signal.cells)
            continue
        if name.startswith(HNN):
            data.setdefault("dipole", {})[name.removeprefix(HNN)] = signal.values[:, 0]
            continue
        total, cells, populations = NAMES.get(name, (name, f"{name}Cells", f"{name}Pops"))
        data[total] = signal.values
        if signal.cells:
            data[cells] = dict(signal.cells)
        if signal.populations:
            data[populations] = {label: signal.of_population(label) for label in signal.populations}
    return data


def read(data: Mapping[str, Any], record_step: Any) -> dict[str, Signal]:
    """Signals by name from simData. record_step: as in simConfig."""
    step = float(record_step) if isinstance(record_step, int | float) else STEP
    found = {}
    for name, (total, cells, populations) in NAMES.items():
        if total in data:
            recorder = RECORDERS[name]
            sums = counted(np.asarray(data[total], float), recorder.quantum)
            of_label = {
                label: counted(np.asarray(values, float), recorder.quantum)
                for label, values in data.get(populations, {}).items()
            }
            own = _of_gids(data.get(cells, {}))
            found[name] = Signal(_times(sums, step), recorder.unit, recorder.quantum, sums, of_label, own)
    if data.get(MEMBRANE):
        own = _of_gids(data[MEMBRANE])
        found[MEMBRANE] = Signal(_times(next(iter(own.values())), step), "nA", 0.0, cells=own)
    for label, values in data.get("dipole", {}).items():
        sums = counted(np.asarray(values, float)[:, None], HNN_QUANTUM)
        found[f"{HNN}{label}"] = Signal(_times(sums, step) - step, "fAm", HNN_QUANTUM, sums)
    return found


def _of_gids(cells: Mapping[Any, Any]) -> dict[int, Any]:
    return {int(gid): np.asarray(values, float) for gid, values in cells.items()}


def _times(samples: Any, step: float) -> Any:
    """NetPyNE's first sample is one step after the start."""
    return step * np.arange(1, len(samples) + 1)
