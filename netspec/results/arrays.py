"""Results as labelled arrays of xarray, as frames of pandas and as time series of pynapple."""

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import TYPE_CHECKING, Any

import numpy as np

from netspec.extras import needed
from netspec.results import curves as recorded
from netspec.results.curves import Curve
from netspec.units import UNIT

if TYPE_CHECKING:
    from netspec.results import Results

MILLISECONDS = {"units": "ms"}
NOT_TAGS = ("gid", "index")
"""Columns of cells that pynapple has names of its own for."""


def to_xarray(results: "Results") -> Any:
    """A DataTree: groups cells, spikes, stims, traces, signals/<name>, weights; units are attributes."""
    xarray = needed("xarray", "Results.to_xarray", "analysis")
    plan = results.plan
    groups = {
        "cells": _listed(xarray, recorded.cell_columns(plan), "gid"),
        "spikes": _listed(xarray, _spikes(results), "spike"),
        "stims": _listed(xarray, _stimuli(results), "spike"),
        "traces": _traces(xarray, results),
    }
    groups |= {
        f"signals/{recorded.plain_name(name)}": _signal(xarray, results, name) for name in results.signals
    }
    if results.weights is not None:
        groups["weights"] = _weights(xarray, results)
    root = xarray.Dataset(attrs={"source": "netspec", "duration": results.duration, "duration_units": "ms"})
    return xarray.DataTree.from_dict({"/": root, **groups})


def to_pandas(results: "Results") -> dict[str, Any]:
    """Frames: cells, spikes, stims, connections, traces, and one per signal; units are in `.attrs`.

    traces: a column per curve (label, gid, key), a row per time [ms]; where cells have sample times of their
    own, rows of label, gid, key, time, value. signals: columns (of, channel), of: 'all', a population, a gid.
    """
    pandas = needed("pandas", "Results.to_pandas", "analysis")
    plan = results.plan
    columns = {"cells": recorded.cell_columns(plan), "spikes": _spikes(results), "stims": _stimuli(results)}
    columns["connections"] = connection_columns(results)
    frames = {name: _frame(pandas, own) for name, own in columns.items()}
    frames["cells"] = frames["cells"].set_index("gid")
    frames["traces"] = _trace_frame(pandas, list(recorded.curves(results)))
    for name, signal in results.signals.items():
        columns_of = {
            (of, channel): pandas.Series(values[:, column], signal.time)
            for of, values, names in recorded.shares(results, name)
            for column, channel in enumerate(names)
        }
        frames[name] = _side_by_side(pandas, columns_of, ["of", recorded.channels(results, name)[0]])
        frames[name].attrs["units"] = {"time": "ms", name: signal.unit}
    return frames


def to_pynapple(results: "Results") -> dict[str, Any]:
    """spikes: a TsGroup of every cell with its tags; a TsdFrame per trace and signal. Times in seconds.

    Traces whose cells have sample times of their own are a dict of Tsd by gid.
    """
    nap = needed("pynapple", "Results.to_pynapple", "analysis")
    support = nap.IntervalSet(0, results.duration / 1000)
    tags = {
        name: column for name, column in recorded.cell_columns(results.plan).items() if name not in NOT_TAGS
    }
    groups = {
        gid: nap.Ts(times / 1000, time_support=support) for gid, times in recorded.trains(results).items()
    }
    found: dict[str, Any] = {"spikes": nap.TsGroup(groups, time_support=support, metadata=tags)}
    for label, every in groupby(recorded.curves(results), lambda curve: curve.label):
        own = list(every)
        if any(c.own_times for c in own):
            found[label] = {(c.gid, c.key) if c.key else c.gid: nap.Tsd(c.time / 1000, c.values) for c in own}
            continue
        places = {name: [getattr(c, name) for c in own] for name in ("gid", "section", "location", "key")}
        places["population"] = recorded.populations(results.plan, places["gid"]).tolist()
        samples = np.stack([c.values for c in own], axis=1)
        keyed = any(c.key for c in own)
        columns = [f"{c.gid} {c.key}" for c in own] if keyed else places["gid"]
        found[label] = nap.TsdFrame(own[0].time / 1000, samples, columns=columns, metadata=places)
    for name, signal in results.signals.items():
        for of, values, names in recorded.shares(results, name):
            key = name if of == "all" else f"{name} of {of}"
            found[key] = nap.TsdFrame(signal.time / 1000, values, columns=names)
    return found


