"""Small networks that use the whole language; each module has network(): netParams, simConfig."""
