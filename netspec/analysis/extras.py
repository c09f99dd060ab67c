"""Packages that some functions of analysis need."""

from netspec.extras import needed

__all__ = ["needed"]
