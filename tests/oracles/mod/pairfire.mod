COMMENT
Leaky integrator of events with two weights: the first one drives, the second one shunts.
ENDCOMMENT

NEURON {
    ARTIFICIAL_CELL PairFire
    RANGE tau, refractory, m
}

PARAMETER {
    tau = 10
    refractory = 3
}

ASSIGNED {
    m
    last
    free
}

INITIAL {
    m = 0
    last = 0
    free = 0
}

NET_RECEIVE (push, shunt) {
    m = m * exp((last - t) / tau)
    last = t
    m = m * (1 - shunt) + push
    if (m >= 1 && t >= free) {
        net_event(t)
        m = 0
        free = t + refractory
    }
}
