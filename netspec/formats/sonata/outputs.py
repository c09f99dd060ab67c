"""Results as SONATA's files: spikes, a report per trace, potentials; and such files of any tool read back."""

import math
import warnings
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from netspec.errors import FileError, NetspecWarning
from netspec.formats.sonata import columns, report_files, spikes
from netspec.formats.sonata.config import Config
from netspec.formats.sonata.export.templates import ordered
from netspec.formats.sonata.limits import is_number
from netspec.formats.sonata.report_files import Potentials, Report
from netspec.formats.sonata.spikes import Spikes
from netspec.plan import Plan
from netspec.results import Results
from netspec.units import UNIT

CURRENT = "mA/cm2"
TIE = 1e-9
"""Times [ms] that differ by less are the same."""
POTENTIALS = "LFP"
"""The signal that is written as potentials at electrodes."""


@dataclass(frozen=True)
class Recorded:
    """What files of results hold. spikes, reports: by population (reports: by file's name first)."""

    spikes: Mapping[str, Spikes] = field(default_factory=dict)
    reports: Mapping[str, Mapping[str, Report]] = field(default_factory=dict)
    potentials: Mapping[str, Potentials] = field(default_factory=dict)


@dataclass(frozen=True)
class Places:
    """Where results go. reports: files by label, where it is not the label. double: precision of reports.

    windows: first and last time [ms] of what is written, by label.
    """

    folder: Path
    spikes: str = "spikes.h5"
    reports: Mapping[str, str] = field(default_factory=dict)
    double: bool = False
    windows: Mapping[str, tuple[float, float]] = field(default_factory=dict)

    def report(self, label: str) -> Path:
        """The file of a trace or signal."""
        return self.folder / self.reports.get(label, f"{label.replace('/', '_')}.h5")


def write(results: Results, places: Places) -> list[str]:
    """The paths of what is written: spikes, a report for each label of recordTraces, potentials."""
    names, ids = node_ids(results.plan)
    paths = [_write_spikes(results, places, names, ids)]
    for name, labels in _together(results).items():
        made = [_within(each, places.windows.get(name)) for each in _reports(results, labels, names, ids)]
        paths.append(report_files.write(places.report(name), made, places.double))
    if (signal := results.signals.get(POTENTIALS)) is not None and signal.values.shape[1]:
        channels = np.arange(signal.values.shape[1])
        given = Potentials(signal.time, signal.values, channels, signal.unit)
        paths.append(report_files.write_potentials(places.report("ecp"), given))
    return paths


def _within(report: Report, window: tuple[float, float] | None) -> Report:
    """The samples of a report from one time on and before another."""
    if window is None:
        return report
    kept = (report.times >= window[0] - TIE) & (report.times < window[1] - TIE)
    return replace(report, times=report.times[kept], values=report.values[kept])


def read(folder: str | Path) -> Recorded:
    """All results in the HDF5 files of a folder, or in one file: each by what it holds."""
    folder = Path(folder)
    if not folder.exists():
        raise FileError(f"{folder}: no such file or folder")
    found = Recorded({}, {}, {})
    for path in sorted(folder.glob("*.h5")) if folder.is_dir() else [folder]:
        with columns.opened(path) as file:
            keys = frozenset(file)
        if "spikes" in keys:
            found = Recorded({**found.spikes, **spikes.read_all(path)}, found.reports, found.potentials)
        elif "report" in keys or "mapping" in keys:
            made = {name: report_files.read(path, name) for name in report_files.populations(path)}
            found = Recorded(found.spikes, {**found.reports, path.stem: made}, found.potentials)
        elif "ecp" in keys or "channel_id" in keys:
            own = {path.stem: report_files.read_potentials(path)}
            found = Recorded(found.spikes, found.reports, {**found.potentials, **own})
        elif not folder.is_dir():
            raise FileError(f"{path}: there are neither spikes nor report nor ecp in it, but {sorted(keys)}")
    if not (found.spikes or found.reports or found.potentials):
        raise FileError(f"{folder}: there is no file with spikes, report or ecp")
    return found


def places(config: Config, anywhere: bool = False) -> Places:
    """Where a simulation's config wants its results.

    FileError for a folder outside the config's own, unless `anywhere`, and for a file outside that folder.
    """
    home = config.path.parent.resolve()
    named = config.output.get("output_dir", "output")
    if not isinstance(named, str) or not named:
        raise FileError(f"{config.path}: output.output_dir: expected a folder, got {named!r}")
    folder = (home / named).resolve()
    if not anywhere and not folder.is_relative_to(home):
        raise FileError(
            f"{config.path}: output.output_dir: {folder} is outside {home}, where the config is; "
            "`anywhere` allows it"
        )
    files = {
        label: _inside(folder, entry.get("file_name", f"{label}.h5"), f"reports.{label}.file_name", config)
        for label, entry in config.reports.items()
    }
    own = _inside(folder, config.output.get("spikes_file", "spikes.h5"), "output.spikes_file", config)
    if config.output.get("log_file"):
        _inside(folder, config.output["log_file"], "output.log_file", config)
    return Places(folder, own, files, windows=_windows(config))


def _windows(config: Config) -> dict[str, tuple[float, float]]:
    """From when on and until when each report is, where it says so [ms]."""
    found = {}
    for label, entry in config.reports.items():
        given = [entry.get(name) for name in ("start_time", "end_time")]
        for name, value in zip(("start_time", "end_time"), given, strict=True):
            if value is not None and not is_number(value):
                raise FileError(f"{config.path}: reports.{label}.{name}: expected a number, got {value!r}")
        start, stop = (None if value is None else float(value) for value in given)
        tstop = float(config.run.get("tstop", math.inf))
        if stop is not None and stop > tstop + TIE:
            raise FileError(
                f"{config.path}: reports.{label}.end_time: {stop:g} is after the end, {tstop:g} ms"
            )
        if start or (stop is not None and stop < tstop):
            found[label] = start or 0.0, math.inf if stop is None or stop >= tstop else stop
    return found


