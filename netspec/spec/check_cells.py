"""Whether the sections of a cell rule fit together, and whether synapses can be made."""

from collections.abc import Mapping
from typing import Any

from netspec.errors import did_you_mean
from netspec.spec import check_pointers
from netspec.spec.cell import CellRule, Section, Synapse
from netspec.spec.check_values import (
    Findings,
    function,
    in_range,
    not_negative,
    positive,
    rule_conditions,
    share,
    unknown,
    unknown_keys,
)
from netspec.spec.facts import Facts
from netspec.spec.findings import Finding, Path, lenient, warning
from netspec.spec.kinds import is_integer, is_number, shown
from netspec.spec.slips import slip
from netspec.spec.vocabulary import CELL, CELL_DISTANCES, H_GLOBALS, IONS, SYNAPSE

POINT_KEYS = ("mod", "loc", "vref", "synList", "spikes")
OWN_KEYS = ("label", "loc", "hObj", "selfNetCon", "pointerParams")
SELF_NET_CON = ("sec", "loc", "weight", "delay", "threshold")


def cell_rules(facts: Facts) -> Findings:
    """What is wrong with cellParams."""
    partners = _partners(facts)
    for label, rule in facts.spec.network.cell_rules.items():
        path = ("netParams", "cellParams", label)
        yield from rule_conditions(rule.conds, facts, (*path, "conds"))
        yield from _diversity(rule, facts, path)
        yield from _variables(rule, (*path, "vars"))
        yield from h_globals(rule.globals, (*path, "globals"))
        known = CELL | CELL_DISTANCES | frozenset(rule.vars)
        names = {*rule.secs, *partners.get(label, ())}
        for name, section in rule.secs.items():
            yield from _section(section, rule, names, known, (*path, "secs", name))
            yield from _own_synapses(section, facts, (*path, "secs", name, "synMechs"))
        yield from _ancestors(rule, (*path, "secs"))
        for name, members in rule.sec_lists.items():
            for member in members:
                if member not in names:
                    finding = unknown(member, names, (*path, "secLists", name), "there is no section")
                    yield lenient(finding.path, finding.message)
    yield from _shares(facts)


def _partners(facts: Facts) -> dict[Any, set[str]]:
    """Sections that a rule's cells may have from other rules, by the rule's label."""
    partners: dict[Any, set[str]] = {}
    for group in facts.groups:
        for label in group.rules:
            partners.setdefault(label, set()).update(group.sections)
    return partners


def _diversity(rule: CellRule, facts: Facts, path: Path) -> Findings:
    if rule.diversity_fraction is None:
        return
    path = (*path, "diversityFraction")
    yield from in_range(rule.diversity_fraction, share, path)
    if not rule.conds:
        yield Finding(path, "needs conds: the cells of which this is a share.")
        return
    for group in facts.groups:
        if rule.label in group.rules and not group.spec.diversity:
            yield Finding(path, f"population {group.label!r} has no 'diversity': True.")


def _shares(facts: Facts) -> Findings:
    """Rules that share out the cells of a population, but not all of them."""
    sums: dict[tuple[str, ...], float] = {}
    first: dict[tuple[str, ...], Any] = {}
    for label, rule in facts.spec.network.cell_rules.items():
        if rule.diversity_fraction is not None:
            who = tuple(repr(rule.conds.get(name)) for name in ("cellType", "cellModel", "pop"))
            sums[who] = sums.get(who, 0) + rule.diversity_fraction
            first.setdefault(who, label)
    for who, total in sums.items():
        if abs(total - 1) > 1e-6:
            path = ("netParams", "cellParams", first[who], "diversityFraction")
            yield warning(path, f"the fractions for the same conditions add up to {total:g}, not to 1.")


def _variables(rule: CellRule, path: Path) -> Findings:
    for name, value in rule.vars.items():
        yield from function(value, CELL, (*path, name))
        if not isinstance(value, str) and not is_number(value):
            yield Finding((*path, name), f"expected a number or a string function, got {shown(value)}.")


def h_globals(values: dict[str, Any], path: Path) -> Findings:
    """Global variables of NEURON: celsius and its like, or `<name>_<mechanism>`."""
    for name, value in values.items():
        known = name in H_GLOBALS or ("_" in name and not slip(name, H_GLOBALS))
        if not known:
            hint = did_you_mean(name, H_GLOBALS[:3])
            message = f"no global variable of NEURON; one of a mechanism ends in _<mechanism>. {hint}"
            yield lenient((*path, name), message)
        if not is_number(value):
            yield Finding((*path, name), f"expected a number, got {shown(value)}.")


def _section(
    section: Section, rule: CellRule, names: set[str], known: frozenset[str], path: Path
) -> Findings:
    yield from _geometry(section, known, (*path, "geom"))
    yield from _mechanisms(section, known, path)
    yield from _point_processes(section, known, (*path, "pointps"))
    yield from in_range(section.spike_gen_loc, share, (*path, "spikeGenLoc"))
    parent = section.topol.get("parentSec")
    if parent is not None and parent not in names:
        yield unknown(parent, names, (*path, "topol", "parentSec"), "there is no section")
    for name in ("parentX", "childX"):
        yield from in_range(section.topol.get(name), share, (*path, "topol", name))


