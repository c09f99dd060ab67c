"""The NeuroML that a mod file is made of, kept as its last comment, so that it can be written again.

Attributes that RANGE parameters are have the parameter's name in braces instead of a number: '{tau}ms'.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from xml.sax.saxutils import quoteattr

from netspec.lems import model as m
from netspec.lems import schema, tree
from netspec.lems.nmodl import units
from netspec.lems.nmodl.instances import Instance
from netspec.lems.nmodl.system import RESERVED
from netspec.lems.resolve import Resolved
from netspec.lems.tree import Element

HEAD, TAIL = "COMMENT of NeuroML:\n", "ENDCOMMENT\n"
ROOT = "made"
DEFINITIONS = ("Dimension", "Unit", "ComponentType")
NUMBER = re.compile(r"^(-?\d+)\.(?!\d)|(?<=\d[eE])\+(?=\d)()")
"""What LEMS takes in a number and NeuroML's schema does not: '1.' and '1e+3'."""
LAST = 99
"""Of elements that come in any order, after those that have one."""
NAMELESS = ("cell", "synapse", "current", "source")
WORDLESS = ("description", "notes", "annotation", "property", "metaid", "neuroLexId")


@dataclass(frozen=True)
class Origin:
    """role: the function of netspec.lems.nmodl that made it. items: what it was made of; needs: components
    and definitions that those name. state: 'capacitance', 'vinit', 'threshold' of a cell as they follow from
    its attributes: in braces or numbers.
    """

    role: str
    items: tuple[Element, ...]
    needs: tuple[Element, ...]
    state: Mapping[str, str]


def read(text: str) -> Origin | None:
    """What a mod file is made of; None if it does not say so."""
    start = text.rfind(HEAD)
    if start < 0:
        return None
    root = tree.parse(text[start + len(HEAD) : text.rindex(TAIL)].encode(), "mod file")
    items, needs = (tuple(next(root.all(name)).children) for name in ("items", "needs"))
    state = {name: value for name, value in root.attributes.items() if name != "role"}
    return Origin(root.attributes["role"], items, needs, state)


def comment(origin: Origin) -> str:
    """The comment that keeps an origin."""
    inside = [Element(tag, {}, _NOWHERE, list(own)) for tag, own in _parts(origin)]
    root = Element(ROOT, {"role": origin.role, **origin.state}, _NOWHERE, inside)
    return HEAD + written(root) + "\n" + TAIL


def _parts(origin: Origin) -> Iterator[tuple[str, tuple[Element, ...]]]:
    yield "items", origin.items
    yield "needs", origin.needs


_NOWHERE = tree.Place("", 0)


def written(element: Element) -> str:
    """An element in lines, in ASCII."""
    given = "".join(f" {name}={quoteattr(value)}" for name, value in element.attributes.items())
    if not element.children:
        text = f"<{element.tag}{given}/>"
    else:
        inside = "".join(f"  {line}\n" for c in element.children for line in written(c).split("\n"))
        text = f"<{element.tag}{given}>\n{inside}</{element.tag}>"
    return text.encode("ascii", "xmlcharrefreplace").decode()


def of(
    role: str, tops: Iterable[tuple[Instance, Element]], names: Collection[str], found: Resolved,
    dimensions: Mapping[str, m.Vector], state: Mapping[str, str] | None = None,
) -> Origin:  # fmt: skip
    """What instances are made of. names: RANGE parameters. Elements: as the instances are to be written."""
    items, needs = [], dict[str, Element]()
    for top, element in tops:
        braces = _braces(top, names, found, dimensions)
        roles = _roles(top.component)
        item = _filled(element, braces, roles)
        if role in NAMELESS:  # those that differ in their numbers only share a mod file
            item.attributes.pop("id", None)
        items.append(item)
        _need(element, needs, braces, found)
    every = [*items, *needs.values()]
    users = _types(every, found)
    units_ = _units(every, users, found)
    return Origin(role, tuple(items), (*units_, *users, *needs.values()), state or {})


def _braces(
    top: Instance, names: Collection[str], found: Resolved, dimensions: Mapping[str, m.Vector]
) -> dict[Element, dict[str, str]]:
    """By element, its attributes that are RANGE parameters."""
    result: dict[Element, dict[str, str]] = {}
    for one in top.walk():
        own = result.setdefault(one.component.element, {})
        for name in one.component.values:
            full = f"{one.prefix}{name}"
            full = f"{full}_" if full in RESERVED else full
            unit = _unit(dimensions.get(full, m.NONE), found.document.library)
            if full in names and unit is not None:
                own.setdefault(name, f"{{{full}}}{unit}")
    return result


