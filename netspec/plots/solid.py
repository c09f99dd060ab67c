"""Cells in three dimensions, to be turned and replayed: a K3D plot in a notebook, or one file of HTML."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from netspec.analysis.geometry import Pieces, segments_of
from netspec.analysis.select import select
from netspec.errors import Problem, SpecError, did_you_mean
from netspec.extras import needed
from netspec.formats.files import whole
from netspec.plan import Plan
from netspec.plots.colors import of_populations
from netspec.tables import Floats, Ints

STEP = 0.25
"""Places are rounded to it [um], which nobody sees and which halves the file."""
THICK = 60_000
"""Up to so many pieces lines have a width; of more, thin ones are drawn much faster."""
FRAMES, MOST_LIGHTS = 200, 4_000_000
"""Frames of a replay, and most numbers in all of them together."""
VEIL = 6_000
"""Lines of more pieces are ever more transparent where spikes are replayed, so that all cells are seen."""
DARK, FADE = 0.1, 0.6
"""Opacity of a silent cell, and what is left of a spike's light a frame later."""
PLAYED = 20.0
"""Length of a replay [s]."""
SOMA = 15.0
"""Diameter of a cell without sections, and the least of one with [um]."""
GREY = 0x999999


def space3d(
    source: Any,
    path: str | Path | None = None,
    *,
    color: str | ArrayLike | Mapping[tuple[int, str], Floats] = "population",
    spikes: bool = True,
    include: Sequence[Any] = ("allCells",),
) -> Any:
    """Results or a plan in space: the K3D plot, which a notebook shows. path: of an HTML file to write.

    color: 'population'; 'diam', a geometry such as 'L', or a parameter such as 'hh.gnabar' of segments; a
    number for each cell of the plan; for each piece that `analysis.geometry.segments_of` gives of the cells
    shown; or (gid, section) -> (nseg,). spikes: the cells of results light up when they fire, on the time
    axis [ms] of the menu. y grows upwards.
    """
    k3d = needed("k3d", "A picture in 3-D", "interactive")
    plan: Plan = getattr(source, "plan", source)
    chosen = select(plan, include).positions
    pieces = segments_of(plan, plan.cells.gids[chosen])
    made = k3d.plot(grid_visible=False, camera_auto_fit=False)
    lights = _lights(source, chosen) if spikes and len(getattr(source, "spikes", ())) else {}
    values = _values(plan, pieces, color)
    for item in _lines(k3d, plan, pieces, values, color if isinstance(color, str) else "values"):
        item.opacity = float(np.clip(VEIL / max(len(pieces), 1), 0.08, 0.6)) if lights else 1.0
        made += item
    places, sizes = _somata(plan, chosen, pieces)
    if lights:
        made.time_speed = source.duration / PLAYED
    look = _shades(k3d, plan, chosen, color) | ({"opacities": lights} if lights else {})
    made += k3d.points(places, point_sizes=sizes, shader="3d", name="cells", **look)
    made.camera = _camera(places, pieces)
    if path is not None:
        with whole(path) as part:
            part.write_text(made.get_snapshot(9), encoding="utf-8")
    return made


def _lines(k3d: Any, plan: Plan, pieces: Pieces, values: Floats | None, name: str) -> Iterator[Any]:
    """The cells' pieces as lines: an object for each population, or one with a colour map."""
    style = {"shader": "thick" if len(pieces) <= THICK else "simple", "indices_type": "segment"}
    if values is not None:
        if len(pieces):
            vertices, indices, piece = polylines(pieces)
            scale = _scale(k3d, values[piece])
            yield k3d.lines(vertices, indices, width=_width(pieces), name=name, **scale, **style)
        return
    codes = plan.cells.table["population"][plan.cells.positions(pieces.gid)]
    labels = [population.label for population in plan.cells.populations]
    for code, (label, shade) in enumerate(zip(labels, of_populations(plan, labels), strict=True)):
        own_pieces = pieces.take(codes == code)
        if len(own_pieces):
            vertices, indices, _ = polylines(own_pieces)
            look = {"color": int(shade[1:], 16), "width": _width(own_pieces), "name": label}
            yield k3d.lines(vertices, indices, **look, **style)


