"""Dictionaries -> Spec. Which key goes into which field is said by the fields (`keys.key`); here is how."""

import dataclasses
import inspect
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import MISSING, dataclass, field
from functools import cache, partial
from typing import Any

from netspec.errors import Problem, SpecError, did_you_mean
from netspec.spec import Spec, check, masses, rxd, vocabulary
from netspec.spec.cell import CellRule, Section, Synapse
from netspec.spec.findings import (
    Finding,
    Path,
    in_order,
    lenient,
    settle,
    warning,
)
from netspec.spec.kinds import Misfit, fit, is_number, numerals, shown
from netspec.spec.network import ConnectionRule, Network, Population, StimulusSource, StimulusTarget
from netspec.spec.quantities import OfMechanism, Units
from netspec.spec.raw import apply_mapping, attributes
from netspec.spec.simulation import DEFAULT_SEEDS, Simulation
from netspec.spec.slips import slip
from netspec.spec.subcellular import Density, SubcellularRule
from netspec.stimulus import Stimulus

ENTRIES: dict[str, type] = {
    "cellParams": CellRule,
    "popParams": Population,
    "synMechParams": Synapse,
    "connParams": ConnectionRule,
    "subConnParams": SubcellularRule,
    "stimSourceParams": StimulusSource,
    "stimTargetParams": StimulusTarget,
}
NO_RULES: Mapping[str, Callable[..., Any]] = {}
PARTLY_GIVEN: dict[str, dict[str, Any]] = {"hParams": {"v_init": -65.0}, "seeds": DEFAULT_SEEDS}
"""What is added to options of which the user gives a part; NetPyNE forgets the other defaults of hParams."""


@dataclass(frozen=True)
class Notes:
    """What reading needs besides the value at hand. findings: what is wrong so far.

    strict: unknown keys are errors; a slip is then read as what it means, so that nothing is reported twice.
    used: names that appear elsewhere in the dictionaries, and so are the user's own. rules: by connFunc.
    units: of the parameters of mechanisms.
    """

    findings: list[Finding] = field(default_factory=list)
    strict: bool = True
    used: frozenset[str] = frozenset()
    rules: Mapping[str, Callable[..., Any]] = field(default_factory=dict)
    units: Units = field(default_factory=Units)


def read(
    net_params: Any,
    sim_config: Any = None,
    *,
    artificial: Iterable[str] = vocabulary.ARTIFICIAL,
    known_analysis: Mapping[str, Iterable[str]] | None = None,
    rules: Mapping[str, Callable[..., Any]] = NO_RULES,
    late: Callable[[Spec], Iterable[Problem]] = lambda spec: (),
    units: OfMechanism = vocabulary.MECHANISM_UNITS.get,
) -> Spec:
    """The specification as a value. SpecError with every mistake, in the user's order; doubts are warnings.

    net_params, sim_config: mappings or objects with attributes; they are not changed. artificial: names of
    the artificial cells there are. known_analysis: function -> its arguments. rules: functions that connFunc
    may name; their arguments may be keys. late: finds what only a later layer can know, for the same list.
    units: of the parameters of a mechanism.
    """
    network, simulation = attributes(net_params), attributes(sim_config)
    _refuse_swapped(network, simulation)
    strict = bool(simulation.get("strict", True))
    findings = apply_mapping(network, simulation)
    mods, types = (
        _of_entries(network, "synMechParams", "mod"),
        _of_entries(network, "stimSourceParams", "type"),
    )
    quantities = Units(units, findings, mods, types)
    notes = Notes(findings, strict, frozenset(_names_used(network)), rules, quantities)
    spec = Spec(_network(network, notes), _simulation(simulation, notes), quantities.used)
    notes.findings.extend(check.check(spec, artificial, known_analysis, rules))
    found = in_order(notes.findings, {"netParams": network, "simConfig": simulation})
    settle(found, strict, late(spec))
    return spec


def _refuse_swapped(network: Mapping[str, Any], simulation: Mapping[str, Any]) -> None:
    for root, values, name, home in (
        ("simConfig", simulation, "popParams", "netParams"),
        ("netParams", network, "duration", "simConfig"),
    ):
        if name in values:
            message = f"belongs to {home}. Are netParams and simConfig swapped?"
            raise SpecError([Problem(f"{root}.{name}", message)])


