COMMENT
A spiking neuron of two variables with a quadratic upstroke, as a point process in a passive section.
V [mV] is its own variable (the section's voltage plays no part). Two synaptic conductances decay on their own;
a connection's first weight raises the excitatory one, its second weight the inhibitory one.
ENDCOMMENT

NEURON {
    POINT_PROCESS TwoState
    RANGE a, b, c, d, peak, drive, tau_exc, tau_inh, label, V, u, g_exc, g_inh
}

PARAMETER {
    a = 0.02
    b = 0.2
    c = -65
    d = 8
    peak = 30
    drive = 0
    tau_exc = 4
    tau_inh = 8
    label = -1
}

STATE { V u g_exc g_inh }

INITIAL {
    V = c
    u = b * c
    g_exc = 0
    g_inh = 0
    net_send(0, 1)
}

BREAKPOINT { SOLVE motion METHOD derivimplicit }

DERIVATIVE motion {
    V' = 0.04 * V * V + 5 * V + 140 - u + drive - g_exc * V - g_inh * (V + 80)
    u' = a * (b * V - u)
    g_exc' = -g_exc / tau_exc
    g_inh' = -g_inh / tau_inh
}

NET_RECEIVE (exc, inh) {
    if (flag == 1) {
        WATCH (V > peak) 2
    } else if (flag == 2) {
        V = c
        u = u + d
    } else {
        g_exc = g_exc + exc
        g_inh = g_inh + inh
    }
}
