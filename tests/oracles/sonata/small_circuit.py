"""Builds a small circuit by bmtk's builder, and runs it by bmtk. Run by a python with bmtk.

python small_circuit.py build FOLDER NRNIVMODL MOD SWC
python small_circuit.py run CONFIG
"""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import h5py
import numpy as np

FIT = {
    "passive": [
        {
            "ra": 120.0,
            "cm": [{"section": name, "cm": cm} for name, cm in
                   (("soma", 1.0), ("axon", 1.1), ("dend", 2.0), ("apic", 2.2))],
            "e_pas": -70.0,
        }
    ],
    "conditions": [{"celsius": 10.0, "v_init": -50.0, "erev": [{"section": "soma", "ena": 52.0, "ek": -77.0}]}],  # noqa: E501
    "genome": [
        *({"section": name, "mechanism": "", "name": "g_pas", "value": value}
          for name, value in (("soma", 3e-5), ("axon", 4e-5), ("dend", 5e-5), ("apic", 6e-5))),
        {"section": "soma", "mechanism": "hh", "name": "gnabar_hh", "value": 0.12},
        {"section": "soma", "mechanism": "hh", "name": "gkbar_hh", "value": 0.036},
        {"section": "soma", "mechanism": "hh", "name": "gl_hh", "value": 0.0},
    ],
}  # fmt: skip
ACTIVE = {
    "passive": [{"ra": 100.0, "e_pas": -72.0}],
    "conditions": [{"erev": [{"section": "axon", "ena": 50.0, "ek": -80.0}]}],
    "genome": [
        *({"section": name, "mechanism": "hh", "name": "gnabar_hh", "value": "0.1"} for name in ("soma", "axon")),  # noqa: E501
        *({"section": name, "mechanism": "", "name": "cm", "value": "1.5"} for name in ("dend", "apic")),
        *({"section": name, "mechanism": "", "name": "g_pas", "value": "4e-5"}
          for name in ("soma", "axon", "dend", "apic")),
    ],
}  # fmt: skip
NML = """<?xml version="1.0"?>
<neuroml xmlns="http://www.neuroml.org/schema/neuroml2" id="x"><cell id="Cell_x">
<biophysicalProperties id="b">
<membraneProperties>
<channelDensity id="soma_pas" ionChannel="pas" condDensity="4e-05 S_per_cm2" erev="-71 mV" ion="non_specific"
 segmentGroup="soma"/>
<channelDensity id="dend_pas" ionChannel="pas" condDensity="5e-05 S_per_cm2" erev="-71 mV" ion="non_specific"
 segmentGroup="dend"/>
<channelDensity id="apic_pas" ionChannel="pas" condDensity="5e-05 S_per_cm2" erev="-71 mV" ion="non_specific"
 segmentGroup="apic"/>
<channelDensity id="axon_pas" ionChannel="pas" condDensity="5e-05 S_per_cm2" erev="-71 mV" ion="non_specific"
 segmentGroup="axon"/>
<channelDensity id="gnabar_hh" ionChannel="hh" condDensity="0.1 S_per_cm2" erev="50 mV" ion="na"
 segmentGroup="soma"/>
<specificCapacitance value="1.2 uF_per_cm2" segmentGroup="soma"/>
<specificCapacitance value="1.7 uF_per_cm2" segmentGroup="dend"/>
<specificCapacitance value="1.3 uF_per_cm2" segmentGroup="axon"/>
</membraneProperties>
<intracellularProperties><resistivity value="140 ohm_cm" segmentGroup="soma"/>
<resistivity value="120 ohm_cm" segmentGroup="dend"/><resistivity value="110 ohm_cm" segmentGroup="apic"/>
<resistivity value="100 ohm_cm" segmentGroup="axon"/></intracellularProperties>
</biophysicalProperties></cell></neuroml>
"""
TEMPLATE = """
begintemplate Stick
public soma, dend, all, somatic, basal, apical, axonal
objref all, somatic, basal, apical, axonal
create soma[1], dend[2]
proc init() {
    all = new SectionList() somatic = new SectionList() basal = new SectionList()
    apical = new SectionList() axonal = new SectionList()
    soma[0] { L = 20 diam = 18 nseg = 1 insert hh insert pas g_pas = 1e-5 e_pas = -68
        all.append() somatic.append() }
    for i = 0, 1 { dend[i] { L = 80 + 30 * i diam = 2 insert pas g_pas = 5e-5 e_pas = -68
        all.append() basal.append() } connect dend[i](0), soma[0](i) }
    define_shape()
}
endtemplate Stick
"""
SYNAPSES = {
    "exc.json": {"level_of_detail": "exp2syn", "tau1": 0.5, "tau2": 3.0, "erev": 0.0},
    "inh.json": {"level_of_detail": "exp2syn", "tau1": 1.0, "tau2": 8.0, "erev": -75.0},
    "to_point.json": {"level_of_detail": "instanteneous", "sign": 1},
    "from_inh.json": {"level_of_detail": "instanteneous", "sign": -1},
}


