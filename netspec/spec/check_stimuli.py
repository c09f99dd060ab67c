"""Whether stimuli have a source and cells to act on."""

from collections.abc import Mapping
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
    unknown_keys,
)
from netspec.spec.facts import Facts
from netspec.spec.findings import Finding, Path, lenient, warning
from netspec.spec.kinds import is_integer, is_number, shown
from netspec.spec.network import StimulusSource, StimulusTarget
from netspec.spec.slips import slip
from netspec.spec.vocabulary import POST, STIMULUS_FUNCTIONS

NETSTIM = ("rate", "interval", "noise", "start", "number", "seed", "shape", "plast")
NOISE = ("dt", "seed")
WAVEFORMS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "ramp": (("start", "dur"), ("stop",)),
    "pulses": (("amp", "freq", "width", "dur"), ()),
    "sine": (("amp", "freq", "dur"), ("phase", "offset", "dt")),
    "noise": (("mean", "variance", "dur"), ("before", *NOISE)),
    "ornstein_uhlenbeck": (("mean", "sigma", "tau", "dur"), NOISE),
    "shot_noise": (("rise", "decay", "dur"), ("rate", "amp", "variance", "mean", "sigma", "skew", *NOISE)),
    "samples": (("times", "values"), ("dur",)),
}
"""Type of a waveform -> parameters that it must have, and that it may have: those of plan.courses."""
OF_ALL_WAVEFORMS = ("var", "del", "continuous", "conductance", "edge", "stream")
POSITIVE = {"dur", "freq", "width", "dt", "rise", "decay", "rate", "variance"}
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
    elif (waveform := source.params.get("waveform")) is not None:
        yield from _waveform(waveform, (*path, "waveform"))


def _waveform(given: Any, path: Path) -> Findings:
    """What is wrong with the course that a parameter of a clamp follows."""
    if not isinstance(given, Mapping):
        yield Finding(path, f"expected a dictionary, got {shown(given)}.")
        return
    kind = given.get("type")
    if kind not in WAVEFORMS:
        yield unknown(kind, WAVEFORMS, (*path, "type"), "there is no waveform")
        return
    required, optional = WAVEFORMS[kind]
    yield from unknown_keys(given, ("type", *required, *optional, *OF_ALL_WAVEFORMS), path)
    for name in required:
        if name not in given:
            yield Finding((*path, name), "required, but missing.")
    for name in (name for name in (*required, *optional, "del") if name in given):
        several = kind == "samples" and name in ("times", "values")
        values = given[name] if several else [given[name]]
        if not isinstance(values, list | tuple) or not all(
            is_number(value) or (isinstance(value, str) and not several) for value in values
        ):
            yield Finding((*path, name), f"expected {'numbers' if several else 'a number or an expression'}.")
            return
        if name in POSITIVE:
            yield from in_range(given[name], positive, (*path, name))
    if kind == "samples" and len(given.get("times", ())) != len(given.get("values", ())):
        yield Finding((*path, "values"), f"expected as many as times, {len(given.get('times', ()))}.")


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
