"""Electrodes of other kinds, beside LFPykit's: discs, anisotropic tissue, slabs."""

import lfpykit
import numpy as np
import pytest

from netspec.errors import SpecError
from netspec.signals.electrodes import Electrodes, Slab, contact_points, electrodes, potentials
from netspec.signals.segments import Segments
from netspec.signals.sources import line_source, point_source
from netspec.spec.check_electrodes import check
from netspec.spec.simulation import Simulation

LFPYKITS = {"line": "linesource", "point": "pointsource", "root_as_point": "root_as_point"}
ANISOTROPIC = (0.2, 0.35, 0.5)


def made(start, end, diameter):
    names = np.repeat("soma", len(start))
    return Segments(np.zeros(len(start), int), names, start, end, diameter)


@pytest.fixture
def segments():
    """In a slab from 0 to 300 um; one crosses a contact, one lies along x."""
    generator = np.random.default_rng(3)
    start = generator.uniform(20, 250, (40, 3))
    end = start + generator.uniform(-20, 20, (40, 3))
    start[0], end[0] = (90, 100, 30), (110, 100, 30)
    return made(start, end, generator.uniform(0.5, 3, 40))


@pytest.fixture
def contacts():
    places = np.random.default_rng(4).uniform(0, 280, (12, 3))
    places[0] = 100, 100.2, 30
    return places


def geometry(segments):
    ends = np.stack([segments.start, segments.end], axis=2)
    return lfpykit.CellGeometry(ends[:, 0], ends[:, 1], ends[:, 2], np.column_stack([segments.diameter] * 2))


@pytest.mark.parametrize("method", LFPYKITS)
@pytest.mark.parametrize("sigma", [0.1, ANISOTROPIC], ids=["isotropic", "anisotropic"])
def test_tissue_is_lfpykits(method, sigma, segments, contacts):
    given = list(sigma) if isinstance(sigma, tuple) else sigma
    electrode = lfpykit.RecExtElectrode(geometry(segments), given, None, *contacts.T, method=LFPYKITS[method])
    found = potentials(segments, contacts, Electrodes(sigma=sigma, method=method))
    np.testing.assert_allclose(found, electrode.get_transformation_matrix(), rtol=1e-12)


def test_equal_conductivities_are_isotropic(segments, contacts):
    found = potentials(segments, contacts, Electrodes(sigma=(0.3, 0.3, 0.3)))
    np.testing.assert_allclose(found, line_source(segments, contacts, 0.3), rtol=1e-6)


@pytest.mark.parametrize("glass", [0.0, 0.1])
@pytest.mark.parametrize("method", LFPYKITS)
def test_slab_is_lfpykits(method, glass, segments, contacts):
    slab = Slab(thickness=310, bottom=-5, saline=1.2, glass=glass)
    if method != "point":
        contacts[:, 2], slab = -5, Slab(310, -5, 1.2, 0.0)
    mea = lfpykit.RecMEAElectrode(
        geometry(segments), 0.3, slab.saline, slab.glass, slab.thickness, slab.bottom,
        x=contacts[:, 0], y=contacts[:, 1], z=contacts[:, 2], method=LFPYKITS[method],
    )  # fmt: skip
    found = potentials(segments, contacts, Electrodes(method=method, slab=slab))
    np.testing.assert_allclose(found, mea.get_transformation_matrix(), rtol=1e-12)


@pytest.mark.parametrize("method", LFPYKITS)
def test_cells_are_squeezed_into_a_slab_as_by_lfpykit(method, segments, contacts):
    contacts[:, 2] = np.minimum(contacts[:, 2], 100) if method == "point" else 0
    segments.start[:, 2], segments.end[:, 2] = segments.start[:, 2] * 0.9, segments.end[:, 2] * 0.9
    mea = lfpykit.RecMEAElectrode(
        geometry(segments), 0.3, 1.5, 0.0, 130, 0, squeeze_cell_factor=0.6,
        x=contacts[:, 0], y=contacts[:, 1], z=contacts[:, 2], method=LFPYKITS[method],
    )  # fmt: skip
    expected = mea.get_transformation_matrix()
    slab = Slab(thickness=130, squeeze=0.6)
    found = potentials(segments, contacts, Electrodes(method=method, slab=slab))
    np.testing.assert_allclose(found, expected, rtol=1e-12)
    with pytest.raises(SpecError, match="out of the slab"):
        potentials(segments, contacts, Electrodes(method=method, slab=Slab(thickness=130)))


def test_each_cell_has_its_own_root(segments, contacts):
    """Two cells are seen as one is, wherever their soma is in the order of sections."""
    cells, names = np.repeat([0, 1], [25, 15]), np.repeat(["dend", "soma_0", "axon"], [5, 5, 30])
    both = Segments(cells, names, segments.start, segments.end, segments.diameter)
    assert both.roots.tolist() == [5, 25]
    slab = Slab(thickness=300, squeeze=0.3)
    options = Electrodes(method="root_as_point", slab=slab)
    contacts[:, 2] = 0
    found = potentials(both, contacts, options)
    for of_cell in (slice(0, 25), slice(25, 40)):
        part = Segments(
            cells[of_cell], names[of_cell], segments.start[of_cell], segments.end[of_cell],
            segments.diameter[of_cell],
        )  # fmt: skip
        np.testing.assert_allclose(potentials(part, contacts, options), found[:, of_cell], rtol=1e-14)


