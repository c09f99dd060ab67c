"""Current source density: each step by itself, and of a known laminar current."""

import lfpykit
import numpy as np
import pytest

from netspec.analysis.csd import band_passed, csd, density, with_ends, without_mean
from netspec.errors import NetspecError, NetspecWarning
from netspec.signals.segments import Segments
from netspec.signals.sources import line_source

RATE = 1000.0


def test_second_difference():
    depth = np.arange(6) * 0.1
    quadratic = np.stack([3 * depth**2, -(depth**2)], axis=1)
    np.testing.assert_allclose(density(quadratic, 0.1), np.tile([-6.0, 2.0], (4, 1)))


def test_ends_are_there_twice():
    signals = np.arange(6.0).reshape(3, 2)
    np.testing.assert_array_equal(with_ends(signals), signals[[0, 0, 1, 2, 2]])


def test_without_mean():
    signals = np.random.default_rng(1).normal(size=(4, 5))
    np.testing.assert_allclose(without_mean(signals).mean(axis=0), 0, atol=1e-15)
    np.testing.assert_allclose(np.diff(without_mean(signals), axis=0), np.diff(signals, axis=0))


def test_frequencies_of_the_band_pass_in_phase():
    time = np.arange(4000) / RATE
    inside, outside = np.sin(2 * np.pi * 20 * time), np.sin(2 * np.pi * 200 * time)
    found = band_passed(np.stack([inside + outside, outside]), RATE, 2, 60)
    middle = slice(1000, 3000)
    np.testing.assert_allclose(found[0, middle], inside[middle], atol=2e-3)
    assert np.abs(found[1, middle]).max() < 1e-4


def test_a_filter_up_to_half_of_the_rate_takes_nothing_off_above():
    time = np.arange(4000) / RATE
    fast = np.sin(2 * np.pi * 200 * time)[None]
    with pytest.warns(NetspecWarning, match="half of the sampling rate is 500.0 Hz"):
        found = band_passed(fast, RATE, 2, 600)
    np.testing.assert_allclose(found[:, 1000:3000], fast[:, 1000:3000], atol=2e-3)


@pytest.mark.parametrize("low", [0, 501])
def test_a_band_that_cannot_be(low):
    with pytest.raises(ValueError, match="the lowest frequency"):
        band_passed(np.zeros((2, 10)), RATE, low)


def test_scipy_is_asked_for(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "scipy.signal", None)
    with pytest.raises(NetspecError, match=r"pip install 'netspec\[analysis\]'"):
        band_passed(np.zeros((2, 10)), RATE)


def test_a_laminar_current_is_found():
    """Upright cells with a sink below and a source above, beside LFPykit's true density.

    Where cells fill a disc much wider than it is high, potentials depend on depth alone.
    """
    radius, number, step = 2000.0, 12000, 50.0
    spiral = np.arange(number)
    away, angle = radius * np.sqrt((spiral + 0.5) / number), spiral * np.pi * (3 - np.sqrt(5))
    edges = np.arange(-30.0, 840, step)  # of segments; they cross those of layers
    ends = np.stack([edges[:-1], edges[1:]], axis=1)
    middle = ends.mean(axis=1)
    currents = np.exp(-(((middle - 500) / 90) ** 2)) - np.exp(-(((middle - 300) / 90) ** 2))
    heights = np.arange(step / 2, 800, step)
    contacts = np.stack([0 * heights, 0 * heights, heights], axis=1)
    places = np.stack([away * np.cos(angle), away * np.sin(angle)], axis=1)

    def sheet(low, high):
        start, end = (np.column_stack([places, np.full(number, z)]) for z in (low, high))
        return Segments(np.zeros(number, int), np.repeat("soma", number), start, end, np.ones(number))

    parts = [
        current * line_source(sheet(*z), contacts, 0.3).sum(axis=1)
        for current, z in zip(currents, ends, strict=True)
    ]
    cell = lfpykit.CellGeometry(0 * ends, 0 * ends, ends, np.ones(len(ends)))
    layers = np.stack([heights - step / 2, heights + step / 2], axis=1)
    laminar = lfpykit.LaminarCurrentSourceDensity(cell, layers, np.full(len(layers), radius))
    true = number * laminar.get_transformation_matrix() @ currents  # [nA/um3]
    found = density(np.sum(parts, axis=0)[:, None], step / 1000)[:, 0]  # [mV/mm2]
    micro = 0.3 * found * 1e-6  # S/m mV/mm2 = uA/mm3 = 1e-6 nA/um3
    np.testing.assert_allclose(micro, true[1:-1], atol=0.05 * np.abs(true).max())


def test_all_steps_in_a_row():
    lfp = np.random.default_rng(5).normal(size=(400, 5))
    filtered = band_passed(lfp.T, RATE, 1, 100)
    np.testing.assert_array_equal(csd(lfp, RATE, 0.1, (1, 100)), density(with_ends(filtered), 0.1))
    np.testing.assert_array_equal(csd(lfp, RATE, 0.1, (1, 100), ends=False), density(filtered, 0.1))
    np.testing.assert_allclose(
        csd(lfp, RATE, 0.1, (1, 100), mean_off=True), csd(lfp, RATE, 0.1, (1, 100)), atol=1e-9
    )
