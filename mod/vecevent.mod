TITLE Artificial cell that fires at given times

COMMENT
    stim = h.VecStim()
    stim.play(h.Vector([5, 12.5, 40]))      times [ms], ascending
    stim.play()                             no times any more

The Vector is referred to, not copied: what it holds when the cell reaches a time counts. Every initialisation
starts again with its first time. Times that have passed when they are reached are left out.
ENDCOMMENT

NEURON {
    THREADSAFE
    ARTIFICIAL_CELL VecStim
    BBCOREPOINTER times
}

ASSIGNED {
    times
    position
    etime (ms)
}

CONSTRUCTOR {
    VERBATIM
#ifndef CORENEURON_BUILD
    _p_times = nullptr;
#endif
    ENDVERBATIM
}

DESTRUCTOR {
    VERBATIM
#ifndef CORENEURON_BUILD
    auto* const held = static_cast<IvocVect*>(_p_times);
    if (held) {
        hoc_obj_unref(*vector_pobj(held));
    }
    _p_times = nullptr;
#endif
    ENDVERBATIM
}

INITIAL {
    position = 0
    advance()
    if (position > 0) {
        net_send(etime - t, 1)
    }
}

NET_RECEIVE (w) {
    : only its own event counts; events from other cells do nothing
    if (flag == 1) {
        net_event(t)
        advance()
        if (position > 0) {
            : NMODL makes t + etime - t of this: spike times may differ from those given in the last bit
            net_send(etime - t, 1)
        }
    }
}

: The next time that has not passed, in etime; position is how many have been looked at, 0 when there are no more.
PROCEDURE advance() {
    VERBATIM
    auto* const held = static_cast<IvocVect*>(_p_times);
    const int size = held ? vector_capacity(held) : 0;
    int i = static_cast<int>(position);
    // a time that equals the one before may lie below t by rounding
    while (i < size && vector_vec(held)[i] < t - 1e-9) {
        ++i;
    }
    if (i < size) {
        etime = vector_vec(held)[i] < t ? t : vector_vec(held)[i];
        position = i + 1;
    } else {
        position = 0;
    }
    ENDVERBATIM
}

PROCEDURE play() {
    VERBATIM
#ifndef CORENEURON_BUILD
    auto* const held = static_cast<IvocVect*>(_p_times);
    IvocVect* given = nullptr;
    if (ifarg(1)) {
        given = vector_arg(1);
        hoc_obj_ref(*vector_pobj(given));
    }
    if (held) {
        hoc_obj_unref(*vector_pobj(held));
    }
    _p_times = given;
#endif
    ENDVERBATIM
}

: CoreNEURON gets a copy of the times: written by NEURON (first the size of it only), read by CoreNEURON.
VERBATIM
static void bbcore_write(double* x, int* d, int* xx, int* offset, _threadargsproto_) {
    auto* const held = static_cast<IvocVect*>(_p_times);
    const int size = held ? vector_capacity(held) : 0;
    if (d) {
        d[*offset] = size;
        for (int i = 0; i < size; ++i) {
            x[*xx + i] = vector_vec(held)[i];
        }
    }
    *xx += size;
    *offset += 1;
}

static void bbcore_read(double* x, int* d, int* xx, int* offset, _threadargsproto_) {
    const int size = d[*offset];
    auto* const held = static_cast<IvocVect*>(vector_new1(size));
    for (int i = 0; i < size; ++i) {
        vector_vec(held)[i] = x[*xx + i];
    }
    _p_times = held;
    *xx += size;
    *offset += 1;
}
ENDVERBATIM
