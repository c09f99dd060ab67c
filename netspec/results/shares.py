"""Shares of several ranks put together, and results as data for files, in the order of a run on one rank."""

import warnings
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import fields, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from netspec.errors import NetspecWarning
from netspec.model import resolve
from netspec.plan import InputBlock, Plan, PointBlock, Recordings, SignalBlock, TraceBlock, gaps, make, pieces
from netspec.plan.cells import Cells
from netspec.plan.points import points
from netspec.plan.record import synapse_places, weights
from netspec.plan.rules import RULES
from netspec.plan.values import values
from netspec.signals import recorded
from netspec.spec.read import read
from netspec.spec.vocabulary import ARTIFICIAL, MECHANISM_UNITS
from netspec.tables import Table, concat, ragged
from netspec.weights import Weights, merged

if TYPE_CHECKING:
    from netspec.results import Results

Content = dict[str, Any]
REPLICATED = ("cells", "templates", "artificial", "units", "synapse_changes", "merged")
"""Parts of a plan that every rank has whole."""


def of_rank(results: "Results", cells: bool = True) -> Content:
    """What one rank contributes to the whole. cells: with its share of the plan."""
    content: Content = {
        "spikes": results.spikes,
        "time": results.time,
        "traces": {label: _trace_columns(trace) for label, trace in results.traces.items()},
        "stims": _trace_columns(results.stims),
        "times": {label: _trace_columns(times) for label, times in results.times.items()},
        "signals": dict(results.signals),
        "weights": results.weights,
        "masses": {label: dict(values) for label, values in results.masses.items()},
        "mass_time": results.mass_time,
    }
    if cells:
        plan = _plan_content(results.plan)
        content["plan"] = {name: part for name, part in plan.items() if name not in REPLICATED}
    return content


def whole(results: "Results") -> Content:
    """Everything in results, as data for a file."""
    content = of_rank(results, cells=False)
    for name in ("net_params", "sim_config", "provenance"):
        content[name] = getattr(results, name)
    content["plan"] = _plan_content(results.plan)
    return content


def columns_from(content: Mapping[str, Any]) -> Content:
    """The fields of Results, but for the plan, from their data."""
    by_label = {
        name: {label: _traces(columns) for label, columns in content[name].items()}
        for name in ("traces", "times")
    }
    return {**content, **by_label, "stims": _traces(content["stims"])}


def plan_from(content: Mapping[str, Any]) -> Plan:
    """The plan in the data of a file."""
    parts = dict(content["plan"])
    artificial = {*ARTIFICIAL, *parts.pop("artificial")}
    units = {**MECHANISM_UNITS, **parts.pop("units", {})}
    with warnings.catch_warnings():
        # They were given when the network was made.
        warnings.simplefilter("ignore", NetspecWarning)
        net_params, sim_config = content["net_params"], content["sim_config"]
        spec = read(net_params, sim_config, artificial=artificial, rules=RULES, units=units.get)
    model = resolve(spec, artificial)
    cells = Cells(populations=model.populations, owned=parts.pop("owned"), **parts.pop("cells"))
    return Plan(model, cells, **parts)


def restrict(plan: Plan, owned: NDArray[np.int64] | pieces.Owned) -> Plan:
    """A plan's share for the cells at some positions, and for parts of those that are cut."""
    cells = pieces.owning(plan.cells, owned)
    gids = cells.gids[cells.owned]
    kept = np.isin(plan.connections["post"], gids)
    shared = replace(
        plan,
        cells=cells,
        cell_values=values(plan.model, cells, plan.templates),
        points=points(plan.model, cells),
        connections=plan.connections.take(kept),
        gaps=gaps.of_cells(plan.gaps, gids, kept),
        inputs=tuple(_input_part(block, gids) for block in plan.inputs),
        recordings=Recordings(),
    )
    return make.with_synapse_values(pieces.stimulated(pieces.connected(shared)))


def _input_part(block: InputBlock, gids: NDArray[np.int64]) -> InputBlock:
    kept = np.isin(block.rows["gid"], gids)
    noise = None if block.noise is None else block.noise[kept]
    return replace(block, rows=block.rows.take(kept), noise=noise)


