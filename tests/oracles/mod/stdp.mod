COMMENT
Pair rule of spike-timing dependent plasticity. Events of positive weight are presynaptic spikes, of negative weight
postsynaptic ones. `synweight` points at the weight that learns. A critic may reward or punish what both cells
have done lately.
ENDCOMMENT

NEURON {
    POINT_PROCESS STDP
    RANGE gain, loss, tau_pre, tau_post, most, reward
    POINTER synweight
}

PARAMETER {
    gain = 0.001
    loss = 0.0005
    tau_pre = 20
    tau_post = 30
    most = 0.1
    reward = 0
}

ASSIGNED {
    synweight
    pre
    post
    last
}

INITIAL {
    pre = 0
    post = 0
    last = 0
}

NET_RECEIVE (sign) {
    pre = pre * exp((last - t) / tau_pre)
    post = post * exp((last - t) / tau_post)
    last = t
    if (sign > 0) {
        pre = pre + 1
        synweight = synweight - loss * post
        if (synweight < 0) { synweight = 0 }
    } else {
        post = post + 1
        synweight = synweight + gain * pre
        if (synweight > most) { synweight = most }
    }
}

PROCEDURE reward_punish(critic) {
    synweight = synweight + critic * reward * pre * post * exp((last - t) * (1 / tau_pre + 1 / tau_post))
    if (synweight < 0) { synweight = 0 }
    if (synweight > most) { synweight = most }
}
