"""NetPyNE's verbs. Every function is a name for something in the library; the state is in `session`."""

import inspect
import sys
from collections.abc import Callable, Mapping
from typing import Any

from netspec.neuron import ranks as _ranks
from netspec.session import later as _later
from netspec.session import report as _report
from netspec.session.current import current as _session
from netspec.session.verbs_data import (
    gatherData,
    gatherDataFromFiles,
    ijsonLoad,
    intervalSave,
    saveData,
    saveDataInNodes,
    saveJSON,
)
from netspec.session.verbs_more import checkOutput, compactConnFormat, exportSonata, loadBalance
from netspec.session.verbs_neuroml import (
    createExportNeuroML2,
    exportNeuroML2,
    importNeuroML2,
    importNeuroML2SimulateAnalyze,
)
from netspec.session.verbs_small import (
    calculateDipole,
    calculateLFP,
    cellByGid,
    checkMemory,
    clearAll,
    close,
    getCellsList,
    gitChangeset,
    send,
    timing,
    version,
)

__all__ = [
    "calculateDipole", "calculateLFP", "cellByGid", "checkMemory", "checkOutput", "clearAll", "close",
    "compactConnFormat", "gatherData", "gatherDataFromFiles", "getCellsList", "gitChangeset", "ijsonLoad",
    "intervalSave", "loadBalance", "saveData", "saveDataInNodes", "saveJSON", "send", "timing", "version",
    "createExportNeuroML2", "exportNeuroML2", "exportSonata", "importNeuroML2",
    "importNeuroML2SimulateAnalyze",
]  # fmt: skip
"""Verbs defined in other files; those below are sim's too."""

_report.install()
_ranks.watch()

analysis = _later.Plots("sim.analysis")
plotting = _later.Plots("sim.plotting")


# Settings


def initialize(netParams: Any = None, simConfig: Any = None, net: Any = None) -> None:
    """Begin a simulation with these settings."""
    _session.initialize(netParams, simConfig, net)


def setNet(net: Any) -> None:
    """Use this network object."""
    _session.net = net


def setNetParams(params: Any) -> None:
    """Use these netParams."""
    _session.set_params(params)


def setSimCfg(cfg: Any) -> None:
    """Use this simConfig."""
    _session.set_config(cfg)


def createParallelContext() -> None:
    """Start MPI (under a launcher) and NEURON."""
    _session.start()


def setGlobals() -> None:
    """Nothing: NEURON's globals are set at the beginning of each run."""


def readCmdLineArgs(
    simConfigDefault: str = "cfg.py", netParamsDefault: str = "netParams.py"
) -> tuple[Any, Any]:
    """(cfg, netParams) from the files that the command line names, or the default ones."""
    from netspec.session import loading

    _session.start()
    return loading.from_command_line(simConfigDefault, netParamsDefault)


# Build and run


def create(
    netParams: Any = None, simConfig: Any = None, output: bool = False, clearAll: bool = False
) -> tuple[Any, ...] | None:
    """Build everything. output: return (pops, cells, conns, rxd, stims, simData)."""
    if clearAll:
        _session.clear()
    initialize(*_from_main(netParams, simConfig))
    return _build(output)


def _build(output: bool) -> tuple[Any, ...] | None:
    _session.plan_everything()
    net = _session.network_view()
    pops, cells, conns = net.createPops(), net.createCells(), net.connectCells()
    stims, rxd = net.addStims(), net.addRxD()
    data = setupRecording()
    return (pops, cells, conns, rxd, stims, data) if output else None


def _from_main(netParams: Any, simConfig: Any) -> tuple[Any, Any]:
    """The settings, those not given taken from the running script."""
    script = sys.modules["__main__"]
    if netParams is None:
        netParams = getattr(script, "netParams", None)
    if simConfig is None:
        simConfig = getattr(script, "simConfig", None)
    return netParams, simConfig


def setupRecording() -> Any:
    """Set up what is recorded; simData."""
    _session.setup_recording()
    return _session.live_data() if _session.network is not None else None


def setupRecordLFP() -> None:
    """Nothing: setupRecording sets up signals too."""


def setupRecordDipole() -> None:
    """Nothing: setupRecording sets up signals too."""


def preRun() -> None:
    """Nothing: a run prepares itself."""


