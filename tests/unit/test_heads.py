"""EEG and MEG of dipoles: beside LFPykit's, and what symmetry and distance say."""

import lfpykit.eegmegcalc as lfpykits
import numpy as np
import pytest

from netspec.analysis.fields import (
    RADII,
    SIGMAS,
    four_sphere,
    infinite,
    infinite_field,
    outward,
    spherical_field,
)
from netspec.errors import NetspecError
from netspec.signals.recorded import Signal, counted
from netspec.signals.recorders import RECORDERS
from netspec.signals.segments import Segments
from netspec.signals.sources import point_source

UP = np.array([0.0, 0.0, 78000.0])
SIDE = np.array([30000.0, -40000.0, 50000.0])


@pytest.fixture
def moments():
    """Of two dipoles over four samples [nA um]."""
    return np.random.default_rng(8).normal(size=(2, 4, 3)) * 100


@pytest.fixture
def scalp():
    generator = np.random.default_rng(9)
    places = generator.normal(size=(6, 3))
    return places / np.linalg.norm(places, axis=1)[:, None] * 89999.0


@pytest.fixture
def helmet(scalp):
    return scalp * 1.2


MODELS = {
    "infinite": (infinite, lambda at: lfpykits.InfiniteVolumeConductor(0.3), 1),
    "four spheres": (four_sphere, lfpykits.FourSphereVolumeConductor, 1),
    "infinite field": (infinite_field, lfpykits.InfiniteHomogeneousVolCondMEG, 4e-7 * np.pi * 1e12),
    "spherical field": (spherical_field, lfpykits.SphericallySymmetricVolCondMEG, 4e-7 * np.pi * 1e12),
}


@pytest.mark.parametrize("name", MODELS)
def test_one_dipole_is_lfpykits(name, moments, helmet, scalp):
    own, theirs, unit = MODELS[name]
    sensors = helmet if "field" in name else scalp
    model, one = theirs(sensors), moments[0]
    if name == "infinite":
        expected = model.get_dipole_potential(one.T, sensors - SIDE).T
    elif name == "four spheres":
        expected = model.get_dipole_potential(one.T, SIDE).T
    else:
        expected = np.moveaxis(model.calculate_H(one.T, SIDE), 2, 0) * unit
    found = own(one, SIDE, sensors)
    assert found.shape == ((4, 6, 3) if "field" in name else (4, 6))
    np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-12 * np.abs(expected).max())


@pytest.mark.parametrize("name", MODELS)
def test_dipoles_add_up(name, moments, helmet, scalp):
    own, sensors = MODELS[name][0], helmet if "field" in name else scalp
    places = np.array([SIDE, UP])
    together = own(moments, places, sensors)
    alone = own(moments[0], SIDE, sensors) + own(moments[1], UP, sensors)
    np.testing.assert_allclose(together, alone, rtol=1e-12)


def test_far_away_a_dipole_falls_with_the_square_of_distance():
    direction = np.array([[1.0, 2, 3]])
    near, far = (infinite([[0, 5.0, 0]], np.zeros(3), direction * k) for k in (1000, 3000))
    assert near[0, 0] / far[0, 0] == pytest.approx(9, rel=1e-12)


def test_far_away_currents_are_their_dipole():
    """Currents that add up to nothing, seen from farther and farther: the error falls with distance."""
    generator = np.random.default_rng(6)
    middle, currents = generator.uniform(-50, 50, (20, 3)), generator.normal(size=20)
    currents -= currents.mean()
    segments = Segments(np.zeros(20, int), np.repeat("s", 20), middle, middle, np.ones(20))
    moment = currents @ RECORDERS["dipole"].matrix(segments, None).T
    errors = []
    for distance in (1e3, 1e4):
        places = np.array([[0, 1.0, 0], [0.6, 0.8, 0], [0, 0.6, -0.8]]) * distance
        exact = point_source(segments, places) @ currents
        errors.append(np.abs(infinite(moment[None], np.zeros(3), places)[0] / exact - 1).max())
    assert errors[0] < 0.5
    assert errors[1] < 0.15 * errors[0]