def _geometry(section: Section, known: frozenset[str], path: Path) -> Findings:
    for name, value in section.geom.items():
        if name == "pt3d":
            continue
        yield from function(value, known, (*path, name))
        if name in ("L", "diam", "nseg", "Ra"):
            yield from in_range(value, positive, (*path, name))
    nseg = section.geom.get("nseg", 1)
    if is_number(nseg) and not is_integer(nseg):
        yield Finding((*path, "nseg"), f"expected an integer, got {shown(nseg)}.")


def _mechanisms(section: Section, known: frozenset[str], path: Path) -> Findings:
    for mechanism, parameters in section.mechs.items():
        for name, value in parameters.items():
            yield from function(value, known, (*path, "mechs", mechanism, name))
            yield from _per_segment(value, section, (*path, "mechs", mechanism, name))
    for ion, values in section.ions.items():
        yield from unknown_keys(values, IONS, (*path, "ions", ion))
        for name in IONS:
            value = values.get(name)
            if isinstance(value, str):
                yield Finding((*path, "ions", ion, name), f"expected a number, got {shown(value)}.")
            yield from _per_segment(value, section, (*path, "ions", ion, name))
    yield from _per_segment(section.weight_norm, section, (*path, "weightNorm"))


def _per_segment(value: Any, section: Section, path: Path) -> Findings:
    """A list has a value for each segment, or one for all."""
    nseg = section.geom.get("nseg", 1)
    if isinstance(value, list) and len(value) != 1 and is_number(nseg) and len(value) < nseg:
        yield Finding(path, f"expected {int(nseg)} values, one for each segment, got {len(value)}.")


def _point_processes(section: Section, known: frozenset[str], path: Path) -> Findings:
    for label, values in section.pointps.items():
        here = (*path, label)
        if "mod" not in values:
            yield Finding((*here, "mod"), "required, but missing.")
        yield from in_range(values.get("loc"), share, (*here, "loc"))
        if not isinstance(values.get("spikes", False), bool):
            yield Finding((*here, "spikes"), f"expected True or False, got {shown(values['spikes'])}.")
        listed = values.get("synList")
        if listed is not None and not isinstance(listed, list | tuple):
            yield Finding((*here, "synList"), f"expected a list of synMech labels, got {shown(listed)}.")
        for name, value in values.items():
            if name not in POINT_KEYS and not name.startswith("_") and value != "gid":
                yield from function(value, known, (*here, name))


def _own_synapses(section: Section, facts: Facts, path: Path) -> Findings:
    """Synapses that cells have without connections; NetPyNE leaves out what it cannot make."""
    known = facts.spec.network.synapses
    for number, given in enumerate(section.syn_mechs):
        here = (*path, number)
        if not isinstance(given, Mapping):
            yield Finding(here, f"expected a dictionary with label and loc, got {shown(given)}.")
            continue
        for name in ("label", "loc"):
            if name not in given:
                yield lenient((*here, name), "required, but missing.")
        yield from in_range(given.get("loc"), share, (*here, "loc"))
        label = given.get("label")
        if label in known:
            yield from _as_synapse(given, known[label], here)
        elif "label" in given:
            finding = unknown(label, known, (*here, "label"), "there is no synMech")
            yield lenient(finding.path, finding.message)


def _as_synapse(given: Mapping[str, Any], synapse: Synapse, path: Path) -> Findings:
    """The other keys of a cell's own synapse, which saved cells repeat from synMechParams."""
    if synapse.pointer_params:
        yield Finding((*path, "label"), f"{synapse.label!r} is made by pointer connections.")
    written = {"mod": synapse.mod, **synapse.params}
    for name, value in given.items():
        if name not in OWN_KEYS and (name not in written or written[name] != value):
            message = (
                f"taken from netParams.synMechParams[{synapse.label!r}], which has {written.get(name)!r}."
            )
            yield lenient((*path, name), message)


def _ancestors(rule: CellRule, path: Path) -> Findings:
    """Sections that are joined in a ring."""
    done: set[str] = set()
    for name in rule.secs:
        walk: dict[str, None] = {}
        here = name
        while here in rule.secs and here not in walk and here not in done:
            walk[here] = None
            here = rule.secs[here].topol.get("parentSec", "")
        if here in walk:
            yield Finding((*path, here, "topol", "parentSec"), f"{here!r} is its own ancestor.")
        done.update(walk)


def synapses(facts: Facts) -> Findings:
    """What is wrong with synMechParams."""
    for label, synapse in facts.spec.network.synapses.items():
        path = ("netParams", "synMechParams", label)
        yield from _self_net_con(synapse.self_net_con or {}, facts, (*path, "selfNetCon"))
        yield from check_pointers.synapse(synapse, path)
        for name, value in synapse.params.items():
            yield from function(value, SYNAPSE, (*path, name))


def _self_net_con(given: Mapping[str, Any], facts: Facts, path: Path) -> Findings:
    """The NetCon by which a synapse hears its own cell."""
    yield from unknown_keys(given, SELF_NET_CON, path)
    known = {name for rule in facts.spec.network.cell_rules.values() for name in rule.secs}
    if "sec" in given and given["sec"] not in known:
        yield unknown(given["sec"], known, (*path, "sec"), "there is no section")
    for name in SELF_NET_CON[1:]:
        if name in given and not is_number(given[name]):
            yield Finding((*path, name), f"expected a number, got {shown(given[name])}.")
    yield from in_range(given.get("loc"), share, (*path, "loc"))
    yield from in_range(given.get("delay"), not_negative, (*path, "delay"))
