"""Changes that conditions.modifications makes to cells of BlueBrain's dialect, as further cell rules.

The rules are those of neurodamus 4.2.9 (modification_manager.py): values are assigned in sections that have
all the attributes that the text of section_configure names.
"""

import ast
import copy
import operator
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np

from netspec.errors import FileError, did_you_mean
from netspec.formats.sonata.clamps import compartments
from netspec.formats.sonata.config import Config
from netspec.formats.sonata.groups import Group
from netspec.formats.sonata.node_sets import resolve
from netspec.formats.sonata.nodes import Nodes

TTX = "TTXDynamicsSwitch"
"""Mechanism that tells channels of the toxin, among BlueBrain's mod files."""
TYPES = ("ttx", "configure_all_sections", "section_list", "section", "compartment_set")
OPERATORS: dict[type, Callable[[float, float], float]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
}
GEOMETRY = ("Ra", "cm", "L", "diam", "nseg")
WILDCARD = "every"
"""What stands for %s while a text is parsed."""

Section = dict[str, Any]
Change = tuple[str, str, ast.stmt]
"""Which sections ('every', a list of them, a name), the attribute, and the statement."""


TAG = "modified"
"""Tag of cells: which of the further rules of their group changes them."""


def rules(
    config: Config, nodes: Mapping[str, Nodes], together: Mapping[str, list[Group]], net: Mapping[str, Any]
) -> dict[str, Any]:
    """Entries of cellParams after those of groups, whose cells get a tag. net: netParams so far."""
    made = net["cellParams"]
    entries = config.conditions.get("modifications") or []
    listed = list(entries.values()) if isinstance(entries, Mapping) else entries
    given = [_checked(config, number, entry) for number, entry in enumerate(listed)]
    if not given:
        return {}
    places = [_places(config, nodes, number, entry) for number, (entry, _) in enumerate(given)]
    found: dict[str, Any] = {}
    for group in (group for own in together.values() for group in own if group.kind == "biophysical"):
        alike: dict[Any, list[int]] = {}
        for node in group.ids.tolist():
            key = tuple(each.get((group.nodes.population, node)) for each in places)
            if any(each is not None for each in key):
                alike.setdefault(key, []).append(node)
        for number, (key, members) in enumerate(alike.items()):
            secs = copy.deepcopy(dict(made[group.label]["secs"]))
            for (entry, changes), spots in zip(given, key, strict=True):
                if spots is not None:
                    _apply(entry, changes, spots, secs, made[group.label])
            changed = {name: own for name, own in secs.items() if own != made[group.label]["secs"][name]}
            if changed:
                label = f"{group.label}:{TAG}{number or ''}"
                found[label] = {"conds": {"pop": group.label, TAG: label}, "secs": changed}
                for place in np.flatnonzero(np.isin(group.ids, members)).tolist():
                    net["popParams"][group.label]["cellsList"][place][TAG] = label
    return found


def _checked(config: Config, number: int, entry: Any) -> tuple[Mapping[str, Any], list[Change]]:
    """An entry and the statements of its text. FileError for what neurodamus would not take."""
    key = f"{config.path}: conditions.modifications[{number}]"
    if not isinstance(entry, Mapping) or entry.get("type") not in TYPES:
        kind = entry.get("type") if isinstance(entry, Mapping) else entry
        raise FileError(f"{key}.type: there is no modification {kind!r}. {did_you_mean(str(kind), TYPES)}")
    if entry["type"] == "ttx":
        return entry, []
    text = entry.get("section_configure")
    if not isinstance(text, str):
        raise FileError(f"{key}.section_configure: expected a text, got {text!r}")
    try:
        return entry, [_change(each, str(entry["type"])) for each in _parsed(text)]
    except (SyntaxError, ValueError) as error:
        raise FileError(f"{key}.section_configure: {text!r}: {error}") from error


def _parsed(text: str) -> list[ast.stmt]:
    return ast.parse(text.replace("%s.", f"{WILDCARD}.").strip()).body


def _change(statement: ast.stmt, kind: str) -> Change:
    """What a statement assigns to. ValueError if it is no assignment of that kind."""
    target: ast.expr
    match statement:
        case ast.Assign([target]) | ast.AugAssign(target):
            pass
        case _:
            raise ValueError("expected assignments with ; between them")
    match target, kind:
        case ast.Attribute(ast.Name(name), attribute), "section_list":
            pass
        case ast.Attribute(ast.Name("every" as name), attribute), "configure_all_sections":
            pass
        case ast.Attribute(ast.Subscript(ast.Name(word), ast.Constant(int() as index)), attribute), "section":
            name = f"{word}_{index}"
        case ast.Name(attribute), "compartment_set":
            name = WILDCARD
        case _:
            raise ValueError(f"{ast.unparse(target)} is not what a {kind} assigns to")
    _evaluated(statement, lambda name: 1.0)
    return name, attribute, statement


