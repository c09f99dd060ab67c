COMMENT
An artificial cell that fires at every so-many-th event.
ENDCOMMENT

NEURON {
    ARTIFICIAL_CELL Counter
    RANGE every
}

PARAMETER { every = 3 }

ASSIGNED { count }

INITIAL { count = 0 }

NET_RECEIVE (w) {
    count = count + w
    if (count >= every) {
        count = 0
        net_event(t)
    }
}
