"""Whether connection rules name cells, synapses and sections that exist, and values that are possible."""

from typing import Any

import numpy as np

from netspec.spec import check_contacts as contacts
from netspec.spec import check_pointers as pointers
from netspec.spec import check_waveforms
from netspec.spec.check_values import (
    Findings,
    conditions,
    function,
    in_range,
    not_negative,
    numbers,
    one_of,
    positive,
    share,
    unknown,
    unknown_keys,
)
from netspec.spec.facts import Facts, Group
from netspec.spec.findings import Finding, Path, lenient, warning
from netspec.spec.kinds import shown
from netspec.spec.network import ConnectionRule
from netspec.spec.slips import slip
from netspec.spec.vocabulary import CONNECTION_RULES, PAIR, POST, PRE
from netspec.stimulus import Stimulus

SIZES = {
    "probability": "probability",
    "convergence": "convergence",
    "divergence": "divergence",
    "connList": "conn_list",
}
"""Keys that choose a rule, in order of precedence."""
BORDER = "dist_3D_border"
PULSES = ("square", "gaussian")


def connections(facts: Facts) -> Findings:
    """What is wrong with connParams."""
    numbers_known = frozenset(facts.spec.network.constants)
    for label, rule in facts.spec.network.connections.items():
        path = ("netParams", "connParams", label)
        groups = facts.matching(rule.post_conds)
        yield from conditions(rule.pre_conds, facts, (*path, "preConds"))
        yield from conditions(rule.post_conds, facts, (*path, "postConds"))
        yield from pointers.rule(rule, facts, path)
        yield from _bias(rule, path)
        yield from () if facts.spec.network.correct_border else _border(rule, path)
        yield from _choice(rule, facts, path)
        yield from _sizes(rule, numbers_known, path)
        yield from _targets(rule, groups, facts, path)
        yield from contacts.values(rule, PAIR | numbers_known, path)
        if not pointers.without_events(rule, facts):
            yield from delays(rule.delay, facts, (*path, "delay"))
        yield from in_range(rule.weight_index, not_negative, (*path, "weightIndex"))
        yield from shape(rule.shape, facts, (*path, "shape"))
        yield from plasticity(rule.plast, (*path, "plast"))
    yield from pointers.steps(facts)
    if any(rule.delay is None for rule in facts.spec.network.connections.values()):
        yield from delays(facts.spec.network.default_delay, facts, ("netParams", "defaultDelay"))


def _border(rule: ConnectionRule, path: Path) -> Findings:
    """String functions of a distance that only correctBorder defines."""
    functions = {
        "probability": rule.probability,
        "weight": rule.weight,
        "delay": rule.delay,
        "synsPerConn": rule.syns_per_conn,
        "loc": rule.loc,
    }
    for key, value in functions.items():
        if isinstance(value, str) and BORDER in value:
            yield Finding((*path, key), f"{BORDER} needs netParams.correctBorder.")


def _bias(rule: ConnectionRule, path: Path) -> Findings:
    """A share of disynaptic pairs, which only a probability rule can have."""
    if rule.disynaptic_bias is not None:
        yield from in_range(rule.disynaptic_bias, share, (*path, "disynapticBias"))
        if rule_name(rule) not in ("probConn", "probability"):
            yield warning((*path, "disynapticBias"), "ignored: only rules with a probability can be biased.")


def rule_name(rule: ConnectionRule) -> Any:
    """NetPyNE's name of the rule that is used."""
    if rule.conn_func is not None:
        return rule.conn_func
    given = (name for name, key in CONNECTION_RULES.items() if key and getattr(rule, SIZES[key]) is not None)
    return next(given, "fullConn")


def _choice(rule: ConnectionRule, facts: Facts, path: Path) -> Findings:
    """Which rule is meant: its name, and the key that it needs."""
    name = rule_name(rule)
    if callable(name) or (name in facts.rules and name not in CONNECTION_RULES):
        return
    if name not in CONNECTION_RULES:
        # a script may still define a rule of its own
        known = (*CONNECTION_RULES, *facts.rules)
        if slip(name, known):
            yield unknown(name, known, (*path, "connFunc"), "there is no connection rule")
        return
    needed = CONNECTION_RULES[name]
    if needed and getattr(rule, SIZES[needed]) is None:
        yield Finding((*path, needed), f"required by connFunc {name!r}, but missing.")
    for key, field in SIZES.items():
        if key != needed and getattr(rule, field) is not None:
            reason = f"because {needed} is given too" if rule.conn_func is None else f"connFunc is {name!r}"
            yield warning((*path, key), f"ignored, {reason}.")


