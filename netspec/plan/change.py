"""Plans of networks that were changed after they were made: the same tables with other values."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from netspec.errors import Problem, did_you_mean
from netspec.plan import InputBlock, Plan
from netspec.plan.cells import Template, keys
from netspec.plan.sections import Assignment, over
from netspec.spec.cell import Section
from netspec.tables import Table

Mask = NDArray[np.bool_]
FIXED = ("synMechs", "spikeGenLoc", "weightNorm")
"""Keys of a section that keeps what it has."""


def changed_cells(plan: Plan, chosen: Mask, new: Mapping[str, Section]) -> tuple[Plan, dict[int, int]]:
    """The plan with other sections in some cells (of the whole network), and old -> new template codes."""
    table, codes = plan.cells.table, plan.cells.table["template"].copy()
    templates, values, labels = list(plan.templates), dict(plan.cell_values), list(plan.cells.labels)
    found: dict[int, int] = {}
    for code in np.unique(codes[chosen & (codes >= 0)]).tolist():
        made = _with_sections(plan.templates[code], new)
        if made is plan.templates[code]:
            continue
        reached = chosen & (table["template"] == code)
        if reached.sum() == np.sum(table["template"] == code):
            templates[code] = made
            found[code] = code
            continue
        found[code] = len(templates)
        templates.append(made)
        labels += [plan.cells.labels[code]] if plan.cells.labels else []
        codes[reached] = found[code]
        if code in values:
            owned = plan.cells.owned[table["template"][plan.cells.owned] == code]
            moved = reached[owned]
            values[code], values[found[code]] = plan.cell_values[code][~moved], plan.cell_values[code][moved]
    cells = replace(plan.cells, table=table.with_columns(template=codes), labels=tuple(labels))
    return replace(plan, cells=cells, templates=tuple(templates), cell_values=values), found


def _with_sections(template: Template, new: Mapping[str, Section]) -> Template:
    """The template with what is new in its sections; itself if it has none of them."""
    sections = dict(template.sections)
    for name, section in new.items():
        if name in sections:
            old = sections[name].pointps
            points = {n: _without_mod(own) if n in old else own for n, own in section.pointps.items()}
            sections[name] = over(sections[name], replace(section, pointps=points))
        elif section.topol:
            sections[name] = section
    touched = any(name in sections for name in new)
    return replace(template, sections=sections) if touched else template


def with_numbers(
    new: Mapping[str, Section], drawn: Sequence[tuple[Assignment, NDArray[Any]]], row: int
) -> dict[str, Section]:
    """The new sections of one cell: its numbers where string functions are. row: of the cell, in `drawn`."""
    made = {name: _copied(section) for name, section in new.items()}
    for step, values in drawn:
        section = made[step.section]
        place = section.geom if step.kind == "geom" else getattr(section, step.kind)[step.name]
        if step.segment < 0:
            place[step.parameter] = float(values[row])
        else:
            before = place[step.parameter] if isinstance(place[step.parameter], list) else []
            place[step.parameter] = [*before, float(values[row])]
    return made


def _copied(section: Section) -> Section:
    mechs = {label: dict(own) for label, own in section.mechs.items()}
    points = {label: dict(own) for label, own in section.pointps.items()}
    return replace(section, geom=dict(section.geom), mechs=mechs, pointps=points)


def _without_mod(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if name != "mod"}


def fixed(path: str, written: Mapping[str, Any]) -> Iterator[Problem]:
    """What cannot be changed in any section that is built. written: by the user, section by section."""
    for name, section in written.items():
        for key in FIXED if isinstance(section, Mapping) else ():
            if section.get(key):
                yield Problem(f"{path}[{name!r}].{key}", "it cannot be changed once the section is built.")


def wrong_sections(path: str, new: Mapping[str, Section], templates: list[Template]) -> Iterator[Problem]:
    """What cannot be changed in the sections of built cells. templates: of the cells that are meant."""
    for name, section in new.items():
        here = f"{path}[{name!r}]"
        yield from _wrong_topology(f"{here}.topol", name, section, new, templates)
        having = [template.sections[name] for template in templates if name in template.sections]
        for old in having:
            yield from _wrong_points(here, section, old)
            if old.geom.get("pt3d") and {"L", "diam"} & section.geom.keys() and "pt3d" not in section.geom:
                yield Problem(f"{here}.geom", "L and diam follow from the section's pt3d; change that.")
        for ion, own in section.ions.items():
            for key, value in own.items():
                if isinstance(value, str):
                    yield Problem(f"{here}.ions[{ion!r}].{key}", f"expected a number, got {value!r}.")


def _wrong_topology(
    path: str, name: str, section: Section, new: Mapping[str, Section], templates: list[Template]
) -> Iterator[Problem]:
    if not section.topol:
        return
    for template in templates:
        parents = {n: s.topol.get("parentSec") for n, s in template.sections.items()}
        if name in parents and parents[name] is None:
            yield Problem(path, "a section without a parent, as the others hang on it, gets none later.")
            return
        parents |= {n: s.topol["parentSec"] for n, s in new.items() if s.topol}
        above, seen = parents[name], [name]
        while above is not None and above not in seen:
            if above not in parents:
                message = f"the cells have no section {above!r}. {did_you_mean(above, parents)}"
                yield Problem(f"{path}.parentSec", message)
                return
            seen.append(above)
            above = parents[above]
        if above is not None:
            yield Problem(f"{path}.parentSec", f"{above!r} is its own ancestor.")
            return


def _wrong_points(path: str, new: Section, old: Section) -> Iterator[Problem]:
    for label, values in new.pointps.items():
        if label not in old.pointps:
            if "vref" in values:
                message = "spikes are detected where they were when the cell was built."
                yield Problem(f"{path}.pointps[{label!r}].vref", message)
            continue
        for name in {"mod", "loc", "vref", "synList"} & values.keys():
            if values[name] != old.pointps[label].get(name, values[name]):
                yield Problem(f"{path}.pointps[{label!r}].{name}", "it cannot be changed once it is built.")


def changed_connections(plan: Plan, rows: Mask, values: Mapping[str, float]) -> Plan:
    """The plan with other weights or delays in some connections."""
    return replace(plan, connections=_set(plan.connections, rows, values))


def changed_input(plan: Plan, block: InputBlock, rows: Mask, values: Mapping[str, float]) -> InputBlock:
    """The stimuli with other values in some rows; a rate is an interval too, a seed gives other streams."""
    table = _set(block.rows, rows, values)
    if not np.any(rows) or "seed" not in values or block.noise is None:
        return replace(block, rows=table)
    noise = block.noise.copy()
    cells = keys(plan.cells, plan.cells.positions(table["gid"][rows]))
    for column, ids in enumerate(plan.model.streams.noise(block.source, cells, int(values["seed"]))):
        noise[rows, column] = ids
    return replace(block, rows=table, noise=noise)


def input_values(given: Mapping[str, float]) -> dict[str, float]:
    """Values of a NetStim with its rate [Hz] and interval [ms] both, rounded as when it is planned."""
    if "rate" in given:
        return {**given, "interval": given["rate"] ** -1 * 1e3}
    if "interval" in given:
        rate = 1000.0 / given["interval"]
        return {**given, "rate": rate, "interval": rate**-1 * 1e3}
    return dict(given)


def _set(table: Table, rows: Mask, values: Mapping[str, float]) -> Table:
    columns = {}
    for name, value in values.items():
        columns[name] = np.array(table[name])
        columns[name][rows] = value
    return table.with_columns(**columns)