def polylines(pieces: Pieces) -> tuple[NDArray[np.float32], NDArray[np.uint32], Ints]:
    """Vertices (m, 3) [um], pairs of them (n, 2), one per piece, and the piece of each vertex (m,).

    Pieces that follow each other share a vertex.
    """
    starts, stops = np.round(pieces.ends.transpose(1, 0, 2) / STEP) * STEP
    new = np.ones(len(pieces), bool)
    new[1:] = (starts[1:] != stops[:-1]).any(axis=1)
    new[1:] |= (np.diff(pieces.gid) != 0) | (np.diff(pieces.section) != 0)
    last = np.arange(len(pieces)) + np.cumsum(new)
    vertices = np.empty((len(pieces) + int(new.sum()), 3), np.float32)
    piece = np.empty(len(vertices), np.int64)
    vertices[last - 1], piece[last - 1] = starts, np.arange(len(pieces))
    vertices[last], piece[last] = stops, np.arange(len(pieces))
    return vertices, np.stack([last - 1, last], axis=1).astype(np.uint32), piece


def _width(pieces: Pieces) -> float:
    """Of lines [um]; somata are points too."""
    return float(np.clip(np.median(pieces.diam), 1.0, 4.0)) if len(pieces) else 1.0


def _values(plan: Plan, pieces: Pieces, color: Any) -> Floats | None:
    """A number for each piece; None for colours of populations. SpecError for a name that nothing has."""
    if isinstance(color, str) and color == "population":
        return None
    if isinstance(color, str):
        found = pieces.diam if color == "diam" else _parameter(plan, pieces, color)
        if not np.isfinite(found).any():
            known = ["population", "diam", *_parameters(plan)]
            raise SpecError([Problem("color", f"no section has {color!r}. {did_you_mean(color, known)}")])
        return found
    if isinstance(color, Mapping):
        return _of_segments(pieces, color)
    given = np.asarray(color, float)
    if given.shape == (len(plan.cells),):
        return given[plan.cells.positions(pieces.gid)]
    if given.shape != (len(pieces),):
        message = (
            f"{len(plan.cells)} numbers (cells) or {len(pieces)} (pieces) are needed, not {given.shape}."
        )
        raise SpecError([Problem("color", message)])
    return given


def _of_segments(pieces: Pieces, given: Mapping[tuple[int, str], Floats]) -> Floats:
    """Of each piece the value of its segment, nan where there is none. given: (gid, section) -> (nseg,)."""
    keys = np.stack([pieces.gid, pieces.section], axis=1)
    bounds = np.flatnonzero((np.diff(keys, axis=0) != 0).any(axis=1)) + 1
    found = np.full(len(pieces), np.nan)
    for start, stop in zip([0, *bounds], [*bounds, len(keys)], strict=True):
        values = given.get((int(keys[start, 0]), pieces.names[keys[start, 1]])) if len(keys) else None
        if values is not None:
            found[start:stop] = np.asarray(values, float)[pieces.segment[start:stop]]
    return found


def _parameter(plan: Plan, pieces: Pieces, name: str) -> Floats:
    """A geometry ('L') or a parameter of a mechanism ('hh.gnabar') of each piece's section, nan for none."""
    mechanism, _, parameter = name.rpartition(".")
    lookup = np.full((len(plan.templates) + 1, max(len(pieces.names), 1)), np.nan)
    for code, template in enumerate(plan.templates):
        for section, own in template.sections.items():
            values = own.mechs.get(mechanism, {}) if mechanism else own.geom
            value = values.get(parameter)
            if isinstance(value, int | float):
                lookup[code, pieces.names.index(section)] = value
    positions = plan.cells.positions(pieces.gid)
    found: Floats = lookup[plan.cells.table["template"][positions], pieces.section]
    for code, template in enumerate(plan.templates):
        for column, drawn in enumerate(template.values):
            if (drawn.name, drawn.parameter) == (mechanism, parameter) and drawn.kind != "vars":
                members = plan.cells.owned[plan.cells.table["template"][plan.cells.owned] == code]
                own = np.isin(positions, members) & (pieces.section == pieces.names.index(drawn.section))
                own &= (drawn.segment < 0) | (pieces.segment == drawn.segment)
                found[own] = plan.cell_values[code][np.searchsorted(members, positions[own]), column]
    return found


