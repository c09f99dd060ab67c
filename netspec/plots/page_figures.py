"""The still pictures of a report: figures as SVG inside the page, whose text takes the colour of the page."""

import io
import re
from collections.abc import Callable, Iterator
from html import escape
from importlib.util import find_spec
from typing import Any

import numpy as np

from netspec import markup
from netspec.analysis import spectra, spikes
from netspec.analysis.csd import csd
from netspec.analysis.distance import profile
from netspec.analysis.rates import binned
from netspec.extras import needed
from netspec.plots.canvas import Axes
from netspec.plots.colors import of_populations
from netspec.plots.csd import density_image
from netspec.plots.page_data import thinned
from netspec.results import Results

INK = "#010203"
"""Stands for the colour of the page's text."""
SIZE = (4.6, 2.9)
MOST_POINTS = 2000
MOST_CHANNELS = 24
FEWEST = 100
"""Pairs of cells at a distance for a probability, in small networks fewer."""
NAMES = {"dipole": "xyz"}
"""Of the channels of signals; of others their numbers."""
BIN = 5.0
"""Width of the bins of rates [ms]; a multiple of it where there would be many more than MOST_BINS."""
MOST_BINS = 300
Draw = Callable[[Results, Axes], str]
"""Draws and gives the caption back; '' where there is nothing to see."""


def svg(results: Results, draw: Draw, size: tuple[float, float] = SIZE) -> str:
    """A figure of the page with its caption, or ''. size [inches]."""
    mpl, figures = (needed(name, "A report", "plot") for name in ("matplotlib", "matplotlib.figure"))
    style = {
        **dict.fromkeys(
            ("text.color", "axes.edgecolor", "axes.labelcolor", "xtick.color", "ytick.color"), INK
        ),
        **{"font.size": 9, "svg.fonttype": "none", "svg.hashsalt": draw.__name__, "text.parse_math": False},
        **{"axes.spines.top": False, "axes.spines.right": False, "axes.linewidth": 0.6},
        **{"legend.frameon": False, "legend.fontsize": 8, "lines.linewidth": 1.1},
    }
    with mpl.rc_context(style):
        figure = figures.Figure(figsize=size, layout="constrained")
        caption = draw(results, figure.subplots())
        if not caption:
            return ""
        file = io.StringIO()
        figure.savefig(file, format="svg", transparent=True, metadata={"Date": None, "Creator": None})
    text = file.getvalue()
    text = re.sub(r' id="[a-z0-9]+(?:\.axis)?_\d+"', "", text[text.index("<svg") :]).replace(
        INK, "currentColor"
    )
    text = re.sub(r'<svg ([^>]*?)width="[^"]*"', r'<svg role="img" \1', text, count=1)
    text = re.sub(r'<svg ([^>]*?)height="[^"]*"', r"<svg \1", text, count=1)
    text = re.sub(r"font: ([\d.]+)px [^;\"]*", r"font: \1px var(--sans)", text)
    return f"<figure>{text}<figcaption>{escape(caption)}</figcaption></figure>"


