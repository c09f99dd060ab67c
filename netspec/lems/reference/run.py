"""A simulation of a LEMS file: its columns and events, and the files that it asks for."""

import ctypes
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from netspec.errors import NetspecError, SpecError, did_you_mean
from netspec.lems import check
from netspec.lems.model import Component
from netspec.lems.reference import library, tables
from netspec.lems.reference.instances import Instance, Maker, wrong
from netspec.lems.reference.structure import follow
from netspec.lems.resolve import Resolved

log = logging.getLogger("netspec")
CHUNK = 20000
"""Steps between two looks at the results, and at whether the user wants to stop."""
WIDEST = 18


@dataclass(frozen=True, eq=False)
class Output:
    """What a simulation recorded, SI units.

    times: (rows,) [s]. columns: path of a quantity -> (rows,). events: per event file, (times [s], ids).
    written: the files.
    """

    times: np.ndarray
    columns: dict[str, np.ndarray]
    events: dict[str, tuple[np.ndarray, np.ndarray]]
    written: list[Path]


def run(path: Path | str, folder: Path | str = ".", seed: int = 1) -> Output:
    """Run the simulation of a LEMS file and write its files; names of files count from a folder.

    SpecError with file and line of what is wrong or not supported.
    """
    found = check.components(Path(path))
    if found.findings.problems:
        raise SpecError(found.findings.problems)
    return simulate(found, Path(folder), seed)


def simulate(found: Resolved, folder: Path, seed: int = 1) -> Output:
    """The same for components that were read."""
    simulation = _simulation(found)
    target = found.named(simulation.get("target"))
    if target is None:
        raise wrong(simulation.place, f"no component {simulation.get('target')!r} to simulate")
    root = Maker(found).tree(target)
    files = simulation.all("OutputFile")
    selections = [s for file in simulation.all("EventOutputFile") for s in file.all("EventSelection")]
    recorders = [_selection(selection, root) for selection in selections]
    made = tables.make(root, recorders, seed)
    quantities = _quantities(simulation, root)
    functions = library.load(made.layouts)
    dt, steps = simulation.values["step"], round(simulation.values["length"] / simulation.values["step"])
    rows, times, which = _advance(functions, made, dt, steps, list(quantities.values()))
    at = {name: k + 1 for k, name in enumerate(quantities)}
    written = [_write(functions, rows, [0, *_columns(file, at)], folder, file) for file in files]
    events = {}
    for file in simulation.all("EventOutputFile"):
        chosen = [selections.index(s) for s in file.all("EventSelection")]
        events[file.id] = _events(file, chosen, selections, times, which)
        written.append(_write_events(functions, file, *events[file.id], folder))
    columns = {name: rows[:, place] for name, place in at.items()}
    return Output(rows[:, 0], columns, events, written)


def _simulation(found: Resolved) -> Component:
    named = [e.get("component") for root, _ in found.document.roots for e in root.all("Target")]
    known = [c for c in found.top if c.is_a("Simulation")]
    chosen = next((c for c in known if c.id in named), known[0] if known else None)
    if chosen is None:
        raise NetspecError(f"{found.document.path}: reference mode runs a LEMS file with a <Simulation>")
    return chosen


def _quantities(simulation: Component, root: Instance) -> dict[str, int]:
    """Where in the memory each recorded quantity is: columns of files, and lines of displays."""
    found = {}
    for output in (*simulation.all("OutputFile"), *simulation.all("Display")):
        for line in output.all("OutputColumn", "Line"):
            path = line.get("quantity") or ""
            found[path] = _quantity(path, line, root)
    return found


def _quantity(path: str, line: Component, root: Instance) -> int:
    *_, last = path.split("/")
    holder = follow(path[: -len(last)].rstrip("/"), root)
    place = holder.read(last) if holder else None
    if place is None:
        known = [] if holder is None else [*holder.layout.exposed, *holder.layout.slots]
        raise wrong(line.place, f"nothing at {path!r}. {did_you_mean(last, known)}")
    return place


