"""Synapses as NeuroML's: those that events reach, and gap junctions, which are known by their current."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from netspec.errors import Problem
from netspec.formats.neuroml.export import origins
from netspec.formats.neuroml.export.parts import Layout
from netspec.formats.neuroml.export.text import element, label_of, quantity
from netspec.formats.sonata.export import synapses as of_plan
from netspec.formats.sonata.export.synapses import SynapseType
from netspec.plan import Plan
from netspec.plan.gaps import pointer_of

Ints = NDArray[np.int64]
EXPSYN = {"tau": 0.1, "e": 0.0}
"""NEURON's own parameters of an ExpSyn."""
NEAREST, FARTHEST = 0.9999, 1e-9
"""Limits of tau1 / tau2 in NEURON's Exp2Syn."""
UNLIKE = re.compile(r"\b(STATE|SOLVE|PROCEDURE|FUNCTION|NET_RECEIVE|INITIAL|VERBATIM|LOCAL|USEION)\b")


@dataclass(frozen=True)
class Junction:
    """The current of a gap junction, per unit of potential. conductance: [uS]. weighted: times the weight."""

    conductance: float
    weighted: bool


@dataclass(eq=False)
class Synapses:
    """Types of synapses. ids: of those for events, '' for junctions. connections, stimuli: types of rows."""

    made: Layout
    types: list[SynapseType]
    connections: Ints
    stimuli: dict[int, Ints]
    ids: list[str] = field(default_factory=list)
    junctions: dict[int, Junction] = field(default_factory=dict)
    _written: dict[Any, str] = field(default_factory=dict)

    def of(self, number: int, kind: str) -> str:
        """The id of the synapse of a type in a kind of projection."""
        if self.ids[number]:
            return self.ids[number]
        tag = "gapJunction" if kind == "electricalProjection" else "linearGradedSynapse"
        if (tag, number) not in self._written:
            conductance = quantity(self.junctions[number].conductance, "uS")
            self.write(tag, number, self.types[number].label, conductance=conductance)
        return self._written[tag, number]

    @property
    def silent(self) -> str:
        """The id of the end of a graded connection that only gives its potential."""
        if ("silentSynapse", -1) not in self._written:
            self.write("silentSynapse", -1, "")
        return self._written["silentSynapse", -1]

    def weighted(self, kind: str, number: int) -> bool:
        """Whether weights of connections matter."""
        return kind == "projection" or self.junctions[number].weighted

    def write(self, tag: str, number: int, label: str, **attributes: str) -> str:
        """Add a synapse to the document: its id."""
        known = self._written
        base = label if tag in ("gapJunction", "expOneSynapse", "expTwoSynapse") else f"{label}_{tag}"
        known[tag, number] = own = self.made.ids.new(base if number >= 0 else tag)
        kept = [] if number < 0 else label_of(own, label)
        self.made.add(tag, partial(element, tag, *kept, id=own, **attributes))
        return own


def synapses(plan: Plan, made: Layout, mods: Mapping[str, str]) -> Synapses:
    """The synapses of a plan, added to the document, and what has no counterpart to its problems."""
    types, of_connections, of_blocks = of_plan.types(plan)
    blocks = [id(block) for block in plan.inputs if "synapse" in block.rows]
    found = Synapses(made, types, of_connections, dict(zip(blocks, of_blocks, strict=True)))
    coupled = set(of_connections[plan.gaps["row"][plan.gaps["row"] >= 0]].tolist())
    for number, kind in enumerate(types):
        path = f"netParams.synMechParams[{kind.label!r}]"
        if kind.mod in made.origins:
            items = origins.items(made, made.origins[kind.mod], kind.parameters, path)
            found.ids.append(origins.component(made, items[0], kind.label) if items else "")
            if number in coupled:
                found.junctions[number] = Junction(0.0, True)
        elif number in coupled:
            found.ids.append("")
            _junction(plan, found, number, mods, path)
        else:
            found.ids.append(_for_events(found, number, path))
    return found


