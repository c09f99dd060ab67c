"""What a plan has that NeuroML cannot say, by its path."""

from collections.abc import Iterator, Mapping

import numpy as np

from netspec.errors import Problem
from netspec.formats.neuroml.export import channels, inputs, origins, points
from netspec.formats.sonata.export.layout import SOURCES
from netspec.formats.sonata.export.refuse import GLOBALS, conditions
from netspec.plan import Plan

IN_TIME = "NeuroML has no weights that a rule changes with time."


def problems(plan: Plan, mods: Mapping[str, str], what: tuple[bool, bool]) -> Iterator[Problem]:
    """All that is known before components are made. what: whether connections, and stimuli are written."""
    network = plan.model.spec.network
    yield from _settings(plan)
    for part in (_cells(plan, mods), _initial(plan), _single_cells(plan), _sources(plan)):
        yield from part
    if what[0]:
        yield from _connections(plan)
    if what[1]:
        yield from _stimuli(plan, mods)
    if network.rxd != type(network.rxd)():
        yield Problem("netParams.rxdParams", "NeuroML has no reaction-diffusion.")


def _settings(plan: Plan) -> Iterator[Problem]:
    simulation = plan.model.spec.simulation
    known = "only celsius and v_init have counterparts in NeuroML."
    for name in simulation.h_params:
        if name not in (*GLOBALS, "dt", "tstop", "secondorder"):  # how it is integrated is no part of a model
            yield Problem(f"simConfig.hParams[{name!r}]", known)
    for label, rule in plan.model.spec.network.cell_rules.items():
        for name in rule.globals:
            if name not in (*GLOBALS, *simulation.h_params):
                yield Problem(f"netParams.cellParams[{label!r}].globals[{name!r}]", known)
    for change in plan.synapse_changes:
        message = f"synapses of {len(change.gids)} cells were changed afterwards."
        yield Problem("sim.net.modifySynMechs", message)


def _cells(plan: Plan, mods: Mapping[str, str]) -> Iterator[Problem]:
    made_of = origins.of(mods)
    for template in plan.templates:
        known = points.is_izhikevich(template, mods) or points.is_made(template, made_of)
        for name, section in template.sections.items():
            path = f"netParams.cellParams[{template.rules[-1]!r}].secs[{name!r}]"
            others = {name: own for name, own in section.mechs.items() if name not in made_of}
            for mechanism, parameter in channels.unknown(others):
                where = f"{path}.mechs[{mechanism!r}]" + (f"[{parameter!r}]" if parameter else "")
                yield Problem(where, "has no counterpart in NeuroML.")
            for label, point in section.pointps.items():
                if not known:
                    message = f"{point['mod']} has no counterpart in NeuroML."
                    yield Problem(f"{path}.pointps[{label!r}].mod", message)
            if section.syn_mechs:
                yield Problem(f"{path}.synMechs", "synapses without connections have no place in NeuroML.")


def _initial(plan: Plan) -> Iterator[Problem]:
    start = conditions(plan)["v_init"]
    for template in plan.templates:
        values = {n: start if s.vinit is None else float(s.vinit) for n, s in template.sections.items()}
        for name in values if len(set(values.values())) > 1 else ():
            if template.sections[name].vinit is not None:
                path = f"netParams.cellParams[{template.rules[-1]!r}].secs[{name!r}].vinit"
                yield Problem(path, "a cell of NeuroML has one initial potential.")


def _single_cells(plan: Plan) -> Iterator[Problem]:
    for position, own in plan.cells.tags.items():
        if own.get("params") and plan.cells.table["template"][position] >= 0:
            population = plan.cells.populations[int(plan.cells.table["population"][position])].label
            index = int(plan.cells.table["index"][position])
            path = f"netParams.popParams[{population!r}].cellsList[{index}].params"
            yield Problem(path, "parameters of single cells with sections are not exported yet.")


def _sources(plan: Plan) -> Iterator[Problem]:
    for block in plan.points:
        label = plan.cells.populations[block.population].label
        path = f"netParams.popParams[{label!r}]"
        if block.rates is not None:
            yield Problem(f"{path}.dynamicRates", "spike trains of changing rates are not exported yet.")
        if block.mechanism in SOURCES and np.isin(block.cells["gid"], plan.connections["post"]).any():
            yield Problem(path, f"connections end on a {block.mechanism}: a spikeArray takes none.")


def _connections(plan: Plan) -> Iterator[Problem]:
    network = plan.model.spec.network
    codes = np.unique(plan.connections["rule"]).tolist()
    for label in (plan.model.rules[code] for code in codes if code >= 0):
        rule, path = network.connections[label], f"netParams.connParams[{label!r}]"
        if rule.plast:
            yield Problem(f"{path}.plast", IN_TIME)
        if rule.shape:
            yield Problem(f"{path}.shape", IN_TIME)
        if rule.weight_index:
            yield Problem(f"{path}.weightIndex", "NeuroML has one weight per connection.")
    for label, synapse in network.synapses.items():
        if synapse.self_net_con:
            message = "connections of a cell with its own synapses have no place in NeuroML's cells."
            yield Problem(f"netParams.synMechParams[{label!r}].selfNetCon", message)


def _stimuli(plan: Plan, mods: Mapping[str, str]) -> Iterator[Problem]:
    made_of = origins.of(mods)
    network = plan.model.spec.network
    for label, target in network.targets.items():
        if network.sources[target.source].type == "XStim":
            yield Problem(
                f"netParams.stimTargetParams[{label!r}]", "NeuroML has no extracellular stimulation."
            )
    for block in plan.inputs:
        if not len(block.rows):
            continue
        if block.mechanism == "NSLOC":
            path = f"netParams.stimSourceParams[{block.source!r}].rate"
            yield Problem(path, "a rate that a script changes has no spike train beforehand.")
        elif block.mechanism != "NetStim" and block.mechanism not in made_of:
            yield from inputs.refused(block)
        if block.plast or block.shape:
            name = "plast" if block.plast else "shape"
            yield Problem(f"netParams.stimTargetParams[{block.target!r}].{name}", IN_TIME)
