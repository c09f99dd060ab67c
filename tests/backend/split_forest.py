"""Cells of random shape, whole and then all of them cut as finely as may be; prints how much differs."""

import json
import sys
from typing import Any

import numpy as np

from netspec.plan import pieces
from netspec.session.stages import Session

CELLS = 8


def tree(stream: np.random.Generator) -> dict[str, Any]:
    """Sections of a cell: each hangs by either end on any place of an earlier one."""
    tips = {"s0": [np.zeros(3), np.array([0.0, 30.0, 0.0])]}
    found: dict[str, Any] = {}
    for k in range(int(stream.integers(4, 14))):
        name, backwards, section = f"s{k}", bool(stream.integers(2)), {}
        if k:
            parent, x = f"s{stream.integers(k)}", float(stream.choice([0.0, 0.3, 0.5, 1.0]))
            section["topol"] = {"parentSec": parent, "parentX": x, "childX": float(backwards)}
            start = tips[parent][0] * (1 - x) + tips[parent][1] * x
            line = [start, start + stream.uniform(-150, 150, 3)]
            tips[name] = line[::-1] if backwards else line
        section["geom"] = {
            "nseg": int(stream.choice([1, 3, 4, 7])), "Ra": 100, "cm": 1,
            "pt3d": [[*tip.tolist(), 2.0 + 10 * (k == 0)] for tip in tips[name]],
        }  # fmt: skip
        section["mechs"] = {str(stream.choice(["hh", "pas"])): {}, "dipole": {}}
        if stream.integers(3) == 0:
            section["vinit"] = float(stream.uniform(-75, -60))
        found[name] = section
    spikes = found[f"s{stream.integers(len(found))}"]
    spikes["spikeGenLoc"] = 0.5
    hh = next((section for section in found.values() if "hh" in section["mechs"]), None)
    if hh is not None:
        hh["mechs"]["hh"]["gnabar"] = "uniform(0.1, 0.14)"
    return found


def network() -> tuple[dict[str, Any], dict[str, Any]]:
    """Dictionaries of the network and of the simulation."""
    stream = np.random.default_rng(5)
    trees = {f"T{k}": tree(stream) for k in range(CELLS)}
    ends = {"preConds": {"pop": "N"}, "synMech": "exc", "convergence": 4, "weight": 0.004, "delay": 1.5}
    places = {
        label: {"postConds": {"pop": label}, "sec": list(sections), "synsPerConn": 3, **ends}
        for label, sections in trees.items()
    }
    clamps = {
        label: {
            "source": "step",
            "conds": {"pop": label},
            "sec": str(stream.choice(list(sections))),
            "loc": x,
        }
        for (label, sections), x in zip(trees.items(), 4 * [0.0, 1.0], strict=True)
    }
    net = {
        "cellParams": {label: {"conds": {"pop": label}, "secs": secs} for label, secs in trees.items()},
        "popParams": {
            "N": {"cellModel": "NetStim", "numCells": 6, "rate": 90, "noise": 0.5, "start": 1},
            **{label: {"numCells": 2} for label in trees},
        },
        "defaultThreshold": -40,
        "rotateCellsRandomly": True,
        "synMechParams": {"exc": {"mod": "Exp2Syn", "tau1": 0.5, "tau2": 3, "e": 0}},
        "connParams": places,
        "stimSourceParams": {"step": {"type": "IClamp", "del": 3, "dur": 20, "amp": 0.4}},
        "stimTargetParams": clamps,
    }
    names = sorted({name for sections in trees.values() for name in sections})
    traces = {f"{name}_{x}": {"sec": name, "loc": x, "var": "v"} for name in names for x in (0.0, 0.4, 1.0)}
    cfg = {
        "duration": 25, "hParams": {"celsius": 6.3}, "recordTraces": traces, "recordCells": ["all"],
        "recordLFP": [[60, -100, 30]], "saveLFPCells": True, "recordDipole": True,
        "recordDipolesHNN": {"all": list(trees)}, "progressBar": 0,
    }  # fmt: skip
    return net, cfg


def finely(model: Any, cells: Any, templates: Any, costs: Any, ranks: int) -> pieces.Layout:
    """A layout in which every cell is cut wherever that can be."""
    work = pieces.cost(model, cells, templates, costs)
    codes = cells.table["template"]
    kinds = {p: templates[codes[p]] for p in np.flatnonzero(codes >= 0).tolist()}
    weights = {p: pieces.of_sections(kind, costs) for p, kind in kinds.items()}
    return pieces._cut(work, kinds, weights, 0.0, ranks)[0]


def results(session: Session, split: bool) -> Any:
    net, cfg = network()
    session.initialize(net, {**cfg, "multisplit": split}, None)
    session.plan_everything()
    for stage in (session.create_cells, session.connect_cells, session.add_stims, session.setup_recording):
        stage()
    session.run()
    return session.gather()


def largest(ones: Any, others: Any) -> float:
    return max(float(np.abs(one - other).max()) for one, other in zip(ones, others, strict=True))


def main() -> None:
    pieces.layout = finely
    session = Session(talks=False)
    whole = results(session, False)
    cut = results(session, True)
    parts = session.planned().cells.parts.values()
    joints = session.ranks.allgather(sum(len(part.joints) for part in parts))
    if session.ranks.rank == 0:
        places = [(label, gid) for label, cells in whole.traces.items() for gid in cells]
        found = {
            "joints": joints,
            "traces": len(places),
            "spikes": len(whole.spikes),
            "same spikes": all(np.array_equal(whole.spikes[c], cut.spikes[c]) for c in ("time", "gid")),
            "v": largest(*([run.traces[label][gid] for label, gid in places] for run in (whole, cut))),
            "connections": all(
                np.array_equal(column, cut.plan.connections[name])
                for name, column in whole.plan.connections.columns.items()
            ),
        }
        for name, signal in whole.signals.items():
            found[name] = largest([signal.values], [cut.signals[name].values]) / np.abs(signal.values).max()
        print(json.dumps(found))
    session.clear()


if __name__ == "__main__":
    sys.exit(main())
