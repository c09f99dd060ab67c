"""What the specification alone says about cells: tags and sections that populations may have, and sizes."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from netspec.spec import Spec
from netspec.spec.cell import CellRule, Section
from netspec.spec.kinds import is_number
from netspec.spec.network import Population
from netspec.spec.vocabulary import SPATIAL

ANY = object()
"""Stands for the values of a tag that differ from cell to cell, such as positions."""


@dataclass(frozen=True)
class Group:
    """One population, as conditions and rules see it.

    artificial: whether its cells are artificial. tags: values of each tag among its cells (None: some lack
    it). count: number of cells, if known before planning. rules: the cell rules that may apply to its cells.
    """

    label: Any
    spec: Population
    artificial: bool
    tags: Mapping[str, tuple[Any, ...]]
    count: int | None
    rules: Mapping[Any, CellRule] = field(default_factory=dict)

    @cached_property
    def sections(self) -> dict[str, list[Section]]:
        """Sections that its cells may have, each with what all rules say of it."""
        found: dict[str, list[Section]] = {}
        for rule in self.rules.values():
            for name, section in rule.secs.items():
                found.setdefault(name, []).append(section)
        return found

    @cached_property
    def places(self) -> frozenset[str]:
        """Names of sections and lists of sections."""
        return frozenset(self.sections) | {name for rule in self.rules.values() for name in rule.sec_lists}


@dataclass(frozen=True)
class Facts:
    """A specification and what it says of its populations."""

    spec: Spec
    artificial: frozenset[str]
    groups: tuple[Group, ...]
    rules: frozenset[str] = frozenset()

    @cached_property
    def tags(self) -> dict[str, set[Any]]:
        """Values that a tag has among all cells, texts only, by name of the tag."""
        values: dict[str, set[Any]] = {}
        for group in self.groups:
            for name, own in group.tags.items():
                values.setdefault(name, set()).update(value for value in own if isinstance(value, str))
        return values

    @cached_property
    def uncopied_tags(self) -> frozenset[str]:
        """Tags of populations that their cells do not get."""
        own = {name for group in self.groups if not group.artificial for name in group.spec.tags}
        return frozenset(own - set(self.tags))

    @cached_property
    def gids(self) -> int | None:
        """One more than the last gid, if the sizes of all populations can be known."""
        ends = [_span(group) for group in self.groups]
        return None if None in ends else sum(end for end in ends if end is not None)

    @cached_property
    def synapses(self) -> frozenset[str]:
        """Names that synMech may have: labels in synMechParams and in the synList of a point process."""
        listed = {
            name
            for rule in self.spec.network.cell_rules.values()
            for section in rule.secs.values()
            for point in section.pointps.values()
            for name in point.get("synList") or ()
        }
        return frozenset(self.spec.network.synapses) | listed

    def matching(self, conds: Mapping[str, Any]) -> tuple[Group, ...]:
        """The populations of which some cell may meet the conditions of a connection or stimulus."""
        return tuple(group for group, _ in self._meeting(conds))

    def number(self, conds: Mapping[str, Any]) -> int | None:
        """How many cells meet the conditions of a connection or stimulus, if that can be known."""
        total = 0
        for group, answer in self._meeting(conds):
            if answer == "maybe" or group.count is None:
                return None
            total += group.count
        return total

    def _meeting(self, conds: Mapping[str, Any]) -> tuple[tuple[Group, str], ...]:
        """The populations of which all cells ('yes') or some ('maybe') meet the conditions."""
        key = repr(conds)  # thousands of rules have the same few conditions
        if key not in self._met:
            answers = ((group, meets(conds, group.tags, closed=False)) for group in self.groups)
            self._met[key] = tuple((group, answer) for group, answer in answers if answer != "no")
        return self._met[key]

    @cached_property
    def _met(self) -> dict[str, tuple[tuple[Group, str], ...]]:
        return {}


def gather(spec: Spec, artificial: Iterable[str], rules: Iterable[str] = ()) -> Facts:
    """The facts of a specification. artificial: names of the artificial cells there are."""
    known = frozenset(artificial)
    groups = tuple(_group(population, spec, known) for population in spec.network.populations.values())
    return Facts(spec, known, groups, frozenset(rules))


def model_name(population: Population, spec: Spec) -> tuple[str | None, bool]:
    """The cellModel of a population or of the cell rule it names, and whether it is the population's own."""
    if population.cell_model:
        return population.cell_model, True
    rule = spec.network.cell_rules.get(population.cell_type or "")
    return (rule.cell_model if rule else None), False


