"""NeuroML 2 and LEMS: files -> component types and components, checked. Without NEURON and without Java."""
