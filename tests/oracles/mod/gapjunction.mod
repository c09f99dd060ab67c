COMMENT
A gap junction: the current between the membrane and the potential of another place, which a transfer brings.
`weight` counts channels, `gmax` is the conductance of one of them.
ENDCOMMENT

NEURON {
    POINT_PROCESS GapJunction
    RANGE gmax, weight, vpeer, i
    NONSPECIFIC_CURRENT i
}

PARAMETER {
    gmax = 0.0001 (microsiemens)
    weight = 1
    vpeer = -65 (millivolt)
}

ASSIGNED {
    v (millivolt)
    i (nanoamp)
}

BREAKPOINT { i = weight * gmax * (v - vpeer) }
