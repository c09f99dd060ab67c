: A current that wanders at random: its memory is an ASSIGNED variable, its numbers are of a RANDOM stream.
NEURON {
    SUFFIX wander
    NONSPECIFIC_CURRENT i
    RANGE stride, level
    GLOBAL drawn
    RANDOM numbers
}

PARAMETER {
    stride = 1e-4 (mA/cm2)
    drawn = 0
}

ASSIGNED {
    i (mA/cm2)
    level (mA/cm2)
}

INITIAL {
    level = 0
    drawn = 0
}

BREAKPOINT {
    i = level
}

AFTER SOLVE {
    level = 0.999 * level + stride * (random_uniform(numbers) - 0.5) / (1 + drawn / 1000)
    drawn = drawn + 1
}
