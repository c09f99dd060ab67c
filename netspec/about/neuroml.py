"""NeuroML's types, as their definitions describe them."""

import re
from collections.abc import Iterable

from netspec.about.page import Page, Row
from netspec.errors import NetspecError
from netspec.lems import model as m
from netspec.lems import quantity, read, schema

USUAL = {
    "voltage": "-60mV", "time": "5ms", "per_time": "10 per_s", "conductance": "1nS", "capacitance": "0.2nF",
    "current": "0.1nA", "conductanceDensity": "0.3 mS_per_cm2", "concentration": "1e-4 mM",
    "temperature": "37 degC", "permeability": "1e-5 cm_per_s", "specificCapacitance": "1 uF_per_cm2",
    "resistivity": "0.1 kohm_cm", "length": "0.1 um", "rho_factor": "0.1 mol_per_m_per_A_per_s",
    "conductance_per_voltage": "1 nS_per_mV", "currentDensity": "1 uA_per_cm2", "resistance": "1 Mohm",
    "none": "1",
}  # fmt: skip
"""A value of each dimension for snippets."""
ABOVE = {"thresh": "-50mV", "vpeak": "35mV", "delT": "2mV", "refract": "2ms", "tauRise": "1ms"}
"""Values of parameters that another one bounds."""
COMMON = ("notes", "annotation", "property")
"""Parts that every element may have."""
MOST = 12


def names() -> list[str]:
    """The types; none where their definitions are not installed."""
    try:
        return list(read.core().types)
    except NetspecError:
        return []


def page(name: str) -> Page | None:
    """The page of a type, if there is one of this name."""
    if name not in names():
        return None
    library = read.core()
    kind = library.types[name]
    extends = f", a kind of {', '.join(kind.ancestors[1:3])}" if kind.ancestors[1:] else ""
    tables = {
        "parameters": _parameters(kind, library),
        "names other components": _parts(kind, library, "ComponentReference", "Link"),
        "attributes": [
            (text, "", "required" if _needed(kind, text, False) else "optional", "") for text in kind.texts
        ],
        "has inside": _parts(kind, library, "Child", "Children"),
        "can be recorded": [
            (read_as, _units(q.dimension, library), "", _said(q.description))
            for read_as, q in kind.exposures.items()
        ],
        "events": [(port.name, "", "", f"goes {port.direction}") for port in kind.ports.values()],
        "takes": _parts(kind, library, "Attachments"),
        "kinds": [
            (other, "", "", _said(library.types[other].description))
            for other in _kinds(name, library)
            if other != name
        ][:MOST],
    }
    title, text = f"{name}: a type of NeuroML{extends}", _said(kind.description)
    return Page(title, text, tables, tuple(_attached(kind, library)), _snippet(kind, library))


def _units(dimension: str, library: m.Library) -> str:
    if dimension in ("none", "*"):
        return ""
    every = quantity.units_of(dimension, library)
    usual = [unit for unit in every if USUAL.get(dimension, "").endswith(unit)][-1:]
    return ", ".join(list(dict.fromkeys([*usual, *every]))[:3])


def _said(text: str) -> str:
    """A description without its marks of names and ontologies."""
    return " ".join(re.sub(r"\b(?:cno|CNO)_?\d+|\b_|_\b", "", text).split())


def _parameters(kind: m.ComponentType, library: m.Library) -> list[Row]:
    given = (*kind.of(m.Parameter).values(), *kind.of(m.IndexParameter).values())
    rows = [(q, "required" if _needed(kind, q.name) else "optional") for q in given]
    rows += [(q, q.value or "") for q in kind.of(m.Property).values()]
    return [
        (q.name, _units(q.dimension, library), default, _said(q.description))
        for q, default in rows
        if q.name not in kind.fixed
    ]


def _needed(kind: m.ComponentType, name: str, unknown: bool = True) -> bool:
    """Whether files must give an attribute. unknown: of types that the schema does not have."""
    known = schema.kind(kind.name)
    return known.attributes[name][1] if known and name in known.attributes else unknown


def _parts(kind: m.ComponentType, library: m.Library, *kinds: str) -> list[Row]:
    return [
        (role.name, "", "", _few(_kinds(role.type, library)))
        for role in kind.parts(*kinds)
        if role.name not in COMMON
    ]


def _kinds(base: str, library: m.Library) -> list[str]:
    """The types of a kind that files use."""
    return [t.name for t in library.types.values() if base in t.ancestors and _used(t.name, library)]


def _used(name: str, library: m.Library) -> bool:
    """Whether files have components of the type: others only have its kinds."""
    extended = {t.ancestors[1] for t in library.types.values() if len(t.ancestors) > 1}
    return not (name.startswith("base") and name in extended)


def _few(found: Iterable[str]) -> str:
    listed = list(found)
    return ", ".join(listed[:MOST]) + (f" and {len(listed) - MOST} more" if len(listed) > MOST else "")


def _attached(kind: m.ComponentType, library: m.Library) -> Iterable[str]:
    """What has a place for a component of this type."""
    found: dict[tuple[str, str], list[str]] = {}
    for other in library.types.values():
        for role in other.roles.values():
            if role.type in kind.ancestors and role.name not in COMMON and _used(other.name, library):
                way = "Child" if role.kind == "Children" else role.kind
                found.setdefault((way, role.name), []).append(other.name)
    for (way, name), others in found.items():
        match way:
            case "Attachments":
                yield f"cells: {_few(others)}"
            case "Child":
                yield f"inside <{'>, <'.join(others[:MOST])}>"
            case "ComponentReference" | "Link":
                yield f"by {name}= of {_few(others)}"


def _snippet(kind: m.ComponentType, library: m.Library) -> str:
    if not _used(kind.name, library):
        return ""
    given = {"id": f"my_{kind.name}"}
    given |= {role.name: f"my_{role.name}" for role in kind.parts("ComponentReference", "Link")}
    for q in kind.of(m.Parameter).values():
        if q.name not in kind.fixed and _needed(kind, q.name):
            given[q.name] = ABOVE.get(q.name, USUAL.get(q.dimension, "1"))
    given |= {name: f"my_{name}" for name in kind.texts if name not in given and _needed(kind, name, False)}
    attributes = " ".join(f'{name}="{value}"' for name, value in given.items())
    inside = [
        f"  <!-- {role.name}: {_few(_kinds(role.type, library))} -->"
        for role in kind.parts("Child", "Children")
        if role.name not in COMMON
    ]
    if not inside:
        return f"<{kind.name} {attributes}/>"
    return "\n".join([f"<{kind.name} {attributes}>", *inside, f"</{kind.name}>"])
