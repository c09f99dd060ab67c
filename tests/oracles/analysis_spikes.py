"""Everything numeric that NetPyNE's spike plots give, of one small network.

python analysis_spikes.py PACKAGE FILE.

Both packages run the same calls on the same spikes; what needs other words in one of them is in `ask`.
"""

import json
import sys
from pathlib import Path

import dump
import matplotlib.pyplot as plt
import numpy as np
from networks import parts

DURATION = 400
GROUPS = ["E", "I", ["E", "I"], ("E", [1, 2, 5]), 3]
BINS = 40
SIGNAL = (np.sin(2 * np.pi * 8 * np.arange(400) / 1000) + 0.3 * np.cos(0.19 * np.arange(400))).tolist()


def network():
    def rule(pre, post, weight, mechanism):
        base = {"probability": 0.3, "delay": 2, "synMech": mechanism, "weight": weight}
        return {"preConds": {"pop": pre}, "postConds": {"pop": post}, **base}

    net = {
        "sizeY": 300,
        "popParams": {
            "E": {"cellType": "ball", "numCells": 12, "yRange": [0, 200]},
            "I": {"cellType": "ball", "numCells": 6, "yRange": [100, 300]},
            "silent": {"cellType": "ball", "numCells": 2},
        },
        "cellParams": {"ball": parts.ball()},
        "synMechParams": parts.synapses(),
        "connParams": {"E->I": rule("E", "I", 0.004, "exc"), "I->E": rule("I", "E", 0.002, "inh")},
        **parts.noise({"pop": ["E", "I"]}),
    }
    return net, parts.config(duration=DURATION, recordStim=True, verbose=False)


CALLS = {
    "calculateRate": [{}, {"include": GROUPS, "peakBin": 7, "timeRange": [50, 333]}],
    "popAvgRates": [{}, {"tranges": [50, 200]}, {"tranges": [[0, 100], [100, 350]]}],
    "syncMeasure": [{}],
    "prepareSpikeData": [{}, {"include": ["I", "E"], "timeRange": [50.5, 300.5], "orderBy": "y"}],
    "prepareRaster": [{"orderBy": ["pop", "y"]}, {"maxSpikes": 50}, {"popRates": "minimal"}],
    "prepareSpikeHist": [{"include": ["eachPop"]}],
    "plotSpikeStats": [
        {"graphType": "histogram", "stats": ["rate"], "includeRate0": True, "bins": 10},
        {"graphType": "histogram", "stats": ["rate"], "include": ["I", ("E", 2), 3], "timeRange": [50, 333]},
        {"graphType": "histogram", "stats": ["isicv"], "include": ["E", "I"], "bins": 10},
        {"graphType": "scatter", "stats": ["rate"], "include": ["E"], "bins": 4},
        {"stats": ["rate"], "include": ["I", "E"]},
    ],
    "plotRatePSD": [
        {},
        {"norm": True, "binSize": 2, "minFreq": 4, "maxFreq": 60, "stepFreq": 2, "include": ["I", ("E", 2)]},
        {"transformMethod": "fft", "NFFT": 64, "noverlap": 32, "include": ["E", "I"]},
        {"transformMethod": "fft", "NFFT": 64, "noverlap": 32, "include": ["E"], "smooth": 6},
        {"transformMethod": "fft", "NFFT": 64, "noverlap": 0, "include": ["E"], "yLogScale": False},
    ],
    "plotRateSpectrogram": [{}, {"binSize": 2, "maxFreq": 50, "timeRange": [50, 333], "include": ["E", "I"]}],
    "plotRates": [{"timeRanges": [[0, 100], [100, 350]], "include": ["E", "I"]}],
    "getSpktSpkid": [{"cellGids": [1, 4], "timeRange": [50.5, 200.5]}],
    "getCellsInclude": [{"include": [item]} for item in [*GROUPS, "all", "allCells", "allNetStims"]],
    "getInclude": [{"include": ["I", ("E", 3)]}],
    "getCellsIncludeTags": [
        {"include": ["E", ("I", [0])], "tags": {0: {"pop": "E"}, 1: {"pop": "I"}, 2: {"pop": "E"}}},
        {"include": [("E", 1), 1], "tags": {0: ["E"], 1: ["I"], 2: ["E"]}, "tagsFormat": ["pop"]},
    ],
    "invertDictMapping": [{"d": {"a": 1, "b": 2, "c": 1}}],
    "checkAvailablePlots": [{}],
    "_smooth1d": [{"x": np.arange(30.0) ** 2, "window_len": 6}],
}  # fmt: skip


RATES = [{}, {"norm": True}, {"filtFreq": 40}, {"filtFreq": [10, 60], "filtOrder": 2, "binSize": 4}]
"""Arguments of plotSpikeFreq."""


def rates_drawn(package, sim, arguments):
    """Rates of E and I that plotSpikeFreq draws, without the last bin, which NetPyNE leaves out.

    NetPyNE's drawing itself stops with matplotlib 3.9 and later.
    """
    bin_size = arguments.get("binSize", 5)
    if package == "netspec":
        span = [0, DURATION - bin_size]
        return sim.analysis.plotSpikeFreq(include=["E", "I"], timeRange=span, **arguments)[1]["values"]
    drawn = []
    module = sys.modules["netpyne.plotting.plotSpikeFreq"]
    module.LinesPlotter.plot = lambda self, **_: drawn.extend(self.y)
    sim.plotting.plotSpikeFreq(include=["E", "I"], timeRange=[0, DURATION], **arguments)
    return drawn


def boxes(*values, labels=None, drawn=plt.boxplot, **style):
    """Boxes without the argument that matplotlib 3.11 has no more and NetPyNE gives."""
    return drawn(*values, **style)


def main():
    package, path = sys.argv[1:]
    specs, sim = dump.load(package)
    plt.boxplot = boxes
    net, cfg = network()
    sim.createSimulate(specs.NetParams(net), specs.SimConfig(cfg))
    found = {
        name: [short(name, ask(package, sim, name, arguments)) for arguments in calls]
        for name, calls in CALLS.items()
    }
    found["rates"] = [rates_drawn(package, sim, arguments) for arguments in RATES]
    phases = {
        "signal": np.array(SIGNAL),
        "fs": 1000.0,
        "filtFreq": [4, 12],
        "filtOrder": 2,
        "include_signal": True,
    }
    own = sim.analysis.prepareRaster(include=["E"], colorbyPhase=phases)
    found["phases"] = {"at": own["spkPhases"], "signal": np.real(own["signal"]), "time": own["time"]}
    Path(path).write_text(json.dumps(found, default=plain))


def ask(package, sim, name, arguments):
    """What a function returns, without figures."""
    given = {key: list(value) if isinstance(value, list) else value for key, value in arguments.items()}
    place = sim.analysis
    if name == "getSpktSpkid":
        place = sim.analysis.tools
    if name.startswith("plot"):
        given["showFig"] = False
        if package == "netspec":
            return getattr(place, name)(**given)[1]
        found = getattr(place, name)(**given)
        return {"avgs": found[2], "peaks": found[3]} if name == "plotRates" else found[1]
    return getattr(place, name)(**given)


def short(name, found):
    """Without what has another form in each package."""
    if name in ("getCellsInclude", "getInclude"):
        return [[cell["gid"] for cell in found[0]], sorted(found[1]), found[2]]
    if name == "getSpktSpkid":
        return [sorted(zip(*found[1:])), list(found[0]["spkt"])]  # noqa: B905
    return found


def plain(value):
    return value.tolist() if isinstance(value, np.ndarray | np.generic) else list(value)


if __name__ == "__main__":
    main()
