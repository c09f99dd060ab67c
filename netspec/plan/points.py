"""Artificial cells: the numbers of each owned one, its given spike times and its random streams."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from netspec.errors import Problem, SpecError
from netspec.expression import finite, parse
from netspec.model import Model, Population
from netspec.plan import PointBlock
from netspec.plan.cells import Cells, keys
from netspec.plan.rates import rate
from netspec.plan.strict import complain
from netspec.plan.trains import Recipe, spike_times
from netspec.stimulus import is_stimulus
from netspec.streams import CellKeys, Draws, stacked
from netspec.tables import Table

Floats = NDArray[np.float64]
Positions = NDArray[np.int64]

VARIABLES = ("x", "y", "z", "xnorm", "ynorm", "znorm")
NOT_NUMBERS = ("vref", "spkTimes", "dynamicRates", "rates", "spikePattern", "pulses")
TRAIN = ("interval", "start", "noise", "seed")
"""Parameters that make a VecStim's spike times, and are not set on it."""
NEVER = 1e10  # interval of a NetStim while its rate is 0 [ms]


@dataclass(frozen=True)
class _Group:
    """Owned cells of one population that have the same parameters. rows: among its owned cells."""

    model: Model
    cells: Cells
    population: Population
    positions: Positions
    rows: Positions
    params: Mapping[str, Any]
    path: str

    @property
    def keys(self) -> CellKeys:
        return keys(self.cells, self.positions)

    def where(self, name: str) -> str:
        """Dictionary path of a parameter, which may come from the cell rule."""
        spec = self.population.spec
        rule = self.model.spec.network.cell_rules.get(spec.cell_type or "")
        if self.params is self.population.params and rule is not None and name not in _own(self.population):
            return f"netParams.cellParams[{rule.label!r}].params.{name}"
        return f"{self.path}.{name}"


def points(model: Model, cells: Cells) -> tuple[PointBlock, ...]:
    """One block for each population of artificial cells of which some are owned, in the user's order."""
    owned = cells.table["population"][cells.owned]
    return tuple(
        _block(model, cells, code, cells.owned[owned == code])
        for code, population in enumerate(cells.populations)
        if population.mechanism and (owned == code).any()
    )


def _block(model: Model, cells: Cells, code: int, positions: Positions) -> PointBlock:
    population = cells.populations[code]
    groups = list(_groups(model, cells, population, positions))
    columns = _columns(groups, len(positions))
    everyone = keys(cells, positions)
    seeds = columns.get("seed", np.full(len(positions), model.streams.seeds["stim"], float)).astype(np.int64)
    trains = noise = None
    if population.mechanism == "VecStim":
        recipes = [recipe for group in groups for recipe in _recipes(group, columns, seeds)]
        in_order = [recipes[i] for i in np.argsort(np.concatenate([group.rows for group in groups]))]
        trains = spike_times(in_order, everyone, model.streams, model.spec.simulation.duration)
        columns = {name: column for name, column in columns.items() if name not in TRAIN}
    elif population.mechanism == "NetStim":
        noise = stacked(model.streams.noise(population.label, everyone, seeds), len(positions))
        columns = {"number": np.full(len(positions), 1e9), **columns}
        columns.pop("seed", None)
    return PointBlock(
        population=code,
        mechanism=str(population.mechanism),
        cells=Table({"gid": cells.gids[positions], **columns}),
        trains=trains,
        rates=_rates(groups, cells, positions),
        noise=noise,
        vref=population.params.get("vref", population.spec.tags.get("vref")),
    )


def _groups(model: Model, cells: Cells, population: Population, positions: Positions) -> Iterator[_Group]:
    """Cells with the population's parameters, then each cell of cellsList that has `params` of its own."""
    own = [row for row, p in enumerate(positions.tolist()) if "params" in cells.tags.get(p, {})]
    shared = np.setdiff1d(np.arange(len(positions)), own)
    path = f"netParams.popParams[{population.label!r}]"
    if len(shared):
        inside = ".params" if population.spec.params is not None else ""
        yield _Group(model, cells, population, positions[shared], shared, population.params, path + inside)
    for row in own:
        at = positions[[row]]
        index = int(cells.table["index"][at[0]])
        params = cells.tags[int(at[0])]["params"]
        inside = f"{path}.cellsList[{index}].params"
        yield _Group(model, cells, population, at, np.array([row]), params, inside)


def _own(population: Population) -> Mapping[str, Any]:
    """Parameters that the population itself gives."""
    return population.spec.tags if population.spec.params is None else population.spec.params


# ---- numbers -----------------------------------------------------------------------------------------------


def _columns(groups: list[_Group], count: int) -> dict[str, Floats]:
    """One column per numeric parameter, rows in order of the owned cells."""
    columns: dict[str, Floats] = {}
    first: dict[str, Floats] | None = None
    for group in groups:
        values = _numbers(group)
        first = values if first is None else first
        if set(values) != set(first):
            odd = ", ".join(sorted(set(values) ^ set(first)))
            message = f"all cells of a population need the same parameters; not all have: {odd}"
            raise SpecError([Problem(group.path, message)])
        for name, column in values.items():
            columns.setdefault(name, np.empty(count))[group.rows] = column
    return columns


def _numbers(group: _Group) -> dict[str, Floats]:
    """The numeric parameters of some cells, in order of random draws; a `rate` [Hz] gives `interval` [ms]."""
    draws = Draws(group.model.streams.cell(group.keys), len(group.positions))
    values: dict[str, Floats] = {}
    for name in _in_order(group):
        value = _number(group, name, group.params[name], draws)
        if value is None:
            continue
        values[name] = value
        if name == "rate":
            interval = _interval(group, value)
            values |= {} if interval is None else {"interval": interval}
    return values


