"""Numbers that string functions give single cells."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from netspec.errors import Problem, SpecError
from netspec.expression import Expression
from netspec.model import Model
from netspec.plan.cells import Cells, Template, keys
from netspec.plan.rotation import angles, turn
from netspec.plan.sections import DISTANCE, POSITION, Assignment, assignments
from netspec.plan.segments import Shape, connected, euclidean_distance, path_distance
from netspec.spec.cell import CellRule, Section
from netspec.streams import Draws

Floats = NDArray[np.float64]


class CellDraws(Draws):
    """The streams of some cells, which their synapses' string functions may continue."""

    @property
    def position(self) -> NDArray[np.int64]:
        """How many numbers each stream has spent: (rows,)."""
        return np.broadcast_to(np.asarray(self._at, np.int64), (self.rows,))


@dataclass(frozen=True)
class Made:
    """Cells of one template after their string functions. values: (cells, drawn); shapes: the final ones."""

    values: Floats
    position: NDArray[np.int64]
    shapes: Mapping[str, Shape]


def values(model: Model, cells: Cells, templates: tuple[Template, ...]) -> dict[int, Floats]:
    """By template code: values of its string functions, (owned cells of that template, template.values)."""
    owned_codes = cells.table["template"][cells.owned]
    return {
        code: make(model, cells, template, cells.owned[owned_codes == code]).values
        for code, template in enumerate(templates)
        if template.values
    }


def make(
    model: Model, cells: Cells, template: Template, positions: NDArray[np.int64], geometry: bool = False
) -> Made:
    """The cells at `positions`, all of this template. geometry: shapes are wanted in any case."""
    steps = list(assignments(model.spec.network.cell_rules[label] for label in template.rules))
    draws = CellDraws(model.streams.cell(keys(cells, positions)), len(positions))
    geometry = geometry or any(s.formula and not s.formula.names.isdisjoint(DISTANCE) for s in steps)
    shapes = dict.fromkeys(template.sections, Shape())
    columns = [v for _, v in _drawn(model, cells, positions, steps, template.origin, draws, shapes, geometry)]
    table = np.stack(columns, axis=1) if columns else np.empty((len(positions), 0))
    return Made(table, draws.position, shapes)


def later(
    model: Model,
    cells: Cells,
    template: Template,
    positions: NDArray[np.int64],
    rule: CellRule,
    spent: Mapping[int, int],
) -> tuple[list[tuple[Assignment, Floats]], NDArray[np.int64]]:
    """What string functions of a further rule give the cells, (cells,) each, and the numbers then spent.

    The streams of the cells go on where the cells' own rules, or what was drawn later, have left them.
    spent: numbers by gid.
    """
    before = make(model, cells, template, positions, geometry=True)
    own = {n: v for label in template.rules for n, v in model.spec.network.cell_rules[label].vars.items()}
    sizes = {n: Section(geom={"nseg": s.geom.get("nseg", 1)}) for n, s in template.sections.items()}
    steps = [s for s in assignments([CellRule("", secs=sizes), replace(rule, vars=own)]) if s.rule]
    at = np.maximum(before.position, [spent.get(gid, 0) for gid in cells.gids[positions].tolist()])
    draws = CellDraws(model.streams.cell(keys(cells, positions)), len(positions), at)
    shapes = dict.fromkeys(rule.secs, Shape()) | dict(before.shapes)
    found = list(_drawn(model, cells, positions, steps, template.origin, draws, shapes, True))
    return [(step, value) for step, value in found if step.kind != "vars"], draws.position


def _drawn(
    model: Model,
    cells: Cells,
    positions: NDArray[np.int64],
    steps: list[Assignment],
    origin: str,
    draws: CellDraws,
    shapes: dict[str, Shape],
    geometry: bool,
) -> Iterator[tuple[Assignment, Floats]]:
    """The steps that give each cell a number of its own, with these: (cells,). Shapes grow on the way."""
    here = {name: cells.table[name][positions] for name in POSITION}
    frame = (_shift(model, here), angles(cells, positions)) if geometry else (np.zeros((1, 3)), None)
    variables: dict[str, Any] = {}
    rule = ""
    for step in steps:
        if step.rule != rule:
            rule, variables = step.rule, dict(here)
        value = step.value
        if step.formula is not None:
            value = _evaluate(step, step.formula, variables, shapes, origin, draws)
            _refuse_nan(step, value, cells.gids[positions])
        elif step.drawn:
            value = cells.gids[positions].astype(float)
        if step.drawn:
            yield step, value
        if step.kind == "vars":
            variables[step.parameter] = value
        elif geometry and step.kind in ("topol", "geom"):
            shapes[step.section] = _shaped(shapes[step.section], step, value, *frame)


def _shift(model: Model, here: Mapping[str, Floats]) -> Floats:
    """Where the origin of 3-D points is: (cells, 3) [um]; depth grows downwards."""
    if not model.spec.simulation.pt3d_relative:
        return np.zeros((1, 3))
    y = -here["y"] if model.spec.simulation.inverted_y else here["y"]
    return np.stack([here["x"], y, here["z"]], axis=1).astype(float)


def _shaped(shape: Shape, step: Assignment, value: Any, shift: Floats, angle: Floats | None) -> Shape:
    match step.kind, step.parameter:
        case "topol", _:
            return connected(value, shape)
        case "geom", "L":
            return replace(shape, length=np.atleast_1d(np.asarray(value, float)))
        case "geom", "nseg":
            return replace(shape, nseg=int(value))
        case "geom", "pt3d":
            if angle is not None:
                value = turn(np.asarray(value, float).reshape(-1, 4), angle[:, None])
            return shape.with_points(value, shift)
    return shape


def _evaluate(
    step: Assignment,
    formula: Expression,
    variables: Mapping[str, Any],
    shapes: Mapping[str, Shape],
    origin: str,
    draws: Draws,
) -> Floats:
    nseg = shapes[step.section].nseg if step.section else 1
    location = (step.segment + 0.5) / nseg if step.segment >= 0 else 0.5
    needed = formula.names - set(variables)
    known = {**variables, **distances(needed, shapes, origin, step.section, location, step.path, "")}
    return formula.evaluate(known, draws, rows=draws.rows)


def distances(
    names: frozenset[str] | set[str],
    shapes: Mapping[str, Shape],
    origin: str,
    section: str,
    location: Any,
    path: str,
    prefix: str,
) -> dict[str, Floats]:
    """Those of the variables <prefix>dist_path and <prefix>dist_euclidean that are needed [um]."""
    found = {}
    if prefix + "dist_path" in names:
        found[prefix + "dist_path"] = path_distance(shapes, origin, section, location)
    if prefix + "dist_euclidean" in names:
        try:
            found[prefix + "dist_euclidean"] = euclidean_distance(shapes, origin, section, location)
        except KeyError as error:
            message = (
                f"{prefix}dist_euclidean needs pt3d in sections {origin!r} and {section!r}; {error} has none."
            )
            raise SpecError([Problem(path, message)]) from error
    return found


def _refuse_nan(step: Assignment, value: Floats, gids: NDArray[np.int64]) -> None:
    wrong = np.flatnonzero(np.isnan(value))
    if len(wrong):
        message = f"{step.value!r} is not a number for cell {gids[wrong[0]]} ({len(wrong)} cells in all)."
        raise SpecError([Problem(step.path, message)])
