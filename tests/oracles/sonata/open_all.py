"""python open_all.py FOLDER: opens an exported circuit with libsonata, and says what there is as JSON."""

import json
import sys
from pathlib import Path

import libsonata

folder = Path(sys.argv[1])
circuit = libsonata.CircuitConfig.from_file(folder / "circuit_config_obi.json")
simulation = libsonata.SimulationConfig.from_file(folder / "simulation_config_obi.json")
found = {"nodes": {}, "edges": {}, "spikes": {}, "tstop": simulation.run.tstop}
sets = libsonata.NodeSets.from_file(str(folder / "node_sets.json"))
for name in circuit.node_populations:
    nodes = circuit.node_population(name)
    found["nodes"][name] = [nodes.size, sets.materialize(name, nodes).flat_size]
for name in circuit.edge_populations:
    edges = circuit.edge_population(name)
    target = circuit.node_population(edges.target)
    by_target = [edges.afferent_edges([k]).flat_size for k in range(target.size)]
    source = circuit.node_population(edges.source)
    by_source = [edges.efferent_edges([k]).flat_size for k in range(source.size)]
    weights = edges.get_attribute("syn_weight", edges.select_all()).sum()
    found["edges"][name] = [edges.size, by_target, by_source, float(weights)]
for path in sorted((folder / "inputs").glob("*.h5")):
    reader = libsonata.SpikeReader(path)
    for name in reader.get_population_names():
        found["spikes"][name] = len(reader[name].get())
print(json.dumps(found))
