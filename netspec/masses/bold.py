"""The BOLD signal that activity makes (Balloon-Windkessel model)."""

from typing import Any

import numpy as np

from netspec.masses.model import Floats


def bold(activity: Any, dt: float, every: float = 2000.0) -> tuple[Floats, Floats]:
    """Times [ms] and BOLD signal (nodes, samples) of activity (nodes, steps) with a step dt [ms].

    K. J. Friston et al., NeuroImage 19, 1273 (2003), mean values of its table 1; explicit Euler, from rest.
    every: distance of samples [ms].
    """
    activity = np.atleast_2d(np.asarray(activity, np.float64))
    resting, stiffness, volume = 0.34, 0.32, 0.02
    gamma, decay, transit = 0.41, 0.65, 0.98
    seconds, step = dt * 1e-3, max(1, round(every / dt))
    signal = np.ones(len(activity))
    flow, oxygen, blood = signal.copy(), signal.copy(), signal.copy()
    kept = []
    for index, now in enumerate(activity.T):
        signal = signal + seconds * (now - decay * signal - gamma * (flow - 1))
        taken = flow / resting * (1 - (1 - resting) ** (1 / flow))
        oxygen = oxygen + seconds / transit * (taken - oxygen * blood ** (1 / stiffness - 1))
        blood = blood + seconds / transit * (flow - blood ** (1 / stiffness))
        # Flow stays positive: it is divided by.
        flow = np.maximum(flow + seconds * signal, 1e-120)
        if (index + 1) % step == 0:
            parts = 7 * resting * (1 - oxygen) + 2 * (1 - oxygen / blood) + (2 * resting - 0.2) * (1 - blood)
            kept.append(volume * parts)
    times = np.asarray(step * dt * np.arange(1, len(kept) + 1), np.float64)
    return times, np.asarray(np.array(kept).reshape(len(kept), len(activity)).T)
