"""Which delays are too short for several ranks, or for threads."""

import numpy as np
from numpy.typing import NDArray

from netspec.errors import Problem
from netspec.plan import Plan
from netspec.plan.gaps import of_rows

NETSTIMS = ("NetStim", "NSLOC")
"""Stimuli that send events."""


def not_above_dt(plan: Plan) -> list[Problem]:
    """One problem for each rule with a delay of one time step: NEURON's ranks exchange spikes less often."""
    simulation, rules = plan.model.spec.simulation, plan.model.rules
    if simulation.cvode_active:
        return []
    rows = plan.connections
    return [
        Problem(
            f"netParams.connParams[{rules[code]!r}].delay",
            f"{rows['delay'][row]} ms for pair {rows['pre'][row]} -> {rows['post'][row]} is one time step "
            f"(dt {simulation.dt} ms): on several ranks a delay must be longer. Take a smaller dt.",
        )
        for code, row in _first_of_rules(plan, rows["delay"] <= simulation.dt * (1 + 1e-9))
    ]


def below_two_steps(plan: Plan) -> list[Problem]:
    """One problem for each rule and stimulus with a delay below two steps, which threads need."""
    simulation, rules, rows = plan.model.spec.simulation, plan.model.rules, plan.connections
    if simulation.threads < 2 or simulation.cvode_active:
        return []
    least = 2 * simulation.dt * (1 - 1e-9)
    message = f"is below two time steps (dt {simulation.dt} ms), which simConfig.threads needs."
    return [
        Problem(
            f"netParams.connParams[{rules[code]!r}].delay",
            f"{rows['delay'][row]} ms for pair {rows['pre'][row]} -> {rows['post'][row]} {message}",
        )
        for code, row in _first_of_rules(plan, rows["delay"] < least)
    ] + [
        Problem(
            f"netParams.stimTargetParams[{block.target!r}].delay", f"{block.rows['delay'].min()} ms {message}"
        )
        for block in plan.inputs
        if block.mechanism in NETSTIMS and len(block.rows) and block.rows["delay"].min() < least
    ]


def _first_of_rules(plan: Plan, short: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Code of each rule of which a row is short, and the first such row."""
    found = np.setdiff1d(np.flatnonzero(short), of_rows(plan))  # pointer connections have no events
    codes, first = np.unique(plan.connections["rule"][found], return_index=True)
    return list(zip(codes.tolist(), found[first].tolist(), strict=True))
