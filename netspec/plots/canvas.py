"""Figures without a display: opened on demand, then titled, saved and shown together."""

import json
import logging
import pickle
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain, count
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from netspec.errors import NetspecError
from netspec.extras import needed
from netspec.results import Results

if TYPE_CHECKING:  # matplotlib is imported when something is drawn
    from matplotlib.axes import Axes as Axes
    from matplotlib.figure import Figure as Figure
else:
    Axes = Figure = Any

log = logging.getLogger("netspec")


@dataclass(frozen=True)
class Style:
    """How a figure looks and where it goes; the names are arguments of every plot.

    figSize [inches], fontSize [points]. saveFig: True or a file's name. saveData: True or a name that ends in
    .pkl or .json. showFig: open a window where there is a display. fileName, fileDesc, fileType, fileDir:
    parts of the name; overwrite False: a number is added to the name of a file that is there. xlabel, ylabel,
    xlim, ylim, grid, linewidth, alpha: of the first axes of each figure and its curves, in place of the
    plot's own. suptitle: title, or arguments of it in matplotlib. rcParams: of matplotlib. returnPlotter: the
    Canvas is returned in place of the figure.
    """

    figSize: Sequence[float] | None = None
    dpi: float = 100
    fontSize: float = 12
    title: str | None = None
    saveFig: bool | str | None = None
    saveData: bool | str | None = None
    showFig: bool = False
    fileName: str | None = None
    fileDesc: str | None = None
    fileType: str | None = None
    fileDir: str | None = None
    overwrite: bool = True
    xlabel: str | None = None
    ylabel: str | None = None
    xlim: Sequence[float] | None = None
    ylim: Sequence[float] | None = None
    grid: bool = False
    linewidth: float | None = None
    alpha: float | None = None
    suptitle: str | Mapping[str, Any] | None = None
    rcParams: Mapping[str, Any] | None = None
    returnPlotter: bool = False


class Canvas:
    """The figures of one plot, by name; the only figure of most plots is called ''.

    axis: axes to draw into, or False (as in NetPyNE) to hide the frames of the new ones (`hidden`). films: of
    figures that are saved as one: what changes the figure to frame k, and the number of frames. base, kind:
    how names of files begin and end.
    """

    def __init__(self, style: Style, axis: Axes | bool | str | None = None, base: str = "", kind: str = ""):
        self.style, self.base, self.kind = style, base, kind
        self.figures: dict[str, Figure] = {}
        self.films: dict[str, tuple[Callable[[int], None], int]] = {}
        self.hidden = axis is False or axis == "off"
        self._axis = None if isinstance(axis, bool | str) else axis

    def axes(
        self,
        name: str = "",
        rows: int = 1,
        size: Sequence[float] = (10, 8),
        columns: int = 1,
        shared: bool = True,
    ) -> Any:
        """Axes of a new figure: one, or an array (rows * columns,) that share their x axis. size [inches]."""
        if self._axis is not None and rows * columns == 1:
            self.figures[name] = self._axis.figure  # type: ignore[assignment]
            return self._axis
        figure = self._open(self.style.figSize or size)
        self.figures[name] = figure
        if rows * columns == 1:
            return figure.subplots()
        return figure.subplots(rows, columns, sharex=shared, sharey=shared and columns > 1).ravel()

    def _open(self, size: Sequence[float]) -> Any:
        arguments: dict[str, Any] = {"figsize": tuple(size), "dpi": self.style.dpi, "layout": "constrained"}
        if not self.style.showFig:
            return needed("matplotlib.figure", "A picture", "plot").Figure(**arguments)
        # pyplot chooses a backend and keeps every figure alive: only for windows.
        import matplotlib.pyplot as plt

        return plt.figure(**arguments)

    @property
    def fig(self) -> Any:
        """The figure, or a list of them."""
        found = list(self.figures.values())
        return found[0] if len(found) == 1 else found

    @property
    def ax(self) -> Any:
        """The axes, or a list of them when there are several."""
        if self._axis is not None:
            return self._axis
        found = [ax for figure in self.figures.values() for ax in figure.axes]
        return found[0] if len(found) == 1 else found

    def finish(self) -> None:
        """Give every figure its title, and its first axes what was asked for."""
        style = self.style
        axes, curves = (
            {name: getattr(style, name) for name in names if getattr(style, name) is not None}
            for names in (("xlabel", "ylabel", "xlim", "ylim"), ("linewidth", "alpha"))
        )
        for figure in self.figures.values():
            if title := style.suptitle or style.title:
                figure.suptitle(**({"t": title} if isinstance(title, str) else dict(title)))
            for ax in [self._axis] if self._axis is not None else figure.axes[:1]:
                ax.set(**axes)
                for artist in (*ax.lines, *ax.collections) if curves else ():
                    artist.set(**curves)
                if style.grid:
                    ax.grid(color="0.9")
            if self.hidden:
                for ax in figure.axes:
                    ax.set_axis_off()

    def saveFig(self, **style: Any) -> list[Path]:  # noqa: N802 - NetPyNE's names
        """Write the figures, with other values of Style than they were made with; returns the files."""
        self.style = replace(self.style, **{"saveFig": True, **style})
        return self.save()

    def showFig(self) -> None:  # noqa: N802 - NetPyNE's names
        """Open windows where there is a display."""
        self.show()

    def save(self) -> list[Path]:
        """Write the figures, if the style says so; returns the files."""
        style, base, suffix = self.style, self.base, self.kind
        if not style.saveFig:
            return []
        named = style.saveFig if isinstance(style.saveFig, str) else None
        files = []
        for name, figure in self.figures.items():
            path = Path(named) if named else _path(style, base, suffix or name, "png")
            if not path.suffix:
                path = path.with_name(f"{path.name}.{style.fileType or 'png'}")
            path.parent.mkdir(parents=True, exist_ok=True)
            # NetPyNE's spelling: <base>_traces__gid_0_.png
            several = len(self.figures) > 1 and (named or suffix)
            own = path.with_name(f"{path.stem}_{name}_{path.suffix}") if several else path
            if name in self.films:
                own = _save_film(figure, own, *self.films[name])
            else:
                own = own if style.overwrite else _unused(own)
                figure.savefig(own)
            log.info("saved %s", own)
            files.append(own)
        return files

    def show(self) -> None:
        """Open windows where there is a display."""
        if not self.style.showFig:
            return
        import matplotlib.pyplot as plt

        if plt.get_backend().lower() == "agg":
            log.info("no display: figures are not shown")
            plt.close("all")
        else:
            plt.show()


