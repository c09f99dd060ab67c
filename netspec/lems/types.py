"""Component types from their elements, with what they inherit."""

from collections.abc import Iterable

from netspec.errors import did_you_mean
from netspec.lems import model as m
from netspec.lems.findings import Findings
from netspec.lems.tree import Element

QUANTITIES: dict[str, type[m.Quantity]] = {
    "Parameter": m.Parameter, "IndexParameter": m.IndexParameter, "Constant": m.Constant,
    "Property": m.Property, "DerivedParameter": m.DerivedParameter, "Requirement": m.Requirement,
}  # fmt: skip
ROLES = (
    "Child", "Children", "Attachments", "ComponentReference", "Link", "InstanceRequirement",
    "ComponentRequirement",
)  # fmt: skip
TEXTS = ("Text", "Path")
IN_DYNAMICS = (
    "StateVariable", "DerivedVariable", "ConditionalDerivedVariable", "TimeDerivative", "OnStart",
    "OnCondition", "OnEvent", "Regime", "KineticScheme",
)  # fmt: skip
HANDLERS = ("OnStart", "OnCondition", "OnEvent", "OnEntry")
IN_HANDLERS = ("StateAssignment", "EventOut", "Transition")
MEMBERS = (
    *QUANTITIES, *ROLES, *TEXTS, "Exposure", "EventPort", "Fixed", "Dynamics", "Structure", "Simulation",
    "About", "notes", "annotation",
)  # fmt: skip
NEEDED = {
    "Dimension": ("name",), "Unit": ("symbol", "dimension"), "ComponentType": ("name",),
    "Parameter": ("name", "dimension"), "Constant": ("name", "dimension", "value"),
    "Property": ("name", "dimension"), "DerivedParameter": ("name", "value"),
    "Requirement": ("name", "dimension"),
    "Exposure": ("name", "dimension"), "StateVariable": ("name", "dimension"), "DerivedVariable": ("name",),
    "ConditionalDerivedVariable": ("name",), "TimeDerivative": ("variable", "value"),
    "StateAssignment": ("variable", "value"), "OnCondition": ("test",), "OnEvent": ("port",),
    "EventOut": ("port",), "Regime": ("name",), "Transition": ("regime",), "Case": ("value",),
    "Child": ("name", "type"), "Children": ("name", "type"), "Attachments": ("name", "type"),
    "ComponentReference": ("name", "type"), "Link": ("name", "type"), "InstanceRequirement": ("name", "type"),
    "EventPort": ("name", "direction"), "Fixed": ("parameter", "value"), "Text": ("name",), "Path": ("name",),
    "ChildInstance": ("component",), "MultiInstantiate": ("number",), "IndexParameter": ("name",),
}  # fmt: skip


def resolved(
    name: str, library: m.Library, findings: Findings, below: tuple[str, ...] = ()
) -> m.ComponentType:
    """A component type with all that it inherits."""
    if name in library.types:
        return library.types[name]
    element, base = library.raw[name], None
    extends = element.get("extends")
    if extends in (*below, name):
        chain = " > ".join((*below, name, str(extends)))
        findings.wrong(element.place, f"component type {name!r} extends itself: {chain}")
    elif extends and extends not in library.raw:
        findings.wrong(
            element.place, f"{name!r} extends unknown type {extends!r}. {did_you_mean(extends, library.raw)}"
        )
    elif extends:
        base = resolved(extends, library, findings, (*below, name))
    library.types[name] = result = _extended(name, element, base)
    return result


def _extended(name: str, element: Element, base: m.ComponentType | None) -> m.ComponentType:
    base = base or m.ComponentType("", (), element.place)
    dynamics = next(element.all("Dynamics"), None)
    quantities = {
        child.attributes.get("name", "?"): _quantity(QUANTITIES[child.tag], child)
        for child in element.all(*QUANTITIES)
    }
    exposures = {
        child.attributes.get("name", "?"): _quantity(m.Exposure, child) for child in element.all("Exposure")
    }
    roles = [
        m.Role(
            c.tag,
            c.attributes.get("name", "?"),
            c.attributes.get("type", ""),
            c.place,
            c.get("local") == "true",
        )
        for c in element.all(*ROLES)
    ]
    texts = [m.Text(c.tag, c.attributes.get("name", "?"), c.place) for c in element.all(*TEXTS)]
    ports = [
        m.Port(c.attributes.get("name", "?"), c.attributes.get("direction", "?"), c.place)
        for c in element.all("EventPort")
    ]
    return m.ComponentType(
        name,
        (name, *base.ancestors),
        element.place,
        element.attributes.get("description", base.description),
        {**base.quantities, **quantities},
        {**base.exposures, **exposures},
        {**base.roles, **{role.name: role for role in roles}},
        {**base.texts, **{text.name: text for text in texts}},
        {**base.ports, **{port.name: port for port in ports}},
        {
            **base.fixed,
            **{
                c.attributes.get("parameter", "?"): c.attributes.get("value", "")
                for c in element.all("Fixed")
            },
        },
        base.dynamics if dynamics is None else _dynamics(dynamics),
        next(element.all("Structure"), base.structure),
        next(element.all("Simulation"), base.simulation),
    )


