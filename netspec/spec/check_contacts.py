"""Where synapses are put and what they get: what connParams and stimTargetParams have in common."""

from collections.abc import Iterable, Iterator
from typing import Any

from netspec.spec.check_values import Findings, function, in_range, not_negative, share, unknown
from netspec.spec.facts import Facts, Group
from netspec.spec.findings import Finding, Path, lenient, warning
from netspec.spec.network import ConnectionRule, StimulusTarget
from netspec.spec.subcellular import SubcellularRule

Entry = ConnectionRule | StimulusTarget
FACTORS = {
    "synMechWeightFactor": "weight_factor",
    "synMechDelayFactor": "delay_factor",
    "synMechLocFactor": "loc_factor",
}


def synapses(entry: Entry, groups: Iterable[Group], facts: Facts, path: Path) -> Findings:
    """Labels of synMech that are defined nowhere; cells with sections need one."""
    known = facts.spec.network.synapses
    sectioned = [group for group in groups if not group.artificial]
    for label in leaves(entry.syn_mech):
        if label not in facts.synapses:
            finding = unknown(label, facts.synapses, (*path, "synMech"), "synMechParams has no entry")
            yield finding if sectioned else lenient(finding.path, finding.message)
    if getattr(entry, "conn_func", None) == "sonata":  # whose files say it
        return
    if entry.syn_mech is not None or not sectioned or all(map(_is_point_neuron, sectioned)):
        return
    if not known:
        yield Finding((*path, "synMech"), "required, but missing, and synMechParams is empty.")
    elif len(known) > 1:
        yield warning(
            (*path, "synMech"), f"missing; the first entry of synMechParams is used, {next(iter(known))!r}."
        )


def _is_point_neuron(group: Group) -> bool:
    """Whether the cells' dynamics are in a point process with `vref`, to which connections go."""
    return any(
        "vref" in point
        for sections in group.sections.values()
        for section in sections
        for point in section.pointps.values()
    )


def sections(entry: Entry | SubcellularRule, groups: Iterable[Group], path: Path) -> Findings:
    """Names of sections or lists of sections that no target cell has."""
    known = {name for group in groups for name in group.places}
    for name in dict.fromkeys(leaves(entry.sec)):
        if known and name not in known:
            finding = unknown(name, known, (*path, "sec"), "the target cells have no section or secList")
            yield lenient(finding.path, finding.message)


def leaves(value: Any) -> Iterator[Any]:
    """The names in nested lists."""
    if isinstance(value, list):
        for item in value:
            yield from leaves(item)
    elif value is not None:
        yield value


def values(entry: Entry, variables: frozenset[str], path: Path) -> Findings:
    """String functions, locations and numbers of synapses."""
    for key, value in (
        ("weight", entry.weight),
        ("delay", entry.delay),
        ("synsPerConn", entry.syns_per_conn),
        ("loc", entry.loc),
    ):
        yield from function(value, variables, (*path, key))
    yield from in_range(entry.loc, share, (*path, "loc"))
    yield from in_range(entry.syns_per_conn, not_negative, (*path, "synsPerConn"))
    if isinstance(entry.syns_per_conn, float) and not entry.syns_per_conn.is_integer():
        yield Finding((*path, "synsPerConn"), f"expected an integer, got {entry.syns_per_conn!r}.")


def lengths(entry: Entry, path: Path) -> Findings:
    """Lists whose length is not that of synMech, or the number of synapses per connection."""
    labels = len(entry.syn_mech) if isinstance(entry.syn_mech, list) else 1
    count = 1 if entry.syns_per_conn is None else entry.syns_per_conn
    for key, value in (("weight", entry.weight), ("delay", entry.delay), ("loc", entry.loc)):
        if not isinstance(value, list):
            continue
        if labels > 1:
            yield from _length(value, labels, "one for each synMech", (*path, key))
        elif key != "loc" and isinstance(count, int | float):
            yield from _length(value, int(count), "one for each synapse (synsPerConn)", (*path, key))
    if labels > 1:
        if isinstance(entry.syns_per_conn, list):
            yield from _length(entry.syns_per_conn, labels, "one for each synMech", (*path, "synsPerConn"))
        for key, name in FACTORS.items():
            if getattr(entry, name) is not None:
                yield from _length(getattr(entry, name), labels, "one for each synMech", (*path, key))


def _length(value: list[Any], wanted: int, why: str, path: Path) -> Findings:
    if len(value) != wanted:
        yield Finding(path, f"expected {wanted} values, {why}, got {len(value)}.")


def spread(entry: Entry, groups: Iterable[Group], uniformly: bool, randomly: bool, path: Path) -> Findings:
    """A location where several synapses of a connection must find places of their own."""
    count, listed = entry.syns_per_conn, getattr(entry, "conn_list", None) is not None
    sectioned = [group for group in groups if not group.artificial]
    if entry.loc is None or not sectioned or not isinstance(count, int | float) or count <= 1:
        return
    path, several = (*path, "loc"), _several_sections(entry, sectioned)
    if not isinstance(entry.loc, list):
        if uniformly or randomly or not several:
            message = f"ignored, as in NetPyNE before 1.1: the {int(count)} synapses of each are spread."
            yield warning(path, f"{message} Leave loc out, or give a list of locations.")
    elif listed:
        return
    elif several and uniformly:
        yield Finding(
            path, "cannot be given where synapses are spread over several sections (distributeSynsUniformly)."
        )
    elif not several and not (isinstance(entry.syn_mech, list) and len(entry.syn_mech) > 1):
        yield from _length(entry.loc, int(count), "one for each synapse (synsPerConn)", path)


def _several_sections(entry: Entry, groups: Iterable[Group]) -> bool:
    sec = entry.sec
    if isinstance(entry, ConnectionRule) and entry.conn_list is not None and not entry.same_sections:
        sec = sec[0] if isinstance(sec, list) and sec else sec
    if isinstance(sec, list):
        return len(sec) > 1
    return sec is not None and all(sec not in group.sections for group in groups)
