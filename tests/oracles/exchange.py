"""Saves a network with one package; loads a saved one, runs it and writes its spikes and connections as JSON.

python exchange.py PACKAGE save NETWORK FOLDER      FOLDER/NETWORK.json and .pkl
python exchange.py PACKAGE load FILE OUTPUT
"""

import importlib
import json
import sys
from pathlib import Path

import dump


def main():
    package, verb, *arguments = sys.argv[1:]
    specs, sim = dump.load(package)
    if verb == "save":
        save(specs, sim, *arguments)
    else:
        load(sim, *arguments)


def save(specs, sim, name, folder):
    net, cfg = importlib.import_module(f"networks.{name}").network()
    files = {"saveJson": True, "savePickle": True, "saveFolder": folder, "simLabel": name}
    sim.createSimulateAnalyze(specs.NetParams(net), specs.SimConfig({**cfg, **files}))


def load(sim, path, output):
    """The saved connections, the saved spikes, and the spikes of the loaded network when it is run."""
    sim.load(path)
    saved = dump.spikes(sim.allSimData) if hasattr(sim, "allSimData") else None
    sim.runSim()
    sim.gatherData()
    found = {"cells": dump.cells(sim), "saved": saved, "spikes": dump.spikes(sim.allSimData)}
    Path(output).write_text(json.dumps(found, default=dump.plain))


if __name__ == "__main__":
    main()
