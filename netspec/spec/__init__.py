"""What the user wrote: netParams and simConfig as frozen values, every mistake named with its path."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from netspec.spec.network import Network
from netspec.spec.simulation import Simulation


@dataclass(frozen=True)
class Spec:
    """A network and how to simulate it, as the user wrote it: still rules, still lazy.

    units: those of mechanisms that texts with units were converted to, by mechanism and parameter.
    """

    network: Network = field(default_factory=Network)
    simulation: Simulation = field(default_factory=Simulation)
    units: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
