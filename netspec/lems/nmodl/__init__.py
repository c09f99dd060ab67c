"""Components of LEMS -> mod files: the text of a mechanism, and the values of its parameters in NEURON's
units.

Every function returns a Mechanism, or None after it has said in found.findings what is wrong or not
supported yet. Only dynamics that are the same share a mod file: what a channel has is folded into numbers
(rates become tables of the voltage), while the parameters of synapses, inputs and point cells stay RANGE
parameters, with a value for each.

show: paths below the component, such as "m/inf", of variables that are to be RANGE variables; states always
are.
"""

from netspec.lems.nmodl.density import Density, concentration, density
from netspec.lems.nmodl.mechanism import Mechanism
from netspec.lems.nmodl.point import cell, current, source, synapse

__all__ = ["Density", "Mechanism", "cell", "concentration", "current", "density", "source", "synapse"]
