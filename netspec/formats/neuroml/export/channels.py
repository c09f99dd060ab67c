"""NEURON's own density mechanisms as NeuroML channels and densities."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from netspec.formats.neuroml.export.text import element, quantity
from netspec.formats.sonata.export.templates import NO_MECHANISMS

HH = {"gnabar": 0.12, "gkbar": 0.036, "gl": 0.0003, "el": -54.3}
PAS = {"g": 0.001, "e": -70.0}
KNOWN = {"hh": HH, "pas": PAS, "fastpas": PAS}
"""Density mechanisms that have counterparts, with NEURON's own parameters."""
REVERSAL = {"na": 50.0, "k": -77.0}
"""NEURON's own reversal potentials of ions [mV]."""
GATES: dict[str, dict[str, tuple[int, tuple[Any, ...], tuple[Any, ...]]]] = {
    "hh_na": {
        "m": (3, ("HHExpLinearRate", 1, -40, 10), ("HHExpRate", 4, -65, -18)),
        "h": (1, ("HHExpRate", 0.07, -65, -20), ("HHSigmoidRate", 1, -35, 10)),
    },
    "hh_k": {"n": (4, ("HHExpLinearRate", 0.1, -55, 10), ("HHExpRate", 0.125, -65, -80))},
    "hh_leak": {},
    "pas": {},
}
"""Gates of each channel: instances, and forward and reverse rates of [1/ms, mV, mV] (hh.mod of NEURON)."""
IONS = {"hh_na": "na", "hh_k": "k"}


@dataclass(frozen=True)
class Density:
    """A channel with its conductance [S/cm2] and reversal potential [mV]."""

    channel: str
    conductance: float
    reversal: float

    @property
    def ion(self) -> str:
        """What carries its current."""
        return IONS.get(self.channel, "non_specific")


def densities(mechanisms: Mapping[str, Any], ions: Mapping[str, Mapping[str, Any]]) -> Iterator[Density]:
    """The channels of a section. ions: what it says of each; mechanisms: with numbers."""
    for name, given in mechanisms.items():
        own = {**KNOWN.get(name, {}), **given}
        if name == "hh":
            for ion, parameter in (("na", "gnabar"), ("k", "gkbar")):
                potential = ions.get(ion, {}).get("e")
                reversal = REVERSAL[ion] if potential is None else float(potential)
                yield Density(f"hh_{ion}", own[parameter], reversal)
            yield Density("hh_leak", own["gl"], own["el"])
        elif name in KNOWN:
            yield Density("pas", own["g"], own["e"])


def unknown(mechanisms: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """(mechanism, parameter or '') of what has no counterpart."""
    for name, given in mechanisms.items():
        if name in KNOWN:
            yield from ((name, parameter) for parameter in given if parameter not in KNOWN[name])
        elif name not in NO_MECHANISMS:
            yield name, ""


def channel(name: str, own_id: str) -> str:
    """The element of a channel."""
    gates = [
        element(
            "gateHHrates",
            element("q10Settings", type="q10ExpTemp", q10Factor=3, experimentalTemp="6.3degC"),
            *(_rate(tag, rate) for tag, rate in (("forwardRate", forward), ("reverseRate", reverse))),
            id=gate,
            instances=instances,
        )
        for gate, (instances, forward, reverse) in GATES[name].items()
    ]
    kind = {"species": IONS[name]} if name in IONS else {"type": "ionChannelPassive"}
    return element("ionChannelHH", *gates, id=own_id, conductance="10pS", **kind)


def _rate(tag: str, rate: tuple[Any, ...]) -> str:
    kind, value, midpoint, scale = rate
    values = {"rate": quantity(value, "per_ms"), "midpoint": f"{midpoint}mV", "scale": f"{scale}mV"}
    return element(tag, type=kind, **values)
