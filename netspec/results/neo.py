"""Results as objects of neo, which elephant and other tools of electrophysiology work on."""

from typing import TYPE_CHECKING, Any

import numpy as np

from netspec.extras import needed
from netspec.results import curves as recorded
from netspec.results.curves import Curve

if TYPE_CHECKING:
    from netspec.results import Results

UNITS = {
    "mA/cm2": "mA/cm**2", "S/cm2": "S/cm**2", "nA um": "nA*um", "fAm": "nA*um", "mM": "mol/m**3",
    "": "dimensionless",
}  # fmt: skip
"""netspec's units where quantities spells them otherwise."""


def to_neo(results: "Results") -> Any:
    """A Block of one Segment: a SpikeTrain per cell (silent ones too) and per recorded stimulus, an
    AnalogSignal per curve and per share of each signal, and a Group for each population.

    Annotations: gid, population, index, x, y, z [um], section, location, label, key. A curve whose samples
    are not evenly spaced is an IrregularlySampledSignal.
    """
    neo, pq = needed("neo", "Results.to_neo", "analysis"), needed("quantities", "Results.to_neo", "analysis")
    block = neo.Block(name="netspec", duration_ms=results.duration)
    segment = neo.Segment(name="simulation")
    block.segments.append(segment)
    groups = {pop.label: neo.Group(name=pop.label) for pop in results.plan.cells.populations}
    block.groups.extend(groups.values())
    stop = max([results.duration, *results.spikes["time"][-1:]]) * pq.ms  # steps do not end exactly there
    tags = recorded.cell_columns(results.plan)
    for row, (gid, times) in enumerate(recorded.trains(results).items()):
        own = {name: column[row].item() for name, column in tags.items()}
        train = neo.SpikeTrain(times * pq.ms, t_stop=stop, name=f"cell {gid}", **own)
        groups[own["population"]].add(train)
        segment.spiketrains.append(train)
    for gid, source, times in recorded.stimuli(results):
        inside = np.sort(times[times <= results.duration]) * pq.ms
        own = {"name": f"{source} of cell {gid}", "gid": gid, "source": source}
        segment.spiketrains.append(neo.SpikeTrain(inside, t_stop=stop, **own))
    for curve in recorded.curves(results):
        signal = _curve(neo, pq, results, curve)
        regular = isinstance(signal, neo.AnalogSignal)
        (segment.analogsignals if regular else segment.irregularlysampledsignals).append(signal)
        groups[signal.annotations["population"]].add(signal)
    segment.analogsignals.extend(_signals(neo, pq, results))
    block.check_relationships()
    return block


def unit(pq: Any, name: str) -> Any:
    """A unit of netspec as quantities' own; no dimension where it knows none of the name."""
    try:
        return pq.Quantity(1, UNITS.get(name, name)).units
    except LookupError:  # of somebody's own signal
        return pq.dimensionless


def _curve(neo: Any, pq: Any, results: "Results", curve: Curve) -> Any:
    label = recorded.populations(results.plan, [curve.gid])[0].item()
    about = {"name": f"{curve.label} of cell {curve.gid}", "label": curve.label, "gid": curve.gid}
    about |= {"population": label, "section": curve.section, "location": curve.location, "key": curve.key}
    return _sampled(neo, pq, curve.values[:, None], curve.time, curve.unit, about)


def _sampled(neo: Any, pq: Any, values: Any, time: Any, name: str, about: dict[str, Any]) -> Any:
    """Values (samples, channels) as a signal, regular where the times are."""
    rate = recorded.rate_of(time)
    if rate is None:
        return neo.IrregularlySampledSignal(time * pq.ms, values, units=unit(pq, name), **about)
    start, frequency = time[0] * pq.ms, rate * pq.kHz
    return neo.AnalogSignal(values, units=unit(pq, name), t_start=start, sampling_rate=frequency, **about)


def _signals(neo: Any, pq: Any, results: "Results") -> list[Any]:
    """What all cells, populations and single cells add to each signal, with the places of electrodes."""
    found = []
    for name, signal in results.signals.items():
        dimension, _, places = recorded.channels(results, name)
        for of, values, names in recorded.shares(results, name):
            about = {"name": f"{name} of {of}", "label": name, "of": of, "unit": signal.unit}
            about["array_annotations"] = {dimension: np.array(names)}
            if places is not None:
                about["array_annotations"] |= {axis: places[:, n] * pq.um for n, axis in enumerate("xyz")}
            found.append(_sampled(neo, pq, values, signal.time, signal.unit, about))
    return found
