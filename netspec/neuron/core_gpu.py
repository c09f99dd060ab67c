"""Whether CoreNEURON computes on a GPU: if it was built for that and there is one, or as simConfig says."""

from pathlib import Path

from neuron import config

from netspec.errors import Problem
from netspec.spec.simulation import FAST, GPU, Simulation

DEVICES = Path("/dev")
"""Where a driver lists the GPUs that CoreNEURON can use."""


def built() -> bool:
    """Whether the CoreNEURON that is installed was built for GPUs."""
    return bool(config.arguments.get("CORENRN_ENABLE_GPU"))


def used(simulation: Simulation) -> bool:
    """Whether this rank is to use a GPU."""
    if simulation.gpu is None and simulation.coreneuron is True:
        return built() and any(DEVICES.glob("nvidia[0-9]*"))
    return bool(simulation.gpu) or simulation.coreneuron == GPU


def problems(simulation: Simulation) -> list[Problem]:
    """What is wrong with asking for a GPU."""
    if not used(simulation):
        return []
    path = "simConfig.coreneuron" if simulation.coreneuron == GPU else "simConfig.gpu"
    if simulation.coreneuron == FAST:
        return [Problem(path, f"coreneuron={FAST!r} is for the machine's processor; use True or {GPU!r}.")]
    if not built():
        return [Problem(path, "the CoreNEURON that is installed was built without GPU support.")]
    return []
