"""What may be given as netParams and simConfig, and in which order."""

import dataclasses
from collections.abc import Mapping
from contextlib import suppress
from typing import Any, cast

from netspec.errors import Problem, SpecError
from netspec.session.containers import Dict
from netspec.specs import NetParams, SimConfig


def check_order(net_params: Any, sim_config: Any) -> None:
    """SpecError if netParams and simConfig were exchanged."""
    swapped = "popParams" in _names(sim_config) or "duration" in _names(net_params)
    if swapped:
        message = "netParams and simConfig are in the wrong order: initialize(netParams, simConfig)"
        raise SpecError([Problem("sim.initialize", message)])


def _names(settings: Any) -> Any:
    if settings is None:
        return ()
    return settings if isinstance(settings, Mapping | NetParams | SimConfig) else vars(settings)


def as_mapping(settings: Any) -> Mapping[str, Any]:
    """Names and values of a mapping, of an object, or of None."""
    if settings is None:
        return {}
    if isinstance(settings, Mapping):
        return settings
    return cast(Mapping[str, Any], vars(settings))


def rename_pop_label(entry: Any) -> None:
    """The old name of the tag 'pop', in an entry and its conditions."""
    if isinstance(entry, Dict):
        entry.rename("popLabel", "pop")
        for value in entry.values():
            rename_pop_label(value)


def take_units(sim_config: Any) -> None:
    """Put numbers in place of texts such as '0.5 s' among the options; what is wrong is for the reader."""
    from netspec.spec.kinds import Misfit, fit
    from netspec.spec.simulation import Simulation

    for field in dataclasses.fields(Simulation):
        data = field.metadata
        if data.get("kind") in ("number", "number or text") and isinstance(sim_config.get(data["key"]), str):
            with suppress(Misfit):
                sim_config[data["key"]] = fit(data["kind"], sim_config[data["key"]], data["unit"])