def _places(
    config: Config, nodes: Mapping[str, Nodes], number: int, entry: Mapping[str, Any]
) -> dict[tuple[str, int], tuple[tuple[int, float], ...]]:
    """By population and id of the nodes that an entry is of: places (section, location), if it names some."""
    key = f"conditions.modifications[{number}]"
    if entry["type"] == "compartment_set":
        found: dict[tuple[str, int], tuple[tuple[int, float], ...]] = {}
        for node, section, x in compartments(config, entry.get("compartment_set"), f"{key}.compartment_set"):
            found[node] = (*found.get(node, ()), (section, x))
        return found
    chosen = resolve(config, nodes, entry.get("node_set"), f"{key}.node_set")
    return {(name, node): () for name, rows in chosen.items() for node in nodes[name].ids[rows].tolist()}


def _apply(
    entry: Mapping[str, Any],
    changes: list[Change],
    spots: tuple[tuple[int, float], ...],
    secs: dict[str, Section],
    rule: Mapping[str, Any],
) -> None:
    """Change sections of a cell."""
    if entry["type"] == "ttx":
        for section in secs.values():
            section["mechs"] = {**section.get("mechs", {}), TTX: {"ttxo_level": 1.0}}
    for section, segment in _targets(entry, changes, spots, secs, rule):
        names = {name for _, _, statement in changes for name in _names(statement)}
        names |= {attribute for _, attribute, _ in changes}
        if all(_slot(section, name) is not None for name in names):
            # neurodamus assigns once for each segment, which shows where a value depends on the one before
            repeats = int(section["geom"].get("nseg", 1)) if entry["type"] == "configure_all_sections" else 1
            for _, attribute, statement in changes * repeats:
                _assign(section, attribute, statement, segment)


def _targets(
    entry: Mapping[str, Any],
    changes: list[Change],
    spots: tuple[tuple[int, float], ...],
    secs: dict[str, Section],
    rule: Mapping[str, Any],
) -> Iterator[tuple[Section, int | None]]:
    """The sections that an entry is of; the segment, if it is of one only."""
    if entry["type"] == "compartment_set":
        every = list(secs.values())
        for number, x in spots:
            if number < len(every):
                count = int(every[number]["geom"].get("nseg", 1))
                yield every[number], min(int(x * count), count - 1)
        return
    wanted = changes[0][0] if changes else ""
    if wanted in (WILDCARD, "all"):
        yield from ((section, None) for section in secs.values())
    else:
        names = rule.get("secLists", {}).get(wanted, [wanted])
        yield from ((secs[name], None) for name in names if name in secs)


def _names(statement: ast.stmt) -> set[str]:
    return {node.attr for node in ast.walk(statement) if isinstance(node, ast.Attribute)}


def _slot(section: Section, attribute: str) -> tuple[dict[str, Any], str] | None:
    """Where a section of a cell rule has an attribute of NEURON's; None if it has it not."""
    if attribute in GEOMETRY:
        return section["geom"], attribute
    for mechanism, values in section.get("mechs", {}).items():
        if attribute.endswith(f"_{mechanism}") and attribute.removesuffix(f"_{mechanism}") in values:
            return values, attribute.removesuffix(f"_{mechanism}")
    for ion, values in section.get("ions", {}).items():
        for key, name in (("e", f"e{ion}"), ("i", f"{ion}i"), ("o", f"{ion}o")):
            if attribute == name and key in values:
                return values, key
    return None


def _assign(section: Section, attribute: str, statement: ast.stmt, segment: int | None) -> None:
    slot = _slot(section, attribute)
    assert slot is not None
    values, key = slot
    count = int(section["geom"].get("nseg", 1))

    def read(name: str) -> Any:
        own = _slot(section, name)
        assert own is not None
        return np.asarray(own[0].get(own[1], DEFAULTS.get(own[1], 0.0)), float)

    new = np.asarray(_evaluated(statement, read, attribute), float)
    if segment is not None:
        row = np.broadcast_to(read(attribute), (count,)).copy()
        row[segment] = np.broadcast_to(new, (count,))[segment]
        new = row
    if new.ndim and (new == new[0]).all():
        new = new[0]
    if key in GEOMETRY and new.ndim:
        raise FileError(f"conditions.modifications: {key} of single segments: not supported yet")
    values[key] = new.tolist()


DEFAULTS = {"Ra": 35.4, "cm": 1.0, "diam": 500.0, "L": 100.0, "nseg": 1}
"""NEURON's, where a section does not say."""


def _evaluated(statement: ast.stmt, read: Callable[[str], Any], attribute: str = "") -> Any:
    """The value that a statement assigns. read: gives attributes of the section."""

    def value(node: ast.expr) -> Any:
        match node:
            case ast.Constant(int() | float() as number):
                return number
            case ast.UnaryOp(ast.USub(), operand):
                return -value(operand)
            case ast.BinOp(left, kind, right) if type(kind) in OPERATORS:
                return OPERATORS[type(kind)](value(left), value(right))
            case ast.Attribute(ast.Name("every"), name):
                return read(name)
        raise ValueError(f"{ast.unparse(node)} is no number")

    match statement:
        case ast.AugAssign(op=kind, value=right) if type(kind) in OPERATORS:
            return OPERATORS[type(kind)](read(attribute), value(right))
        case ast.Assign(value=right):
            return value(right)
    raise ValueError(f"{ast.unparse(statement)}: only = += -= *= /=")
