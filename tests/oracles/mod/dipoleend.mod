COMMENT
The same as dipole.mod for the last half segment of a section. It also starts each sum anew.
ENDCOMMENT

NEURON {
    POINT_PROCESS Dipole
    RANGE ri, ztan, Qsum
    POINTER pv, Qtotal
}

ASSIGNED {
    v (millivolt)
    pv (millivolt)
    ri (megohm)
    ztan (micron)
    Qsum
    Qtotal
}

BEFORE INITIAL { Qtotal = 0 }

BEFORE BREAKPOINT { Qtotal = 0 }

AFTER INITIAL { Qtotal = Qtotal + ztan * (pv - v) / ri }

AFTER SOLVE { Qtotal = Qtotal + ztan * (pv - v) / ri }
