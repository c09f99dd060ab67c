"""NeuroML 2 and LEMS: files -> component types and components, checked. Pure Python, without NEURON and without Java."""
