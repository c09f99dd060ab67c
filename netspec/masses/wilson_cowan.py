"""Wilson and Cowan's excitatory and inhibitory populations."""

from netspec.masses.model import Mass

WILSON_COWAN = Mass(
    name="WilsonCowan",
    source="H. R. Wilson, J. D. Cowan, Biophys. J. 12, 1 (1972); parameters of neurolib 0.6",
    states={"exc": (0.0, 0.05), "inh": (0.0, 0.05)},
    params={
        **{
            "tau_exc": 2.5,
            "tau_inh": 3.75,
            "c_excexc": 16.0,
            "c_excinh": 15.0,
            "c_inhexc": 12.0,
            "c_inhinh": 3.0,
        },
        **{"a_exc": 1.5, "a_inh": 1.5, "mu_exc": 3.0, "mu_inh": 3.0},
    },
    inputs={"exc_coupling": 0.0, "exc_ext": 0.0, "inh_ext": 0.0, "exc_ou": 0.0, "inh_ou": 0.0},
    couples=("exc", "exc_coupling"),
    equations="""
drive_exc = c_excexc * exc - c_inhexc * inh + exc_coupling + exc_ext
drive_inh = c_excinh * exc - c_inhinh * inh + inh_ext
d_exc = 1 / tau_exc * (-exc + (1 - exc) * sigmoid(a_exc * (drive_exc - mu_exc)) + exc_ou)
d_inh = 1 / tau_inh * (-inh + (1 - inh) * sigmoid(a_inh * (drive_inh - mu_inh)) + inh_ou)
""",
)
