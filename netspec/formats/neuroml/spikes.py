"""Sources of spikes of NeuroML that NEURON's own artificial cells can be."""

from typing import Any

from netspec.formats.neuroml.biophysics import tidy
from netspec.lems.model import Component

MS = 1e3
ENDLESS = 1e9


def known(component: Component) -> dict[str, Any] | None:
    """What popParams says of a source; None if NEURON has none that does the same."""
    values = component.values
    match component.type.name:
        case "spikeArray":
            times = sorted(tidy(spike.values["time"] * MS) for spike in component.all("spike"))
            return {"cellModel": "VecStim", "spkTimes": times}
        case "spikeGenerator":
            period = tidy(values["period"] * MS)
            return _netstim(period, period, 0.0)
        case "spikeGeneratorPoisson":
            return _netstim(tidy(MS / values["averageRate"]), 0.0, 1.0)
        case "spikeGeneratorRefPoisson":
            least = tidy(values["minimumISI"] * MS)
            mean = tidy(MS / values["averageRate"])
            return _netstim(mean, least, tidy((mean - least) / mean))
    return None


def _netstim(interval: float, start: float, noise: float) -> dict[str, Any]:
    """NetStim: a share (noise) of each interval is exponential; the first spike is that much after start."""
    return {"cellModel": "NetStim", "interval": interval, "start": start, "number": ENDLESS, "noise": noise}
