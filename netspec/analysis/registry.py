"""Which numbers `simConfig.analysis` and `sim.analysis` may name besides plots."""

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

Function = TypeVar("Function", bound=Callable[..., Any])


@dataclass(frozen=True)
class Measure:
    """A function of results and its arguments."""

    name: str
    measure: Callable[..., Any]

    @property
    def arguments(self) -> frozenset[str]:
        """Names of the arguments that it takes."""
        return frozenset(self.ordered)

    @property
    def ordered(self) -> list[str]:
        """Its arguments in their order."""
        return list(inspect.signature(self.measure).parameters)[1:]


MEASURES: dict[str, Measure] = {}


def measure(name: str) -> Callable[[Function], Function]:
    """Register a function (results, its arguments) -> numbers as a name that `analysis` may use."""

    def register(function: Function) -> Function:
        MEASURES[name] = Measure(name, function)
        return function

    return register
