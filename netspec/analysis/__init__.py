"""Numbers from results: arrays in, arrays out."""

from netspec.analysis.infer import Inferred, infer_rules

__all__ = ["Inferred", "infer_rules"]
