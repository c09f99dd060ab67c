"""What a plan has that a target of the export cannot express, by its path."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from netspec.errors import Problem
from netspec.formats.sonata.export.layout import SOURCES
from netspec.formats.sonata.export.templates import NO_MECHANISMS, ordered
from netspec.plan import InputBlock, Plan, merging
from netspec.tables import concat

BUILT_IN = frozenset(
    {
        *("hh", "pas", "fastpas", "extracellular", "capacitance", "ExpSyn", "Exp2Syn", "IClamp", "SEClamp"),
        *("AlphaSynapse", "APCount", "IntFire1", "IntFire2", "IntFire4", "NetStim", "VClamp"),
    }
)
"""Mechanisms that NEURON has without mod files."""
GLOBALS = ("celsius", "v_init", "clamp_resist", "tstop", "dt")
CLOSED_LOOP = "its cells would have to be virtual nodes, which nothing can reach"


def problems(plan: Plan, dialect: str, mods: Mapping[str, Any]) -> list[Problem]:
    """All that cannot be expressed. dialect: 'allen', 'obi' or 'both'. mods: mechanisms with a mod file."""
    network = plan.model.spec.network
    found = [*_simulation(plan), *_rules(plan), *_cells(plan, dialect), *_own_parameters(plan)]
    found += [*_thresholds(plan), *_stimuli(plan)]
    found += [*_sources(plan), *_shared(plan), *_mechanisms(plan, mods)]
    if network.rxd != type(network.rxd)():
        found.append(Problem("netParams.rxdParams", "SONATA has no reaction-diffusion."))
    if dialect in ("obi", "both"):
        found += _of_obi(plan)
    return found


def _simulation(plan: Plan) -> Iterator[Problem]:
    simulation = plan.model.spec.simulation
    for name, given in (("cvode_active", simulation.cvode_active), ("use_local_dt", simulation.use_local_dt)):
        if given:
            yield Problem(f"simConfig.{name}", "bmtk and neurodamus run with a fixed time step.")
    for name in simulation.h_params:
        if name not in GLOBALS:
            yield Problem(
                f"simConfig.hParams[{name!r}]", "a config has no such setting; only celsius and v_init."
            )
    for label, rule in plan.model.spec.network.cell_rules.items():
        for name in rule.globals:
            if name not in (*GLOBALS, *simulation.h_params):
                path = f"netParams.cellParams[{label!r}].globals[{name!r}]"
                yield Problem(path, "a config has no such setting; only celsius and v_init.")
    for change in plan.synapse_changes:
        yield Problem(
            "sim.net.modifySynMechs", f"synapses of {len(change.gids)} cells were changed afterwards."
        )


def _rules(plan: Plan) -> Iterator[Problem]:
    for label in {
        plan.model.rules[code] for code in np.unique(plan.connections["rule"]).tolist() if code >= 0
    }:
        rule, path = plan.model.spec.network.connections[label], f"netParams.connParams[{label!r}]"
        if rule.plast:
            yield Problem(f"{path}.plast", "SONATA has no plasticity rules.")
        if rule.shape:
            yield Problem(f"{path}.shape", "SONATA has no weights that change with time.")
        if rule.weight_index:
            yield Problem(f"{path}.weightIndex", "SONATA has one weight per edge.")
    if len(plan.gaps):
        used = sorted({plan.model.rules[code] for code in np.unique(plan.gaps["rule"]).tolist()})
        for label in used:
            path = f"netParams.connParams[{label!r}]"
            yield Problem(path, "gap junctions and other pointer connections are not exported yet.")


def _cells(plan: Plan, dialect: str) -> Iterator[Problem]:
    v_init = _globals(plan).get("v_init", -65.0)
    for template in plan.templates:
        rule = template.rules[-1] if template.rules else "?"
        path = f"netParams.cellParams[{rule!r}].secs"
        source, location = template.spike_source
        if location != 0.5 and not (dialect == "obi" and location == 1.0):
            message = f"bmtk detects spikes in the middle of the soma, not at {location}."
            yield Problem(f"{path}[{source!r}].spikeGenLoc", message)
        if next(iter(ordered(template))) != source:
            yield Problem(f"{path}[{source!r}].spikeGenLoc", "bmtk detects spikes in the soma only.")
        for name, section in template.sections.items():
            if section.vinit is not None and section.vinit != v_init:
                message = (
                    f"a simulation has one initial potential, {v_init} mV (simConfig.hParams['v_init'])."
                )
                yield Problem(f"{path}[{name!r}].vinit", message)
            for label, point in section.pointps.items():
                for key in ("vref", "synList"):
                    if key in point:
                        message = "a point process that is a neuron has no place in SONATA."
                        yield Problem(f"{path}[{name!r}].pointps[{label!r}][{key!r}]", message)


def threshold(plan: Plan) -> float:
    """The threshold of spikes of all cells with sections [mV]."""
    return next(iter(_all_thresholds(plan)), float(plan.model.spec.network.default_threshold))


def _all_thresholds(plan: Plan) -> dict[float, str]:
    """Each threshold, and where one of it is set."""
    found: dict[float, str] = {}
    default = float(plan.model.spec.network.default_threshold)
    for template in plan.templates:
        source = template.spike_source[0]
        own = template.sections[source].threshold
        path = f"netParams.cellParams[{template.rules[-1]!r}].secs[{source!r}].threshold"
        found.setdefault(
            default if own is None else float(own), "netParams.defaultThreshold" if own is None else path
        )
    return found


def _own_parameters(plan: Plan) -> Iterator[Problem]:
    """Parameters that single cells have for the point processes in their sections."""
    for position, own in plan.cells.tags.items():
        code = int(plan.cells.table["template"][position])
        sections = plan.templates[code].sections.values() if code >= 0 else ()
        if own.get("params") and any(section.pointps for section in sections):
            population = plan.cells.populations[int(plan.cells.table["population"][position])].label
            index = int(plan.cells.table["index"][position])
            path = f"netParams.popParams[{population!r}].cellsList[{index}].params"
            yield Problem(path, "parameters of single cells with sections are not exported yet.")


def _thresholds(plan: Plan) -> Iterator[Problem]:
    values = _all_thresholds(plan)
    if len(values) > 1:
        listed = ", ".join(f"{value:g} mV" for value in sorted(values))
        for path in values.values():
            yield Problem(path, f"a simulation has one threshold of spikes, this network has {listed}.")


def _stimuli(plan: Plan) -> Iterator[Problem]:
    network = plan.model.spec.network
    for label, target in network.targets.items():
        if network.sources[target.source].type == "XStim":
            yield Problem(
                f"netParams.stimTargetParams[{label!r}]", "extracellular stimulation is not exported yet."
            )
    for block in plan.inputs:
        path, source = (
            f"netParams.stimTargetParams[{block.target!r}]",
            f"netParams.stimSourceParams[{block.source!r}]",
        )
        if not len(block.rows):
            continue
        if block.mechanism == "NSLOC":
            yield Problem(f"{source}.rate", "a rate that a script changes has no spike train beforehand.")
        if block.plast or block.shape:
            name = "plast" if block.plast else "shape"
            yield Problem(f"{path}.{name}", "SONATA has no weights that change with time.")


def _sources(plan: Plan) -> Iterator[Problem]:
    reached = np.unique(plan.connections["post"])
    for block in plan.points:
        label = plan.cells.populations[block.population].label
        path = f"netParams.popParams[{label!r}]"
        if block.rates is not None:
            yield Problem(f"{path}.dynamicRates", "spike trains of changing rates are not exported yet.")
        if block.mechanism in SOURCES and np.isin(block.cells["gid"], reached).any():
            yield Problem(path, f"connections end on a {block.mechanism}: {CLOSED_LOOP}.")
        if block.noise is not None and block.mechanism not in SOURCES:
            yield Problem(path, f"random numbers of a {block.mechanism} cannot be handed over.")
        if block.mechanism == "PatternStim":
            yield Problem(path, "a PatternStim has no counterpart.")


def _shared(plan: Plan) -> Iterator[Problem]:
    """Synapses that have a memory and that several connections share."""
    rows = concat(
        [merging.of_connections(plan), *(merging.of_input(b) for b in plan.inputs if "synapse" in b.rows)]
    )
    synapses = plan.model.spec.network.synapses
    for label, given in synapses.items():
        path = f"netParams.synMechParams[{label!r}]"
        own = rows.take((rows["synapse"] == plan.model.synapses.code(label)) & (rows["section"] >= 0))
        if not len(own):
            continue
        for key, value in (("selfNetCon", given.self_net_con), ("pointerParams", given.pointer_params)):
            if value:
                yield Problem(f"{path}.{key}", "SONATA has no such connection.")
        if given.mod not in plan.model.linear and len(merging.objects(plan, own)[0]) < len(own):
            message = (
                f"{given.mod} has a memory, and several connections share one: set simConfig.oneSynPerNetcon."
            )
            yield Problem(path, message)


def used(plan: Plan) -> dict[str, str]:
    """Mechanisms of the plan, and where each is used first."""
    found: dict[str, str] = {}
    for mechanism, path in (*_in_sections(plan), *_of_points(plan)):
        found.setdefault(mechanism, path)
    return found


def _in_sections(plan: Plan) -> Iterator[tuple[str, str]]:
    for template in plan.templates:
        for name, section in template.sections.items():
            path = f"netParams.cellParams[{template.rules[-1]!r}].secs[{name!r}]"
            for mechanism in section.mechs:
                if mechanism not in NO_MECHANISMS:
                    yield mechanism, f"{path}.mechs[{mechanism!r}]"
            for label, point in section.pointps.items():
                yield str(point["mod"]), f"{path}.pointps[{label!r}].mod"


def _of_points(plan: Plan) -> Iterator[tuple[str, str]]:
    tables = [plan.connections, *(block.rows for block in plan.inputs if "synapse" in block.rows)]
    codes = {code for table in tables for code in np.unique(table["synapse"]).tolist()}
    for label, given in plan.model.spec.network.synapses.items():
        if plan.model.synapses.code(label) in codes and given.mod:
            yield given.mod, f"netParams.synMechParams[{label!r}].mod"
    for stimulus in plan.inputs:
        if "synapse" not in stimulus.rows and len(stimulus.rows):
            yield stimulus.mechanism, f"netParams.stimSourceParams[{stimulus.source!r}].type"
    for block in plan.points:
        if block.mechanism not in SOURCES:
            label = plan.cells.populations[block.population].label
            yield block.mechanism, f"netParams.popParams[{label!r}].cellModel"


def _mechanisms(plan: Plan, mods: Mapping[str, Any]) -> Iterator[Problem]:
    for name, path in used(plan).items():
        if name not in BUILT_IN and name not in mods and not name.endswith("_ion"):
            yield Problem(path, f"no mod file defines {name}: name its folder (mod=...).")


def otherwise_in_neurodamus(plan: Plan) -> Iterator[str]:
    """What neurodamus takes in a way of its own, so that spikes come some steps earlier or later there."""
    late = []
    for template in plan.templates:
        source, location = template.spike_source
        topologies = [section.topol for section in template.sections.values() if section.topol]
        at_end = any(t["parentSec"] == source and float(t["parentX"]) >= 1 for t in topologies)
        if location != 1.0 and (at_end or template.sections[source].geom.get("nseg", 1) != 1):
            late.append(template.rules[-1])
    if late:
        hint = "spikeGenLoc 1.0 and dialect 'obi' say the same"
        yield f"detects spikes of {', '.join(late)} at the end of the soma, not in its middle ({hint})"
    tables = [plan.connections, *(block.rows for block in plan.inputs if "synapse" in block.rows)]
    dt = plan.model.spec.simulation.dt
    locations = np.concatenate([table["location"][table["section"] >= 0] for table in tables])
    if ((locations <= 0) | (locations >= 1)).any():
        yield "moves synapses from the ends of sections (0 and 1) into them"
    delays = np.concatenate([table["delay"] for table in tables])
    if (np.abs(delays - np.trunc(delays / dt + 1e-5) * dt) > 1e-9).any():
        yield f"cuts delays down to whole steps of {dt} ms"


def _of_obi(plan: Plan) -> Iterator[Problem]:
    hint = "BlueBrain's dialect {}; dialect='allen' writes the rest."
    if not threshold(plan).is_integer():
        yield Problem("netParams.defaultThreshold", hint.format("has whole numbers of mV"))
    for name, path in used(plan).items():
        if path.startswith("netParams.synMechParams") and name != "Exp2Syn":
            yield Problem(path, hint.format(f"knows Exp2Syn only, not {name}"))


def inside_cells(plan: Plan, dialect: str) -> list[InputBlock]:
    """Stimuli for which a dialect has no input: all but NetStims and IClamps, and its clamps elsewhere."""
    return [
        block
        for block in plan.inputs
        if block.mechanism not in ("NetStim", "NSLOC", "IClamp")
        or (block.mechanism == "IClamp" and dialect != "allen" and not _in_soma(plan, block))
    ]


def _in_soma(plan: Plan, block: Any) -> bool:
    somas = {
        (code, plan.model.sections.code(next(iter(ordered(template)))))
        for code, template in enumerate(plan.templates)
    }
    templates = plan.cells.table["template"][plan.cells.positions(block.rows["gid"])].tolist()
    sections = block.rows["section"].tolist()
    return bool((block.rows["location"] == 0.5).all()) and set(zip(templates, sections, strict=True)) <= somas


def _globals(plan: Plan) -> dict[str, float]:
    """hParams, then what cell rules say."""
    found = dict(plan.model.spec.simulation.h_params)
    for rule in plan.model.spec.network.cell_rules.values():
        for name, value in rule.globals.items():
            found.setdefault(name, value)
    return found


def conditions(plan: Plan) -> dict[str, float]:
    """Temperature and initial potential of the simulation."""
    known = _globals(plan)
    return {name: float(known.get(name, default)) for name, default in (("celsius", 6.3), ("v_init", -65.0))}


def mod_files(plan: Plan, mods: Mapping[str, Any]) -> list[Path]:
    """The mod files of the mechanisms that are used."""
    return sorted({Path(path) for name in used(plan) if name in mods for path in mods[name]})
