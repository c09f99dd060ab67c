"""NetPyNE's `conversion`: settings as scripts, cells of files, what mechanisms have."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from netspec.session import instead, python_files
from netspec.session.settings import as_mapping

RUN = "\nsim.createSimulateAnalyze(netParams=netParams, simConfig=simConfig)\n"


def createPythonScript(fname: str, netParams: Any, simConfig: Any) -> str:
    """The path of a script that makes the settings and runs them."""
    parts = [("netParams", "NetParams", netParams), ("simConfig", "SimConfig", simConfig)]
    return _written(fname, parts, RUN)


def createPythonNetParams(fname: str, netParams: Any) -> str:
    """The path of a script that makes `netParams`."""
    return _written(fname, [("netParams", "NetParams", netParams)])


def createPythonSimConfig(fname: str, simConfig: Any, varName: str | None = None) -> str:
    """The path of a script that makes `simConfig`, or what varName says."""
    return _written(fname, [(varName or "simConfig", "SimConfig", simConfig)])


def _written(fname: str, parts: list[tuple[str, str, Any]], end: str = "") -> str:
    path = Path(fname if fname.endswith(".py") else f"{fname}.py")
    text = "\n".join(python_files.text(name, kind, _plain(settings)) for name, kind, settings in parts)
    return python_files.write(path, text + end)


def _plain(settings: Any) -> Mapping[str, Any]:
    return settings.todict() if hasattr(settings, "todict") else as_mapping(settings)


def importCell(
    fileName: str, cellName: str, cellArgs: Any = None, cellInstance: bool = False
) -> tuple[dict[str, Any], dict[str, Any], list[dict[str, Any]], dict[str, Any]]:
    """Sections, lists of sections, synapses and globals of a cell of a HOC, Python or SWC file."""
    from netspec.session import importing

    made = importing.cell(cellName, fileName, cellName, cellArgs, cellInstance)
    return made["secs"], made["secLists"], made["synMechs"], made["globals"]


def importCellsFromNet(
    netParams: Any,
    fileName: str,
    labelList: Sequence[Any],
    condsList: Sequence[Any],
    cellNamesList: Sequence[str],
    importSynMechs: bool = False,
) -> Any:
    """All cell rules of netParams, with new ones."""
    return netParams.importCellParamsFromNet(labelList, condsList, fileName, cellNamesList, importSynMechs)


def mechVarList(distinguishArtifCells: bool = False) -> dict[str, dict[str, list[str]]]:
    """Names of the parameters, with their suffix, of density mechanisms ('mechs') and of 'pointps'.

    distinguishArtifCells: artificial cells are listed apart, as 'artifcells'.
    """
    from netspec.neuron import catalog

    artificial = catalog.artificial_cells() if distinguishArtifCells else frozenset()
    found: dict[str, dict[str, list[str]]] = {"mechs": {}, "pointps": {}}
    found |= {"artifcells": {}} if distinguishArtifCells else {}
    for name in catalog.densities():
        found["mechs"][name] = catalog.written_parameters(name)
    for name in catalog.points():
        found["artifcells" if name in artificial else "pointps"][name] = catalog.written_parameters(name)
    return found


def getSecName(sec: Any, dirCellSecNames: Mapping[str, str] | None = None) -> str:
    """The name that an imported section gets: without its cell, 'dend_3' for dend[3]."""
    name = str(sec.name()).split(">.")[-1] if ">." in sec.name() else str(sec.name()).split(".")[-1]
    stem, found, index = name.partition("[")
    short = f"{stem}_{index.split(']')[0]}" if found else name
    return (dirCellSecNames or {}).get(short, short)


def __getattr__(name: str) -> Any:
    if name.startswith("__"):
        raise AttributeError(name)
    raise instead.error("conversion", name, [n for n in globals() if n[0] != "_"])


class SONATAImporter:
    """NetPyNE's importer of SONATA files."""

    def __init__(self, sim: Any = None, **parameters: Any):
        """sim: not needed."""

    def importNet(
        self, configFile: str, replaceAxon: bool = True, setdLNseg: bool = True, swapSomaXY: bool = True
    ) -> None:
        """Make the network of a config in the session: cells, connections, stimuli.

        Whether axons are replaced and how sections are divided is what the files say.
        """
        from netspec import sim
        from netspec.errors import Problem, SpecError
        from netspec.neuron import mechanisms
        from netspec.session import circuits

        given = {"replaceAxon": replaceAxon, "setdLNseg": setdLNseg, "swapSomaXY": swapSomaXY}
        off = [name for name, value in given.items() if not value]
        if off:
            raise SpecError([Problem(f"importNet({off[0]}=False)", "the files say whether it is done.")])
        net_params, sim_config, mods = circuits.read(configFile)
        mechanisms.load(mods)
        sim.initialize(net_params, sim_config)
        sim.net.createPops()
        sim.net.createCells()
        sim.net.connectCells()
        sim.net.addStims()
