"""Which signals are recorded, and of which cells and populations they are kept one by one."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from netspec.plan import Plan, SignalBlock
from netspec.plan.select import select

MEMBRANE = "iMembrane"
"""The membrane current of each segment, a signal without a sum over cells."""
HNN = "HNN:"
"""Before the label of a dipole of recordDipolesHNN, of the current along cells."""


def signals(plan: Plan) -> tuple[SignalBlock, ...]:
    """Every signal that simConfig asks for, with the owned cells that make it."""
    return tuple(_signals(plan))


def _signals(plan: Plan) -> Iterator[SignalBlock]:
    simulation, cells = plan.model.spec.simulation, plan.cells
    owned = cells.owned[cells.table["template"][cells.owned] >= 0]
    everyone = cells.gids[owned]

    def block(name: str, which: Any, path: str, labels: Any = False) -> SignalBlock:
        kept = _labels(plan, labels)
        return SignalBlock(name, everyone, _chosen(plan, which, path, everyone), kept)

    if simulation.record_lfp:
        whole = block("LFP", simulation.save_lfp_cells, "simConfig.saveLFPCells", simulation.save_lfp_pops)
        making = _chosen(plan, simulation.electrodes.get("of", True), "simConfig.electrodes.of", everyone)
        yield replace(whole, gids=making, cells=np.intersect1d(whole.cells, making))
    if simulation.record_dipole:
        of_cells, of_pops = simulation.save_dipole_cells, simulation.save_dipole_pops
        yield block("dipole", of_cells, "simConfig.saveDipoleCells", of_pops)
    for name in simulation.record_signals:
        yield block(name, False, "")
    for label, populations in (simulation.record_dipoles_hnn or {}).items():
        codes = [code for code, own in enumerate(cells.populations) if own.label in populations]
        making = owned[np.isin(cells.table["population"][owned], codes)]
        yield SignalBlock(f"{HNN}{label}", cells.gids[making], cells.gids[:0])
    if simulation.save_imembrane:
        chosen = _chosen(plan, simulation.save_imembrane, "simConfig.saveIMembrane", everyone)
        yield SignalBlock(MEMBRANE, chosen, chosen, ())


def _chosen(plan: Plan, which: Any, path: str, everyone: NDArray[np.int64]) -> NDArray[np.int64]:
    """The gids among `everyone` that True or selectors mean."""
    if which is True:
        return everyone
    found = select(which or [], plan.cells, path, plan.model.spec.simulation.strict)
    return np.intersect1d(plan.cells.gids[found], everyone)


def _labels(plan: Plan, which: Any) -> tuple[str, ...]:
    """The populations of cells with sections that True or labels mean, in the network's order."""
    codes = np.unique(plan.cells.table["population"][plan.cells.table["template"] >= 0])
    labels = [plan.cells.populations[code].label for code in codes.tolist()]
    return tuple(label for label in labels if which is True or label in (which or ()))
