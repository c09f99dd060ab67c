"""Runs a model's script with one of the two packages, then writes what its `sim` holds.

    python run_model.py PACKAGE FOLDER DURATION SCRIPT [ARGUMENT ...]    DURATION: [ms], or - for the model's

Every rank writes its cells, one per line and in order of gid, and its costs; rank 0 the gathered data.
Nothing but the standard library is imported here, since it also runs where only NetPyNE is installed.
"""

import importlib
import json
import os
import resource
import runpy
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

CONNECTION = ("preGid", "preLabel", "sec", "loc", "synMech", "weight", "delay", "label")
"""What of a connection is compared."""
LIVE = ("hObj", "hRandom", "hSTDP", "hSTDPprecon", "hSTDPpstcon")


def main() -> None:
    package, folder, duration, script, *arguments = sys.argv[1:]
    sim, specs = modules(package)
    if duration != "-":
        fix_duration(specs.SimConfig, float(duration))
    built = watch()
    begin = time.process_time()
    run(script, arguments)
    costs = {"build": built[0] - begin if built else None, "seconds": time.process_time() - begin}
    write(sim, Path(folder), {**costs, "peak": peak()})


def modules(package: str) -> tuple[ModuleType, ModuleType]:
    """The package's sim and specs, with NEURON and MPI started: that is no part of building a model."""
    if package == "netspec":
        importlib.import_module("netspec.neuron.ranks").start()
    return importlib.import_module(f"{package}.sim"), importlib.import_module(f"{package}.specs")


def fix_duration(kind: type, duration: float) -> None:
    """Let nothing that a script does change the duration [ms] of a simulation."""
    assign = kind.__setattr__

    def keep(self: Any, name: str, value: Any) -> None:
        assign(self, name, duration if name == "duration" else value)

    kind.__setattr__ = keep  # type: ignore[assignment]


def watch() -> list[float]:
    """A list that gets the CPU time [s] whenever NEURON initialises: the first time, all is built."""
    from neuron import h

    moments: list[float] = []
    handler = h.FInitializeHandler(0, lambda: moments.append(time.process_time()))
    KEPT.append(handler)
    return moments


KEPT: list[Any] = []
"""NEURON forgets a handler that nobody holds."""


def run(script: str, arguments: list[str]) -> None:
    sys.argv = [script, *arguments]
    sys.path[:0] = [os.path.dirname(os.path.abspath(script)), os.getcwd()]
    try:
        runpy.run_path(script, run_name="__main__")
    except SystemExit as stop:
        if stop.code not in (None, 0):
            raise


def peak() -> int:
    """The most memory [bytes] that this process has had."""
    status = Path("/proc/self/status")
    if status.exists():
        lines = dict(line.split(":", 1) for line in status.read_text().splitlines())
        return 1024 * int(lines["VmHWM"].split()[0])
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def write(sim: Any, folder: Path, costs: dict[str, Any]) -> None:
    """cells.RANK.txt (gid, tab, JSON), costs.RANK.json and data.json."""
    connections = 0
    if not gathered(sim):
        sim.gatherData()
    compact = sim.cfg.compactConnFormat or CONNECTION
    with (folder / f"cells.{sim.rank}.txt").open("w") as file:
        for each in sorted(sim.net.cells, key=lambda each: int(each.gid)):
            found = cell(each, compact)
            connections += len(found["connections"])
            file.write(f"{int(each.gid)}\t{json.dumps(found, default=plain)}\n")
    counts = {"cells": len(sim.net.cells), "connections": connections}
    (folder / f"costs.{sim.rank}.json").write_text(json.dumps({**costs, **counts}))
    if sim.rank == 0:
        data = {str(key): pure(value) for key, value in sim.allSimData.items()}
        (folder / "data.json").write_text(json.dumps(data, default=plain))


def gathered(sim: Any) -> bool:
    """Whether rank 0 has the data of all ranks; the same answer on every rank."""
    found = len(getattr(sim, "allSimData", None) or ()) > 0
    return sim.pc.py_broadcast(found, 0) if sim.nhosts > 1 else found


def cell(live: Any, compact: Sequence[str]) -> dict[str, Any]:
    """Tags, connections and stimuli. compact: what saved connections, which may be lists, are lists of."""
    stims = [{key: value for key, value in pure(stim).items() if value != {}} for stim in live.stims]
    conns = [dict(zip(compact, conn, strict=True)) if isinstance(conn, list) else conn for conn in live.conns]
    names = [key for key in CONNECTION if key in compact]
    conns = [{key: conn.get(key) for key in names} for conn in conns]
    return {"tags": pure(live.tags), "connections": pure(conns), "stimuli": stims}


def pure(value: Any) -> Any:
    """The same as plain data, without NEURON's objects."""
    if hasattr(value, "items"):
        return {str(key): pure(item) for key, item in value.items() if key not in LIVE}
    if isinstance(value, list | tuple):
        return [pure(item) for item in value]
    return value


def plain(value: Any) -> Any:
    """JSON for numpy's and NEURON's numbers and vectors."""
    for name in ("tolist", "item", "to_python"):
        if hasattr(value, name):
            return getattr(value, name)()
    return repr(type(value))


if __name__ == "__main__":
    main()
