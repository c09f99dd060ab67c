COMMENT
A potential outside of each segment: a signal that is the same everywhere times the segment's own rx.
ENDCOMMENT

NEURON {
    SUFFIX xtra
    GLOBAL is
    RANGE rx, ex
}

PARAMETER {
    rx = 1 (megohm)
}

ASSIGNED {
    is (milliamp)
    ex (millivolt)
}

INITIAL {
    ex = is * rx * (1e6)
}

BEFORE BREAKPOINT {
    ex = is * rx * (1e6)
}
