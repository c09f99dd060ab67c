"""Texts with a unit where a mechanism says which one it wants: '0.5 nS' becomes the number in that unit."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from netspec.errors import did_you_mean
from netspec.spec.findings import Finding, Path
from netspec.spec.kinds import QUANTITY, sentence, shown
from netspec.spec.vocabulary import ENTRY_UNITS, GLOBAL_UNITS, ION_UNITS, MECHANISM_UNITS, WEIGHT
from netspec.units import number

OfMechanism = Callable[[str], Mapping[str, str] | None]
"""Parameter -> unit of a mechanism ('' for none; WEIGHT: of a connection's weight); None if not at hand."""


@dataclass(frozen=True)
class Units:
    """What is needed to convert. mods: of synMechParams, types: of stimSourceParams, by label.

    used: what was asked of mechanisms, so that a saved network can be read without them.
    """

    of: OfMechanism = MECHANISM_UNITS.get
    findings: list[Finding] = field(default_factory=list)
    mods: Mapping[Any, Any] = field(default_factory=dict)
    types: Mapping[Any, Any] = field(default_factory=dict)
    used: dict[str, dict[str, str]] = field(default_factory=dict)

    def parameters(self, mechanism: Any, values: Mapping[str, Any], path: Path) -> dict[str, Any]:
        """Parameters of a mechanism with numbers for texts with units; what is wrong is left out."""
        return self._each(values, path, lambda name: self._known(mechanism, name))

    def tags(self, mechanism: Any, values: Mapping[str, Any], path: Path) -> dict[str, Any]:
        """The same for a population, whose other keys are its own business."""
        known = {**ENTRY_UNITS, **(self._of(mechanism) or {})}
        mine = {name: value for name, value in values.items() if name in known}
        return {**values, **self._each(mine, path, lambda name: self._known(mechanism, name, ENTRY_UNITS))}

    def source(self, kind: Any, values: Mapping[str, Any], path: Path) -> dict[str, Any]:
        """Parameters of a stimulus of a type, which NetStims have more of than their mechanism."""
        more = ENTRY_UNITS if kind == "NetStim" else {}
        return self._each(values, path, lambda name: self._known(kind, name, more))

    def ion(self, values: Mapping[str, Any], path: Path) -> dict[str, Any]:
        """Reversal potential and concentrations."""
        return self._each(values, path, lambda name: ION_UNITS.get(name, ""))

    def self_net_con(self, label: Any, values: Mapping[str, Any], path: Path) -> dict[str, Any]:
        """The connection of a synapse of synMechParams from its own cell."""

        def unit(name: str) -> str:
            known = {"delay": "ms", "threshold": "mV"}
            return self._known(self.mods.get(label), WEIGHT) if name == "weight" else known.get(name, "")

        return self._each(values, path, unit)

    def globals(self, values: Mapping[str, Any], path: Path) -> dict[str, Any]:
        """Global variables of NEURON, or of a mechanism: <name>_<mechanism>."""

        def unit(name: str) -> str:
            if name in GLOBAL_UNITS or "_" not in name:
                return GLOBAL_UNITS.get(name, "")
            cuts = [k for k, letter in enumerate(name) if letter == "_"]
            known = [k for k in cuts if self.of(name[k + 1 :]) is not None]
            cut = (known or cuts)[0]
            return self._known(name[cut + 1 :], name[:cut])

        return self._each(values, path, unit)

    def weight(self, labels: Any, value: Any, path: Path) -> Any:
        """A weight in the unit that the synapses of these labels give it; None if there is no such unit."""

        def unit(name: str) -> str:
            chosen = labels if isinstance(labels, list | tuple) else [labels]
            first = next(iter(self.mods.values()), None)
            mods = [first if label is None else self.mods.get(label) for label in chosen]
            found = {self._known(mod, WEIGHT) for mod in mods}
            if len(found) == 1:
                return found.pop()
            raise ValueError("the synapses have weights of different units: write a list with one for each")

        return self._each({"": value}, path[:-1], unit, shown_as=path[-1]).get("")

    def _each(
        self, values: Mapping[str, Any], path: Path, unit: Callable[[str], str], shown_as: Any = None
    ) -> dict[str, Any]:
        found = dict(values)
        for name in [name for name, value in values.items() if _has_unit(value)]:
            try:
                found[name] = converted(values[name], partial(unit, name))
            except ValueError as error:
                del found[name]
                self.findings.append(Finding((*path, shown_as or name), sentence(error)))
        return found

    def _of(self, mechanism: Any) -> Mapping[str, str] | None:
        return self.of(mechanism) if isinstance(mechanism, str) else None

    def _known(self, mechanism: Any, name: str, more: Mapping[str, str] = MECHANISM_UNITS[""]) -> str:
        if name in more:
            return more[name]
        of = self._of(mechanism)
        if of is None:
            what = f"and {mechanism!r} is not known here"
            raise ValueError(f"a number with a unit needs the mechanism that it is for, {what}")
        name = "del" if name == "delay" and "del" in of else name
        if name not in of:
            raise ValueError(f"not a parameter of {mechanism!r}. {did_you_mean(name, of)}")
        if not of[name]:
            what = "the weight of a connection" if name == WEIGHT else repr(name)
            raise ValueError(f"{what} has no unit in {mechanism!r}: write a number")
        try:
            number(f"1 {of[name]}", of[name])
        except ValueError:
            what = f"in {mechanism!r}, {name!r} is in {of[name]!r}"
            raise ValueError(f"{what}, which is not known here: write a number") from None
        self.used.setdefault(mechanism, {})[name] = of[name]
        return of[name]


def converted(value: Any, unit: Callable[[], str]) -> Any:
    """The value with numbers for texts with a unit, in lists too. unit: asked if there are such texts."""
    if not _has_unit(value):
        return value
    if isinstance(value, list | tuple):
        return [converted(item, unit) for item in value]
    wanted = unit()
    if not wanted:
        raise ValueError(f"expected a number without unit, got {shown(value)}")
    return number(value, wanted)


def _has_unit(value: Any) -> bool:
    if isinstance(value, list | tuple):
        # there may be a million spike times
        return any(_has_unit(item) for item in value if type(item) is not float)
    if not isinstance(value, str):
        return False
    found = QUANTITY.fullmatch(value)
    return found is not None and bool(found[3])
