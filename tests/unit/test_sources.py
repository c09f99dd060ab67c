"""Potentials around segments, beside LFPykit's and beside the formula that NetPyNE uses."""

import lfpykit
import numpy as np
import pytest

from netspec.signals.segments import Segments
from netspec.signals.sources import line_source, point_source


@pytest.fixture
def segments():
    generator = np.random.default_rng(3)
    start = generator.uniform(-50, 50, (40, 3))
    end = start + generator.uniform(-20, 20, (40, 3))
    names = np.repeat("soma", 40)
    return Segments(np.zeros(40, int), names, start, end, generator.uniform(0.5, 3, 40))


@pytest.fixture
def contacts():
    return np.random.default_rng(4).uniform(-60, 60, (12, 3))


def geometry(segments):
    ends = np.stack([segments.start, segments.end], axis=2)
    return lfpykit.CellGeometry(ends[:, 0], ends[:, 1], ends[:, 2], np.column_stack([segments.diameter] * 2))


def test_line_source_is_lfpykits(segments, contacts):
    expected = lfpykit.LineSourcePotential(geometry(segments), *contacts.T, 0.3).get_transformation_matrix()
    np.testing.assert_allclose(line_source(segments, contacts, 0.3), expected, rtol=1e-12)


def test_point_source_is_lfpykits(segments, contacts):
    expected = lfpykit.PointSourcePotential(geometry(segments), *contacts.T, 0.3).get_transformation_matrix()
    np.testing.assert_allclose(point_source(segments, contacts, 0.3), expected, rtol=1e-12)


def test_line_source_is_netpynes(segments, contacts):
    """Reference: netpyne/support/recxelectrode.py of NetPyNE 1.1.1, as a formula; far from the axes."""
    away = contacts[:, None, :] - segments.middle
    axis = segments.end - segments.start
    along = np.abs(np.einsum("mnk,nk->mn", away, axis) / segments.length)
    square = (away**2).sum(axis=2) - along**2
    up, low = along + segments.length / 2, along - segments.length / 2
    ratio = (up + np.sqrt(up**2 + square)) / (low + np.sqrt(low**2 + square))
    expected = np.log(ratio) / segments.length / (4 * np.pi * 0.3)
    clear = square > (segments.diameter / 2) ** 2
    np.testing.assert_allclose(line_source(segments, contacts)[clear], expected[clear], rtol=1e-9)


def test_a_contact_inside_a_segment_is_at_its_surface():
    one = Segments(
        np.zeros(1, int), np.array(["soma"]), np.zeros((1, 3)), np.array([[10.0, 0, 0]]), np.ones(1) * 4
    )
    on_axis, on_surface = np.array([[5.0, 0, 0]]), np.array([[5.0, 2.0, 0]])
    assert line_source(one, on_axis) == pytest.approx(line_source(one, on_surface), rel=1e-14)
    assert point_source(one, on_axis) == pytest.approx(1 / (4 * np.pi * 0.3 * 2))


def test_a_segment_without_length_is_a_point():
    zero = np.zeros((1, 3))
    point = Segments(np.zeros(1, int), np.array(["soma"]), zero, zero, np.ones(1))
    assert line_source(point, np.array([[0, 0, 10.0]])) == pytest.approx(1 / (4 * np.pi * 0.3 * 10))