def connection_columns(results: "Results") -> dict[str, Any]:
    """Connections with names in place of codes: pre, post, their populations, rule, synapse, section ..."""
    plan, rows = results.plan, results.plan.connections
    ends = {f"{end}_population": recorded.populations(plan, rows[end]) for end in ("pre", "post")}
    lists = {"rule": plan.model.rules, "synapse": plan.model.synapses, "section": plan.model.sections}
    named = {column: _named(names.names, rows[column]) for column, names in lists.items()}
    numbers = {column: rows[column] for column in ("location", "weight", "delay")}
    return {"pre": rows["pre"], "post": rows["post"], **ends, **named, **numbers}


def _named(names: Sequence[str], codes: Any) -> Any:
    """Names of codes: (n,); '' for -1."""
    return np.array([*names, ""], object)[codes].astype(str) if len(codes) else np.empty(0, "U1")


def _spikes(results: "Results") -> dict[str, Any]:
    """Times [ms], gids and populations of spikes: (n,) each."""
    gids = results.spikes["gid"].astype(np.int64)
    populations = recorded.populations(results.plan, gids)
    return {"time": results.spikes["time"], "gid": gids, "population": populations}


def _stimuli(results: "Results") -> dict[str, Any]:
    """Times [ms] of the spikes of recorded stimuli, the gid that they reach, their source: (n,) each."""
    rows = [
        (times, np.full(len(times), gid), np.full(len(times), source, object))
        for gid, source, times in recorded.stimuli(results)
    ]
    parts = zip(*rows, strict=True) if rows else ([np.empty(0)], [np.empty(0)], [np.empty(0, object)])
    times, gids, sources = (np.concatenate(part) for part in parts)
    return {"time": times, "gid": gids.astype(np.int64), "source": sources.astype(str)}


def _listed(xarray: Any, columns: Mapping[str, Any], dimension: str) -> Any:
    """A Dataset of columns along one dimension; the column of its name becomes its coordinate."""
    data = {name: (dimension, values, _units(name)) for name, values in columns.items()}
    if dimension not in columns:
        return xarray.Dataset(data)
    return xarray.Dataset({n: d for n, d in data.items() if n != dimension}, {dimension: data[dimension]})


def _units(name: str) -> dict[str, str]:
    return {"units": UNIT[name]} if UNIT.get(name) else {}


def _traces(xarray: Any, results: "Results") -> Any:
    """A variable per trace. (gid, time) over all recorded cells, nan for those without it.

    Traces of several synapses: (<label>_curve, time). With sample times of their own: (..., sample), and the
    times are <label>_time [ms].
    """
    every = list(recorded.curves(results))
    gids = np.unique([c.gid for c in every if not c.key]).astype(np.int64)
    own_times = any(c.own_times for c in every)
    length = max((len(c.values) for c in every), default=0)
    data: dict[str, Any] = {}
    coordinates: dict[str, Any] = {}
    for label, group in groupby(every, lambda curve: curve.label):
        variables, places = _trace(recorded.plain_name(label), list(group), gids, length, own_times)
        data |= variables
        coordinates |= places
    if every and not own_times:
        coordinates["time"] = ("time", every[0].time, MILLISECONDS)
    if len(gids):
        own = recorded.cell_columns(results.plan, gids)
        coordinates |= {name: ("gid", column, _units(name)) for name, column in own.items()}
    return xarray.Dataset(data, coords=coordinates)


