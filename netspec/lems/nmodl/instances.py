"""Components and what they are made of, as a tree; which of them hear the events of which."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from netspec.lems import model as m
from netspec.lems import schema
from netspec.lems.resolve import Resolved
from netspec.lems.tree import Place


class Unsupported(Exception):
    """Something that cannot be compiled yet, where it is written."""

    def __init__(self, place: Place, message: str) -> None:
        super().__init__(message)
        self.place, self.message = place, message


@dataclass(eq=False)
class Instance:
    """A component in the tree. role: its name in the one above; prefix: that of its variables."""

    component: m.Component
    above: "Instance | None"
    role: str
    prefix: str
    path: str
    below: list["Instance"] = field(default_factory=list)
    targets: list["Instance"] = field(default_factory=list)

    @property
    def type(self) -> m.ComponentType:
        """That of the component."""
        return self.component.type

    def walk(self) -> Iterator["Instance"]:
        """It and all below."""
        yield self
        for child in self.below:
            yield from child.walk()


def tree(c: m.Component, above: Instance | None, role: str, prefix: str, found: Resolved) -> Instance:
    """A component with all below it, and with what its type instantiates."""
    path = "" if above is None else f"{above.path}{c.id or role}/"
    made = Instance(c, above, role, prefix, path)
    counts: dict[str, int] = {}
    for child in c.children:
        counts[child.role] = counts.get(child.role, 0) + 1
    seen: dict[str, int] = {}
    for child in c.children:
        if child.role not in c.type.roles or child.is_a("spike"):
            continue  # spikes are played
        seen[child.role] = seen.get(child.role, 0) + 1
        many = c.type.roles[child.role].kind == "Children"
        label = (
            child.id
            if many and child.id
            else child.role + (str(seen[child.role]) if counts[child.role] > 1 else "")
        )
        label = f"_{label}" if label[:1].isdigit() and not prefix else label
        made.below.append(tree(child, made, child.role, f"{prefix}{label}_", found))
    for part in c.type.structure.all("ChildInstance") if c.type.structure else ():
        name = part.attributes["component"]
        named = found.named(c.get(name))
        if named is None:
            raise Unsupported(c.place, f"{name}={c.get(name)!r} does not exist")
        label = "" if name == "ionChannel" else f"{name}_"
        made.below.append(tree(named, made, name, prefix + label, found))
    _connect(made)
    return made


def _connect(made: Instance) -> None:
    """Which instances get the events that this one or its parent sends."""
    structure = made.type.structure
    named: dict[str | None, Instance | None] = {}
    for part in structure.children if structure else ():
        if part.tag == "With":
            named[part.get("as")] = _with(made, part.attributes.get("instance", ""))
        elif part.tag == "EventConnection":
            source, target = named.get(part.get("from")), named.get(part.get("to"))
            if source and target:
                source.targets.append(target)
        elif part.tag != "ChildInstance":
            raise Unsupported(
                part.place, f"<{part.tag}> in the structure of {made.type.name!r}: not supported yet"
            )


def _with(made: Instance, where: str) -> Instance | None:
    if where == "this":
        return made
    if where == "parent":
        return made.above
    path = [step for step in (made.component.get(where) or where).split("/") if step not in (".", "")]
    inside = [child for child in made.below if path and path[0] in (child.component.id, child.role)]
    if not inside:
        raise Unsupported(
            made.component.place, f"{where}: {'/'.join(path)!r} is not in {made.component.id!r}"
        )
    return inside[0]


def above(instance: Instance) -> Iterator[Instance]:
    """Those that it is in, the nearest first."""
    while instance.above is not None:
        instance = instance.above
        yield instance


def selected(place: Instance, name: str, filter_: str | None) -> Iterator[Instance]:
    """The instances below that a step of a path means."""
    key, _, value = (filter_ or "").partition("=")
    for child in place.below:
        if name not in (child.role, child.component.id):
            continue
        if not value or child.component.get(key.strip()) == value.strip().strip("'\""):
            yield child


def optional(instance: Instance, name: str) -> bool:
    """Whether NeuroML lets a parameter out, such as the conductance of a channel in a density."""
    kinds = (schema.kind(ancestor) for ancestor in instance.type.ancestors)
    return any(kind is not None and name in kind.attributes for kind in kinds)
