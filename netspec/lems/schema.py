"""The rules of NeuroML's schema that component types do not have: what is needed, how often, in order."""

import functools
import re
from dataclasses import dataclass

from netspec.errors import did_you_mean
from netspec.lems import model as m
from netspec.lems import quantity, read, tree
from netspec.lems.findings import Findings
from netspec.lems.tree import Element

UNBOUNDED = 1 << 60
GROUPS = ("sequence", "choice", "all", "group")


@dataclass(frozen=True)
class Slot:
    """A child that a kind of element may have, how often, and its number in the order (None: anywhere)."""

    kind: str
    least: int
    most: int
    order: int | None


@dataclass(frozen=True)
class Kind:
    """A complex type. attributes: name -> (simple type, whether it is needed)."""

    attributes: dict[str, tuple[str, bool]]
    slots: dict[str, Slot]
    open: bool = False


@functools.cache
def _definitions() -> dict[str, Element]:
    archive = read.wheel()
    newest = max(n for n in archive.namelist() if re.fullmatch(r"Schemas/NeuroML2/NeuroML_v2[\d.]*\.xsd", n))
    root = tree.parse(archive.read(newest), newest)
    return {e.attributes.get("name", ""): e for e in root.children}


@functools.cache
def _by_lower() -> dict[str, str]:
    return {name.lower(): name for name, e in _definitions().items() if e.tag == "complexType"}


def kind(type_name: str) -> Kind | None:
    """The schema's kind of a component type; None if it has none."""
    name = _by_lower().get(type_name.lower())
    return _kind(name) if name else None


@functools.cache
def _kind(name: str) -> Kind:
    element = _definitions()[name]
    attributes: dict[str, tuple[str, bool]] = {}
    slots: dict[str, Slot] = {}
    is_open = False
    for content in element.all("complexContent", "simpleContent"):
        for extension in content.all("extension", "restriction"):
            base = extension.get("base")
            if base in _definitions():
                above = _kind(str(base))
                attributes, slots, is_open = dict(above.attributes), dict(above.slots), above.open
            element = extension
    for attribute in element.all("attribute"):
        given = attribute.attributes
        attributes[given.get("name", "")] = (given.get("type", ""), given.get("use") == "required")
    is_open |= _slots(element, slots, ordered=True, optional=False)
    return Kind(attributes, slots, is_open)


def _slots(element: Element, slots: dict[str, Slot], ordered: bool, optional: bool) -> bool:
    """Add the children of a content model; whether it takes anything else too."""
    is_open = False
    for part in element.children:
        given = part.attributes
        few, many = given.get("minOccurs", "1"), given.get("maxOccurs", "1")
        if part.tag == "element":
            most = UNBOUNDED if many == "unbounded" else int(many)
            order = len(slots) if ordered else None
            slots[given.get("name", "")] = Slot(
                given.get("type", ""), 0 if optional else int(few), most, order
            )
        elif part.tag == "any":
            is_open = True
        elif part.tag in GROUPS:
            inner = _definitions()[given["ref"]] if "ref" in given else part
            loose = optional or part.tag == "choice" or few == "0"
            is_open |= _slots(inner, slots, ordered and part.tag in ("sequence", "group"), loose)
    return is_open


def check(element: Element, kind: Kind, library: m.Library, findings: Findings) -> None:
    """Attributes and the children's number and order, of one element of a NeuroML document."""
    for name, (simple, needed) in kind.attributes.items():
        text = element.get(name)
        if text is None and needed:
            near = did_you_mean(name, set(element.attributes) - set(kind.attributes), 0.7)
            hint = f". {near}" if near.startswith("Did") else ""
            findings.wrong(element.place, f"<{element.tag}> needs the attribute {name!r}{hint}")
        own_type = name == "type" and text in library.types
        if text is not None and not own_type and (message := _value(text, simple, library)):
            findings.wrong(element.place, f"{name}: {message}")
    _children(element, kind, findings)


def _children(element: Element, kind: Kind, findings: Findings) -> None:
    counts: dict[str, int] = {}
    last, latest = -1, ""
    for child in element.children:
        slot = kind.slots.get(child.tag)
        counts[child.tag] = counts.get(child.tag, 0) + 1
        if slot is None:
            continue
        if counts[child.tag] == slot.most + 1:
            findings.wrong(child.place, f"<{element.tag}> can have {slot.most} <{child.tag}>, not more")
        # HDF5 has no order
        if slot.order is None or isinstance(child.place.line, str):
            continue
        if slot.order < last:
            findings.odd(child.place, f"the schema wants <{child.tag}> before <{latest}> in <{element.tag}>")
        else:
            last, latest = slot.order, child.tag
    for name, slot in kind.slots.items():
        if counts.get(name, 0) < slot.least:
            findings.wrong(element.place, f"<{element.tag}> needs {slot.least} <{name}>")


def _value(text: str, simple: str, library: m.Library) -> str | None:
    """What is wrong with an attribute of a simple type."""
    if simple.startswith("Nml2Quantity"):
        dimension = simple.partition("_")[2]
        found = quantity.read(text, dimension, library) if dimension in library.dimensions else 0.0
        return found if isinstance(found, str) else None
    definition = _definitions().get(simple)
    if definition is None:
        return None
    rules = [rule for restriction in definition.all("restriction") for rule in restriction.children]
    names = [rule.attributes["value"] for rule in rules if rule.tag == "enumeration"]
    if names and text not in names:
        return f"{text!r} is none of {len(names)}. {did_you_mean(text, names)}"
    for rule in rules:
        limit = rule.attributes["value"]
        if rule.tag == "pattern" and not re.fullmatch(limit, text):
            return f"{text!r} is no {_in_words(simple)}"
        if rule.tag in LIMITS and not _within(text, rule.tag, float(limit)):
            return f"expected a number {LIMITS[rule.tag]} {limit}, found {text!r}"
    return None


LIMITS = {"minInclusive": ">=", "maxInclusive": "<=", "minExclusive": ">", "maxExclusive": "<"}


def _within(text: str, rule: str, limit: float) -> bool:
    try:
        value = float(text)
    except ValueError:
        return False
    return {
        "minInclusive": value >= limit, "maxInclusive": value <= limit, "minExclusive": value > limit,
        "maxExclusive": value < limit,
    }[rule]  # fmt: skip


def _in_words(simple: str) -> str:
    if simple == "NmlId":
        return "id: letters, digits and underscores, not starting with a digit"
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", simple).lower()
