"""Input lists and explicit inputs of a NeuroML network -> stimSourceParams and stimTargetParams."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from netspec.formats.neuroml.dynamics import Mods, Stimulus
from netspec.formats.neuroml.places import Cells, Point
from netspec.lems.model import Component

LIST = ("target", "segmentId", "fractionAlong", "population")


@dataclass(frozen=True)
class Input:
    """One input. component: what it is."""

    item: Component
    point: Point
    component: str
    weight: float


def given(network: Component, cells: Cells) -> Iterator[tuple[str, Input]]:
    """All inputs with the label of their list, in the order of the file."""
    for part in network.children:
        if part.is_a("inputList"):
            for item in part.children:
                if item.get("target") is not None:
                    point = cells.point(item, *LIST[:3], part.get("population"))
                    weight = item.values.get("weight", 1.0)
                    yield part.id, Input(item, point, str(part.get("component")), weight)
        elif part.is_a("explicitInput"):
            point = cells.at_root(str(part.get("target")))
            component = str(part.get("input"))
            yield f"{component}->{point.population.label}", Input(part, point, component, 1.0)


def stimuli(
    network: Component, cells: Cells, mods: Mods
) -> tuple[dict[str, Any], dict[str, Any], dict[tuple[int, str, int], str]]:
    """stimSourceParams, stimTargetParams, and by gid, component and number the target that an input is in."""
    sources: dict[str, Any] = {}
    groups: dict[tuple[Any, ...], list[Input]] = {}
    seen: Counter[tuple[Any, ...]] = Counter()
    for label, each in given(network, cells):
        stimulus = mods.stimulus(each.component, each.item)
        if stimulus is None:
            continue
        if each.point.section is None:
            message = (
                f"cells of {each.point.population.label!r} have no place for an input: not supported yet"
            )
            cells.found.findings.wrong(each.item.place, message)
            continue
        sources[each.component] = stimulus.source
        key = (label, each.point.population.label, each.point.section, each.point.location, each.weight)
        again = seen[*key, each.point.number]  # a cell has each stimulus of a target once
        seen[*key, each.point.number] += 1
        groups.setdefault((*key, each.component, again), []).append(each)
    targets: dict[str, Any] = {}
    where: dict[tuple[int, str, int], str] = {}
    counts: Counter[tuple[int, str]] = Counter()
    for key, group in groups.items():
        name = key[0] if key[0] not in targets else f"{key[0]}:{len(targets)}"
        stimulus = mods.stimulus(group[0].component, group[0].item)
        if stimulus is not None:
            targets[name] = _target(group, stimulus)
            for each in group:
                place = each.point.gid, each.component
                where[*place, counts[place]] = name
                counts[place] += 1
    return sources, targets, where


def _target(group: list[Input], stimulus: Stimulus) -> dict[str, Any]:
    """An entry of stimTargetParams for inputs at one place of cells of a population."""
    point, weight = group[0].point, group[0].weight
    conds: dict[str, Any] = {"pop": point.population.label}
    cells = [each.point.number for each in group]
    if cells != list(range(len(point.population))):
        conds["cellList"] = cells
    target = {"source": group[0].component, "conds": conds, "sec": point.section, "loc": point.location}
    return target | stimulus.target(weight)
