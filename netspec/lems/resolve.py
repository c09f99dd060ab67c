"""Elements -> components: each gets its type, its numbers in SI units, and what is wrong with it alone."""

from collections.abc import Iterator
from dataclasses import dataclass

from netspec.errors import did_you_mean
from netspec.lems import model as m
from netspec.lems import quantity, ranges, schema
from netspec.lems.findings import Findings
from netspec.lems.read import Document
from netspec.lems.schema import Kind
from netspec.lems.tree import UNREAD, Element

META = (
    "id", "metaid", "type", "neuroLexId", "name", "description", "extends", "xmlns", "schemaLocation",
    "notes", "symbol", "metadata",
)  # fmt: skip
REFERENCES = ("ComponentReference", "Link")
DEFINITIONS = ("ComponentType", "Dimension", "Unit", "Include", "include", "Target", *UNREAD)
MANY_OF_ONE_ID = ("species", "Line", "OutputColumn")
LISTED = ("population", "populationList")


@dataclass(frozen=True, eq=False)
class Resolved:
    """All components of a document: those at the top, and by id."""

    document: Document
    top: list[m.Component]
    by_id: dict[str, m.Component]

    @property
    def findings(self) -> Findings:
        """Where mistakes go."""
        return self.document.findings

    def named(self, name: str | None, type_name: str = "") -> m.Component | None:
        """The component at the top with an id (and of a type), or None."""
        found = self.by_id.get(name or "")
        return found if found and (not type_name or found.is_a(type_name)) else None

    def in_lems(self, component: m.Component) -> bool:
        """Whether a component is written in a LEMS file rather than a NeuroML document."""
        file = component.place.file
        return any(root.tag == "Lems" and root.place.file == file for root, _ in self.document.roots)

    def every(self) -> Iterator[tuple[m.Component, tuple[m.Component, ...]]]:
        """Each component with those that it is in, the outermost first."""
        stack: list[tuple[m.Component, tuple[m.Component, ...]]] = [(c, ()) for c in self.top]
        while stack:
            component, above = stack.pop()
            yield component, above
            stack.extend((child, (*above, component)) for child in component.children)


def resolve(document: Document) -> Resolved:
    """The components of a document; what is wrong goes to its findings."""
    result = Resolved(document, [], {})
    for root, _ in document.roots:
        strict = root.tag.startswith("neuroml")
        kind = schema.kind("NeuroMLDocument") if strict else None
        if kind:
            schema.check(root, kind, document.library, document.findings)
        for element in root.children:
            if element.tag not in DEFINITIONS:
                made = _component(element, None, kind, document, strict)
                if made:
                    _register(made, result)
    return result


def _register(component: m.Component, into: Resolved) -> None:
    into.top.append(component)
    if not component.id:
        return
    old = into.by_id.get(component.id)
    if old is None:
        into.by_id[component.id] = component
        return
    message = f"id {component.id!r} is already that of the <{old.element.tag}> in {old.place}"
    if old.place.file == component.place.file:
        into.findings.wrong(component.place, message)
    else:
        into.findings.odd(component.place, message)


def _component(
    element: Element, parent: m.ComponentType | None, within: Kind | None, document: Document, strict: bool
) -> m.Component | None:
    """A component with its children; None where it has no type."""
    library, findings = document.library, document.findings
    slot = within.slots.get(element.tag) if within else None
    made, role = _type(element, parent, slot is not None or (within is not None and within.open), document)
    if made is None:
        return None
    kind = schema.kind(made.name) or (schema.kind(slot.kind) if slot else None)
    known_type = made.name in library.types
    if kind and strict:
        schema.check(element, kind, library, findings)
    if known_type:
        _attributes(element, made, kind, findings)
    values = _values(element, made, kind, strict, library, findings)
    component = m.Component(element.attributes.get("id", ""), made, element, values, [], role)
    ranges.check(component, findings)
    for child in element.children:
        if child.tag not in UNREAD:
            below = _component(child, made, kind, document, strict)
            if below:
                component.children.append(below)
    _counts(component, findings)
    return component


