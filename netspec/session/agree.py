"""Planning on several ranks: a mistake that one of them finds in its share is everybody's."""

from collections.abc import Callable
from typing import Any

from netspec.errors import Problem, SpecError
from netspec.plan import Plan
from netspec.plan.delays import below_two_steps, not_above_dt
from netspec.plan.gaps import with_variable_step


def agreed(planned: Callable[[], Plan], ranks: Any) -> Plan:
    """What planned() returns; SpecError on all ranks if it fails on one. Collective."""
    plan: Plan | None = None
    problems: tuple[Problem, ...] = ()
    try:
        plan = planned()
        problems = tuple(below_two_steps(plan))
        if ranks.size > 1:
            problems += (*not_above_dt(plan), *with_variable_step(plan))
    except SpecError as error:
        problems = error.problems
    first: dict[str, Problem] = {}
    for part in ranks.allgather(problems):
        for problem in part:
            first.setdefault(problem.path, problem)
    if first or plan is None:
        raise SpecError(first.values())
    return plan