def _sizes(rule: ConnectionRule, constants: frozenset[str], path: Path) -> Findings:
    """Probability, convergence and divergence."""
    yield from function(rule.probability, PAIR | constants, (*path, "probability"))
    yield from in_range(rule.probability, share, (*path, "probability"), lenient)
    for key, value, side in (("convergence", rule.convergence, POST), ("divergence", rule.divergence, PRE)):
        yield from function(value, side | constants, (*path, key))
        yield from in_range(value, not_negative, (*path, key), lenient)


def _targets(rule: ConnectionRule, groups: tuple[Group, ...], facts: Facts, path: Path) -> Findings:
    """Synapses, sections and lengths of lists."""
    simulation = facts.spec.simulation
    yield from contacts.synapses(rule, groups, facts, path)
    yield from contacts.sections(rule, groups, path)
    if rule.conn_list is not None and rule_name(rule) == "fromListConn":
        yield from _pairs(rule, facts, path)
    else:
        yield from contacts.lengths(rule, path)
    uniformly = simulation.distribute if rule.distribute is None else rule.distribute
    randomly = simulation.random_section if rule.random_section is None else rule.random_section
    yield from contacts.spread(rule, groups, uniformly, randomly, path)


def _pairs(rule: ConnectionRule, facts: Facts, path: Path) -> Findings:
    """Indices of connList, and lists with a value for each pair."""
    pairs = np.asarray(rule.conn_list).reshape(-1, 2)
    for key, value in (("weight", rule.weight), ("delay", rule.delay), ("sec", rule.sec), ("loc", rule.loc)):
        if key == "sec" and rule.same_sections:
            continue
        if isinstance(value, list) and len(value) != len(pairs):
            yield Finding((*path, key), f"expected {len(pairs)} values, one for each pair, got {len(value)}.")
    sides = (("presynaptic", "preConds", rule.pre_conds), ("postsynaptic", "postConds", rule.post_conds))
    for column, (side, key, conds) in enumerate(sides):
        indices = pairs[:, column]
        count = facts.number(conds)
        if len(indices) and indices.min() < 0:
            row = int(indices.argmin())
            message = f"expected indices of 0 or more, got {indices[row]} in pair {row}."
            yield lenient((*path, "connList"), message)
        if len(indices) and count and indices.max() >= count:
            row = int(indices.argmax())
            message = (
                f"pair {row} wants {side} cell {indices[row]}, but {key} selects {count} cells (from 0)."
            )
            yield Finding((*path, "connList"), message)


def delays(value: Any, facts: Facts, path: Path) -> Findings:
    """A delay that cannot be kept: not positive, or below the time step."""
    simulation = facts.spec.simulation
    for delay in numbers(value):
        if delay <= 0:
            yield lenient(path, f"expected a positive delay, got {delay!r}.")
            return
        if delay < simulation.dt and not simulation.cvode_active:
            message = f"expected a delay of at least one time step (dt, {simulation.dt} ms), got {delay!r}."
            yield lenient(path, message)
            return


def shape(values: Any, facts: Facts, path: Path) -> Findings:
    """The time course of a weight."""
    if not values:
        return
    if isinstance(values, Stimulus) or "type" in values:
        yield from check_waveforms.stimulus(values, "", facts, path)
        return
    yield from unknown_keys(values, ("pulseType", "pulseWidth", "pulsePeriod", "switchOnOff"), path)
    if "pulseType" in values:
        yield from one_of(values["pulseType"], PULSES, (*path, "pulseType"))
    for name in ("pulseWidth", "pulsePeriod"):
        yield from in_range(values.get(name), positive, (*path, name))
    times = [*numbers(values.get("switchOnOff"))]
    if times != sorted(times):
        yield Finding((*path, "switchOnOff"), f"expected ascending times, got {shown(times)}.")


def plasticity(values: Any, path: Path) -> Findings:
    """A plasticity mechanism."""
    if not values:
        return
    yield from unknown_keys(values, ("mech", "params"), path)
    if not isinstance(values.get("mech"), str):
        yield Finding((*path, "mech"), "required: the name of the mechanism.")
    if not isinstance(values.get("params", {}), dict):
        yield Finding((*path, "params"), f"expected a dictionary, got {shown(values['params'])}.")
