"""Mistakes in simConfig: one clear problem or warning each, with its path, before anything is built."""

import pytest
from bad_input import NETWORK, SIMULATION, lenient, said, spoiled

ELECTRODE = [("recordLFP", [[0, 10, 20]])]

RUNS_IN_NETPYNE = {
    "continuing as text": (
        [("checkpointEvery", 10), ("resume", "yes")],
        "simConfig.resume: expected True or False, got 'yes' (str).",
    ),
    "key of a file of LEMS": (
        [("saveLems", [{"file": "x", "event": [], "columns": []}])],
        "simConfig.saveLems[0].event: unknown key. Did you mean 'events'?",
    ),
    "option of SONATA": (
        [("saveSonata", {"foldr": "x"})],
        "simConfig.saveSonata.foldr: unknown key. Did you mean 'folder'?",
    ),
    "unknown key of weights": (
        [("saveWeights", {"steps": 10})],
        "simConfig.saveWeights.steps: unknown key. Did you mean 'step'?",
    ),
    "unknown global variable": (
        [("hParams.celcius", 34)],
        "simConfig.hParams.celcius: no global variable of NEURON; one of a mechanism ends in _<mechanism>. "
        "Did you mean 'celsius'?",
    ),
    "recordStep 0": ([("recordStep", 0)], "simConfig.recordStep: expected a positive number, got 0."),
    "gid that does not exist": (
        [("recordCells", [0, 999])],
        "simConfig.recordCells[1]: there is no cell with gid 999: gids are 0 to 5.",
    ),
    "index that does not exist": (
        [("recordCells", [("E", 99)])],
        "simConfig.recordCells[0]: population 'E' has 4 cells; there is no index 99.",
    ),
    "index in an unknown population": (
        [("recordCells", [("Exx", [0])])],
        "simConfig.recordCells[0]: there is no population 'Exx'. Known: 'E', 'I'.",
    ),
    "section of a trace": (
        [("recordTraces.V.sec", "somma")],
        "simConfig.recordTraces['V'].sec: there is no section 'somma'. Did you mean 'soma'?",
    ),
    "key of a trace": (
        [("recordTraces.V.locc", 0.5)],
        "simConfig.recordTraces['V'].locc: unknown key. Did you mean 'loc'?",
    ),
    "mechanism of a trace": (
        [("recordTraces.g", {"sec": "soma", "loc": 0.5, "mech": "hhx", "var": "gna"})],
        "simConfig.recordTraces['g'].mech: section 'soma' has no mechanism 'hhx'. Did you mean 'hh'?",
    ),
    "synapse of a trace": (
        [("recordTraces.g", {"sec": "soma", "synMech": "exd", "var": "g"})],
        "simConfig.recordTraces['g'].synMech: synMechParams has no entry 'exd'. Did you mean 'exc'?",
    ),
    "stimulus of a trace": (
        [("recordTraces.i", {"sec": "soma", "stim": "ic", "var": "i"})],
        "simConfig.recordTraces['i'].stim: stimTargetParams has no entry 'ic'. "
        "It is a source; name the target that uses it: 'ic->E'.",
    ),
    "condition of a trace": (
        [("recordTraces.V.conds", {"cellTypo": "PYR"})],
        "simConfig.recordTraces['V'].conds.cellTypo: no cell has the tag 'cellTypo'. Did you mean "
        "'cellType'?",
    ),
    "population of a trace": (
        [("recordTraces.V.conds", {"pop": "Exx"})],
        "simConfig.recordTraces['V'].conds.pop: there is no population 'Exx'. Known: 'E', 'I'.",
    ),
    "trace without a variable": (
        [("recordTraces.V", {"sec": "soma"})],
        "simConfig.recordTraces['V'].var: required, but missing: the variable to record.",
    ),
    "unknown plot": (
        [("analysis.plotRastr", True)],
        "simConfig.analysis['plotRastr']: there is no analysis or plot of this name. Did you mean "
        "'plotRaster'?",
    ),
    "argument of a plot": (
        [("analysis.plotRaster", {"includ": ["E"]})],
        "simConfig.analysis['plotRaster'].includ: there is no argument of plotRaster of this name. "
        "Did you mean 'include'?",
    ),
    "plot of what is not recorded": (
        [("analysis.plotCSD", True)],
        "simConfig.analysis['plotCSD']: it shows what simConfig.recordLFP records, which is not set.",
    ),
    "plot of a dipole that is not recorded": (
        [("analysis.plotEEG", {"dipole_location": "parietal_lobe"})],
        "simConfig.analysis['plotEEG']: it shows what simConfig.recordDipole records, which is not set.",
    ),
    "electrode of a plot": (
        [("recordLFP", [[0, 0, 0], [0, 9, 0]]), ("analysis.plotLFP", {"electrodes": ["avg", [0, 2]]})],
        "simConfig.analysis['plotLFP'].electrodes[1]: there is no electrode 2: they are 0 to 1, 'avg' "
        "and 'all'.",
    ),
    "trace of a plot": (
        [("analysis.plotEPSPAmp", {"trace": "W"})],
        "simConfig.analysis['plotEPSPAmp'].trace: simConfig.recordTraces has no 'W'.",
    ),
    "population of a plot": (
        [("analysis.plotRaster", {"include": ["Exx"]})],
        "simConfig.analysis['plotRaster'].include[0]: there is no population 'Exx'.",
    ),
    "argument of a shape": (
        [("analysis.plotShape", {"cvars": "numSyns"})],
        "simConfig.analysis['plotShape'].cvars: there is no argument of plotShape of this name. Did you mean "
        "'cvar'?",
    ),
    "population of a number": (
        [("analysis.calculateDisynaptic", {"includePrePre": ["Exx"]})],
        "simConfig.analysis['calculateDisynaptic'].includePrePre[0]: there is no population 'Exx'.",
    ),
    "argument of a picture in the browser": (
        [("analysis.iplotRaster", {"orderby": "y"})],
        "simConfig.analysis['iplotRaster'].orderby: there is no argument of iplotRaster of this name. "
        "Did you mean 'orderBy'?",
    ),
    "electrodes without places": (
        [("electrodes", {"sigma": 0.2})],
        "simConfig.electrodes: nothing is recorded without recordLFP.",
    ),
    "disc without radius": (
        [*ELECTRODE, ("electrodes", {"contactPoints": 9})],
        "simConfig.electrodes.contactPoints: contacts are points without contactRadius.",
    ),
    "cells of a signal that is not recorded": (
        [("saveLFPCells", True)],
        "simConfig.saveLFPCells: nothing is kept without recordLFP.",
    ),
    "dipole along cells without the mechanism": (
        [("recordDipolesHNN", {"L5": ["E"]})],
        "simConfig.recordDipolesHNN: no section has the mechanism 'dipole': the dipoles are 0.",
    ),
    "seed": ([("seeds", {"con": 2})], "simConfig.seeds.con: no such seed. Did you mean 'conn'?"),
    "saved part": (
        [("saveDataInclude", ["simDat"])],
        "simConfig.saveDataInclude[0]: nothing of this name is saved: 'simDat'. Did you mean 'simData'?",
    ),
}

