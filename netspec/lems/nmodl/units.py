"""NEURON's units as a coherent system, so that the equations of LEMS hold in them as they are written.

With ms, mV, nA, 10 um, fmol and K as base units, uS, nF, mM, mA/cm2, S/cm2 and cm/s follow: only values are
converted.
"""

from netspec.lems.model import Vector

BASE = (1e-11, 1e-5, 1e-3, 1e-9, 1.0, 1e-15, 1.0)
"""kg, m, s, A, K, mol, cd in a unit of mass (such that a volt is a thousand), 10 um, ms, nA, K, fmol."""
NAMES: dict[Vector, str] = {
    (0, 0, 1, 0, 0, 0, 0): "ms", (0, 0, -1, 0, 0, 0, 0): "/ms", (1, 2, -3, -1, 0, 0, 0): "mV",
    (-1, -2, 3, 2, 0, 0, 0): "uS", (-1, -4, 3, 2, 0, 0, 0): "S/cm2", (-1, -2, 4, 2, 0, 0, 0): "nF",
    (0, 0, 0, 1, 0, 0, 0): "nA", (0, -2, 0, 1, 0, 0, 0): "mA/cm2", (0, -3, 0, 0, 0, 1, 0): "mM",
    (0, 1, -1, 0, 0, 0, 0): "cm/s", (1, 2, -3, -2, 0, 0, 0): "Mohm", (0, 0, 0, 0, 0, 0, 0): "1",
}  # fmt: skip
ZERO_C = 273.15
AREA = 100.0
"""um2 in the unit of area."""


def factor(dimension: Vector) -> float:
    """What one unit of a dimension is in SI units."""
    result = 1.0
    for base, exponent in zip(BASE, dimension, strict=True):
        result *= base**exponent
    return float(f"{result:.12g}")


def inside(value: float, dimension: Vector) -> float:
    """A value in SI units in ours, without the dust of the conversion (14 digits)."""
    return float(f"{value / factor(dimension):.14g}")
