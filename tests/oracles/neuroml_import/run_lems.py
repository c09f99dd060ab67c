"""LEMS files -> what a run of each gives, pickled: spikes and traces. run_lems.py out.pkl file ..."""

import pickle
import sys
from pathlib import Path

import netspec
from netspec import sim


def main(out, *files):
    """On rank 0, {name of the file: (times, gids, {label: {gid: values}})}."""
    found = {}
    for file in files:
        net, options, mods = netspec.import_neuroml(file)
        results = netspec.run(net, options, mod=mods)
        spikes = results.spikes
        found[Path(file).name] = spikes["time"].tolist(), spikes["gid"].tolist(), results.traces
    if sim.rank == 0:
        Path(out).write_bytes(pickle.dumps(found))


main(*sys.argv[1:])
