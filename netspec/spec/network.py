"""What the user wrote about the network: populations, connections, stimulation."""

from dataclasses import dataclass, field
from typing import Any

from netspec.spec.cell import CellRule, Synapse
from netspec.spec.keys import key
from netspec.spec.rxd import ReactionDiffusion
from netspec.spec.subcellular import SubcellularRule


@dataclass(frozen=True)
class Population:
    """An entry of popParams; `tags` holds every key that is not one of ours."""

    label: str
    cell_type: str | None = key("cellType", "name", "label of the cell rule, or a tag for conditions", None)
    cell_model: str | None = key("cellModel", "name", "artificial cell, or a tag for conditions", None)
    num_cells: int | None = key("numCells", "count", "number of cells", None)
    density: Any = key("density", "number or function", "cells per mm3", None)
    grid_spacing: Any = key(
        "gridSpacing", "number or numbers", "distance of grid points (of each axis)", None, "um"
    )
    cells_list: list[dict[str, Any]] | None = key(
        "cellsList", "list of cells", "one dict of tags per cell", None
    )
    x_range: Any = key("xRange", "range", "extent in x", None, "um")
    y_range: Any = key("yRange", "range", "extent in y", None, "um")
    z_range: Any = key("zRange", "range", "extent in z", None, "um")
    xnorm_range: Any = key("xnormRange", "range", "extent in x, as a share of sizeX", None)
    ynorm_range: Any = key("ynormRange", "range", "extent in y, as a share of sizeY", None)
    znorm_range: Any = key("znormRange", "range", "extent in z, as a share of sizeZ", None)
    diversity: bool = key("diversity", "bool", "give each cell a `fraction` tag", False)
    original_format: str | None = key(
        "originalFormat", "text", "'NeuroML2': NetPyNE read it from there; changes nothing", None
    )
    params: dict[str, Any] | None = key("params", "mapping", "parameters of the artificial cell", None)
    tags: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class ConnectionRule:
    """An entry of connParams; `params` holds the keys that a rule of the user's own asks for."""

    label: str
    pre_conds: dict[str, Any] = key("preConds", "conditions", "tags of the presynaptic cells")
    post_conds: dict[str, Any] = key("postConds", "conditions", "tags of the postsynaptic cells")
    conn_func: Any = key(
        "connFunc", "text or callable", "name of a rule; chosen by the keys below if missing", None
    )
    probability: Any = key("probability", "number or function", "chance of each pair", None)
    convergence: Any = key(
        "convergence", "number or function", "presynaptic cells per postsynaptic cell", None
    )
    divergence: Any = key("divergence", "number or function", "postsynaptic cells per presynaptic cell", None)
    conn_list: Any = key("connList", "pairs", "pairs of relative indices (pre, post)", None)
    syn_mech: Any = key("synMech", "text or list", "labels in synMechParams; the first one if missing", None)
    sec: Any = key("sec", "text or list", "section, list of sections or secList", None)
    loc: Any = key("loc", "number, function or list", "location on the section", None)
    weight: Any = key(
        "weight", "number, function or list", "synaptic weight; defaultWeight if missing", None, "uS"
    )
    delay: Any = key(
        "delay", "number, function or list", "conduction delay; defaultDelay if missing", None, "ms"
    )
    syns_per_conn: Any = key("synsPerConn", "number, function or list", "synapses per connected pair", None)
    weight_factor: Any = key("synMechWeightFactor", "numbers", "factor of the weight for each synMech", None)
    delay_factor: Any = key("synMechDelayFactor", "numbers", "factor of the delay for each synMech", None)
    loc_factor: Any = key("synMechLocFactor", "numbers", "factor of the location for each synMech", None)
    distribute: bool | None = key(
        "distributeSynsUniformly", "bool", "spread synapses over the sections", None
    )
    random_section: bool | None = key("connRandomSecFromList", "bool", "choose sections at random", None)
    shape: dict[str, Any] | None = key("shape", "mapping", "time course of the weight", None)
    plast: dict[str, Any] | None = key("plast", "mapping", "plasticity: mech and params", None)
    weight_index: int = key("weightIndex", "count", "which weight of the NetCon (artificial cells)", 0)
    pre_sec: str | None = key("preSec", "text", "presynaptic section of a pointer connection", None)
    pre_loc: float | None = key("preLoc", "number", "presynaptic location of a pointer connection", None)
    pre_secs: Any = key("preSecs", "text or list", "preSec, or one for each pair of connList", None)
    pre_locs: Any = key("preLocs", "numbers", "preLoc for each pair of connList", None)
    gap_junction: bool | None = key(
        "gapJunction", "bool", "deprecated: as pointerParams with target_var 'vpeer'", None
    )
    disynaptic_bias: Any = key(
        "disynapticBias", "number", "least share of pairs with a presynaptic cell in common", None
    )
    params: dict[str, Any] = field(default_factory=dict)

    @property
    def same_sections(self) -> bool:
        """Whether `sec` is a list of sections for every pair of connList, not one element for each pair."""
        if self.conn_list is None or not isinstance(self.sec, list) or len(self.sec) == len(self.conn_list):
            return False
        return all(isinstance(name, str) for name in self.sec)