def _quantity(kind: type[m.Q], e: Element) -> m.Q:
    given = e.attributes
    value = given.get("value", given.get("defaultValue"))
    return kind(
        given.get("name", "?"), given.get("dimension", "none"), e.place, value, given.get("exposure"),
        given.get("description", ""),
    )  # fmt: skip


def _dynamics(element: Element) -> m.Dynamics:
    states = [_quantity(m.StateVariable, child) for child in element.all("StateVariable")]
    derived = [_derived(child) for child in element.all("DerivedVariable", "ConditionalDerivedVariable")]
    regimes = [
        m.Regime(
            r.attributes.get("name", "?"),
            r.get("initial") == "true",
            r.place,
            _assigned(r, "TimeDerivative"),
            _handlers(r),
        )
        for r in element.all("Regime")
    ]
    return m.Dynamics(
        element.place,
        {state.name: state for state in states},
        {variable.name: variable for variable in derived},
        _assigned(element, "TimeDerivative"),
        _handlers(element),
        {regime.name: regime for regime in regimes},
        tuple(
            m.KineticScheme(c.attributes.get("name", "?"), c.place, c.attributes)
            for c in element.all("KineticScheme")
        ),
    )


def _derived(e: Element) -> m.DerivedVariable:
    given = e.attributes
    cases = tuple(m.Case(c.get("condition"), c.attributes.get("value", ""), c.place) for c in e.all("Case"))
    return m.DerivedVariable(
        given.get("name", "?"), given.get("dimension", "*"), e.place, given.get("value"),
        given.get("exposure"), given.get("description", ""), given.get("select"), given.get("reduce"), cases,
    )  # fmt: skip


def _assigned(element: Element, tag: str) -> tuple[m.Assignment, ...]:
    return tuple(
        m.Assignment(c.attributes.get("variable", "?"), c.attributes.get("value", ""), c.place)
        for c in element.all(tag)
    )


def _handlers(element: Element) -> tuple[m.Handler, ...]:
    return tuple(
        m.Handler(
            e.tag, e.place, e.get("test"), e.get("port"), _assigned(e, "StateAssignment"),
            tuple(c.attributes.get("port", "?") for c in e.all("EventOut")),
            next((c.get("regime") for c in e.all("Transition")), None),
        )
        for e in element.all(*HANDLERS)
    )  # fmt: skip


def form(element: Element, findings: Findings) -> None:
    """Whether a definition has the parts and attributes that it needs."""
    for name in NEEDED.get(element.tag, ()):
        if name not in element.attributes:
            more = f". {did_you_mean(name, element.attributes, 0.7)}" if element.attributes else ""
            findings.wrong(element.place, f"<{element.tag}> needs the attribute {name!r}{more}")
    allowed: Iterable[str] = ()
    if element.tag == "ComponentType":
        allowed = MEMBERS
        _twice(element, findings)
    elif element.tag == "Dynamics":
        allowed = IN_DYNAMICS
    for child in element.children:
        if allowed and child.tag not in allowed:
            hint = did_you_mean(child.tag, allowed)
            findings.wrong(child.place, f"<{child.tag}> cannot be in <{element.tag}>. {hint}")
        if element.tag in HANDLERS and child.tag not in IN_HANDLERS:
            if child.tag in NEEDED:
                findings.odd(child.place, f"<{child.tag}> in <{element.tag}> has no effect")
            else:
                hint = did_you_mean(child.tag, IN_HANDLERS)
                findings.wrong(child.place, f"<{child.tag}> cannot be in <{element.tag}>. {hint}")
        elif element.tag not in ("Structure", "Simulation"):
            form(child, findings)


def _twice(element: Element, findings: Findings) -> None:
    seen: dict[tuple[bool, str | None], Element] = {}
    for child in element.children:
        key = (child.tag == "Exposure", child.get("name"))
        if key[1] is not None and (child.tag in (*QUANTITIES, *ROLES, *TEXTS, "Exposure")) and key in seen:
            findings.wrong(child.place, f"{key[1]!r} is already defined on line {seen[key].place.line}")
        seen[key] = child
