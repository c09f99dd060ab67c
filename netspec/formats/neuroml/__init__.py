"""NeuroML 2 and LEMS files -> netParams, simConfig and mod files."""
