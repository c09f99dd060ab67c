"""Checks that many entries share: numbers in range, string functions, conditions."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from netspec.errors import SpecError, did_you_mean
from netspec.expression import parse
from netspec.spec.facts import Facts, meets, texts
from netspec.spec.findings import Finding, Path, lenient, spell, warning
from netspec.spec.kinds import is_number, shown
from netspec.spec.slips import slip
from netspec.spec.vocabulary import ARTIFICIAL, SPATIAL, TAGS

Findings = Iterator[Finding]


def positive(value: float) -> bool:
    """More than 0."""
    return value > 0


def not_negative(value: float) -> bool:
    """0 or more."""
    return value >= 0


def share(value: float) -> bool:
    """From 0 to 1."""
    return 0 <= value <= 1


EXPECTED: dict[Callable[[float], bool], str] = {
    positive: "a positive number",
    not_negative: "0 or more",
    share: "a number from 0 to 1",
}


def in_range(
    value: Any, test: Callable[[float], bool], path: Path, make: Callable[[Path, str], Finding] = Finding
) -> Findings:
    """A finding for the first number in `value` (nested lists too) that fails the test."""
    for number in numbers(value):
        if not test(number):
            yield make(path, f"expected {EXPECTED[test]}, got {number!r}.")
            return


def numbers(value: Any) -> Iterator[float]:
    """The numbers in nested lists."""
    if isinstance(value, list | tuple):
        for item in value:
            yield from numbers(item)
    elif is_number(value):
        yield value


def function(value: Any, known: frozenset[str], path: Path) -> Findings:
    """What is wrong with a string function; nothing for any other value."""
    if not isinstance(value, str):
        return
    try:
        parse(value, known, spell(path))
    except SpecError as error:
        for problem in error.problems:
            yield Finding(path, problem.message)


def unknown(value: Any, known: Iterable[Any], path: Path, what: str) -> Finding:
    """A name that is defined nowhere, and the nearest that is. what: 'there is no population' or the like."""
    return Finding(path, f"{what} {value!r}. {did_you_mean(value, known)}")


def unknown_keys(values: Mapping[str, Any], known: Iterable[str], path: Path) -> Findings:
    """A finding for each key that is not known."""
    names = tuple(known)
    for name in values:
        if name not in names:
            yield lenient((*path, name), f"unknown key. {did_you_mean(name, names)}")


def one_of(value: Any, known: Iterable[str], path: Path) -> Findings:
    """A finding if the value is not one of a few names."""
    names = tuple(known)
    if value not in names:
        listed = ", ".join(map(repr, names))
        near = slip(value, names)
        yield lenient(
            path, f"expected one of {listed}, got {value!r}.{f' Did you mean {near!r}?' * bool(near)}"
        )


def conditions(conds: Mapping[str, Any], facts: Facts, path: Path, extra: Iterable[str] = ()) -> Findings:
    """What is wrong with the conditions of a connection or stimulus; extra: keys that are no tags."""
    found = [
        finding
        for name, cond in conds.items()
        if name not in extra
        for finding in (*_tag(name, facts, (*path, name)), *_condition(name, cond, facts, (*path, name)))
    ]
    yield from found
    tags = {name: cond for name, cond in conds.items() if name not in extra}
    if not found and facts.groups and not facts.matching(tags):
        yield warning(path, "no cell meets these conditions.")


def rule_conditions(conds: Mapping[str, Any], facts: Facts, path: Path) -> Findings:
    """What is wrong with the conditions of a cell rule. That it applies to no population is no mistake."""
    for name, cond in conds.items():
        yield from _tag(name, facts, (*path, name))
        if isinstance(cond, list | tuple) and not cond:
            yield Finding((*path, name), "an empty list matches no cell.")


def trace_conditions(conds: Mapping[str, Any], facts: Facts, path: Path) -> Findings:
    """What is wrong with the conditions of a recorded trace, which are tested as those of a cell rule."""
    found = [*rule_conditions(conds, facts, path)]
    for name, cond in conds.items():
        if name == "pop":
            found.extend(_names(name, cond, facts, (*path, name)))
    yield from found
    if not found and all(meets(conds, group.tags, closed=True) == "no" for group in facts.groups):
        yield warning(path, "no cell meets these conditions.")


def _tag(name: str, facts: Facts, path: Path) -> Findings:
    """Whether cells have such a tag."""
    if name in TAGS or name in facts.tags:
        return
    if name == "cellList":
        yield lenient(path, "only the conditions of stimTargetParams know cellList.")
    elif name in facts.uncopied_tags:
        yield lenient(
            path,
            f"populations have the tag {name!r}, but their cells do not: add it to popTagsCopiedToCells.",
        )
    else:
        known = dict.fromkeys((*TAGS, *facts.tags, *facts.uncopied_tags))
        yield lenient(path, f"no cell has the tag {name!r}. {did_you_mean(name, known)}")


def _condition(name: str, cond: Any, facts: Facts, path: Path) -> Findings:
    if isinstance(cond, list | tuple) and not cond:
        yield lenient(path, "an empty list matches no cell.")
    elif name in SPATIAL:
        yield from _interval(cond, path)
    else:
        yield from _names(name, cond, facts, path)


def _interval(cond: Any, path: Path) -> Findings:
    if not isinstance(cond, list | tuple) or len(cond) != 2 or not all(map(is_number, cond)):
        yield Finding(path, f"expected [low, high], got {shown(cond)}.")
    elif cond[0] >= cond[1]:
        yield warning(path, f"no cell lies in [{cond[0]}, {cond[1]}).")


def _names(name: str, cond: Any, facts: Facts, path: Path) -> Findings:
    """Names that no cell has. In a list with known ones only populations and slips are mistakes."""
    known = facts.tags.get(name, set())
    wanted = list(texts(cond))
    strange = [item for item in wanted if item not in known]
    if name == "label":
        return
    what = "there is no population" if name == "pop" else f"no cell has the {name}"
    for item in strange:
        finding = unknown(item, known, path, what)
        grave = name == "pop" or len(strange) == len(wanted) or bool(slip(item, known))
        # models keep rules for inputs that they do not always have
        grave = grave and not (name == "cellModel" and item in ARTIFICIAL)
        yield lenient(path, finding.message) if grave else warning(path, finding.message)
