"""Mistakes in stimuli that are values: one clear problem each, with its path, before anything is built."""

import pytest
from bad_input import SIMULATION, said, spoiled

from netspec.stimulus import Constant, Sine, Step, WhiteNoise

PATH = "netParams.stimSourceParams['ic']"
TARGET = "netParams.stimTargetParams['ic->E']"


def waveform(**given):
    return [("stimSourceParams.ic", {"type": "Waveform", "stimulus": Sine(0.1, 8), **given})]


WRONG = {
    "no stimulus": (
        [("stimSourceParams.ic", {"type": "Waveform"})],
        f"{PATH}.stimulus: required, but missing.",
    ),
    "no such stimulus": (
        waveform(stimulus={"type": "Sin", "amplitude": 1}),
        f"{PATH}.stimulus: unknown stimulus 'Sin'. Did you mean 'Sine'?",
    ),
    "parameter of a part": (
        waveform(stimulus={"type": "Sum", "of": [1, {"type": "Sine", "amplitude": 1, "freqency": 8}]}),
        f"{PATH}.stimulus: of[1].freqency: not a parameter of Sine. Did you mean 'frequency'?",
    ),
    "neither stimulus nor number": (
        waveform(stimulus=[1, 2]),
        f"{PATH}.stimulus: [1, 2] is neither a stimulus nor a number.",
    ),
    "unit": (waveform(stimulus=Step("20 mV")), f"{PATH}.stimulus: '20 mV' should be in nA, not in 'mV'."),
    "unit of a mechanism's variable": (
        waveform(stimulus=Step("20 mV"), mech="pas", var="e"),
        f"{PATH}.stimulus: '20 mV': what is driven has no known unit here; give a plain number.",
    ),
    "no such clamp": (
        waveform(clamp="VClamp"),
        f"{PATH}.clamp: expected one of 'IClamp', 'SEClamp', got 'VClamp'.",
    ),
    "two places": (
        waveform(clamp="IClamp", mech="pas", var="g"),
        f"{PATH}.mech: a waveform drives one thing;",
    ),
    "no variable": (waveform(mech="pas"), f"{PATH}.var: required: the name of a variable of this mech."),
    "variable of nothing": (waveform(var="g"), f"{PATH}.var: of what? A variable needs 'mech' or 'synMech'."),
    "no such synapse": (
        waveform(synMech="exx", var="e"),
        f"{PATH}.synMech: synMechParams has no entry 'exx'. Did you mean 'exc'?",
    ),
    "resistance without its clamp": (waveform(rs=1), f"{PATH}.rs: only an SEClamp has it"),
    "resistance": (waveform(clamp="SEClamp", rs=0), f"{PATH}.rs: expected a positive number, got 0."),
    "seed": (waveform(seed=0.5), f"{PATH}.seed: expected an integer, got 0.5 (float)."),
    "misspelt key": (waveform(stimulsu=1), f"{PATH}.stimulsu: unknown key. Did you mean 'stimulus'?"),
    "key of a clamp": (waveform(amp=1), f"{PATH}.amp: unknown key."),
    "parameter in the target": (
        [*waveform(), ("stimTargetParams.ic->E.amp", 2)],
        f"{TARGET}.amp: a Waveform takes its parameters from its source only.",
    ),
    "weight of the target": (
        [*waveform(), ("stimTargetParams.ic->E.weight", 2)],
        f"{TARGET}.weight: a Waveform ends on no connection and has none.",
    ),
    "rate of a population without trains": (
        [("popParams.S", {"cellModel": "NetStim", "numCells": 2, "rate": Sine(10, 8)})],
        "netParams.popParams['S'].rate: a rate that is a stimulus needs the cellModel 'VecStim'.",
    ),
    "rate and interval": (
        [("popParams.S", {"cellModel": "VecStim", "numCells": 2, "rate": Constant(8), "interval": 5})],
        "netParams.popParams['S'].interval: a rate that is a stimulus says it all",
    ),
    "unit of a rate": (
        [("popParams.S", {"cellModel": "VecStim", "numCells": 2, "params": {"rate": Constant("5 ms")}})],
        "netParams.popParams['S'].params.rate: '5 ms' should be in Hz, not in 'ms'.",
    ),
    "rate and noise of a stimulus": (
        [("stimSourceParams.bkg.rate", Constant(5))],
        "netParams.stimSourceParams['bkg'].noise: a rate that is a stimulus says it all",
    ),
    "rate in a target": (
        [("stimTargetParams.bkg->all.rate", Constant(5))],
        "netParams.stimTargetParams['bkg->all'].rate: a rate that is a stimulus belongs into its source.",
    ),
    "shape of a weight": (
        [("connParams.E->I.shape", {"type": "Sine", "amplitude": 1})],
        "netParams.connParams['E->I'].shape: Sine needs 'frequency'.",
    ),
    "unit of a shape": (
        [("connParams.E->I.shape", Constant("1 nA"))],
        "netParams.connParams['E->I'].shape: '1 nA' should be in no unit, not in 'nA'.",
    ),
    "unit of a field": (
        [
            (
                "stimSourceParams.ic",
                {"type": "XStim", "waveform": Sine("1 V", 8), "field": {"class": "uniform"}},
            ),
        ],
        "netParams.stimSourceParams['ic'].waveform: '1 V' should be in V/m, not in 'V'.",
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_said_by_path(name):
    changes, message = WRONG[name]
    lines, _ = said(*spoiled("netParams", *changes))
    assert any(line.startswith(message) for line in lines), lines


@pytest.mark.parametrize(("option", "value"), [("threads", 2), ("use_local_dt", True), ("multisplit", True)])
def test_not_with_every_way_to_run(option, value):
    net, _ = spoiled("netParams", *waveform(stimulus=WhiteNoise(0.1)))
    lines, _ = said(net, {**SIMULATION, option: value})
    assert any(line.startswith(f"{PATH}.type: ") for line in lines), lines
