"""Spikes per time bin, for populations or sets of them."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from netspec.analysis import spikes
from netspec.errors import Problem, SpecError, did_you_mean
from netspec.plots.colors import of_populations
from netspec.plots.registry import plot

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from netspec.results import Results

MEASURES = {"count": "spikes per bin", "rate": "rate [Hz]"}
TYPES = {"step": "step", "bar": "stepfilled", "line": "step", "stepfilled": "stepfilled"}


@plot("plotSpikeHist", "histogram", not_yet=("norm", "smooth", "filtFreq", "filtOrder", "returnPlotter"))
def plot_spike_hist(
    results: "Results",
    ax: "Axes",
    *,
    include: Sequence[Any] = ("eachPop", "allCells"),
    timeRange: Sequence[float] | None = None,
    binSize: float = 5,
    measure: str = "count",
    histType: str = "step",
    graphType: str | None = None,
    stacked: bool = False,
    cumulative: bool = False,
    log: bool = False,
    density: bool = False,
    legend: bool = True,
    popLabels: Mapping[str, str] | None = None,
    popColors: Mapping[str, Any] | Sequence[Any] | None = None,
    colorList: Sequence[Any] | None = None,
) -> dict[str, Any]:
    """Histograms of spike times. The numbers: bin edges [ms] and (items, bins) counts or rates [Hz]."""
    _check(measure, "measure", MEASURES)
    _check(graphType or histType, "graphType" if graphType else "histType", TYPES)
    span = spikes.whole(results, timeRange)
    bins = spikes.edges(span, binSize)
    items = _items(results, include)
    values = np.array([_histogram(results, item, span, bins, measure) for item in items.values()])
    colors = of_populations(results.plan, list(items), popColors or colorList)
    colors = ["black" if label == "allCells" else color for label, color in zip(items, colors, strict=True)]
    names = [(popLabels or {}).get(label, label) for label in items]
    style: dict[str, Any] = {
        "histtype": TYPES[graphType or histType],
        "stacked": stacked,
        "cumulative": cumulative,
    }
    ax.hist(
        [bins[:-1]] * len(items),
        bins.tolist(),
        weights=list(values),
        color=colors,
        label=names,
        log=log,
        density=density,
        **style,
    )
    ax.set(xlim=span, xlabel="time [ms]", ylabel="density" if density else MEASURES[measure])
    if legend:
        ax.legend(frameon=False)
    return {
        "binEdges": bins,
        "values": values,
        "labels": list(items),
        "measure": measure,
        "timeRange": list(span),
    }


def _check(value: str, argument: str, known: Mapping[str, str]) -> None:
    if value not in known:
        raise SpecError([Problem(argument, f"there is no {value!r}. {did_you_mean(value, known)}")])


def _items(results: "Results", include: Sequence[Any]) -> dict[str, list[Any]]:
    """What each histogram is of, by label; 'eachPop' stands for all populations."""
    items: dict[str, list[Any]] = {}
    for item in include:
        if item == "eachPop":
            items |= {pop.label: [pop.label] for pop in results.plan.cells.populations}
        else:
            items[item if isinstance(item, str) else str(item)] = [item]
    return items


def _histogram(results: "Results", include: list[Any], span: spikes.Range, bins: Any, measure: str) -> Any:
    data = spikes.raster(results, include, span)
    counts = np.histogram(data.times, bins)[0].astype(float)
    if measure == "count":
        return counts
    return counts / max(data.row_count, 1) * 1000 / (bins[1] - bins[0])
