"""What the ranks of a run have recorded so far, in the folder in which they leave it window by window.

Each rank has a file `run_<rank>.h5` with results in which each array of a trace or of spikes is the number of
its column, and files `piece_<number>_<rank>.h5` with the columns of a window and with signals and weights.
"""

from collections.abc import Mapping, Sequence
from dataclasses import fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from netspec.errors import FileError
from netspec.formats import hdf5, tree
from netspec.results import shares
from netspec.tables import Floats, Table
from netspec.weights import Weights

if TYPE_CHECKING:
    from netspec.results import Results

Content = dict[str, Any]
COLUMNS = ("values", "offsets")
"""A window's columns, one after another, and where each begins."""


def file_of(folder: Path, rank: int) -> Path:
    """What a rank records, and its share of the plan."""
    return folder / f"run_{rank}.h5"


def piece_of(folder: Path, number: int, rank: int) -> Path:
    """A window of a rank."""
    return folder / f"piece_{number}_{rank}.h5"


def count(folder: Path, rank: int) -> int:
    """How many windows a rank has written."""
    number = 0
    while piece_of(folder, number, rank).is_file():
        number += 1
    return number


def columns(paths: Sequence[Path]) -> list[Floats]:
    """Each column of all windows. One window at a time is in memory beside them."""
    parts = [np.diff(np.asarray(hdf5.load(path, COLUMNS[1:])["offsets"])) for path in paths]
    found = [np.empty(length) for length in np.sum(parts, axis=0).tolist()]
    filled = np.zeros(len(found), int)
    for path in paths:
        values, offsets = hdf5.load(path, COLUMNS).values()
        for k, column in enumerate(np.split(np.asarray(values), np.asarray(offsets)[1:-1])):
            found[k][filled[k] : filled[k] + len(column)] = column
            filled[k] += len(column)
    return found


def others(paths: Sequence[Path], part: str) -> Any:
    """The `signals` or `weights` of all windows, None if there are none."""
    return tree.restore(hdf5.joined(paths, f"/{part}/")).get(part)


def load(folder: Path) -> "Results":
    """Results of all ranks, up to the last window that all of them have written."""
    ranks = 0
    while file_of(folder, ranks).is_file():
        ranks += 1
    expected = int(tree.restore(hdf5.load(file_of(folder, 0), ("ranks",)))["ranks"]) if ranks else 0
    if not ranks or ranks < expected:
        missing = file_of(folder, ranks).name
        raise FileError(f"{folder}: no whole run was left here (no {missing}); give a runFolder, or a file")
    windows = min(count(folder, rank) for rank in range(ranks))
    first = _of_rank(folder, 0, windows)
    if ranks == 1:
        return first
    more = (shares.of_rank(_of_rank(folder, rank, windows)) for rank in range(1, ranks))
    return replace(first, **shares.merge([shares.of_rank(first), *more], first.plan))


def _of_rank(folder: Path, rank: int, windows: int) -> "Results":
    """What one rank has recorded in the first windows."""
    from netspec.results import Results

    content = tree.restore(hdf5.load(file_of(folder, rank)))
    names = {f.name for f in fields(Results)} - {"plan", "counts"}
    empty = Results(shares.plan_from(content), **shares.columns_from({n: content[n] for n in names}))
    paths = [piece_of(folder, number, rank) for number in range(windows)]
    kept = columns(paths) if paths else []
    times, gids = (_filled(empty.spikes[name], kept) for name in ("time", "gid"))
    weights: Weights | None = empty.weights
    if weights is not None:
        time, values = others(paths, "weights") or (weights.time[:0], weights.values[:0])
        weights = replace(weights, time=time, values=values)
    until = tree.restore(hdf5.load(paths[-1], ("time",)))["time"] if paths else 0.0
    return replace(
        empty,
        spikes=Table({"time": times, "gid": gids.astype(np.int64)}),
        **{name: _filled(getattr(empty, name), kept) for name in ("time", "traces", "stims", "times")},
        signals=others(paths, "signals") or empty.signals,
        weights=weights,
        provenance={**empty.provenance, "until": until},
    )


def _filled(numbers: Any, columns: Sequence[Floats]) -> Any:
    """The same with the columns in place of their numbers."""
    if isinstance(numbers, Mapping):
        return {name: _filled(one, columns) for name, one in numbers.items()}
    return columns[int(numbers[0])] if len(numbers) and columns else np.empty(0)