def build(folder: Path, compiler: str, mod: Path, swc: Path) -> None:
    """Components, network, inputs and configs."""
    parts = {name: folder / "components" / name for name in ("morphologies", "cells", "synapses", "points")}
    modfiles = folder / "components" / "mechanisms" / "modfiles"
    for place in (*parts.values(), modfiles, folder / "inputs", folder / "output"):
        place.mkdir(parents=True)
    shutil.copy(swc, parts["morphologies"] / "small.swc")
    shutil.copy(mod, modfiles)
    subprocess.run([compiler, "modfiles"], cwd=modfiles.parent, check=True, capture_output=True)
    (parts["cells"] / "fit.json").write_text(json.dumps(FIT))
    (parts["cells"] / "active.json").write_text(json.dumps(ACTIVE))
    (parts["cells"] / "Cell_x.cell.nml").write_text(NML)
    (parts["points"] / "lif.json").write_text(json.dumps({"tau": 0.02, "refrac": 0.003, "cm": 1.0}))
    for name, content in SYNAPSES.items():
        (parts["synapses"] / name).write_text(json.dumps(content))
    (folder / "components" / "templates").mkdir()
    (folder / "components" / "templates" / "stick.hoc").write_text(TEMPLATE)
    network(folder / "network")
    inputs(folder / "inputs")
    configs(folder)


