"""NeuroML 2 and LEMS files -> dictionaries and mod files; a cell alone -> a rule, a mod file per channel."""

from netspec.formats.neuroml.one_cell import cell

__all__ = ["cell"]