def _group(population: Population, spec: Spec, known: frozenset[str]) -> Group:
    name, _ = model_name(population, spec)
    artificial = name in known
    tags = _tags(population, spec, name if artificial else population.cell_model)
    rules = {}
    if not artificial:
        rules = {
            label: rule for label, rule in spec.network.cell_rules.items() if applies(rule, tags) != "no"
        }
    return Group(population.label, population, artificial, tags, _count(population, spec), rules)


def _tags(population: Population, spec: Spec, cell_model: str | None) -> dict[str, tuple[Any, ...]]:
    own = {"cellType": population.cell_type, "cellModel": cell_model, **population.tags}
    tags: dict[str, tuple[Any, ...]] = {name: (ANY,) for name in (*SPATIAL, "label", "gid")}
    copied = [name for name in spec.network.copied_tags if own.get(name) is not None]
    tags |= {name: (own[name],) for name in copied}
    if population.diversity:
        tags["fraction"] = (ANY,)
    if spec.network.correct_border:
        tags["borderCorrect"] = (ANY,)
    elements = population.cells_list or []
    for name in dict.fromkeys(key for element in elements for key in element):
        if name not in SPATIAL:
            values = [element.get(name, tags.get(name, (None,))[0]) for element in elements]
            tags[name] = tuple(values if len(values) < 1000 else {str(v): v for v in values}.values())
    tags["pop"] = (population.label,)
    return tags


def _count(population: Population, spec: Spec) -> int | None:
    if population.cells_list is not None:
        return len(population.cells_list)
    if population.num_cells is not None:
        return int(spec.network.scale * population.num_cells)
    sized = population.density is not None or population.grid_spacing is not None
    return None if sized else 1


def _span(group: Group) -> int | None:
    """How many gids a population takes: those of numCells before `scale`."""
    if group.spec.cells_list is None and group.spec.num_cells is not None:
        return group.spec.num_cells
    return group.count


def applies(rule: CellRule, tags: Mapping[str, tuple[Any, ...]]) -> str:
    """Whether a cell rule applies to cells with these tags: 'no', 'maybe' (to some) or 'yes'."""
    if rule.conds:
        return meets(rule.conds, tags, closed=True)
    return _fold(value == rule.label for value in tags.get("cellType", (None,)))


def meets(conds: Mapping[str, Any], tags: Mapping[str, tuple[Any, ...]], closed: bool) -> str:
    """Whether cells with these tags meet the conditions: 'no', 'maybe' (some may) or 'yes'.

    closed: the test of cell rules, where numbers are a range, in place of that of connections.
    """
    answer = "yes"
    for name, cond in conds.items():
        values = tags.get(name, (None,))
        found = _fold([value if value is ANY else _holds(cond, value, closed) for value in values])
        if found == "no":
            return found
        answer = found if answer == "yes" else answer
    return answer


def _fold(answers: Iterable[Any]) -> str:
    found = set(answers)
    return "yes" if found == {True} else "no" if found == {False} else "maybe"


def _holds(cond: Any, value: Any, closed: bool) -> bool:
    if isinstance(cond, list | tuple):
        if closed and len(cond) == 2 and is_number(cond[0]) and is_number(cond[1]):
            return is_number(value) and cond[0] <= value <= cond[1]
        return value in cond
    if closed and isinstance(value, list):
        return cond in value
    return bool(value == cond)


def texts(cond: Any) -> Iterator[str]:
    """The names in a condition."""
    for item in cond if isinstance(cond, list | tuple) else (cond,):
        if isinstance(item, str):
            yield item