STOPS = {
    "negative interval of checkpoints": (
        [("checkpointEvery", -5)],
        "simConfig.checkpointEvery: expected 0 or more, got -5.",
    ),
    "interval of checkpoints as text": (
        [("checkpointEvery", "often")],
        "simConfig.checkpointEvery: expected a number, got 'often' (str).",
    ),
    "checkpoints within a step": (
        [("checkpointEvery", 0.001)],
        "simConfig.checkpointEvery: shorter than a step of 0.025 ms.",
    ),
    "checkpoints with a variable step": (
        [("checkpointEvery", 10), ("cvode_active", True)],
        "simConfig.checkpointEvery: not possible with cvode_active: the integrator keeps a history of steps "
        "that cannot be saved.",
    ),
    "negative window": (
        [("recordWindow", -1)],
        "simConfig.recordWindow: expected 0 or more, got -1.",
    ),
    "windows with a local step": (
        [("recordWindow", 10), ("use_local_dt", True)],
        "simConfig.recordWindow: not possible with use_local_dt: NEURON counts the samples in memory.",
    ),
    "continuing without checkpoints": (
        [("resume", True)],
        "simConfig.resume: there are no checkpoints without checkpointEvery.",
    ),
    "folder of a run": (
        [("runFolder", 3)],
        "simConfig.runFolder: expected a text, got 3 (int).",
    ),
    "which synapses are merged": (
        [("mergeSynapses", "all")],
        "simConfig.mergeSynapses: expected True, False or 'any weight', got 'all' (str).",
    ),
    "merging as a number": (
        [("mergeSynapses", 2)],
        "simConfig.mergeSynapses: expected True, False or 'any weight', got 2 (int).",
    ),
    "SONATA as a number": (
        [("saveSonata", 3)],
        "simConfig.saveSonata: expected True, False, a folder or a dictionary, got 3 (int).",
    ),
    "LEMS as a number": ([("saveLems", 3)], "simConfig.saveLems: expected a list of files, got 3 (int)."),
    "file of LEMS": (
        [("saveLems", [{"columns": []}])],
        "simConfig.saveLems[0]: expected a mapping with 'file', got {'columns': []} (dict).",
    ),
    "two kinds of file": (
        [("saveLems", [{"file": "x", "events": [], "columns": []}])],
        "simConfig.saveLems[0]: expected either 'columns' or 'events'.",
    ),
    "form of events": (
        [("saveLems", [{"file": "x", "events": [], "format": "ID"}])],
        "simConfig.saveLems[0].format: there is no format 'ID'. Known: 'ID_TIME', 'TIME_ID'.",
    ),
    "column of LEMS": (
        [("saveLems", [{"file": "x", "columns": [["V", 0]]}])],
        "simConfig.saveLems[0].columns[0]: expected [label, gid, factor], got ['V', 0] (list).",
    ),
    "trace of a column": (
        [("recordTraces", {}), ("saveLems", [{"file": "x", "columns": [["V", 0, 1.0]]}])],
        "simConfig.saveLems[0].columns[0]: recordTraces has no entry 'V'. None is defined.",
    ),
    "folder of SONATA": (
        [("saveSonata", {"folder": 3})],
        "simConfig.saveSonata.folder: expected a path, got 3 (int).",
    ),
    "two folders of SONATA": (
        [("saveSonata", {"folder": "x", "config": "x.json"})],
        "simConfig.saveSonata: 'folder' and 'config' exclude each other: the config names the folder.",
    ),
    "config of SONATA": (
        [("saveSonata", {"config": "nowhere.json"})],
        "simConfig.saveSonata.config: there is no file 'nowhere.json'.",
    ),
    "weights as a text": (
        [("saveWeights", "all")],
        "simConfig.saveWeights: expected True, False or a dictionary, got 'all' (str).",
    ),
    "step 0 of weights": (
        [("saveWeights", {"step": 0})],
        "simConfig.saveWeights.step: expected a positive number, got 0.",
    ),
    "step of weights as text": (
        [("saveWeights", {"step": "often"})],
        "simConfig.saveWeights.step: expected a number, got 'often' (str).",
    ),
    "rule of weights": (
        [("saveWeights", {"rules": ["E->II"]})],
        "simConfig.saveWeights.rules[0]: connParams has no entry 'E->II'. Did you mean 'E->I'?",
    ),
    "rules of weights as text": (
        [("saveWeights", {"rules": "E->I"})],
        "simConfig.saveWeights.rules: expected a list of labels in connParams, got 'E->I' (str).",
    ),
    "cells of weights": (
        [("saveWeights", {"post": ["Exx"]})],
        "simConfig.saveWeights.post[0]: there is no population 'Exx'. Known: 'E', 'I', 'all', 'allCells'.",
    ),
    "index of weights": (
        [("saveWeights", {"index": -1})],
        "simConfig.saveWeights.index: expected an integer of 0 or more, got -1 (int).",
    ),
    "dt as text": ([("dt", "small")], "simConfig.dt: expected a number, got 'small' (str)."),
    "dt 0": ([("dt", 0)], "simConfig.dt: expected a positive number, got 0."),
    "negative duration": ([("duration", -1)], "simConfig.duration: expected 0 or more, got -1."),
    "unknown population to record": (
        [("recordCells", ["Exx"])],
        "simConfig.recordCells[0]: there is no population 'Exx'. Known: 'E', 'I', 'all', 'allCells'.",
    ),
    "record what is no selector": (
        [("recordCells", [0.5])],
        "simConfig.recordCells[0]: expected a gid, a population or (population, index), got 0.5 (float).",
    ),
    "value of a plot": (
        [("analysis.plotRaster", "yes")],
        "simConfig.analysis['plotRaster']: expected True, False or a dictionary of arguments, got 'yes' "
        "(str).",
    ),
    "negative seed": (
        [("seeds", {"conn": -1})],
        "simConfig.seeds.conn: expected an integer from 0 to 4294967295, got -1 (int).",
    ),
    "adaptive step": ([("recordStep", "adaptive")], "simConfig.recordStep: 'adaptive' needs use_local_dt."),
    "h parameter as text": (
        [("hParams.v_init", "low")],
        "simConfig.hParams.v_init: expected a number, got 'low' (str).",
    ),
    "electrode in a plane": (
        [("recordLFP", [[0, 10, 20], [10, 20]])],
        "simConfig.recordLFP[1]: expected [x, y, z] in um, got [10, 20] (list).",
    ),
    "cells of the LFP": (
        [("recordLFP", [[0, 10, 20]]), ("saveLFPCells", ["Exx"])],
        "simConfig.saveLFPCells[0]: there is no population 'Exx'. Known: 'E', 'I', 'all', 'allCells'.",
    ),
    "populations of the LFP": (
        [("recordLFP", [[0, 10, 20]]), ("saveLFPPops", ["Exx"])],
        "simConfig.saveLFPPops[0]: there is no population 'Exx'. Known: 'E', 'I'.",
    ),
    "populations of the dipole": (
        [("recordDipole", True), ("saveDipolePops", 3)],
        "simConfig.saveDipolePops: expected True or a list of populations, got 3 (int).",
    ),
    "cells of membrane currents": (
        [("saveIMembrane", ["Exx"])],
        "simConfig.saveIMembrane[0]: there is no population 'Exx'. Known: 'E', 'I', 'all', 'allCells'.",
    ),
    "populations of a dipole along cells": (
        [("recordDipolesHNN", {"L5": ["Exx"]})],
        "simConfig.recordDipolesHNN.L5[0]: there is no population 'Exx'. Known: 'E', 'I'.",
    ),
    "dipoles along cells without labels": (
        [("recordDipolesHNN", ["E"])],
        "simConfig.recordDipolesHNN: expected a dictionary of labels and lists of populations, got ['E'] "
        "(list).",
    ),
    "misspelt option of electrodes": (
        [*ELECTRODE, ("electrodes", {"sigmas": 0.3})],
        "simConfig.electrodes.sigmas: unknown key. Did you mean 'sigma'?",
    ),
    "conductivity of a plane": (
        [*ELECTRODE, ("electrodes", {"sigma": [0.3, 0.2]})],
        "simConfig.electrodes.sigma: expected a number or [x, y, z] in S/m, got [0.3, 0.2] (list).",
    ),
    "no conductivity": (
        [*ELECTRODE, ("electrodes", {"sigma": [0.3, 0.2, 0]})],
        "simConfig.electrodes.sigma: expected a positive number, got 0.",
    ),
    "method of electrodes": (
        [*ELECTRODE, ("electrodes", {"method": "lines"})],
        "simConfig.electrodes.method: expected one of 'line', 'point', 'root_as_point', got 'lines'. "
        "Did you mean 'line'?",
    ),
    "radius of contacts": (
        [*ELECTRODE, ("electrodes", {"contactRadius": -1})],
        "simConfig.electrodes.contactRadius: expected 0 um or more, got -1 (int).",
    ),
    "points of contacts": (
        [*ELECTRODE, ("electrodes", {"contactRadius": 5, "contactPoints": 2.5})],
        "simConfig.electrodes.contactPoints: expected a whole number from 1 on, got 2.5 (float).",
    ),
    "normal of contacts": (
        [*ELECTRODE, ("electrodes", {"contactRadius": 5, "contactNormal": [0, 0, 0]})],
        "simConfig.electrodes.contactNormal: expected a direction [x, y, z], got [0, 0, 0] (list).",
    ),
    "slab as a number": (
        [*ELECTRODE, ("electrodes", {"slab": 300})],
        "simConfig.electrodes.slab: expected a dictionary, got 300 (int).",
    ),
    "misspelt option of a slab": (
        [*ELECTRODE, ("electrodes", {"slab": {"thikness": 300}})],
        "simConfig.electrodes.slab.thikness: unknown key. Did you mean 'thickness'?",
    ),
    "thickness of a slab": (
        [*ELECTRODE, ("electrodes", {"slab": {"thickness": 0}})],
        "simConfig.electrodes.slab.thickness: expected a positive number, got 0.",
    ),
    "bottom of a slab": (
        [*ELECTRODE, ("electrodes", {"slab": {"squeeze": 1}})],
        "simConfig.electrodes.slab.squeeze: expected 0 or more, and less than 1, got 1.",
    ),
    "text in a slab": (
        [*ELECTRODE, ("electrodes", {"slab": {"bottom": "low"}})],
        "simConfig.electrodes.slab.bottom: expected a number, got 'low' (str).",
    ),
    "anisotropic slab": (
        [*ELECTRODE, ("electrodes", {"sigma": [0.3, 0.3, 0.2], "slab": {}})],
        "simConfig.electrodes.sigma: the tissue of a slab has one conductivity.",
    ),
    "line sources above glass": (
        [*ELECTRODE, ("electrodes", {"slab": {"bottom": -10}})],
        "simConfig.recordLFP[0]: not on the glass at z = -10 um, where line sources need it; or method "
        "'point'.",
    ),
    "glass that conducts": (
        [*ELECTRODE, ("electrodes", {"slab": {"bottom": 20, "glass": 0.1}})],
        "simConfig.electrodes.slab.glass: line sources need glass that conducts nothing; or method 'point'.",
    ),
    "electrode outside of a slab": (
        [*ELECTRODE, ("electrodes", {"slab": {"thickness": 15}, "method": "point"})],
        "simConfig.recordLFP[0]: outside of the slab.",
    ),
    "signal of your own": (
        [("recordSignals", ["LPF"])],
        "simConfig.recordSignals[0]: there is no signal 'LPF'. Did you mean 'LFP'?",
    ),
    "coreneuron that is neither on nor off": (
        [("coreneuron", "quick")],
        "simConfig.coreneuron: expected True, False, 'fast' or 'gpu', got 'quick' (str).",
    ),
    "coreneuron as a number": (
        [("coreneuron", 3)],
        "simConfig.coreneuron: expected True, False or a text, got 3 (int).",
    ),
    "coreneuron with threads": (
        [("coreneuron", True), ("threads", 2)],
        "simConfig.threads: NEURON cannot divide what CoreNEURON records among threads; start more ranks.",
    ),
    "coreneuron with a variable step": (
        [("coreneuron", True), ("cvode_active", True)],
        "simConfig.cvode_active: CoreNEURON has fixed time steps only.",
    ),
    "model for coreneuron with a local step": (
        [("dump_coreneuron_model", True), ("use_local_dt", True)],
        "simConfig.use_local_dt: CoreNEURON has fixed time steps only.",
    ),
    "gpu without coreneuron": (
        [("gpu", True)],
        "simConfig.gpu: only CoreNEURON runs on a GPU: needs coreneuron=True.",
    ),
    "traces as a list": (
        [("recordTraces", ["v"])],
        "simConfig.recordTraces: expected a dictionary, got ['v'] (list).",
    ),
}

