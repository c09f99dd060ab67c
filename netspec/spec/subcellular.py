"""What the user wrote about places of synapses: rules that move what connParams have placed."""

from dataclasses import dataclass
from typing import Any

from netspec.spec.keys import key

USED = {
    "uniform": (),
    "1Dmap": ("gridY", "gridValues", "fixedSomaY"),
    "2Dmap": ("gridX", "gridY", "gridValues", "fixedSomaY"),
    "distance": ("ref_sec", "ref_seg", "target_distance", "coord"),
}
"""Types of densities and the keys that each reads besides `type`."""


@dataclass(frozen=True)
class Density:
    """How synapses lie on a cell; the text 'uniform' means {'type': 'uniform'}."""

    type: str = key("type", "text", "uniform, 1Dmap, 2Dmap or distance")
    grid_x: Any = key(
        "gridX", "numbers", "2Dmap: x of the grid, from which that of the soma is subtracted", None, "um"
    )
    grid_y: Any = key("gridY", "numbers", "maps: y of the grid (depth is negative)", None, "um")
    grid_values: Any = key(
        "gridValues", "numbers", "maps: synapses per length at each gridY; 2Dmap: for each gridX a list", None
    )
    fixed_soma_y: Any = key(
        "fixedSomaY", "number", "maps: where gridY supposes the soma; the grid moves with it", None, "um"
    )
    ref_sec: str | None = key(
        "ref_sec", "text", "distance: section to measure from; the origin of distances if missing", None
    )
    ref_seg: float = key("ref_seg", "number", "distance: location to measure from", 0.5)
    target_distance: float = key(
        "target_distance", "number", "distance: wanted distance of all synapses", 0.0, "um"
    )
    coord: str | None = key(
        "coord", "text", "distance: 'cartesian' for that in space; along the tree if missing", None
    )


@dataclass(frozen=True)
class SubcellularRule:
    """An entry of subConnParams."""

    label: str
    pre_conds: dict[str, Any] = key("preConds", "conditions", "tags of the presynaptic cells")
    post_conds: dict[str, Any] = key("postConds", "conditions", "tags of the postsynaptic cells")
    sec: Any = key("sec", "text or list", "section, list of sections or secList", None)
    group_syn_mechs: list[Any] | None = key(
        "groupSynMechs", "list of texts", "synMechs at one place that move together", None
    )
    density: Density | None = key("density", "density", "how the synapses are to lie; must be given", None)
