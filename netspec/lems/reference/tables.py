"""A tree of instances as numbers: the memory of all instances, and who reads, is in, or sends to whom."""

import ctypes
import re
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

import numpy as np

from netspec.errors import did_you_mean
from netspec.lems import model as m
from netspec.lems.reference import code
from netspec.lems.reference.instances import Instance, Scheme, wrong
from netspec.lems.reference.layout import REGIME, Layout

ZERO, ONE = 0, 1
"""Places in the memory of what an empty sum and an empty product are."""
STEP = re.compile(r"/(?![^\[]*\])")
PREDICATE = re.compile(r"(\w+)\[(?:\*|(\w+)\s*=\s*['\"]?(.*?)['\"]?)\]\Z")


@dataclass(frozen=True, eq=False)
class Tables:
    """memory: all variables; arrays: what runtime.c needs, in its order; scheduled: how many entries step."""

    instances: list[Instance]
    layouts: list[Layout]
    memory: np.ndarray
    arrays: list[np.ndarray]
    scheduled: int

    def pointers(self) -> ctypes.Array[ctypes.c_void_p]:
        """The arrays for C."""
        return (ctypes.c_void_p * len(self.arrays))(*(a.ctypes.data for a in self.arrays))


def make(root: Instance, recorders: Sequence[tuple[Instance, int]], seed: int) -> Tables:
    """The tables of a tree. recorders: instance and port of which events are recorded."""
    instances = _numbered(root)
    layouts = sorted(
        {i.layout for i in instances}, key=lambda known: (known.type.name, str(known.type.place))
    )
    number = {known: k for k, known in enumerate(layouts)}
    types = [number[i.layout] for i in instances]
    links, starts = _links(instances)
    ports = _ports(instances, recorders)
    schemes = [scheme for i in instances for scheme in i.schemes]
    data, offsets = _schemes(schemes)
    below = [[child.number for child in i.below()] for i in instances]
    memory = _memory(instances)
    keys = [_key(i, seed) if code.draws(i.layout) else 0 for i in instances]
    integers = [
        links, types, [i.base for i in instances], starts, ports[0],
        _offsets(below), [n for b in below for n in b], *ports[1:4],
    ]  # fmt: skip
    schedule = _schedule(root, {scheme: k for k, scheme in enumerate(schemes)})
    arrays = [memory, *(_integers(values) for values in integers), np.array([*ports[4], 0.0])]
    arrays += [_integers(v) for v in (schedule, offsets, data, _offsets([i.schemes for i in instances]))]
    return Tables(instances, layouts, memory, [*arrays, np.array(keys, np.uint64)], len(schedule))


def _integers(values: Sequence[int]) -> np.ndarray:
    return np.array([*values, 0], np.int32)


def _offsets(parts: Sequence[Sequence[object]]) -> list[int]:
    return [0, *np.cumsum([len(part) for part in parts]).tolist()]


def _numbered(root: Instance) -> list[Instance]:
    """All instances, those above first, with their number and place in the memory."""
    found: list[Instance] = []
    stack, base = [root], 2
    while stack:
        instance = stack.pop()
        instance.number, instance.base = len(found), base
        base += instance.layout.size + len(instance.own)
        found.append(instance)
        stack.extend(reversed(list(instance.below())))
    return found


def _memory(instances: list[Instance]) -> np.ndarray:
    last = instances[-1]
    memory = np.zeros(last.base + last.layout.size + len(last.own))
    memory[ONE] = 1
    for i in instances:
        for name, value in i.values.items():
            if name in i.layout.slots:
                memory[i.base + i.layout.slots[name]] = value
        for place, value in enumerate(i.own.values()):
            memory[i.base + i.layout.size + place] = value
        regimes = i.layout.dynamics.regimes.values() if i.layout.dynamics else ()
        for k, regime in enumerate(regimes):
            if regime.initial:
                memory[i.base + i.layout.slots[REGIME]] = k
    for i in instances:
        for scheme in i.schemes:
            state = scheme.scheme.attributes["stateVariable"]
            memory[scheme.states[0].base + scheme.states[0].layout.slots[state]] = 1
    return memory


def _links(instances: list[Instance]) -> tuple[list[int], list[int]]:
    """Places of others that each instance reads, and where those of each begin."""
    links: list[int] = []
    tails: list[tuple[int, list[int]]] = []
    starts = []
    for i in instances:
        starts.append(len(links))
        for name in i.layout.needs:
            links.append(_needed(i, name))
        for select in i.layout.selects:
            places = _selected(i, select)
            if code.several(select):
                tails.append((len(links), places))
                links += [0, len(places)]
            else:
                links += places
    for at, places in tails:
        links[at] = len(links)
        links += places
    return links, starts


