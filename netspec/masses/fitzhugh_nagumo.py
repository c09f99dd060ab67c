"""FitzHugh and Nagumo's relaxation oscillator."""

from netspec.masses.model import Mass

FITZHUGH_NAGUMO = Mass(
    name="FitzHughNagumo",
    source="R. FitzHugh, Biophys. J. 1, 445 (1961); form and parameters of neurolib 0.6",
    states={"x": (0.0, 0.05), "y": (0.0, 0.05)},
    params={"alpha": 3.0, "beta": 4.0, "gamma": -1.5, "delta": 0.0, "epsilon": 0.5, "tau": 20.0},
    inputs={"x_coupling": 0.0, "y_coupling": 0.0, "x_ou": 0.0, "y_ou": 0.0, "x_ext": 1.0, "y_ext": 0.0},
    couples=("x", "x_coupling"),
    coupling="diffusive",
    equations="""
d_x = -alpha * x ** 3 + beta * x ** 2 + gamma * x - y + x_coupling + x_ou + x_ext
d_y = (x - delta - epsilon * y) / tau + y_coupling + y_ou + y_ext
""",
)
