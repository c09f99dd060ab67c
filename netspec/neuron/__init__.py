"""One way to execute a plan: the only rooms that import NEURON."""
