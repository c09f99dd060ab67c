"""A network that builds itself when it is imported; cells are found by expressions."""

from neuron import h
from shapes import Owned, Point

cells = [Owned(length=80.0), Owned(length=90.0, branches=1)]
special = {"point": Point(5)}
h.celsius = 21
h.v_init = -72
connection = h.NetCon(cells[0].soma(0.5)._ref_v, cells[1].syn, sec=cells[0].soma)
