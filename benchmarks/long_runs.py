"""Memory of a run with long recordings: all of it in memory, or window by window in files.

    python benchmarks/long_runs.py [--quick]

200 cells, five variables of each in every 0.1 ms. Each line is a process of its own: the peak of its resident
memory above what the network took before the run, in MB and in sizes of what was recorded.
"""

import argparse
import contextlib
import json
import resource
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from measure import resident, timed

VARIABLES = ("v", "ina", "ik", "m_hh", "h_hh")
CELLS, STEP, WINDOWS = 200, 0.1, 20
KINDS = {
    "in memory, run": ("run",),
    "in memory, run and gathered": ("run", "gather"),
    "in windows, run": ("windows", "run"),
    "in windows, run and gathered": ("windows", "run", "gather"),
    "read from the folder of the run": ("windows", "read"),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="a quarter of the time")
    parser.add_argument("--child", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child:
        with contextlib.redirect_stdout(sys.stderr):
            cost = measured(**json.loads(options.child))
        print(json.dumps(cost))
        return
    duration = 1000.0 if options.quick else 4000.0
    size = 8 * CELLS * len(VARIABLES) * duration / STEP
    print(f"{size / 1e6:.0f} MB recorded, {WINDOWS} windows")
    with tempfile.TemporaryDirectory() as folder:
        for kind, steps in KINDS.items():
            told = json.dumps({"steps": steps, "duration": duration, "folder": folder})
            command = [sys.executable, __file__, "--child", told]
            cost = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
            print(
                f"{kind:32} {cost['peak'] / 1e6:6.0f} MB {cost['peak'] / size:6.2f} x {cost['time']:6.1f} s"
            )


def measured(steps: list[str], duration: float, folder: str) -> dict[str, float]:
    """The peak of memory above that of the network [bytes], CPU time [s]."""
    import netspec
    from netspec import sim
    from netspec.session.current import current

    cost: dict[str, Any] = {}
    build(sim, duration, {"recordWindow": duration / WINDOWS} if "windows" in steps else {}, folder)
    before = resident()
    sim.setupRecording()
    with timed(cost, "time"):
        if "run" in steps:
            sim.runSim()
        if "gather" in steps:
            current.gather()
        if "read" in steps:
            kept = netspec.load(Path(folder) / "run")
            assert len(kept.time) >= round(duration / STEP)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    return {"peak": peak - before, "time": cost["time"]}


def build(sim: Any, duration: float, options: dict[str, Any], folder: str) -> None:
    """A network without its recordings."""
    from netspec import specs

    soma = {"geom": {"L": 20, "diam": 20}, "mechs": {"hh": {}}}
    net = {
        "cellParams": {"E": {"secs": {"soma": soma}}},
        "popParams": {"E": {"cellType": "E", "numCells": CELLS}},
    }
    traces = {name: {"sec": "soma", "loc": 0.5, "var": name} for name in VARIABLES}
    recorded = {"recordTraces": traces, "recordCells": ["all"], "recordStep": STEP}
    cfg = {"duration": duration, "dt": 0.1, "runFolder": str(Path(folder) / "run"), **recorded, **options}
    sim.initialize(specs.NetParams(net), specs.SimConfig(cfg))
    for stage in (sim.net.createPops, sim.net.createCells, sim.net.connectCells, sim.net.addStims):
        stage()


if __name__ == "__main__":
    main()
