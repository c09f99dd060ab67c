"""Which numbers and words the sections of a config, and files of parameters, may have."""

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from netspec.errors import FileError, did_you_mean

INPUTS = (
    *(
        "spikes",
        "current_clamp",
        "voltage_clamp",
        "extracellular",
        "extracellular_stimulation",
        "conductance",
    ),
    *("csv", "file", "nwb", "allen", "lfp", "movie", "syn_activity", "replay_spikes", "ecephys_probe"),
)
"""Values of input_type: of both dialects."""
INPUT_NUMBERS = frozenset(
    {"amp", "delay", "duration", "amps", "durations", "amp_start", "amp_end", "frequency", "width"}
)
"""What an input says in numbers or lists of them."""
NO_WORDS = frozenset({"tau", "refrac", "tau1", "tau2", "erev", "sign"})
"""Parameters of cells and synapses that cannot be words."""
SHORTEST = 1e-9
"""What is shorter [ms, um] is none."""
NUMBERS: dict[str, dict[str, float]] = {
    "run": {"tstop": 0.0, "dt": SHORTEST, "dL": SHORTEST, "spike_threshold": -math.inf},
    "conditions": {"celsius": -273.15, "v_init": -math.inf},
}
"""Numbers of sections, and the least value of each."""


def check_section(given: Mapping[str, Any], section: str, path: Path) -> None:
    """FileError for a number of a section that is none, or too small."""
    for name, least in NUMBERS[section].items():
        value = given.get(name)
        if value is None:
            continue
        if not is_number(value):
            raise FileError(f"{path}: {section}.{name}: expected a number, got {value!r}")
        if value < least:
            raise FileError(f"{path}: {section}.{name}: {value} is too small")


def check_input(entry: Mapping[str, Any], where: str) -> None:
    """FileError for an input of an unknown type, or with words in place of numbers."""
    kind = entry.get("input_type")
    if kind not in INPUTS:
        near = did_you_mean(str(kind), INPUTS)
        raise FileError(f"{where}.input_type: there is no input of type {kind!r}. {near}")
    for name in sorted(INPUT_NUMBERS & entry.keys()):
        values = entry[name] if isinstance(entry[name], list) else [entry[name]]
        if not values or not all(is_number(value) for value in values):
            raise FileError(f"{where}.{name}: expected a number, got {entry[name]!r}")


def check_parameters(content: Mapping[str, Any], path: Path) -> None:
    """FileError for a parameter of a cell or synapse that is neither a number nor a word."""
    for name, value in content.items():
        if not is_number(value) and not (isinstance(value, str) and name not in NO_WORDS):
            raise FileError(f"{path}: {name}: expected a number, got {value!r}")


def is_number(value: Any) -> bool:
    """Whether a value is a finite number."""
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
