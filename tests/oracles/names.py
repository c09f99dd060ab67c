"""Writes the public names of a package's objects, after a run, as JSON: python names.py PACKAGE OUTPUT."""

import importlib
import inspect
import json
import pkgutil
import sys
from pathlib import Path

import dump

NET = {
    "cellParams": {"P": {"secs": {"soma": {"geom": {"L": 20, "diam": 20}, "mechs": {"hh": {}}}}}},
    "popParams": {
        "E": {"cellType": "P", "numCells": 2},
        "N": {"cellModel": "NetStim", "numCells": 1, "rate": 10},
    },
}


def main():
    package, output, *wanted = sys.argv[1:]
    specs, sim = dump.load(package)
    params, cfg = specs.NetParams(NET), specs.SimConfig({"duration": 5})
    sim.createSimulate(params, cfg)
    sim.net.defineCellShapes()
    sim.net.calcSegCoords()
    cells = sim.net.cells
    places = {
        "sim.analysis": sim.analysis, "sim.plotting": sim.plotting,
        "specs": specs, "netParams": params, "simConfig": cfg, "sim": sim, "sim.net": sim.net,
        "compartmental cell": cells[0], "artificial cell": cells[2], "pop": sim.net.pops["E"],
    }  # fmt: skip
    if wanted:
        names = json.loads(Path(wanted[0]).read_text())
        found = {place: answers(places[place], names[place]) for place in places}
        found["arguments"] = own_arguments()
    else:
        found = {place: [n for n in dir(it) if n[0] != "_"] for place, it in places.items()}
        found |= {f"sim.{kind}": sorted(functions(kind)) for kind in ("analysis", "plotting")}
        found["arguments"] = {
            name: arguments(item)
            for kind in ("analysis", "plotting")
            for name, item in functions(kind).items()
            if inspect.isfunction(item) and not hasattr(Plain, name)
        }
    found["coordinates"] = {key: dump.plain(value) for key, value in cells[1]._segCoords.items()}
    found["same"] = same(sim)
    with open(output, "w") as file:
        json.dump(found, file, default=dump.plain)


class Plain:
    """What draws and counts nothing: argument for argument is of no interest."""

    exception = invertDictMapping = plotData = checkAvailablePlots = loadData = saveData = None
    getInclude = getCellsInclude = getCellsIncludeTags = getSpktSpkid = applyTheme = None
    vakninCorrection = removeMean = getPaddedCSD = getBandpass = prepareDataPerElectrode = None
    bandpass = bandstop = lowpass = highpass = envelope = remez_fir = lowpass_fir = None
    integer_decimation = lowpass_cheby_2 = None


def functions(kind):
    """Everything public of netpyne.analysis or netpyne.plotting, and what its modules define."""
    package = importlib.import_module(f"netpyne.{kind}")
    found = {name: item for name, item in vars(package).items() if name[0] != "_"}
    for info in pkgutil.iter_modules(package.__path__):
        if info.name not in ("lfp_orig", "wrapper"):  # neither is imported by NetPyNE
            module = importlib.import_module(f"netpyne.{kind}.{info.name}")
            own = {
                n: it for n, it in vars(module).items() if getattr(it, "__module__", "") == module.__name__
            }
            found |= {name: item for name, item in own.items() if name[0] != "_" and name not in found}
    return found


def arguments(function):
    """Names of the arguments of a function, without *those and **others."""
    known = inspect.signature(inspect.unwrap(function)).parameters.values()
    return [it.name for it in known if it.kind not in (it.VAR_POSITIONAL, it.VAR_KEYWORD)]


def own_arguments():
    from netspec.plots import entries

    return {name: sorted(item.arguments) for name, item in entries().items()}


def same(sim):
    """What small functions give."""
    nested = {"a": [1, {"hObj": 3, "b": 2}], "h": 4, "hs": {"hx": 1}}
    return {
        "mechVarList": {kind: sim.conversion.mechVarList(True)[kind] for kind in ("mechs", "artifcells")},
        "pointps": sim.conversion.mechVarList()["pointps"],
        "getSecName": [sim.conversion.getSecName(sec) for sec in sim.h.allsec()],
        "named": sim.conversion.getSecName(sim.net.cells[0].secs["soma"]["hObj"], {"soma": "body"}),
        "removed": sim.copyRemoveItemObj(nested, "h"),
        "kept": sim.copyRemoveItemObj(nested, "h", exclude_list=["h"]),
        "plain": repr(sim.replaceDictODict({"x": sim.specs.Dict({"y": 1}), "z": [sim.specs.Dict()]})),
        "cleared": sim.clearObj({"a": [{"b": 1}], "c": 2}),
        "kinds": [isinstance(sim.net.cells[i], sim.CompartCell) for i in (0, 2)],
        "points": [isinstance(sim.net.cells[i], sim.PointCell) for i in (0, 2)],
        "objects": [isinstance(sim.net, sim.Network), isinstance(sim.net.pops["E"], sim.Pop)],
        "alias": sim.utils.hashStr("text") if hasattr(sim, "utils") else None,
        "compartCells": [cell.gid for cell in sim.net.compartCells],
    }


def answers(place, names):
    """For each name None if it is there, else what is said about it."""
    found = {}
    for name in names:
        try:
            getattr(place, name)
            found[name] = None
        except Exception as error:
            found[name] = f"{type(error).__name__}: {error}"
    return found


if __name__ == "__main__":
    main()