NOT_YET = []

DOUBTS = {
    "script that does not exist": (
        [("backupCfgFile", ["no_such_cfg.py", "backup"])],
        "simConfig.backupCfgFile[0]: there is no file 'no_such_cfg.py'.",
    ),
    "misspelt option": (
        [("durration", 500)],
        "simConfig.durration: no option of this name; it is kept as an attribute of yours. Did you mean "
        "'duration'?",
    ),
    "option that does nothing": (
        [("saveTxt", True)],
        "simConfig.saveTxt: ignored, as in NetPyNE: spikes as text are saved by saveCSV.",
    ),
    "tstop": (
        [("tstop", 50)],
        "simConfig.tstop: ignored, as in NetPyNE: the simulation lasts for `duration`, 100.0 ms.",
    ),
    "argument that does nothing": (
        [("analysis.plotRaster", {"sparkle": 1})],
        "simConfig.analysis['plotRaster'].sparkle: there is no argument of plotRaster of this name; it "
        "is left out.",
    ),
}


def cases(table):
    return pytest.mark.parametrize(("changes", "expected"), table.values(), ids=table)


@cases(RUNS_IN_NETPYNE)
def test_what_netpyne_would_run_with_is_an_error_unless_lenient(changes, expected):
    problems, _ = said(*spoiled("simConfig", *changes))
    assert len(problems) == 1
    assert problems[0].startswith(expected)
    problems, doubts = lenient(*spoiled("simConfig", *changes))
    assert problems == []
    assert any(doubt.startswith(expected) for doubt in doubts)


@cases(STOPS)
def test_what_stops_netpyne_is_an_error_in_any_case(changes, expected):
    for look in (said, lenient):
        problems, _ = look(*spoiled("simConfig", *changes))
        assert problems == [expected]


@cases(DOUBTS)
def test_what_is_doubtful_is_a_warning(changes, expected):
    assert said(*spoiled("simConfig", *changes)) == ([], [expected])


def test_option_that_mapping_uses_is_the_users_own():
    network, simulation = spoiled("netParams", ("mapping", {"durations": "sizeX"}))
    assert said(network, {**simulation, "durations": 50}) == ([], [])


@pytest.mark.parametrize("place", ["simConfig", "netParams"])
def test_swapped_arguments(place):
    arguments = (SIMULATION, NETWORK) if place == "simConfig" else ({"duration": 1}, {})
    problems, _ = said(*arguments)
    assert len(problems) == 1
    assert problems[0].startswith(place)
    assert "swapped" in problems[0]
