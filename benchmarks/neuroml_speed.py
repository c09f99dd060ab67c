"""What mechanisms compiled from NeuroML cost beside those of NEURON: CPU time of a step of 1,000 cells.

    python benchmarks/neuroml_speed.py [--cells 1000] [--repeats 5]

Hodgkin-Huxley channels beside NEURON's hh, which has tables of rates too, and ten double-exponential
synapses per cell beside Exp2Syn, in turn in one process. Prints microseconds per step (the best of the
repeats) and the ratios of what is there in addition to the bare cells with a leak.
"""

import argparse
import math
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from neuron import h

from netspec.lems import check, nmodl
from netspec.neuron import mechanisms

AXON = Path(__file__).parents[1] / "examples" / "hodgkin_huxley" / "axon.cell.nml"
SYNAPSE = """<neuroml xmlns="http://www.neuroml.org/schema/neuroml2" id="synapses">
<expTwoSynapse id="two" gbase="0.1nS" erev="0mV" tauRise="0.5ms" tauDecay="3ms"/></neuroml>"""
STEPS, DT = 800, 0.025


def compiled(folder: Path) -> tuple[nmodl.Mechanism, nmodl.Mechanism]:
    """The channels of the axon in one mechanism, and the synapse; both loaded."""
    found = check.components(AXON)
    densities = [c for c, _ in found.every() if c.is_a("baseChannelDensity")]
    channels = nmodl.density([nmodl.Density(c, str(c.get("ionChannel"))) for c in densities], found)
    (folder / "synapse.nml").write_text(SYNAPSE)
    found = check.components(folder / "synapse.nml")
    component = found.named("two")
    synapse = nmodl.synapse(component, found) if component else None
    assert channels
    assert synapse
    for mechanism in (channels, synapse):
        (folder / f"{mechanism.name}.mod").write_text(mechanism.text)
    mechanisms.load([folder])
    return channels, synapse


def cells(count: int, dress: Callable[[Any], list[Any]]) -> list[Any]:
    """One-segment cells, each with a current; kept alive by what is returned."""
    made: list[Any] = []
    for _ in range(count):
        section = h.Section()
        section.L = section.diam = 17.84
        clamp = h.IClamp(section(0.5))
        clamp.delay, clamp.dur, clamp.amp = 1, 1e9, 0.1
        made += [section, clamp, *dress(section)]
    return made


def with_mechanism(name: str, values: dict[str, float]) -> Callable[[Any], list[Any]]:
    """Insert a mechanism with its values."""

    def dress(section: Any) -> list[Any]:
        section.insert(name)
        for parameter, value in values.items():
            setattr(section, f"{parameter}_{name}", value)
        return []

    return dress


def with_synapses(name: str, values: dict[str, float]) -> Callable[[Any], list[Any]]:
    """A leak and ten synapses."""

    def dress(section: Any) -> list[Any]:
        section.insert("pas")
        made = [getattr(h, name)(section(0.5)) for _ in range(10)]
        for synapse in made:
            for parameter, value in values.items():
                setattr(synapse, parameter, value)
        return made

    return dress


def cost(count: int, dress: Callable[[Any], list[Any]], repeats: int) -> float:
    """CPU time of a step [us]."""
    kept = cells(count, dress)
    best = math.inf
    h.dt, h.celsius = DT, 6.3
    for _ in range(repeats):
        h.finitialize(-65)
        before = time.process_time()
        for _ in range(STEPS):
            h.fadvance()
        best = min(best, time.process_time() - before)
    del kept
    return best / STEPS * 1e6


def main() -> None:
    """Measure and print."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--cells", type=int, default=1000)
    options.add_argument("--repeats", type=int, default=5)
    given = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        channels, synapse = compiled(Path(folder))
        cases = {
            "leak": with_mechanism("pas", {}),
            "NEURON's hh": with_mechanism("hh", {}),
            "compiled Hodgkin-Huxley": with_mechanism(channels.name, channels.values),
            "ten Exp2Syn": with_synapses("Exp2Syn", {"tau1": 0.5, "tau2": 3}),
            "ten compiled expTwoSynapse": with_synapses(synapse.name, synapse.values),
        }
        found = {name: cost(given.cells, dress, given.repeats) for name, dress in cases.items()}
    for name, spent in found.items():
        print(f"{name:27} {spent:7.1f} us per step")
    hh, ours, exp2, two = (found[name] for name in list(cases)[1:])
    print(f"Hodgkin-Huxley: {ours / hh:.2f} of NEURON's hh")
    leak = found["leak"]
    print(f"synapses: {(two - leak) / (exp2 - leak):.2f} of Exp2Syn ({two / exp2:.2f} with the cells)")


if __name__ == "__main__":
    main()
