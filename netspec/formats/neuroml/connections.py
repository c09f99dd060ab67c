"""Projections and connections of a NeuroML network -> connParams."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from netspec.formats.neuroml.dynamics import Mods
from netspec.formats.neuroml.places import Cells, Point
from netspec.lems.model import Component

EVENTS = ("presynapticPopulation", "preCellId", "preSegmentId", "preFractionAlong")
EVENTS_TO = ("postsynapticPopulation", "postCellId", "postSegmentId", "postFractionAlong")
COUPLED = ("presynapticPopulation", "preCell", "preSegment", "preFractionAlong")
COUPLED_TO = ("postsynapticPopulation", "postCell", "postSegment", "postFractionAlong")
MS = 1e3


@dataclass(frozen=True, eq=False)
class Contact:
    """One connection. component: the synapse's; back: that of the pre side. delay [ms]: None if not given."""

    item: Component
    pre: Point
    post: Point
    component: str
    weight: float
    delay: float | None
    back: str = ""


def contacts(network: Component, cells: Cells) -> Iterator[tuple[str, Contact]]:
    """All connections with the label of their list, in the order of the file."""
    for part in network.children:
        if part.is_a("projection"):
            for item in part.children:
                if item.is_a("connection"):
                    yield part.id, _event(item, part, cells)
        elif part.is_a("electricalProjection", "continuousProjection"):
            for item in part.children:
                if item.id or item.element.attributes:
                    yield part.id, _coupled(item, part, cells)
        elif part.is_a("explicitConnection"):
            found = _explicit(part, cells)
            if found is not None:
                yield f"{found.pre.population.label}->{found.post.population.label}:{found.component}", found


def _event(item: Component, part: Component, cells: Cells) -> Contact:
    ends = [
        cells.point(item, cell, segment, fraction, part.get(declared))
        for declared, cell, segment, fraction in (EVENTS, EVENTS_TO)
    ]
    weight, delay = item.values.get("weight", 1.0), item.values.get("delay")
    return Contact(
        item, ends[0], ends[1], str(part.get("synapse")), weight, None if delay is None else delay * MS
    )


def _coupled(item: Component, part: Component, cells: Cells) -> Contact:
    ends = [
        cells.point(item, cell, segment, fraction, part.get(declared))
        for declared, cell, segment, fraction in (COUPLED, COUPLED_TO)
    ]
    onto = str(item.get("synapse") or item.get("postComponent"))
    back = str(item.get("synapse") or item.get("preComponent"))
    return Contact(item, ends[0], ends[1], onto, item.values.get("weight", 1.0), None, back)


def _explicit(item: Component, cells: Cells) -> Contact | None:
    synapse = item.get("synapse")
    if synapse is None:
        cells.found.findings.wrong(item.place, f"<{item.element.tag}> without a synapse: not supported yet")
        return None
    pre, post = (cells.at_root(str(item.get(side))) for side in ("from", "to"))
    delay = item.values.get("delay")
    return Contact(
        item, pre, post, synapse, item.values.get("weight", 1.0), None if delay is None else delay * MS
    )


Places = dict[tuple[int, str, int], dict[str, Any]]
"""By gid, synapse and its number on the cell, as in the file: an entry of recordTraces without 'var'."""
Key = tuple[str, str, str, str]
"""Label of a list, populations before and behind, and the synapse."""


def rules(
    network: Component, cells: Cells, mods: Mods, least: float
) -> tuple[dict[str, dict[str, Any]], Places]:
    """ConnParams of a network, and what records its synapses. least: the shortest delay of ranks [ms]."""
    groups: dict[Key, list[Contact]] = {}
    in_file: list[Contact] = []
    for label, contact in contacts(network, cells):
        for name, each in _sides(label, contact, cells, mods):
            itself = f":{each.post.gid}:{len(groups)}" if each.pre.gid == each.post.gid else ""
            ends = (each.pre.population.label, each.post.population.label)
            groups.setdefault((name + itself, *ends, each.component), []).append(each)
            in_file.append(each)
    named: dict[str, dict[str, Any]] = {}
    for key, group in groups.items():
        name = key[0] if key[0] not in named else ":".join(key)
        named[name] = _rule(group, mods, least)
    return named, _recorded(groups.values(), in_file, mods)


