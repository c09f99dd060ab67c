"""Reference mode: a LEMS file as the reference simulator of NeuroML steps it, to the digits that it prints.

Forward Euler, the instances below before those above. An instance first copies what it requires from the one
above it (which is that of the step before), then computes its derived variables, its rates, its state, and
looks at its conditions; only then do others see what it exposes. An event without delay arrives at once.
"""

from netspec.lems.reference.run import Output, run, simulate

__all__ = ["Output", "run", "simulate"]
