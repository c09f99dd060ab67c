"""What the raster of a million spikes costs: netspec beside live NetPyNE, in one run.

    python benchmarks/pictures.py [--spikes 1000000] [--netpyne PYTHON]

3,000 cells in three populations, made-up spikes over 10 s, from the call to the finished PNG. Each package
draws in a process of its own; NetPyNE once, netspec five times, of which the median counts. PYTHON has
NetPyNE (default: NETSPEC_ORACLE_PYTHON). Prints seconds (wall clock and CPU) and the ratio of CPU times.
"""

import argparse
import json
import os
import pickle
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

POPULATIONS, CELLS, DURATION = ("E", "I", "X"), 1000, 10_000.0
NET = {"popParams": {label: {"cellModel": "IntFire1", "numCells": CELLS, "tau": 10} for label in POPULATIONS}}
REPEATS = {"netpyne": 1, "netspec": 5}


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--spikes", type=int, default=1_000_000)
    parser.add_argument("--netpyne", default=os.environ.get("NETSPEC_ORACLE_PYTHON"))
    parser.add_argument("--child", nargs=2)
    arguments = parser.parse_args()
    if arguments.child:
        return child(*arguments.child)
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "spikes.pkl"
        write(data, arguments.spikes)
        pythons = {"netspec": sys.executable, "netpyne": arguments.netpyne}
        found = {name: measured(name, python, data) for name, python in pythons.items() if python}
    for name, own in found.items():
        print(f"{name}: {own['wall']:.2f} s, {own['cpu']:.2f} s of CPU")
    if len(found) == 2:
        print(f"ratio: {found['netpyne']['cpu'] / found['netspec']['cpu']:.0f}")
    return None


def write(path: Path, spikes: int) -> None:
    """Saved data as both packages load them."""
    rng = np.random.default_rng(1)
    times = np.sort(rng.uniform(0, DURATION, spikes))
    gids = rng.integers(0, CELLS * len(POPULATIONS), spikes)
    simulated = {"spkt": times.tolist(), "spkid": gids.tolist(), "stims": {}}
    path.write_bytes(pickle.dumps({"simData": simulated}))


def measured(package: str, python: str, data: Path) -> dict[str, float]:
    """Median seconds of a package."""
    command = [python, __file__, "--child", package, str(data)]
    environment = {
        **os.environ,
        "MPLBACKEND": "Agg",
        "OMP_NUM_THREADS": "1",
        "NEURON_MODULE_OPTIONS": "-nogui",
    }
    ran = subprocess.run(
        command, cwd=data.parent, env=environment, capture_output=True, text=True, check=True
    )
    found: dict[str, float] = json.loads(ran.stdout.splitlines()[-1])
    return found


def child(package: str, data: str) -> None:
    draw = {"netpyne": netpyne, "netspec": netspec}[package](data)
    spent: dict[str, list[float]] = {"wall": [], "cpu": []}
    for turn in range(REPEATS[package]):
        before = time.perf_counter(), time.process_time()
        draw(saveFig=f"raster{turn}.png", figSize=(10, 8), timeRange=[0, DURATION])
        spent["wall"].append(time.perf_counter() - before[0])
        spent["cpu"].append(time.process_time() - before[1])
    assert Path("raster0.png").stat().st_size > 10_000
    print(json.dumps({name: statistics.median(values) for name, values in spent.items()}))


def netpyne(data: str) -> Callable[..., Any]:
    """NetPyNE's plotRaster with the spikes loaded."""
    from netpyne import sim, specs

    sim.createSimulate(specs.NetParams(NET), specs.SimConfig({"duration": 0.1, "dt": 0.1}))
    sim.cfg.duration = DURATION
    sim.loadSimData(data)
    plot: Callable[..., Any] = sim.plotting.plotRaster
    return plot


def netspec(data: str) -> Callable[..., Any]:
    """PlotRaster of results with these spikes."""
    from dataclasses import replace
    from functools import partial

    import netspec
    from netspec import plots
    from netspec.tables import Table

    loaded = pickle.loads(Path(data).read_bytes())["simData"]
    spikes = Table({"time": np.array(loaded["spkt"]), "gid": np.array(loaded["spkid"])})
    results = netspec.run(NET, {"duration": 0.1, "dt": 0.1, "progressBar": 0})
    return partial(plots.draw, replace(results, spikes=spikes), "plotRaster")


if __name__ == "__main__":
    main()
