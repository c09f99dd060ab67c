"""Kuramoto's phase oscillators; phases grow beyond 2 pi, so that they can be interpolated."""

from netspec.masses.model import Mass

KURAMOTO = Mass(
    name="Kuramoto",
    source="Y. Kuramoto, Chemical Oscillations, Waves, and Turbulence (1984)",
    states={"theta": (0.0, 6.283185307179586)},
    params={"omega": 0.2},
    inputs={"theta_coupling": 0.0, "theta_ou": 0.0, "theta_ext": 0.0},
    couples=("theta", "theta_coupling"),
    coupling="sine",
    equations="d_theta = omega + theta_coupling + theta_ou + theta_ext",
)
