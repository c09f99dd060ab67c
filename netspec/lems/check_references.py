"""References between components: that they exist, are of the right type, and that everything is used."""

from netspec.errors import did_you_mean
from netspec.lems.model import Component, Role
from netspec.lems.resolve import REFERENCES, Resolved

ACCEPTED = {
    "population": ("basePopulation",),
    "Component": (),
    "baseCell": ("baseCell", "baseSpikeSource"),
    "basePointCurrent": ("basePointCurrent", "basePointCurrentDL"),
}
"""What a reference may be to, where that is more than its type says."""
Ids = dict[Component, dict[str, list[Component]]]
USERS = ("network", "Simulation")


def check(found: Resolved) -> None:
    """What components name that is not there, and what nobody names."""
    used: set[str] = set()
    ids: Ids = {}
    for component, above in found.every():
        for role in component.type.parts(*REFERENCES):
            text = _attribute(component, role.name)
            if text is None:
                _missing(component, role, found)
                continue
            used.add(text)
            _reference(component, role, text, [_ids(parent, ids) for parent in reversed(above)], found)
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
            component.place,
            f"<{component.element.tag}> of type {type_name!r} needs {role.name!r}: the id of a {role.type}",
        )


def _ids(parent: Component, ids: Ids) -> dict[str, list[Component]]:
    """The parts of a component by id, made once."""
    if parent not in ids:
        ids[parent] = {}
        for child in parent.children:
            ids[parent].setdefault(child.id, []).append(child)
    return ids[parent]


def _reference(
    component: Component, role: Role, text: str, above: list[dict[str, list[Component]]], found: Resolved
) -> None:
    wanted = ACCEPTED.get(role.type, (role.type,))
    # the nearest parents' parts count first: a population or a state of a gate has no meaning elsewhere
    near = [child for parts in above for child in parts.get(text, ())]
    place, what = component.place, f"{role.name}={text!r}"
    target = next((c for c in near if _fits(c, wanted)), None) or (None if role.local else found.named(text))
    if target is None:
        local = [
            c.id for parts in above for many in parts.values() for c in many if _fits(c, wanted) and c.id
        ]
        known = local or [c.id for c in found.top if _fits(c, wanted)]
        found.findings.wrong(
            place, f"{what}: there is no {role.type} of this id. {did_you_mean(text, known)}"
        )
    elif not _fits(target, wanted) and role.type in found.document.library.types:
        known = [c.id for c in found.top if _fits(c, wanted)]
        message = (
            f"{what}: expected a {role.type}, but it is a {target.type.name}. {did_you_mean(text, known)}"
        )
        found.findings.wrong(place, message)


def _fits(component: Component, wanted: tuple[str, ...]) -> bool:
    return not wanted or component.is_a(*wanted)


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
        if (
            own
            and root.tag == "Lems"
            and not any(root.all("Target"))
            and any(c.is_a("Simulation") for c in found.top)
        ):
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
    alive = {ancestor for c, _ in found.every() for ancestor in c.type.ancestors}
    for name in found.document.own_types:
        made = found.document.library.types[name]
        if made.place.file == own and name not in alive:
            found.findings.odd(made.place, f"component type {name!r} is never used")
