"""Where the cells are: how many each population has, their gids, positions and own tags.

Positions are drawn in the unit cube, shaped, scaled to the population's ranges and only then to um: NetPyNE's
order of operations.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from netspec import expression
from netspec.errors import Problem, SpecError
from netspec.model import Model
from netspec.model import Population as ModelPopulation
from netspec.plan.borders import corrected
from netspec.plan.cells import CELL_COLUMNS, Cells
from netspec.plan.rotation import turned
from netspec.spec.network import Network, Population
from netspec.streams import uniforms
from netspec.tables import Table, blank, stacked

Floats = NDArray[np.float64]
Range = tuple[float, float]

AXES = ("x", "y", "z")
NORMS = ("xnorm", "ynorm", "znorm")
DENSITY_STEP = 0.001  # resolution at which the maximum of a density function is looked for


@dataclass(frozen=True)
class Placed:
    """Cells of one population. norm: (n, 3) shares of the network's size; position: (n, 3) [um].

    span: how many gids the population takes, which is more than n where `scale` leaves cells out.
    """

    norm: Floats
    position: Floats
    span: int
    fraction: Floats | None = None
    tags: Mapping[int, Mapping[str, Any]] = field(default_factory=dict)


def place(model: Model) -> Cells:
    """All cells of the network, all of them owned, in order of gid; templates are not assigned yet (-1)."""
    parts: list[Table] = []
    tags: dict[int, Mapping[str, Any]] = {}
    first_gid = count = 0
    for code, population in enumerate(model.populations):
        placed = _placed(model, population, first_gid)
        parts.append(_table(placed, code, first_gid))
        tags |= {count + index: own for index, own in placed.tags.items()}
        first_gid += placed.span
        count += len(placed.norm)
        del placed  # of many cells, it is as large as their table
    table = corrected(stacked(parts, blank(**CELL_COLUMNS)), model.spec.network)
    return turned(model, Cells(table, model.populations, np.arange(count), tags))


def _table(placed: Placed, population: int, first_gid: int) -> Table:
    index = np.arange(len(placed.norm))
    none = np.full(len(index), np.nan)
    columns = {
        "gid": first_gid + index,
        "population": np.full(len(index), population),
        "index": index,
        "template": np.full(len(index), -1),
        **dict(zip(AXES, placed.position.T, strict=True)),
        **dict(zip(NORMS, placed.norm.T, strict=True)),
        "fraction": none if placed.fraction is None else placed.fraction,
    }
    return Table({name: np.ascontiguousarray(columns[name], dtype) for name, dtype in CELL_COLUMNS.items()})


def _placed(model: Model, population: ModelPopulation, first_gid: int) -> Placed:
    spec = population.spec
    if spec.cells_list is not None:
        return _listed(model, spec, spec.cells_list)
    if spec.num_cells is not None:
        return _numbered(model, spec, spec.num_cells, first_gid)
    if spec.density is not None:
        return _dense(model, spec, first_gid)
    if spec.grid_spacing is not None:
        return _grid(model, spec)
    return _numbered(model, spec, 1, first_gid)


# ---- random positions --------------------------------------------------------------------------------------


def _numbered(model: Model, spec: Population, number: int, first_gid: int) -> Placed:
    """A scale below 1 leaves out the last cells; above 1, where NetPyNE stops, the larger number is drawn."""
    network = model.spec.network
    count = int(network.scale * number)
    span = max(count, number)
    norm = _random(model, spec, span, first_gid)[:count]
    return Placed(norm, norm * network.size, span, _fractions(model, spec, count))


def _random(model: Model, spec: Population, count: int, first_gid: int) -> Floats:
    """Positions as shares of the network's size: (count, 3)."""
    network = model.spec.network
    ids = model.streams.positions(spec.label, count, first_gid)
    # number 0 is spent when NEURON sets the distribution
    norm = _shaped(uniforms(ids, range(1, 1 + 3 * count)).reshape(count, 3), network.shape)
    for axis, extent in enumerate(_extents(spec, network)):
        if extent is not None:
            norm[:, axis] = norm[:, axis] * (extent[1] - extent[0]) + extent[0]
    return norm


