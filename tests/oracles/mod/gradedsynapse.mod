COMMENT
A graded synapse: its conductance follows the presynaptic potential `far`, and has no events and no weight.
ENDCOMMENT

NEURON {
    POINT_PROCESS GradedSynapse
    RANGE gmax, reversal, half, slope, tau, far, i
    NONSPECIFIC_CURRENT i
}

PARAMETER {
    gmax = 0.001 (microsiemens)
    reversal = -80 (millivolt)
    half = -45 (millivolt)
    slope = 5 (millivolt)
    tau = 6 (millisecond)
    far = -65 (millivolt)
}

ASSIGNED {
    v (millivolt)
    i (nanoamp)
}

STATE { open }

INITIAL { open = 0 }

BREAKPOINT {
    SOLVE opening METHOD cnexp
    i = gmax * open * (v - reversal)
}

DERIVATIVE opening { open' = (1 / (1 + exp((half - far) / slope)) - open) / tau }
