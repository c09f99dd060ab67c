"""Whether cells that are selected, and places that are recorded, exist."""

from collections.abc import Iterable, Mapping
from typing import Any

from netspec.spec.cell import Section
from netspec.spec.check_values import (
    Findings,
    in_range,
    positive,
    share,
    trace_conditions,
    unknown,
    unknown_keys,
)
from netspec.spec.facts import Facts
from netspec.spec.findings import Finding, Path, lenient
from netspec.spec.kinds import is_integer, is_number, shown
from netspec.spec.vocabulary import TRACE, WEIGHTS

EVERYONE = ("all", "allCells")
SELECTOR = "a gid, a population or (population, index)"


def selectors(items: Any, facts: Facts, path: Path, names: Iterable[str] = EVERYONE) -> Findings:
    """What is wrong with a list of selectors. names: those that mean something besides populations."""
    if not isinstance(items, list | tuple):
        yield Finding(path, f"expected a list of selectors, got {shown(items)}.")
        return
    for number, item in enumerate(items):
        yield from _selector(item, facts, (*path, number), frozenset(names))


def _selector(item: Any, facts: Facts, path: Path, names: frozenset[str]) -> Findings:
    labels = facts.spec.network.populations
    match item:
        case bool():
            yield Finding(path, f"expected {SELECTOR}, got {shown(item)}.")
        case str():
            if item not in labels and item not in names:
                yield unknown(item, (*labels, *names), path, "there is no population")
        case int():
            if facts.gids is not None and not 0 <= item < facts.gids:
                yield lenient(path, f"there is no cell with gid {item}: gids are 0 to {facts.gids - 1}.")
        case (str() as label, int() as index):
            yield from _members(label, [index], facts, path)
        case (str() as label, list() | tuple() as indices) if all(isinstance(one, int) for one in indices):
            yield from _members(label, indices, facts, path)
        case list() | tuple():
            for number, one in enumerate(item):
                yield from _selector(one, facts, (*path, number), names)
        case _:
            yield Finding(path, f"expected {SELECTOR}, got {shown(item)}.")


def _members(label: str, indices: Iterable[int], facts: Facts, path: Path) -> Findings:
    group = next((group for group in facts.groups if group.label == label), None)
    if group is None:
        found = unknown(label, facts.spec.network.populations, path, "there is no population")
        yield lenient(path, found.message)
        return
    for index in indices:
        if group.count is not None and not 0 <= index < group.count:
            yield lenient(path, f"population {label!r} has {group.count} cells; there is no index {index}.")


def traces(facts: Facts) -> Findings:
    """What is wrong with recordTraces."""
    for label, trace in facts.spec.simulation.record_traces.items():
        yield from _trace(trace, facts, ("simConfig", "recordTraces", label))


def weights(facts: Facts) -> Findings:
    """What is wrong with saveWeights."""
    given, path = facts.spec.simulation.save_weights, ("simConfig", "saveWeights")
    if not isinstance(given, dict):
        if given not in (True, False, None):
            yield Finding(path, f"expected True, False or a dictionary, got {shown(given)}.")
        return
    yield from unknown_keys(given, WEIGHTS, path)
    if not is_number(given.get("step", 1.0)):
        yield Finding((*path, "step"), f"expected a number, got {shown(given['step'])}.")
    yield from in_range(given.get("step"), positive, (*path, "step"))
    index = given.get("index", 0)
    if not is_integer(index) or index < 0:
        yield Finding((*path, "index"), f"expected an integer of 0 or more, got {shown(index)}.")
    rules = facts.spec.network.connections
    wanted = given.get("rules", [])
    if not isinstance(wanted, list | tuple):
        yield Finding((*path, "rules"), f"expected a list of labels in connParams, got {shown(wanted)}.")
        wanted = ()
    for number, label in enumerate(wanted):
        if label not in rules:
            yield unknown(label, rules, (*path, "rules", number), "connParams has no entry")
    for side in ("pre", "post"):
        if side in given:
            yield from selectors(given[side], facts, (*path, side))


def _trace(trace: Mapping[str, Any], facts: Facts, path: Path) -> Findings:
    yield from unknown_keys(trace, TRACE, path)
    if "var" not in trace:
        yield lenient((*path, "var"), "required, but missing: the variable to record.")
    yield from in_range(trace.get("loc"), share, (*path, "loc"), lenient)
    index = trace.get("index", 0)
    if not isinstance(index, int) or index < 0:
        yield lenient((*path, "index"), f"expected an integer of 0 or more, got {shown(index)}.")
    if isinstance(trace.get("conds"), dict):
        yield from trace_conditions(trace["conds"], facts, (*path, "conds"))
    elif trace.get("conds") is not None:
        yield Finding((*path, "conds"), f"expected a dictionary, got {shown(trace['conds'])}.")
    yield from _place(trace, facts, path)
    yield from _names(trace, facts, path)


def _place(trace: Mapping[str, Any], facts: Facts, path: Path) -> Findings:
    """The section, and what must be in it."""
    places = {name for group in facts.groups for name in group.sections}
    sec = trace.get("sec")
    if sec is None:
        if "synMech" not in trace and places and not any(group.artificial for group in facts.groups):
            yield lenient((*path, "sec"), "required, but missing: the section to record from.")
        return
    if sec not in places:
        found = unknown(sec, places, (*path, "sec"), "there is no section")
        yield lenient(found.path, found.message)
        return
    here = [one for group in facts.groups for one in group.sections.get(sec, ())]
    yield from _inside("mech", trace, here, f"section {sec!r} has no mechanism", path)
    yield from _inside("pointp", trace, here, f"section {sec!r} has no point process", path)


def _inside(key: str, trace: Mapping[str, Any], here: Iterable[Section], what: str, path: Path) -> Findings:
    """A mechanism or point process that no section of this name has."""
    name = trace.get(key)
    if name is None:
        return
    known: dict[str, None] = {}
    for section in here:
        known |= dict.fromkeys(section.mechs if key == "mech" else section.pointps)
        known |= dict.fromkeys(f"{ion}_ion" for ion in section.ions) if key == "mech" else {}
    if name not in known and not (key == "mech" and str(name).endswith("_ion")):
        found = unknown(name, known, (*path, key), what)
        yield lenient(found.path, found.message)


def _names(trace: Mapping[str, Any], facts: Facts, path: Path) -> Findings:
    """The synapse or the stimulus."""
    network = facts.spec.network
    synapse, stimulus = trace.get("synMech"), trace.get("stim")
    if synapse is not None and synapse not in network.synapses:
        found = unknown(synapse, network.synapses, (*path, "synMech"), "synMechParams has no entry")
        yield lenient(found.path, found.message)
    if stimulus is None or stimulus in network.targets:
        return
    found = unknown(stimulus, network.targets, (*path, "stim"), "stimTargetParams has no entry")
    users = [label for label, target in network.targets.items() if target.source == stimulus]
    hint = f"It is a source; name the target that uses it: {users[0]!r}." if users else ""
    yield lenient(
        found.path, f"stimTargetParams has no entry {stimulus!r}. {hint}" if hint else found.message
    )