def _of_entries(network: Mapping[str, Any], section: str, key: str) -> dict[Any, Any]:
    """What each entry of a section has under a key."""
    entries = network.get(section)
    entries = entries if isinstance(entries, Mapping) else {}
    return {label: entry.get(key) for label, entry in entries.items() if isinstance(entry, Mapping)}


def _names_used(network: Mapping[str, Any]) -> Iterator[str]:
    """Names in string functions of connections and stimuli, in `mapping`, and in popTagsCopiedToCells."""
    mapping, copied = network.get("mapping"), network.get("popTagsCopiedToCells")
    yield from mapping if isinstance(mapping, dict) else ()
    yield from (name for name in (copied or ()) if isinstance(name, str))
    for section in ("connParams", "stimSourceParams", "stimTargetParams"):
        entries = network.get(section)
        for entry in entries.values() if isinstance(entries, dict) else ():
            for value in entry.values() if isinstance(entry, dict) else ():
                if isinstance(value, str):
                    yield from check.NAME.findall(value)


def _network(values: Mapping[str, Any], notes: Notes) -> Network:
    """netParams: its settings, its sections, and the user's own attributes."""
    own, found = _split(values, (*_fields(Network), *ENTRIES, "rxdParams"), ("netParams",), notes)
    settings = {name: value for name, value in found.items() if name in _fields(Network)}
    arguments = _arguments(Network, settings, ("netParams",), notes)
    arguments["masses"] = masses.read(found, partial(_part, notes=notes), notes.findings)
    for section, name in vocabulary.SECTIONS.items():
        arguments[name] = _entries(section, found.get(section), notes)
    arguments["rxd"] = rxd.read(found.get("rxdParams"), partial(_part, notes=notes), notes.findings)
    network = Network(**arguments)
    settings = {key: getattr(network, one.name) for key, one in _fields(Network).items()}
    numbers = {name: value for name, value in {**settings, **own}.items() if is_number(value)}
    return dataclasses.replace(network, constants=numbers)


def _simulation(values: Mapping[str, Any], notes: Notes) -> Simulation:
    """simConfig: its options, and the user's own attributes."""
    ignored = vocabulary.IGNORED["simConfig"]
    options, extra = {}, {}
    for name, value in values.items():
        path = ("simConfig", name)
        if name in _fields(Simulation):
            options[name] = value
            continue
        extra[name] = value
        near = slip(name, _fields(Simulation))
        if name in ignored:
            notes.findings.extend([warning(path, ignored[name])] if value else [])
        elif near and name not in notes.used:
            message = f"no option of this name; it is kept as an attribute of yours. Did you mean {near!r}?"
            notes.findings.append(warning(path, message))
    return Simulation(**_arguments(Simulation, options, ("simConfig",), notes), extra=extra)


def _entries(section: str, values: Any, notes: Notes) -> dict[Any, Any]:
    """The entries of one section of netParams, in the user's order."""
    path = ("netParams", section)
    if values is None:
        return {}
    if not isinstance(values, dict):
        notes.findings.append(Finding(path, f"expected a dictionary of entries, got {shown(values)}."))
        return {}
    entries = {}
    for label, value in values.items():
        if isinstance(value, dict):
            entries[label] = _entry(ENTRIES[section], section, label, value, notes)
        else:
            message = f"expected a dictionary, got {shown(value)}."
            notes.findings.append(Finding((*path, label), message))
    return entries


def _entry(cls: type, section: str, label: Any, values: Mapping[str, Any], notes: Notes) -> Any:
    """One entry of a section as its dataclass."""
    path = ("netParams", section, label)
    if section == "popParams":
        values = {name: value for name, value in values.items() if name != "pop"}
    ignored = {n: text for n, text in vocabulary.IGNORED.get(section, {}).items() if n in values}
    notes.findings.extend(warning((*path, name), text) for name, text in ignored.items())
    values = {name: value for name, value in values.items() if name not in ignored}
    free = vocabulary.FREE.get(section)
    told = _for_own_rule(values, notes) if section == "connParams" else {}
    values = {name: value for name, value in values.items() if name not in told}
    own, found = _split(values, _fields(cls), path, notes, free=free is not None)
    own, found = _with_numbers(section, own, found, path, notes.units)
    arguments = _arguments(cls, found, path, notes)
    if told:
        arguments["params"] = told
    if free:
        arguments[free] = own
    return cls(label=label, **arguments)


