"""The masses of a specification as populations and couplings to integrate, and their course."""

from typing import Any

import numpy as np

from netspec.masses import Coupling, Course, Population, read_tables, simulate
from netspec.spec import Spec
from netspec.spec.kinds import is_number
from netspec.spec.masses import MassCoupling, MassPopulation, stimuli
from netspec.stimulus import from_plain


def populations(spec: Spec) -> dict[str, Population]:
    """Each population of masses."""
    return {label: _population(one) for label, one in spec.network.masses.populations.items()}


def _population(one: MassPopulation) -> Population:
    model = one.mass
    if model is None:
        raise ValueError(f"there is no model {one.model!r}")
    inputs = {
        name: from_plain(value) if isinstance(value, dict) else value for _, name, value in stimuli(one)
    }
    tables = read_tables(one.tables) if one.tables else None
    return Population(model, one.nodes, one.params, one.initial, inputs, tables)


def couplings(spec: Spec) -> list[Coupling]:
    """Each coupling between masses."""
    return [_coupling(one) for one in spec.network.masses.couplings.values()]


def _coupling(one: MassCoupling) -> Coupling:
    weights: Any = 1.0 if one.matrix is None else np.asarray(one.matrix, np.float64)
    delays = one.delay if one.delay_matrix is None else np.asarray(one.delay_matrix, np.float64)
    pre, post = one.ends
    return Coupling(pre, post, one.weight * weights, delays, one.coupling, one.variable, one.target)


def course(spec: Spec) -> Course:
    """What the masses do: the states and outputs that are recorded, each recordStep."""
    simulation = spec.simulation
    found = simulate(
        populations(spec),
        couplings(spec),
        simulation.duration,
        simulation.dt,
        simulation.mass_method,
        _every(spec),
        simulation.seeds.get("stim", 1),
    )
    return _recorded(spec, found)


def kept(spec: Spec, every: Course) -> Course:
    """Of each step, what is recorded."""
    step = _every(spec)
    thinned = {
        label: {name: np.ascontiguousarray(own[:, step - 1 :: step]) for name, own in values.items()}
        for label, values in every.values.items()
    }
    return _recorded(spec, Course(every.times[step - 1 :: step], thinned))


def _every(spec: Spec) -> int:
    """How many steps from one sample to the next."""
    simulation = spec.simulation
    step = simulation.record_step if is_number(simulation.record_step) else simulation.dt
    return max(1, round(step / simulation.dt))


def _recorded(spec: Spec, found: Course) -> Course:
    """The states and outputs that are asked for."""
    wanted = {label: one.record for label, one in spec.network.masses.populations.items()}
    values_of = {
        label: {name: values[name] for name in values if name in (wanted[label] or values)}
        for label, values in found.values.items()
    }
    return Course(found.times, values_of)
