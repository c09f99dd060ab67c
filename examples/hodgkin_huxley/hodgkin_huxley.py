"""A patch of the squid's giant axon, as Hodgkin and Huxley described it, and what a current does to it."""

import atexit
import shutil
import tempfile
from pathlib import Path

import numpy as np

import netspec

AREA = 1000  # um2, so that 1 uA/cm2 into the cell is 0.01 nA
DIAMETER = float(np.sqrt(AREA / np.pi))  # of a cylinder as long as it is wide [um]
CELL = Path(__file__).with_name("axon.cell.nml")
MECHANISMS = tempfile.mkdtemp()  # for what is made of the channels in CELL
atexit.register(shutil.rmtree, MECHANISMS, ignore_errors=True)
DELAY, DURATION = 5, 50  # when the current begins, and the end of the simulation [ms]

SLIDERS = {
    "current": (10, -10, 60, 1, "current [µA/cm²]"),
    "stop": (45, 5, 50, 1, "current ends at [ms]"),
    "gnabar": (120, 0, 240, 5, "g_Na [mS/cm²]"),
    "gkbar": (36, 0, 72, 1, "g_K [mS/cm²]"),
    "gl": (0.3, 0, 2, 0.05, "g_leak [mS/cm²]"),
    "celsius": (6.3, 0, 30, 0.1, "temperature [°C]"),
}
"""What can be changed: value at first, lowest and highest value, step, text."""
DEFAULTS = {name: slider[0] for name, slider in SLIDERS.items()}


def from_dictionaries(current, stop, gnabar, gkbar, gl, celsius):
    """(netParams, simConfig): one compartment with the channels of the squid's axon, and a current."""
    channels = {"hh": {"gnabar": gnabar / 1000, "gkbar": gkbar / 1000, "gl": gl / 1000}}  # [S/cm2]
    soma = {"geom": {"L": DIAMETER, "diam": DIAMETER, "cm": 1}, "mechs": channels}
    gates = {gate: {"mech": "hh", "var": gate} for gate in "mhn"}
    traces = {**gates, "i_leak": {"mech": "hh", "var": "il"}}
    return experiment({"secs": {"soma": soma}}, current, stop), recording(traces, celsius)


def from_neuroml(current, stop, gnabar, gkbar, gl, celsius):
    """(netParams, simConfig, folder of mod files): the same with the cell and channels of a NeuroML file."""
    from netspec.formats import neuroml

    cell, _ = neuroml.cell(CELL, MECHANISMS)
    for channel, density in (("sodium", gnabar), ("potassium", gkbar), ("leak", gl)):
        cell["secs"]["soma"]["mechs"][channel]["gmax"] = density / 1000  # [S/cm2]
    places = {"m": "sodium", "h": "sodium", "n": "potassium"}
    gates = {gate: {"mech": channel, "var": f"{gate}_q"} for gate, channel in places.items()}
    traces = {**gates, "i_leak": {"mech": "leak", "var": "i"}}
    return experiment(cell, current, stop), recording(traces, celsius), MECHANISMS


def experiment(cell, current, stop):
    """netParams: one such cell, and a current into it."""
    return {
        "cellParams": {"axon": cell},
        "popParams": {"axon": {"cellType": "axon", "numCells": 1}},
        "stimSourceParams": {
            "electrode": {
                "type": "IClamp",
                "del": DELAY,
                "dur": max(stop - DELAY, 0),
                "amp": current * AREA * 1e-5,  # [nA]
            }
        },
        "stimTargetParams": {
            "electrode->axon": {"source": "electrode", "conds": {"pop": "axon"}, "sec": "soma", "loc": 0.5}
        },
    }


def recording(traces, celsius):
    """simConfig: the potential, the currents of sodium and potassium, and these traces."""
    every = {"V": {"var": "v"}, "i_Na": {"var": "ina"}, "i_K": {"var": "ik"}, **traces}
    return {
        "duration": DURATION,
        "dt": 0.01,
        "recordStep": 0.05,
        "hParams": {"celsius": celsius, "v_init": -65},
        "recordCells": ["all"],
        "recordTraces": {label: {"sec": "soma", "loc": 0.5, **trace} for label, trace in every.items()},
    }


MODELS = {"dictionaries": from_dictionaries, "NeuroML": from_neuroml}
"""Ways to write the same model; each takes the values of the sliders."""


def simulate(model="dictionaries", **values):
    """Results of a run with these values; those not given are the squid's."""
    network, config, *mod = MODELS[model](**{**DEFAULTS, **values})
    return netspec.run(network, config, mod=mod or None)


def curve(results, label):
    """Samples of a recorded variable of the only cell."""
    return results.traces[label][0]


def draw(results):
    """A figure: the potential, the gates, and the currents through the membrane over time."""
    from matplotlib.figure import Figure

    from netspec.plots.colors import PALETTE

    figure = Figure(figsize=(8, 6.5), layout="constrained")
    potential, gates, currents = figure.subplots(3, 1, sharex=True)
    potential.plot(results.time, curve(results, "V"), color="black")
    potential.set(ylabel="V [mV]", ylim=(-95, 65))
    texts = {"m": "m, opens Na", "h": "h, closes Na", "n": "n, opens K"}
    for (gate, text), color in zip(texts.items(), PALETTE, strict=False):
        gates.plot(results.time, curve(results, gate), label=text, color=color)
    gates.set(ylabel="share of gates", ylim=(-0.05, 1.05))
    for label, color in zip(("i_Na", "i_K", "i_leak"), (PALETTE[0], *PALETTE[2:]), strict=False):
        # NEURON's mA/cm2 are positive outwards; a mA is a thousand uA
        currents.plot(results.time, 1000 * curve(results, label), label=label, color=color)
    currents.set(ylabel="current out [µA/cm²]", xlabel="time [ms]", xlim=(0, DURATION))
    for axes in (gates, currents):
        axes.legend(loc="center left", bbox_to_anchor=(1, 0.5), frameon=False)
    return figure


def panel():
    """Sliders, a switch between the ways to write the model, and the figure that follows them."""
    import ipywidgets
    from IPython.display import display

    wide = {"description_width": "140px"}
    sliders = {
        name: ipywidgets.FloatSlider(
            value=value, min=low, max=high, step=step, description=text, style=wide, continuous_update=False,
            layout={"width": "460px"},
        )
        for name, (value, low, high, step, text) in SLIDERS.items()
    }  # fmt: skip
    model = ipywidgets.ToggleButtons(options=list(MODELS), description="written as", style=wide)
    back = ipywidgets.Button(description="as in the squid")
    back.on_click(lambda _: [setattr(slider, "value", DEFAULTS[name]) for name, slider in sliders.items()])

    def show(**values):
        display(draw(simulate(**values)))

    picture = ipywidgets.interactive_output(show, {"model": model, **sliders})
    return ipywidgets.VBox([model, *sliders.values(), back, picture])