def test_on_glass_potentials_are_doubled(segments, contacts):
    """Where saline conducts as tissue does, glass is a mirror."""
    contacts[:, 2] = 0
    slab = Slab(thickness=300, saline=0.3)
    found = potentials(segments, contacts, Electrodes(slab=slab))
    np.testing.assert_allclose(found, 2 * line_source(segments, contacts, 0.3), rtol=1e-9)


def test_cells_outside_of_a_slab_are_refused(segments, contacts):
    with pytest.raises(
        SpecError, match=r"electrodes\.slab\n +cells reach from .* out of the slab, .* 100 um"
    ):
        potentials(segments, contacts, Electrodes(slab=Slab(thickness=100), method="point"))


@pytest.mark.parametrize("sigma", [0.3, ANISOTROPIC], ids=["isotropic", "anisotropic"])
def test_the_mean_over_points_is_lfpykits(sigma, segments, contacts, monkeypatch):
    """LFPykit's points are random, so that ours are taken from there."""
    normals = np.tile([0.0, 0, 1], (len(contacts), 1))
    given = list(sigma) if isinstance(sigma, tuple) else sigma
    electrode = lfpykit.RecExtElectrode(
        geometry(segments), given, None, *contacts.T, N=normals, r=8.0, n=15, method="linesource"
    )
    expected = electrode.get_transformation_matrix()
    points = np.swapaxes(electrode.recorded_points, 0, 1)
    monkeypatch.setattr("netspec.signals.electrodes.contact_points", lambda places, options: points)
    options = Electrodes(sigma=sigma, contact_radius=8.0, contact_points=15)
    np.testing.assert_allclose(potentials(segments, contacts, options), expected, rtol=1e-12)


@pytest.mark.parametrize("normal", [(0, 0, 1), (1, 0, 0), (0.3, -2, 1)])
def test_points_fill_a_disc(normal):
    centre, number = np.array([[10.0, -20, 30], [0, 0, 0]]), 500
    options = Electrodes(contact_radius=8.0, contact_points=number, contact_normal=normal)
    away = contact_points(centre, options) - centre
    assert away.shape == (number, 2, 3)
    np.testing.assert_allclose(away @ np.array(normal, float), 0, atol=1e-12)
    np.testing.assert_allclose(away.mean(axis=0), 0, atol=0.05)
    squares = (away**2).sum(axis=2)
    assert squares.max() < 64
    np.testing.assert_allclose(squares.mean(axis=0), 32, rtol=1e-6)  # half the square of the radius


def test_twenty_points_are_enough():
    """The mean over a disc of the potential of a point on its axis is known."""
    source = made(np.zeros((1, 3)), np.zeros((1, 3)), np.ones(1))
    z, r = 20.0, 10.0
    exact = (np.hypot(z, r) - z) / r**2 / (2 * np.pi * 0.3)
    found = potentials(source, np.array([[0, 0, z]]), Electrodes(contact_radius=r))
    assert found[0, 0] == pytest.approx(exact, rel=2e-4)
    assert point_source(source, np.array([[0, 0, z]]))[0, 0] == pytest.approx(exact, rel=0.1)


def test_a_segment_without_length_is_a_point():
    source = made(np.zeros((1, 3)), np.zeros((1, 3)), np.ones(1))
    place = np.array([[10.0, 20, 30]])
    line, point = (potentials(source, place, Electrodes(ANISOTROPIC, method)) for method in ("line", "point"))
    np.testing.assert_array_equal(line, point)


def test_options_as_they_are_written():
    assert electrodes({}) == Electrodes()
    given = {"sigma": [0.1, 0.2, 0.3], "contactRadius": 5, "contactNormal": [0, 1, 0], "slab": {"bottom": -9}}
    assert electrodes(given) == Electrodes(
        (0.1, 0.2, 0.3), contact_radius=5, contact_normal=(0, -1, 0), slab=Slab(bottom=-9)
    )


@pytest.mark.parametrize(("options", "key"), [({"sigma": [0.1, 0.2, 0.3]}, "sigma"), ({"slab": {}}, "slab")])
def test_lfpykit_is_asked_for_before_anything_is_built(options, key, monkeypatch):
    simulation = Simulation(record_lfp=[[0, 0, 0]], electrodes=options)
    assert list(check(simulation)) == []
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    (found,) = check(simulation)
    assert found.path == ("simConfig", "electrodes", key)
    assert found.message == "needs LFPykit: pip install 'netspec[fields]'."
    assert list(check(Simulation(record_lfp=[[0, 0, 0]], electrodes={"contactRadius": 3}))) == []
