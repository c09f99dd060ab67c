"""A network of one large cell and small ones, run with and without multisplit; pickles what came out."""

import json
import sys
from typing import Any

import numpy as np

STYLE = {"Ra": 110, "cm": 1}


def _section(
    name: str, parent: str | None, x: float, nseg: int, start: Any, stop: Any, mech: str
) -> dict[str, Any]:
    line = np.linspace(start, stop, 3)
    width = 18.0 if parent is None else 2.5
    section = {
        "geom": {
            **STYLE,
            "nseg": nseg,
            "pt3d": [[*map(float, point), width - 0.3 * k] for k, point in enumerate(line)],
        },
        "mechs": {mech: {}, "dipole": {}},
    }
    if parent is not None:
        section["topol"] = {"parentSec": parent, "parentX": x, "childX": 0}
    return section


def large() -> dict[str, Any]:
    """Sections of a cell of 231 segments: dendrites at three places of its soma, and on each other."""
    rows = [
        ("soma", None, 0, 5, (0, 0, 0), (0, 20, 0), "hh"),
        ("apical", "soma", 1.0, 31, (0, 20, 0), (0, 320, 0), "hh"),
        ("oblique", "apical", 0.5, 25, (0, 170, 0), (150, 190, 10), "hh"),
        ("tuft0", "apical", 1.0, 35, (0, 320, 0), (90, 470, 0), "hh"),
        ("tuft1", "apical", 1.0, 35, (0, 320, 0), (-90, 470, 0), "pas"),
        ("basal0", "soma", 0.5, 35, (0, 10, 0), (200, -60, 0), "pas"),
        ("basal1", "soma", 0.5, 35, (0, 10, 0), (-200, -60, 0), "hh"),
        ("twig", "basal1", 1.0, 15, (-200, -60, 0), (-260, -100, 20), "pas"),
        ("axon", "soma", 0.0, 15, (0, 0, 0), (0, -150, 5), "hh"),
    ]
    return {row[0]: _section(*row) for row in rows}


def network(split: bool) -> tuple[dict[str, Any], dict[str, Any]]:
    """Dictionaries of the network and of the simulation."""
    ball = {"soma": _section("soma", None, 0, 1, (0, 0, 0), (0, 20, 0), "hh")}
    everywhere = list(large())
    net = {
        "defaultThreshold": -25.0,
        "cellParams": {
            "tree": {"conds": {"pop": "T"}, "secs": large(), "secLists": {"dendrites": everywhere[1:8]}},
            "ball": {"conds": {"pop": "B"}, "secs": ball},
        },
        "popParams": {
            "B": {"cellType": "ball", "numCells": 4},
            "T": {"cellType": "tree", "numCells": 1},
            "N": {"cellModel": "NetStim", "numCells": 3, "rate": 150, "noise": 0.4, "start": 1},
        },
        "synMechParams": {
            "exc": {"mod": "Exp2Syn", "tau1": 0.5, "tau2": 3, "e": 0},
            "inh": {"mod": "ExpSyn", "tau": 8, "e": -75},
        },
        "connParams": {
            "N->T": {
                "preConds": {"pop": "N"}, "postConds": {"pop": "T"}, "sec": "dendrites", "synsPerConn": 9,
                "synMech": ["exc", "inh"], "weight": 0.002, "delay": "2 + uniform(0, 1)",
            },
            "N->B": {
                "preConds": {"pop": "N"}, "postConds": {"pop": "B"}, "probability": 0.6, "weight": 0.06,
                "delay": 1.5, "synMech": "exc",
            },
            "T->B": {
                "preConds": {"pop": "T"}, "postConds": {"pop": "B"}, "weight": 0.06, "delay": 1.0,
                "synMech": "exc",
            },
            "B->T": {
                "preConds": {"pop": "B"}, "postConds": {"pop": "T"}, "sec": ["tuft1", "twig"], "loc": 0.7,
                "weight": 0.004, "delay": 1.2, "synMech": "exc",
            },
        },
        "stimSourceParams": {
            "step": {"type": "IClamp", "del": 5, "dur": 40, "amp": 2.0},
            "far": {"type": "IClamp", "del": 2, "dur": 15, "amp": 0.3},
            "noise": {"type": "NetStim", "rate": 80, "noise": 0.5},
        },
        "stimTargetParams": {
            "step->T": {"source": "step", "conds": {"pop": "T"}, "sec": "soma", "loc": 0.5},
            "far->T": {"source": "far", "conds": {"pop": "T"}, "sec": "tuft0", "loc": 0.0},
            "noise->T": {
                "source": "noise", "conds": {"pop": "T"}, "sec": "dendrites", "synsPerConn": 7,
                "synMech": "exc", "weight": 0.003, "delay": 1,
            },
        },
    }  # fmt: skip
    traces: dict[str, Any] = {
        f"{name}_{x}": {"sec": name, "loc": x, "var": "v"} for name in everywhere for x in (0.0, 0.5, 1.0)
    }
    traces["g"] = {"synMech": "inh", "var": "g"}
    traces["m"] = {"sec": "tuft0", "loc": 0.5, "mech": "hh", "var": "m"}
    cfg = {
        "duration": 50, "hParams": {"celsius": 6.3, "v_init": -65}, "recordTraces": traces,
        "recordCells": ["all"], "recordStep": 0.1, "multisplit": split, "progressBar": 0,
        "recordLFP": [[60, -100, 30], [-80, 60, 20]], "saveLFPCells": True, "recordDipole": True,
        "recordDipolesHNN": {"all": ["T"]}, "saveLFPPops": ["T"], "verbose": False,
    }  # fmt: skip
    return net, cfg


def segments_here() -> dict[str, int]:
    """How many segments this rank has in NEURON: those with the active mechanism, and the others."""
    from neuron import h

    counts = {"hh": 0, "pas": 0}
    for section in h.allsec():
        counts["hh" if section.has_membrane("hh") else "pas"] += section.nseg
    return counts


def build(session: Any, split: bool, changes: dict[str, Any]) -> None:
    """Everything up to the run."""
    net, cfg = network(split)
    session.initialize(net, {**cfg, **changes}, None)
    session.plan_everything()
    for stage in (session.create_cells, session.connect_cells, session.add_stims, session.setup_recording):
        stage()


def main(path: str, ways: str, changes: str = "{}") -> None:
    """Run one network after the other: 'whole', 'split', 'again'. Rank 0 pickles what the last one did."""
    import pickle

    from netspec.session.stages import Session

    session = Session(talks=False)
    for way in ways.split():
        if way != "again":
            build(session, way == "split", json.loads(changes))
        session.run()
        segments = session.ranks.allgather(segments_here())
        found = session.collect().gather(session.ranks)
    session.clear()
    if session.ranks.rank == 0:
        plan = found.plan
        content = {
            "spikes": (found.spikes["time"], found.spikes["gid"]),
            "traces": {label: dict(cells) for label, cells in found.traces.items()},
            "signals": {
                name: (
                    signal.values,
                    dict(signal.cells),
                    {k: signal.of_population(k) for k in signal.populations},
                )
                for name, signal in found.signals.items()
            },
            "connections": dict(plan.connections.columns),
            "inputs": [dict(block.rows.columns) for block in plan.inputs],
            "noise": [block.noise for block in plan.inputs],
            "stims": {gid: dict(sources) for gid, sources in found.stims.items()},
            "counts": (found.counts.connections, found.counts.contacts, found.counts.cells_of.tolist()),
            "segments": segments,
        }
        with open(path, "wb") as file:
            pickle.dump(content, file)


if __name__ == "__main__":
    main(*sys.argv[1:])
