"""A network in the middle of a run: its whole state on this rank, to go on from there."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from neuron import h

from netspec.neuron import checkpoint, watch
from netspec.neuron.check import named
from netspec.neuron.run import Network

Content = dict[str, Any]


def save(network: Network, path: Path) -> Content:
    """The state after a window, of which the recordings are still in memory. Collective.

    Where conditions are watched, the network is one step further then. path: where NEURON may write.
    """
    before = None
    watching = watch.watching(named(network.plan.model))
    if watching and network.reached < network.plan.model.spec.simulation.duration:
        before = checkpoint.taken(path)
        network.advance(h.t + h.dt)
    state = checkpoint.save(path, network.recordings.pointers())
    return {**state, "before": before, "signals": network.windows.begun(), "time": network.reached}


def restore(network: Network, path: Path, content: Mapping[str, Any]) -> None:
    """Put a network that was just initialised into a state that was saved. Collective."""
    checkpoint.check_structure(content["structure"])
    if content["before"] is not None:
        checkpoint.put_back(path, content["before"])
        network.pc.psolve(h.t + h.dt)
    checkpoint.restore(path, content, network.recordings.pointers())
    network.windows.continue_from(content["signals"])
    if network.core is not None:
        network.core.continue_from()
    network.reached = content["time"]
