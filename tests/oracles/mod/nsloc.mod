COMMENT
A NetStim whose interval a script changes while it runs: a new interval counts from the next spike on.
ENDCOMMENT

NEURON {
    ARTIFICIAL_CELL NSLOC
    RANGE interval, number, start, noise
    POINTER numbers
}

PARAMETER {
    interval = 100 (ms)
    number = 1e9
    start = 1 (ms)
    noise = 0
}

ASSIGNED {
    numbers
    sent
}

INITIAL {
    sent = 0
    net_send(start, 1)
    net_send(start + 1, 2)
}

NET_RECEIVE (w) {
    if (flag == 1 && sent < number) {
        sent = sent + 1
        net_event(t)
    }
    if (flag == 2) {
        if (drawn() * interval < 1 + noise) { net_send(0, 1) }
        net_send(1, 2)
    }
}

FUNCTION drawn() {
VERBATIM
    _ldrawn = _p_numbers ? nrn_random_pick(_p_numbers) : 1;
ENDVERBATIM
}

PROCEDURE noiseFromRandom() {
VERBATIM
    *((void**)(&_p_numbers)) = ifarg(1) ? nrn_random_arg(1) : nullptr;
ENDVERBATIM
}
