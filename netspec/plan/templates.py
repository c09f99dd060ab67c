"""Which cell rules make each cell: cells with the same rules share a template."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from netspec.conditions import mask
from netspec.errors import Problem, SpecError, did_you_mean
from netspec.model import Model
from netspec.plan.cells import Cells, Template
from netspec.plan.sections import drawn, merged, path
from netspec.plan.synapse_values import synapse_values
from netspec.plan.values import values
from netspec.spec.cell import CellRule, Section

__all__ = ["assign", "synapse_values", "values"]

MARGIN = 1e-12
"""Intervals of diversity fractions end this much before the next one begins, as in NetPyNE."""


def assign(model: Model, cells: Cells) -> tuple[Cells, tuple[Template, ...]]:
    """The cells with the code of their template (-1: artificial), and the templates in order of first use."""
    artificial = np.array([population.mechanism is not None for population in cells.populations], bool)
    with_sections = ~artificial[cells.table["population"]]
    rules = list(model.spec.network.cell_rules.values())
    applies = _applies(rules, cells) & with_sections
    codes, first = _same_columns(applies)
    homeless = with_sections & ~applies.any(axis=0)
    if homeless.any():
        raise SpecError(_no_rule(cells, homeless, model))
    order = [int(code) for code in np.argsort(first) if with_sections[first[code]]]
    new_code = np.full(len(first), -1, np.int32)
    new_code[order] = np.arange(len(order))
    chosen = [[rules[k] for k in np.flatnonzero(applies[:, first[code]])] for code in order]
    templates = tuple(_template(combination) for combination in chosen)
    labels = tuple(template.rules for template in templates)
    return replace(
        cells,
        table=cells.table.with_columns(template=new_code[codes]),
        labels=labels if model.spec.simulation.include_params_label else (),
    ), templates


def labels(model: Model, cells: Cells) -> list[tuple[str, ...]]:
    """Labels of the rules that apply to each cell; cells that consist of no sections are not told apart."""
    rules = list(model.spec.network.cell_rules.values())
    applies = _applies(rules, cells)
    return [tuple(rules[k].label for k in np.flatnonzero(applies[:, i])) for i in range(len(cells))]


def _applies(rules: list[CellRule], cells: Cells) -> NDArray[np.bool_]:
    """Which rule applies to which cell: (rules, cells). A condition on 'label' sees the rules before."""
    result = np.zeros((len(rules), len(cells)), bool)
    shares = _shares(rules)
    for k, rule in enumerate(rules):
        conds = {**rule.conds, **({"fraction": shares[rule.label]} if rule.label in shares else {})}
        if not conds:
            result[k] = _has(cells, "cellType", rule.label)
            continue
        label = conds.pop("label", None)
        result[k] = mask(conds, cells, closed=True)
        if label is not None:
            result[k] &= _labelled(rule, label, rules, result)
    return result


def _has(cells: Cells, tag: str, value: str) -> NDArray[np.bool_]:
    values = cells.tag(tag)
    return np.zeros(len(cells), bool) if values is None else np.asarray(values == value, bool)


def _labelled(
    rule: CellRule, label: Any, rules: list[CellRule], applies: NDArray[np.bool_]
) -> NDArray[np.bool_]:
    where = f"{path(rule.label)}.conds['label']"
    if not isinstance(label, str):
        raise SpecError([Problem(where, f"expected the label of one cell rule, got {label!r}.")])
    names = [other.label for other in rules]
    if label not in names:
        raise SpecError([Problem(where, f"there is no cell rule {label!r}. {did_you_mean(label, names)}")])
    return np.asarray(applies[names.index(label)])


def _shares(rules: list[CellRule]) -> dict[str, list[float]]:
    """Intervals of the tag `fraction` that rules with a diversityFraction take, by label."""
    ends: dict[str, float] = {}
    intervals = {}
    for rule in rules:
        if rule.diversity_fraction is None:
            continue
        group = repr([rule.conds.get(key) for key in ("cellType", "cellModel", "pop")])
        start = ends.get(group, 0.0)
        ends[group] = start + rule.diversity_fraction
        intervals[rule.label] = [start - MARGIN if start else 0.0, ends[group] - MARGIN]
    return intervals


def _same_columns(matrix: NDArray[np.bool_]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Number of each column among the distinct ones (n,), and where each distinct one occurs first."""
    if not len(matrix):
        return np.zeros(matrix.shape[1], np.intp), np.zeros(min(1, matrix.shape[1]), np.intp)
    packed = np.ascontiguousarray(np.packbits(matrix, axis=0).T)
    whole = packed.view(np.dtype((np.void, packed.shape[1])))[:, 0]
    _, first, number = np.unique(whole, return_index=True, return_inverse=True)
    return number, first


def _no_rule(cells: Cells, homeless: NDArray[np.bool_], model: Model) -> Iterable[Problem]:
    rules = model.spec.network.cell_rules
    known = {*rules, *(str(rule.conds["cellType"]) for rule in rules.values() if "cellType" in rule.conds)}
    for code, population in enumerate(cells.populations):
        members = cells.table["population"] == code
        without = np.flatnonzero(homeless & members)
        if not len(without):
            continue
        cell_type = population.spec.cell_type
        yield Problem(
            f"netParams.popParams[{population.label!r}].cellType",
            f"no cell rule applies to {len(without)} of {int(members.sum())} cells "
            f"(cellType {cell_type!r}, gid {cells.gids[without[0]]}). {did_you_mean(cell_type, known)}",
        )


def _template(rules: list[CellRule]) -> Template:
    sections = merged(rules)
    problems = list(_broken(rules, sections))
    if problems:
        raise SpecError(problems)
    lists: dict[str, tuple[str, ...]] = {}
    for rule in rules:
        lists.update({name: tuple(members) for name, members in rule.sec_lists.items()})
    return Template(tuple(rule.label for rule in rules), sections, lists, drawn(rules))


def _broken(rules: list[CellRule], sections: Mapping[str, Section]) -> Iterable[Problem]:
    for rule in rules:
        if not rule.secs and not sections:
            yield Problem(
                f"{path(rule.label)}.secs",
                "missing: a cell needs sections. Is this an artificial cell whose mod file is not compiled?",
            )
        for name, section in rule.secs.items():
            parent = section.topol.get("parentSec", name) if section.topol else name
            if parent not in sections:
                yield Problem(
                    f"{path(rule.label, name)}.topol['parentSec']",
                    f"there is no section {parent!r}. {did_you_mean(parent, sections)}",
                )