def network(folder: Path) -> None:
    """Three kinds of cells with sections, point neurons, two populations of virtual nodes."""
    from bmtk.builder.networks import NetworkBuilder

    random = np.random.RandomState(3)
    cortex, points, lgn, old = (NetworkBuilder(name) for name in ("cortex", "points", "lgn", "old"))

    def of_space(number):
        return {
            **{axis: random.uniform(-50, 50, number) for axis in "xyz"},
            "rotation_angle_yaxis": random.uniform(0, 6, number),
            "rotation_angle_zaxis": random.uniform(0, 3, number),
            "tuning_angle": np.linspace(0, 300, number),
        }

    cell = {"model_type": "biophysical", "morphology": "small.swc"}
    cortex.add_nodes(
        3,
        pop_name="A",
        ei="e",
        model_template="ctdb:Biophys1.hoc",
        dynamics_params="fit.json",
        model_processing="aibs_perisomatic",
        **cell,
        **of_space(3),
    )
    cortex.add_nodes(2, pop_name="B", ei="i", model_template="nml:Cell_x.cell.nml", **cell, **of_space(2))
    cortex.add_nodes(
        2,
        pop_name="C",
        ei="e",
        model_template="ctdb:Biophys1.hoc",
        dynamics_params="active.json",
        model_processing="aibs_allactive",
        **cell,
        **of_space(2),
    )
    cortex.add_nodes(
        1, pop_name="D", ei="e", model_type="biophysical", model_template="hoc:Stick", **of_space(1)
    )
    points.add_nodes(
        4,
        pop_name="P",
        model_type="point_neuron",
        model_template="nrn:IntFire1",
        dynamics_params="lif.json",
        x=np.arange(4.0),
    )
    lgn.add_nodes(5, pop_name="L", model_type="virtual", tuning_angle=np.linspace(0, 180, 5))
    old.add_nodes(3, pop_name="O", model_type="virtual")
    exc = {"dynamics_params": "exc.json", "model_template": "Exp2Syn"}
    inh = {"dynamics_params": "inh.json", "model_template": "Exp2Syn"}

    listed = cortex.add_edges(
        source=lgn.nodes(),
        target=cortex.nodes(pop_name="A"),
        connection_rule=2,
        syn_weight=0.004,
        delay=1.5,
        **exc,
    )
    listed.add_properties(
        ["sec_id", "sec_x"], rule=lambda s, t: (1 + s.node_id % 3, 0.3), dtypes=[int, float]
    )
    listed.add_properties("syn_weight", rule=lambda s, t: 0.003 + 0.001 * t.node_id, dtypes=float)
    free = {"target_sections": ["basal", "apical"], "distance_range": [5.0, 60.0]}
    cortex.add_edges(
        source=lgn.nodes(),
        target=cortex.nodes(pop_name="B"),
        connection_rule=3,
        syn_weight=0.003,
        delay=2.0,
        **free,
        **exc,
    )
    cortex.add_edges(
        source=lgn.nodes(),
        target=cortex.nodes(pop_name="C"),
        connection_rule=4,
        syn_weight=0.004,
        delay=2.0,
        weight_function="gaussianLL",
        weight_sigma=60.0,
        target_sections=["somatic", "basal"],
        distance_range=[0.0, 40.0],
        **exc,
    )
    newer = cortex.add_edges(
        source=old.nodes(), target=cortex.nodes(), connection_rule=1, delay=1.0, syn_weight=0.002, **exc
    )
    newer.add_properties(
        ["afferent_section_id", "afferent_section_pos"], rule=lambda s, t: (0, 0.5), dtypes=[int, float]
    )
    cortex.add_edges(
        source=cortex.nodes(ei="e"),
        target=cortex.nodes(),
        connection_rule=2,
        syn_weight=0.001,
        delay=1.2,
        **free,
        **exc,
    )
    cortex.add_edges(
        source=cortex.nodes(ei="i"),
        target=cortex.nodes(),
        connection_rule=1,
        syn_weight=0.002,
        delay=1.0,
        target_sections=["somatic"],
        distance_range=[0.0, 100.0],
        **inh,
    )
    points.add_edges(
        source=cortex.nodes(ei="e"),
        target=points.nodes(),
        connection_rule=3,
        syn_weight=0.2,
        delay=2.0,
        dynamics_params="to_point.json",
    )
    points.add_edges(
        source=cortex.nodes(ei="i"),
        target=points.nodes(),
        connection_rule=2,
        syn_weight=0.1,
        delay=2.03,  # not at the same time as the others, whose order would matter
        dynamics_params="from_inh.json",
    )
    points.add_edges(
        source=lgn.nodes(),
        target=points.nodes(),
        connection_rule=1,
        syn_weight=0.7,
        delay=0.0,
        dynamics_params="to_point.json",
    )
    for each in (cortex, points, lgn, old):
        each.build()
        each.save(output_dir=str(folder))


def inputs(folder: Path) -> None:
    """Spikes in SONATA's layout of today and in the old one, and electrodes."""
    random = np.random.RandomState(8)
    for name, count, names in (("lgn", 5, ("spikes/lgn/node_ids", "spikes/lgn/timestamps")),
                               ("old", 3, ("spikes/gids", "spikes/timestamps"))):  # fmt: skip
        with h5py.File(folder / f"{name}.h5", "w") as file:
            file[names[0]] = random.randint(0, count, 60).astype("u8")
            file[names[1]] = np.round(random.uniform(5, 190, 60), 3)
    (folder / "electrodes.csv").write_text("channel x_pos y_pos z_pos\n0 0 0 0\n1 20 -30 40\n2 -70 60 10\n")
    (folder / "current.csv").write_text("timestamps amps\n20.0 0.1\n40.0 0.3\n60.0 0.0\n")


