COMMENT
A synapse that every event weakens for a while.
ENDCOMMENT

NEURON {
    POINT_PROCESS Depressing
    RANGE tau, recovery, used, e, i
    NONSPECIFIC_CURRENT i
}

UNITS {
    (nA) = (nanoamp)
    (mV) = (millivolt)
    (uS) = (microsiemens)
}

PARAMETER {
    tau = 3 (ms)
    recovery = 100 (ms)
    used = 0.3
    e = 0 (mV)
}

ASSIGNED {
    v (mV)
    i (nA)
}

STATE {
    g (uS)
    left
}

INITIAL {
    g = 0
    left = 1
}

BREAKPOINT {
    SOLVE decay METHOD cnexp
    i = g * (v - e)
}

DERIVATIVE decay {
    g' = -g / tau
    left' = (1 - left) / recovery
}

NET_RECEIVE (weight (uS)) {
    g = g + weight * left
    left = left * (1 - used)
}
