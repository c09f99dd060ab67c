"""YAML experiments: dynamics with units, nodes, edges with NeuroML's synapses -> LEMS, which many run.

    experiment.lems("network.yaml")        # the text of a LEMS file
    experiment.run("network.yaml")         # in reference mode

The keys are those of TVBO's experiments.
"""

from netspec.formats.experiment.run import lems, read_by, resolved, run

__all__ = ["lems", "read_by", "resolved", "run"]