def configs(folder: Path) -> None:
    """The circuit, a simulation, and one with electrodes, for which bmtk changes the cells."""
    nodes = [{"nodes_file": f"$NET/{name}_nodes.h5", "node_types_file": f"$NET/{name}_node_types.csv"}
             for name in ("cortex", "points", "lgn", "old")]  # fmt: skip
    names = ("cortex_cortex", "cortex_points", "lgn_cortex", "lgn_points", "old_cortex")
    edges = [{"edges_file": f"$NET/{name}_edges.h5", "edge_types_file": f"$NET/{name}_edge_types.csv"}
             for name in names]  # fmt: skip
    circuit = {
        "manifest": {"$BASE": ".", "$NET": "${BASE}/network"},
        "components": {
            "morphologies_dir": "$BASE/components/morphologies",
            "biophysical_neuron_models_dir": "$BASE/components/cells",
            "synaptic_models_dir": "$BASE/components/synapses",
            "point_neuron_models_dir": "$BASE/components/points",
            "mechanisms_dir": "$BASE/components/mechanisms",
            "templates_dir": "$BASE/components/templates",
        },
        "networks": {"nodes": nodes, "edges": edges},
    }
    clamp = {"module": "IClamp", "node_set": {"population": "cortex", "pop_name": ["A", "C"]}}
    simulation = {
        "run": {"tstop": 200.0, "dt": 0.1, "dL": 10.0, "spike_threshold": -15, "nsteps_block": 500},
        "conditions": {"celsius": 6.3, "v_init": -70.0},
        "target_simulator": "NEURON",
        "node_sets": {"cells": {"model_type": "biophysical"}, "few": {"population": "cortex", "node_id": [0, 4]}},  # noqa: E501
        "inputs": {
            "lgn": {"input_type": "spikes", "module": "sonata", "input_file": "inputs/lgn.h5", "node_set": "lgn"},  # noqa: E501
            "old": {"input_type": "spikes", "module": "h5", "input_file": "inputs/old.h5", "node_set": "old"},
            "pulses": {"input_type": "current_clamp", "amp": [0.2, 0.3], "delay": [100.0, 150.0],
                       "duration": [20.0, 5.0], **clamp},
            "table": {"input_type": "csv", "file": "inputs/current.csv", **clamp},
        },
        "reports": {
            "soma": {"cells": "cells", "variable_name": "v", "module": "membrane_report", "sections": "soma"},
            "every": {"cells": "few", "variable_name": "v", "module": "membrane_report", "sections": "all"},
        },
        "output": {"output_dir": "output", "spikes_file": "spikes.h5", "log_file": "log.txt"},
        "network": "circuit_config.json",
    }  # fmt: skip
    field = {"cells": "cells", "variable_name": "v", "module": "extracellular",
             "electrode_positions": "inputs/electrodes.csv", "file_name": "ecp.h5"}  # fmt: skip
    with_field = {**simulation, "reports": {"ecp": field}}
    with_field["output"] = {**simulation["output"], "output_dir": "output_ecp"}
    for name, content in (("circuit_config", circuit), ("simulation", simulation), ("field", with_field)):
        (folder / f"{name}.json").write_text(json.dumps(content, indent=1))


def setup_xstim(self, set_nrn_mechanism=True):
    """What bmtk's method of this name does, without a function of PtrVector that NEURON 9 has no more."""
    from neuron import h

    self.ptr2e_extracellular = h.PtrVector(self.morphology.nseg)
    for section in self.hobj.all:
        section.insert("extracellular")
    self._pointing = h.FInitializeHandler(0, self.set_ptr2e_extracellular)


def nearest(points, values):
    """scipy's interpolator with whole numbers, which bmtk takes it to give."""
    from scipy.interpolate import NearestNDInterpolator

    made = NearestNDInterpolator(points, values)
    return lambda places: made(places).astype(int)


def run(config: Path) -> None:
    """Run by bmtk."""
    from bmtk.simulator import bionet
    from bmtk.simulator.bionet.biocell import BioCell
    from bmtk.simulator.bionet.modules import comsol

    BioCell.setup_xstim = setup_xstim
    comsol.NNip = nearest
    os.chdir(config.parent)
    conf = bionet.Config.from_json(config.name)
    conf.build_env()
    net = bionet.BioNetwork.from_config(conf)
    bionet.BioSimulator.from_config(conf, network=net).run()


if __name__ == "__main__":
    if sys.argv[1] == "build":
        build(Path(sys.argv[2]), sys.argv[3], Path(sys.argv[4]), Path(sys.argv[5]))
    else:
        run(Path(sys.argv[2]).resolve())
