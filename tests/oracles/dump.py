"""Runs networks with one of the two packages and writes what there is and what happened as JSON.

    python dump.py PACKAGE FOLDER NETWORK ...     PACKAGE: netpyne or netspec

Everything is asked through the verbs and attributes that both packages have, so only the import differs.
Several networks run in forked children, one after the other; a single one runs in this process (and may run
under mpiexec). The result of a network is FOLDER/NETWORK.json.
"""

import importlib
import json
import os
import sys
import traceback
from pathlib import Path


def main():
    package, folder, *names = sys.argv[1:]
    modules = load(package)
    if len(names) == 1:
        write(modules, names[0], Path(folder))
        return
    for name in names:
        child = os.fork()
        if child == 0:
            os._exit(attempt(modules, name, Path(folder)))
        os.waitpid(child, 0)


def load(package):
    """The package's specs and sim, as a script's `from ... import specs, sim` gives them."""
    return importlib.import_module(f"{package}.specs"), importlib.import_module(f"{package}.sim")


def attempt(modules, name, folder):
    """Exit status of a child: the traceback of a failure goes into NETWORK.error."""
    try:
        write(modules, name, folder)
    except BaseException:
        (folder / f"{name}.error").write_text(traceback.format_exc())
        return 1
    finally:
        sys.stdout.flush()
    return 0


def write(modules, name, folder):
    sim = simulate(*modules, *importlib.import_module(f"networks.{name}").network())
    built = gathered(sim, [live_cell(cell) for cell in sim.net.cells])
    sim.runSim()
    final = gathered(sim, [last_weights(cell) for cell in sim.net.cells])
    sim.gatherData()
    if sim.rank == 0:
        found = {
            "cells": cells(sim),
            "pops": populations(sim),
            "built": built,
            "final": final,
            "data": data(sim),
        }
        (folder / f"{name}.json").write_text(json.dumps(found, default=plain))


def simulate(specs, sim, net, cfg):
    """The session with the network built and ready to run."""
    sim.initialize(specs.NetParams(net), specs.SimConfig(cfg))
    sim.net.createPops()
    sim.net.createCells()
    sim.net.connectCells()
    sim.net.addStims()
    sim.net.addRxD()
    sim.setupRecording()
    return sim


def cells(sim):
    """Tags, connections, stimuli, sections and parameters of every cell, as gathered."""
    keys = ("gid", "tags", "conns", "stims", "secs", "secLists", "params")
    return [{key: pure(cell[key]) for key in keys if key in cell} for cell in sim.net.allCells]


def populations(sim):
    return {label: pure(dict(pop)) for label, pop in sim.net.allPops.items()}


def data(sim):
    return {key: pure(value) for key, value in sim.allSimData.items()}


def spikes(found):
    """[time, gid] of every spike, in order."""
    return sorted([float(t), int(gid)] for t, gid in zip(found["spkt"], found["spkid"], strict=True))


def live_cell(cell):
    """What NEURON itself holds of a cell: sections, point processes, NetCons."""
    found = {"gid": int(cell.gid), "netcons": [netcon(conn["hObj"]) for conn in of_events(cell)]}
    found["pointers"] = [pointer(conn) for conn in cell.conns if "pointer" in conn]
    if getattr(cell, "hPointp", None) is not None and type(cell).__name__ == "PointCell":
        found["point"] = point(cell.hPointp)
    else:
        found["secs"] = {name: section(sec["hObj"]) for name, sec in cell.secs.items()}
    found["stims"] = [point(stim["hObj"]) for stim in cell.stims]
    return found


def last_weights(cell):
    """Weights of the NetCons as the simulation left them."""
    return {"gid": int(cell.gid), "weights": [conn["hObj"].weight[0] for conn in of_events(cell)]}


def of_events(cell):
    """Connections that are NetCons; those of a pointer connection are synapses."""
    return [conn for conn in cell.conns if "pointer" not in conn]


def pointer(conn):
    """The synapse of a pointer connection."""
    place = conn["hObj"].get_segment()
    return {"sec": place.sec.name().split(".")[-1], "x": place.x, "target": point(conn["hObj"])}


def netcon(nc):
    target = nc.syn()
    place = target.get_segment() if target.has_loc() else None
    return {
        "weight": [nc.weight[i] for i in range(int(nc.wcnt()))],
        "delay": nc.delay,
        "threshold": nc.threshold,
        "sec": place.sec.name().split(".")[-1] if place else None,
        "x": place.x if place else None,
        "target": point(target),
    }


def point(process):
    """Name and parameters of a point process or artificial cell."""
    name = process.hname().split("[")[0]
    return {"mechanism": name, **{key: getattr(process, key) for key in parameters(name)}}


def parameters(name, known={}):  # noqa: B006
    """Names of the numbers that a user may set, from NEURON's own table."""
    from neuron import h

    if name not in known:
        standard = h.MechanismStandard(name, 1)
        found, text = [], h.ref("")
        for i in range(int(standard.count())):
            if standard.name(text, i) == 1:
                found.append(text[0])
        known[name] = found
    return known[name]


def section(sec):
    found = sec.psection()
    del found["name"], found["hoc_internal_name"], found["cell"], found["species"], found["regions"]
    if found["morphology"]["parent"] is not None:
        parent = found["morphology"]["parent"]
        found["morphology"]["parent"] = [parent.sec.name().split(".")[-1], parent.x]
    del found["morphology"]["trueparent"]
    found["point_processes"] = {name: len(items) for name, items in found["point_processes"].items()}
    return pure(found)


def gathered(sim, records):
    """Records of all ranks in order of gid, on rank 0."""
    parts = sim.pc.py_gather(records, 0) if sim.nhosts > 1 else [records]
    return sorted((r for part in parts for r in part), key=lambda r: r["gid"]) if sim.rank == 0 else None


def pure(value):
    """The same as plain data, without NEURON's objects."""
    if hasattr(value, "items"):
        return {str(key): pure(item) for key, item in value.items() if key not in ("hObj", "hRandom")}
    if isinstance(value, list | tuple):
        return [pure(item) for item in value]
    return value


def plain(value):
    """JSON for numpy's and NEURON's numbers and vectors."""
    if hasattr(value, "tolist"):
        return value.tolist()
    if hasattr(value, "item"):
        return value.item()
    if hasattr(value, "to_python"):
        return value.to_python()
    return repr(type(value))


if __name__ == "__main__":
    main()
