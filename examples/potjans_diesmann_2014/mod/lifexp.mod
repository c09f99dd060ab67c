: Leaky integrate-and-fire neuron with exponential synaptic currents, after Table 4 (neuron model) of Potjans and
: Diesmann, Cerebral Cortex 24:785 (2014). Written for this project; MIT licence.
:
:   tau_m dv/dt = -(v - e) + (tau_m / c) (i + dc)      tau_s di/dt = -i
:
: A spike when v reaches theta; then v stays at v_reset for t_ref while i goes on. An event adds its weight [pA] to i.
: Between events both variables are sums of two exponentials, so that they are advanced exactly, and the next crossing
: of the threshold is known: one self-event waits there and moves when an event arrives. No time step is involved.
: bg_rate > 0 adds background events of weight bg_weight as a Poisson process, from the random stream bg_stream.

NEURON {
    ARTIFICIAL_CELL LifExp
    RANGE tau_m, tau_s, c, e, theta, v_reset, t_ref, dc, v0, bg_rate, bg_weight, bg_stream, v, i
    RANDOM background
}

UNITS {
    (mV) = (millivolt)
    (pA) = (picoamp)
    (pF) = (picofarad)
}

PARAMETER {
    tau_m = 10 (ms)
    tau_s = 0.5 (ms)
    c = 250 (pF)
    e = -65 (mV)
    theta = -50 (mV)
    v_reset = -65 (mV)
    t_ref = 2 (ms)
    dc = 0 (pA)
    v0 = -65 (mV)
    bg_rate = 0 (/s)
    bg_weight = 87.8 (pA)
    bg_stream = 0
}

ASSIGNED {
    v (mV)          : at the last event
    i (pA)          : at the last event
    last (ms)       : time of the last event
    free (ms)       : end of the refractory time
    steady (mV)     : where v goes when i is 0
    gain (mV/pA)    : v(t) = ... - gain i (exp(-t/tau_s) - exp(-t/tau_m))
    peak (mV/pA)    : most that 1 pA of i can add to v
}

INITIAL {
    v = v0
    i = 0
    last = 0
    free = -1e9
    steady = e + dc * tau_m / c
    gain = tau_m * tau_s / (c * (tau_m - tau_s))
    peak = gain * ((tau_s / tau_m)^(tau_s / (tau_m - tau_s)) - (tau_s / tau_m)^(tau_m / (tau_m - tau_s)))
    net_send(wait(), 1)
    if (bg_rate > 0) {
        random_setids(background, bg_stream, 0, 0)
        random_setseq(background, 0)
        net_send(random_negexp(background, 1000 / bg_rate), 2)
    }
}

NET_RECEIVE (w (pA)) {
    advance(t)
    if (flag == 1) {
        net_event(t)
        v = v_reset
        free = t + t_ref
        net_send(wait(), 1)
    } else if (flag == 2) {
        i = i + bg_weight
        net_send(random_negexp(background, 1000 / bg_rate), 2)
        net_move(t + wait())
    } else {
        i = i + w
        net_move(t + wait())
    }
}

: v and i at time `now`
PROCEDURE advance(now (ms)) {
    LOCAL fast, slow
    if (last < free) {
        if (now <= free) {
            i = i * exp(-(now - last) / tau_s)
            last = now
        } else {
            i = i * exp(-(free - last) / tau_s)
            last = free
        }
    }
    if (now > last) {
        fast = exp(-(now - last) / tau_s)
        slow = exp(-(now - last) / tau_m)
        v = steady + (v - steady) * slow - gain * i * (fast - slow)
        i = i * fast
        last = now
    }
}

: Time from the last event to the next spike [ms] if nothing else arrives
FUNCTION wait() (ms) {
    LOCAL current, hold
    hold = 0
    current = i
    if (free > last) {
        hold = free - last
        current = i * exp(-hold / tau_s)
    }
    wait = hold + crossing(current)
    if (wait > 1e9) {
        wait = 1e9
    }
}

: Time at which v reaches theta, from now, with the given i and no refractory time left; 1e10 for never
FUNCTION crossing(current (pA)) (ms) {
    LOCAL slow_part, fast_part, ratio, turn, low, high
    crossing = 1e10
    if (v >= theta) {
        crossing = 0
    } else if (steady > theta || (current > 0 && top(current) >= theta)) {
        fast_part = -gain * current
        slow_part = v - steady - fast_part
        turn = 0
        if (slow_part != 0) {
            ratio = -fast_part * tau_m / (slow_part * tau_s)
            if (ratio > 1) {
                turn = log(ratio) * tau_m * tau_s / (tau_m - tau_s)   : v has its extremum here
            }
        }
        if (turn > 0 && current > 0 && slow_part > 0) {
            if (level(turn, slow_part, fast_part) >= theta) {
                crossing = root(0, turn, slow_part, fast_part)
            }
        } else if (steady > theta) {
            low = turn
            high = turn + tau_m
            while (level(high, slow_part, fast_part) < theta && high < 1e9) {
                low = high
                high = 2 * high
            }
            if (high < 1e9) {
                crossing = root(low, high, slow_part, fast_part)
            }
        }
    }
}

: A level that v cannot exceed
FUNCTION top(current (pA)) (mV) {
    top = v
    if (steady > v) {
        top = steady
    }
    top = top + peak * current
}

FUNCTION level(after (ms), slow_part (mV), fast_part (mV)) (mV) {
    level = steady + slow_part * exp(-after / tau_m) + fast_part * exp(-after / tau_s)
}

: Where v, rising from low to high, reaches theta: Newton's method kept inside the bracket
FUNCTION root(low (ms), high (ms), slow_part (mV), fast_part (mV)) (ms) {
    LOCAL step, slow, fast, above, slope, count
    root = 0.5 * (low + high)
    step = high - low
    count = 0
    while (fabs(step) > 1e-12 * (1 + root) && count < 100) {
        slow = slow_part * exp(-root / tau_m)
        fast = fast_part * exp(-root / tau_s)
        above = steady + slow + fast - theta
        slope = -slow / tau_m - fast / tau_s
        if (above > 0) { high = root } else { low = root }
        step = root
        root = root - above / slope
        if (!(root > low && root < high)) {
            root = 0.5 * (low + high)
        }
        step = root - step
        count = count + 1
    }
}
