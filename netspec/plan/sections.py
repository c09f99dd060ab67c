"""What cell rules set, one after the other, in the order in which NetPyNE sets it; and what results."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from netspec.errors import Problem, SpecError
from netspec.expression import Expression, parse
from netspec.plan.cells import Drawn
from netspec.spec.cell import CellRule, Section

POSITION = ("x", "y", "z", "xnorm", "ynorm", "znorm")
DISTANCE = ("dist_path", "dist_euclidean")
NOT_PARAMETERS = ("mod", "loc", "vref", "synList", "spikes")
GID = "gid"
"""As the value of a point process's parameter: the number of the cell."""


@dataclass(frozen=True)
class Assignment:
    """A rule sets something of a cell. kind: 'vars', 'topol', 'geom', 'mechs', 'pointps'; segment -1: all.

    formula: what evaluates to the value, or None for a plain value.
    """

    rule: str
    section: str
    kind: str
    name: str
    parameter: str
    segment: int
    value: Any
    formula: Expression | None = None

    @property
    def path(self) -> str:
        """Where the user wrote it."""
        return path(self.rule, self.section, self.kind, self.name, self.parameter)

    @property
    def drawn(self) -> bool:
        """Whether each cell gets a number of its own."""
        return self.formula is not None or (self.kind == "pointps" and self.value == GID)

    @property
    def target(self) -> tuple[str, str, str, str]:
        """What is set, whatever the segment."""
        return self.section, self.kind, self.name, self.parameter


def path(rule: str, section: str = "", kind: str = "", name: str = "", parameter: str = "") -> str:
    """Dictionary path of a value in a cell rule."""
    parts = [f"netParams.cellParams[{rule!r}]"]
    if section:
        parts.append(f".secs[{section!r}]")
    if kind:
        parts.append(f".{kind}")
    if name:
        parts.append(f"[{name!r}]")
    return "".join(parts) + (f".{parameter}" if parameter else "")


def assignments(rules: Iterable[CellRule]) -> Iterator[Assignment]:
    """Everything that the rules set and that string functions or geometry depend on, in NetPyNE's order."""
    nseg: dict[str, int] = {}
    for rule in rules:
        yield from _variables(rule)
        for section, spec in rule.secs.items():
            nseg.setdefault(section, 1)
            if spec.topol:
                yield Assignment(rule.label, section, "topol", "", "", -1, spec.topol)
        known = (*POSITION, *DISTANCE, *rule.vars)
        for section, spec in rule.secs.items():
            yield from _geometry(rule, section, spec, known, nseg)
            yield from _mechanisms(rule, section, spec, known, nseg[section])
            yield from _point_processes(rule, section, spec, known)


def _variables(rule: CellRule) -> Iterator[Assignment]:
    for name, value in rule.vars.items():
        formula = None
        if isinstance(value, str):
            formula = parse(value, POSITION, f"{path(rule.label)}.vars[{name!r}]")
        yield Assignment(rule.label, "", "vars", "", name, -1, value, formula)


def _geometry(
    rule: CellRule, section: str, spec: Section, known: tuple[str, ...], nseg: dict[str, int]
) -> Iterator[Assignment]:
    scalars = {name: value for name, value in spec.geom.items() if not isinstance(value, list | tuple | dict)}
    for name, value in scalars.items():
        formula = None
        if isinstance(value, str):
            where = path(rule.label, section, "geom", "", name)
            if name == "nseg":
                raise SpecError([Problem(where, f"expected a whole number, got the function {value!r}.")])
            formula = parse(value, known, where)
        elif name == "nseg":
            nseg[section] = int(value)
        yield Assignment(rule.label, section, "geom", "", name, -1, value, formula)
    if "pt3d" in spec.geom:
        yield Assignment(rule.label, section, "geom", "", "pt3d", -1, spec.geom["pt3d"])


