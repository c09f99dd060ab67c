"""What the moving pictures of a report are made of: spikes, traces and matrices as plain data and base64."""

from base64 import b64encode
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from netspec.analysis import connectivity, spikes
from netspec.plots.colors import of_populations

if TYPE_CHECKING:
    from netspec.results import Results

MOST_SPIKES = 500_000
MOST_TRACES = 100
MOST_SAMPLES = 20_000
"""Samples of a trace; of longer ones the least and the greatest of each stretch are kept."""
FEATURES = {
    "numConns": ("contacts", ""),
    "probability": ("contacts per pair of cells", ""),
    "convergence": ("contacts per postsynaptic cell", ""),
    "divergence": ("contacts per presynaptic cell", ""),
    "weight": ("mean weight", "uS"),
    "delay": ("mean delay", "ms"),
}


def raster(results: "Results") -> dict[str, Any] | None:
    """Spikes as points; None if there are none. Of very many spikes those of evenly spaced cells are kept."""
    data = spikes.raster(results, ["allCells"], order_by=["pop", "gid"])
    if not len(data.times):
        return None
    plan = results.plan
    codes = plan.cells.table["population"].astype(np.int64)
    order = np.lexsort([plan.cells.gids, codes])
    step = -(-len(data.times) // MOST_SPIKES)
    kept = data.rows % step == 0
    labels = [population.label for population in plan.cells.populations]
    return {
        "duration": results.duration,
        "labels": labels,
        "colors": of_populations(plan, labels),
        "sizes": np.bincount(codes, minlength=len(labels)).tolist(),
        "step": step,
        "gids": _packed(plan.cells.gids[order][::step], np.int32),
        "groups": _packed(codes[order][::step], np.uint16),
        "times": _packed(data.times[kept], np.float32),
        "rows": _packed(data.rows[kept] // step, np.uint32),
    }


def traces(results: "Results") -> dict[str, Any] | None:
    """Recorded traces by variable; None if there are none."""
    found: dict[str, list[dict[str, Any]]] = {}
    total = 0
    for label, gid, name, time, values in _curves(results):
        total += 1
        if total > MOST_TRACES or not len(values):
            continue
        time, values = thinned(time, values)
        code = results.plan.cells.table["population"][results.plan.cells.positions([gid])[0]]
        cell = {"gid": gid, "name": name, "group": int(code)}
        cell |= {"time": _packed(time, np.float32), "values": _packed(values, np.float32)}
        found.setdefault(label, []).append(cell)
    labels = [population.label for population in results.plan.cells.populations]
    about = {"duration": results.duration, "labels": labels, "colors": of_populations(results.plan, labels)}
    return {**about, "total": total, "variables": found} if found else None


def matrices(results: "Results") -> dict[str, Any] | None:
    """Features of the connections between populations; None if there are no connections."""
    if not len(results.plan.connections):
        return None
    features = {}
    for feature, (text, unit) in FEATURES.items():
        values, pre, post = connectivity.matrix(results.plan, ["allCells"], ["allCells"], feature)
        features[feature] = {"text": text, "unit": unit, "values": np.nan_to_num(values).tolist()}
    return {"pre": list(pre.labels), "post": list(post.labels), "features": features}


def thinned(
    time: NDArray[np.float64], values: NDArray[np.float64], most: int = MOST_SAMPLES
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The least and the greatest value of each stretch where there are more than `most` samples, in order."""
    if len(values) <= most:
        return time, values
    width = -(-2 * len(values) // most)
    whole = len(values) // width * width
    stretches = values[:whole].reshape(-1, width)
    first = np.arange(0, whole, width)
    ends = np.stack([first + stretches.argmin(axis=1), first + stretches.argmax(axis=1)])
    kept = np.unique([*np.sort(ends, axis=0).T.ravel(), *range(whole, len(values))])
    return time[kept], values[kept]


def _curves(results: "Results") -> Iterator[tuple[str, int, str, Any, Any]]:
    """variable, gid, name, time [ms] and values of each recorded trace."""
    for label, cells in results.traces.items():
        own_times = results.times.get(label, {})
        for gid, trace in cells.items():
            parts = trace if isinstance(trace, dict) else {"": trace}
            own = own_times.get(gid, results.time)
            for name, values in parts.items():
                time = own[name] if isinstance(own, dict) else own
                if len(time) != len(values):
                    time = np.linspace(0, results.duration, len(values))
                yield label, int(gid), name, np.asarray(time, float), np.asarray(values, float)


def _packed(values: Any, kind: Any) -> str:
    return b64encode(np.ascontiguousarray(values, np.dtype(kind).newbyteorder("<")).tobytes()).decode()