def _selection(selection: Component, root: Instance) -> tuple[Instance, int]:
    path, name = selection.get("select") or "", selection.get("eventPort")
    cell = follow(path, root)
    port = cell.layout.port(name, "out") if cell else None
    if cell is None or port is None:
        raise wrong(
            selection.place, f"nothing at {path!r}" if cell is None else f"{path!r} has no port {name!r}"
        )
    return cell, port


def _advance(
    functions: ctypes.CDLL, made: tables.Tables, dt: float, steps: int, places: Sequence[int]
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Rows of (time, quantities), the first before all steps; times and numbers of recorded events."""
    width = len(places) + 1
    rows, column = np.empty((steps + 1, width)), np.array([*places, 0], np.int32)
    functions.begin(made.pointers(), made.scheduled, ctypes.c_double(dt))
    for done in range(0, steps + 1, CHUNK):
        count, first = min(CHUNK, steps + 1 - done), done == 0
        functions.advance(
            ctypes.c_long(count - first), int(first), _pointer(rows[done:]), len(places), _pointer(column)
        )
        bad = ~np.isfinite(rows[done : done + count]).all(axis=1)
        if bad.any():
            time = rows[done + int(bad.argmax()), 0]
            raise NetspecError(f"at {1e3 * time:.6g} ms a recorded quantity is no number: try a smaller step")
    return rows, *_recorded(functions)


def _pointer(array: np.ndarray) -> ctypes.c_void_p:
    return ctypes.c_void_p(array.ctypes.data)


def _recorded(functions: ctypes.CDLL) -> tuple[np.ndarray, np.ndarray]:
    count = functions.events(None, None, ctypes.c_long(-1))
    times, which = np.empty(count), np.empty(count, np.int32)
    functions.events(_pointer(times), _pointer(which), ctypes.c_long(count))
    return times, which


def _columns(file: Component, at: dict[str, int]) -> list[int]:
    return [at[column.get("quantity") or ""] for column in file.all("OutputColumn")]


def _lines(functions: ctypes.CDLL, rows: np.ndarray, columns: Sequence[int]) -> list[bytes]:
    """The rows as the reference writes them, in pieces."""
    chosen, pieces = np.array(columns, np.int32), []
    for first in range(0, len(rows), CHUNK):
        part = rows[first : first + CHUNK]
        text = ctypes.create_string_buffer(len(part) * (WIDEST * len(columns) + 1))
        size = functions.lines(
            _pointer(part), ctypes.c_long(len(part)), rows.shape[1], _pointer(chosen), len(columns), text
        )
        pieces.append(text.raw[:size])
    return pieces


def _write(
    functions: ctypes.CDLL, rows: np.ndarray, columns: Sequence[int], folder: Path, file: Component
) -> Path:
    place = _place(folder, file)
    with place.open("wb") as stream:
        stream.writelines(_lines(functions, rows, columns))
    return place


def _place(folder: Path, file: Component) -> Path:
    place = folder / (file.get("path") or "") / (file.get("fileName") or f"{file.id}.dat")
    place.parent.mkdir(parents=True, exist_ok=True)
    return place


def _events(
    file: Component, chosen: list[int], selections: list[Component], times: np.ndarray, which: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    mine = np.isin(which, chosen)
    return times[mine], np.array([selections[k].id for k in which[mine]], dtype=object)


def _write_events(
    functions: ctypes.CDLL, file: Component, times: np.ndarray, ids: np.ndarray, folder: Path
) -> Path:
    place, first = _place(folder, file), file.get("format") != "ID_TIME"
    text = b"".join(_lines(functions, np.ascontiguousarray(times.reshape(-1, 1)), [0])).decode()
    pairs = zip(text.split(), ids, strict=True)
    place.write_text("".join(f"{t}\t{i}\n" if first else f"{i}\t{t}\n" for t, i in pairs))
    return place