def _with_numbers(
    section: str, own: dict[str, Any], found: dict[str, Any], path: Path, units: Units
) -> tuple[dict[str, Any], dict[str, Any]]:
    """The same with numbers for texts with a unit of which a mechanism says what it should be."""
    if section in ("popParams", "cellParams") and isinstance(found.get("params"), Mapping):
        inside = units.tags(found.get("cellModel"), found["params"], (*path, "params"))
        found = {**found, "params": inside}
    if section in ("connParams", "stimTargetParams") and "weight" in found:
        found = {**found, "weight": units.weight(found.get("synMech"), found["weight"], (*path, "weight"))}
    if isinstance(plasticity := found.get("plast"), Mapping) and isinstance(
        plasticity.get("params"), Mapping
    ):
        params = units.parameters(plasticity.get("mech"), plasticity["params"], (*path, "plast", "params"))
        found = {**found, "plast": {**plasticity, "params": params}}
    match section:
        case "synMechParams":
            if isinstance(given := found.get("selfNetCon"), Mapping):
                found = {**found, "selfNetCon": units.self_net_con(path[-1], given, (*path, "selfNetCon"))}
            own = units.parameters(found.get("mod"), own, path)
        case "popParams":
            own = units.tags(found.get("cellModel"), own, path)
        case "stimSourceParams":
            own = units.source(found.get("type"), own, path)
        case "stimTargetParams":
            own = units.source(units.types.get(found.get("source")), own, path)
    return own, found


def _part(cls: type, values: Mapping[str, Any], path: Path, notes: Notes) -> Any:
    """One entry of rxdParams as its dataclass."""
    _, found = _split(values, _fields(cls), path, notes, free=False)
    return cls(label=path[-1], **_arguments(cls, found, path, notes))


def _for_own_rule(values: Mapping[str, Any], notes: Notes) -> dict[str, Any]:
    """Keys of a connection that its connFunc has arguments for; a function gets all that we do not know."""
    chosen = values.get("connFunc")
    unknown = {name: value for name, value in values.items() if name not in _fields(ConnectionRule)}
    if callable(chosen):
        return unknown
    function = notes.rules.get(chosen) if isinstance(chosen, str) else None
    arguments = inspect.signature(function).parameters if function else {}
    return {name: value for name, value in unknown.items() if name in arguments}


def _split(
    values: Mapping[str, Any],
    known: Iterable[str],
    path: Path,
    notes: Notes,
    *,
    free: bool = True,
    make: Callable[[Path, str], Finding] = lenient,
) -> tuple[dict[str, Any], dict[str, Any]]:
    """The user's own keys, and the known ones. A slip is an error, and read as what it means."""
    names = list(known)
    own, found = {}, {}
    for name, value in values.items():
        if name in names:
            found[name] = value
            continue
        near = None if name in notes.used else slip(name, names)
        if near or not free:
            hint = f"Did you mean {near!r}?" if near else did_you_mean(name, names)
            notes.findings.append(make((*path, name), f"unknown key. {hint}"))
        if near and notes.strict and near not in values:
            found[near] = value
        elif not near:
            own[name] = value
    return own, found


@cache
def _fields(cls: type) -> dict[str, Any]:
    """Dictionary key -> field, of the fields that are read from a key."""
    return {one.metadata["key"]: one for one in dataclasses.fields(cls) if "key" in one.metadata}


def _arguments(cls: type, found: Mapping[str, Any], path: Path, notes: Notes) -> dict[str, Any]:
    """Arguments of a dataclass from the values of known keys. A missing or unfit one gets the default."""
    arguments = {}
    for key, one in _fields(cls).items():
        default = one.default if one.default_factory is MISSING else one.default_factory()
        required = default is MISSING
        kind, unit = one.metadata["kind"], one.metadata["unit"]
        if required:
            default = {} if kind == "conditions" else ""
        value: Any = found.get(key, default)
        if required and key not in found:
            notes.findings.append(Finding((*path, key), "required, but missing."))
        elif key in found and not (value is None and _may_be_none(kind, default, required)):
            value = _value(kind, value, unit, (*path, key), notes, default)
        elif value is None:
            value = default
        if key in PARTLY_GIVEN and key in found:
            value = {**PARTLY_GIVEN[key], **value}
        arguments[one.name] = value
    return arguments


def _may_be_none(kind: str, default: Any, required: bool) -> bool:
    """Whether None means the default: not for numbers that NetPyNE computes with."""
    return not required and (default is None or kind not in ("number", "count", "number or text"))


