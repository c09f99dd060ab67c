"""Whether stimuli have a source and cells to act on."""

from typing import Any

from netspec.errors import did_you_mean
from netspec.spec import check_contacts as contacts
from netspec.spec.check_connections import plasticity, shape
from netspec.spec.check_extracellular import xstim
from netspec.spec.check_populations import original_format
from netspec.spec.check_values import (
    Findings,
    conditions,
    function,
    in_range,
    not_negative,
    positive,
    unknown,
)
from netspec.spec.facts import Facts
from netspec.spec.findings import Finding, Path, lenient, warning
from netspec.spec.kinds import is_integer, shown
from netspec.spec.network import StimulusSource, StimulusTarget
from netspec.spec.slips import slip
from netspec.spec.vocabulary import POST, STIMULUS_FUNCTIONS

NETSTIM = ("rate", "interval", "noise", "start", "number", "seed", "shape", "plast")
TARGET_KEYS = [
    "source",
    "conds",
    "sec",
    "loc",
    "weight",
    "delay",
    "synsPerConn",
    "synMech",
    "synMechWeightFactor",
    "synMechDelayFactor",
    "synMechLocFactor",
]


def stimuli(facts: Facts) -> Findings:
    """What is wrong with stimSourceParams and stimTargetParams."""
    network = facts.spec.network
    for label, source in network.sources.items():
        yield from _source(source, facts, ("netParams", "stimSourceParams", label))
    for label, target in network.targets.items():
        yield from _target(target, facts, ("netParams", "stimTargetParams", label))


def _source(source: StimulusSource, facts: Facts, path: Path) -> Findings:
    yield from original_format(source.params.get("originalFormat"), (*path, "originalFormat"))
    if source.type == "XStim":
        yield from xstim(source.params, facts, path)
        return
    known = POST | frozenset(facts.spec.network.constants)
    for name in STIMULUS_FUNCTIONS:
        if source.params.get(name) != "variable":
            yield from function(source.params.get(name), known, (*path, name))
    if source.type == "NetStim":
        yield from _netstim(source.params, path)


def _netstim(params: Any, path: Path) -> Findings:
    if "rate" not in params and "interval" not in params:
        yield Finding((*path, "rate"), "required (or interval), but missing.")
    for name in ("rate", "interval"):
        yield from in_range(params.get(name), positive, (*path, name))
    yield from shape(params.get("shape"), (*path, "shape"))
    yield from plasticity(params.get("plast"), (*path, "plast"))


def _target(target: StimulusTarget, facts: Facts, path: Path) -> Findings:
    sources = facts.spec.network.sources
    source = sources.get(target.source)
    if source is None and target.source != "":
        yield unknown(target.source, sources, (*path, "source"), "stimSourceParams has no entry")
    tags = {name: cond for name, cond in target.conds.items() if name != "cellList"}
    yield from conditions(target.conds, facts, (*path, "conds"), ("cellList",))
    yield from _cell_list(target.conds.get("cellList"), facts.number(tags), (*path, "conds", "cellList"))
    groups = facts.matching(tags)
    if groups and all(group.artificial for group in groups):
        yield warning(
            (*path, "conds"), "only artificial cells meet these conditions; stimuli do not act on them."
        )
    yield from contacts.sections(target, groups, path)
    known = POST | frozenset(facts.spec.network.constants)
    yield from contacts.values(target, known, path)
    yield from in_range(target.delay, not_negative, (*path, "delay"), lenient)
    if source is not None and source.type == "XStim":
        yield from _in_field(target, source, facts, path)
    elif source is not None:
        yield from _overrides(target, source, known, path)
        if source.type == "NetStim":
            yield from contacts.synapses(target, groups, facts, path)
            yield from contacts.lengths(target, path)
            simulation = facts.spec.simulation
            settings = simulation.distribute, simulation.random_section
            yield from contacts.spread(target, groups, *settings, path)


def _in_field(target: StimulusTarget, source: StimulusSource, facts: Facts, path: Path) -> Findings:
    """An extracellular stimulus, which acts on all segments of a cell."""
    for key, value in (("sec", target.sec), ("loc", target.loc)):
        if value is not None:
            yield warning((*path, key), "ignored, as in NetPyNE: an XStim acts on all segments of a cell.")
    if target.params:
        yield from xstim({**source.params, **target.params}, facts, path)


def _cell_list(value: Any, count: int | None, path: Path) -> Findings:
    """Indices among the cells that meet the other conditions."""
    if value is None or value == "all":
        return
    if not isinstance(value, list | tuple) or not all(map(is_integer, value)):
        yield Finding(path, f"expected a list of indices or 'all', got {shown(value)}.")
        return
    yield from in_range(value, not_negative, path)
    if value and count is not None and max(value) >= count:
        yield Finding(
            path, f"there is no cell {max(value)}: {count} cells meet the other conditions (from 0)."
        )


def _overrides(target: StimulusTarget, source: StimulusSource, known: frozenset[str], path: Path) -> Findings:
    """Parameters of the source that a target sets anew."""
    names = (*STIMULUS_FUNCTIONS, *source.params, *(NETSTIM if source.type == "NetStim" else ()))
    for name, value in target.params.items():
        if name not in names:
            choice = (*TARGET_KEYS, *source.params)
            near = slip(name, (*choice, *names))
            hint = f"Did you mean {near!r}?" if near else did_you_mean(name, choice)
            yield lenient((*path, name), f"unknown key. {hint}")
        elif name in STIMULUS_FUNCTIONS and value != "variable":
            yield from function(value, known, (*path, name))
