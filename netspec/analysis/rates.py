"""Spikes per time: of cells, of populations, in bins, smoothed. Times and widths in ms, rates in Hz."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from netspec.analysis.spikes import Range
from netspec.errors import did_you_mean
from netspec.tables import Floats, Ints

WIDTHS_KEPT = 8.0
"""A kernel is cut off after so many of its widths."""


def mean(times: ArrayLike, cells: int, span: Range) -> float:
    """Spikes per cell and second in a range, both ends included [Hz]."""
    inside = np.asarray(times, float)
    count = np.count_nonzero((inside >= span[0]) & (inside <= span[1]))
    return float(count / max(cells, 1) * 1000 / (span[1] - span[0]))


def of_cells(times: ArrayLike, ids: ArrayLike, of: ArrayLike, span: Range) -> Floats:
    """Rate of each cell of `of`, silent ones too, in a range, both ends included: (cells,) [Hz]."""
    when, who = np.asarray(times, float), np.asarray(ids)
    inside = (when >= span[0]) & (when <= span[1])
    return _per_cell(who[inside], np.asarray(of)) * (1000 / (span[1] - span[0]))


def counts(times: ArrayLike, edges: ArrayLike) -> Floats:
    """Spikes in each bin: (bins,). The last bin has both its edges."""
    return np.histogram(np.asarray(times, float), np.asarray(edges, float))[0].astype(float)


def counts_of_cells(times: ArrayLike, ids: ArrayLike, of: ArrayLike, edges: ArrayLike) -> Floats:
    """Spikes of each cell of `of` in each bin: (cells, bins)."""
    when, who, borders = np.asarray(times, float), np.asarray(ids), np.asarray(edges, float)
    inside = (when >= borders[0]) & (when <= borders[-1])
    bins = len(borders) - 1
    columns = np.minimum(np.searchsorted(borders, when[inside], side="right") - 1, bins - 1)
    rows, known = _rows(who[inside], np.asarray(of))
    flat = np.bincount(rows[known] * bins + columns[known], minlength=len(np.asarray(of)) * bins)
    return flat.reshape(-1, bins).astype(float)


def binned(times: ArrayLike, edges: ArrayLike, cells: int) -> Floats:
    """Rate in each bin of equal width [ms]: (bins,) [Hz]."""
    borders = np.asarray(edges, float)
    return np.asarray(counts(times, borders) * (1000.0 / (borders[1] - borders[0])) / max(cells, 1))


def smoothed(
    times: ArrayLike, span: Range, width: float, step: float = 1.0, kernel: str = "gaussian", cells: int = 1
) -> tuple[Floats, Floats]:
    """Middles of steps (n,) [ms] and the rate there (n,) [Hz], each spike spread out by a kernel.

    width [ms]: standard deviation of 'gaussian', time constant of 'exponential' (which looks only back),
    whole width of 'box'. Near the ends of the range spikes from outside are missing and the rate falls.
    """
    borders = span[0] + step * np.arange(int(np.ceil((span[1] - span[0]) / step - 1e-9)) + 1)
    weights = _kernel(kernel, width, step)
    half = len(weights) // 2
    spread = np.convolve(counts(times, borders), weights)[half : half + len(borders) - 1]
    return (borders[:-1] + borders[1:]) / 2, spread * (1000.0 / max(cells, 1))


def _kernel(name: str, width: float, step: float) -> Floats:
    """Density of a kernel at whole steps around 0: (2 m + 1,) [1/ms]."""
    shapes: dict[str, Any] = {
        "gaussian": lambda t: np.exp(-0.5 * (t / width) ** 2) / (width * np.sqrt(2 * np.pi)),
        "exponential": lambda t: np.where(t >= 0, np.exp(-np.maximum(t, 0) / width) / width, 0.0),
        "box": lambda t: np.where(np.abs(t) <= width / 2 + 1e-9, 1.0 / width, 0.0),
    }
    if name not in shapes:
        raise ValueError(f"there is no kernel {name!r}. {did_you_mean(name, shapes)}")
    most = int(np.ceil(WIDTHS_KEPT * width / step))
    return np.asarray(shapes[name](step * np.arange(-most, most + 1)), float)


def _per_cell(ids: NDArray[Any], of: NDArray[Any]) -> Floats:
    rows, known = _rows(ids, of)
    return np.bincount(rows[known], minlength=len(of)).astype(float)


def _rows(ids: NDArray[Any], of: NDArray[Any]) -> tuple[Ints, NDArray[np.bool_]]:
    """Position of each id in `of`, and whether it is there."""
    order = np.argsort(of, kind="stable")
    if not len(of):
        return np.zeros(len(ids), np.int64), np.zeros(len(ids), bool)
    place = np.minimum(np.searchsorted(of, ids, sorter=order), len(of) - 1)
    rows = order[place]
    return rows, np.asarray(of[rows] == ids)
