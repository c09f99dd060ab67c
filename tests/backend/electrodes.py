"""What electrodes of several kinds see in a small network, as JSON.

python electrodes.py FILE CELLS KINDS     KINDS: name -> simConfig.electrodes, as JSON
"""

import json
import sys

from netspec import sim, specs

PLACES = [[30, 40, -50], [60, -10, -50], [10, 150, -50]]


def network(cells):
    section = {"geom": {"L": 20, "diam": 18, "Ra": 100}, "mechs": {"hh": {}}}
    passive = {"pas": {"g": 5e-5, "e": -65}}
    upper = {"pt3d": [(0, 20, 0, 2), (40, 90, 20, 2), (10, 150, 30, 1)], "nseg": 5, "Ra": 100}
    topology = {"parentSec": "soma", "parentX": 1.0, "childX": 0.0}
    sections = {"soma": section, "dend": {"geom": upper, "topol": topology, "mechs": passive}}
    return {
        "sizeZ": 60,
        "popParams": {"E": {"cellType": "E", "numCells": cells}},
        "cellParams": {"E": {"secs": sections}},
        "synMechParams": {"exc": {"mod": "Exp2Syn", "tau1": 0.5, "tau2": 3, "e": 0}},
        "stimSourceParams": {"bkg": {"type": "NetStim", "rate": 300, "noise": 1}},
        "stimTargetParams": {
            "bkg": {"source": "bkg", "conds": {"pop": "E"}, "sec": "dend", "loc": 0.8, "synMech": "exc",
                    "weight": 0.01, "delay": 1},
        },
    }  # fmt: skip


def seen(cells, electrodes):
    """What is recorded on all ranks, on rank 0."""
    config = {"duration": 10, "dt": 0.05, "recordStep": 0.5, "verbose": False, "recordLFP": PLACES}
    options = {"electrodes": electrodes, "recordDipole": True, "saveLFPCells": True, "saveIMembrane": True}
    sim.createSimulate(specs.NetParams(network(cells)), specs.SimConfig({**config, **options}))
    resistances = sim.net.recXElectrode.transferResistances
    assert resistances.keys() == {cell.gid for cell in sim.net.compartCells}
    everyone = sim.pc.py_allgather({gid: own.tolist() for gid, own in resistances.items()})
    if sim.rank != 0:
        return None
    data = sim.allSimData
    found = {name: data[name].tolist() for name in ("LFP", "dipoleSum")}
    for name in ("LFPCells", "iMembrane"):
        found[name] = {gid: values.tolist() for gid, values in data[name].items()}
    return found | {"resistances": {gid: own for part in everyone for gid, own in part.items()}}


def main():
    path, cells, kinds = sys.argv[1], int(sys.argv[2]), json.loads(sys.argv[3])
    found = {}
    for kind, electrodes in kinds.items():
        found[kind] = seen(cells, electrodes)
        sim.clearAll()
    if sim.rank == 0:
        with open(path, "w") as file:
            json.dump(found, file, sort_keys=True)


if __name__ == "__main__":
    main()
