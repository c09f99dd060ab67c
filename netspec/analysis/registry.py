"""Which numbers `simConfig.analysis` and `sim.analysis` may name besides plots."""

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
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


def takes(other: Callable[..., Any], order: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Give a function arguments of another one beside its own, which it gets as keywords with their defaults.

    order: names of all arguments, as NetPyNE has them; those that the function has itself are its own.
    """

    def give(function: Callable[..., Any]) -> Callable[..., Any]:
        names, own = order.split(), inspect.signature(function).parameters
        known = {**inspect.signature(other).parameters, **own}
        first = [item for item in own.values() if item.name not in names and item.kind != item.VAR_KEYWORD]
        rest = [known[name].replace(kind=inspect.Parameter.KEYWORD_ONLY) for name in names]
        signature = inspect.Signature([*first, *rest])

        @wraps(function)
        def filled(*given: Any, **named: Any) -> Any:
            bound = signature.bind(*given, **named)
            bound.apply_defaults()
            return function(**bound.arguments)

        filled.__signature__ = signature  # type: ignore[attr-defined]
        return filled

    return give
