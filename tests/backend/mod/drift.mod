COMMENT
A leak whose code writes variables that it shares with all other leaks (GLOBAL), as many published channels do.
ENDCOMMENT

NEURON {
    SUFFIX drift
    NONSPECIFIC_CURRENT i
    RANGE g, i
    GLOBAL target, speed,
        factor
}

PARAMETER {
    g = 0.0001 (S/cm2)
    factor = 0.5
}

ASSIGNED {
    v (mV)
    i (mA/cm2)
    target (mV)
    speed (ms)
}

STATE { x }

INITIAL {
    rates(v)
    x = target / -70
}

BREAKPOINT {
    SOLVE change METHOD cnexp
    i = g * (v + 70 * x)
}

DERIVATIVE change {
    rates(v)
    x' = (target / -70 - x) / speed
}

PROCEDURE rates(v (mV)) {
    target = -70 + factor * (v + 70)
    speed = 5 + 0.01 * (v + 70)
}
