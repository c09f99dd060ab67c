"""Runs a SONATA config by netspec; rank 0 writes spikes and traces by population and node.

python run_config.py CONFIG OUTPUT.pkl
"""

import pickle
import sys
from pathlib import Path

import numpy as np

import netspec


def main():
    net, options, mods = netspec.import_sonata(sys.argv[1])
    found = netspec.run(net, options, mod=mods)
    from netspec.neuron import ranks

    if ranks.start().rank:
        return
    cells = found.plan.cells
    names, ids = cells.tag("population"), cells.tag("node_id")

    def node(gid):
        row = int(cells.positions(np.array([gid]))[0])
        return names[row], ids[row]

    spikes = sorted(
        (*node(gid), time) for gid, time in zip(found.spikes["gid"], found.spikes["time"], strict=True)
    )
    traces = {
        label: {node(gid): np.asarray(v) for gid, v in each.items()} for label, each in found.traces.items()
    }
    lfp = found.signals["LFP"].values if "LFP" in found.signals else None
    with Path(sys.argv[2]).open("wb") as file:
        pickle.dump({"spikes": spikes, "traces": traces, "lfp": lfp}, file)


if __name__ == "__main__":
    main()
