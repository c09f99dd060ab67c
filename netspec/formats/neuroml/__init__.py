"""NeuroML 2 and LEMS files -> dictionaries and mod files; cells alone -> cell rules with a mod file per channel."""

from netspec.formats.neuroml.one_cell import cell

__all__ = ["cell"]