def _mechanisms(
    rule: CellRule, section: str, spec: Section, known: tuple[str, ...], nseg: int
) -> Iterator[Assignment]:
    for mechanism, parameters in spec.mechs.items():
        if mechanism == "dipole":
            continue
        for name, value in parameters.items():
            place = rule.label, section, "mechs", mechanism, name
            if not isinstance(value, str):
                yield Assignment(*place, -1, value)
                continue
            formula = parse(value, known, path(*place))
            varies = formula.random or not formula.names.isdisjoint(DISTANCE)
            for segment in range(nseg) if varies and nseg > 1 else [-1]:
                yield Assignment(*place, segment, value, formula)


def _point_processes(
    rule: CellRule, section: str, spec: Section, known: tuple[str, ...]
) -> Iterator[Assignment]:
    for label, parameters in spec.pointps.items():
        for name, value in parameters.items():
            if name in NOT_PARAMETERS or name.startswith("_"):
                continue
            place = rule.label, section, "pointps", label, name
            is_formula = isinstance(value, str) and value != GID
            yield Assignment(*place, -1, value, parse(value, known, path(*place)) if is_formula else None)


def drawn(rules: Iterable[CellRule]) -> tuple[Drawn, ...]:
    """What string functions give each cell, in the order of their draws.

    A value that a later rule overrides is drawn all the same, but sets nothing.
    """
    found: list[Assignment] = []
    current: dict[tuple[str, str, str, str], list[int]] = {}
    stale: set[int] = set()
    for new in assignments(rules):
        _refuse_new_segments(new, [found[k] for numbers in current.values() for k in numbers])
        if new.kind != "vars" and new.value is not None:
            before = current.get(new.target, [])
            overridden = [k for k in before if found[k].rule != new.rule]
            stale.update(overridden)
            current[new.target] = [k for k in before if k not in overridden]
        if new.drawn:
            current.setdefault(new.target, []).append(len(found))
            found.append(new)
    return tuple(
        Drawn(a.section, "vars" if k in stale else a.kind, a.name, a.parameter, a.segment, a.value)
        for k, a in enumerate(found)
    )


def _refuse_new_segments(new: Assignment, drawn: list[Assignment]) -> None:
    """A section that is divided anew would need values for segments that nothing was drawn for."""
    if new.parameter != "nseg":
        return
    for old in drawn:
        if old.section == new.section and old.segment >= 0 and old.rule != new.rule:
            message = f"cannot change after {old.path} = {old.value!r} has given each segment a value."
            raise SpecError([Problem(new.path, message)])


def merged(rules: Iterable[CellRule]) -> dict[str, Section]:
    """Sections of a cell after all rules: later ones override key by key."""
    sections: dict[str, Section] = {}
    for rule in rules:
        for name, new in rule.secs.items():
            sections[name] = over(sections[name], new) if name in sections else new
    return sections


def over(old: Section, new: Section) -> Section:
    """A section after a later rule: its values override key by key."""
    single = {
        name: getattr(new, name)
        for name in ("spike_gen_loc", "vinit", "weight_norm", "threshold")
        if getattr(new, name) is not None
    }
    return replace(
        old,
        geom={**old.geom, **new.geom},
        topol={**old.topol, **new.topol},
        mechs=_nested(old.mechs, new.mechs),
        ions=_nested(old.ions, new.ions),
        pointps=_recreated(old.pointps, new.pointps),
        syn_mechs=[*old.syn_mechs, *new.syn_mechs],
        **single,
    )


def _nested(
    old: Mapping[str, dict[str, Any]], new: Mapping[str, dict[str, Any]]
) -> dict[str, dict[str, Any]]:
    return {**old, **{name: {**old.get(name, {}), **values} for name, values in new.items()}}


def _recreated(
    old: Mapping[str, dict[str, Any]], new: Mapping[str, dict[str, Any]]
) -> dict[str, dict[str, Any]]:
    """Point processes after a second rule: it makes a new object without the parameters of the first."""
    result = dict(old)
    for label, values in new.items():
        before: dict[str, Any] = old.get(label, {})
        if "mod" in values:
            before = {name: before[name] for name in ("vref", "synList") if name in before}
        result[label] = {**before, **values}
    return result