def _shaped(u: Floats, shape: str) -> Floats:
    """Points of the unit cube moved into the shape: (n, 3)."""
    match shape:
        case "cylinder":
            radius, angle = np.sqrt(u[:, 0]), 2 * np.pi * u[:, 2]
            return np.stack(
                [(1 + radius * np.cos(angle)) / 2.0, u[:, 1], (1 + radius * np.sin(angle)) / 2.0], 1
            )
        case "ellipsoid":
            radius, angle = np.power(u[:, 0], 1.0 / 3.0), 2 * np.pi * u[:, 1]
            height = np.arccos((2 * u[:, 2]) - 1)
            x = (1 + radius * np.cos(angle) * np.sin(height)) / 2.0
            y = (1 + radius * np.sin(angle) * np.sin(height)) / 2.0
            return np.stack([x, y, (1 + radius * np.cos(height)) / 2.0], 1)
    return u


def _extents(spec: Population, network: Network) -> list[Range | None]:
    """The population's range in each axis as shares of the network's size; a range in um has precedence."""
    norms = (spec.xnorm_range, spec.ynorm_range, spec.znorm_range)
    ranges = (spec.x_range, spec.y_range, spec.z_range)
    extents: list[Range | None] = []
    for norm, given, size in zip(norms, ranges, network.size, strict=True):
        if given is not None:
            extents.append((float(given[0]) / size, float(given[1]) / size))
        else:
            extents.append(None if norm is None else (norm[0], norm[1]))
    return extents


def _fractions(model: Model, spec: Population, count: int, shuffled: bool = False) -> Floats | None:
    """Where each cell of a diverse population stands between 0 and 1."""
    if not spec.diversity:
        return None
    fractions = np.arange(count, dtype=np.float64) / count
    if shuffled:
        np.random.default_rng(model.spec.simulation.seeds.get("cell", 1)).shuffle(fractions)
    return fractions


# ---- densities ---------------------------------------------------------------------------------------------


def _dense(model: Model, spec: Population, first_gid: int) -> Placed:
    network, density = model.spec.network, spec.density
    axis, kept = None, np.empty(0)
    if isinstance(density, str):
        function = _density_function(spec, network)
        axis = next((axis for axis, name in enumerate(NORMS) if name in function.names), None)
        if axis is None:
            density = float(function.evaluate({})[0])
        else:
            kept = _by_density(model, spec, function, axis, first_gid)
    if axis is None:
        return _numbered(model, spec, int(density * _volume(spec, network)), first_gid)
    norm = _random(model, spec, len(kept), first_gid)
    norm[:, axis] = kept
    count = int(len(kept) * min(1.0, network.scale))
    return Placed(norm[:count], norm[:count] * network.size, len(kept), _fractions(model, spec, count))


def _density_function(spec: Population, network: Network) -> expression.Expression:
    path = f"netParams.popParams[{spec.label!r}].density"
    function = expression.parse(spec.density, NORMS, path)
    message = ""
    if function.random:
        message = "a density function has no random numbers"
    elif len(function.names) > 1:
        message = "a density function depends on one of xnorm, ynorm and znorm only"
    elif function.names and network.shape != "cuboid":
        message = f"a density function needs netParams.shape 'cuboid', not {network.shape!r}"
    if message:
        raise SpecError([Problem(path, f"{message}: {spec.density!r}")])
    return function


def _volume(spec: Population, network: Network) -> float:
    """The volume within the population's ranges [mm3]."""
    x, y, z = network.size
    match network.shape:
        case "cylinder":
            volume = y / 1e3 * x / 1e3 / 2 * z / 1e3 / 2 * np.pi
        case "ellipsoid":
            volume = y / 1e3 / 2.0 * x / 1e3 / 2.0 * z / 1e3 / 2.0 * np.pi * 4.0 / 3.0
        case _:
            volume = y / 1e3 * x / 1e3 * z / 1e3
    for extent in _extents(spec, network):
        if extent is not None:
            volume = volume * (extent[1] - extent[0])
    return volume


