"""The synapses of connections and stimuli: section, location, weight and delay."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from netspec.errors import Problem, SpecError, did_you_mean
from netspec.model import Model
from netspec.plan.cells import Cells, Template
from netspec.plan.placement import Misplaced, Task, is_list, place
from netspec.plan.resolve import lengths_of, point_neuron, sections_of
from netspec.plan.sections import path
from netspec.plan.strict import complain
from netspec.spec.network import ConnectionRule, StimulusTarget
from netspec.streams import Ids
from netspec.tables import Table

Rows = NDArray[np.int64]
Placement = Callable[[Rows], Ids]


@dataclass(frozen=True)
class Wiring:
    """How targets are contacted. path: of the entry in netParams.

    weight, delay, loc, syns_per_conn: a number for all or (n,) array of one per target; or values for each
    synMech or each synapse, as a list for all or an (n, k) array. None only for loc. syn_mechs: labels.
    beside: whether sources are always on the target's rank, so that events may arrive at once.
    """

    path: str
    weight: Any
    delay: Any
    loc: Any
    syns_per_conn: Any
    sec: Any
    syn_mechs: tuple[Any, ...]
    factors: Mapping[str, Sequence[float]]
    distribute: bool
    random_section: bool
    beside: bool = False

    def where(self, parameter: str) -> str:
        """Dictionary path of a parameter."""
        return f"{self.path}.{parameter}"


def wiring(
    model: Model, path: str, entry: ConnectionRule | StimulusTarget, given: Mapping[str, Any], sec: Any
) -> Wiring:
    """The wiring of a rule or stimulus.

    given: its weight, delay, loc and synsPerConn, evaluated; None: the default.
    """
    network, simulation = model.spec.network, model.spec.simulation
    factors = {"weight": entry.weight_factor, "delay": entry.delay_factor, "loc": entry.loc_factor}
    labels = entry.syn_mech if isinstance(entry.syn_mech, list | tuple) else [entry.syn_mech]
    distribute, random = getattr(entry, "distribute", None), getattr(entry, "random_section", None)
    return Wiring(
        path=path,
        weight=network.default_weight if given["weight"] is None else given["weight"],
        delay=network.default_delay if given["delay"] is None else given["delay"],
        loc=given["loc"],
        syns_per_conn=1 if given["synsPerConn"] is None else given["synsPerConn"],
        sec=sec,
        syn_mechs=tuple(labels),
        factors={name: value for name, value in factors.items() if value is not None},
        distribute=simulation.distribute if distribute is None else distribute,
        random_section=simulation.random_section if random is None else random,
        beside=isinstance(entry, StimulusTarget),
    )


@dataclass(frozen=True)
class _Part:
    """What one of the synMechs of a connection gets. count: (n,) or (1,)."""

    number: int
    label: Any
    weight: Any
    delay: Any
    loc: Any
    count: Rows


def contacts(
    model: Model,
    cells: Cells,
    templates: tuple[Template, ...],
    targets: Rows,
    placement: Placement,
    wiring: Wiring,
    scale: Any = 1.0,
    describe: Callable[[int], str] | None = None,
    pointers: Collection[int] = (),
) -> Table:
    """All synapses of n connections in order: connection by connection, synMech by synMech.

    targets: (n,) positions of the post cells. placement: ids of the streams that place synapses of some rows.
    scale: factor of the weight, a number or (n,). describe: what a row is, for messages.
    pointers: codes of synMechs without events, so that delays do not matter; if there are any, with a column
    `given`, the weight without any factor.
    -> columns row (of targets), synapse and section (codes; -1: none), location, weight, delay
    """
    parts = [_part(wiring, number, len(targets)) for number in range(len(wiring.syn_mechs))]
    shape = (len(targets), len(parts), max(int(part.count.max(initial=0)) for part in parts))
    box: dict[str, NDArray[Any]] = {name: np.full(shape, -1, np.int16) for name in ("synapse", "section")}
    box |= {name: np.empty(shape) for name in ("location", "weight", "delay")}
    made = np.empty(shape, bool)
    for part in parts:
        made[:, part.number] = np.arange(shape[2]) < part.count[:, None]
        _numbers(box["weight"][:, part.number], part, part.weight, wiring.where("weight"))
        _numbers(box["delay"][:, part.number], part, part.delay, wiring.where("delay"))
    if pointers:
        box["given"] = box["weight"].copy()
    box["weight"] *= np.reshape(scale, (-1, 1, 1))
    for template, rows in _by_template(cells, templates, targets):
        site = _Site(model, cells, template, targets, rows, placement, wiring)
        for part in parts:
            _locate(site, part, box, made)
    if not model.spec.simulation.allow_weight_0:
        made &= (box["weight"] != 0) | (box["section"] < 0)
    box = {"row": np.broadcast_to(np.arange(len(targets))[:, None, None], shape), **box}
    everything = bool(made.all())
    table = Table({name: column.reshape(-1) if everything else column[made] for name, column in box.items()})
    describe = describe or (lambda row: f"cell {cells.gids[targets[row]]}")
    _check_locations(wiring, table, describe)
    timed = table.take(~np.isin(table["synapse"], list(pointers))) if pointers else table
    _check_delays(model, wiring, timed, describe)
    return table


def _part(wiring: Wiring, number: int, n: int) -> _Part:
    weight, delay, loc = (_share(wiring, name, number) for name in ("weight", "delay", "loc"))
    where = wiring.where("synsPerConn")
    count = np.asarray(_share(wiring, "synsPerConn", number))
    if count.ndim > 1 or (count.ndim and len(count) != n) or count.dtype.kind not in "iuf":
        raise SpecError([Problem(where, f"expected a whole number, got {wiring.syns_per_conn!r}.")])
    broken = np.flatnonzero(np.atleast_1d(count != np.trunc(count)))
    if len(broken):
        got = np.atleast_1d(count)[broken[0]]
        raise SpecError(
            [Problem(where, f"expected a whole number, got {got}; write int(...) around the function.")]
        )
    return _Part(
        number, wiring.syn_mechs[number], weight, delay, loc, np.broadcast_to(count.astype(np.int64), (n,))
    )


def _share(wiring: Wiring, name: str, number: int) -> Any:
    """What a synMech gets of a parameter: the same, its element of a list, or a multiple."""
    value = wiring.syns_per_conn if name == "synsPerConn" else getattr(wiring, name)
    labels, where = wiring.syn_mechs, wiring.where(name)
    if len(labels) == 1:
        return value
    if is_list(value):
        columns = len(value) if isinstance(value, list | tuple) else value.shape[1]
        if columns != len(labels):
            raise SpecError([Problem(where, f"has {columns} values for {len(labels)} synMechs.")])
        return value[number] if isinstance(value, list | tuple) else value[:, number]
    if name in wiring.factors:
        factors = wiring.factors[name]
        if len(factors) != len(labels) or value is None:
            wrong = (
                f"{len(factors)} factors for {len(labels)} synMechs"
                if value is not None
                else "no value to multiply"
            )
            raise SpecError([Problem(wiring.where(f"synMech{name.capitalize()}Factor"), f"{wrong}.")])
        return value * factors[number]
    return value


def _numbers(box: NDArray[np.float64], part: _Part, value: Any, where: str) -> None:
    """Fill (n, synapses) with a number for all, one per connection, or a list of one per synapse."""
    if not is_list(value):
        box[:] = np.asarray(value, float).reshape(-1, 1)
        return
    matrix = np.atleast_2d(np.asarray(value, float))
    wrong = np.flatnonzero(part.count != matrix.shape[1])
    if len(wrong):
        message = f"has {matrix.shape[1]} values for {part.count[wrong[0]]} synapses (synsPerConn)."
        raise SpecError([Problem(where, message)])
    box[:, : matrix.shape[1]] = matrix


def _by_template(
    cells: Cells, templates: tuple[Template, ...], targets: Rows
) -> Iterator[tuple[Template | None, Rows]]:
    """Rows of each template; None: of artificial cells."""
    codes = cells.table["template"][targets]
    for code in np.flatnonzero(np.bincount(codes + 1)):
        rows = np.flatnonzero(codes == code - 1)
        yield (templates[code - 1] if code else None), rows


@dataclass(frozen=True)
class _Site:
    """Rows whose targets have the same sections."""

    model: Model
    cells: Cells
    template: Template | None
    targets: Rows
    rows: Rows
    placement: Placement
    wiring: Wiring


def _locate(site: _Site, part: _Part, box: dict[str, NDArray[Any]], made: NDArray[np.bool_]) -> None:
    """Fill sections and locations of one synMech; normalise weights by them."""
    wiring, template, rows = site.wiring, site.template, site.rows
    box["synapse"][rows, part.number] = _code(site.model, part.label)
    if template is None:
        box["location"][rows, part.number] = _first(part.loc, rows)
        return
    sections = sections_of(site.model, template, wiring.sec, wiring.where("sec"))
    codes = np.array([site.model.sections.code(name) for name in sections], np.int16)
    if point_neuron(template, sections) is not None:
        several = rows[part.count[rows] > 1]
        if len(several):
            count = part.count[several[0]]
            message = f"is {count}, but point neurons ({template.rules[0]!r}) take one per connection."
            complain(site.model, Problem(wiring.where("synsPerConn"), message))
            made[several, part.number] = False
        box["section"][rows, part.number] = codes[0]
        box["location"][rows, part.number] = _first(part.loc, rows)
        return
    box["synapse"][rows, part.number] = _synapse(site, part.label)
    counts = part.count[rows]
    for count in np.flatnonzero(np.bincount(np.maximum(counts, 0))):
        some = rows[counts == count]
        if count:
            _place(site, part, sections, codes, some, int(count), box)


def _place(
    site: _Site,
    part: _Part,
    sections: tuple[str, ...],
    codes: NDArray[np.int16],
    rows: Rows,
    count: int,
    box: dict[str, NDArray[Any]],
) -> None:
    template = site.template
    assert template is not None
    positions = site.targets[rows]
    task = Task(
        rows=len(rows),
        sections=len(sections),
        synapses=count,
        loc=_of_rows(part.loc, rows),
        distribute=site.wiring.distribute,
        random_section=site.wiring.random_section,
        ids=lambda: site.placement(rows),
        lengths=lambda: lengths_of(site.model, site.cells, template, sections, positions),
    )
    try:
        number, location = place(task)
    except Misplaced as error:
        raise SpecError([Problem(site.wiring.where(error.parameter), str(error))]) from error
    box["section"][rows, part.number, :count] = codes[number]
    box["location"][rows, part.number, :count] = location
    norms = [template.sections[name].weight_norm for name in sections]
    if any(norm is not None for norm in norms):
        shape = (len(rows), count)
        number, location = np.broadcast_to(number, shape), np.broadcast_to(location, shape)
        box["weight"][rows, part.number, :count] *= weight_norms(template, sections, number, location)


def weight_norms(
    template: Template, sections: Sequence[str], number: NDArray[np.int64], location: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Weight factor at each place. The segment is NetPyNE's: near location 0 it wraps to the last one."""
    result = np.ones(number.shape)
    for k, name in enumerate(sections):
        section = template.sections[name]
        if section.weight_norm is None:
            continue
        here = number == k
        nseg = int(section.geom.get("nseg", 1))
        segment = np.rint(location[here] * nseg).astype(np.int64) - 1
        norm = np.asarray(section.weight_norm, float)
        if segment.max(initial=-1) >= len(norm):
            message = f"has {len(norm)} values for {nseg} segments."
            raise SpecError([Problem(f"{path(template.rules[-1], name)}.weightNorm", message)])
        result[here] = norm[segment]
    return result


