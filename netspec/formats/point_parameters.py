"""Parameters of single artificial cells as NetPyNE's cells hold them."""

from collections.abc import Mapping
from copy import deepcopy
from typing import Any

import numpy as np

from netspec.model import Population
from netspec.plan import Plan, PointBlock
from netspec.plan.cells import keys
from netspec.plan.points import given_times, of_cell
from netspec.plan.trains import pulse_rate

NOT_SHOWN = ("vref", "spkTimes", "dynamicRates")
"""Keys of a population that NetPyNE does not take for parameters when there is no `params`."""


def parameters(plan: Plan, position: int) -> dict[str, Any]:
    """Parameters of the owned artificial cell at a position: what was drawn as numbers, functions as written.

    A rate gives an interval [ms]; given times and changing rates are the cell's own.
    """
    cells, model = plan.cells, plan.model
    code = int(cells.table["population"][position])
    population, own = cells.populations[code], cells.tags.get(position, {})
    written = own.get("params", population.params)
    hidden = NOT_SHOWN if population.spec.params is None and "params" not in own else ()
    params = {name: deepcopy(value) for name, value in written.items() if name not in hidden}
    times = given_times(cells, population, written, position)
    if times is not None:
        params["spkTimes"] = deepcopy(times)
    rates = _changing_rates(plan, population, written, position)
    if rates is not None:
        params["rates"] = deepcopy(rates)
    if "rate" in params:
        params |= _rate(plan, code, position, params["rate"])
    if population.mechanism in ("NetStim", "VecStim"):
        params.setdefault("seed", model.spec.simulation.seeds.get("stim", 1))
    if population.mechanism == "VecStim":
        params |= _train(plan, params, position)
    return params


def _rate(plan: Plan, code: int, position: int, written: Any) -> dict[str, Any]:
    """The cell's rate [Hz] if it was drawn, and the interval [ms] that it gives; nothing for a rate of 0."""
    block = _block(plan, code)
    if "rate" not in block.cells:
        return {}
    gids = block.cells["gid"]
    value = float(block.cells["rate"][np.searchsorted(gids, plan.cells.gids[position])])
    found = {"rate": value} if isinstance(written, list | tuple) else {}
    return found | ({"interval": 1000.0 / value} if value else {})


def _block(plan: Plan, code: int) -> PointBlock:
    return next(block for block in plan.points if block.population == code)


def _changing_rates(
    plan: Plan, population: Population, written: Mapping[str, Any], position: int
) -> list[Any] | None:
    dynamic = written.get("dynamicRates", population.spec.tags.get("dynamicRates"))
    if not isinstance(dynamic, Mapping):
        return None
    return [of_cell(plan.cells, dynamic["rates"], position), dynamic["times"]]


def _train(plan: Plan, params: Mapping[str, Any], position: int) -> dict[str, Any]:
    """Patterns and pulses of a VecStim whose numbers depend on the cell or on the duration."""
    found: dict[str, Any] = {}
    pattern = params.get("spikePattern")
    if isinstance(pattern, Mapping) and pattern.get("type") == "poisson" and pattern.get("stop") == -1:
        found["spikePattern"] = {**pattern, "stop": plan.model.spec.simulation.duration}
    pulses = params.get("pulses")
    if pulses:
        cell, streams = keys(plan.cells, np.array([position])), plan.model.streams
        found["pulses"] = [
            {**pulse, "rate": pulse_rate(pulse, k, cell, streams)} if "rate" in pulse else dict(pulse)
            for k, pulse in enumerate(pulses)
        ]
    return found
