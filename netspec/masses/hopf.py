"""The normal form of a Hopf bifurcation (Stuart-Landau oscillator)."""

from netspec.masses.model import Mass

HOPF = Mass(
    name="Hopf",
    source="G. Deco et al., Sci. Rep. 7, 3095 (2017); parameters of neurolib 0.6",
    states={"x": (-0.5, 0.5), "y": (-0.5, 0.5)},
    params={"a": 0.25, "w": 0.2},
    inputs={"x_coupling": 0.0, "y_coupling": 0.0, "x_ou": 0.0, "y_ou": 0.0, "x_ext": 0.0, "y_ext": 0.0},
    couples=("x", "x_coupling"),
    coupling="diffusive",
    equations="""
d_x = (a - x ** 2 - y ** 2) * x - w * y + x_coupling + x_ou + x_ext
d_y = (a - x ** 2 - y ** 2) * y + w * x + y_coupling + y_ou + y_ext
""",
)
