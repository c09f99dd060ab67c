"""Current dipoles and what electrodes on the head see of them."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from netspec.analysis import electrodes as sites
from netspec.analysis import fields
from netspec.extras import needed
from netspec.plots.canvas import Axes, Canvas
from netspec.plots.registry import plot
from netspec.results import Results
from netspec.tables import Floats

HEAD_FILE = "NP_LFPYKIT_HEAD_FILE"
"""Environment variable with the file of the New York head, as in NetPyNE."""
Place = Literal["calcarine_sulcus", "motorsensory_cortex", "parietal_lobe", "occipital_lobe"]
LOCATIONS = {
    "calcarine_sulcus": (5, -86, 2),
    "motorsensory_cortex": (18, 8, 71),
    "parietal_lobe": (54, -48, 55.9),
    "occipital_lobe": (-24.7, -103.3, -1.46),
}
"""Places in the New York head [mm]; of them the four spheres take the direction."""
DEPTH = 1000.0
"""Of a dipole in the four spheres, below the surface of the brain [um]."""
RINGS = {"Cz": (0, 0), "Fz": (36, 90), "Pz": (36, -90), "C3": (36, 180), "C4": (36, 0),
         "F3": (48, 127), "F4": (48, 53), "P3": (48, -127), "P4": (48, -53),
         **{name: (72, 90 + 36 * k) for k, name in enumerate(
             ("Fpz", "F7", "T7", "P7", "O1", "Oz", "O2", "P8", "T8", "F8"))},
         "Fp1": (72, 108), "Fp2": (72, 72)}  # fmt: skip
"""Electrodes of the 10-20 system: angle from the top of the head and from its right side [degrees]."""


@dataclass(frozen=True)
class Seen:
    """EEG (electrodes, samples) [pV] of electrodes at places (electrodes, 3) [mm], of a dipole at (3,) [mm].

    moment: (samples, 3), turned to its place [nA um]. names: of electrodes, or none.
    """

    eeg: Floats
    electrodes: Floats
    dipole: Floats
    moment: Floats
    names: tuple[str, ...] = ()


@plot("plotDipole", "dipole", saved=True)
def plot_dipole(
    results: Results,
    ax: Axes,
    *,
    showCell: int | None = None,
    showPop: str | None = None,
    timeRange: Sequence[float] | None = None,
) -> dict[str, Any]:
    """The dipole moment of all cells, a cell or a population: t [ms], dipole (samples, 3) [nA um]."""
    moment = sites.cut(results, sites.recorded(results, "dipole", showPop, showCell), timeRange)
    times = sites.times(results, timeRange, len(moment))
    for axis, own, color in zip("xyz", moment.T, ("#4477aa", "#cc3311", "#228833"), strict=True):
        ax.plot(times, own, color=color, linewidth=1.2, label=f"$P_{axis}$")
    ax.set(xlabel="time [ms]", ylabel="dipole moment [nA um]", xlim=sites.span(results, timeRange))
    ax.legend(frameon=False, loc="upper left", bbox_to_anchor=(1, 1))
    return {"t": times, "dipole": moment}


@plot("plotEEG", "EEG", several=True, saved=True)
def plot_eeg(
    results: Results,
    canvas: Canvas,
    *,
    showCell: int | None = None,
    showPop: str | None = None,
    timeRange: Sequence[float] | None = None,
    dipole_location: Place = "parietal_lobe",
) -> dict[str, Any]:
    """EEG of a dipole. The numbers: t [ms], EEG (electrodes, samples) [pV], electrodes and dipole_pos [mm].

    In the New York head, if NP_LFPYKIT_HEAD_FILE is a path to its file; otherwise in four spheres, at the
    electrodes of the 10-20 system, with the dipole in the direction of that place, below the brain's surface.
    """
    moment = sites.cut(results, sites.recorded(results, "dipole", showPop, showCell), timeRange)
    file = os.environ.get(HEAD_FILE)
    seen = _new_york(moment, dipole_location, file) if file else four_spheres(moment, dipole_location)
    times = sites.times(results, timeRange, len(moment))
    curves, head = canvas.axes("EEG", 1, (11, 4.5), 2, shared=False)
    at = int(np.abs(seen.eeg).max(axis=0).argmax()) if seen.eeg.size else 0
    nearest = int(np.linalg.norm(seen.electrodes - seen.dipole, axis=1).argmin())
    curves.plot(times, seen.eeg.T, color="0.7", linewidth=0.6)
    near = seen.names[nearest] if seen.names else f"electrode {nearest}"
    curves.plot(
        times, seen.eeg[nearest], color="#228833", linewidth=1.6, label=f"{near}, nearest to the dipole"
    )
    curves.axvline(times[at], color="black", linewidth=0.6, linestyle="dotted")
    curves.set(xlabel="time [ms]", ylabel="EEG [pV]", xlim=sites.span(results, timeRange))
    curves.legend(frameon=False, fontsize="small")
    image = head_map(seen, at, head)
    head.set_title(f"at {times[at]:g} ms, from above", fontsize="medium")
    head.figure.colorbar(image, ax=head, label="EEG [pV]", shrink=0.8)
    return {
        "t": times, "EEG": seen.eeg, "electrodes": seen.electrodes, "dipole_pos": seen.dipole,
        "dipole": seen.moment,
    }  # fmt: skip


def four_spheres(moment: Floats, location: str) -> Seen:
    """What 21 electrodes see of a moment (samples, 3) [nA um] that stands upright in the cortex."""
    towards = np.array(LOCATIONS[location]) / np.linalg.norm(LOCATIONS[location])
    place = towards * (fields.RADII[0] - DEPTH)
    polar, around = np.radians(list(RINGS.values())).T
    unit = np.stack([np.sin(polar) * np.cos(around), np.sin(polar) * np.sin(around), np.cos(polar)], axis=1)
    turned = fields.outward(moment, place)
    potential = fields.four_sphere(turned, place, unit * (fields.RADII[-1] - 1))
    return Seen(potential.T * 1e9, unit * fields.RADII[-1] / 1000, place / 1000, turned, tuple(RINGS))


def _new_york(moment: Floats, location: str, file: str) -> Seen:
    head = needed("lfpykit.eegmegcalc", "EEG", "fields").NYHeadModel(nyhead_file=file)
    head.set_dipole_pos(location)
    turned = np.asarray(head.rotate_dipole_to_surface_normal(moment.T))
    potential = np.asarray(head.get_transformation_matrix() @ turned) * 1e9
    return Seen(potential, np.asarray(head.elecs[:3]).T, np.asarray(head.dipole_pos), turned.T)


def head_map(seen: Seen, at: int, ax: Axes) -> Any:
    """Potentials at one sample, from above with the nose at the top; the points."""
    largest = float(np.abs(seen.eeg[:, at]).max()) or 1.0
    high = np.argsort(seen.electrodes[:, 2])
    x, y, _ = seen.electrodes[high].T
    radius = float(np.hypot(x, y).max()) * 1.08
    angle = np.linspace(0, 2 * np.pi, 100)
    ax.plot(radius * np.cos(angle), radius * np.sin(angle), color="0.6", linewidth=1, zorder=0)
    ax.plot([-0.1 * radius, 0, 0.1 * radius], [radius, 1.12 * radius, radius], color="0.6", linewidth=1)
    values: dict[str, Any] = {"c": seen.eeg[high, at], "cmap": "RdBu_r", "vmin": -largest, "vmax": largest}
    points = ax.scatter(x, y, s=180 if len(x) < 40 else 40, edgecolors="0.4", linewidths=0.5, **values)
    for name, (left, top, _) in zip(seen.names, seen.electrodes, strict=False):
        ax.annotate(
            name, (left, top), (0, -11), textcoords="offset points", ha="center", va="top", fontsize=6
        )
    ax.scatter(
        seen.dipole[0],
        seen.dipole[1],
        marker="*",
        s=120,
        color="#ee9922",
        edgecolors="black",
        linewidths=0.5,
        zorder=3,
    )
    ax.set(xlabel="x [mm]", ylabel="y [mm]", aspect="equal")
    return points
