"""What the moving pictures of a report are made of: spikes, traces and matrices as plain data and base64."""

from base64 import b64encode
from typing import Any

import numpy as np

from netspec.analysis import connectivity, spikes
from netspec.plots.colors import of_populations
from netspec.results import Results
from netspec.results.curves import curves
from netspec.tables import Floats

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


def raster(results: Results) -> dict[str, Any] | None:
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


def traces(results: Results) -> dict[str, Any] | None:
    """Recorded traces by variable; None if there are none."""
    found: dict[str, list[dict[str, Any]]] = {}
    total = 0
    for curve in curves(results):
        total += 1
        if total > MOST_TRACES or not len(curve.values):
            continue
        time, values = thinned(curve.time, curve.values)
        code = results.plan.cells.table["population"][results.plan.cells.positions([curve.gid])[0]]
        cell = {"gid": curve.gid, "name": curve.key, "group": int(code)}
        cell |= {"time": _packed(time, np.float32), "values": _packed(values, np.float32)}
        found.setdefault(curve.label, []).append(cell)
    labels = [population.label for population in results.plan.cells.populations]
    about = {"duration": results.duration, "labels": labels, "colors": of_populations(results.plan, labels)}
    return {**about, "total": total, "variables": found} if found else None


def matrices(results: Results) -> dict[str, Any] | None:
    """Features of the connections between populations; None if there are no connections."""
    if not len(results.plan.connections):
        return None
    features = {}
    for feature, (text, unit) in FEATURES.items():
        values, pre, post = connectivity.matrix(results.plan, ["allCells"], ["allCells"], feature)
        features[feature] = {"text": text, "unit": unit, "values": np.nan_to_num(values).tolist()}
    return {"pre": list(pre.labels), "post": list(post.labels), "features": features}


def thinned(time: Floats, values: Floats, most: int = MOST_SAMPLES) -> tuple[Floats, Floats]:
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


def _packed(values: Any, kind: Any) -> str:
    return b64encode(np.ascontiguousarray(values, np.dtype(kind).newbyteorder("<")).tobytes()).decode()
