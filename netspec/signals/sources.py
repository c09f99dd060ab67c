"""Potentials around segments in an infinite, homogeneous and isotropic tissue."""

import numpy as np
from numpy.typing import NDArray

from netspec.signals.segments import Segments

Floats = NDArray[np.float64]

CONDUCTIVITY = 0.3
"""Of the tissue [S/m], as in NetPyNE."""


def point_source(segments: Segments, contacts: Floats, sigma: float = CONDUCTIVITY) -> Floats:
    """Potential at contacts (m, 3) [um] per current out of the middle of each segment: (m, n) [mV/nA].

    A contact is never nearer than the radius of the segment.
    """
    away = np.linalg.norm(contacts[:, None, :] - segments.middle, axis=2)
    return np.asarray(1 / (4 * np.pi * sigma * np.maximum(away, segments.diameter / 2)))


def line_source(segments: Segments, contacts: Floats, sigma: float = CONDUCTIVITY) -> Floats:
    """Potential at contacts (m, 3) [um] per current spread along each segment: (m, n) [mV/nA].

    A contact is never nearer to the axis than the radius of the segment. A segment without length is a point.
    Holt and Koch, J Comput Neurosci 6:169 (1999).
    """
    matrix = point_source(segments, contacts, sigma)
    long = np.flatnonzero(segments.length > 0)
    start, length = segments.start[long], segments.length[long]
    axis = (segments.end[long] - start) / length[:, None]
    away = contacts[:, None, :] - start
    first = np.einsum("mnk,nk->mn", away, axis)
    last = first - length
    square = np.einsum("mnk,mnk->mn", away, away) - first**2
    square = np.maximum(square, (segments.diameter[long] / 2) ** 2)
    matrix[:, long] = _logarithm(first, last, square) / (4 * np.pi * sigma * length)
    return matrix


def _logarithm(first: Floats, last: Floats, square: Floats) -> Floats:
    """ln[(first + root(first^2 + square)) / (last + root(last^2 + square))] without cancellation.

    first, last: of the contact along the axis, from the segment's start and from its end. square: of its
    distance from the axis. (x + root) = square / (root - x) is used where x is negative.
    """
    near, far = np.hypot(first, np.sqrt(square)), np.hypot(last, np.sqrt(square))
    ratio = np.where(
        first < 0,
        (far - last) / (near - first),
        np.where(last < 0, (first + near) * (far - last) / square, (first + near) / (last + far)),
    )
    return np.asarray(np.log(ratio))
