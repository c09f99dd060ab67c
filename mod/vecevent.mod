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
    POINTER times
}

ASSIGNED {
    times
    position
    etime (ms)
}

CONSTRUCTOR {
    VERBATIM
    _p_times = nullptr;
    ENDVERBATIM
}

DESTRUCTOR {
    VERBATIM
    auto* const held = static_cast<IvocVect*>(_p_times);
    if (held) {
        hoc_obj_unref(*vector_pobj(held));
    }
    _p_times = nullptr;
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
    ENDVERBATIM
}
