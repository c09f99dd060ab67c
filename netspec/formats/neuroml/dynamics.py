"""The mechanisms that a NeuroML network needs: compiled once each, and entries of netParams that use them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from netspec.formats.neuroml.biophysics import tidy
from netspec.lems import nmodl
from netspec.lems.model import Component
from netspec.lems.nmodl import Mechanism
from netspec.lems.nmodl.expression import Node
from netspec.lems.resolve import Resolved

MS, NA = 1e3, 1e9
SCALE = "scale"
"""The parameter that the weight of an input, a gap junction or a graded synapse is."""
SILENT = Mechanism("", "point", "", {}, {})
"""The side of a connection that does nothing."""


@dataclass(frozen=True)
class Stimulus:
    """source: an entry of stimSourceParams. scaled: its parameters that a weight multiplies.

    synapse: label of the synMech where spikes go, whose connection has the weight.
    """

    source: dict[str, Any]
    scaled: tuple[str, ...] = ()
    synapse: str | None = None

    def target(self, weight: float) -> dict[str, Any]:
        """What an entry of stimTargetParams has besides cells and place."""
        if self.synapse is not None:
            return {"synMech": self.synapse, "weight": weight, "delay": 0.0}
        return {name: self.source[name] * weight for name in self.scaled} if weight != 1.0 else {}


@dataclass(eq=False)
class Mods:
    """Mechanisms of a network by component, and the texts of their mod files by name."""

    found: Resolved
    show: frozenset[str] = frozenset()
    outside: Mapping[str, Node] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)
    synapses: dict[str, Mechanism | None] = field(default_factory=dict)
    stimuli: dict[str, Stimulus | None] = field(default_factory=dict)
    made: dict[str, Mechanism] = field(default_factory=dict)
    entries: dict[str, dict[str, Any]] = field(default_factory=dict)

    def kept(self, mechanism: Mechanism) -> Mechanism:
        """The same mechanism; its text becomes a mod file."""
        if mechanism.text:
            self.texts[mechanism.name] = mechanism.text
        return mechanism

    def component(self, name: str, item: Component) -> Component | None:
        """The component that an item names; a mistake if there is none."""
        component = self.found.named(name)
        if component is None:
            self.found.findings.wrong(item.place, f"there is no component {name!r}")
        return component

    def synapse(self, name: str, item: Component) -> Mechanism | None:
        """The mechanism of a synapse."""
        if name not in self.synapses:
            component = self.component(name, item)
            self.synapses[name] = None
            if component is not None and component.is_a("silentSynapse"):
                self.synapses[name] = SILENT
            elif component is not None:
                made = nmodl.synapse(component, self.found, self.show, self.outside)
                self.synapses[name] = self.kept(made) if made is not None else None
        return self.synapses[name]

    def peer(self, name: str) -> str | None:
        """The variable of a synapse that follows the potential of another cell; None if it takes events."""
        made = self.synapses.get(name)
        return made.peer or None if made else None

    def silent(self, name: str) -> bool:
        """Whether a synapse does nothing."""
        return self.synapses.get(name) is SILENT

    def label(self, name: str, both: bool = False) -> str:
        """The entry of synMechParams for a synapse. both: with a synapse on both cells."""
        made = self.synapses[name]
        if name not in self.entries and made is not None:
            self.entries[name] = {"mod": made.name, **{k: tidy(v) for k, v in made.values.items()}}
            if made.peer:
                self.entries[name]["pointerParams"] = {
                    "target_var": made.peer, "source_var": "v", "weight_var": SCALE, "bidirectional": both,
                }  # fmt: skip
        return name

    def stimulus(self, name: str, item: Component) -> Stimulus | None:
        """What an input is for NEURON."""
        if name not in self.stimuli:
            component = self.component(name, item)
            self.stimuli[name] = self._stimulus(component, item) if component is not None else None
        return self.stimuli[name]

    def _stimulus(self, component: Component, item: Component) -> Stimulus | None:
        values = component.values
        match component.type.name:
            case "pulseGenerator":
                pulse = {
                    "del": values["delay"] * MS,
                    "dur": values["duration"] * MS,
                    "amp": values["amplitude"] * NA,
                }
                return Stimulus({"type": "IClamp", **{k: tidy(v) for k, v in pulse.items()}}, ("amp",))
            case "poissonFiringSynapse" if self.synapse(str(component.get("synapse")), component):
                rate = {"rate": tidy(values["averageRate"]), "noise": 1.0, "start": 0.0}
                return Stimulus({"type": "NetStim", **rate}, (), self.label(str(component.get("synapse"))))
        made = nmodl.current(component, self.found, self.show, self.outside)
        if made is None:
            return None
        self.made[component.id] = self.kept(made)
        source = {"type": made.name, **{k: tidy(v) for k, v in made.values.items()}, SCALE: 1.0}
        return Stimulus(source, (SCALE,))

    def shown(self, name: str, path: str) -> tuple[str, float] | None:
        """The variable of a synapse or input that a path below it means, and its factor to SI."""
        made = self.synapses.get(name) or self.made.get(name)
        if made is not None:
            return made.shown.get(path)
        return ("i", 1 / NA) if path == "i" and name in self.stimuli else None