def _unit(dimension: m.Vector, library: m.Library) -> str | None:
    """The symbol of NEURON's unit of a dimension, None if NeuroML has none; '' for a number."""
    if dimension == m.NONE:
        return ""
    size = units.factor(dimension)
    for symbol, unit in library.units.items():
        fits = library.dimensions.get(unit.dimension) == dimension and not unit.offset
        if fits and abs(unit.scale / size - 1) < 1e-9:
            return symbol
    return None


Roles = Mapping[Element, tuple[str, int]]


def _roles(component: m.Component) -> dict[Element, tuple[str, int]]:
    """By element, which one of NeuroML's schema it is, where LEMS takes its type for one; and its order."""
    made: dict[Element, tuple[str, int]] = {}
    kind = schema.kind(component.type.name)
    for child in component.children:
        tag, role = child.element.tag, child.role.removesuffix("s")
        if kind and tag not in kind.slots and role in kind.slots:
            tag = role
        slot = kind.slots.get(tag) if kind else None
        made[child.element] = tag, LAST if slot is None or slot.order is None else slot.order
        made |= _roles(child)
    return made


Braces = Mapping[Element, Mapping[str, str]]


def _filled(element: Element, braces: Braces, roles: Roles) -> Element:
    """An element with braces, without words, and with the schema's names of elements."""
    plain = {n: v for n, v in element.attributes.items() if n not in WORDLESS and n.rpartition(":")[1] == ""}
    plain = {n: NUMBER.sub(r"\1\2", v) for n, v in plain.items()} | dict(braces.get(element, {}))
    ordered = sorted(element.children, key=lambda child: roles.get(child, ("", 0))[1])
    inside = [_filled(child, braces, roles) for child in ordered if child.tag not in WORDLESS]
    tag = roles.get(element, (element.tag, 0))[0]
    if tag != element.tag:  # the schema has no ids for those
        plain = {"type": element.tag, **{name: value for name, value in plain.items() if name != "id"}}
    return replace(element, tag=tag, attributes=plain, children=inside)


def _need(
    element: Element, needs: dict[str, Element], braces: Mapping[Element, Mapping[str, str]], found: Resolved
) -> None:
    """Add the components that an element names, those that they name first."""
    for name, value in element.attributes.items():
        other = found.named(value)
        if name in ("id", "type", "name", "species", "ion") or other is None or value in needs:
            continue
        if other.element is not element:
            _need(other.element, needs, braces, found)
            needs[value] = _filled(other.element, braces, _roles(other))
    for child in element.children:
        _need(child, needs, braces, found)


def _types(elements: Iterable[Element], found: Resolved) -> list[Element]:
    """The user's component types that elements are of, what they extend first."""
    raw, own = found.document.library.raw, found.document.own_types
    made: dict[str, Element] = {}

    def add(name: str) -> None:
        if name not in own or name in made:
            return
        for other in _values(raw[name], ("extends",)):
            add(other)
        made[name] = _filled(raw[name], {}, {})
        for other in _values(raw[name], ("type",)):
            add(other)

    for element in elements:
        for one in _walk(element):
            add(one.tag)
            add(one.attributes.get("type", ""))
    return list(made.values())


def _units(elements: list[Element], users: list[Element], found: Resolved) -> list[Element]:
    """The user's dimensions and units that are used."""
    dimensions = {value for one in users for value in _values(one, ("dimension",))}
    values = [value for e in elements for one in _walk(e) for value in one.attributes.values()]
    symbols = {re.sub(r"[-+\d.eE\s]*", "", value, count=1) for value in values}
    given = [e for root, _ in found.document.roots for e in root.all("Dimension", "Unit")]
    chosen = [
        e
        for e in given
        if e.get("name") in dimensions or e.get("dimension") in dimensions or e.get("symbol") in symbols
    ]
    return [_filled(e, {}, {}) for e in sorted(chosen, key=lambda e: e.tag)]


def _values(element: Element, names: Collection[str]) -> Iterator[str]:
    return (one.attributes[name] for one in _walk(element) for name in names if name in one.attributes)


def _walk(element: Element) -> Iterator[Element]:
    yield element
    for child in element.children:
        yield from _walk(child)
