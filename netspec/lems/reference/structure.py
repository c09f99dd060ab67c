"""What the Structure of a component type does to an instance that is in place."""

import re

from netspec.errors import did_you_mean
from netspec.lems.reference import arithmetic
from netspec.lems.reference.instances import Instance, Maker, wrong
from netspec.lems.tree import Element

Names = dict[str, Instance]
LATER = ("With", "ForEach", "EventConnection", "Tunnel")


def build(structure: Element, here: Instance, maker: Maker) -> None:
    """Instances first, then what connects them."""
    for element in structure.children:
        match element.tag:
            case "ChildInstance":
                _child(element, here, maker)
            case "MultiInstantiate":
                _many(element, here, maker)
            case tag if tag not in LATER:
                raise wrong(element.place, f"<{tag}> in a Structure: reference mode does not support it yet")
    _connect(structure.children, here, {}, maker)


def _child(element: Element, here: Instance, maker: Maker) -> None:
    name = element.get("component") or ""
    component = maker.referred(here.component, name)
    if component is None:
        raise wrong(
            here.place, f"no component {name!r} for the <ChildInstance> of {here.component.type.name!r}"
        )
    child = maker.new(component, here)
    here.single.append(child)
    here.children[name] = child


def _many(element: Element, here: Instance, maker: Maker) -> None:
    component = maker.referred(here.component, element.get("component") or "")
    if component is None:
        raise wrong(here.place, f"{here.component.id!r} needs an existing component to make copies of")
    if element.children:
        raise wrong(element.children[0].place, "<Assign> in a <MultiInstantiate>: not supported yet")
    for index in range(round(here.values[element.get("number") or ""])):
        child = maker.new(component, here)
        child.own["index"] = index
        here.lists.setdefault("", []).append(child)
        here.listed.append(child)
        if component.id:
            here.children[component.id] = child


def _connect(elements: list[Element], here: Instance, names: Names, maker: Maker) -> None:
    for element in elements:
        match element.tag:
            case "With":
                _with(element, here, names)
            case "ForEach":
                path = _text(element, "instances", here)
                for instance in _instances(path, here):
                    _connect(element.children, here, {**names, element.get("as") or "": instance}, maker)
            case "EventConnection":
                _events(element, here, names, maker)
            case "Tunnel":
                _tunnel(element, here, names, maker)


def _text(element: Element, key: str, here: Instance) -> str:
    """What the attribute that an attribute of the structure names says in the component or those above it."""
    name = element.get(key) or ""
    if name in ("this", "parent"):
        return name
    at: Instance | None = here
    while at is not None:
        given = at.component.get(name)
        if given is not None:
            return given
        at = at.parent
    raise wrong(here.place, f"<{here.component.element.tag}> has no {name!r}")


def _with(element: Element, here: Instance, names: Names) -> None:
    if element.get("list"):
        path, index = _text(element, "list", here), int(_text(element, "index", here))
        listed = _instances(path, here)
        if index >= len(listed):
            raise wrong(here.place, f"{path!r} has {len(listed)} cells: there is no {index}")
        found: Instance | None = listed[index]
    else:
        path = _text(element, "instance", here)
        found = at(path, here)
    names[element.get("as") or ""] = found  # type: ignore[assignment]
    if found is None:
        raise wrong(here.place, f"nothing at {path!r}")


def at(path: str, here: Instance) -> Instance | None:
    """The instance that a path in a component leads to."""
    if path in ("this", "parent"):
        return here if path == "this" else here.parent
    start = here if path.startswith("./") else here.parent
    return follow(path.removeprefix("./"), start)


def follow(path: str, start: Instance | None) -> Instance | None:
    """The instance at a path from another one."""
    for step in re.sub(r"\[", "/[", path).split("/"):
        if start is None:
            return None
        if step:
            start = start.parent if step == ".." else start.child(step)
    return start


def _instances(path: str, here: Instance) -> list[Instance]:
    """The instances in what has a name, beside the instance or above it."""
    start = here.parent
    while start is not None and path.split("/")[0] not in start.children:
        start = start.parent
    found = follow(path, start)
    if found is None:
        raise wrong(here.place, f"nothing at {path!r}")
    if "" in found.lists:
        return found.lists[""]
    return [cell for one in found.listed for cell in one.single] or [found]


def _end(element: Element, key: str, here: Instance, names: Names) -> Instance:
    name = element.get(key) or ""
    found = names.get(name) or here.child(name)
    if found is None:
        raise wrong(here.place, f"nothing at {name!r}. {did_you_mean(name, names)}")
    return found


def _events(element: Element, here: Instance, names: Names, maker: Maker) -> None:
    """Events of one instance go to another, or to a new attachment of that."""
    source, target = (_end(element, key, here, names) for key in ("from", "to"))
    receiver = element.get("receiver")
    component = maker.referred(here.component, receiver) if receiver else None
    if receiver and component is None and here.component.type.roles.get(receiver.removeprefix("../")):
        raise wrong(here.place, f"no component {receiver!r}")
    ports = [here.component.get(element.get(key) or "-") for key in ("sourcePort", "targetPort")]
    delay = here.values.get(element.get("delay") or "", 0.0)
    receiving = target
    if component is not None:
        receiving = maker.new(component, target)
        _assign(element, here, receiving)
        attach(receiving, target, here.component.get(element.get("receiverContainer") or "-"), here, maker)
    into, out = receiving.layout.port(ports[1], "in"), source.layout.port(ports[0], "out")
    for instance, port, name, way in ((receiving, into, ports[1], "in"), (source, out, ports[0], "out")):
        if port is None:
            kind = instance.component.type.name
            raise wrong(here.place, f"{kind!r} has no event port {name or ''!r} of direction {way!r}")
    source.sends.setdefault(out or 0, []).append((receiving, into or 0, delay))


def attach(part: Instance, to: Instance, name: str | None, here: Instance, maker: Maker) -> None:
    """Put an instance into the attachments of another one with a name, or into its only list."""
    lists = to.lists
    if name is None and len(lists) != 1:
        where = f"attachments of {to.component.type.name!r}: {', '.join(map(repr, lists)) or 'none'}"
        raise wrong(
            here.place, f"needs destination=... to say where to attach {part.component.id!r}; {where}"
        )
    if name is not None and name not in lists:
        raise wrong(
            here.place, f"{to.component.type.name!r} has no attachments {name!r}. {did_you_mean(name, lists)}"
        )
    lists[name if name is not None else next(iter(lists))].append(part)
    if to.built:
        maker.build(part)


def _assign(element: Element, here: Instance, *to: Instance) -> None:
    for child in element.all("Assign"):
        value = arithmetic.value(child.get("value") or "", here.values, child.place)
        name = child.get("property") or ""
        for instance in to:
            if name in instance.layout.slots:
                instance.values = {**instance.values, name: value}
            else:
                instance.own[name] = value


def _tunnel(element: Element, here: Instance, names: Names, maker: Maker) -> None:
    """Two attachments that see each other."""
    name, made = element.get("name") or "", []
    for end, key in (("endA", "componentA"), ("endB", "componentB")):
        target = _end(element, end, here, names)
        component = maker.referred(here.component, element.get(key) or "")
        if component is None:
            raise wrong(here.place, f"no component {element.get(key)!r} for the <Tunnel>")
        part = maker.new(component, target)
        attach(part, target, None, here, maker)
        made.append(part)
    made[0].children[name], made[1].children[name] = made[1], made[0]
    _assign(element, here, *made)
