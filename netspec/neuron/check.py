"""Whether NEURON has every mechanism, ion and variable that a specification names."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from neuron import h

from netspec.errors import Problem, did_you_mean, near_miss
from netspec.model import Model, Population
from netspec.neuron import catalog, checkpoint
from netspec.plan.strict import complain
from netspec.spec.cell import CellRule, Section, Synapse
from netspec.spec.findings import Path, spell
from netspec.spec.network import ConnectionRule, Network, StimulusTarget
from netspec.spec.vocabulary import H_GLOBALS

Problems = Iterator[Problem]

LACKS = ("NEURON has no mechanism", "NEURON has no point process")
POINT_KEYS = ("mod", "loc", "vref", "synList", "spikes")
"""Keys of a point process in a section that are not variables of the mechanism."""
NETSTIM_KEYS = ("rate", "interval", "noise", "start", "number", "seed", "shape", "plast")
VECSTIM_KEYS = ("interval", "rate", "start", "noise", "seed", "pulses", "spikePattern", "spkTimes")
CELL_KEYS = ("vref", "spkTimes", "dynamicRates")
"""Keys of populations of artificial cells that are not variables of the mechanism."""
STIMULUS_KEYS = ("source", "loc", "sec", "label", "waveform")
VARIABLE = "NSLOC"
"""What stands for a NetStim of variable rate."""
FIELD = "XStim"
"""Type of a stimulus that is no point process: a potential outside of cells."""
IGNORED_MECHANISM = "dipole"
"""NetPyNE leaves it out as well: it stands for a way of recording."""


def problems(model: Model) -> list[Problem]:
    """Every name of a mechanism, an ion or a variable that NEURON does not have."""
    network = model.spec.network
    found = [problem for rule in network.cell_rules.values() for problem in _cell_rule(rule)]
    found += [problem for population in model.populations for problem in _population(population, network)]
    found += _synapses(model)
    for label, rule in network.connections.items():
        found += _plasticity(rule.plast, ("netParams", "connParams", label, "plast"))
    found += _stimuli(network)
    for label, trace in model.spec.simulation.record_traces.items():
        found += _trace(trace, model, ("simConfig", "recordTraces", label))
    found += checkpoint.problems(model.spec.simulation, named(model))
    return found


def _synapses(model: Model) -> Problems:
    """Of synapses that no rule has, NetPyNE does not see it."""
    network = model.spec.network
    labels = [label for rule in network.connections.values() for label in _labels(rule)]
    labels += [label for target in network.targets.values() for label in _labels(target)]
    secs = [section for rule in network.cell_rules.values() for section in rule.secs.values()]
    own = [each for section in secs for each in section.syn_mechs if isinstance(each, Mapping)]
    labels += [each.get("label") for each in own]
    used = {next(iter(network.synapses), None) if label is None else label for label in labels}
    for label, synapse in network.synapses.items():
        path = ("netParams", "synMechParams", label)
        electrical = any(
            rule.gap_junction and label in _labels(rule) for rule in network.connections.values()
        )
        wrong = [*_point_process(synapse.mod, (*path, "mod")), *_variables(synapse.mod, synapse.params, path)]
        wrong += _pointer(synapse, electrical, path)
        if label in used or model.spec.simulation.strict:
            yield from wrong
        else:
            for problem in wrong:
                complain(model, problem)


def named(model: Model) -> set[str]:
    """Mechanisms that a specification names."""
    network = model.spec.network
    sections = [section for rule in network.cell_rules.values() for section in rule.secs.values()]
    plasticity = [rule.plast for rule in network.connections.values()]
    plasticity += [source.params.get("plast") for source in network.sources.values()]
    return {
        *(name for section in sections for name in section.mechs),
        *(values.get("mod") for section in sections for values in section.pointps.values()),
        *(population.mechanism for population in model.populations),
        *(synapse.mod for synapse in network.synapses.values()),
        *(source.type for source in network.sources.values() if source.type != FIELD),
        *(values.get("mech") for values in plasticity if isinstance(values, Mapping)),
    } - {None}


def _cell_rule(rule: CellRule) -> Problems:
    path = ("netParams", "cellParams", rule.label)
    for name, section in rule.secs.items():
        yield from _section(section, (*path, "secs", name))
    for name in rule.globals:
        if name not in H_GLOBALS and not catalog.is_global(name):
            message = "NEURON has no global variable of this name; one of a mechanism is <name>_<mechanism>"
            yield Problem(spell((*path, "globals", name)), message)


def _section(section: Section, path: Path) -> Problems:
    densities = catalog.densities()
    for mechanism, values in section.mechs.items():
        here = (*path, "mechs", mechanism)
        if mechanism in densities:
            yield from _variables(mechanism, (name for name in values if values[name] is not None), here)
        elif mechanism != IGNORED_MECHANISM:
            yield Problem(spell(here), _no_density(mechanism))
    for ion in section.ions:
        if f"{ion}_ion" not in densities:
            known = [name.removesuffix("_ion") for name in densities if name.endswith("_ion")]
            message = f"no mechanism that is loaded uses an ion {ion!r}. {did_you_mean(ion, known)}"
            yield Problem(spell((*path, "ions", ion)), message)
    for label, values in section.pointps.items():
        here = (*path, "pointps", label)
        mechanism = values.get("mod")
        yield from _point_process(mechanism, (*here, "mod"))
        names = [name.partition("[")[0] for name in values]  # amp[0] is an element of an array
        own = [name for name in names if name not in POINT_KEYS and not name.startswith("_")]
        yield from _variables(mechanism, own, here)
        if "vref" in values:
            yield from _readable(mechanism, values["vref"], (*here, "vref"))


def _no_density(mechanism: str) -> str:
    if mechanism in catalog.points():
        return f"{mechanism!r} is a point process; it belongs into 'pointps'."
    known = [name for name in catalog.densities() if not name.endswith("_ion")]
    return f"{LACKS[0]} {mechanism!r}. {did_you_mean(mechanism, known)}"


def _population(population: Population, network: Network) -> Problems:
    mechanism = population.mechanism
    if mechanism is None:
        return
    path = ("netParams", "popParams", population.label)
    if mechanism not in catalog.points():
        yield Problem(spell((*path, "cellModel")), _no_point(mechanism))
        return
    extra = _cell_keys(mechanism)
    own = population.spec.params
    rule = network.cell_rules.get(population.spec.cell_type or "")
    if rule is not None:
        yield from _variables(
            mechanism, rule.params, ("netParams", "cellParams", rule.label, "params"), extra
        )
    if own is not None:
        yield from _variables(mechanism, own, (*path, "params"), extra)
        return
    known = {*catalog.variables(mechanism), *extra}
    # Without `params`, tags of the user's own stand among the parameters.
    slips = (name for name in population.spec.tags if name not in known and near_miss(name, known))
    yield from _variables(mechanism, slips, path, extra)


def _cell_keys(mechanism: str) -> tuple[str, ...]:
    if mechanism == "VecStim":
        return (*VECSTIM_KEYS, *CELL_KEYS)
    rates = ("rate", "rates") if "interval" in catalog.variables(mechanism) else ()
    return (*CELL_KEYS, *rates, *(NETSTIM_KEYS if mechanism == "NetStim" else ()))


def _stimuli(network: Network) -> Problems:
    for label, source in network.sources.items():
        path = ("netParams", "stimSourceParams", label)
        if source.type == FIELD:
            yield from _xtra(source.params, path)
        elif source.type == "NetStim":
            known = (*NETSTIM_KEYS, *catalog.variables("NetStim"))
            slips = (name for name in source.params if name not in known and near_miss(name, known))
            yield from _variables(source.type, slips, path, NETSTIM_KEYS)
            yield from _plasticity(source.params.get("plast"), (*path, "plast"))
            if source.params.get("rate") == "variable" and not catalog.exists(VARIABLE):
                message = f"a variable rate needs the mechanism {VARIABLE!r} (nsloc.mod)."
                yield Problem(spell((*path, "rate")), message)
        else:
            yield from _point_process(source.type, (*path, "type"))
            yield from _variables(source.type, source.params, path, STIMULUS_KEYS)
            if (waveform := source.params.get("waveform")) is not None and catalog.exists(source.type):
                yield from _variables(source.type, (waveform.get("var", "amp"),), (*path, "waveform"), ())
    for label, target in network.targets.items():
        source = network.sources.get(target.source)
        if source is not None and source.type != FIELD:
            extra = NETSTIM_KEYS if source.type == "NetStim" else STIMULUS_KEYS
            path = ("netParams", "stimTargetParams", label)
            yield from _variables(source.type, target.params, path, extra)


def _xtra(params: Mapping[str, Any], path: Path) -> Problems:
    """The mechanism of an extracellular stimulus with mod_based."""
    lacks = not catalog.exists("xtra") or not {"rx", "ex"} <= catalog.variables("xtra").keys()
    if params.get("mod_based") and (lacks or not h.name_declared("is_xtra")):
        message = "needs a mod file with SUFFIX xtra, GLOBAL is, and RANGE or POINTER rx and ex."
        yield Problem(spell((*path, "mod_based")), message)


def _labels(rule: ConnectionRule | StimulusTarget) -> list[Any]:
    return rule.syn_mech if isinstance(rule.syn_mech, list) else [rule.syn_mech]


def _pointer(synapse: Synapse, electrical: bool, path: Path) -> Problems:
    """The variables that a pointer connection couples. electrical: by gapJunction of some rule."""
    given = synapse.pointer_params or ({"target_var": "vpeer"} if electrical else {})
    if not isinstance(given, Mapping) or not given or not catalog.exists(synapse.mod):
        return
    path = (*path, "pointerParams") if synapse.pointer_params else (*path, "mod")
    target, source = given.get("target_var"), given.get("source_var", "v")
    known = catalog.variables(synapse.mod)
    if isinstance(target, str) and target not in known:
        message = f"{synapse.mod!r} has no variable {target!r}. {did_you_mean(target, known)}"
        yield Problem(spell((*path, "target_var") if synapse.pointer_params else path), message)
    if (weight := given.get("weight_var")) is not None and weight not in known:
        message = f"{synapse.mod!r} has no variable {weight!r}. {did_you_mean(weight, known)}"
        yield Problem(spell((*path, "weight_var")), message)
    segments = catalog.segment_variables()
    if isinstance(source, str) and source not in segments:
        message = f"a segment has no variable {source!r}. {did_you_mean(source, segments)}"
        yield Problem(spell((*path, "source_var")), message)


def _plasticity(values: Any, path: Path) -> Problems:
    if isinstance(values, Mapping) and isinstance(values.get("mech"), str):
        yield from _point_process(values["mech"], (*path, "mech"))
        yield from _variables(values["mech"], values.get("params") or (), (*path, "params"))


def _trace(trace: Mapping[str, Any], model: Model, path: Path) -> Problems:
    """The variable of a trace, if what it belongs to is known."""
    variable = trace.get("var")
    if not isinstance(variable, str):
        return
    sources = [name for name in _recorded(trace, model) if catalog.exists(name)]
    if any(variable in catalog.variables(name) for name in sources):
        return
    if sources:
        yield from _readable(sources[0], variable, (*path, "var"))
    elif "sec" in trace and not any(name in trace for name in ("mech", "synMech", "stim", "pointp")):
        known = {*catalog.segment_variables(), *model.spec.network.rxd.variables}
        if variable not in known:
            message = f"a segment has no variable {variable!r}. {did_you_mean(variable, known)}"
            yield Problem(spell((*path, "var")), message)


def _recorded(trace: Mapping[str, Any], model: Model) -> list[str]:
    """Mechanisms that a trace may be about."""
    network = model.spec.network
    match trace:
        case {"sec": _, "mech": mechanism}:
            return [mechanism]
        case {"synMech": label}:
            return [network.synapses[label].mod] if label in network.synapses else []
        case {"sec": _, "stim": label}:
            target = network.targets.get(label)
            source = network.sources.get(target.source) if target else None
            return [source.type] if source else []
        case {"sec": _, "pointp": label}:
            rules = network.cell_rules.values()
            sections = [section for rule in rules for section in rule.secs.values()]
            return [section.pointps[label].get("mod") for section in sections if label in section.pointps]
        case {"sec": _}:
            return []
    return [population.mechanism for population in model.populations if population.mechanism]


def _point_process(mechanism: Any, path: Path) -> Problems:
    """A mechanism that stands in a section."""
    if not isinstance(mechanism, str):
        return
    if mechanism not in catalog.points():
        yield Problem(spell(path), _no_point(mechanism))
    elif mechanism in catalog.artificial_cells():
        yield Problem(spell(path), f"{mechanism!r} is an artificial cell, which cannot stand in a section.")


def _no_point(mechanism: str) -> str:
    if mechanism in catalog.densities():
        return f"{mechanism!r} is a density mechanism; it belongs into 'mechs'."
    return f"{LACKS[1]} {mechanism!r}. {did_you_mean(mechanism, catalog.points())}"


def _variables(mechanism: Any, names: Iterable[str], path: Path, extra: Iterable[str] = ()) -> Problems:
    """Names that are set but are no variables of a mechanism that exists. extra: other keys there."""
    if not isinstance(mechanism, str) or not catalog.exists(mechanism):
        return
    known = catalog.variables(mechanism).keys() | set(extra)
    if "del" in known:
        known.add("delay")
    for name in names:
        if name not in known:
            yield Problem(spell((*path, name)), _not_a_parameter(name, mechanism, extra))


def _not_a_parameter(name: str, mechanism: str, extra: Iterable[str]) -> str:
    if catalog.is_global(f"{name}_{mechanism}"):
        return (
            f"{name!r} is GLOBAL in {mechanism!r}, the same everywhere: "
            f"set {name + '_' + mechanism!r} in the 'globals' of the cell rule or in simConfig.hParams."
        )
    choice = (*catalog.parameters(mechanism), *extra)
    return f"not a parameter of {mechanism!r}. {did_you_mean(name, choice)}"


def _readable(mechanism: Any, variable: Any, path: Path) -> Problems:
    """A variable that is read."""
    if (
        isinstance(mechanism, str)
        and catalog.exists(mechanism)
        and variable not in catalog.variables(mechanism)
    ):
        hint = did_you_mean(variable, catalog.variables(mechanism))
        yield Problem(spell(path), f"{mechanism!r} has no variable {variable!r}. {hint}")
