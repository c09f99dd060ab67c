"""Which cells a rank owns: dealt out in turn, or so that all ranks have about the same work."""

import logging
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from netspec.model import Model
from netspec.neuron import ranks as neuron_ranks
from netspec.neuron.ranks import Ranks
from netspec.plan import pieces
from netspec.plan.cells import Cells, Template
from netspec.plan.cost import cost
from netspec.plan.make import Share

log = logging.getLogger("netspec")


def shared(model: Model, mod: list[Path] | None, ranks: Ranks) -> Share:
    """What `balance` and `multisplit` ask for. Collective.

    mod: folders of the model's mod files, None for the usual ones.
    """
    simulation = model.spec.simulation
    if ranks.size == 1 or not (simulation.multisplit or simulation.balance == "cost"):
        return lambda cells, templates: neuron_ranks.round_robin(cells, ranks)
    from netspec.neuron.cost import measured  # imports NEURON
    from netspec.session.prepare import mod_folders  # which imports what imports this

    costs = measured(model, mod_folders() if mod is None else mod, ranks)

    def by_cost(cells: Cells, templates: tuple[Template, ...]) -> NDArray[np.int64]:
        """Positions of this rank's cells."""
        of_cells = cost(model, cells, templates, costs)
        own: NDArray[np.int64] = neuron_ranks.balanced(of_cells, ranks)
        log.info("rank %d has %.3g of the work", ranks.rank, of_cells[own].sum() / max(of_cells.sum(), 1e-9))
        return own

    def in_pieces(cells: Cells, templates: tuple[Template, ...]) -> pieces.Owned:
        """Positions of this rank's cells, and its pieces of those that are cut."""
        return pieces.layout(model, cells, templates, costs, ranks.size).of_rank(ranks.rank)

    return in_pieces if simulation.multisplit else by_cost
