"""Which delays are too short for several ranks."""

import numpy as np

from netspec.errors import Problem
from netspec.plan import Plan
from netspec.plan.gaps import of_rows


def not_above_dt(plan: Plan) -> list[Problem]:
    """One problem for each rule with a delay of one time step: NEURON's ranks exchange spikes less often."""
    simulation, rules = plan.model.spec.simulation, plan.model.rules
    if simulation.cvode_active:
        return []
    rows = plan.connections
    short = np.flatnonzero(rows["delay"] <= simulation.dt * (1 + 1e-9))
    short = np.setdiff1d(short, of_rows(plan))  # pointer connections have no events
    codes, first = np.unique(rows["rule"][short], return_index=True)
    return [
        Problem(
            f"netParams.connParams[{rules[code]!r}].delay",
            f"{rows['delay'][row]} ms for pair {rows['pre'][row]} -> {rows['post'][row]} is one time step "
            f"(dt {simulation.dt} ms): on several ranks a delay must be longer. Take a smaller dt.",
        )
        for code, row in zip(codes.tolist(), short[first], strict=True)
    ]
