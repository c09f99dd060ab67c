"""Pictures of results: data and axes in, axes out; figures are opened, saved and shown in one place."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from netspec.analysis import motifs, named_fields, named_spikes
from netspec.analysis.registry import MEASURES
from netspec.errors import NetspecError, SpecError, did_you_mean
from netspec.extras import needed
from netspec.plots import (
    causality,
    cells,
    concentration,
    csd,
    dipole,
    fields,
    histogram,
    masses,
    matrix,
    over_ranges,
    prepare,
    raster,
    rate_spectra,
    shape,
    space,
    spike_stats,
    traces,
)
from netspec.plots.canvas import Canvas, Style, base_name, save_numbers
from netspec.plots.page import report
from netspec.plots.registry import COMMON, PLOTS, Plot, entries, plot, problems
from netspec.plots.solid import space3d
from netspec.plots.summary import overview
from netspec.results import Results

__all__ = [
    "COMMON",
    "MEASURES",
    "PLOTS",
    "Plot",
    "draw",
    "draw_all",
    "entries",
    "measured",
    "overview",
    "plot",
    "problems",
    "report",
    "space3d",
]

_BUILT_IN = (
    *(raster, histogram, spike_stats, over_ranges, rate_spectra, prepare, named_spikes),
    *(traces, masses, matrix, space, shape, motifs),
    *(named_fields, fields, csd, dipole, cells, causality, concentration),
)


def draw(results: Results, name: str, **arguments: Any) -> tuple[Any, dict[str, Any]]:
    """Draw the plot `name`: its figure (a dict of figures when there are several) and the numbers drawn.

    The arguments are NetPyNE's; `axis` draws into existing axes. With returnPlotter the Canvas in place of
    the figure.
    """
    if name not in PLOTS:
        raise NetspecError(f"there is no plot {name!r}. {did_you_mean(name, PLOTS)}")
    network = results.plan.model.spec.network
    wrong = problems({name: arguments}, network, "analysis")
    if wrong:
        raise SpecError(wrong)
    item = PLOTS[name]
    own = {key: value for key, value in arguments.items() if key in item.ordered}
    given = {key: value for key, value in arguments.items() if key in COMMON - {"axis", "sim"} - own.keys()}
    style = Style(**{"saveFig": item.saved, **given})
    canvas = Canvas(style, arguments.get("axis"), base_name(results), item.file_suffix(own))
    with _refused(name):
        numbers = _paint(results, item, canvas, own)
        canvas.save()
        save_numbers(style, canvas.base, canvas.kind or name, numbers)
    canvas.show()
    if style.returnPlotter:
        return canvas, numbers
    figures = canvas.figures
    return (next(iter(figures.values())) if len(figures) == 1 else figures), numbers


def draw_all(results: Results, analysis: Mapping[str, Any] | None = None) -> dict[str, tuple[Any, Any]]:
    """What the simulation asks for, in its order: {name: (figure, numbers)}; a measure has no figure.

    Plots and arguments that netspec does not have yet are left out; a warning before the run said so.
    """
    wanted = results.plan.model.spec.simulation.analysis if analysis is None else analysis
    drawn: dict[str, tuple[Any, Any]] = {}
    known = entries()
    for name, asked in wanted.items():
        if name in known and asked:
            given = asked if isinstance(asked, Mapping) else {}
            own = {key: value for key, value in given.items() if key in known[name].arguments}
            drawn[name] = (
                draw(results, name, **own) if name in PLOTS else (None, measured(results, name, **own))
            )
    return drawn


def measured(results: Results, name: str, **arguments: Any) -> Any:
    """The numbers of the measure `name`; SpecError for a wrong argument."""
    wrong = problems({name: arguments}, results.plan.model.spec.network, "analysis")
    if wrong:
        raise SpecError(wrong)
    with _refused(name):
        return MEASURES[name].measure(results, **arguments)


@contextmanager
def _refused(name: str) -> Iterator[None]:
    """What numbers, colours or files make impossible is said with the name of the plot."""
    try:
        yield
    except (ValueError, OSError) as error:
        raise NetspecError(f"{name}: {error}") from error


def _paint(results: Results, item: Plot, canvas: Canvas, own: Mapping[str, Any]) -> dict[str, Any]:
    mpl, params = needed("matplotlib", "A picture", "plot"), canvas.style.rcParams or {}
    wrong = [name for name in params if name not in mpl.rcParams]
    if wrong:
        raise NetspecError(f"rcParams: there is no {wrong[0]!r}. {did_you_mean(wrong[0], mpl.rcParams)}")
    with mpl.rc_context({"font.size": canvas.style.fontSize, **params}):
        target = canvas if item.several else canvas.axes()
        numbers = item.draw(results, target, **own)
        canvas.finish()
    return numbers


from netspec.plots.interactive import linked  # noqa: E402, F401 - builds on all names above