def _type(
    element: Element, parent: m.ComponentType | None, in_schema: bool, document: Document
) -> tuple[m.ComponentType | None, str]:
    """The type of an element, and the name of its role in its parent."""
    types, findings, tag, given = document.library.types, document.findings, element.tag, element.get("type")
    roles = {r.name: r for r in parent.parts("Child", "Children")} if parent else {}
    declared = roles[tag].type if tag in roles else tag
    if tag == "population" and any(element.all("instance")):
        given = "populationList"
    name = given if given in types else declared
    if given and given not in types and "type" not in getattr(types.get(declared), "texts", {}):
        findings.wrong(element.place, f"unknown component type {given!r}. {did_you_mean(given, types)}")
        return None, ""
    if name not in types:
        if in_schema:
            return m.ComponentType(tag, (tag,), element.place), ""
        known = [*roles, *types] if parent is None or not roles else [*roles, *_fitting(roles, types)]
        findings.wrong(element.place, f"unknown element <{tag}>. {did_you_mean(tag, known)}")
        return None, ""
    made = types[name]
    if parent is None or not parent.ancestors or parent.name not in types:
        return made, ""
    for role in sorted(roles.values(), key=lambda role: role.name != tag):
        if (
            role.type in made.ancestors
            or role.type == "Component"
            or (role.name == tag and given not in types)
        ):
            return made, role.name
    if not in_schema or tag in roles:
        hint = did_you_mean(name, [*roles, *_fitting(roles, types)])
        findings.wrong(element.place, f"<{tag}> of type {name!r} cannot be in a {parent.name!r}. {hint}")
    return made, ""


def _fitting(roles: dict[str, m.Role], types: dict[str, m.ComponentType]) -> list[str]:
    wanted = {role.type for role in roles.values()}
    return [name for name, t in types.items() if wanted & set(t.ancestors)]


def _attributes(element: Element, made: m.ComponentType, kind: Kind | None, findings: Findings) -> None:
    references = [role.name for role in made.parts(*REFERENCES)]
    known = {*made.quantities, *made.texts, *references, *(kind.attributes if kind else ())}
    lower = {name.lower() for name in (*references, *META)}
    for name in element.attributes:
        if name not in known and name.lower() not in lower and ":" not in name:
            hint = did_you_mean(name, known)
            findings.wrong(
                element.place, f"<{element.tag}> of type {made.name!r} has no attribute {name!r}. {hint}"
            )


def _values(
    element: Element,
    made: m.ComponentType,
    kind: Kind | None,
    strict: bool,
    library: m.Library,
    findings: Findings,
) -> dict[str, float]:
    """The parameters of a component in SI units."""
    values = {}
    for name, parameter in made.quantities.items():
        if not isinstance(parameter, m.Parameter | m.IndexParameter | m.Property):
            continue
        text = element.get(name)
        if text is None:
            text = made.fixed.get(name)
        if text is None:
            # the schema says for its own kinds what may be left out, such as the conductance of a channel
            kinds = (schema.kind(ancestor) for ancestor in made.ancestors)
            by_schema = any(k is not None and name in k.attributes for k in kinds)
            if not isinstance(parameter, m.Property) and not by_schema and name != "size":
                findings.wrong(element.place, _missing(name, parameter, made, element, library))
            continue
        found = quantity.read(text, parameter.dimension, library)
        if isinstance(found, str):
            said = strict and kind and kind.attributes.get(name, ("", False))[0].startswith("Nml2Quantity")
            if not said:
                findings.wrong(element.place, f"{name}: {found}")
        else:
            values[name] = found
    return values


def _missing(
    name: str, parameter: m.Quantity, made: m.ComponentType, element: Element, library: m.Library
) -> str:
    units = (
        quantity.units_of(parameter.dimension, library)[:3]
        if parameter.dimension not in ("none", "*")
        else []
    )
    example = f', for example {name}="1 {units[0]}"' if units else ""
    return f"<{element.tag}> of type {made.name!r} needs {name!r} ({parameter.dimension}{example})"


def _counts(component: m.Component, findings: Findings) -> None:
    """One of each Child at most, and ids that differ among children with the same tag."""
    single = {role.name for role in component.type.parts("Child")}
    seen: dict[tuple[str, str], m.Component] = {}
    for child in component.children:
        tag = child.element.tag
        if child.role in single:
            key = (child.role, "")
            if key in seen and not component.is_a("networkWithTemperature", "network"):
                findings.wrong(
                    child.place, f"a second <{tag}> in <{component.element.tag}>; there can be one"
                )
            seen[key] = child
        if child.id and tag not in MANY_OF_ONE_ID:
            key = (tag.removesuffix("WD").removesuffix("W"), child.id)
            if key in seen:
                findings.wrong(
                    child.place, f"<{tag}> id {child.id!r} is already that of line {seen[key].place.line}"
                )
            seen[key] = child
