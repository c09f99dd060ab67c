"""Names of NetPyNE's objects that netspec's do not have, each with what to use instead."""

from collections.abc import Iterable
from typing import Any

from netspec.errors import did_you_mean

CHECKED = "settings are checked before anything is built; `python -m netspec check` does only that"
PYTHON = "it is Python's own; import it"
RULES = "write an entry of netParams.connParams, which sim.net.connectCells carries out"
STIMS = "write entries of stimSourceParams and stimTargetParams, which sim.net.addStims carries out"
BUILDING = (
    "sim.net.createCells builds cells; their NEURON objects are cell.secs[...]['hObj'] and cell.hPointp"
)
RECORDS = "write an entry of cfg.recordTraces, or cfg.recordStim, which sim.setupRecording carries out"
PLACES = "sim.net.createCells places cells; where they are is in cell.tags"
INNER = "it is bookkeeping inside of NetPyNE"
RANDOM = "random numbers come from netspec.streams, as functions of what they are for"
SEGMENTS = "call sim.net.calcSegCoords"
COORDINATES = "sim.net.defineCellShapes and cell.secs[...]['geom']['pt3d'] give the points"

SPECTRA = "netspec.analysis.spectra"

INSTEAD: dict[str, dict[str, str]] = {
    "sim": {
        **dict.fromkeys(("SimTestObj", "validator"), CHECKED),
        **dict.fromkeys(("H", "tests"), INNER),
        **dict.fromkeys(("OrderedDict", "math", "pp", "pprint", "sys"), PYTHON),
        "neuroml": "it is libNeuroML; import it",
        "distributedSaveHDF5": "set cfg.saveHDF5 = True and call sim.saveDataInNodes",
        "loadHDF5": "sim.load and netspec.load read what saveHDF5 has written",
        "nextHost": "gids are dealt to ranks in turn; sim.net.gid2lid holds those of this rank",
    },
    "sim.net": {
        "importNeuroML2": "call sim.importNeuroML2",
        **dict.fromkeys(("fullConn", "probConn", "convConn", "divConn", "fromListConn"), RULES),
        "subcellularConn": "sim.net.connectCells carries out subConnParams too",
        **dict.fromkeys(("rand", "randUniqueInt", "generateRandsPrePost"), RANDOM),
        **dict.fromkeys(("connStringFuncParams", "stimStringFuncParams"), INNER),
        **dict.fromkeys(("lastPointerId", "maxPointerIdForGivenNode"), INNER),
        "setParams": "call sim.setNetParams",
        "pathDistance": "h.distance measures between two segments",
        "posFromLoc": COORDINATES,
    },
    "cell": {
        "addConn": RULES,
        **dict.fromkeys(("addStim", "addNetStim"), STIMS),
        "addSynMech": "a synapse is made for each connection; write entries of synMechParams and connParams",
        **dict.fromkeys(
            ("addConnsNEURONObj", "addStimsNEURONObj", "addSynMechNEURONObj", "addSynMechsNEURONObj"),
            BUILDING,
        ),
        **dict.fromkeys(("create", "createNEURONObj", "createPyStruct", "associateGid"), BUILDING),
        **{
            name: f"call sim.net.{verb} with a condition on the cell's gid"
            for name, verb in {
                "modify": "modifyCells", "modifyConns": "modifyConns", "modifyStims": "modifyStims",
                "modifySynMechs": "modifySynMechs",
            }.items()
        },
        **dict.fromkeys(("recordStimSpikes", "recordTraces"), RECORDS),
        **dict.fromkeys(("calcAbsSegCoords", "getNumberOfSegments"), SEGMENTS),
        "updateShape": "call sim.net.defineCellShapes",
        "getSomaPos": COORDINATES,
        "calculateCorrectBorderDist": "netParams.correctBorder sets the tag borderCorrect",
        **dict.fromkeys(("originSec", "originSecName", "spikeGenLocAndSec", "initV"), INNER),
        **dict.fromkeys(("stringFuncVarNames", "stringFuncVarNamesForCellVars", "hRandom"), INNER),
        **dict.fromkeys(("getImemb", "setImembPtr"), INNER),
    },
    "pop": {
        **dict.fromkeys(
            ("createCells", *(f"createCells{kind}" for kind in ("Density", "FixedNum", "Grid", "List"))),
            PLACES,
        ),
        "calcRelativeSegCoords": SEGMENTS,
        "cellModelClass": "isinstance(cell, sim.CompartCell) tells the kind of a cell",
        "rand": RANDOM,
    },
    "sim.analysis": {
        **dict.fromkeys(("exception", "warnings", "netpyne"), INNER),
        **dict.fromkeys(("getBandpass", "bandpass", "bandstop"), f"{SPECTRA}.bandpass filters arrays"),
        **dict.fromkeys(("lowpass", "lowpass_fir", "lowpass_cheby_2"), f"{SPECTRA}.lowpass filters arrays"),
        **dict.fromkeys(
            ("highpass", "remez_fir", "integer_decimation"), "scipy.signal filters and decimates arrays"
        ),
        "envelope": f"numpy.abs({SPECTRA}.analytic(x)) is the envelope of x",
        "vakninCorrection": "netspec.analysis.csd.with_ends does it to arrays",
        "removeMean": "netspec.analysis.csd.without_mean does it to arrays",
        "getPaddedCSD": "plotCSD fills its picture itself; netspec.analysis.csd.csd gives the numbers",
        "prepareDataPerElectrode": "prepareLFP gives the signal of each electrode",
        "applyTheme": "give the argument theme to an iplot function",
        **dict.fromkeys(
            (
                *("GeneralPlotter", "HistPlotter", "ImagePlotter", "LinePlotter", "LinesPlotter"),
                *("MetaFigure", "MultiPlotter", "ScatterPlotter"),
            ),
            "draw into matplotlib's axes: sim.plotting.plotRaster(axis=ax), or ask for returnPlotter=True",
        ),
    },
    "conversion": {
        **dict.fromkeys(("excel", "neuronPyHoc", "pythonScript"), "what it has for users is in conversion"),
        "importConnFromExcel": "read the sheet with openpyxl and fill netParams.connParams",
    },
}  # fmt: skip
"""Object -> name -> what to use. The rest of NetPyNE's names is there, or comes with a later version."""


def error(place: str, name: str, known: Iterable[str]) -> AttributeError:
    """What is raised for a name that an object lacks. place: the object, a key of INSTEAD."""
    use = INSTEAD["sim.analysis" if place == "sim.plotting" else place].get(name)
    return AttributeError(
        f"{place} has no {name!r}" + (f": {use}" if use else f". {did_you_mean(name, known)}")
    )


class Named:
    """An object that knows what to use instead of what it lacks."""

    _place = "cell"

    def __getattr__(self, name: str) -> Any:
        own = getattr(type(self), name, None)
        if isinstance(own, property) and own.fget:
            return own.fget(self)  # says why it is not there
        raise error(self._place, name, [n for n in dir(type(self)) if not n.startswith("_")])
