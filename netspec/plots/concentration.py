"""Concentrations in extracellular space, seen from one side."""

from collections.abc import Sequence
from typing import Any, Literal

import numpy as np

from netspec.errors import Problem, SpecError, StateError, did_you_mean
from netspec.plots.canvas import Axes
from netspec.plots.lines import round_below
from netspec.plots.registry import plot
from netspec.results import Results
from netspec.tables import Floats

MEAN_OVER = {"xy": 2, "xz": 1}


@plot("plotRxDConcentration", "rxd_concentration", saved=True)
def plot_rxd_concentration(
    results: Results,
    ax: Axes,
    *,
    speciesLabel: str = "",
    regionLabel: str = "",
    plane: Literal["xy", "xz"] = "xy",
    clim: Sequence[float] | None = None,
    scalebar: bool = False,
    states: Floats | None = None,
) -> dict[str, Any]:
    """Concentration now, a mean over the third axis. The numbers: data (x, y or z) [mM].

    states: (x, y, z) voxels [mM]; with NetPyNE's verbs those that the simulation has at this moment.
    """
    rxd = results.plan.model.spec.network.rxd
    boxes = {label: box for label, box in (rxd.regions if rxd else {}).items() if hasattr(box, "xlo")}
    if regionLabel not in boxes:
        message = f"there is no extracellular region {regionLabel!r}. {did_you_mean(regionLabel, boxes)}"
        raise SpecError([Problem("regionLabel", message)])
    if states is None:
        raise StateError(
            "concentrations are those of a simulation that is there: sim.analysis.plotRxDConcentration"
        )
    box, across, down = boxes[regionLabel], plane[0], plane[1]
    data = np.asarray(states).mean(axis=MEAN_OVER[plane])
    left, right = getattr(box, f"{across}lo"), getattr(box, f"{across}hi")
    low, high = getattr(box, f"{down}lo"), getattr(box, f"{down}hi")
    limits: dict[str, Any] = dict(zip(("vmin", "vmax"), clim or (None, None), strict=True))
    image = ax.imshow(data.T, origin="lower", extent=(left, right, low, high), cmap="viridis", **limits)
    ax.set(xlabel=f"{across} [um]", ylabel=f"{down} [um]")
    ax.figure.colorbar(image, ax=ax, label=f"[{speciesLabel}] [mM]", shrink=0.8)
    if scalebar:
        length = round_below(0.3 * (right - left))
        ax.plot([left + 0.05 * (right - left)] * 2 + np.array([0, length]), [low + 0.05 * (high - low)] * 2,
                color="white", linewidth=3)  # fmt: skip
        ax.set_axis_off()
    return {"data": data}