def positions(results: Results, ax: Axes) -> str:
    """Cells in space from the front."""
    cells = results.plan.cells
    x, y = cells.table["x"], cells.table["y"]
    if len(cells) < 2 or (np.ptp(x) == 0 and np.ptp(y) == 0):
        return ""
    step = -(-len(cells) // MOST_POINTS)
    for code, label, color in _groups(results):
        own = np.flatnonzero(cells.table["population"] == code)[::step]
        ax.scatter(x[own], y[own], s=6, color=color, label=label, linewidths=0)
    ax.set(xlabel="x [um]", ylabel="y (depth) [um]", aspect="equal")
    ax.invert_yaxis()
    _legend(ax, results)
    return "Where the cells are, seen from the front."


def degrees(results: Results, ax: Axes) -> str:
    """How many contacts cells of each population receive."""
    table, cells = results.plan.connections, results.plan.cells
    if not len(table):
        return ""
    received = np.bincount(cells.positions(table["post"]), minlength=len(cells))
    bins = np.linspace(0, received.max() + 1, min(received.max() + 2, 40))
    for code, label, color in _groups(results):
        own = received[cells.table["population"] == code]
        if own.any():
            ax.hist(own, bins.tolist(), histtype="step", color=color, label=label, linewidth=1.2)
    ax.set(xlabel="contacts received", ylabel="cells", xlim=(0, bins[-1]))
    _legend(ax, results)
    return "Contacts that each cell receives."


def distances(results: Results, ax: Axes) -> str:
    """Share of pairs of cells that are connected, by distance."""
    cells = results.plan.cells
    extent = float(np.linalg.norm([np.ptp(cells.table[axis]) for axis in "xyz"])) if len(cells) else 0.0
    if not len(results.plan.connections) or not extent:
        return ""
    found = profile(results.plan, width=extent / 25)
    known = found.possible >= min(FEWEST, found.possible.mean() / 2)
    middle = 0.5 * (found.edges[1:] + found.edges[:-1])
    ax.plot(middle[known], found.probability[known], "o-", markersize=3, color="#4477aa")
    ax.set(xlabel="distance of the cells [um]", ylabel="connected pairs / pairs", ylim=(0, None))
    ax.set_xlim(0, None)
    return "Connection probability by distance, all rules and populations together."


def rates(results: Results, ax: Axes) -> str:
    """Rate of each population over time."""
    if not len(results.spikes):
        return ""
    width = BIN * max(1, round(results.duration / BIN / MOST_BINS))
    bins = spikes.edges((0.0, results.duration), width)
    for label, color, values in _binned(results, bins):
        ax.plot(0.5 * (bins[1:] + bins[:-1]), values, color=color, label=label)
    ax.set(xlabel="time [ms]", ylabel="rate [Hz]", xlim=(0, results.duration), ylim=(0, None))
    _legend(ax, results)
    return f"Mean rate of the cells of each population, in bins of {width:g} ms."


def spectrum(results: Results, ax: Axes) -> str:
    """Power of the rates of populations."""
    bins = spikes.edges((0.0, results.duration), BIN)
    if not len(results.spikes) or len(bins) < 41:
        return ""
    size = min(256, len(bins) - 1)
    ax.set_yscale("log")
    most = 0.0
    for label, color, values in _binned(results, bins):
        if values.any():
            freqs, power = spectra.netpyne_psd(values - values.mean(), 1000 / BIN, size, size // 2)
            ax.plot(freqs[1:], power[1:], color=color, label=label)
            most = max(most, float(power[1:].max()))
    if not most:
        return ""
    ax.yaxis.set_major_formatter("{x:g}")
    ax.set(xlabel="frequency [Hz]", ylabel="power [Hz2/Hz]", xlim=(0, 500 / BIN), ylim=(most / 1e5, 2 * most))
    _legend(ax, results)
    return "Power spectrum of the rates (means over pieces under a Hann window)."


def _binned(results: Results, bins: Any) -> Iterator[tuple[str, str, Any]]:
    """Label, colour and rate [Hz] per bin of each population."""
    cells = results.plan.cells
    codes = cells.table["population"][cells.positions(results.spikes["gid"])]
    sizes = np.bincount(cells.table["population"], minlength=len(cells.populations))
    for code, label, color in _groups(results):
        yield label, color, binned(results.spikes["time"][codes == code], bins, sizes[code])


def _groups(results: Results) -> Iterator[tuple[int, str, str]]:
    """Code, label and colour of each population."""
    labels = [population.label for population in results.plan.cells.populations]
    colors = of_populations(results.plan, labels)
    yield from zip(range(len(labels)), labels, colors, strict=True)


def _legend(ax: Axes, results: Results) -> None:
    if 1 < len(results.plan.cells.populations) <= 12:
        ax.figure.legend(
            *ax.get_legend_handles_labels(), loc="outside upper left", ncols=4, handlelength=1, markerscale=2
        )


def fields(results: Results) -> Iterator[str]:
    """A figure for each recorded signal, and the current source density of the LFP."""
    for name, signal in results.signals.items():
        if name == "iMembrane" or not signal.values.size:
            continue

        def stack(results: Results, ax: Axes, name: str = name, signal: Any = signal) -> str:
            """The channels of a signal, one below the other."""
            return _stacked(ax, name, signal)

        height = min(2.2 + 0.18 * signal.values.shape[1], 5.0)
        yield svg(results, stack, (SIZE[0], height))
        if name == "LFP":
            yield svg(results, density, (SIZE[0], height))


def _stacked(ax: Axes, name: str, signal: Any) -> str:
    values = signal.values[:, :MOST_CHANNELS]
    values = values - values.mean(axis=0)
    gap = 1.1 * max(float(np.abs(values).max()), 1e-30)
    for channel, column in enumerate(values.T):
        time, shown = thinned(signal.time, column, 3000)
        ax.plot(time, shown - channel * gap, color="#4477aa", linewidth=0.8)
    names = NAMES.get(name) or [str(channel) for channel in range(values.shape[1])]
    ax.set_yticks(-gap * np.arange(values.shape[1]), list(names))
    ax.set(xlabel="time [ms]", ylabel="channel", xlim=(signal.time[0], signal.time[-1]))
    left = signal.values.shape[1] - values.shape[1]
    more = f" (and {left} more channels)" if left else ""
    return f"{name}{more}, each less its mean; channels are {markup.text(gap)} {signal.unit} apart."


def density(results: Results, ax: Axes) -> str:
    """Current source density along a line of electrodes, if they are on one and evenly spaced."""
    signal = results.signals["LFP"]
    places = np.array(results.plan.model.spec.simulation.record_lfp, float).reshape(-1, 3)
    gaps = np.diff(places[:, 1])
    evenly = len(places) >= 3 and np.allclose(gaps, gaps[0]) and gaps[0] > 0 and len(signal.time) > 10
    if not evenly or np.ptp(places[:, [0, 2]], axis=0).any() or find_spec("scipy") is None:
        return ""
    step = float(np.diff(signal.time[:2])[0])
    values = csd(signal.values, 1000 / step, gaps[0] / 1000, band=(0.05, min(300.0, 499 / step)))
    image = density_image(values, signal.time, places[:, 1], ax, smooth=False)
    ax.figure.colorbar(image, ax=ax, label="CSD [mV/mm2], sources positive", shrink=0.9)
    return "Current source density along the electrodes: sources blue, sinks red."