def _value(kind: str, value: Any, unit: str, path: Path, notes: Notes, default: Any) -> Any:
    """The value as it is kept, or the default if it does not fit."""
    if kind == "density" and isinstance(value, str):
        value = {"type": value}
    if kind in STRUCTURES:
        if kind == "mapping or stimulus" and isinstance(value, Stimulus):
            return value
        if isinstance(value, Mapping):
            return STRUCTURES[kind](value, path, notes)
        notes.findings.append(Finding(path, f"expected a dictionary, got {shown(value)}."))
        return default
    try:
        return fit(kind, value, unit)
    except Misfit as misfit:
        # NetPyNE takes anything for True that Python does
        found = lenient if kind == "bool" else Finding
        notes.findings.append(found(path, str(misfit)))
        return bool(value) if kind == "bool" and not notes.strict else default


def _mappings(values: Mapping[str, Any], path: Path, notes: Notes) -> dict[str, Any]:
    """Mappings by name."""
    good = {name: dict(value) for name, value in values.items() if isinstance(value, Mapping)}
    for name in values.keys() - good.keys():
        message = f"expected a dictionary, got {shown(values[name])}."
        notes.findings.append(Finding((*path, name), message))
    return good


def _mechanisms(values: Mapping[str, Any], path: Path, notes: Notes) -> dict[str, Any]:
    """Parameters of mechanisms, point processes or ions by name."""
    found = {}
    for name, given in numerals(_mappings(values, path, notes)).items():
        here = (*path, name)
        if path[-1] == "ions":
            found[name] = notes.units.ion(given, here)
        else:
            of = given.get("mod") if path[-1] == "pointps" else name
            found[name] = notes.units.parameters(of, given, here)
    return found


def _lists(values: Mapping[str, Any], path: Path, notes: Notes) -> dict[str, Any]:
    """Lists of names, by name."""
    return {
        name: _value("list of texts", value, "", (*path, name), notes, []) for name, value in values.items()
    }


def _sections(values: Mapping[str, Any], path: Path, notes: Notes) -> dict[str, Section]:
    """Sections by name."""
    sections = {}
    for name, value in _mappings(values, path, notes).items():
        own, found = _split(value, _fields(Section), (*path, name), notes, free=False)
        sections[name] = Section(**_arguments(Section, found, (*path, name), notes))
    return {name: sections[name] for name in values if name in sections}


def _geometry(values: Mapping[str, Any], path: Path, notes: Notes) -> dict[str, Any]:
    """Numbers and string functions, and pt3d as (x, y, z, diam)."""
    units = vocabulary.GEOMETRY
    own, found = _split(values, (*units, "pt3d"), path, notes, free=False, make=Finding)
    kinds = {"pt3d": "points"}
    return {
        name: _value(
            kinds.get(name, "number or function"), value, units.get(name, ""), (*path, name), notes, None
        )
        for name, value in found.items()
        if value is not None
    }


def _topology(values: Mapping[str, Any], path: Path, notes: Notes) -> dict[str, Any]:
    """Parent, and where it is joined; empty for a root."""
    own, found = _split(values, vocabulary.TOPOLOGY, path, notes, free=False)
    if not found:
        return {}
    for name in vocabulary.TOPOLOGY:
        if name not in found:
            notes.findings.append(Finding((*path, name), "required, but missing."))
    return {
        name: _value(kind, found[name], "", (*path, name), notes, None)
        for name, kind in vocabulary.TOPOLOGY.items()
        if name in found
    }


def _density(values: Mapping[str, Any], path: Path, notes: Notes) -> Density:
    """Where a subcellular rule puts synapses."""
    own, found = _split(values, _fields(Density), path, notes, free=False)
    return Density(**_arguments(Density, found, path, notes))


STRUCTURES: dict[str, Callable[[Mapping[str, Any], Path, Notes], Any]] = {
    "conditions": lambda values, path, notes: dict(values),
    "density": _density,
    "geometry": _geometry,
    "mapping": lambda values, path, notes: dict(values),
    "mapping or stimulus": lambda values, path, notes: dict(values),
    "mapping of lists": _lists,
    "mapping of mappings": _mappings,
    "mapping of numbers": lambda values, path, notes: numerals(notes.units.globals(values, path)),
    "mechanisms": _mechanisms,
    "sections": _sections,
    "topology": _topology,
}
"""Kinds that are dictionaries, and how each is read."""
