"""Fields around cells as stimuli of type XStim: bmtk's xstim and comsol, BlueBrain's uniform field.

bmtk changes the potential after each time step, so that it holds during the next one, and acts on all cells
with sections, whatever the node set (bionet/modules/xstim.py, comsol.py).
"""

import csv
import math
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from netspec.errors import FileError, did_you_mean
from netspec.formats.sonata import config as configs
from netspec.formats.sonata.config import Config
from netspec.formats.sonata.limits import is_number
from netspec.plan.rotation import matrix

Floats = NDArray[np.float64]
Values = dict[str, Any]

RESISTIVITY = 300.0
"""Of the tissue, where an input does not say [Ohm cm]."""
SHAPES = {"sin": ("amp", "del", "dur", "freq"), "dc": ("amp", "del", "dur")}
E_FIELD = "spatially_uniform_e_field"
MODULES = ("xstim", "comsol", E_FIELD)


def sources(config: Config, label: str, entry: Mapping[str, Any]) -> list[Values]:
    """The stimSourceParams that an input stands for."""
    steps = math.ceil(float(config.run.get("tstop", 0.0)) / _step(config)) + 1
    made = {"xstim": _electrodes, "comsol": _solutions, E_FIELD: _uniform}[str(entry["module"])]
    return made(config, label, entry, _step(config) * np.arange(steps, dtype=float))


def _step(config: Config) -> float:
    return float(config.run.get("dt", 0.1))


def _xstim(field: Values, times: Floats, signal: Any) -> Values:
    waveform = {"type": "external", "time": times.tolist(), "signal": signal, "held": True}
    return {"type": "XStim", "field": {**field, "cells": "soma"}, "waveform": waveform}


def _electrodes(config: Config, label: str, entry: Mapping[str, Any], times: Floats) -> list[Values]:
    """A point source for each point of each electrode's mesh, with its share of the current."""
    key = f"inputs.{label}"
    path = config.file(f"{key}.positions_file", entry.get("positions_file"))
    signal = _shape(config, entry.get("waveform"), f"{key}.waveform", times)
    signal[:1] = 0.0  # the first step is made before the potential is set
    sigma = 100.0 / float(entry.get("resistance", RESISTIVITY))
    folder = Path(str(entry.get("mesh_files_dir") or path.parent))
    folder = folder if folder.is_absolute() else config.path.parent / folder
    found = []
    for row in _rows(path):
        place, angles = (
            [_field(row, name, path) for name in names]
            for names in (("pos_x", "pos_y", "pos_z"), ("rotation_x", "rotation_y", "rotation_z"))
        )
        mesh = _mesh(config, row.get("electrode_mesh_file"), folder, f"{key}.mesh_files_dir")
        mesh = mesh @ matrix(angles).T
        shared = (signal / len(mesh)).tolist()
        for point in (mesh - mesh.mean(axis=0) + place).tolist():
            found.append(_xstim({"class": "pointSource", "location": point, "sigma": sigma}, times, shared))
    return found


def _mesh(config: Config, name: Any, folder: Path, key: str) -> Floats:
    """Points of an electrode: (points, 3) [um]; one, if it has no mesh."""
    if name in (None, "", "NULL"):
        return np.zeros((1, 3))
    path = config.file(key, str(name), folder)
    return np.array([[_field(row, f"{axis}_pos", path) for axis in "xyz"] for row in _rows(path)])


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file, delimiter=" ", skipinitialspace=True))
    if not rows:
        raise FileError(f"{path}: there is no row in it")
    return rows


def _field(row: Mapping[str, str], name: str, path: Path) -> float:
    try:
        return float(row[name])
    except (KeyError, TypeError, ValueError) as error:
        raise FileError(f"{path}: {name}: expected a number in each row ({error!r})") from error


def _shape(config: Config, given: Any, key: str, times: Floats) -> Floats:
    """The course of a waveform: a mapping, or a file with one, or a table of time and amplitude."""
    if isinstance(given, str):
        path = config.file(key, given)
        if path.suffix == ".csv":
            return np.interp(times, *_table(path))
        given = configs.load(path)
    if not isinstance(given, Mapping) or str(given.get("shape")).lower() not in SHAPES:
        word = given.get("shape") if isinstance(given, Mapping) else given
        raise FileError(f"{config.path}: {key}.shape: {word!r}. {did_you_mean(str(word), SHAPES)}")
    shape = str(given["shape"]).lower()
    for name in SHAPES[shape]:
        if not is_number(given.get(name)):
            raise FileError(f"{config.path}: {key}.{name}: expected a number, got {given.get(name)!r}")
    amp, start, stop = float(given["amp"]), float(given["del"]), float(given["del"]) + float(given["dur"])
    course = np.full(len(times), amp)
    if shape == "sin":
        angle = 2 * np.pi * float(given["freq"]) / 1000 * times + float(given.get("phase", np.pi))
        course = amp * np.sin(angle) + float(given.get("offset", 0.0))
    return np.where((times > start) & (times < stop), course, 0.0)


def _table(path: Path) -> tuple[Floats, Floats]:
    rows = _rows(path)
    times, amplitudes = (
        np.array([_field(row, name, path) for row in rows]) for name in ("time", "amplitude")
    )
    return times, amplitudes


