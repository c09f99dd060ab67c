"""How a simulation talks to the search that started it. By itself it runs just the same."""

from typing import Any

from netspec.batch import trial
from netspec.neuron.ranks import number


def initialize() -> None:
    """Nothing: a trial knows its folder."""


def is_host() -> bool:
    """Whether this is rank 0."""
    return bool(number() == 0)


def send(data: Any) -> None:
    """Hand in what came out: a mapping, a Series, or JSON."""
    trial.result(data)


def close() -> None:
    """Nothing: a trial ends when its process does."""
