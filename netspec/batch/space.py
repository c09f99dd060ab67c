"""What varies: parameters with their places in simConfig and netParams, the points of grids, and samples."""

import itertools
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from netspec.errors import Problem, did_you_mean

if TYPE_CHECKING:
    import optuna

Path = tuple[Any, ...]
Point = dict[str, Any]
ROOTS = {"simConfig": "simConfig", "cfg": "simConfig", "netParams": "netParams"}
"""First step of a path -> what it is a place in; without one of them a path is in simConfig."""
KEYS = ("values", "low", "high", "step", "log", "integer", "paths", "when", "group")
SCALAR = (str, int, float, bool, type(None))


@dataclass(frozen=True)
class Parameter:
    """One thing that varies: its label, its places, and its values or its range (both ends included).

    step, log, integer: of a range. when: other label -> values with which this parameter is there.
    group: parameters of a group vary together in a grid, value by value.
    """

    label: str
    paths: tuple[Path, ...]
    values: tuple[Any, ...] | None = None
    low: float = 0.0
    high: float = 0.0
    step: float | None = None
    log: bool = False
    integer: bool = False
    when: Mapping[str, Sequence[Any]] = field(default_factory=dict)
    group: str | None = None

    def there(self, point: Mapping[str, Any]) -> bool:
        """Whether it belongs to a point with these values of the parameters before it."""
        return all(label in point and point[label] in list(known) for label, known in self.when.items())


def read(given: Mapping[Any, Any], where: str) -> tuple[list[Parameter], list[Problem]]:
    """The parameters, in an order in which conditions come first, and what is wrong with what was given."""
    found: list[Parameter] = []
    problems: list[Problem] = []
    for name, value in given.items():
        made = _parameter(name, value, f"{where}[{name!r}]")
        if isinstance(made, Problem):
            problems.append(made)
        else:
            found.append(made)
    labels = {each.label for each in found}
    for each in found:
        for other in each.when:
            if other not in labels or other == each.label:
                text = f"there is no other parameter {other!r}. {did_you_mean(other, labels - {each.label})}"
                problems.append(Problem(f"{where}[{each.label!r}].when", text))
    ordered: list[Parameter] = []
    while not problems and len(ordered) < len(found):
        known = {each.label for each in ordered}
        ready = [each for each in found if each.label not in known and known >= set(each.when)]
        if not ready:
            circle = ", ".join(sorted(labels - known))
            problems.append(Problem(where, f"the conditions of {circle} depend on each other"))
        ordered += ready
    return ordered, problems


def _parameter(name: Any, given: Any, where: str) -> Parameter | Problem:
    label = name if isinstance(name, str) else ".".join(map(str, name))
    if isinstance(given, Mapping):
        entry: dict[str, Any] = dict(given)
    elif isinstance(given, tuple) and len(given) == 2:
        entry = {"low": given[0], "high": given[1]}
    elif isinstance(given, Sequence) and not isinstance(given, str) or hasattr(given, "tolist"):
        entry = {"values": given}
    else:
        return Problem(
            where, "expected a list of values, a pair (low, high) or a mapping with values or low and high"
        )
    for key in entry:
        if key not in KEYS:
            return Problem(f"{where}.{key}", f"unknown key. {did_you_mean(key, KEYS)}")
    paths = tuple(steps(path) for path in entry.pop("paths", [name]))
    entry["when"] = {label: _listed(values) for label, values in dict(entry.get("when") or {}).items()}
    if "values" in entry:
        values = entry["values"]
        entry["values"] = tuple(values.tolist() if hasattr(values, "tolist") else values)
        wrong = "" if entry["values"] else "no values"
        if {"low", "high", "step", "log", "integer"} & set(entry):
            wrong = "either values or a range, not both"
    else:
        wrong = _wrong_range(entry)
    return Problem(where, wrong) if wrong else Parameter(label, paths, **entry)


def _listed(values: Any) -> list[Any]:
    return list(values) if isinstance(values, list | tuple) else [values]


