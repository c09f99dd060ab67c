"""Numbers of spikes under NetPyNE's names, and what an `include` list has in a time range."""

from collections.abc import Sequence
from typing import Any

from netspec.analysis import rates, spikes, synchrony
from netspec.analysis.registry import measure
from netspec.analysis.select import items
from netspec.results import Results


@measure("calculateRate")
def calculate_rate(
    results: Results,
    include: Sequence[Any] = ("allCells", "eachPop"),
    peakBin: float = 5,
    timeRange: Sequence[float] | None = None,
) -> tuple[list[Any], list[float], list[float]]:
    """The items, the mean rate of each [Hz], and the largest in bins of peakBin [ms] ([] without)."""
    named, span = items(results.plan, include), spikes.whole(results, timeRange)
    mean, peak = [], []
    for own in named.values():
        data = spikes.raster(results, own, span)
        mean.append(rates.mean(data.times, data.row_count, span))
        if peakBin:
            peak.append(float(rates.binned(data.times, spikes.edges(span, peakBin), data.row_count).max()))
    return [own[0] for own in named.values()], mean, peak


@measure("popAvgRates")
def population_rates(results: Results, tranges: Any = None, show: bool = True) -> dict[str, Any]:
    """Label -> mean rate [Hz] over the run or a range, or of several ranges -> '<start>_<stop>' -> rate.

    show: sim.analysis.popAvgRates prints them; here it means nothing.
    """
    ranges = tranges if isinstance(tranges, list | tuple) else [None]
    ranges = list(ranges) if ranges[0] is None or isinstance(ranges[0], list | tuple) else [ranges]
    found = [results.rates(None if span is None else (span[0], span[1])) for span in ranges]
    if len(ranges) == 1:
        return dict(found[0])
    names = [f"{int(span[0])}_{int(span[1])}" for span in ranges if span is not None]
    return {label: dict(zip(names, (own[label] for own in found), strict=True)) for label in found[0]}


@measure("syncMeasure")
def sync_measure(results: Results) -> float:
    """Part of the milliseconds of a run in which no cell spikes, 0 to 1; NetPyNE's measure of synchrony."""
    return synchrony.netpyne_sync(results.spikes["time"], spikes.whole(results, None)[1])
