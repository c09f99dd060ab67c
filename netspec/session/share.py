"""Which cells a rank owns: dealt out in turn, or so that all ranks have about the same work."""

import logging
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from netspec.model import Model
from netspec.neuron import ranks as neuron_ranks
from netspec.neuron.ranks import Ranks
from netspec.plan.cells import Cells, Template
from netspec.plan.cost import cost
from netspec.plan.make import Share

log = logging.getLogger("netspec")


def shared(model: Model, mod: list[Path] | None, ranks: Ranks) -> Share:
    """What `balance` asks for. mod: folders of the model's mod files, None for the usual ones. Collective."""
    if model.spec.simulation.balance != "cost" or ranks.size == 1:
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

    return by_cost