def test_a_head_is_round():
    """Turning the head turns nothing else; around an outward dipole potentials are equal."""
    angles = np.linspace(0, 2 * np.pi, 7)[:-1]
    ring = 89999 * np.stack([0.6 * np.cos(angles), 0.6 * np.sin(angles), np.full(6, 0.8)], axis=1)
    found = four_sphere([[0, 0, 100.0]], UP, ring)
    np.testing.assert_allclose(found, found[0, 0], rtol=1e-9)
    turned = four_sphere([[100.0, 0, 0]], UP[[2, 0, 1]], ring[:, [2, 0, 1]])
    np.testing.assert_allclose(turned, found, rtol=1e-9)


def test_a_head_of_one_matter_is_a_sphere():
    """With equal conductivities radii do not matter but the last."""
    top = np.array([[0, 0, 89999.0]])
    one, other = (
        four_sphere([[0, 0, 1.0]], UP, top, (first, second, third, 90000), [0.3] * 4)
        for first, second, third in ((79000, 80000, 85000), (78500, 83000, 84000))
    )
    np.testing.assert_allclose(one, other, rtol=1e-6)
    assert one[0, 0] > four_sphere([[0, 0, 1.0]], UP, top, RADII, SIGMAS)[0, 0]  # skull is a bad conductor


def test_an_outward_dipole_has_no_field_outside(helmet):
    across, along = (
        spherical_field(outward([[0, 50.0, 0]], SIDE, up), SIDE, helmet) for up in ((1, 0, 0), (0, 1, 0))
    )
    assert np.abs(along).max() < 1e-9 * np.abs(across).max()


def test_field_of_a_dipole_circles_around_it():
    """Biot and Savart: p x r / (4 pi r^3)."""
    found = infinite_field([[0, 0, 2.0]], np.zeros(3), [[1000.0, 0, 0], [0, 0, 1000]])
    size = 4e-7 * np.pi * 2e-15 / (4 * np.pi * 1e-6) * 1e15  # nA um = 1e-15 A m; 1000 um squared; fT
    np.testing.assert_allclose(found[0], [[0, size, 0], [0, 0, 0]], atol=1e-18)


@pytest.mark.parametrize("place", [UP, -UP, SIDE, [0, 1e4, 0], [0, -1e4, 0]])
def test_outward_turns_and_does_nothing_else(place, moments):
    found = outward(moments, [place, place])
    np.testing.assert_allclose(np.linalg.norm(found, axis=2), np.linalg.norm(moments, axis=2))
    np.testing.assert_allclose(np.linalg.det(found[:, :3]), np.linalg.det(moments[:, :3]))
    axis = outward([[0, 3.0, 0]], place)
    np.testing.assert_allclose(axis[0], 3 * np.asarray(place) / np.linalg.norm(place), atol=1e-12)


def test_a_recorded_signal_fits():
    quantum = RECORDERS["dipole"].quantum
    own = np.arange(12.0).reshape(4, 3)
    counts = counted(own, quantum)
    signal = Signal(np.arange(4.0), "nA um", quantum, counts, {"E": counts}, {7: own})
    top = [[0, 0, 89999.0]]
    by_population = four_sphere(outward(signal.of_population("E"), UP), UP, top)
    by_cell = four_sphere(outward(np.stack([signal.cells[7]]), [UP]), [UP], top)
    np.testing.assert_allclose(by_population, by_cell, rtol=1e-9)
    assert by_population.shape == (4, 1)


@pytest.mark.parametrize(
    ("moments", "places", "sensors", "said"),
    [
        (np.zeros((2, 4, 3)), UP, [UP], "do not match"),
        (np.zeros((4, 2)), UP, [UP], "do not match"),
        (np.zeros((4, 3)), UP, UP, r"\(m, 3\)"),
    ],
)
def test_shapes_that_do_not_match(moments, places, sensors, said):
    with pytest.raises(ValueError, match=said):
        infinite(moments, places, sensors)


def test_the_middle_of_a_head_has_no_outside():
    with pytest.raises(ValueError, match="no direction"):
        outward([[0, 1.0, 0]], np.zeros(3))


def test_lfpykit_is_asked_for(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "lfpykit.eegmegcalc", None)
    with pytest.raises(NetspecError, match=r"pip install 'netspec\[fields\]'"):
        infinite([[0, 1.0, 0]], UP, [SIDE])
