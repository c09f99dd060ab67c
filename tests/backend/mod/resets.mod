: Pushes the potential of its section up until it is reset, and behaves otherwise above than below a level.
: Both are watched, from the start; above the level the condition stays met for a long time.
NEURON {
    POINT_PROCESS Resets
    RANGE drive, level, times, turn, peak
    NONSPECIFIC_CURRENT i
}

PARAMETER {
    drive = 0.1 (nanoamp)
    peak = 25 (millivolt)
    turn = -50 (millivolt)
}

ASSIGNED {
    v (millivolt)
    i (nanoamp)
    level
    times
}

INITIAL {
    level = 0
    times = 0
    net_send(0, 1)
}

BREAKPOINT {
    i = -drive * (1 + level)
}

NET_RECEIVE (w) {
    if (flag == 1) {
        WATCH (v > peak) 2
        WATCH (v > turn) 3
        WATCH (v < turn) 4
        v = -65
    } else if (flag == 2) {
        v = -65
        times = times + 1
        net_event(t)
    } else if (flag == 3) {
        level = level + 0.1
    } else if (flag == 4) {
        level = level - 0.09
    }
}