def _for_events(found: Synapses, number: int, path: str) -> str:
    kind = found.types[number]
    given = kind.parameters
    if kind.mod == "ExpSyn":
        own = {**EXPSYN, **given}
        tag, times = "expOneSynapse", {"tauDecay": own["tau"]}
    elif kind.mod == "Exp2Syn":
        own = {**of_plan.EXP2SYN, **given}
        rise = min(own["tau1"], NEAREST * own["tau2"])
        tag, times = "expTwoSynapse", {"tauDecay": own["tau2"], "tauRise": max(rise, FARTHEST * own["tau2"])}
    else:
        found.made.problems.append(Problem(f"{path}.mod", f"{kind.mod} has no counterpart in NeuroML."))
        return ""
    for name in given:
        if name not in own:
            found.made.problems.append(Problem(f"{path}.{name}", f"{tag} has no such parameter."))
    quantities = {name: quantity(value, "ms") for name, value in times.items()}
    return found.write(tag, number, kind.label, gbase="1uS", erev=quantity(own["e"], "mV"), **quantities)


def _junction(plan: Plan, found: Synapses, number: int, mods: Mapping[str, str], path: str) -> None:
    kind = found.types[number]
    pointer = pointer_of(plan.model.spec.network, kind.label)
    text = mods.get(kind.mod)
    if text is None:
        found.made.problems.append(
            Problem(f"{path}.mod", f"no mod file of {kind.mod} is known: name its folder.")
        )
        return
    junction = junction_of(text, pointer.target, kind.parameters) if pointer.source == "v" else None
    if junction is None:
        current = f"a conductance times v - {pointer.target}"
        message = f"{kind.mod} has no counterpart in NeuroML: its current is not {current}."
        found.made.problems.append(Problem(f"{path}.mod", message))
        return
    found.junctions[number] = junction


def junction_of(text: str, peer: str, given: Mapping[str, float]) -> Junction | None:
    """What a mod file of a point process does, if its current is a conductance times v - peer; else None."""
    code = re.sub(r"\bCOMMENT\b.*?\bENDCOMMENT\b|\bTITLE\b[^\n]*|[:?][^\n]*", " ", text, flags=re.S)
    body = re.search(r"\bBREAKPOINT\s*\{([^{}]*)\}", code)
    current = re.search(r"\b(NONSPECIFIC_CURRENT|ELECTRODE_CURRENT)\s+(\w+)", code)
    if UNLIKE.search(code) or body is None or current is None:
        return None
    name, _, value = re.sub(r"\s", "", body[1]).partition("=")
    ends = ("v", peer) if current[1] == "NONSPECIFIC_CURRENT" else (peer, "v")
    difference = f"({ends[0]}-{ends[1]})"
    if name != current[2] or value.count(difference) != 1:
        return None
    parameters = {n: float(v) for n, v in re.findall(r"(\w+)\s*=\s*([-+\d.eE]+)", _block(code, "PARAMETER"))}
    return _factors(value.replace(difference, "1"), {**parameters, **given})


def _block(code: str, name: str) -> str:
    found = re.search(rf"\b{name}\s*\{{([^{{}}]*)\}}", code)
    return found[1] if found else ""


def _factors(product: str, known: Mapping[str, float]) -> Junction | None:
    """The value of a product of names and numbers; None where it is something else."""
    if not re.fullmatch(r"[\w.]+([*/][\w.]+)*", product):
        return None
    conductance, weighted = 1.0, False
    for operation, factor in re.findall(r"([*/]?)([\w.]+)", product):
        if factor == "weight" and operation != "/":
            weighted = True
        elif factor in known or re.fullmatch(r"[\d.]+", factor):
            value = known[factor] if factor in known else float(factor)
            conductance = conductance / value if operation == "/" else conductance * value
        else:
            return None
    return Junction(conductance, weighted)
