"""What the user wrote: netParams and simConfig as frozen values, every mistake named with its path."""

from dataclasses import dataclass, field

from netspec.spec.network import Network
from netspec.spec.simulation import Simulation


@dataclass(frozen=True)
class Spec:
    """A network and how to simulate it, as the user wrote it: still rules, still lazy."""

    network: Network = field(default_factory=Network)
    simulation: Simulation = field(default_factory=Simulation)