def _wrong_range(entry: Mapping[str, Any]) -> str:
    ends = [entry.get("low"), entry.get("high")]
    if not all(isinstance(end, int | float) and math.isfinite(end) for end in ends):
        return "expected numbers low and high"
    if ends[0] > ends[1]:  # type: ignore[operator]
        return f"low {ends[0]} is above high {ends[1]}"
    if entry.get("log") and ends[0] <= 0:  # type: ignore[operator]
        return "a logarithmic range begins above 0"
    if entry.get("log") and entry.get("step"):
        return "a logarithmic range has no step"
    return "step must be above 0" if (entry.get("step") or 1) <= 0 else ""


def steps(path: Any) -> Path:
    """A path as (root, step ...): 'a.b' is ('simConfig', 'a', 'b')."""
    found = tuple(path.split(".")) if isinstance(path, str) else tuple(path)
    if found[0] in ROOTS and len(found) > 1:
        return (ROOTS[found[0]], *found[1:])
    return ("simConfig", *found)


def flat(values: Mapping[str, Any], before: str = "") -> dict[str, Any]:
    """Nested values by their dotted names."""
    found: dict[str, Any] = {}
    for name, value in values.items():
        found |= flat(value, f"{before}{name}.") if isinstance(value, Mapping) else {f"{before}{name}": value}
    return found


def assignments(parameters: Sequence[Parameter], point: Mapping[str, Any]) -> list[tuple[Path, Any]]:
    """(path, value) of all places of a point."""
    return [(path, point[each.label]) for each in parameters if each.label in point for path in each.paths]


def grid(parameters: Sequence[Parameter]) -> Iterator[Point]:
    """Every combination; a parameter whose condition is not met is left out. Ranges need a step.

    Groups and parameters vary in their order, the last one fastest.
    """
    groups: dict[Any, list[Parameter]] = {}
    for each in parameters:
        groups.setdefault(each.group or (each.label,), []).append(each)
    columns = [list(zip(*(listed(each) for each in group), strict=True)) for group in groups.values()]
    labels = [each for group in groups.values() for each in group]
    seen: set[tuple[Any, ...]] = set()
    for chosen in itertools.product(*columns):
        values = [value for group in chosen for value in group]
        by_label = {each.label: value for each, value in zip(labels, values, strict=True)}
        point: Point = {}
        for each in parameters:
            if each.there(point):
                point[each.label] = by_label[each.label]
        if len(point) < len(labels):  # combinations that differ only in what is left out are one point
            key = tuple((label, repr(value)) for label, value in point.items())
            if key in seen:
                continue
            seen.add(key)
        yield point


def listed(parameter: Parameter) -> tuple[Any, ...]:
    """The values that a grid goes through."""
    if parameter.values is not None:
        return parameter.values
    step = parameter.step or 1.0
    count = math.floor((parameter.high - parameter.low) / step + 1e-9) + 1
    found = [parameter.low + step * i for i in range(count)]
    return tuple(int(value) if parameter.integer else value for value in found)


def wrong_for_grid(parameters: Sequence[Parameter], where: str) -> list[Problem]:
    """Why there is no grid of these parameters."""
    problems = [
        Problem(f"{where}[{each.label!r}]", "a grid needs values, or a range with a step")
        for each in parameters
        if each.values is None and each.step is None and not each.integer
    ]
    sizes: dict[str, set[int]] = {}
    for each in parameters if not problems else ():
        if each.group:
            sizes.setdefault(each.group, set()).add(len(listed(each)))
    for group, lengths in sizes.items():
        if len(lengths) > 1:
            text = (
                f"the parameters of group {group!r} have {sorted(lengths)} values: as many are needed in each"
            )
            problems.append(Problem(where, text))
    return problems


def suggest(parameters: Sequence[Parameter], trial: "optuna.Trial") -> Point:
    """The point of a trial, drawn by the study's sampler; what was drawn before stays."""
    point: Point = {}
    for each in parameters:
        if each.there(point):
            point[each.label] = _drawn(each, trial)
    return point


def _drawn(parameter: Parameter, trial: "optuna.Trial") -> Any:
    label, low, high, step = parameter.label, parameter.low, parameter.high, parameter.step
    if parameter.values is not None:
        choices = [value if isinstance(value, SCALAR) else repr(value) for value in parameter.values]
        return parameter.values[choices.index(trial.suggest_categorical(label, choices))]
    if parameter.integer:
        return trial.suggest_int(label, int(low), int(high), step=int(step or 1), log=parameter.log)
    return trial.suggest_float(label, low, high, step=step, log=parameter.log)
