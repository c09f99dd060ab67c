"""Whether what analysis shows of fields and cells is recorded."""

from collections.abc import Mapping, Sequence
from typing import Any

from netspec.spec.check_values import Findings
from netspec.spec.findings import Path, lenient
from netspec.spec.kinds import is_integer
from netspec.spec.simulation import Simulation

OWN_DATA = ("LFPData", "inputLFP", "PSDData", "SpectData", "CSDData")
"""Arguments that bring what is drawn."""
NEEDS = {
    "recordLFP": (
        *("plotLFP", "plotLFPTimeSeries", "plotLFPPSD", "plotLFPSpectrogram", "plotLFPLocations"),
        *("prepareLFP", "preparePSD", "prepareSpectrogram"),
        *("plotCSD", "plotCSDTimeSeries", "plotCSDPSD", "prepareCSD"),
    ),
    "recordDipole": ("plotDipole", "plotEEG"),
    "recordTraces": ("plotEPSPAmp",),
}
"""Option -> what shows what it records."""


def recorded(name: str, arguments: Any, options: Simulation, path: Path) -> Findings:
    """A missing option, electrodes that do not exist, a missing trace: NetPyNE finds out after the run."""
    given: Mapping[str, Any] = arguments if isinstance(arguments, Mapping) else {}
    there = {
        "recordLFP": options.record_lfp,
        "recordDipole": options.record_dipole,
        "recordTraces": options.record_traces,
    }
    if any(given.get(argument) is not None for argument in OWN_DATA):
        return
    for option, names in NEEDS.items():
        if name in names and not there[option]:
            yield lenient(path, f"it shows what simConfig.{option} records, which is not set.")
            return
    electrodes = given.get("electrodes")
    if name in NEEDS["recordLFP"] and isinstance(electrodes, Sequence):
        yield from _electrodes(electrodes, len(options.record_lfp), (*path, "electrodes"))
    trace = given.get("trace")
    if name == "plotEPSPAmp" and trace not in options.record_traces:
        yield lenient((*path, "trace"), f"simConfig.recordTraces has no {trace!r}.")


def _electrodes(wanted: Sequence[Any], count: int, path: Path) -> Findings:
    for place, item in enumerate([wanted] if isinstance(wanted, str) else wanted):
        for one in item if isinstance(item, list | tuple) else [item]:
            known = one in ("avg", "all") if isinstance(one, str) else is_integer(one) and 0 <= one < count
            if not known:
                message = f"there is no electrode {one!r}: they are 0 to {count - 1}, 'avg' and 'all'."
                yield lenient((*path, place), message)