def _by_density(
    model: Model, spec: Population, function: expression.Expression, axis: int, first_gid: int
) -> Floats:
    """Positions along one axis, as many as the density function says: candidates are kept by its value."""
    low, high = _extents(spec, model.spec.network)[axis] or (0.0, 1.0)
    most = _density(spec, function, axis, np.arange(low, high, DENSITY_STEP)).max(initial=0.0)
    # a scale below 1 leaves out the last of those kept
    candidates = int(_volume(spec, model.spec.network) * most * max(1.0, model.spec.network.scale))
    if candidates <= 0:
        return np.empty(0)
    ids = model.streams.density(spec.label, most, first_gid)
    where = low + (high - low) * uniforms(ids, range(candidates))
    share = _density(spec, function, axis, where) / most
    return np.asarray(where[share > uniforms(ids, range(candidates, 2 * candidates))])


def _density(spec: Population, function: expression.Expression, axis: int, where: Floats) -> Floats:
    values = function.evaluate({NORMS[axis]: where}, rows=len(where))
    path = f"netParams.popParams[{spec.label!r}].density"
    expression.finite(values, path, function.text, lambda row: f"{NORMS[axis]} = {where[row]:.6g}")
    return values


# ---- given positions ---------------------------------------------------------------------------------------


def _grid(model: Model, spec: Population) -> Placed:
    """Points of a grid, z fastest. Unlike elsewhere a norm range has precedence; `scale` does not apply."""
    network = model.spec.network
    norms = (spec.xnorm_range, spec.ynorm_range, spec.znorm_range)
    ranges = (spec.x_range, spec.y_range, spec.z_range)
    spacing = spec.grid_spacing
    steps = spacing if isinstance(spacing, list | tuple) else (spacing,) * 3
    axes = []
    for norm, given, size, step in zip(norms, ranges, network.size, steps, strict=True):
        if norm is not None:
            given = [float(share) * size for share in norm]
        low, high = (0, size) if given is None else (given[0], given[1])
        # the end is a point of the grid, also where the last step goes beyond it by less than 1 um
        axes.append(np.arange(low, high + 1, step))
    position = np.stack([axis.reshape(-1) for axis in np.meshgrid(*axes, indexing="ij")], 1).astype(float)
    count = len(position)
    return Placed(position / network.size, position, count, _fractions(model, spec, count, shuffled=True))


def _listed(model: Model, spec: Population, elements: list[dict[str, Any]]) -> Placed:
    """Cells given one by one: um before shares of the size, else 0; every other key is a tag of that cell."""
    sizes = model.spec.network.size
    count = len(elements)
    norm, position = np.zeros((count, 3)), np.zeros((count, 3))
    for index, element in enumerate(elements):
        for axis, size in enumerate(sizes):
            if AXES[axis] in element:
                position[index, axis] = element[AXES[axis]]
                norm[index, axis] = element[AXES[axis]] / size
            elif NORMS[axis] in element:
                norm[index, axis] = element[NORMS[axis]]
                position[index, axis] = element[NORMS[axis]] * size
    placed = {*AXES, *NORMS, "fraction"}
    own = [{name: value for name, value in element.items() if name not in placed} for element in elements]
    tags = {index: tags for index, tags in enumerate(own) if tags}
    return Placed(norm, position, count, _own_fractions(_fractions(model, spec, count), elements), tags)


def _own_fractions(fractions: Floats | None, elements: list[dict[str, Any]]) -> Floats | None:
    if not any("fraction" in element for element in elements):
        return fractions
    shared = np.full(len(elements), np.nan) if fractions is None else fractions
    return np.array([element.get("fraction", f) for element, f in zip(elements, shared, strict=True)], float)