def _recorded(groups: Iterable[list[Contact]], in_file: Iterable[Contact], mods: Mods) -> Places:
    """What records the synapses: of those in a segment, by the order in which they are made."""
    made: Counter[tuple[Any, ...]] = Counter()
    traces: dict[Contact, dict[str, Any]] = {}
    for contact in (contact for group in groups for contact in group):
        point, label = contact.post, mods.label(contact.component, bool(contact.back))
        segment = (point.gid, label, *point.segment)
        traces[contact] = {"synMech": label, "sec": point.section, "loc": point.location}
        traces[contact] |= {"index": made[segment]} if made[segment] else {}
        made[segment] += 1
    numbers: Counter[tuple[int, str]] = Counter()
    found: Places = {}
    for contact in in_file:
        place = contact.post.gid, contact.component
        found[*place, numbers[place]] = traces[contact]
        numbers[place] += 1
    return found


def _sides(label: str, contact: Contact, cells: Cells, mods: Mods) -> Iterator[tuple[str, Contact]]:
    """The rules that a connection is part of: one, or two if each side has a synapse of its own."""
    synapses = [mods.synapse(name, contact.item) for name in (contact.component, contact.back) if name]
    followed = any(synapse.peer for synapse in synapses if synapse)
    if None in synapses or _refused(contact, followed, cells):
        return
    if contact.component == contact.back or not contact.back:
        if contact.back or cells.spikes_from(contact.pre, contact.item):
            yield label, contact
        return
    back = replace(contact, pre=contact.post, post=contact.pre, component=contact.back, back="")
    for name, each in ((label, replace(contact, back="")), (f"{label}:back", back)):
        if not mods.silent(each.component):
            yield name, each


def _refused(contact: Contact, followed: bool, cells: Cells) -> bool:
    """Whether a connection cannot be, which is said."""
    message = ""
    for end in (contact.pre, contact.post) if contact.back else (contact.post,):
        if end.section is None:
            message = f"cells of {end.population.label!r} have no place for a synapse: not supported yet"
    if followed and not contact.back:
        message = f"{contact.component!r} follows a potential, which is not here: not supported yet"
    if contact.back and contact.pre.gid == contact.post.gid:
        message = "a continuous connection of a cell with itself: not supported yet"
    if message:
        cells.found.findings.wrong(contact.item.place, message)
    return bool(message)


def _rule(group: list[Contact], mods: Mods, least: float) -> dict[str, Any]:
    """An entry of connParams for connections between two populations by one synapse."""
    pre, post = group[0].pre, group[0].post
    rule: dict[str, Any] = {
        "preConds": {"pop": pre.population.label},
        "postConds": {"pop": post.population.label},
        "synMech": mods.label(group[0].component, bool(group[0].back)),
        "weight": _same([each.weight for each in group]),
        "sec": _same([each.post.section for each in group]),
        "loc": _same([each.post.location for each in group]),
    }
    if pre.gid == post.gid:
        conds = {"pop": pre.population.label, "gid": [pre.gid]}
        rule |= {"preConds": conds, "postConds": conds, "connFunc": "fullConn"}
    else:
        rule["connList"] = [[each.pre.number, each.post.number] for each in group]
    if mods.peer(group[0].component) is None:
        rule["delay"] = _same([max(each.delay or 0.0, least) for each in group])
    else:
        rule["delay"] = least
        rule["preSecs"] = [each.pre.section for each in group]
        rule["preLocs"] = [each.pre.location for each in group]
    return rule


def _same(values: list[Any]) -> Any:
    """One value if all are equal."""
    return values[0] if values.count(values[0]) == len(values) else values
