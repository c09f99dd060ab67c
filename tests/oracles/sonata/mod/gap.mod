NEURON {
    POINT_PROCESS Gap
    NONSPECIFIC_CURRENT i
    RANGE g, vgap
}
UNITS {
    (nA) = (nanoamp)
    (mV) = (millivolt)
    (uS) = (microsiemens)
}
PARAMETER { g = 0 (uS) }
ASSIGNED {
    v (mV)
    vgap (mV)
    i (nA)
}
BREAKPOINT { i = g * (v - vgap) }