def merge(contents: Sequence[Content], plan: Plan) -> Content:
    """Fields of Results for the shares of all ranks. plan: of any rank."""
    spikes = concat([content["spikes"] for content in contents])
    merged: Content = {
        "spikes": spikes.take(np.lexsort([spikes["gid"], spikes["time"]])),
        "time": contents[0]["time"],
        "traces": _merge_traces(contents, "traces"),
        "times": _merge_traces(contents, "times"),
        "signals": {
            name: recorded.merged([content["signals"][name] for content in contents])
            for name in contents[0]["signals"]
        },
        "stims": _by_gid(stims for content in contents for stims in _traces(content["stims"]).items()),
        "weights": _merge_weights(contents),
        # They are not shared out: rank 0 has all.
        **{name: contents[0][name] for name in ("masses", "mass_time")},
    }
    if all("plan" in content for content in contents):
        merged["plan"] = merge_plans([content["plan"] for content in contents], plan)
    return merged


def merge_plans(shares: Sequence[Content], plan: Plan) -> Plan:
    """The plan of the whole network from the shares of all ranks."""
    cells = replace(plan.cells, owned=np.arange(len(plan.cells)), parts={})
    rows = concat([share["connections"] for share in shares])
    order, ends = gaps.merged([(share["connections"], share["gaps"], share["numbers"]) for share in shares])
    together = replace(
        plan,
        cells=cells,
        cell_values=_merge_cell_values(shares, plan),
        points=_sorted(_grouped(shares, "points", _population, _merge_points), _population),
        connections=rows.take(order),
        numbers=None,
        gaps=ends,
        inputs=_grouped(shares, "inputs", _input_key, _merge_inputs),
        recordings=_merge_recordings(shares),
    )
    recordings = replace(together.recordings, weights=weights(together))
    return replace(
        together, synapse_values=_merge_synapse_values(shares, plan, together), recordings=recordings
    )


def _plan_content(plan: Plan) -> Content:
    artificial = {pop.mechanism for pop in plan.cells.populations if pop.mechanism}
    content = {f.name: getattr(plan, f.name) for f in fields(plan) if f.name not in ("model", "cells")}
    shared = {f.name: getattr(plan.cells, f.name) for f in fields(plan.cells)}
    del shared["populations"], shared["owned"], shared["parts"]
    told = {"artificial": sorted(artificial), "units": plan.model.spec.units}
    return {**told, "owned": plan.cells.owned, "cells": shared, **content}


def _trace_columns(cells: Mapping[int, Any]) -> Content:
    """One label's traces as columns gid, key ('' for a cell's only trace), and ragged values."""
    rows = [
        (gid, key, values)
        for gid, trace in cells.items()
        for key, values in (trace.items() if isinstance(trace, Mapping) else [("", trace)])
    ]
    values, offsets = ragged(values for _, _, values in rows)
    gids = np.array([gid for gid, _, _ in rows], np.int64)
    return {"gid": gids, "key": [key for _, key, _ in rows], "values": values, "offsets": offsets}


def _traces(columns: Mapping[str, Any]) -> dict[int, Any]:
    traces: dict[int, Any] = {}
    parts = np.split(columns["values"], columns["offsets"][1:-1]) if columns["key"] else []
    for gid, key, trace in zip(columns["gid"].tolist(), columns["key"], parts, strict=True):
        if key:
            traces.setdefault(gid, {})[key] = trace
        else:
            traces[gid] = trace
    return traces


def _merge_traces(contents: Sequence[Content], name: str) -> Content:
    labels = dict.fromkeys(label for content in contents for label in content[name])
    return {
        label: _by_gid(
            item
            for content in contents
            if label in content[name]
            for item in _traces(content[name][label]).items()
        )
        for label in labels
    }


def _by_gid(items: Iterable[tuple[int, Any]]) -> dict[int, Any]:
    """By gid, ascending; of a cell in parts on several ranks, the entries of all."""
    found: dict[int, Any] = {}
    for gid, own in sorted(items, key=lambda item: item[0]):
        found[gid] = {**found[gid], **own} if gid in found else own
    return found


def _merge_weights(contents: Sequence[Content]) -> Weights | None:
    parts = [content["weights"] for content in contents if content["weights"] is not None]
    return merged(parts) if parts else None


def _merge_cell_values(shares: Sequence[Content], plan: Plan) -> dict[int, NDArray[np.float64]]:
    template = plan.cells.table["template"]
    merged = {}
    for code in sorted({code for share in shares for code in share["cell_values"]}):
        having = [share for share in shares if code in share["cell_values"]]
        owned = [share["owned"][template[share["owned"]] == code] for share in having]
        rows = np.concatenate([share["cell_values"][code] for share in having])
        # Ranks that share a cell have the same values of it.
        merged[code] = rows[np.unique(np.concatenate(owned), return_index=True)[1]]
    return merged


