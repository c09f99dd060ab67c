: Izhikevich's quadratic neuron (Dynamical Systems in Neuroscience, MIT Press 2007, chapter 8) as a point process that
: carries its own membrane potential V, with two exponential conductances. Written for this project; MIT licence.
:
:   c_m dV/dt = k (V - v_r) (V - v_t) - u + i_dc - g_exc (V - e_exc) - g_inh (V - e_inh)
:   du/dt = a (b (V - v_r) - u)           V >= v_peak:  V = c,  u = u + d
:
: The two weights of a NetCon [uS] are added to g_exc and to g_inh.

NEURON {
    POINT_PROCESS Izh2007
    RANGE c_m, k, v_r, v_t, v_peak, a, b, c, d, i_dc, tau_exc, tau_inh, e_exc, e_inh
}

UNITS {
    (mV) = (millivolt)
    (pA) = (picoamp)
    (pF) = (picofarad)
    (nS) = (nanosiemens)
    (uS) = (microsiemens)
}

PARAMETER {
    c_m = 20 (pF)
    k = 1 (nS/mV)
    v_r = -55 (mV)
    v_t = -40 (mV)
    v_peak = 25 (mV)
    a = 0.2 (/ms)
    b = 2 (nS)
    c = -45 (mV)
    d = 0 (pA)
    i_dc = 0 (pA)
    tau_exc = 2 (ms)
    tau_inh = 6 (ms)
    e_exc = 0 (mV)
    e_inh = -75 (mV)
}

STATE {
    V (mV)
    u (pA)
    g_exc (uS)
    g_inh (uS)
}

INITIAL {
    V = v_r
    u = 0
    g_exc = 0
    g_inh = 0
    net_send(0, 1)
}

BREAKPOINT {
    SOLVE change METHOD derivimplicit
}

DERIVATIVE change {
    V' = (k * (V - v_r) * (V - v_t) - u + i_dc - 1000 * (g_exc * (V - e_exc) + g_inh * (V - e_inh))) / c_m
    u' = a * (b * (V - v_r) - u)
    g_exc' = -g_exc / tau_exc
    g_inh' = -g_inh / tau_inh
}

NET_RECEIVE (w_exc (uS), w_inh (uS)) {
    if (flag == 1) {
        WATCH (V > v_peak) 2
    } else if (flag == 2) {
        V = c
        u = u + d
    } else {
        g_exc = g_exc + w_exc
        g_inh = g_inh + w_inh
    }
}