def _in_order(group: _Group) -> list[str]:
    """Names of parameters: the population's own before those of its cell rule."""
    own = _own(group.population)
    copied = group.model.spec.network.copied_tags
    names = [name for name in group.params if name not in NOT_NUMBERS and name not in copied]
    if group.population.mechanism == "VecStim" and is_stimulus(group.params.get("rate")):
        names = [name for name in names if name not in ("rate", "interval")]
    if group.population.mechanism == "VecStim" and "rate" in names:
        names = [name for name in names if name != "interval"]
    return sorted(names, key=lambda name: name not in own)


def _number(group: _Group, name: str, value: Any, draws: Draws) -> Floats | None:
    """A parameter of some cells; None for what is no parameter: nothing, or a label of the user's."""
    count = len(group.positions)
    if value is None or (isinstance(value, str) and value.isidentifier() and value not in VARIABLES):
        return None
    if isinstance(value, int | float):
        return np.full(count, float(value))
    path = group.where(name)
    if isinstance(value, str):
        function = parse(value, VARIABLES, path)
        here = {variable: group.cells.table[variable][group.positions] for variable in function.names}
        values = function.evaluate(here, draws, count)
        gids = group.cells.gids[group.positions]
        finite(values, path, value, lambda row: f"cell {gids[row]}")
        return values
    if name == "rate" and isinstance(value, list | tuple) and len(value) == 2:
        return Draws(group.model.streams.point_rate(group.keys), count).uniform(*value)
    raise SpecError([Problem(path, f"expected a number or a function, got {value!r}")])


def _interval(group: _Group, rate: Floats) -> Floats | None:
    """Interval [ms] of a rate [Hz]. NetPyNE ignores a rate of 0, which leaves NEURON's 10 ms."""
    if (rate > 0).all():
        return 1000.0 / rate
    message = f"a rate must be positive, not {rate.min():g} (for no spikes at all: number 0)"
    problem = Problem(group.where("rate"), message)
    if group.population.mechanism == "VecStim":
        raise SpecError([problem])
    complain(group.model, problem)
    return None


# ---- given times and changing rates ------------------------------------------------------------------------


def _recipes(group: _Group, columns: Mapping[str, Floats], seeds: NDArray[np.int64]) -> Iterator[Recipe]:
    """How the spike times of each VecStim are made."""
    given = group.params.get("rate")
    varying = rate(given, group.model.spec.simulation, group.where("rate")) if is_stimulus(given) else None
    for row, position in zip(group.rows.tolist(), group.positions.tolist(), strict=True):
        numbers = {name: float(columns[name][row]) for name in TRAIN[:3] if name in columns}
        yield Recipe(
            seed=int(seeds[row]),
            path=group.path,
            rate=varying,
            pattern=group.params.get("spikePattern"),
            times=given_times(group.cells, group.population, group.params, position),
            pulses=group.params.get("pulses") or (),
            **numbers,
        )


def given_times(cells: Cells, population: Population, params: Mapping[str, Any], position: int) -> Any:
    """Given spike times of one cell: of its element in cellsList, or of its population; None without.

    params: of the cell. A population's own spkTimes come before those in its `params`.
    """
    own = cells.tags.get(position, {})
    if own.get("spkTimes") is not None:
        return own["spkTimes"]
    shared, inside = population.spec.tags.get("spkTimes"), params.get("spkTimes")
    given = inside if shared is None or ("params" in own and inside is not None) else shared
    return None if given is None else of_cell(cells, given, position)


def of_cell(cells: Cells, values: Any, position: int) -> Any:
    """The cell's own list where there is one for each cell; further cells have the last, as in NetPyNE."""
    if len(values) and np.ndim(values[0]) > 0:
        index = int(cells.table["index"][position])
        return values[min(index, len(values) - 1)]
    return values


def _rates(
    groups: list[_Group], cells: Cells, positions: Positions
) -> tuple[tuple[Floats, Floats], ...] | None:
    """(times [ms], intervals [ms]) of every cell whose rate changes, or None."""
    pairs: dict[int, tuple[Floats, Floats]] = {}
    for group in groups:
        for row, position in zip(group.rows.tolist(), group.positions.tolist(), strict=True):
            given = _changing_rate(group, position)
            if given is not None:
                pairs[row] = given
    if pairs and len(pairs) < len(positions):
        message = "all cells of a population need dynamicRates, or none"
        raise SpecError([Problem(groups[0].path, message)])
    return tuple(pairs[row] for row in range(len(positions))) if pairs else None


def _changing_rate(group: _Group, position: int) -> tuple[Floats, Floats] | None:
    dynamic = group.params.get("dynamicRates", group.population.spec.tags.get("dynamicRates"))
    if isinstance(dynamic, Mapping):
        if missing := [name for name in ("rates", "times") if name not in dynamic]:
            raise SpecError([Problem(f"{group.path}.dynamicRates.{missing[0]}", "required, but missing.")])
        rates, times = of_cell(group.cells, dynamic["rates"], position), dynamic["times"]
    elif group.params.get("rates") is not None:
        rates, times = group.params["rates"]
    else:
        return None
    rates, times = np.asarray(rates, float), np.asarray(times, float)
    if len(rates) != len(times):
        message = f"{len(rates)} rates for {len(times)} times"
        raise SpecError([Problem(f"{group.path}.dynamicRates", message)])
    with np.errstate(divide="ignore"):
        return times, np.where(rates > 0, 1000.0 / rates, NEVER)