def _needed(instance: Instance, name: str) -> int:
    place = instance.parent.read(name) if instance.parent else None
    if place is None:
        kind = instance.component.type.name
        raise wrong(instance.place, f"{kind!r} requires {name!r}, and nothing above it has that")
    return place


def _selected(instance: Instance, select: m.DerivedVariable) -> list[int]:
    """Where the variables are that a selection finds."""
    *steps, last = STEP.split(select.select or "")
    found = [instance]
    for step in steps:
        match = PREDICATE.match(step)
        if match is None:
            following = [i.children.get(step) for i in found]
            if None in following:
                if not code.several(select) and select.reduce:
                    return [ZERO if select.reduce == "add" else ONE]
                raise wrong(
                    instance.place,
                    f"needs a <{step}> ({select.select!r} of {instance.component.type.name!r})",
                )
            found = [i for i in following if i is not None]
        else:
            listed = [part for i in found for part in i.lists.get(match[1], [])]
            found = [i for i in listed if match[2] is None or i.component.get(match[2]) == match[3]]
    places = [(i, i.read(last)) for i in found]
    for i, place in places:
        if place is None:
            raise wrong(i.place, f"nothing called {last!r} here, which {instance.component.id!r} reads")
    return [place for _, place in places if place is not None]


def _ports(
    instances: list[Instance], recorders: Sequence[tuple[Instance, int]]
) -> tuple[list[int], list[int], list[int], list[int], list[float]]:
    """First port of each instance; first recipient of each port; recipients, their ports, delays [s]."""
    ears: dict[tuple[Instance, int], list[int]] = {}
    for which, recorder in enumerate(recorders):
        ears.setdefault(recorder, []).append(-1 - which)
    outs, ports, to, into, delays = [], [0], [], [], []
    for i in instances:
        outs.append(len(ports) - 1)
        for port in range(len(i.layout.ports["out"])):
            for target, at, delay in i.sends.get(port, ()):
                to.append(target.number)
                into.append(at)
                delays.append(delay)
            for ear in ears.get((i, port), ()):
                to.append(ear)
                into.append(0)
                delays.append(0.0)
            ports.append(len(to))
    return outs, ports, to, into, delays


def _schemes(schemes: list[Scheme]) -> tuple[list[int], list[int]]:
    data: list[int] = []
    offsets = []
    for scheme in schemes:
        offsets.append(len(data))
        names = scheme.scheme.attributes
        state = names["stateVariable"]
        data += [len(scheme.states), len(scheme.edges)]
        data += [s.base + s.layout.slots[state] for s in scheme.states]
        data += [_read(s, state) for s in scheme.states]
        data += [_read(e, names[key]) for key in ("forwardRate", "reverseRate") for e in scheme.edges]
        data += [end[k] for k in (0, 1) for end in scheme.ends]
        data += [i.number for i in (*scheme.states, *scheme.edges)]
    return data, offsets


def _read(instance: Instance, name: str) -> int:
    place = instance.read(name)
    if place is None:
        raise wrong(instance.place, f"nothing called {name!r}. {did_you_mean(name, instance.layout.exposed)}")
    return place


def _schedule(root: Instance, schemes: dict[Scheme, int]) -> list[int]:
    """Children before parents; a kinetic scheme (-1 - number) after the children of the instance it is in."""
    order: list[int] = []
    stack: list[Instance | int] = [root]
    while stack:
        entry = stack.pop()
        if isinstance(entry, int):
            order.append(entry)
            continue
        if code.steps(entry.layout):
            stack.append(entry.number)
        stack += [-1 - schemes[scheme] for scheme in reversed(entry.schemes)]
        stack.extend(reversed(list(entry.below())))
    return order


def _key(instance: Instance, seed: int) -> int:
    """What the random numbers of an instance are keyed by: the seed and its path."""
    path: list[str] = []
    at: Instance | None = instance
    while at is not None:
        above = at.parent
        beside = [] if above is None else [i for i in above.below() if i.component is at.component]
        path.append(f"{at.component.id}:{at.component.type.name}:{beside.index(at) if beside else 0}")
        at = above
    return int.from_bytes(sha256(f"{seed}/{'/'.join(path)}".encode()).digest()[:8], "little")
