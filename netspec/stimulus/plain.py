"""Stimuli as plain data: {"type": "Sine", "amplitude": 0.1, "frequency": 8}, and back."""

from collections.abc import Mapping
from dataclasses import MISSING, fields
from typing import Any

from netspec.errors import Problem, SpecError, did_you_mean
from netspec.stimulus import base, neurolib, noise, waves
from netspec.stimulus.base import Stimulus, stimulus

KINDS: dict[str, type[Stimulus]] = {
    kind.__name__: kind
    for kind in (
        *(base.Constant, base.Sum, base.Then, base.Product, base.Window),
        *(waves.Step, waves.Ramp, waves.Sine, waves.Square, waves.Pulses, waves.Chirp, waves.Exponential),
        *(waves.Alpha, waves.Samples, neurolib.Rows),
        *(noise.WhiteNoise, noise.Wiener, noise.OrnsteinUhlenbeck, noise.ShotNoise),
    )
}


def to_plain(given: Stimulus) -> dict[str, Any]:
    """Dictionaries, lists, numbers and texts for JSON."""
    shown = {
        one.name: _plain(getattr(given, one.name))
        for one in fields(given)
        if getattr(given, one.name) != one.default
    }
    return {"type": type(given).__name__, **shown}


def _plain(value: Any) -> Any:
    if isinstance(value, Stimulus):
        return to_plain(value)
    return [_plain(each) for each in value] if isinstance(value, tuple) else value


def from_plain(given: Any, path: str = "stimulus") -> Stimulus:
    """The stimulus of what to_plain makes; SpecError with the path of what is wrong with it."""
    if isinstance(given, Stimulus):
        return given
    if not isinstance(given, Mapping):
        return _made(path, stimulus, given)
    name = given.get("type")
    if name not in KINDS:
        what = f"unknown stimulus {name!r}. {did_you_mean(str(name), KINDS)}" if name else "needs 'type'"
        raise SpecError([Problem(path, what)])
    known = {one.name: one for one in fields(KINDS[name])}
    wrong = [
        Problem(f"{path}.{key}", f"not a parameter of {name}. {did_you_mean(key, known)}")
        for key in given
        if key not in known and key != "type"
    ]
    wrong += [
        Problem(path, f"{name} needs {key!r}")
        for key, one in known.items()
        if key not in given and one.default is MISSING
    ]
    if wrong:
        raise SpecError(wrong)
    parts = {key: _part(value, key, f"{path}.{key}") for key, value in given.items() if key != "type"}
    return _made(path, KINDS[name], **parts)


def _part(value: Any, key: str, path: str) -> Any:
    if key == "of" and isinstance(value, list | tuple):
        return tuple(from_plain(each, f"{path}[{number}]") for number, each in enumerate(value))
    if key == "of":
        return from_plain(value, path)
    return tuple(value) if isinstance(value, list) else value


def _made(path: str, make: Any, *given: Any, **parts: Any) -> Stimulus:
    """What `make` returns; its complaint with the path."""
    try:
        made: Stimulus = make(*given, **parts)
    except (TypeError, ValueError) as error:
        raise SpecError([Problem(path, str(error))]) from error
    return made
