"""Runs all networks one after another in one process, and writes the spikes of each as JSON.

python in_a_row.py OUTPUT [reverse]
"""

import importlib
import json
import sys
from pathlib import Path

import dump
import environment


def main():
    output, *order = sys.argv[1:]
    specs, sim = dump.load("netspec")
    names, found = environment.network_names(), {}
    for number, name in enumerate(names[::-1] if order else names):
        dump.simulate(specs, sim, *importlib.import_module(f"networks.{name}").network())
        sim.runSim()
        sim.gatherData()
        if sim.rank == 0:
            found[name] = dump.spikes(sim.allSimData)
        if number % 2:
            sim.clearAll()
    if sim.rank == 0:
        Path(output).write_text(json.dumps(found, default=dump.plain))


if __name__ == "__main__":
    main()
