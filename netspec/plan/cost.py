"""How much work a cell is, for sharing cells among ranks."""

import numpy as np
from numpy.typing import NDArray

from netspec.plan.cells import Cells, Template

ARTIFICIAL = 0.1
"""Work of an artificial cell, in segments that have no mechanism."""


def cost(cells: Cells, templates: tuple[Template, ...]) -> NDArray[np.float64]:
    """Work of each cell per time step: segments, each counted for itself and for each mechanism (n,)."""
    kinds = np.array([*(_of_template(template) for template in templates), ARTIFICIAL])
    return np.asarray(kinds[cells.table["template"]])


def _of_template(template: Template) -> float:
    return float(
        sum(
            int(section.geom.get("nseg", 1)) * (1 + len(section.mechs) + len(section.pointps))
            for section in template.sections.values()
        )
    )
