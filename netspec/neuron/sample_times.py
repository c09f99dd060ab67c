"""When a run pauses for samples."""

import numpy as np
from numpy.typing import NDArray

from netspec.plan import Plan

Floats = NDArray[np.float64]


def sample_times(plan: Plan) -> Floats:
    """When signals are sampled: at the start, and every recordStep [ms]."""
    simulation = plan.model.spec.simulation
    step = 0.1 if isinstance(simulation.record_step, str) else float(simulation.record_step)
    return step * np.arange(int(np.floor(simulation.duration / step + 1e-9)) + 1)


def stops(plan: Plan, times: Floats) -> Floats:
    """When a run is where it is nearest to the times [ms]: at a step, if steps are fixed."""
    simulation = plan.model.spec.simulation
    if simulation.cvode_active or simulation.use_local_dt:
        return times
    dt = float(simulation.dt)
    last = np.floor(simulation.duration / dt + 1e-9)
    return np.asarray(np.minimum(np.rint(times / dt), last) * dt)
