"""How a page for the browser is made: one HTML file with everything in it, and NetPyNE's `iplot` names."""

import inspect
import logging
import os
import sys
import webbrowser
from collections.abc import Callable, Iterable, Mapping, Sequence
from importlib import import_module
from pathlib import Path
from tempfile import mkstemp
from typing import Any, Literal, TypeVar

import numpy as np

from netspec.analysis.registry import MEASURES, measure
from netspec.errors import Problem, SpecError, did_you_mean
from netspec.extras import needed
from netspec.plots.canvas import Canvas, Style, save_numbers
from netspec.plots.registry import PLOTS, entries
from netspec.results import Results

log = logging.getLogger("netspec")

Colors = Mapping[str, Any] | Sequence[Any] | None
Numbers = dict[str, Any]
Drawn = tuple[dict[str, Any], Numbers]
"""Models of bokeh by what the names of their files end in, and the numbers drawn."""
Draw = TypeVar("Draw", bound=Callable[..., Drawn])

COMMON: dict[str, Any] = {
    **dict.fromkeys(("saveData", "saveFig")),
    "showFig": False,
    **dict.fromkeys(
        ("theme", "figSize", "fontSize", "title", "fileName", "fileDesc", "fileDir", "overwrite")
    ),
}
"""Arguments that every page takes, and their defaults."""
BOKEHS = ("caliber", "contrast", "dark_minimal", "light_minimal", "night_sky")
THEMES = {"default": None, "gui": "dark_minimal", "guiBlack": "dark_minimal", "guiWhite": "light_minimal"}
"""NetPyNE's names of themes, as those of bokeh."""
WORDS = {"theme": Literal[(*BOKEHS, *THEMES)]}
"""What may be given as text."""
FEW = 20_000
"""Points that are drawn without WebGL."""
MOST_COLUMNS = 1500
"""Columns of an image; of more, evenly spaced ones are shown."""


def interactive(name: str, *, needs: str | None = None, data: bool = False) -> Callable[[Draw], Draw]:
    """Register a function (results, arguments) -> (panels, numbers) as a name that `analysis` may use.

    The name gives the HTML of a page, with data also the numbers. needs: the plot or measure that gives its
    numbers; without it there is no such name.
    """

    def register(function: Draw) -> Draw:
        if needs is None or needs in entries():
            measure(name)(_page(function, name, data))
        return function

    return register


def _page(function: Callable[..., Drawn], name: str, data: bool) -> Callable[..., Any]:
    """The function with the arguments that every page takes."""
    own = inspect.signature(function).parameters
    common = {key: value for key, value in COMMON.items() if key not in own}

    def page(results: Results, **arguments: Any) -> Any:
        """The HTML, or the HTML and the numbers."""
        given = {**common, **arguments}
        panels, numbers = function(results, **{key: given[key] for key in own if key in given})
        theme = themed(given["theme"])
        for model in panels.values():
            _dress(model, given)
        style = Style(**{key: given[key] for key in Style.__dataclass_fields__ if key in given})
        base = import_module("netspec.plots").base_name(results)
        _save(panels, style, base, theme)
        save_numbers(style, base, next(iter(panels), name), numbers)
        html = document(list(panels.values()), given["title"] or name, theme)
        if given["showFig"]:
            show(html)
        return (html, numbers) if data else html

    extra = [
        inspect.Parameter(key, inspect.Parameter.KEYWORD_ONLY, default=value, annotation=WORDS.get(key, Any))
        for key, value in common.items()
    ]
    page.__signature__ = inspect.Signature([*own.values(), *extra])  # type: ignore[attr-defined]
    page.__doc__ = function.__doc__
    page.__wrapped__ = function  # type: ignore[attr-defined]
    return page


def bokeh(module: str) -> Any:
    """A module of bokeh, which is imported when something is drawn."""
    return needed(f"bokeh.{module}", "A page for the browser", "interactive")


def _dress(model: Any, given: Mapping[str, Any]) -> None:
    """Size and fonts as asked for."""
    if not (given.get("figSize") or given.get("fontSize")):
        return
    for plot in model.select({"type": bokeh("models").Plot}):
        if given.get("figSize"):
            plot.height = int(60 * given["figSize"][1])
        if given.get("fontSize"):
            for axis in (*plot.xaxis, *plot.yaxis):
                axis.axis_label_text_font_size = f"{given['fontSize']}pt"


