COMMENT
A slow potassium current.
ENDCOMMENT

NEURON {
    SUFFIX slowpotassium
    USEION k READ ek WRITE ik
    RANGE gbar
}

UNITS {
    (mA) = (milliamp)
    (mV) = (millivolt)
    (S) = (siemens)
}

PARAMETER {
    gbar = 0.001 (S/cm2)
    tau = 40 (ms)
}

ASSIGNED {
    v (mV)
    ek (mV)
    ik (mA/cm2)
}

STATE { n }

INITIAL { n = 1 / (1 + exp(-(v + 35) / 10)) }

BREAKPOINT {
    SOLVE gate METHOD cnexp
    ik = gbar * n * (v - ek)
}

DERIVATIVE gate { n' = (1 / (1 + exp(-(v + 35) / 10)) - n) / tau }
