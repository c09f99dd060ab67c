"""Variables of NEURON that a simulation sets for all cells, and which of them there are."""

from neuron import h

from netspec.errors import Problem, SpecError, did_you_mean
from netspec.spec import Spec

RUN_SYSTEM = ("v_init", "tstop", "steps_per_ms", "global_ra", "nstep_steprun", "realtime")
"""Globals of NEURON's standard run system, which exist only if that is loaded."""


def global_values(spec: Spec) -> dict[str, float]:
    """NEURON globals: hParams, then those of the cell rules that hParams does not have, and tstop."""
    values, paths = {}, {}
    sources = [("simConfig.hParams", spec.simulation.h_params)]
    sources += [
        (f"netParams.cellParams[{r.label!r}].globals", r.globals) for r in spec.network.cell_rules.values()
    ]
    for path, given in sources:
        for name, value in given.items():
            if name not in values:
                values[name], paths[name] = value, f"{path}[{name!r}]"
    known = (*RUN_SYSTEM, "celsius", "clamp_resist", "dt")
    problems = [
        Problem(paths[name], f"NEURON has no global {name!r}. {did_you_mean(name, known)}")
        for name in values
        if name not in RUN_SYSTEM and h.name_declared(name) < 2  # 1: a variable of segments
    ]
    if problems:
        raise SpecError(problems)
    return {**values, "tstop": float(spec.simulation.duration)}
