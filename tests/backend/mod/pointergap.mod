COMMENT
A gap junction that looks at the other cell through a POINTER.
ENDCOMMENT

NEURON {
    POINT_PROCESS PointerGap
    RANGE gmax, i
    POINTER other
    NONSPECIFIC_CURRENT i
}

PARAMETER { gmax = 0.001 (microsiemens) }

ASSIGNED {
    v (millivolt)
    other (millivolt)
    i (nanoamp)
}

BREAKPOINT { i = gmax * (v - other) }
