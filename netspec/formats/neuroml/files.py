"""Results as the files of a LEMS simulation: columns of numbers, and times of events, in SI units."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from netspec.errors import StateError
from netspec.formats.files import whole
from netspec.results import Results

SECOND = 1e-3


def write(results: Results, asked: Sequence[Mapping[str, Any]], folder: Path) -> list[str]:
    """The paths of what is written. asked: saveLems; folder: of relative file names."""
    paths = []
    for entry in asked:
        path = folder / str(entry["file"])
        path.parent.mkdir(parents=True, exist_ok=True)
        lines = _events(results, entry) if "events" in entry else _columns(results, entry["columns"])
        with whole(str(path)) as part:
            part.write_text("".join(lines), encoding="utf-8")
        paths.append(str(path))
    return paths


def _columns(results: Results, columns: Sequence[Sequence[Any]]) -> list[str]:
    """Lines of the time [s] and a value of each column, each followed by a tab."""
    table = [[f"{time:.8g}" for time in (results.time * SECOND).tolist()]]
    for label, gid, factor in columns:
        trace = results.traces.get(label, {}).get(gid)
        if trace is None:
            raise StateError(f"simConfig.saveLems: {label!r} of cell {gid} was not recorded")
        table.append(_text(np.asarray(trace) * factor))
    return ["\t".join(row) + "\t\n" for row in zip(*table, strict=True)]


def _text(values: NDArray[Any]) -> list[str]:
    """Numbers in single precision, in as few digits as tell them apart."""
    found: list[str] = np.asarray(values, np.float32).astype("U16").tolist()
    return found


def _events(results: Results, entry: Mapping[str, Any]) -> list[str]:
    """Lines with the id of a selection and the time [s] of each of its spikes, by time."""
    ids = {int(gid): str(name) for name, gid in entry["events"]}
    times, gids = results.spikes["time"], results.spikes["gid"]
    chosen = np.flatnonzero(np.isin(gids, list(ids)))
    chosen = chosen[np.lexsort([gids[chosen], times[chosen]])]
    form = "{1}\t{0}\n" if entry.get("format") == "TIME_ID" else "{0}\t{1}\n"
    rows = zip(gids[chosen].tolist(), times[chosen].tolist(), strict=True)
    return [form.format(ids[gid], f"{time * SECOND:.12g}") for gid, time in rows]
