"""Mistakes that NetPyNE would run with: errors, or warnings if simConfig.strict is False."""

import warnings

from netspec.errors import NetspecWarning, Problem, SpecError
from netspec.model import Model


def complain(model: Model, problem: Problem) -> None:
    """SpecError, or a warning where the user asked for NetPyNE's leniency."""
    if model.spec.simulation.strict:
        raise SpecError([problem])
    warnings.warn(str(problem), NetspecWarning, stacklevel=3)