def _solutions(config: Config, label: str, entry: Mapping[str, Any], times: Floats) -> list[Values]:
    """Potentials that COMSOL has solved: in space, each with a waveform, or in space and time."""
    key = f"inputs.{label}"
    files, amplitudes = (_listed(entry.get(name, 1.0)) for name in ("comsol_files", "amplitudes"))
    waves = entry.get("waveforms")
    paths = [config.file(f"{key}.comsol_files", name) for name in files]
    if waves is None:
        return [_moving(path, float(amplitudes[0]), times) for path in paths[:1]]
    courses = [_periodic(config.file(f"{key}.waveforms", name), times) for name in _listed(waves)]
    amplitudes = amplitudes * len(paths) if len(amplitudes) == 1 else amplitudes
    if not len(paths) == len(courses) == len(amplitudes):
        lengths = f"{len(paths)} comsol_files, {len(courses)} waveforms, {len(amplitudes)} amplitudes"
        raise FileError(f"{config.path}: {key}: expected as many of each, got {lengths}")
    found = []
    for path, course, amplitude in zip(paths, courses, amplitudes, strict=True):
        points, _, values = comsol(path)
        field = {"class": "nodes", "points": points.tolist(), "values": values[:1].tolist()}
        found.append(_xstim(field, times, [(course * float(amplitude)).tolist()]))
    return found


def _listed(value: Any) -> list[Any]:
    return list(value) if isinstance(value, list) else [value]


def _late(course: Floats, period: int) -> Floats:
    """What bmtk has in each time step of a course that is repeated: one step late, 0 in the first."""
    steps = np.arange(len(course)) - 1
    return np.where(steps < 0, 0.0, course[np.maximum(steps, 0) % period])


def _periodic(path: Path, times: Floats) -> Floats:
    given, amplitudes = _table(path)
    step = times[1] if len(times) > 1 else 1.0
    period = (given[-1] - given[0]) / step + 1
    steps = np.arange(len(times)) - 1
    moments = np.where(steps < 0, 0.0, np.maximum(steps, 0) % period) * step
    return np.where(steps < 0, 0.0, np.interp(moments, given, amplitudes))


def _moving(path: Path, amplitude: float, times: Floats) -> Values:
    """A solution in time: each node's own course, on lines between the times that there are, repeated."""
    points, moments, values = comsol(path)
    if len(moments) < 2:
        raise FileError(f"{path}: expected potentials at two or more times; `waveforms` says what others do")
    step = times[1] if len(times) > 1 else 1.0
    clock = np.arange(moments[0], moments[-1] + step, step)
    hats = [np.interp(clock, moments, row) for row in np.eye(len(moments))]
    period = int((clock[-1] - clock[0]) / step)
    rows = [_late(np.resize(hat, max(len(times), len(hat))), period)[: len(times)].tolist() for hat in hats]
    field = {"class": "nodes", "points": points.tolist(), "values": (values * amplitude).tolist(),
             "interpolation": "nearest"}  # fmt: skip
    return _xstim(field, times, rows)


def comsol(path: Path) -> tuple[Floats, Floats, Floats]:
    """Nodes (n, 3) [um], times [ms] and potentials (times, n) [mV] of a text file that COMSOL has written."""
    lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    head = [line for line in lines if line.startswith("%")]
    try:
        data = np.array([line.split() for line in lines if line.strip() and not line.startswith("%")], float)
        names = re.split(r"\s{3,}", head[-1].strip())[3:]
        factor = 1000.0 if names[0].split("(")[1].startswith("V") else 1.0
        moments = [1000.0 * float(name.split("=")[-1]) if "=" in name else 0.0 for name in names]
        if data.ndim != 2 or data.shape[1] != 3 + len(names):
            raise ValueError(f"{len(names)} columns of potentials, but rows have the shape {data.shape}")
    except (IndexError, ValueError) as error:
        message = "expected a header with % and rows x y z potential"
        raise FileError(f"{path}: {message}: {error}") from error
    return data[:, :3], np.array(moments), factor * data[:, 3:].T


def _uniform(config: Config, label: str, entry: Mapping[str, Any], times: Floats) -> list[Values]:
    """Fields that are the same everywhere and follow a cosine; their potential is 0 at each cell's soma."""
    key, found = f"inputs.{label}", []
    ramps = [float(entry.get(f"ramp_{way}_time", 0.0)) for way in ("up", "down")]
    try:
        start, duration = float(entry["delay"]), float(entry["duration"])
        fields = [
            (
                [float(each[f"E{axis}"]) for axis in "xyz"],
                float(each["frequency"]),
                float(each.get("phase", 0.0)),
            )
            for each in entry["fields"]
        ]
    except (KeyError, TypeError, ValueError) as error:
        message = "expected delay, duration and fields with Ex, Ey, Ez and frequency"
        raise FileError(f"{config.path}: {key}: {message}: {error!r}") from error
    t = times + _step(config) / 2 - start  # the middle of the step, which neurodamus takes
    total = sum(ramps) + duration
    share = np.interp(
        t,
        [0.0, ramps[0], ramps[0] + duration, total],
        [0.0 if ramps[0] else 1.0, 1, 1, 0.0 if ramps[1] else 1.0],
    )
    share = np.where((t > 0) & (t < total), share, 0.0)
    for vector, frequency, phase in fields:
        strength = float(np.linalg.norm(vector))
        if not strength:
            continue
        theta = math.degrees(math.acos(vector[1] / strength))
        angles = [math.degrees(math.atan2(vector[2], vector[0])), theta]
        course = strength * share * np.cos(2 * np.pi * frequency / 1000 * t + phase)
        field = {"class": "uniform", "fieldDirection": angles, "referencePoint": "soma", "places": "starts"}
        found.append(_xstim(field, times, course.tolist()))
    return found
