"""Stimuli that compose: `Sine(0.1, 8) + OrnsteinUhlenbeck(0, sd=0.02)`, `Step(1).lasting(200) & Pause()`."""

from netspec.stimulus.base import Constant, Product, Stimulus, Sum, Then, Window, stimulus
from netspec.stimulus.noise import OrnsteinUhlenbeck, ShotNoise, WhiteNoise, Wiener
from netspec.stimulus.plain import from_plain, to_plain
from netspec.stimulus.waves import (
    Alpha,
    Chirp,
    Exponential,
    Pause,
    Pulses,
    Ramp,
    Rectified,
    Samples,
    Sine,
    Square,
    Step,
)

__all__ = [
    "Alpha",
    "Chirp",
    "Constant",
    "Exponential",
    "OrnsteinUhlenbeck",
    "Pause",
    "Product",
    "Pulses",
    "Ramp",
    "Rectified",
    "Samples",
    "ShotNoise",
    "Sine",
    "Square",
    "Step",
    "Stimulus",
    "Sum",
    "Then",
    "WhiteNoise",
    "Wiener",
    "Window",
    "from_plain",
    "stimulus",
    "to_plain",
]
