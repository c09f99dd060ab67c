"""What the user wrote about cells and synapses: rules, still with their string functions."""

from dataclasses import dataclass, field
from typing import Any

from netspec.spec.keys import key


@dataclass(frozen=True)
class Section:
    """One section of a cell rule."""

    geom: dict[str, Any] = key("geom", "geometry", "L, diam, nseg, Ra, cm and pt3d of the section", {})
    topol: dict[str, Any] = key("topol", "topology", "parentSec, parentX and childX; empty for the root", {})
    mechs: dict[str, dict[str, Any]] = key(
        "mechs", "mechanisms", "density mechanisms and their parameters", {}
    )
    ions: dict[str, dict[str, Any]] = key("ions", "mechanisms", "e, i and o of each ion [mV, mM, mM]", {})
    pointps: dict[str, dict[str, Any]] = key(
        "pointps", "mechanisms", "point processes: mod, loc, vref, spikes, synList and parameters", {}
    )
    syn_mechs: list[dict[str, Any]] = key(
        "synMechs", "list", "synapses without connections: label of a synMech, and loc", []
    )
    spike_gen_loc: float | None = key("spikeGenLoc", "location", "where spikes are detected", None)
    vinit: float | None = key("vinit", "number", "initial membrane potential", None, "mV")
    weight_norm: list[float] | None = key("weightNorm", "numbers", "weight factor of each segment", None)
    threshold: float | None = key("threshold", "number", "spike threshold", None, "mV")


@dataclass(frozen=True)
class CellRule:
    """An entry of cellParams: what the cells that meet `conds` (or have this cellType) are made of."""

    label: str
    conds: dict[str, Any] = key("conds", "conditions", "tags of the cells it applies to", {})
    secs: dict[str, Section] = key("secs", "sections", "sections by name", {})
    sec_lists: dict[str, list[str]] = key("secLists", "mapping of lists", "named lists of sections", {})
    globals: dict[str, float] = key("globals", "mapping of numbers", "NEURON globals, e.g. celsius", {})
    vars: dict[str, Any] = key("vars", "mapping", "variables for string functions of this rule", {})
    diversity_fraction: float | None = key(
        "diversityFraction", "number", "share of a diverse population's cells", None
    )
    cell_model: str | None = key("cellModel", "text", "artificial cell that this rule stands for", None)
    params: dict[str, Any] = key("params", "mapping", "parameters of the artificial cell", {})


@dataclass(frozen=True)
class Synapse:
    """An entry of synMechParams; `params` holds every key that is not one of ours."""

    label: str
    mod: str = key("mod", "text", "NMODL name of the point process")
    loc: Any = key("loc", "any", "accepted and ignored, as in NetPyNE", None)
    self_net_con: dict[str, Any] | None = key(
        "selfNetCon", "mapping", "NetCon from the own cell: sec, loc, weight, delay, threshold", None
    )
    pointer_params: Any = key(
        "pointerParams",
        "any",
        "couples variables: target_var, source_var ('v'), bidirectional (True), weight_var ('weight')",
        None,
    )
    params: dict[str, Any] = field(default_factory=dict)
