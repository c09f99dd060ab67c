"""Granger causality by frequency."""

from collections.abc import Sequence
from typing import Any

from netspec.analysis import causality
from netspec.analysis.named_fields import counts
from netspec.plots.canvas import Canvas
from netspec.plots.registry import plot
from netspec.results import Results


@plot("granger", "granger", several=True)
@plot("plotGranger", "granger", several=True)
def plot_granger(
    results: Results,
    canvas: Canvas,
    *,
    cells1: Sequence[Any] | None = None,
    cells2: Sequence[Any] | None = None,
    spks1: Sequence[float] | None = None,
    spks2: Sequence[float] | None = None,
    label1: str | None = None,
    label2: str | None = None,
    timeRange: Sequence[float] | None = None,
    binSize: float = 5,
    testGranger: bool = False,
    plotFig: bool = True,
) -> dict[str, Any]:
    """Spectral Granger causality of the spikes of two groups of cells, or of times spks1 and spks2 [ms].

    The numbers: F [Hz], Fx2y (of 1 for 2), Fy2x, Fxy (at once), and with testGranger MaxFy2xZscore and
    MaxFy2xPvalue, from 50 shuffled trains 2. Default: the first two populations. plotFig False: only numbers.
    """
    names = [population.label for population in results.plan.cells.populations]
    first, second = ([names[0]], [names[1]]) if len(names) > 1 else ([0], ["allCells"])
    cells1, cells2 = cells1 or first, cells2 or second
    one, other = (
        counts(results, cells, given, timeRange, binSize)
        for cells, given in ((cells1, spks1), (cells2, spks2))
    )
    rate = int(1000 / binSize)
    found = causality.granger(one, other, rate)
    label1, label2 = label1 or _name(cells1, spks1, 1), label2 or _name(cells2, spks2, 2)
    if plotFig:
        ax = canvas.axes()
        ax.plot(found.freqs, found.y_to_x, color="#4477aa", label=f"{label2} for {label1}")
        ax.plot(found.freqs, found.x_to_y, color="#cc3311", label=f"{label1} for {label2}")
        ax.set(xlabel="frequency [Hz]", ylabel="Granger causality", xlim=(0, found.freqs[-1]), ylim=(0, None))
        ax.legend(frameon=False)
    numbers: dict[str, Any] = {
        "F": found.freqs, "Fx2y": found.x_to_y, "Fy2x": found.y_to_x, "Fxy": found.together,
    }  # fmt: skip
    if testGranger:
        score, p = causality.granger_test(one, other, rate)
        numbers |= {"MaxFy2xZscore": score, "MaxFy2xPvalue": p}
    return numbers


def _name(cells: Sequence[Any], given: Sequence[float] | None, number: int) -> str:
    if given is not None and len(given):
        return f"train {number}"
    return ", ".join(f"cell {item}" if isinstance(item, int) else str(item) for item in cells)
