"""A thalamic mass of relay (TCR, `_t`) and reticular (TRN, `_r`) cells, which spindles."""

from netspec.masses.model import Mass

THALAMUS = Mass(
    name="Thalamus",
    source="M. Schellenberger Costa et al., PLoS Comput. Biol. 12, e1005022 (2016); values of neurolib 0.6",
    dt=0.01,
    states={
        **{"V_t": (-75.0, -50.0), "V_r": (-75.0, -50.0), "Ca": (2.0e-4, 2.4e-4), "h_T_t": (0.0, 0.1)},
        **{
            "h_T_r": (0.0, 0.1),
            "m_h1": (0.0, 0.1),
            "m_h2": (0.0, 0.1),
            "s_et": (0.0, 0.0),
            "s_gt": (0.0, 0.0),
        },
        **{"s_er": (0.0, 0.0), "s_gr": (0.0, 0.0), "ds_et": (0.0, 0.0), "ds_gt": (0.0, 0.0)},
        **{"ds_er": (0.0, 0.0), "ds_gr": (0.0, 0.0)},
    },
    params={
        **{"tau": 20.0, "Q_max": 0.4, "theta": -58.5, "sigma": 6.0, "C1": 1.8137993642, "C_m": 1.0},
        **{"gamma_e": 0.07, "gamma_r": 0.1, "g_L": 1.0, "g_GABA": 1.0, "g_AMPA": 1.0, "g_LK": 0.018},
        **{"E_AMPA": 0.0, "E_GABA": -70.0, "E_L": -70.0, "E_K": -100.0, "E_Ca": 120.0, "g_T_t": 3.0},
        **{"g_h": 0.062, "E_h": -40.0, "alpha_Ca": -51.8e-6, "tau_Ca": 10.0, "Ca_0": 2.4e-4, "k1": 2.5e7},
        **{"k2": 4.0e-4, "k3": 0.1, "k4": 0.001, "n_P": 4.0, "g_inc": 2.0, "N_tr": 5.0, "g_T_r": 2.3},
        **{"N_rt": 3.0, "N_rr": 25.0},
    },
    inputs={
        **{"rate_t": 0.0, "rate_r": 0.0, "noise_t": 0.0, "ext_current_t": 0.0, "ext_current_r": 0.0},
    },
    outputs={"Q_t": (0.0, 0.0), "Q_r": (0.0, 0.0)},
    couples=("Q_t", "rate_t"),
    equations="""
Q_t = Q_max / (1 + exp(-C1 * (V_t - theta) / sigma)) * 1000
Q_r = Q_max / (1 + exp(-C1 * (V_r - theta) / sigma)) * 1000
fired_t = Q_max / (1 + exp(-C1 * (V_t - theta) / sigma))
fired_r = Q_max / (1 + exp(-C1 * (V_r - theta) / sigma))
m_T_t = 1 / (1 + exp(-(V_t + 59) / 6.2))
m_T_r = 1 / (1 + exp(-(V_r + 52) / 7.4))
I_T_t = g_T_t * m_T_t * m_T_t * h_T_t * (V_t - E_Ca)
I_T_r = g_T_r * m_T_r * m_T_r * h_T_r * (V_r - E_Ca)
I_h = g_h * (m_h1 + g_inc * m_h2) * (V_t - E_h)
I_LK_t = g_LK * (V_t - E_K)
I_LK_r = g_LK * (V_r - E_K)
I_et = g_AMPA * s_et * (V_t - E_AMPA)
I_gt = g_GABA * s_gt * (V_t - E_GABA)
I_er = g_AMPA * s_er * (V_r - E_AMPA)
I_gr = g_GABA * s_gr * (V_r - E_GABA)
d_V_t = -(g_L * (V_t - E_L) + I_et + I_gt + ext_current_t) / tau - (1 / C_m) * (I_LK_t + I_T_t + I_h)
d_V_r = -(g_L * (V_r - E_L) + I_er + I_gr + ext_current_r) / tau - (1 / C_m) * (I_LK_r + I_T_r)
d_Ca = alpha_Ca * I_T_t - (Ca - Ca_0) / tau_Ca
h_inf_t = 1 / (1 + exp((V_t + 81) / 4))
h_inf_r = 1 / (1 + exp((V_r + 80) / 5))
tau_h_t = (30.8 + (211.4 + exp((V_t + 115.2) / 5)) / (1 + exp((V_t + 86) / 3.2))) / 3.7371928
tau_h_r = (85 + 1 / (exp((V_r + 48) / 4) + exp(-(V_r + 407) / 50))) / 3.7371928
d_h_T_t = (h_inf_t - h_T_t) / tau_h_t
d_h_T_r = (h_inf_r - h_T_r) / tau_h_r
m_inf_h = 1 / (1 + exp((V_t + 75) / 5.5))
tau_m_h = 20 + 1000 / (exp((V_t + 71.5) / 14.2) + exp(-(V_t + 89) / 11.6))
P_h = k1 * Ca ** n_P / (k1 * Ca ** n_P + k2)
d_m_h1 = (m_inf_h * (1 - m_h2) - m_h1) / tau_m_h - k3 * P_h * m_h1 + k4 * m_h2
d_m_h2 = k3 * P_h * m_h1 - k4 * m_h2
d_s_et = ds_et
d_s_er = ds_er
d_s_gt = ds_gt
d_s_gr = ds_gr
d_ds_et = gamma_e ** 2 * (rate_t / 1000 + noise_t - s_et) - 2 * gamma_e * ds_et
d_ds_er = gamma_e ** 2 * (N_rt * fired_t + rate_r / 1000 - s_er) - 2 * gamma_e * ds_er
d_ds_gt = gamma_r ** 2 * (N_tr * fired_r - s_gt) - 2 * gamma_r * ds_gt
d_ds_gr = gamma_r ** 2 * (N_rr * fired_r - s_gr) - 2 * gamma_r * ds_gr
""",
)
