"""Neural masses: models of whole populations as equations, and networks of them; needs no NEURON."""

from netspec.masses.aln import read_tables
from netspec.masses.bold import bold
from netspec.masses.library import MODELS
from netspec.masses.model import Mass, Tables
from netspec.masses.network import KINDS, METHODS, Coupling, Course, Population, simulate

__all__ = [
    "KINDS",
    "METHODS",
    "MODELS",
    "Coupling",
    "Course",
    "Mass",
    "Population",
    "Tables",
    "bold",
    "read_tables",
    "simulate",
]
