"""What a stimSource of type 'Waveform' drives: a clamp, or a variable of a mechanism or of synapses."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from netspec.errors import SpecError
from netspec.spec.network import StimulusSource
from netspec.spec.simulation import Simulation
from netspec.stimulus import OrnsteinUhlenbeck, Stimulus, WhiteNoise, from_plain, is_stimulus

WAVEFORM, FIELD = "Waveform", "XStim"
NOISE = "NoisyClamp"
"""netspec's own mechanism, which draws its current while the network runs."""
CLAMPS = {"IClamp": ("amp", "nA"), "SEClamp": ("amp1", "mV")}
"""Clamps, with the variable that a waveform drives and its unit."""
ENDLESS = 1e9
HELD: dict[str, dict[str, float]] = {"IClamp": {"del": 0.0, "dur": ENDLESS}, "SEClamp": {"dur1": ENDLESS}}
"""Values of clamps that a waveform drives all the time."""
FIELD_UNITS = {"pointSource": "mA", "uniform": "V/m"}
"""Unit of the waveform of each class of extracellular field."""
KEYS = ("stimulus", "clamp", "rs", "mech", "synMech", "var", "seed")


@dataclass(frozen=True)
class Drive:
    """The variable that a waveform is played into. clamp, mech, synapse: what has it; the others are None."""

    variable: str
    unit: str | None
    clamp: str | None = None
    mech: str | None = None
    synapse: str | None = None


def drive(params: Mapping[str, Any]) -> Drive:
    """What a source drives, whose parameters are right."""
    if params.get("mech") is not None:
        return Drive(params["var"], None, mech=params["mech"])
    if params.get("synMech") is not None:
        return Drive(params["var"], None, synapse=params["synMech"])
    clamp = params.get("clamp") or "IClamp"
    return Drive(*CLAMPS[clamp], clamp=clamp)


def mechanism(source: StimulusSource, simulation: Simulation) -> str | None:
    """The point process or NetStim that a source makes, or None."""
    if source.type == "NetStim" and is_stimulus(source.params.get("rate")):
        return "VecStim"
    if source.type != WAVEFORM:
        return None if source.type == FIELD else source.type
    if source.params.get("mech") is not None or source.params.get("synMech") is not None:
        return None
    clamp = source.params.get("clamp") or "IClamp"
    return NOISE if clamp == "IClamp" and _only_noise(source.params, simulation) else clamp


def _only_noise(params: Mapping[str, Any], simulation: Simulation) -> bool:
    """Whether a stimulus is noise that a mechanism can draw step by step."""
    if simulation.cvode_active:
        return False
    try:
        given = from_plain(params.get("stimulus"))
    except SpecError:
        return False
    return step_noise(given) is not None


def step_noise(given: Stimulus) -> OrnsteinUhlenbeck | WhiteNoise | None:
    """The stimulus, if it is exactly one noise with a value for each time step."""
    if isinstance(given, OrnsteinUhlenbeck) or (isinstance(given, WhiteNoise) and given.hold is None):
        return given
    return None
