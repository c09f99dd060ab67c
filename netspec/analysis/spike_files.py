"""Spikes in other people's files: SONATA spike files and units of NWB."""

from pathlib import Path
from typing import Any

import numpy as np

from netspec.errors import FileError
from netspec.tables import Floats, Ints

Spikes = tuple[Floats, Ints, tuple[str, ...]]
MILLISECONDS = {"milliseconds": 1.0, "ms": 1.0, "seconds": 1000.0, "s": 1000.0}


def read(path: str | Path) -> Spikes:
    """Times [ms] and ids (n,) of the spikes of a file, by time, and what each id stands for.

    SONATA: '<population> <node id>' of the nodes that spike. NWB: 'unit <id>' of all units.
    """
    import h5py  # slow to import

    try:
        with h5py.File(path, "r") as file:
            if "spikes" in file:
                parts = _sonata(file["spikes"])
            elif "units" in file and "spike_times" in file["units"]:
                parts = _nwb(file["units"])
            else:
                raise FileError(f"{path}: neither /spikes of SONATA nor /units/spike_times of NWB is in it")
    except OSError as error:
        raise FileError(f"{path}: no HDF5 file can be read there ({error})") from error
    times, ids, labels = parts
    order = np.argsort(times, kind="stable")
    return times[order], ids[order], tuple(labels)


def _sonata(spikes: Any) -> tuple[Floats, Ints, list[str]]:
    """Of all populations; files of the first version of the format have none."""
    populations = {"": spikes} if "timestamps" in spikes else dict(spikes.items())
    times, ids, labels = [np.empty(0)], [np.empty(0, np.int64)], list[str]()
    for name, group in populations.items():
        unit = group["timestamps"].attrs.get("units", "milliseconds")
        unit = unit.decode() if isinstance(unit, bytes) else str(unit)
        if unit not in MILLISECONDS:
            raise FileError(f"/spikes/{name}/timestamps: the unit {unit!r} is none of {[*MILLISECONDS]}")
        nodes, place = np.unique(group["node_ids" if "node_ids" in group else "gids"][:], return_inverse=True)
        times.append(group["timestamps"][:].astype(float) * MILLISECONDS[unit])
        ids.append(place.astype(np.int64) + len(labels))
        labels += [f"{name} {node}".strip() for node in nodes.tolist()]
    return np.concatenate(times), np.concatenate(ids), labels


def _nwb(units: Any) -> tuple[Floats, Ints, list[str]]:
    stops = units["spike_times_index"][:].astype(np.int64)
    ids = np.repeat(np.arange(len(stops)), np.diff(stops, prepend=0))
    return units["spike_times"][:].astype(float) * 1000, ids, [f"unit {name}" for name in units["id"][:]]
