"""Builds and runs one network with one package and writes the cost of each phase as JSON.

    python measure.py PACKAGE CASE      PACKAGE: netpyne or netspec

CPU seconds of this process; memory in bytes. Runs in the environment of the package; needs nothing else.
"""

import contextlib
import gc
import importlib
import json
import resource
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from time import process_time
from typing import Any

from nets import case


def main() -> None:
    package, name = sys.argv[1:]
    with contextlib.redirect_stdout(sys.stderr):
        found = measure(package, name)
    print(json.dumps(found))


def measure(package: str, name: str) -> dict[str, Any]:
    """Seconds of each phase, bytes that the connections took, peak memory, counts."""
    cost: dict[str, Any] = {}
    with timed(cost, "import"):
        specs, sim = (importlib.import_module(f"{package}.{part}") for part in ("specs", "sim"))
    chosen = case(name)
    with timed(cost, "initialize"):
        sim.initialize(specs.NetParams(chosen.net), specs.SimConfig(chosen.cfg))
    phases(cost, sim)
    cost["connections"] = sim.totalSynapses - sum(
        "stimTargetParams" in chosen.net for _ in range(sim.numCells)
    )
    cost["cells_made"] = sim.numCells
    cost["spikes"] = len(sim.allSimData["spkt"])
    cost["peak"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    return cost


def phases(cost: dict[str, Any], sim: Any) -> None:
    """Every verb of a simulation, timed."""
    with timed(cost, "cells"):
        sim.net.createPops()
        sim.net.createCells()
    before = resident()
    with timed(cost, "connect"):
        sim.net.connectCells()
    cost["connection_bytes"] = resident() - before
    step(cost, "stims", sim.net.addStims)
    step(cost, "record", sim.setupRecording)
    step(cost, "run", sim.runSim)
    step(cost, "gather", sim.gatherData)


def step(cost: dict[str, Any], name: str, verb: Callable[[], Any]) -> None:
    with timed(cost, name):
        verb()


@contextlib.contextmanager
def timed(cost: dict[str, Any], name: str) -> Iterator[None]:
    begin = process_time()
    yield
    cost[name] = process_time() - begin


def resident() -> int:
    """Resident memory [bytes] (Linux)."""
    gc.collect()
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize()


if __name__ == "__main__":
    main()