def runSim(skipPreRun: bool = False) -> None:
    """Run for cfg.duration, from the beginning."""
    _session.run()


def runSimWithIntervalFunc(
    interval: float,
    func: Callable[..., Any],
    timeRange: Any = None,
    funcArgs: Mapping[str, Any] | None = None,
) -> None:
    """Run; every `interval` ms (within timeRange) all ranks call func(time, **funcArgs)."""
    _session.run(interval, func, timeRange, funcArgs)


def runSimIntervalSaving(interval: float = 1000) -> None:
    """Run, and save everything so far every `interval` ms."""
    runSimWithIntervalFunc(interval, intervalSave)


def simulate() -> None:
    """Run and gather."""
    runSim()
    gatherData()


def intervalSimulate(interval: float) -> None:
    """Run, saving every `interval` ms, and gather."""
    runSimWithIntervalFunc(interval, intervalSave)
    gatherData()


def distributedSimulate(filename: str | None = None, includeLFP: bool = True) -> None:
    """Run, save each rank's share, and put the shares together from the files."""
    runSim()
    saveDataInNodes(filename)
    gatherDataFromFiles()


def analyze() -> None:
    """Save, and draw what cfg.analysis asks for."""
    saveData()
    analysis.plotData()


def createSimulate(
    netParams: Any = None, simConfig: Any = None, output: bool = False
) -> tuple[Any, ...] | None:
    """Create and simulate. output: return (pops, cells, conns, stims, simData)."""
    made = create(netParams, simConfig, output=True)
    simulate()
    if not output or made is None:
        return None
    pops, cells, conns, _, stims, data = made
    return pops, cells, conns, stims, data


def createSimulateAnalyze(
    netParams: Any = None, simConfig: Any = None, output: bool = False
) -> tuple[Any, ...] | None:
    """create, simulate and analyze. output: return (pops, cells, conns, stims, simData)."""
    made = createSimulate(netParams, simConfig, output)
    analyze()
    return made


def createSimulateAnalyzeInterval(
    netParams: Any, simConfig: Any, output: bool = False, interval: float | None = None
) -> tuple[Any, ...] | None:
    """create, intervalSimulate and analyze. output: return (pops, cells, conns, stims, simData)."""
    made = create(netParams, simConfig, output=True)
    intervalSimulate(_session.cfg.duration if interval is None else interval)
    analyze()
    return (*made[:3], *made[4:]) if output and made else None


def createSimulateAnalyzeDistributed(
    netParams: Any, simConfig: Any, output: bool = False, filename: str | None = None, includeLFP: bool = True
) -> tuple[Any, ...] | None:
    """create, run, save each rank's share, merge, save and draw. output: as createSimulate."""
    made = create(netParams, simConfig, output=True)
    runSim()
    saveDataInNodes(filename)
    gatherDataFromFiles(saveMerged=True)
    analysis.plotData()
    return (*made[:3], *made[4:]) if output and made else None


# Load


def loadSimCfg(filename: str, data: Any = None, variable: str | None = None, setLoaded: bool = True) -> Any:
    """SimConfig from a file; the session's own if setLoaded, else returned."""
    from netspec.session import loading

    cfg = loading.config(filename, data, variable)
    return _session.set_config(cfg) if setLoaded else cfg


def loadNetParams(
    filename: str, data: Any = None, variable: str | None = None, setLoaded: bool = True
) -> Any:
    """NetParams from a file; the session's own if setLoaded, else returned."""
    from netspec.session import loading

    params = loading.params(filename, data, variable)
    return _session.set_params(params) if setLoaded else params


def loadNet(
    filename: str, data: Any = None, instantiate: bool = True, compactConnFormat: Any = False
) -> None:
    """The network in a file, built on all ranks if `instantiate`."""
    from netspec.session import loading

    _session.begin()
    if compactConnFormat:
        _session.cfg.compactConnFormat = compactConnFormat
    loading.load_network(_session, filename, data, instantiate)


def loadSimData(filename: str, data: Any = None) -> None:
    """AllSimData from a file."""
    from netspec.session import loading

    _session.begin()
    _session.simulation_data = loading.simulation_data(filename, data)


