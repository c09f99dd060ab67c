"""What is found wrong or doubtful: where, how grave, and how all of it is told at once."""

import warnings
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

from netspec.errors import NetspecWarning, Problem, SpecError

Path = tuple[Any, ...]
"""Keys from the root ('netParams' or 'simConfig') to a value, as the user spelt them."""

LABELLED = frozenset(
    [
        "cellParams",
        "popParams",
        "synMechParams",
        "connParams",
        "subConnParams",
        "stimSourceParams",
        "stimTargetParams",
        "constants",
        "regions",
        "species",
        "states",
        "parameters",
        "reactions",
        "multicompartmentReactions",
        "rates",
        "secs",
        "mechs",
        "ions",
        "pointps",
        "secLists",
        "recordTraces",
        "analysis",
        "mapping",
    ]
)
"""Dictionaries whose keys are names that the user made up: written in brackets."""


class Level(Enum):
    """ERROR: cannot be built. LENIENT: wrong, but NetPyNE runs; a warning if simConfig.strict is False."""

    ERROR = "error"
    LENIENT = "lenient"
    WARNING = "warning"


@dataclass(frozen=True)
class Finding:
    """One mistake or doubt."""

    path: Path
    message: str
    level: Level = Level.ERROR


def lenient(path: Path, message: str) -> Finding:
    """A mistake that NetPyNE does not see."""
    return Finding(path, message, Level.LENIENT)


def warning(path: Path, message: str) -> Finding:
    """Something that runs, but probably not as meant."""
    return Finding(path, message, Level.WARNING)


def spell(path: Path) -> str:
    """A path as the user would write it.

    >>> spell(("netParams", "connParams", "E->I", "weigth"))
    "netParams.connParams['E->I'].weigth"
    """
    text = str(path[0])
    for parent, step in zip(path, path[1:], strict=False):
        plain = isinstance(step, str) and step.isidentifier() and parent not in LABELLED
        text += f".{step}" if plain else f"[{step!r}]"
    return text


def in_order(findings: Iterable[Finding], root: Mapping[str, Any]) -> list[Finding]:
    """The distinct findings in the order in which the user wrote what they are about."""
    places: dict[int, dict[Any, int]] = {}

    def place(finding: Finding) -> list[int]:
        """The positions of its keys in the dictionaries, outermost first."""
        node: Any = root
        order = []
        for step in finding.path:
            if isinstance(node, Mapping):
                keys = places.setdefault(id(node), {key: n for n, key in enumerate(node)})
                order.append(keys.get(step, len(keys)))
                node = node.get(step)
            else:
                order.append(step if isinstance(step, int) else 0)
                node = node[step] if _has(node, step) else None
        return order

    return sorted(dict.fromkeys(findings), key=place)


def _has(node: Any, step: Any) -> bool:
    return isinstance(node, list | tuple) and isinstance(step, int) and 0 <= step < len(node)


def settle(findings: Iterable[Finding], strict: bool, late: Iterable[Problem] = ()) -> None:
    """Warn of what is doubtful; SpecError with all that is wrong (and `late`), if anything is."""
    problems = []
    for finding in findings:
        if finding.level is Level.ERROR or (strict and finding.level is Level.LENIENT):
            problems.append(Problem(spell(finding.path), finding.message))
        else:
            warnings.warn(f"{spell(finding.path)}: {finding.message}", NetspecWarning, stacklevel=3)
    problems.extend(late)
    if problems:
        raise SpecError(problems)
