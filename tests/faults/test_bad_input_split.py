"""What is said of that which cannot be had with cells that are cut (multisplit)."""

import pytest
from bad_input import said, spoiled

NOT_YET = "not supported yet where ranks share a cell."
NO_CURRENTS = "NEURON does not know the membrane currents of nodes that ranks share."
CLAMP = {"type": "SEClamp", "dur1": 10, "amp1": -60, "rs": 1}
FIELD = {
    "type": "XStim",
    "waveform": {"type": "pulse", "amp": 1, "del": 5, "dur": 10},
    "field": {"class": "pointSource", "location": [0, 0, 0]},
}
OPTIONS = {
    "cvode_active": (True, "NEURON aborts when it cuts cells with a variable step."),
    "use_fast_imem": (True, NO_CURRENTS),
    "saveIMembrane": (True, NO_CURRENTS),
    "coreneuron": (True, "CoreNEURON cannot cut cells."),
    "checkpointEvery": (50, NOT_YET),
    "threads": (2, NOT_YET),
    "gatherOnlySimData": (True, NOT_YET),
}
NETWORKS = {
    "plasticity": (
        ("connParams.E->I.plast", {"mech": "STDP", "params": {}}),
        "netParams.connParams['E->I'].plast",
        NOT_YET,
    ),
    "gap junctions": (
        ("connParams.E->I.gapJunction", True),
        "netParams.connParams['E->I'].gapJunction",
        NOT_YET,
    ),
    "drawn synapses": (
        ("synMechParams.exc.tau2", "uniform(1, 2)"),
        "netParams.synMechParams['exc'].tau2",
        f"{NOT_YET} Give a number.",
    ),
    "its own NetCon": (
        ("synMechParams.exc.selfNetCon", {"sec": "soma"}),
        "netParams.synMechParams['exc'].selfNetCon",
        NOT_YET,
    ),
    "extracellular": (
        ("cellParams.PYR.secs.soma.mechs.extracellular", {}),
        "netParams.cellParams['PYR'].secs['soma'].mechs['extracellular']",
        "NEURON cannot cut cells that have it.",
    ),
    "fields": (("stimSourceParams.x", FIELD), "netParams.stimSourceParams['x'].type", NOT_YET),
}


@pytest.mark.parametrize(("key", "value", "why"), [(key, *row) for key, row in OPTIONS.items()], ids=OPTIONS)
def test_options(key, value, why):
    net, cfg = spoiled("simConfig", (key, value))
    assert said(net, {**cfg, "multisplit": True})[0] == [
        f"simConfig.{key}: not with simConfig.multisplit: {why}"
    ]
    assert not [line for line in said(net, cfg)[0] if "multisplit" in line]


@pytest.mark.parametrize(("change", "path", "why"), NETWORKS.values(), ids=NETWORKS)
def test_networks(change, path, why):
    net, cfg = spoiled("netParams", change)
    assert f"{path}: not with simConfig.multisplit: {why}" in said(net, {**cfg, "multisplit": True})[0]
    assert not [line for line in said(net, cfg)[0] if "multisplit" in line]


def test_signals_beside_voltage_clamps_and_of_second_order():
    net, cfg = spoiled("netParams", ("stimSourceParams.clamp", CLAMP))
    assert said(net, {**cfg, "multisplit": True})[0] == []
    known = said(net, {**cfg, "multisplit": True, "recordLFP": [[0, 0, 0]], "hParams": {"secondorder": 2}})[0]
    expected = "not with simConfig.multisplit: signals "
    assert sorted(line.split(expected)[0] for line in known) == [
        "netParams.stimSourceParams['clamp'].type: ",
        "simConfig.hParams.secondorder: ",
    ]
