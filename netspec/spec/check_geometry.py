"""Whether settings about space are possible: borders, rotation."""

from collections.abc import Mapping
from typing import Any

from netspec.spec.check_values import Findings, unknown_keys
from netspec.spec.facts import Facts
from netspec.spec.findings import Finding, Path
from netspec.spec.kinds import is_number, shown

BORDERS = ("threshold", "xborders", "yborders", "zborders")


def geometry(facts: Facts) -> Findings:
    """What is wrong with correctBorder and rotateCellsRandomly."""
    network = facts.spec.network
    yield from _borders(network.correct_border, ("netParams", "correctBorder"))
    yield from _rotation(network.rotate_cells_randomly, ("netParams", "rotateCellsRandomly"))


def _borders(value: Any, path: Path) -> Findings:
    if not value:
        return
    if not isinstance(value, Mapping):
        yield Finding(path, f"expected False or a dictionary, got {shown(value)}.")
        return
    yield from unknown_keys(value, BORDERS, path)
    if "threshold" not in value:
        yield Finding((*path, "threshold"), "required, but missing: [x, y, z] in um.")
    for key in BORDERS:
        if key in value and not _numbers(value[key], 3 if key == "threshold" else None):
            what = "[x, y, z]" if key == "threshold" else "[low, high, ...] as shares of the network's size"
            yield Finding((*path, key), f"expected {what}, got {shown(value[key])}.")


def _rotation(value: Any, path: Path) -> Findings:
    if not value or value is True:
        return
    if not _numbers(value, 2):
        yield Finding(path, f"expected True, False or [min, max] in radians, got {shown(value)}.")
    elif value[0] > value[1]:
        yield Finding(path, f"expected [min, max], got {list(value)}.")


def _numbers(value: Any, count: int | None) -> bool:
    """Whether these are so many numbers; None: at least one."""
    if not isinstance(value, list | tuple) or not all(map(is_number, value)):
        return False
    return len(value) == count if count else len(value) > 0