def _inside(folder: Path, name: Any, key: str, config: Config) -> str:
    """The name of a file, which must be below the folder."""
    if not isinstance(name, str) or not name:
        raise FileError(f"{config.path}: {key}: expected the name of a file, got {name!r}")
    path = (folder / name).resolve()
    if path == folder or not path.is_relative_to(folder):
        raise FileError(f"{config.path}: {key}: {path} is outside output_dir, {folder}")
    path = path if path.suffix in (".h5", ".hdf5") or "log" in key else path.with_name(f"{path.name}.h5")
    return str(path.relative_to(folder))


def node_ids(plan: Plan) -> tuple[NDArray[Any], NDArray[np.int64]]:
    """Of each cell: the name of its population of nodes, and its id there.

    A cell that came from a circuit keeps both (its tags population and node_id); others have the population's
    label and their place in it.
    """
    table = plan.cells.table
    labels = np.empty(len(plan.cells.populations), object)
    labels[:] = [population.label.replace("/", "_") for population in plan.cells.populations]
    names = labels[table["population"]]
    ids = table["index"].astype(np.int64)
    own, circuit = plan.cells.tag("node_id"), plan.cells.tag("population")
    if own is not None and circuit is not None:
        known = np.array([a is not None and b is not None for a, b in zip(own, circuit, strict=True)], bool)
        names[known] = circuit[known]
        ids[known] = own[known].astype(np.int64)
    pairs = list(zip(names.tolist(), ids.tolist(), strict=True))
    if len(set(pairs)) != len(pairs):
        twice = next(pair for k, pair in enumerate(pairs) if pair in pairs[:k])
        raise FileError(
            f"two cells would be node {twice[1]} of {twice[0]!r}: "
            "their tags population and node_id must differ"
        )
    return names, ids


def _write_spikes(results: Results, places: Places, names: NDArray[Any], ids: NDArray[np.int64]) -> str:
    rows = results.plan.cells.positions(results.spikes["gid"])
    time, node, population = results.spikes["time"], ids[rows], names[rows]
    parts = {name: population == name for name in dict.fromkeys(names.tolist())}
    given = {name: (node[mask], time[mask]) for name, mask in parts.items()}
    return spikes.write(places.folder / places.spikes, given)


def _together(results: Results) -> dict[str, list[str]]:
    """Labels of traces by the report that they are of: 'v' has 'v' and 'v:dend(0.5)', where that is."""
    found: dict[str, list[str]] = {}
    for label, traces in results.traces.items():
        if not traces:
            continue
        if label in results.times:
            message = f"simConfig.saveSonata: {label!r} is not written: its samples are not evenly spaced"
            warnings.warn(message, NetspecWarning, stacklevel=2)
            continue
        entry = results.plan.model.spec.simulation.record_traces.get(label, {})
        place = f":{entry.get('sec')}({float(entry.get('loc', 0.5)):g})"
        found.setdefault(label.removesuffix(place), []).append(label)
    return found


def _reports(
    results: Results, labels: list[str], names: NDArray[Any], ids: NDArray[np.int64]
) -> list[Report]:
    """The traces of some labels as one report per population."""
    entries = results.plan.model.spec.simulation.record_traces
    found: dict[str, list[tuple[int, int, float, NDArray[np.float64]]]] = {}
    for label in labels:
        for gid, trace in results.traces[label].items():
            row = int(results.plan.cells.positions([gid])[0])
            several = trace.items() if isinstance(trace, Mapping) else ((None, trace),)
            for key, samples in several:
                section, place = _place(results.plan, row, entries.get(label, {}), key)
                found.setdefault(names[row], []).append((int(ids[row]), section, place, samples))
    entry = entries.get(labels[0], {})
    variable = str(entry.get("var", "v"))
    made = []
    for name, elements in found.items():
        nodes, sections, positions, values = zip(*elements, strict=True)
        columns_of = (np.array(nodes, np.int64), np.array(sections, np.int64), np.array(positions, float))
        unit = _unit(entry, variable)
        made.append(Report(name, results.time, np.stack(values, axis=1), *columns_of, variable, unit))
    return made


def _place(plan: Plan, row: int, entry: Mapping[str, Any], key: str | None) -> tuple[int, float]:
    """Number of a trace's section in the cell, and position. Artificial cells are one point."""
    code = int(plan.cells.table["template"][row])
    name, location = entry.get("sec"), float(entry.get("loc", 0.5))
    if key is not None:
        name, _, text = key.rpartition("_")
        location = float(text)
    if code < 0 or name is None:
        return 0, 0.5
    template = plan.templates[code]
    of_circuit = {"node_id", "population"} <= plan.cells.tags.get(row, {}).keys()
    # A circuit has given its sections numbers; others get those that an export gives them.
    return list(template.sections if of_circuit else ordered(template)).index(name), location


def _unit(entry: Mapping[str, Any], variable: str) -> str:
    """Unit of a recorded variable, as far as NEURON's conventions tell."""
    point = any(entry.get(kind) for kind in ("synMech", "stim", "pointp"))
    if variable[:1] == "i" and not point and not entry.get("mech"):
        return CURRENT
    return UNIT.get(variable, "")
