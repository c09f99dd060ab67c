"""EEG and MEG of current dipoles: what electrodes and sensors far away see of populations or cells.

    signal = results.signals["dipole"]
    moments = np.stack([signal.of_population(label) for label in places])       # (n, samples, 3) [nA um]
    eeg = four_sphere(outward(moments, list(places.values())), list(places.values()), electrodes)

LFPykit computes the potentials and fields of one dipole; those of several add up. In heads the origin is in
the middle of all spheres.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from netspec.extras import needed
from netspec.tables import Floats

RADII = (79000.0, 80000.0, 85000.0, 90000.0)
"""Outer radii of brain, fluid, skull and scalp [um]."""
SIGMAS = (0.3, 1.5, 0.015, 0.3)
"""Their conductivities [S/m]."""
VACUUM = 4e-7 * np.pi
"""Magnetic permeability of vacuum, and nearly that of tissue [T m/A]."""


def outward(moments: ArrayLike, places: ArrayLike, up: ArrayLike = (0.0, 1.0, 0.0)) -> Floats:
    """Moments turned as cortex at their places: what pointed along `up` points away from the origin.

    moments: (n, samples, 3) or (samples, 3); places: (n, 3) or (3,) [um]. The axis against depth of a network
    is y, the default of `up`.
    """
    given = np.asarray(moments, float)
    several, sites = _several(given, places)
    turned = [each @ _rotation(_unit(up), _unit(site)).T for each, site in zip(several, sites, strict=True)]
    return np.array(turned).reshape(given.shape)


def infinite(moments: ArrayLike, places: ArrayLike, electrodes: ArrayLike, sigma: float = 0.3) -> Floats:
    """Potential in infinite homogeneous tissue: (samples, electrodes) [mV].

    moments: (n, samples, 3) or of one dipole (samples, 3) [nA um]; places: (n, 3) or (3,) [um]; electrodes:
    (m, 3) [um]; sigma [S/m]. It is the far field: nearer than the size of a cell it is not right.
    """
    model, sensors = _lfpykit().InfiniteVolumeConductor(sigma), _sensors(electrodes)
    return _summed(moments, places, lambda place: model.get_transformation_matrix(sensors - place))


def four_sphere(
    moments: ArrayLike,
    places: ArrayLike,
    electrodes: ArrayLike,
    radii: Sequence[float] = RADII,
    sigmas: Sequence[float] = SIGMAS,
) -> Floats:
    """Potential at a head of four spheres, brain, fluid, skull and scalp: (samples, electrodes) [mV].

    moments: (n, samples, 3) or of one dipole (samples, 3) [nA um]; places: in the brain, (n, 3) or (3,) [um];
    electrodes: (m, 3), farther out than the dipoles [um]; radii [um]; sigmas [S/m].
    Naess et al., Front Hum Neurosci 11:490 (2017).
    """
    model = _lfpykit().FourSphereVolumeConductor(_sensors(electrodes), list(radii), list(sigmas))
    return _summed(moments, places, model.get_transformation_matrix)


def infinite_field(moments: ArrayLike, places: ArrayLike, sensors: ArrayLike) -> Floats:
    """Magnetic field of dipoles alone, in infinite homogeneous tissue: (samples, sensors, 3) [fT].

    moments: (n, samples, 3) or of one dipole (samples, 3) [nA um]; places: (n, 3) or (3,) [um]; sensors:
    (m, 3) [um].
    """
    model = _lfpykit().InfiniteHomogeneousVolCondMEG(_sensors(sensors))
    return _summed(moments, places, model.get_transformation_matrix) * TO_FEMTOTESLA


def spherical_field(moments: ArrayLike, places: ArrayLike, sensors: ArrayLike) -> Floats:
    """Magnetic field outside of a head of spheres of whatever conductivities: (samples, sensors, 3) [fT].

    moments: (n, samples, 3) or of one dipole (samples, 3) [nA um]; places: (n, 3) or (3,) [um]; sensors:
    (m, 3), farther from the origin than all dipoles [um]. Sarvas, Phys Med Biol 32:11 (1987).
    """
    model = _lfpykit().SphericallySymmetricVolCondMEG(_sensors(sensors))
    return _summed(moments, places, model.get_transformation_matrix) * TO_FEMTOTESLA


TO_FEMTOTESLA = VACUUM * 1e-3 * 1e15
"""From nA/um = 1e-3 A/m."""


def _summed(moments: ArrayLike, places: ArrayLike, matrix: Callable[[Floats], Floats]) -> Floats:
    """What all dipoles make: (samples, sensors, ...) for matrices (sensors, ..., 3) at each place."""
    pairs = zip(*_several(np.asarray(moments, float), places), strict=True)
    parts = [np.tensordot(each, matrix(site), axes=(1, -1)) for each, site in pairs]
    return np.asarray(np.sum(parts, axis=0))


def _several(moments: Floats, places: ArrayLike) -> tuple[Floats, Floats]:
    """Moments (n, samples, 3) and places (n, 3). ValueError where they do not match."""
    sites = np.asarray(places, float)
    if moments.ndim == 2 and sites.ndim == 1:
        moments, sites = moments[None], sites[None]
    if moments.ndim != 3 or moments.shape[2] != 3 or sites.shape != (len(moments), 3):
        raise ValueError(
            f"moments (n, samples, 3) and places (n, 3) do not match: {moments.shape} and {sites.shape}"
        )
    return moments, sites


def _sensors(places: ArrayLike) -> Floats:
    found = np.asarray(places, float)
    if found.ndim != 2 or found.shape[1] != 3:
        raise ValueError(f"places of electrodes and sensors are (m, 3), not {found.shape}")
    return found


def _unit(vector: ArrayLike) -> Floats:
    given = np.asarray(vector, float)
    length = float(np.linalg.norm(given))
    if not length:
        raise ValueError("the zero vector, or a dipole in the middle of the head, has no direction")
    return given / length


def _rotation(start: Floats, end: Floats) -> Floats:
    """The matrix that turns one unit vector into another the shortest way: (3, 3)."""
    cosine = float(start @ end)
    if cosine < -1 + 1e-12:  # half a turn, around any axis across
        axis = _unit(np.cross(start, np.eye(3)[np.argmin(np.abs(start))]))
        return np.asarray(2 * np.outer(axis, axis) - np.eye(3))
    x, y, z = np.cross(start, end)
    across = np.array([[0, -z, y], [z, 0, -x], [-y, x, 0]])
    return np.asarray(np.eye(3) + across + across @ across / (1 + cosine))


def _lfpykit() -> Any:
    return needed("lfpykit.eegmegcalc", "EEG and MEG", "fields")
