"""What neural masses did: a line for each node."""

from collections.abc import Iterable, Sequence
from typing import Any

from netspec.errors import Problem, SpecError, did_you_mean
from netspec.plots.canvas import Axes
from netspec.plots.registry import plot
from netspec.results import Results


@plot("plotMasses", "masses", saved=True)
def plot_masses(
    results: Results,
    ax: Axes,
    *,
    populations: Sequence[str] | None = None,
    variable: str | None = None,
    timeRange: Sequence[float] | None = None,
) -> dict[str, Any]:
    """States or outputs over time, by default the first of each population.

    populations: labels, else all. Numbers drawn: t [ms], and for each population (nodes, samples).
    """
    if timeRange is not None:
        results = results.select(time=(float(timeRange[0]), float(timeRange[1])))
    drawn = {}
    for number, label in enumerate(populations or results.masses):
        _known(label, results.masses, "populations")
        values = results.masses[label]
        name = variable or next(iter(values))
        _known(name, values, "variable")
        drawn[label] = values[name]
        lines = ax.plot(results.mass_time, values[name].T, color=f"C{number}", linewidth=0.8)
        lines[0].set_label(f"{label}: {name}")
    ax.set(xlabel="time [ms]", ylabel=variable or "activity")
    ax.legend(frameon=False, loc="upper left", bbox_to_anchor=(1, 1))
    return {"t": results.mass_time, **drawn}


def _known(name: str, known: Iterable[str], argument: str) -> None:
    if name not in known:
        message = f"{name!r} was not recorded. {did_you_mean(name, known)}"
        raise SpecError([Problem(f"plotMasses({argument})", message)])
