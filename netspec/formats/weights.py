"""Courses of weights in files of NetPyNE's structure: by cell, with what a connection is found by."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from netspec.model import Model, Names
from netspec.plan import CONNECTION_COLUMNS
from netspec.tables import Table
from netspec.weights import Weights, merged

KEY = "weights"
"""The entry of simData."""


def record(weights: Weights, model: Model) -> dict[str, Any]:
    """{'t': times, 'cell_<gid>': [{preGid, label, synMech, sec, loc, weight: (samples,)}, ...]}."""
    found: dict[str, Any] = {"t": weights.time.tolist()}
    names = (("label", "rule", model.rules), ("synMech", "synapse", model.synapses))
    for row, course in enumerate(weights.values.T.tolist()):
        one = {name: column[row].item() for name, column in weights.connections.columns.items()}
        conn: dict[str, Any] = {"preGid": one["pre"]}
        for key, column, known in (*names, ("sec", "section", model.sections)):
            conn[key] = known[one[column]] if one[column] >= 0 else None
        found.setdefault(f"cell_{one['post']}", []).append({**conn, "loc": one["location"], "weight": course})
    return found


def read(saved: Any, model: Model) -> Weights | None:
    """What `record` was given; None if there is none. Names that the model does not have are -1."""
    if not isinstance(saved, Mapping) or "t" not in saved:
        return None
    conns = [
        (int(key.removeprefix("cell_")), conn)
        for key, of_cell in saved.items()
        if key.startswith("cell_")
        for conn in of_cell
    ]
    codes = (("rule", "label", model.rules), ("synapse", "synMech", model.synapses))
    columns: dict[str, Any] = {
        "pre": np.array([conn["preGid"] for _, conn in conns], np.int64),
        "post": np.array([post for post, _ in conns], np.int64),
    }
    for column, key, known in (*codes, ("section", "sec", model.sections)):
        found = [_code(known, conn[key]) for _, conn in conns]
        columns[column] = np.array(found, CONNECTION_COLUMNS[column])
    columns["location"] = np.array([conn["loc"] for _, conn in conns], float)
    time = np.asarray(saved["t"], float)
    values = np.array([conn["weight"] for _, conn in conns], float).reshape(len(conns), len(time)).T
    return merged([Weights(time, Table(columns), values)])


def _code(names: Names, name: str | None) -> int:
    return names.code(name) if name is not None and name in names else -1
