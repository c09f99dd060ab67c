"""Networks of neurons as dictionaries: checked, planned as tables, run in parallel with NEURON."""

__version__ = "0.1.0"
