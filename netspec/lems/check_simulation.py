"""Simulations: that what is displayed and written can be read from the network."""

import re

from netspec.errors import did_you_mean
from netspec.lems.model import Component
from netspec.lems.resolve import Resolved

STEP = re.compile(r"([\w:.]+)(?:\[(\w+)\])?\Z")


def check(found: Resolved) -> None:
    """The quantities of lines and columns, and the cells and ports of event selections."""
    for simulation in found.top:
        target = found.named(simulation.get("target"))
        if not simulation.is_a("Simulation") or target is None:
            continue
        for output in simulation.children:
            for line in output.children:
                path = line.get("quantity") or line.get("select")
                if path is not None:
                    _path(line, path, target, "select" in line.element.attributes, found)


def _path(line: Component, path: str, at: Component, whole: bool, found: Resolved) -> None:
    """Follow a path such as 'pop[0]/v' or 'pop/0/cell/bio/membrane/k/kChan/n/q' as far as it can be known.

    whole: it is that of a component, not of something to be read from one.
    """
    steps, here = [step for step in path.split("/") if step], at
    for number, step in enumerate(steps):
        match = STEP.match(step)
        if match is None:
            found.findings.wrong(line.place, f"cannot read the path {path!r} at {step!r}")
            return
        if number == len(steps) - 1 and not whole and not here.is_a("basePopulation"):
            _readable(line, path, here, match[1], found)
            return
        following = _next(line, path, here, match[1], found)
        if following and following.is_a("basePopulation") and match[2] is not None:
            following = _of_population(line, path, following, match[2], found)
        if following is None:
            return
        here = following
    ports = [p.name for p in here.type.ports.values() if p.direction == "out"]
    port = line.get("eventPort")
    if whole and port is not None and port not in ports and not here.is_a("basePopulation"):
        message = f"eventPort={port!r}: {here.id!r} has no such port. {did_you_mean(port, ports)}"
        found.findings.wrong(line.place, message)


def _next(line: Component, path: str, here: Component, step: str, found: Resolved) -> Component | None:
    """Where a step leads; None where it leads nowhere, which is said, or where that cannot be known."""
    if here.is_a("basePopulation"):
        return _of_population(line, path, here, step, found)
    following = _below(here, step, found)
    if following is None and not (":" in step or here.is_a("cell") or here.type.structure or step.isdigit()):
        known = [c.id for c in here.children if c.id] or list(here.type.roles)
        message = f"{path!r}: {here.id!r} has nothing called {step!r}. {did_you_mean(step, known)}"
        found.findings.wrong(line.place, message)
    return following


def _of_population(
    line: Component, path: str, population: Component, index: str, found: Resolved
) -> Component | None:
    instances, size = population.all("instance"), population.get("size") or "0"
    indices = [i.id for i in instances] if instances else range(int(float(size)) if size.isdigit() else 0)
    if index not in {str(i) for i in indices}:
        count = len(indices)
        message = f"{path!r}: there is no cell {index} in {population.id!r}, which has {count}"
        found.findings.wrong(line.place, message)
        return None
    return found.named(population.get("component"))


def _below(here: Component, name: str, found: Resolved) -> Component | None:
    """The part of a component with an id or role, in it or referred to by it."""
    if name == here.id and not any(c.id == name for c in here.children):
        return here
    if here.is_a("cell") and name.isdigit():
        return here
    for child in here.children:
        if name in (child.id, child.role) or (name == child.element.tag and not child.id):
            return child
    if here.type.parts("Attachments") or here.is_a("cell"):
        attached = found.by_id.get(name.split(":")[1] if ":" in name else name)
        if attached is not None and attached.is_a("basePointCurrent", "basePointCurrentDL"):
            return attached
    named = {
        key.lower(): found.by_id.get(text) for key, text in here.element.attributes.items() if key != "id"
    }
    return next(
        (c for key, c in named.items() if c is not None and (c.id == name or key == name.lower())), None
    )


def _readable(line: Component, path: str, here: Component, name: str, found: Resolved) -> None:
    readable = here.type.readable()
    if here.is_a("cell") and name in ("v", "spiking", "caConc"):
        return
    if name not in readable and here.type.name in found.document.library.types and here.type.readable():
        kind = here.type.name
        found.findings.wrong(
            line.place, f"{path!r}: {here.id!r} ({kind}) has no {name!r}. {did_you_mean(name, readable)}"
        )