def _parameters(plan: Plan) -> list[str]:
    """Names that _parameter knows."""
    sections = [section for template in plan.templates for section in template.sections.values()]
    names = [f"{mech}.{name}" for own in sections for mech, given in own.mechs.items() for name in given]
    return sorted({*names, *(name for own in sections for name in own.geom if name not in ("pt3d", "diam"))})


def _somata(plan: Plan, chosen: Ints, pieces: Pieces) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Middle (n, 3) and diameter (n,) [um] of each cell's first section, or its place where it has none."""
    table = plan.cells.table
    places = np.stack([table["x"], -table["y"], table["z"]], axis=1)[chosen]
    sizes = np.full(len(chosen), SOMA)
    row = np.searchsorted(chosen, plan.cells.positions(pieces.gid))
    first = np.full(len(chosen), -1)
    first[row[::-1]] = pieces.section[::-1]
    own = pieces.section == first[row]
    number = np.bincount(row[own], minlength=len(chosen))
    known = number > 0
    for axis, middle in enumerate(pieces.ends.mean(axis=1).T):
        total = np.bincount(row[own], middle[own], minlength=len(chosen))
        places[known, axis] = total[known] / number[known]
    np.maximum.at(sizes, row[own], pieces.diam[own])
    return (np.round(places / STEP) * STEP).astype(np.float32), np.minimum(sizes, 4 * SOMA).astype(np.float32)


def _lights(results: Any, chosen: Ints) -> dict[str, NDArray[np.float32]]:
    """Opacity of each cell (n,) by the time of the frame [ms]: 1 at a spike, then it fades."""
    frames = int(np.clip(MOST_LIGHTS // max(len(chosen), 1), 2, FRAMES))
    step = results.duration / frames
    positions = results.plan.cells.positions(results.spikes["gid"])
    row = np.searchsorted(chosen, positions)
    inside = row < len(chosen)
    inside[inside] = chosen[row[inside]] == positions[inside]
    frame = np.minimum(results.spikes["time"] // step, frames - 1).astype(np.int64)
    fired = np.zeros((frames, len(chosen)), bool)
    fired[frame[inside], row[inside]] = True
    light, found = np.full(len(chosen), DARK), {}
    for number in range(frames):
        light = np.where(fired[number], 1.0, np.maximum(light * FADE, DARK))
        found[f"{number * step:g}"] = light.round(2).astype(np.float32)
    return found


def _shades(k3d: Any, plan: Plan, chosen: Ints, color: Any) -> dict[str, Any]:
    """Colours of the cells' points: of populations, of the number that each cell has, or grey."""
    if isinstance(color, str) and color == "population":
        labels = [population.label for population in plan.cells.populations]
        shades = np.array([int(shade[1:], 16) for shade in of_populations(plan, labels)] or [0], np.uint32)
        return {"colors": shades[plan.cells.table["population"][chosen]]}
    given = None if isinstance(color, str | Mapping) else np.asarray(color, float)
    if given is None or given.shape != (len(plan.cells),):
        return {"color": GREY}
    return _scale(k3d, given[chosen])


def _scale(k3d: Any, values: Floats) -> dict[str, Any]:
    """Numbers as K3D colours them; what has none (nan) gets the colour of the least."""
    known = values[np.isfinite(values)]
    low, high = (float(known.min()), float(known.max())) if len(known) else (0.0, 1.0)
    own = np.where(np.isfinite(values), values, low).astype(np.float32)
    colors = k3d.colormaps.matplotlib_color_maps.Viridis
    return {"attribute": own, "color_range": [low, high if high > low else low + 1], "color_map": colors}


def _camera(places: NDArray[np.float32], pieces: Pieces) -> list[float]:
    """From the front, far enough to see everything: place, what it looks at, and up."""
    points = np.concatenate([places, pieces.ends.reshape(-1, 3)])
    low, high = (points.min(axis=0), points.max(axis=0)) if len(points) else (np.zeros(3), np.ones(3))
    middle = (low + high) / 2
    away = max(float(np.max(high[:2] - low[:2])), 50.0) * 1.15 + float(high[2] - low[2]) / 2
    return [*(middle + [0.0, 0.0, away]).tolist(), *middle.tolist(), 0.0, 1.0, 0.0]
