"""The numbers of NetPyNE's analysis of fields, cells and causality, and netspec's of the same data.

python analysis_fields.py netpyne FILE          runs a network; FILE: .pkl with its simData and the numbers
python analysis_fields.py netspec FILE OUTPUT   the numbers of the simData in FILE
"""

import importlib
import pickle
import sys

import numpy as np
from networks import parts
from signals import Lasting, plain

DURATION, STEP = 1000, 0.5
STEPS = {"times": [100, 400, 700], "dur": 200, "calculateOnset": True, "durSteady": 100,
         "calculateFeatures": ["latencyPeak1", "ISIPeak1", "ampSpike1", "ampSpike2"]}  # fmt: skip
LFP = {
    "as it is": {},
    "a part": {"timeRange": [100, 400], "electrodes": [2, "avg", [0, 3]]},
    "of a population": {"pop": "A", "electrodes": ["all"]},
    "below": {"filtFreq": 80, "detrend": True},
    "band": {"filtFreq": [4, 60], "filtOrder": 2, "normSignal": True},
}
PSD = {
    "morlet": {"electrodes": ["avg", 1], "maxFreq": 60, "stepFreq": 2},
    "parts": {"electrodes": [0, 2], "maxFreq": 40, "normPSD": True, "timeRange": [0, 600]},
    "fft": {"electrodes": ["avg", "all"], "transformMethod": "fft", "NFFT": 300, "noverlap": 100},
    "smooth": {"electrodes": ["avg", 3], "transformMethod": "fft", "smooth": 10},
    "CSD": {"electrodes": ["all"], "CSD": True, "maxFreq": 50},
}
SPECTROGRAM = {
    "linear": {"electrodes": ["avg", 2], "maxFreq": 40, "stepFreq": 4},
    "log": {"electrodes": [0, 1], "maxFreq": 60, "stepFreq": 5, "logy": True},
    "normalised": {"electrodes": [0, 1], "maxFreq": 30, "normSpec": True},
}
GRANGER = {
    "populations": {},
    "cells": {"cells1": [0, 1], "cells2": ["B"], "binSize": 4, "timeRange": [0, 900]},
    "times": {"spks1": list(np.arange(0.5, 1000, 7.3)), "spks2": list(np.arange(3.1, 1000, 11.9) ** 0.99)},
}
EPSP = [(amp, polarity) for amp in ("absolute", "relative", "ratio") for polarity in ("exc", "inh")]


def network():
    stick = parts.stick()
    pops = {label: {"cellType": "stick", "numCells": 3} for label in "AB"}
    parameters = {
        "popParams": pops,
        "cellParams": {"stick": stick},
        "synMechParams": parts.synapses(),
        "connParams": {"A->B": {"preConds": {"pop": "A"}, "postConds": {"pop": "B"}, "convergence": 2,
                                "weight": 0.02, "delay": 4, "synMech": "exc", "sec": "dend", "loc": 0.7}},
        "stimSourceParams": {"noise": {"type": "NetStim", "rate": 60, "noise": 0.8, "start": 1},
                             **{f"step{k}": {"type": "IClamp", "amp": 0.1 * (k + 1), "del": 100 + 300 * k,
                                             "dur": 200} for k in range(3)}},
        "stimTargetParams": {
            "noise": {"source": "noise", "conds": {"pop": ["A", "B"]}, "sec": "dend", "loc": 0.3,
                      "synMech": "exc", "weight": 0.02, "delay": 1},
            **{f"step{k}": {"source": f"step{k}", "conds": {"pop": "A", "cellList": [0]}, "sec": "soma",
                            "loc": 0.5} for k in range(3)},
        },
    }  # fmt: skip
    config = {
        "duration": DURATION, "dt": 0.0625, "recordStep": STEP, "verbose": False, "simLabel": "",
        "recordLFP": [[50, 100 * k, 30] for k in range(5)], "saveLFPPops": ["A", "B"], "recordCells": ["A"],
        "recordTraces": {"V_soma": {"sec": "soma", "loc": 0.5, "var": "v"}}, "analysis": {"plotfI": STEPS},
    }  # fmt: skip
    return parameters, config


def numbers(sim):
    """Everything that is compared: name -> plain data."""
    analysis, found = sim.analysis, {}
    # NetPyNE changes lists of electrodes in place
    for name, more in LFP.items():
        found[f"LFP {name}"] = analysis.prepareLFP(**fresh(more))
    for name, more in PSD.items():
        found[f"PSD {name}"] = analysis.preparePSD(**fresh(more))
    for name, more in SPECTROGRAM.items():
        data = analysis.prepareSpectrogram(**fresh(more))["electrodes"]["spectrogram"]
        found[f"spectrogram {name}"] = {key: data[key] for key in ("morlet", "extent", "vmin", "vmax")}
    for name, more in GRANGER.items():
        found[f"Granger {name}"] = analysis.granger(**more, showFig=False)[1]
    for amp, polarity in EPSP:
        more = {"trace": "V_soma", "start": 120, "interval": 90, "number": 4, "include": ["A"]}
        drawn = analysis.plotEPSPAmp(**more, amp=amp, polarity=polarity, showFig=False)
        found[f"EPSP {amp} {polarity}"] = {"peaks": drawn[1]["peaks"]}
    traces = analysis.plotTraces(include=[1], timeRange=[50, 150], showFig=False)[1]["tracesData"]
    found["traces"] = [trace["cell_1_V_soma"] for trace in traces]
    found["f-I"] = {key: sim.allSimData[key] for key in sim.allSimData if key.startswith("fI")}
    return {name: as_plain(value) for name, value in found.items()}


def fresh(more):
    return {"electrodes": ["avg", "all"], **{k: list(v) if k == "electrodes" else v for k, v in more.items()}}


def as_plain(value):
    if isinstance(value, dict):
        return {key: as_plain(item) for key, item in value.items()}
    if isinstance(value, np.ndarray | np.generic):
        return value.tolist()
    return [as_plain(item) for item in value] if isinstance(value, list | tuple) else value


def main():
    package, path, *output = sys.argv[1:]
    specs, sim = (importlib.import_module(f"{package}.{name}") for name in ("specs", "sim"))
    parameters, config = network()
    if package == "netpyne":
        setup = importlib.import_module("netpyne.sim.setup")
        setup.h = Lasting(setup.h)
        sim.createSimulate(specs.NetParams(parameters), specs.SimConfig(config))
        names = ("spkt", "spkid", "t", "V_soma", "LFP", "LFPPops")
        data = {name: plain(sim.allSimData[name]) for name in names}
        content = {"data": data, "numbers": numbers(sim)}
    else:
        with open(path, "rb") as file:
            data = pickle.load(file)["data"]
        sim.initialize(specs.NetParams(parameters), specs.SimConfig(config))
        sim.loadSimData("", {"simData": data})
        sim.allSimData.update(sim.analysis.calculatefI())
        content, path = numbers(sim), output[0]
    with open(path, "wb") as file:
        pickle.dump(content, file)


if __name__ == "__main__":
    main()
