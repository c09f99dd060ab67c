TITLE Current of random values, a new one in each time step

COMMENT
    clamp = h.NoisyClamp(section(0.5))
    clamp.mean, clamp.sd, clamp.tau = 0, 0.02, 5
    clamp.numbers.set_ids(1, 2, 3)

Ornstein-Uhlenbeck noise with the standard deviation sd and the autocorrelation exp(-|t| / tau), exact for any
time step (D. T. Gillespie, Phys. Rev. E 54, 2084, 1996); with tau 0 the values are independent. For fixed
time steps.
ENDCOMMENT

NEURON {
    THREADSAFE
    POINT_PROCESS NoisyClamp
    ELECTRODE_CURRENT i
    RANGE mean, sd, tau, i, deviation
    RANDOM numbers
}

UNITS {
    (nA) = (nanoamp)
}

PARAMETER {
    mean = 0 (nA)
    sd = 0 (nA) <0, 1e9>
    tau = 0 (ms) <0, 1e9>
}

ASSIGNED {
    dt (ms)
    i (nA)
    deviation
}

INITIAL {
    random_setseq(numbers, 0)
    deviation = random_normal(numbers)
}

BREAKPOINT {
    SOLVE draw METHOD after_cvode
    i = mean + sd * deviation
}

PROCEDURE draw() { LOCAL kept
    kept = 0
    if (tau > 0) {
        kept = exp(-dt / tau)
    }
    deviation = kept * deviation + sqrt(1 - kept * kept) * random_normal(numbers)
}
