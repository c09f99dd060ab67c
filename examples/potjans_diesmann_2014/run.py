"""Simulate the microcircuit and compare the rates of its populations with published ones. See README.md."""

import argparse
from pathlib import Path

import microcircuit

from netspec import sim, specs

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--cells", type=float, default=0.05, help="share of the cells (1: 77,169)")
parser.add_argument("--synapses", type=float, default=0.2, help="share of a cell's synapses (1: 3,870)")
parser.add_argument("--duration", type=float, default=1000, help="simulated time after the first 200 ms [ms]")
options = parser.parse_args()

cfg = specs.SimConfig()
cfg.duration, cfg.dt = 200 + options.duration, 0.05  # [ms]; cells wait for events, not for steps
cfg.filename = str(Path(__file__).with_name("microcircuit"))
shown = {"timeRange": [200, min(600, cfg.duration)], "orderInverse": True, "marker": ".", "markerSize": 1}
cfg.analysis["plotRaster"] = {**shown, "saveFig": True, "figSize": (8, 6)}

netParams = microcircuit.network(options.cells, options.synapses)
sim.createSimulateAnalyze(netParams, cfg)

if sim.rank == 0:
    rates = sim.results.rates((200, cfg.duration))
    print(f"\n{'population':12}{'this run [Hz]':>14}{'full model [Hz]':>17}")
    for label, published in zip(microcircuit.POPULATIONS, microcircuit.FULL_RATES, strict=True):
        print(f"{label:12}{rates[label]:14.2f}{published:17.2f}")