def _grouped(
    shares: Sequence[Content], part: str, key: Callable[[Any], Hashable], join: Callable[[list[Any]], Any]
) -> tuple[Any, ...]:
    """Blocks of all shares with the same key joined, in order of first appearance."""
    groups: dict[Hashable, list[Any]] = {}
    for share in shares:
        for block in share[part]:
            groups.setdefault(key(block), []).append(block)
    return tuple(join(group) for group in groups.values())


def _sorted(blocks: tuple[Any, ...], place: Callable[[Any], int]) -> tuple[Any, ...]:
    return tuple(sorted(blocks, key=place))


def _population(block: PointBlock) -> int:
    return block.population


def _merge_points(blocks: list[PointBlock]) -> PointBlock:
    cells = concat([block.cells for block in blocks])
    order = np.argsort(cells["gid"], kind="stable")
    trains = rates = noise = None
    if blocks[0].trains is not None:
        each = [part for block in blocks if block.trains for part in _parts(*block.trains)]
        trains = ragged(each[i] for i in order)
    if blocks[0].rates is not None:
        pairs = [pair for block in blocks for pair in block.rates or ()]
        rates = tuple(pairs[i] for i in order)
    if blocks[0].noise is not None:
        noise = np.concatenate([block.noise for block in blocks if block.noise is not None])[order]
    return replace(blocks[0], cells=cells.take(order), trains=trains, rates=rates, noise=noise)


def _parts(values: NDArray[np.float64], offsets: NDArray[np.int64]) -> list[NDArray[np.float64]]:
    return np.split(values, offsets[1:-1]) if len(offsets) > 1 else []


def _input_key(block: InputBlock) -> Hashable:
    return block.target, block.source, block.mechanism


def _merge_inputs(blocks: list[InputBlock]) -> InputBlock:
    rows = concat([block.rows for block in blocks])
    numbers = [
        np.zeros(len(block.rows), np.int64) if block.numbers is None else block.numbers for block in blocks
    ]
    order = np.lexsort([np.concatenate(numbers), rows["gid"]])
    noise = None
    if blocks[0].noise is not None:
        noise = np.concatenate([block.noise for block in blocks if block.noise is not None])[order]
    return replace(blocks[0], rows=rows.take(order), noise=noise, numbers=None)


def _merge_synapse_values(shares: Sequence[Content], plan: Plan, together: Plan) -> dict[str, Table]:
    """A cell's synapses are on one rank and in one order, so their values are matched cell by cell."""
    merged = {}
    labels = {label for share in shares for label in share["synapse_values"]}
    for label in sorted(labels, key=plan.model.synapses.code):
        having = [share for share in shares if label in share["synapse_values"]]
        parts = [
            replace(
                plan,
                cells=replace(plan.cells, owned=share["owned"]),
                connections=share["connections"],
                inputs=share["inputs"],
            )
            for share in having
        ]
        gids = np.concatenate([synapse_places(part, label)[0] for part in parts])
        values = concat([share["synapse_values"][label] for share in having])
        place = np.empty(len(gids), np.int64)
        place[np.argsort(synapse_places(together, label)[0], kind="stable")] = np.argsort(gids, kind="stable")
        merged[label] = values.take(place)
    return merged


def _merge_recordings(shares: Sequence[Content]) -> Recordings:
    first: Recordings = shares[0]["recordings"]
    blocks = [
        {name: getattr(share["recordings"], name) for name in ("traces", "signals")} for share in shares
    ]
    spikes = None
    if first.spikes is not None:
        spikes = np.sort(np.concatenate([share["recordings"].spikes for share in shares]))
    traces = _grouped(blocks, "traces", _trace_key, _merge_trace)
    in_order = _sorted(traces, lambda block: first.labels.index(block.label))
    kept = _grouped(blocks, "signals", lambda block: block.name, _merge_signals)
    return replace(first, traces=in_order, signals=kept, spikes=spikes)


def _merge_signals(blocks: list[SignalBlock]) -> SignalBlock:
    gids, cells = (
        np.unique(np.concatenate([getattr(b, name) for b in blocks])) for name in ("gids", "cells")
    )
    return replace(blocks[0], gids=gids, cells=cells)


def _trace_key(block: TraceBlock) -> Hashable:
    return tuple(getattr(block, f.name) for f in fields(block) if f.name != "gids")


def _merge_trace(blocks: list[TraceBlock]) -> TraceBlock:
    return replace(blocks[0], gids=np.sort(np.concatenate([block.gids for block in blocks])))
