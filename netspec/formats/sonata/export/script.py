"""The script that runs an exported network in bmtk: it registers what bmtk has no function for."""

from netspec.formats.sonata.export.layout import Layout
from netspec.formats.sonata.export.synapses import BUILT_IN, SynapseType

TEXT = '''\
"""Runs this circuit in bmtk: python run_bionet.py

Mod files, if there are any, are compiled before: cd components/mechanisms && nrnivmodl modfiles
"""

import os

from bmtk.simulator import bionet
from bmtk.simulator.bionet.pyfunction_cache import add_cell_model, add_synapse_model
from neuron import h


def placed(cell, template_name, dynamics_params):
    """A cell at its place: NEURON rounds 3-D points, so that lengths depend on it in the last digits."""
    return getattr(h, template_name)(*map(float, cell.position.flatten()))


def artificial(name):
    """What makes an artificial cell with the parameters of its file."""

    def make(cell, template_name, dynamics_params):
        made = getattr(h, name)()
        for parameter, value in (dynamics_params or {{}}).items():
            if hasattr(made, parameter):
                setattr(made, parameter, value)
        return made

    return make


def synapse(name):
    """What makes a synapse with the parameters of its file."""

    def make(parameters, location, section):
        made = getattr(h, name)(location, sec=section)
        for parameter, value in parameters.items():
            if parameter != "level_of_detail":
                setattr(made, parameter, value)
        return made

    return make


for name in {artificial!r}:
    add_cell_model(artificial(name), directive=f"nrn:{{name}}", model_type="point_neuron")
for name in {synapses!r}:
    add_synapse_model(synapse(name), name)
{placed}
if __name__ == "__main__":
    os.chdir(os.path.dirname(os.path.abspath(__file__)))
    config = bionet.Config.from_json("simulation_config.json")
    config.build_env()
    network = bionet.BioNetwork.from_config(config)
    bionet.BioSimulator.from_config(config, network=network).run()
'''


def text(places: Layout, synapses: list[SynapseType], shifted: bool) -> str:
    """The script. shifted: whether 3-D points are put where the cell is."""
    own = sorted({kind.name for kind in places.kinds if kind.model_type == "point_neuron"} - {"IntFire1"})
    mods = sorted({each.mod for each in synapses} - BUILT_IN.keys())
    placed = 'add_cell_model(placed, directive="hoc", model_type="biophysical")\n' if shifted else ""
    return TEXT.format(artificial=own, synapses=mods, placed=placed)
