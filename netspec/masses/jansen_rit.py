"""Jansen and Rit's cortical column: pyramidal cells with excitatory and inhibitory interneurons."""

from netspec.masses.model import Mass

JANSEN_RIT = Mass(
    name="JansenRit",
    source="B. H. Jansen, V. G. Rit, Biol. Cybern. 73, 357 (1995); times in ms",
    states={
        **{"y0": (0.0, 0.1), "y1": (0.0, 20.0), "y2": (0.0, 15.0)},
        **{"y3": (0.0, 0.0), "y4": (0.0, 0.0), "y5": (0.0, 0.0)},
    },
    params={
        **{"A": 3.25, "B": 22.0, "a": 0.1, "b": 0.05, "C1": 135.0, "C2": 108.0, "C3": 33.75, "C4": 33.75},
        **{"e0": 0.0025, "v0": 6.0, "r": 0.56},
    },
    inputs={"rate_coupling": 0.0, "rate_ext": 0.12},
    outputs={"eeg": (0.0, 0.0), "rate": (0.0, 0.0)},
    couples=("rate", "rate_coupling"),
    equations="""
eeg = y1 - y2
rate = 2 * e0 * sigmoid(r * (eeg - v0))
d_y0 = y3
d_y1 = y4
d_y2 = y5
d_y3 = A * a * rate - 2 * a * y3 - a ** 2 * y0
excited = C2 * 2 * e0 * sigmoid(r * (C1 * y0 - v0))
d_y4 = A * a * (rate_ext + rate_coupling + excited) - 2 * a * y4 - a ** 2 * y1
d_y5 = B * b * C4 * 2 * e0 * sigmoid(r * (C3 * y0 - v0)) - 2 * b * y5 - b ** 2 * y2
""",
)
