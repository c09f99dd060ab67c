"""Plans as NeuroML 2: components, networks in XML or HDF5, and LEMS simulations."""
