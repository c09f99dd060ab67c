"""A noisy ring of HH cells as a plan, and a program that runs one rank's share and prints the spikes."""

import json
import sys

import by_hand
import numpy as np

from netspec.neuron.run import Network
from netspec.plan import InputBlock, Recordings, TraceBlock
from netspec.spec.cell import Section
from netspec.tables import Table

N = 12
DEND = Section(
    geom={"nseg": 3, "L": 60.0, "diam": 1.0, "Ra": 100.0},
    topol={"parentSec": "soma", "parentX": 1.0, "childX": 0.0},
    mechs={"pas": {"g": 1e-4, "e": -65.0}},
)


def plan(owned=None, duration=100.0, traces=True, **simulation):
    """Two connections onto each cell, and a NetStim on every third one."""
    made = by_hand.spec(
        {"soma": by_hand.soma(), "dend": DEND}, [("P", N)], simulation={"duration": duration, **simulation}
    )
    owned = np.arange(N) if owned is None else np.asarray(owned)
    post = np.repeat(owned, 2)
    rows = by_hand.connections(
        pre=(post + np.tile([-1, 5], len(owned))) % N, post=post, section=[0, 1] * len(owned),
        location=[0.5, 0.9] * len(owned), weight=[0.03, 0.01] * len(owned), delay=1.0 + (post % 5) * 0.5,
    )  # fmt: skip
    driven = owned[owned % 3 == 0]
    ones = np.ones(len(driven))
    stims = Table({
        "gid": driven, "section": ones.astype(int), "location": ones / 2, "synapse": (0 * ones).astype(int),
        "weight": 0.05 * ones, "delay": ones, "interval": 20 * ones, "noise": ones, "start": 0 * ones,
        "number": 1e9 * ones,
    })  # fmt: skip
    noise = np.stack([7 * ones, driven, ones], axis=1).astype(int)
    inputs = (InputBlock("t", "s", "NetStim", stims, noise=noise),)
    traces = (TraceBlock("v", "segment", "v", owned[:1], "soma"),) if traces else ()
    recordings = Recordings(traces, stims=True, labels=("v",))
    return by_hand.plan(made, owned=owned, connections=rows, inputs=inputs, recordings=recordings)


def network(ranks, made):
    """The network of a plan, ready to run."""
    built = Network(ranks)
    for stage in (built.make_cells, built.make_connections, built.make_inputs, built.make_recordings):
        stage(made)
    return built


def main():
    from netspec.neuron import ranks

    here = ranks.start()
    built = network(here, plan(np.arange(here.rank, N, here.size)))
    built.run()
    spikes = built.collect().spikes
    parts = here.allgather([spikes["time"].tolist(), spikes["gid"].tolist(), built.minimum_delay])
    if here.rank == 0:
        print(json.dumps(parts))


if __name__ == "__main__":
    sys.exit(main())
