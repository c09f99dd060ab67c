"""Cells of NeuroML 2 files -> cell rules, and their channels -> mod files."""

from netspec.formats.neuroml.cells import cell

__all__ = ["cell"]
