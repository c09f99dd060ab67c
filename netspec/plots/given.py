"""Spikes that a plot is given instead of those of the results."""

import json
import pickle
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from netspec.analysis.spikes import Raster
from netspec.errors import FileError, Problem, SpecError

Given = str | Mapping[str, Any] | Sequence[Any]
"""What prepareRaster makes, its .pkl or .json file, or (times, rows, cells of each population, labels)."""


def given_raster(
    given: Given,
    sizes: Sequence[int] | None = None,
    labels: Any = None,
    time_range: Sequence[float] | None = None,
) -> Raster:
    """The raster of spikes that a user has. sizes: cells of each population, in the order of rows."""
    data = _as_mapping(read(given) if isinstance(given, str) else given)
    try:
        times, rows = np.asarray(data["spkTimes"], float), np.asarray(data["spkInds"]).astype(np.int64)
    except KeyError as error:
        raise SpecError([Problem("rasterData", f"{error.args[0]!r} is missing.")]) from error
    count = int(rows.max()) + 1 if len(rows) else 0
    cells = np.asarray(_first_of(sizes, data.get("popNumCells"), [count])).astype(np.int64)
    names = _first_of(
        None if isinstance(labels, Mapping) else labels,
        data.get("popLabels"),
        ["population"] if len(cells) == 1 else [f"pop_{position}" for position in range(len(cells))],
    )
    if len(names) != len(cells) or cells.sum() < count:
        message = (
            f"{len(names)} labels and {cells.sum()} cells for {len(cells)} populations and {count} rows."
        )
        raise SpecError([Problem("popNumCells", message)])
    group_of_row = np.repeat(np.arange(len(cells)), cells)
    if "cellPops" in data:  # rows in another order than by population
        code = {name: position for position, name in enumerate(names)}
        own = [code[name] for name in data["cellPops"]]
        group_of_row[: len(own)] = own
    span = _first_of(time_range, data.get("timeRange"), [0.0, float(np.ceil(times.max(initial=1.0)))])
    kept = (times >= span[0]) & (times <= span[1])
    gids = np.asarray(data.get("spkGids", rows), float)
    return Raster(
        times=times[kept],
        rows=rows[kept],
        gids=np.nan_to_num(gids[kept], nan=-1).astype(np.int64),
        groups=group_of_row[rows[kept]],
        labels=tuple(map(str, names)),
        sizes=cells,
        row_count=int(cells.sum()),
        time_range=(float(span[0]), float(span[1])),
        cells=np.arange(int(cells.sum())),
    )


def renamed(labels: Sequence[str], names: Mapping[str, str] | Sequence[str] | None) -> list[str]:
    """Labels as a user wants them: by label, or one for each."""
    if isinstance(names, Mapping):
        return [names.get(label, label) for label in labels]
    return [*map(str, names), *labels[len(names) :]] if names else list(labels)


def read(path: str) -> Any:
    """What was saved in a .pkl or .json file."""
    file = Path(path)
    try:
        if file.suffix == ".json":
            return json.loads(file.read_text())
        if file.suffix == ".pkl":
            return pickle.loads(file.read_bytes())
    except OSError as error:
        raise FileError(f"{path}: {error}") from error
    raise FileError(f"{path}: expected a file that ends in .pkl or .json")


def _as_mapping(given: Any) -> Mapping[str, Any]:
    if isinstance(given, Mapping):
        return given
    return dict(zip(("spkTimes", "spkInds", "popNumCells", "popLabels"), given, strict=False))


def _first_of(*values: Any) -> Any:
    return next(value for value in values if value is not None)
