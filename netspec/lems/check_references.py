"""References between components: that they exist, are of the right type, and that everything is used."""

from netspec.errors import did_you_mean
from netspec.lems.model import Component, Role
from netspec.lems.resolve import REFERENCES, Resolved

LISTS = {"population": "basePopulation", "Component": ""}
OPTIONAL = ("synapse1", "synapse2")
USERS = ("network", "Simulation")


def check(found: Resolved) -> None:
    """What components name that is not there, and what nobody names."""
    used: set[str] = set()
    for component, above in found.every():
        for role in component.type.parts(*REFERENCES):
            text = _attribute(component, role.name)
            if text is None:
                _missing(component, role, found)
                continue
            used.add(text)
            _reference(component, role, text, above, found)
        used |= {text for name, text in component.element.attributes.items() if name not in ("id", "type")}
    used |= _targets(found)
    _unused(used, found)


def _attribute(component: Component, name: str) -> str | None:
    lower = name.lower()
    return next((text for key, text in component.element.attributes.items() if key.lower() == lower), None)


def _missing(component: Component, role: Role, found: Resolved) -> None:
    inside = [child for child in component.children if role.type in child.type.ancestors]
    if not inside:
        type_name = component.type.name
        found.findings.wrong(
            component.place, f"<{component.element.tag}> of type {type_name!r} needs {role.name!r}: the id of a {role.type}"
        )


def _reference(component: Component, role: Role, text: str, above: tuple[Component, ...], found: Resolved) -> None:
    wanted = LISTS.get(role.type, role.type)
    # the nearest parents' parts count first: a population or a state of a gate has no meaning elsewhere
    near = [child for parent in reversed(above) for child in parent.children if child.id == text]
    place, what = component.place, f"{role.name}={text!r}"
    target = next((c for c in near if not wanted or c.is_a(wanted)), None) or (None if role.local else found.named(text))
    if target is None:
        local = [c.id for parent in above for c in parent.children if c.is_a(wanted) and c.id]
        known = local or [c.id for c in found.top if not wanted or c.is_a(wanted)]
        found.findings.wrong(place, f"{what}: there is no {wanted or 'component'} of this id. {did_you_mean(text, known)}")
    elif wanted and not target.is_a(wanted) and wanted in found.document.library.types:
        known = [c.id for c in found.top if c.is_a(wanted)]
        message = f"{what}: expected a {wanted}, but it is a {target.type.name}. {did_you_mean(text, known)}"
        found.findings.wrong(place, message)


def _targets(found: Resolved) -> set[str]:
    """What the Target elements of LEMS name."""
    named = set()
    for root, own in found.document.roots:
        for target in root.all("Target"):
            name = target.get("component")
            named.add(str(name))
            if found.named(name) is None:
                simulations = [c.id for c in found.top if c.is_a("Simulation")]
                hint = did_you_mean(name, simulations)
                found.findings.wrong(target.place, f"target {name!r} does not exist. {hint}")
        if own and root.tag == "Lems" and not any(root.all("Target")) and any(c.is_a("Simulation") for c in found.top):
            found.findings.odd(root.place, "no <Target component=...>: nothing would be run")
    return named


def _unused(used: set[str], found: Resolved) -> None:
    """Components of the file itself that nothing names, in a file with a network."""
    if not any(c.is_a("network") for c in found.top):
        return
    own = str(found.document.path)
    for component in found.top:
        if component.place.file == own and component.id not in used and not component.is_a(*USERS):
            found.findings.odd(component.place, f"<{component.element.tag}> {component.id!r} is never used")
    for name in found.document.own_types:
        made = found.document.library.types[name]
        types = {c.type.name: c for c, _ in found.every()}
        if made.place.file == own and not any(name in c.type.ancestors for c in types.values()):
            found.findings.odd(made.place, f"component type {name!r} is never used")
