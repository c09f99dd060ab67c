"""The adaptive linear-nonlinear cascade: rates of populations of exponential integrate-and-fire cells."""

from pathlib import Path

from netspec.masses.model import Mass, Tables

ALN = Mass(
    name="ALN",
    source="C. Cakan, K. Obermayer, PLoS Comput. Biol. 16, e1007822 (2020); parameters of neurolib 0.6",
    needs_tables=True,
    states={
        **{
            "mufe": (0.0, 3.0),
            "mufi": (0.0, 3.0),
            "IA": (0.0, 200.0),
            "seem": (0.0, 0.5),
            "seim": (0.0, 0.5),
        },
        **{"siem": (0.0, 0.5), "siim": (0.0, 0.5), "seev": (0.0, 0.001), "seiv": (0.0, 0.001)},
        **{"siev": (0.0, 0.01), "siiv": (0.0, 0.01)},
    },
    params={
        **{
            "c_gl": 0.3,
            "Ke_gl": 250.0,
            "sigmae_ext": 1.5,
            "sigmai_ext": 1.5,
            "Ke": 800.0,
            "Ki": 200.0,
            "de": 4.0,
        },
        **{"di": 2.0, "tau_se": 2.0, "tau_si": 5.0, "cee": 0.3, "cie": 0.3, "cei": 0.5, "cii": 0.5},
        **{"Jee_max": 2.43, "Jie_max": 2.6, "Jei_max": -3.3, "Jii_max": -1.64, "a": 0.0, "b": 0.0},
        **{"EA": -80.0, "tauA": 200.0, "C": 200.0, "gL": 10.0},
    },
    inputs={
        **{"exc_coupling": 0.0, "exc_coupling_squared": 0.0, "own_exc": 0.0, "own_inh": 0.0, "mue_ou": 0.4},
        **{
            "mui_ou": 0.3,
            "ext_exc_current": 0.0,
            "ext_inh_current": 0.0,
            "ext_exc_rate": 0.0,
            "ext_inh_rate": 0.0,
        },
    },
    outputs={"rates_exc": (0.0, 0.01), "rates_inh": (0.0, 0.01)},
    couples=("rates_exc", "exc_coupling"),
    squared={"exc_coupling": "exc_coupling_squared"},
    delayed={"own_exc": ("rates_exc", "de"), "own_inh": ("rates_inh", "di")},
    equations="""
taum = C / gL
ee = cee * tau_se / Jee_max
ie = cie * tau_se / Jie_max
ei = cei * tau_si / abs(Jei_max)
ii = cii * tau_si / abs(Jii_max)
gl = c_gl * tau_se / Jee_max
rd_exc = own_exc * 0.001
rd_inh = own_inh * 0.001
far = exc_coupling * 0.001
far_squared = exc_coupling_squared * 0.001
z1ee = ee * Ke * rd_exc + gl * Ke_gl * far + gl * Ke_gl * ext_exc_rate
z1ei = ei * Ki * rd_inh
z1ie = ie * Ke * rd_exc + gl * Ke_gl * ext_inh_rate
z1ii = ii * Ki * rd_inh
z2ee = ee ** 2 * Ke * rd_exc + gl ** 2 * Ke_gl * far_squared + gl ** 2 * Ke_gl * ext_exc_rate
z2ei = ei ** 2 * Ki * rd_inh
z2ie = ie ** 2 * Ke * rd_exc + gl ** 2 * Ke_gl * ext_inh_rate
z2ii = ii ** 2 * Ki * rd_inh
var_ee = 2 * Jee_max ** 2 * seev * tau_se * taum / ((1 + z1ee) * taum + tau_se)
var_ei = 2 * Jei_max ** 2 * seiv * tau_si * taum / ((1 + z1ei) * taum + tau_si)
var_ie = 2 * Jie_max ** 2 * siev * tau_se * taum / ((1 + z1ie) * taum + tau_se)
var_ii = 2 * Jii_max ** 2 * siiv * tau_si * taum / ((1 + z1ii) * taum + tau_si)
sigmae = sqrt(var_ee + var_ei + sigmae_ext ** 2)
sigmai = sqrt(var_ie + var_ii + sigmai_ext ** 2)
net_mu = mufe - IA / C
rates_exc = table(0, sigmae, net_mu) * 1000
rates_inh = table(0, sigmai, mufi) * 1000
V_exc = table(1, sigmae, net_mu)
d_mufe = (Jee_max * seem + Jei_max * seim + mue_ou + ext_exc_current - mufe) / table(2, sigmae, net_mu)
d_mufi = (Jie_max * siem + Jii_max * siim + mui_ou + ext_inh_current - mufi) / table(2, sigmai, mufi)
d_IA = (a * (V_exc - EA) - IA + tauA * b * rates_exc * 0.001) / tauA
d_seem = ((1 - seem) * z1ee - seem) / tau_se
d_seim = ((1 - seim) * z1ei - seim) / tau_si
d_siem = ((1 - siem) * z1ie - siem) / tau_se
d_siim = ((1 - siim) * z1ii - siim) / tau_si
d_seev = ((1 - seem) ** 2 * z2ee + (z2ee - 2 * tau_se * (z1ee + 1)) * seev) / tau_se ** 2
d_seiv = ((1 - seim) ** 2 * z2ei + (z2ei - 2 * tau_si * (z1ei + 1)) * seiv) / tau_si ** 2
d_siev = ((1 - siem) ** 2 * z2ie + (z2ie - 2 * tau_se * (z1ie + 1)) * siev) / tau_se ** 2
d_siiv = ((1 - siim) ** 2 * z2ii + (z2ii - 2 * tau_si * (z1ii + 1)) * siiv) / tau_si ** 2
""",
    # Variances do not become negative at low rates.
    after="""
seev = max(seev, 0)
seiv = max(seiv, 0)
siev = max(siev, 0)
siiv = max(siiv, 0)
""",
)


def read_tables(path: Path | str) -> Tables:
    """Rate [kHz], mean voltage [mV] and time constant [ms] over sigma and mu, of a file as neurolib's."""
    import h5py
    import numpy as np

    with h5py.File(path) as file:
        values = np.array([file[name][()] for name in ("r_ss", "V_mean_ss", "tau_mu_exp")], np.float64)
        return Tables(file["sigma_vals"][()], file["mu_vals"][()], values)
