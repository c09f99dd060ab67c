"""The few names of the native interface: dictionaries -> plan, dictionaries -> results."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from netspec.model import BUILTIN_ARTIFICIAL, BUILTIN_LINEAR, resolve
from netspec.neuron.linear import why_not
from netspec.neuron.mod_files import find, folder
from netspec.plan import Plan
from netspec.plan.make import make
from netspec.plan.masses import course
from netspec.plan.rules import RULES
from netspec.resources import folder as shipped
from netspec.results import Results, count
from netspec.session.containers import plain_data
from netspec.spec.raw import attributes
from netspec.spec.read import read
from netspec.spec.vocabulary import MECHANISM_UNITS


def plan(net_params: Any, sim_config: Any = None, mod: Any = None) -> Plan:
    """The whole network as tables, without NEURON. mod: folders whose mod files define artificial cells."""
    return planned(net_params, named(sim_config), folders(mod))


def planned(net_params: Any, options: Any, mods: Sequence[Path]) -> Plan:
    """The same with options as they are: of NetPyNE's face where nothing is said. mods: folders."""
    defined = find([*mods, shipped("mod")])
    artificial = BUILTIN_ARTIFICIAL | {file.name for file in defined if file.kind == "artificial cell"}
    units = {**MECHANISM_UNITS, **{file.name: file.units for file in defined}}
    spec = read(net_params, options, artificial=artificial, rules=RULES, units=units.get)
    used = {synapse.mod for synapse in spec.network.synapses.values()}
    texts = {file.name: file.path.read_text("utf-8", "replace") for file in defined if file.name in used}
    linear = [name for name, text in texts.items() if not why_not(text)]
    return make(resolve(spec, artificial, {*BUILTIN_LINEAR, *linear}))


def run(net_params: Any, sim_config: Any = None, mod: Any = None) -> Results:
    """Build, run and gather. On rank 0 the results of all ranks, elsewhere those of the rank.

    With gatherOnlySimData the plan in them is everywhere the rank's own share: connections stay where
    they are.
    """
    if has_only_masses(net_params):
        return masses_alone(net_params, named(sim_config), folders(mod))
    from netspec.session.stages import Session  # imports NEURON

    session = Session(talks=False)
    session.mod = folders(mod)
    session.initialize(net_params, named(sim_config), None)
    try:
        session.plan_everything()
        session.create_cells()
        session.connect_cells()
        session.add_stims()
        session.network_view().addRxD()
        session.setup_recording()
        session.run()
        return session.gather(not session.cfg.get("gatherOnlySimData"))
    finally:
        session.clear()  # NEURON's objects of one run must not be there in the next


def has_only_masses(net_params: Any) -> bool:
    """Whether all populations are masses, so that NEURON is not needed."""
    populations = attributes(net_params).get("popParams")
    entries = list(populations.values()) if isinstance(populations, Mapping) else []
    return bool(entries) and all(isinstance(one, Mapping) and "massModel" in one for one in entries)


def masses_alone(net_params: Any, options: dict[str, Any], mods: Sequence[Path]) -> Results:
    """The results of a network without cells."""
    plan = planned(net_params, options, mods)
    found = course(plan.model.spec)
    written = [plain_data(attributes(one)) for one in (net_params, options)]
    own = {
        "masses": found.values,
        "mass_time": found.times,
        "net_params": written[0],
        "sim_config": written[1],
    }
    empty = Results(plan, **own)
    return replace(empty, counts=count(empty))


def named(sim_config: Any) -> dict[str, Any]:
    """The options as a dict; random streams by name, synapses merged unless the user chose otherwise."""
    options = sim_config if isinstance(sim_config, Mapping) else vars(sim_config) if sim_config else {}
    return {"randomStreams": "named", "mergeSynapses": True, **options}


def folders(mod: Any) -> list[Path]:
    """Folders of mod files: those given, else that of the working directory."""
    if mod is None:
        return [place for place in (folder(Path()),) if place]
    return [Path(mod)] if isinstance(mod, str | Path) else [Path(folder) for folder in mod]
