COMMENT
What the current into a segment from the one before adds to the dipole of a cell, with the names that NetPyNE
sets: `pv` is the potential before, `ri` the resistance between, `ztan` the distance along the cell's axis.
ENDCOMMENT

NEURON {
    SUFFIX dipole
    RANGE ri, ztan
    POINTER pv, Qsum, Qtotal
}

ASSIGNED {
    v (millivolt)
    pv (millivolt)
    ri (megohm)
    ztan (micron)
    Qsum
    Qtotal
}

AFTER INITIAL { Qtotal = Qtotal + ztan * (pv - v) / ri }

AFTER SOLVE { Qtotal = Qtotal + ztan * (pv - v) / ri }
