"""Current source density over time and depth: sinks red, sources blue."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import numpy as np

from netspec.analysis import electrodes as sites
from netspec.analysis import named_fields
from netspec.analysis.cells import sample
from netspec.errors import StateError
from netspec.plots.canvas import Axes
from netspec.plots.registry import plot
from netspec.results import Results
from netspec.tables import Floats

LABEL = "current source density [mV/mm$^2$]\nsink (into cells) < 0 < source"


@plot("plotCSD", "CSD", saved=True)
def plot_csd(
    results: Results,
    ax: Axes,
    *,
    CSDData: Floats | None = None,
    LFPData: Floats | None = None,
    pop: str | None = None,
    timeRange: Sequence[float] | None = None,
    dt: float | None = None,
    sampr: float | None = None,
    spacing_um: float | None = None,
    ymax: float | None = None,
    overlay: Literal["CSD", "LFP"] | None = None,
    hlines: bool = False,
    layerBounds: Mapping[str, Sequence[float]] | None = None,
    stimTimes: float | Sequence[float] | None = None,
    smooth: bool | float = True,
    colorbar: bool = True,
    pad: int = 1,
    minf: float = 0.05,
    maxf: float = 300,
    vaknin: bool = True,
    norm: bool = False,
) -> dict[str, Any]:
    """CSD as an image. The numbers: CSD (sites, samples) [mV/mm2], LFP, t [ms] and depths [um] of sites.

    CSDData, LFPData, dt, spacing_um: a density (sites, samples) of your own. overlay: curves of the 'CSD' or
    'LFP' at each site. layerBounds: name -> [top, bottom] [um]. stimTimes: lines [ms]. smooth: between sites.
    `pad` changes nothing, as the image ends half a site beyond the first and last.
    """
    if CSDData is None:
        asked: dict[str, Any] = {"pop": pop, "dt": dt, "sampr": sampr, "spacing_um": spacing_um}
        found, lfp, _, between, step = named_fields.prepare_csd(
            results, timeRange, **asked, minf=minf, maxf=maxf, vaknin=vaknin, norm=norm
        )
    else:
        if not dt or not spacing_um:
            raise StateError("plotCSD with CSDData needs dt [ms] and spacing_um")
        inside = slice(*(sample(end, dt) for end in sites.span(results, timeRange)))
        found, lfp = np.asarray(CSDData)[:, inside], None if LFPData is None else np.asarray(LFPData)[inside]
        between, step = spacing_um, dt
    start = sites.span(results, timeRange)[0]
    places = sites.places(results)
    top = float(places[:, 1].min()) if len(places) else 0.0
    lost = 0 if CSDData is not None or vaknin else 1
    depths = top + between * (lost + np.arange(len(found)))
    times = start + step * np.arange(found.shape[1])
    image = density_image(found, times, depths, ax, smooth=bool(smooth))
    curves = {"CSD": found, "LFP": None if lfp is None else lfp.T[lost : lost + len(found)]}
    if overlay and curves[overlay] is not None:
        _curves(curves[overlay], times, depths, between, ax)
    if hlines:
        ax.hlines(depths, times[0], times[-1], colors="0.4", linewidth=0.5, linestyles="dashed")
    for name, (above, below) in (layerBounds or {}).items():
        ax.axhline(below, color="black", linewidth=0.8, linestyle="dotted")
        ax.text(1.01, (above + below) / 2, name, transform=ax.get_yaxis_transform(), va="center")
    for time in np.atleast_1d([] if stimTimes is None else stimTimes):
        ax.axvline(time, color="black", linewidth=0.8, linestyle="dashed")
    if ymax is not None:
        ax.set_ylim(ymax, ax.get_ylim()[1])
    if colorbar:
        ax.figure.colorbar(image, ax=ax, label=LABEL, shrink=0.8, pad=0.1 if layerBounds else 0.03)
    return {"CSD": found, "LFP": lfp, "t": times, "depths": depths}


def density_image(values: Floats, times: Floats, depths: Floats, ax: Axes, *, smooth: bool = True) -> Any:
    """Densities (sites, samples) in axes, depth downwards, colours even around 0; the image."""
    half = (depths[1] - depths[0]) / 2 if len(depths) > 1 else 50.0
    largest = float(np.abs(values).max()) or 1.0
    image = ax.imshow(
        values,
        extent=(times[0], times[-1], depths[-1] + half, depths[0] - half),
        aspect="auto",
        origin="upper",
        cmap="RdBu",
        vmin=-largest,
        vmax=largest,
        interpolation="bicubic" if smooth else "nearest",
    )
    ax.set(xlabel="time [ms]", ylabel="depth [um]")
    return image


def _curves(values: Floats, times: Floats, depths: Floats, between: float, ax: Axes) -> None:
    """A curve at each site, positive upwards, that does not reach its neighbours."""
    scale = 0.45 * between / (float(np.abs(values).max()) or 1.0)
    for depth, own in zip(depths, values, strict=True):
        ax.plot(times, depth - scale * own, color="0.2", linewidth=0.6)