def loadAll(filename: str, data: Any = None, instantiate: bool = True, createNEURONObj: bool = True) -> None:
    """Settings, network and results from a file; the network is built if `instantiate`."""
    from netspec.session import loading

    _session.begin()
    loading.load_all(_session, filename, data, instantiate, createNEURONObj)


def load(
    filename: str,
    simConfig: Any = None,
    output: bool = False,
    instantiate: bool = True,
    instantiateCells: bool = True,
    instantiateConns: bool = True,
    instantiateStims: bool = True,
    instantiateRxD: bool = True,
    createNEURONObj: bool = True,
) -> tuple[Any, ...] | None:
    """A saved network, or a model with an index, ready to run. output: as create."""
    if filename.endswith((".npjson", ".np")):
        cfg, params = loadFromIndexFile(filename)
        initialize(params, simConfig if simConfig is not None else cfg)
        return _build(output) if instantiate else None
    initialize({}, {})
    loadAll(filename, None, instantiate and instantiateCells, createNEURONObj)
    if simConfig is not None:
        setSimCfg(simConfig)
    if not instantiate:
        return None
    if _session.plan is None:
        return _build(output)
    rxd = _session.network_view().addRxD() if instantiateRxD and createNEURONObj else None
    data = setupRecording()
    net, cells = _session.network_view(), _session.network_view().cells
    views = [cell.conns for cell in cells], rxd, [cell.stims for cell in cells]
    return (net.pops, cells, *views, data) if output else None


def loadSimulate(filename: str, simConfig: Any = None, output: bool = False) -> tuple[Any, ...] | None:
    """Load and simulate. output: return (pops, cells, conns, stims, simData)."""
    made = load(filename, simConfig, output=True)
    simulate()
    return (*made[:3], *made[4:]) if output and made else None


def loadSimulateAnalyze(filename: str, simConfig: Any = None, output: bool = False) -> tuple[Any, ...] | None:
    """load, simulate and analyze. output: return (pops, cells, conns, stims, simData)."""
    made = loadSimulate(filename, simConfig, output)
    analyze()
    return made


def netClamp(gid: int, filename: str | None = None, simConfig: Any = None, run: bool = True) -> Any:
    """One cell with the inputs that it had in the gathered run, or in a saved one. run: simulate it too."""
    from netspec.session import netclamp

    netclamp.clamp(_session, gid, filename, simConfig)
    setupRecording()
    if run:
        simulate()
    return _session.network_view().cell_of(gid)


def loadModel(
    path: str, loadMechs: bool = True, forceCompileMechs: bool = False, returnLoadMechStatus: bool = False
) -> tuple[Any, ...]:
    """(cfg, netParams) of a model: a folder with an index.npjson, or the index."""
    from netspec.session import loading

    _session.start()
    cfg, params = loading.model(path, loadMechs)
    return (cfg, params, [], []) if returnLoadMechStatus else (cfg, params)


def loadFromIndexFile(index: str) -> tuple[Any, Any]:
    """(cfg, netParams) of a model with an index."""
    from netspec.session import loading

    _session.start()
    return loading.model(index)


def runFromIndexFile(index: str) -> None:
    """Run a model with an index: its `python_run` script, or createSimulateAnalyze."""
    from netspec.session import loading

    if not loading.run_script(index):
        cfg, params = loadModel(index)
        createSimulateAnalyze(params, cfg)


def saveModel(
    netParams: Any,
    simConfig: Any,
    srcPath: str,
    dstPath: str | None = None,
    exportNetParamsAsPython: bool = False,
    exportSimConfigAsPython: bool = False,
) -> str:
    """The path of the index of a model saved with these settings; nothing that is there is erased."""
    from netspec.session import saving

    scripts = exportNetParamsAsPython, exportSimConfigAsPython
    return saving.save_model(netParams, simConfig, srcPath, dstPath, scripts)


def loadPythonModule(path: str) -> Any:
    """The module that a script is."""
    from netspec.session import loading

    return loading.python_module(path)


def _verbs() -> list[str]:
    """Names of all verbs."""
    return [name for name, value in globals().items() if inspect.isfunction(value) and name[0] != "_"]


def __getattr__(name: str) -> Any:
    """What belongs to the current session, and what is imported when first asked for."""
    return _later.attribute(_session, name, _verbs())