def _first(loc: Any, rows: Rows) -> Any:
    """The location that a target without places on it is said to have."""
    value = _of_rows(loc, rows)
    if value is None:
        return 0.5
    return np.atleast_2d(np.asarray(value, float))[:, :1] if is_list(value) else np.reshape(value, (-1, 1))


def _of_rows(value: Any, rows: Rows) -> Any:
    return value[rows] if isinstance(value, np.ndarray) and value.ndim else value


def _code(model: Model, label: Any) -> int:
    return model.synapses.code(label) if label in model.synapses else -1


def _synapse(site: _Site, label: Any) -> int:
    """Code of the synMech, of the first one where none is named."""
    known = site.model.spec.network.synapses
    label = label or next(iter(known), None)
    if label in known:
        return site.model.synapses.code(label)
    hint = did_you_mean(label, known) if label else "synMechParams is empty."
    raise SpecError([Problem(site.wiring.where("synMech"), f"there is no synMech {label!r}. {hint}")])


def _check_locations(wiring: Wiring, table: Table, describe: Callable[[int], str]) -> None:
    """SpecError for a location that cannot be."""
    location = table["location"]
    outside = np.flatnonzero(~((location >= 0) & (location <= 1)))
    if len(outside):
        k = outside[0]
        message = f"{location[k]} is outside 0..1 for {describe(int(table['row'][k]))}."
        raise SpecError([Problem(wiring.where("loc"), message)])


def _check_delays(model: Model, wiring: Wiring, table: Table, describe: Callable[[int], str]) -> None:
    """SpecError for a delay that cannot be."""
    delay = table["delay"]
    if wiring.beside:
        if len(delay) and not delay.min() >= 0:
            place = describe(int(table["row"][int(np.argmin(delay))]))
            raise SpecError([Problem(wiring.where("delay"), f"{delay.min()} ms for {place} is negative.")])
        return
    dt = 0.0 if model.spec.simulation.cvode_active else model.spec.simulation.dt
    if not len(delay) or delay.min() >= max(dt, 1e-300):
        return
    k = int(np.flatnonzero(~(delay >= max(dt, 1e-300)))[0])
    place = describe(int(table["row"][k]))
    # A stimulus is in the process of its target, where NEURON needs no delay; connections cross processes.
    if delay[k] < 0 or (delay[k] == 0 and not wiring.path.startswith("netParams.stimTargetParams")):
        message = f"{delay[k]} ms for {place}: a delay must be above 0."
        raise SpecError([Problem(wiring.where("delay"), message)])
    message = f"{delay[k]} ms for {place} is below the time step (dt {model.spec.simulation.dt} ms)."
    complain(model, Problem(wiring.where("delay"), message))