def _save(panels: Mapping[str, Any], style: Style, base: str, theme: Any) -> None:
    """A file for each panel; a given name gets their endings when there are several."""
    if not style.saveFig:
        return
    for suffix, model in panels.items():
        path = Path(style.fileDir or "") / f"{style.fileName or base}_{style.fileDesc or suffix}.html"
        if isinstance(style.saveFig, str):
            path = Path(style.saveFig)
            if path.suffix != ".html":
                path = path.with_name(f"{path.name}.html")
            if len(panels) > 1:
                path = path.with_name(f"{path.stem}_{suffix}{path.suffix}")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(document([model], path.stem, theme), encoding="utf-8")
        log.info("saved %s", path)


def document(models: Sequence[Any], title: str, theme: Any = None) -> str:
    """A page of models one below the other, with the scripts that draw them inside."""
    page = bokeh("document").Document()
    for model in models:
        page.add_root(model)
    html: str = bokeh("embed").file_html(page, bokeh("resources").INLINE, title, theme=theme)
    page.clear()  # a model may be on one page only
    return html


def themed(theme: Any) -> Any:
    """A theme of bokeh: by its name or NetPyNE's, a dict of attributes, or as it is."""
    themes = bokeh("themes")
    known = {**{name: name for name in BOKEHS}, **THEMES}
    match theme:
        case None:
            return None
        case str() if theme in known:
            name = known[theme]
            return None if name is None else themes.built_in_themes[name]
        case str():
            raise SpecError([Problem("theme", f"there is no {theme!r}. {did_you_mean(theme, known)}")])
        case Mapping():
            return themes.Theme(json=dict(theme))
    return theme


def show(html: str) -> None:
    """Open a page in the browser, where there is a display."""
    if sys.platform.startswith("linux") and not (
        os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
    ):
        log.info("no display: pages are not shown")
        return
    handle, path = mkstemp(suffix=".html", prefix="netspec_")
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(html)
    webbrowser.open(Path(path).as_uri())


def figure(points: int = 0, height: int = 500, tips: Iterable[tuple[str, str]] = (), **options: Any) -> Any:
    """An empty figure as wide as the page, with tools to zoom and to select. tips: what hovering shows."""
    found = bokeh("plotting").figure(
        sizing_mode="stretch_width",
        height=height,
        tools="pan,box_zoom,wheel_zoom,box_select,lasso_select,reset,save",
        active_drag="box_zoom",
        tooltips=list(tips) or None,
        output_backend="webgl" if points > FEW else "canvas",
        **options,
    )
    found.toolbar.logo = None
    return found


def legend(fig: Any, shown: bool = True) -> None:
    """Beside the figure; a click hides or shows what it names."""
    if not fig.legend:
        return
    own = fig.legend[0]
    own.click_policy, own.visible = "hide", shown
    fig.add_layout(own, "right")


def numbers(results: Results, name: str, **arguments: Any) -> Numbers:
    """What the plot of this name draws, or the measure gives; arguments that are None are its defaults."""
    given = {key: value for key, value in arguments.items() if value is not None}
    if name in MEASURES:
        found: Numbers = MEASURES[name].measure(results, **given)
        return found
    item = PLOTS[name]
    canvas = Canvas(Style())
    return item.draw(results, canvas if item.several else canvas.axes(), **given)


def image(fig: Any, values: Any, x: tuple[float, float], y: tuple[float, float], label: str) -> Any:
    """Values (rows from below, columns) as colours that fill ranges of a figure, with their scale."""
    models = bokeh("models")
    given = np.asarray(values, float)
    shown = given[:, :: max(1, given.shape[1] // MOST_COLUMNS)]
    finite = shown[np.isfinite(shown)]
    low, high = (float(finite.min()), float(finite.max())) if len(finite) else (0.0, 1.0)
    mapper = models.LinearColorMapper("Viridis256", low=low, high=high, nan_color="white")
    found = fig.image([shown], x=x[0], y=y[0], dw=x[1] - x[0], dh=y[1] - y[0], color_mapper=mapper)
    fig.add_layout(models.ColorBar(color_mapper=mapper, title=label), "right")
    return found


def css(color: Any) -> str:
    """A colour as browsers know it: a name, or three numbers from 0 to 1."""
    if isinstance(color, str):
        return color
    return "#" + "".join(f"{round(255 * float(part)):02x}" for part in list(color)[:3])


def data_source(columns: Mapping[str, Any]) -> Any:
    """Columns as glyphs take them."""
    return bokeh("models").ColumnDataSource(dict(columns))


def column(figures: Sequence[Any]) -> Any:
    """Figures one below the other."""
    if len(figures) == 1:
        return figures[0]
    return bokeh("layouts").column(list(figures), sizing_mode="stretch_width")
