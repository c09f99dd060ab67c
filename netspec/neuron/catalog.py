"""What the NEURON of this process has: mechanisms and their variables."""

from dataclasses import dataclass
from functools import cache
from typing import Any

from neuron import h

from netspec.errors import MechanismError, did_you_mean

BUILT_IN = frozenset(
    {
        *("morphology", "capacitance", "pas", "extracellular", "fastpas", "na_ion", "k_ion", "hh"),
        *("IClamp", "AlphaSynapse", "ExpSyn", "Exp2Syn", "SEClamp", "VClamp", "OClamp", "APCount"),
        *("NetStim", "IntFire1", "IntFire2", "IntFire4", "PointProcessMark", "PatternStim"),
    }
)
"""Mechanisms of NEURON itself, which no mod file can replace."""

DENSITY, POINT = 0, 1
RANGE_VARIABLE = 1
"""What h.name_declared says of a variable of segments, and of functions."""
GLOBALS, EVERYTHING, PARAMETERS, ASSIGNED, STATE = -1, 0, 1, 2, 3


@dataclass(frozen=True)
class Mechanism:
    """A mechanism that can be used now. parameters: name -> default value (of an array: its first)."""

    name: str
    kind: str
    parameters: dict[str, float]


def everything() -> list[Mechanism]:
    """All mechanisms, in NEURON's order."""
    artificial = artificial_cells()
    kinds = {name: "density mechanism" for name in densities()}
    kinds |= {name: "artificial cell" if name in artificial else "point process" for name in points()}
    return [Mechanism(name, kind, parameters(name)) for name, kind in kinds.items()]


def densities() -> tuple[str, ...]:
    """Density mechanisms and ions ('na_ion')."""
    return _names(DENSITY)


def points() -> tuple[str, ...]:
    """Point processes and artificial cells."""
    return _names(POINT)


def artificial_cells() -> frozenset[str]:
    """Point processes that need no section."""
    types = h.MechanismType(POINT)
    return frozenset(name for i, name in enumerate(points()) if types.is_artificial(i))


def parameters(mechanism: str) -> dict[str, float]:
    """What the PARAMETER block makes settable in each segment or object: name -> default value."""
    standard = h.MechanismStandard(mechanism, PARAMETERS) if exists(mechanism) else None
    if standard is None:
        raise MechanismError(_unknown(mechanism))
    suffix = _suffix(mechanism)
    return {name.removesuffix(suffix): standard.get(name) for name in _variables(mechanism, PARAMETERS)}


def written_parameters(mechanism: str) -> list[str]:
    """Names of the parameters as hoc has them, with the suffix of a density mechanism."""
    return list(_variables(mechanism, PARAMETERS))


def variables(mechanism: str) -> dict[str, int]:
    """Parameters, assigned variables and states of a mechanism, without its suffix: name -> array size."""
    if not exists(mechanism):
        raise MechanismError(_unknown(mechanism))
    suffix = _suffix(mechanism)
    return {name.removesuffix(suffix): size for name, size in _variables(mechanism, EVERYTHING).items()}


def scalars(mechanism: str) -> tuple[str, ...]:
    """The parameters of a mechanism that are no arrays, without its suffix."""
    suffix = _suffix(mechanism)
    sizes = _variables(mechanism, PARAMETERS)
    return tuple(name.removesuffix(suffix) for name, size in sizes.items() if size == 1)


def arrays(mechanism: str) -> dict[str, int]:
    """The parameters of a point process that are arrays: name -> size."""
    return {name: size for name, size in _variables(mechanism, PARAMETERS).items() if size > 1}


def receives(mechanism: str) -> bool:
    """Whether a point process has a NET_RECEIVE block, and so takes events."""
    return bool(h.MechanismType(POINT).is_netcon_target(points().index(mechanism)))


def globals_of(mechanism: str) -> tuple[str, ...]:
    """The GLOBAL variables of a mechanism that are no arrays, as NEURON knows them: usetable_hh."""
    return tuple(name for name, size in _variables(mechanism, GLOBALS).items() if size == 1)


def is_global(name: str) -> bool:
    """Whether NEURON has a global variable of this name: celsius, usetable_hh ..."""
    return int(h.name_declared(name)) > RANGE_VARIABLE


def pointers(mechanism: str) -> frozenset[str]:
    """Variables that point to others (POINTER): the only ones that no block of the mod file declares."""
    declared = {name for kind in (PARAMETERS, ASSIGNED, STATE) for name in _variables(mechanism, kind)}
    return frozenset(_variables(mechanism, EVERYTHING)) - declared


def code(mechanism: str) -> str:
    """The NMODL text of a mechanism, which NEURON keeps; '' if it has none, or there is no such mechanism."""
    if not exists(mechanism):
        return ""
    types: Any = h.MechanismType(int(mechanism in points()))
    types.select(mechanism)
    return types.code() or ""


def segment_variables() -> frozenset[str]:
    """What a segment has under its full name: v, ina, gna_hh ..."""
    names = {"v", "i_membrane_", "node_index", "area", "ri"}
    return frozenset(names.union(*(_variables(mechanism, EVERYTHING) for mechanism in densities())))


def exists(mechanism: str) -> bool:
    """Whether NEURON has a mechanism of this name."""
    return mechanism in densities() or mechanism in points()


def _unknown(mechanism: str) -> str:
    return f"NEURON has no mechanism {mechanism!r}. {did_you_mean(mechanism, (*densities(), *points()))}"


def _names(kind: int) -> tuple[str, ...]:
    return _selected(kind, int(h.MechanismType(kind).count()))


@cache
def _selected(kind: int, count: int) -> tuple[str, ...]:
    """Names of the first `count` mechanisms of a kind; loading a library only appends."""
    types, name, names = h.MechanismType(kind), h.ref(""), []
    for i in range(count):
        types.select(i)
        types.selected(name)
        names.append(name[0])
    return tuple(names)


def _suffix(mechanism: str) -> str:
    return f"_{mechanism}" if mechanism in densities() else ""


@cache
def _variables(mechanism: str, which: int) -> dict[str, int]:
    standard, name, sizes = h.MechanismStandard(mechanism, which), h.ref(""), {}
    for i in range(int(standard.count())):
        size = int(standard.name(name, i))
        sizes[name[0]] = size
    return sizes