def _unused(path: Path) -> Path:
    """The path, or with the first of _01, _02 ... that no file has."""
    names = (path.with_name(f"{path.stem}_{number:02}{path.suffix}") for number in count(1))
    return next(name for name in chain([path], names) if not name.exists())


def _save_film(figure: Figure, path: Path, show: Callable[[int], None], frames: int) -> Path:
    """Write a film of ten frames per second; returns the file, a .gif unless its name says otherwise."""
    from matplotlib.animation import PillowWriter

    own = path if path.suffix in (".gif", ".webp", ".apng") else path.with_suffix(".gif")
    figure.draw_without_rendering()
    figure.set_layout_engine("none")  # every frame would be laid out anew
    writer = PillowWriter(fps=10)
    with writer.saving(figure, str(own), figure.dpi):
        for frame in range(frames):
            show(frame)
            writer.grab_frame()
    return own


def split(ax: Axes, part: float, above: bool = False) -> Axes:
    """New axes above or below, which take so large a part of the height and share the x axis."""
    figure, spec = ax.figure, ax.get_subplotspec()
    heights = (part, 1 - part) if above else (1 - part, part)
    if spec is None:  # axes at a place of their own
        return ax.inset_axes((0, 1.08, 1, part) if above else (0, -0.12 - part, 1, part), sharex=ax)
    grid = spec.subgridspec(2, 1, height_ratios=heights)
    ax.set_subplotspec(grid[1 if above else 0])
    other: Axes = figure.add_subplot(grid[0 if above else 1], sharex=ax)
    return other


def save_numbers(style: Style, base: str, suffix: str, numbers: Mapping[str, Any]) -> Path | None:
    """Write what was drawn as pickle or JSON, if the style asks for it; returns the file."""
    if not style.saveData:
        return None
    named = isinstance(style.saveData, str)
    path = Path(str(style.saveData)) if named else _path(style, base, suffix, "pkl")
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.suffix == ".json":
        path.write_text(json.dumps(numbers, default=_plain))
    elif path.suffix == ".pkl":
        path.write_bytes(pickle.dumps(dict(numbers)))
    else:
        raise NetspecError(f"saveData: expected a file that ends in .pkl or .json, got {str(path)!r}")
    return path


def base_name(results: Results) -> str:
    """What the names of picture files begin with: saveFolder and simLabel, or filename."""
    simulation = results.plan.model.spec.simulation
    if simulation.sim_label and simulation.save_folder:
        return f"{simulation.save_folder}/{simulation.sim_label}"
    return simulation.filename


def _path(style: Style, base: str, suffix: str, kind: str) -> Path:
    stem = f"{style.fileName or base}_{style.fileDesc or suffix}.{style.fileType or kind}"
    return Path(style.fileDir) / stem if style.fileDir else Path(stem)


def _plain(value: Any) -> Any:
    if isinstance(value, np.ndarray | np.generic):
        return value.tolist()
    raise TypeError(f"{type(value).__name__} cannot be written as JSON")