def _trace(
    label: str, own: Sequence[Curve], gids: Any, length: int, own_times: bool
) -> tuple[dict[str, Any], dict[str, Any]]:
    """The variables of one trace, and the coordinates that say where it was recorded."""
    keyed = any(c.key for c in own)
    rows = np.arange(len(own)) if keyed else np.searchsorted(gids, [c.gid for c in own])
    along = f"{label}_curve" if keyed else "gid"
    values = np.full((len(own) if keyed else len(gids), length), np.nan)
    times, location = values.copy(), np.full(len(values), np.nan)
    section = np.full(len(values), "", object)
    for row, c in zip(rows, own, strict=True):
        values[row, : len(c.values)], times[row, : len(c.values)] = c.values, c.time
        section[row], location[row] = c.section, c.location
    units = {"units": own[0].unit} if own[0].unit else {}
    data: dict[str, Any] = {label: ((along, "sample" if own_times else "time"), values, units)}
    if own_times:
        data[f"{label}_time"] = ((along, "sample"), times, MILLISECONDS)
    places: dict[str, Any] = {f"{label}_section": (along, section.astype(str))}
    places[f"{label}_location"] = (along, location)
    if keyed:
        places[f"{label}_gid"] = (along, np.array([c.gid for c in own]))
    return data, places


def _signal(xarray: Any, results: "Results", name: str) -> Any:
    """Total (time, channel), populations (population, time, channel), cells (gid, time, channel)."""
    signal, (dimension, names, places) = results.signals[name], recorded.channels(results, name)
    attrs = {"units": signal.unit}
    data: dict[str, Any] = {}
    coordinates: dict[str, Any] = {"time": ("time", signal.time, MILLISECONDS)}
    if signal.total is not None:
        data["total"] = (("time", dimension), signal.values, attrs)
    if signal.populations:
        parts = np.stack([signal.of_population(label) for label in signal.populations])
        data["populations"] = (("population", "time", dimension), parts, attrs)
        coordinates["population"] = list(signal.populations)
    if signal.cells:
        widest = max(own.shape[1] for own in signal.cells.values())
        parts = np.full((len(signal.cells), len(signal.time), widest), np.nan)
        for row, own in enumerate(signal.cells.values()):
            parts[row, :, : own.shape[1]] = own
        data["cells"] = (("gid", "time", dimension), parts, attrs)
        coordinates["gid"] = list(signal.cells)
        names = names if len(names) == widest else list(range(widest))
    coordinates[dimension] = names
    if places is not None:
        coordinates |= {axis: (dimension, places[:, n], {"units": "um"}) for n, axis in enumerate("xyz")}
    return xarray.Dataset(data, coords=coordinates)


def _weights(xarray: Any, results: "Results") -> Any:
    """Courses of weights (time, connection) and what each connection is."""
    weights = results.weights
    assert weights is not None
    columns = {name: ("connection", weights.connections[name]) for name in weights.connections.columns}
    time = ("time", weights.time, MILLISECONDS)
    values = (("time", "connection"), weights.values, {"units": "uS"})
    return xarray.Dataset({"weight": values}, coords={"time": time, **columns})


def _frame(pandas: Any, columns: Mapping[str, Any]) -> Any:
    frame = pandas.DataFrame(dict(columns))
    frame.attrs["units"] = {name: UNIT[name] for name in columns if UNIT.get(name)}
    return frame


def _trace_frame(pandas: Any, every: Sequence[Curve]) -> Any:
    if any(c.own_times for c in every):  # with a variable step some times are there twice: no index
        rows = [
            pandas.DataFrame(
                {"label": c.label, "gid": c.gid, "key": c.key, "time": c.time, "value": c.values}
            )
            for c in every
        ]
        frame = pandas.concat(rows, ignore_index=True)
    else:
        series = {(c.label, c.gid, c.key): pandas.Series(c.values, c.time) for c in every}
        frame = _side_by_side(pandas, series, ["label", "gid", "key"])
    frame.attrs["units"] = {"time": "ms", **{c.label: c.unit for c in every}}
    return frame


def _side_by_side(pandas: Any, series: Mapping[tuple[Any, ...], Any], names: list[str]) -> Any:
    if not series:
        return pandas.DataFrame()
    frame = pandas.concat(series, axis=1, names=names)
    frame.index.name = "time"
    return frame