@dataclass(frozen=True)
class StimulusSource:
    """An entry of stimSourceParams; `params` holds every key but `type`."""

    label: str
    type: str = key("type", "text", "NetStim, IClamp, VClamp, SEClamp, AlphaSynapse or any point process")
    params: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class StimulusTarget:
    """An entry of stimTargetParams: which source acts where; `params` override the source's."""

    label: str
    source: str = key("source", "text", "label in stimSourceParams")
    conds: dict[str, Any] = key(
        "conds", "conditions", "tags of the target cells; cellList of relative indices"
    )
    sec: Any = key("sec", "text or list", "section, list of sections or secList", None)
    loc: Any = key("loc", "number, function or list", "location on the section", None)
    weight: Any = key("weight", "number, function or list", "weight of a NetStim's connection", None, "uS")
    delay: Any = key("delay", "number, function or list", "delay of a NetStim's connection", None, "ms")
    syns_per_conn: Any = key("synsPerConn", "number, function or list", "synapses per cell", None)
    syn_mech: Any = key("synMech", "text or list", "labels in synMechParams; the first one if missing", None)
    weight_factor: Any = key("synMechWeightFactor", "numbers", "factor of the weight for each synMech", None)
    delay_factor: Any = key("synMechDelayFactor", "numbers", "factor of the delay for each synMech", None)
    loc_factor: Any = key("synMechLocFactor", "numbers", "factor of the location for each synMech", None)
    params: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Network:
    """netParams as a value: settings and the entries of each section, in the user's order."""

    scale: float = key("scale", "number", "factor on numCells and on densities", 1)
    size_x: float = key("sizeX", "number", "extent of the network in x", 100, "um")
    size_y: float = key("sizeY", "number", "extent of the network in y (depth)", 100, "um")
    size_z: float = key("sizeZ", "number", "extent of the network in z", 100, "um")
    shape: str = key("shape", "text", "cuboid, cylinder or ellipsoid", "cuboid")
    rotate_cells_randomly: Any = key(
        "rotateCellsRandomly", "any", "turn each cell about the y axis: True or [min, max] [rad]", False
    )
    define_cell_shapes: bool = key("defineCellShapes", "bool", "give sections without pt3d 3-D points", False)
    correct_border: Any = key(
        "correctBorder", "any", "mapping for dist_3D_border: threshold, xborders, yborders, zborders", False
    )
    spacing_multiplier: Any = key(
        "cellsVisualizationSpacingMultiplier", "any", "for graphical interfaces only", [1, 1, 1]
    )
    scale_conn_weight: float = key(
        "scaleConnWeight", "number", "factor on all weights but NetStim stimuli's", 1
    )
    scale_conn_weight_net_stims: float = key(
        "scaleConnWeightNetStims", "number", "factor on the weights of NetStim stimuli", 1
    )
    scale_conn_weight_models: Any = key(
        "scaleConnWeightModels", "any", "factor by cellModel, in place of scaleConnWeight", False
    )
    default_weight: float = key("defaultWeight", "number", "weight where none is given", 1, "uS")
    default_delay: float = key("defaultDelay", "number", "delay where none is given", 1, "ms")
    default_threshold: float = key("defaultThreshold", "number", "spike threshold", 10, "mV")
    prop_velocity: float = key("propVelocity", "number", "variable for string functions [um/ms]", 500.0)
    mapping: dict[str, Any] = key("mapping", "mapping", "simConfig attribute -> path in netParams", {})
    copied_tags: list[str] = key(
        "popTagsCopiedToCells",
        "list of texts",
        "population tags that its cells have",
        ["cellModel", "cellType"],
    )
    cell_rules: dict[str, CellRule] = field(default_factory=dict)
    populations: dict[str, Population] = field(default_factory=dict)
    synapses: dict[str, Synapse] = field(default_factory=dict)
    connections: dict[str, ConnectionRule] = field(default_factory=dict)
    subcellular: dict[str, SubcellularRule] = field(default_factory=dict)
    sources: dict[str, StimulusSource] = field(default_factory=dict)
    targets: dict[str, StimulusTarget] = field(default_factory=dict)
    rxd: ReactionDiffusion = field(default_factory=ReactionDiffusion)
    constants: dict[str, float] = field(default_factory=dict)
    """Every number among the attributes: variables of string functions of connections and stimuli."""

    @property
    def size(self) -> tuple[float, float, float]:
        """Extent of the network in x, y and z [um]."""
        return self.size_x, self.size_y, self.size_z
