"""How much faster CoreNEURON runs a network than NEURON: CPU time of each in one process, alternately.

    python benchmarks/coreneuron.py [--quick]

A ring of cells with hh everywhere, and cells of many compartments with ten channels (written here). Runs
CoreNEURON as its wheel compiles mod files ('plain') and for this machine's processor ('fast'): a process can
load one of them only, so each is measured beside NEURON in a process of its own. Spikes have to be equal:
beside 'fast', those of a NEURON that computes what hh would look up (usetable_hh = 0), which is not timed.
"""

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

CHANNEL = """
NEURON {{ SUFFIX ch{k} USEION k READ ek WRITE ik RANGE g }}
PARAMETER {{ g = 1e-5 ek = -77 half = {half} slope = {slope} }}
ASSIGNED {{ v ik minf hinf mtau htau }}
STATE {{ m h }}
INITIAL {{ rates(v) m = minf h = hinf }}
BREAKPOINT {{ SOLVE states METHOD cnexp ik = g * m * m * m * h * (v - ek) }}
DERIVATIVE states {{ rates(v) m' = (minf - m) / mtau h' = (hinf - h) / htau }}
PROCEDURE rates(v) {{
    minf = 1 / (1 + exp(-(v - half) / slope))
    hinf = 1 / (1 + exp((v - half + 20) / (slope + 1)))
    mtau = 0.5 + 4 / (exp((v - half) / 15) + exp(-(v - half) / 20))
    htau = 5 + 40 / (exp((v - half) / 25) + exp(-(v - half) / 30))
}}
"""
CHANNELS = 10


def network(kind: str, cells: int, segments: int, duration: float) -> tuple[dict[str, Any], dict[str, Any]]:
    """A ring of cells with a soma and two dendrites; the first one is stimulated."""
    own = {f"ch{k}": {} for k in range(CHANNELS)} if kind == "channels" else {}
    membrane: dict[str, Any] = {"hh": {"gnabar": 0.06}, **own} if own else {"hh": {}}
    sections: dict[str, Any] = {
        "soma": {"geom": {"L": 20, "diam": 20, "Ra": 100}, "mechs": {"hh": {}, **own}}
    }
    for k in range(2):
        sections[f"dend{k}"] = {
            "geom": {"L": 400, "diam": 2, "Ra": 100, "nseg": segments // 2},
            "mechs": membrane,
            "topol": {"parentSec": "soma", "parentX": 1.0, "childX": 0.0},
        }
    everyone = {"preConds": {"pop": "E"}, "postConds": {"pop": "E"}, "synMech": "exc", "sec": "soma"}
    ring = [[k, (k + 1) % cells] for k in range(cells)]
    net = {
        "popParams": {"E": {"cellType": "E", "numCells": cells}},
        "cellParams": {"E": {"secs": sections}},
        "synMechParams": {"exc": {"mod": "Exp2Syn", "tau1": 0.5, "tau2": 3, "e": 0}},
        "connParams": {"ring": {**everyone, "connList": ring, "weight": 0.05, "delay": 1}},
        "stimSourceParams": {"start": {"type": "NetStim", "start": 1, "number": 1, "rate": 1}},
        "stimTargetParams": {
            "start": {
                "source": "start", "conds": {"cellList": [0]}, "sec": "soma", "weight": 0.1, "delay": 1,
                "synMech": "exc",
            }
        },
    }  # fmt: skip
    return net, {"duration": duration, "dt": 0.025, "progressBar": 0, "recordTraces": {}}


def measured(
    kind: str, mode: Any, folder: str, sizes: tuple[int, int, float], repeats: int
) -> dict[str, Any]:
    """Median CPU time of runs on NEURON and on CoreNEURON [s], their ratio, and whether spikes are equal."""
    from dataclasses import replace

    import numpy as np
    from neuron import h

    from netspec.session.stages import Session

    net, cfg = network(kind, *sizes)
    session = Session(talks=False)
    session.mod = [Path(folder)]
    session.initialize(net, {**cfg, "coreneuron": mode}, None)
    session.plan_everything()
    for stage in (session.create_cells, session.connect_cells, session.add_stims):
        stage()
    session.setup_recording()
    live, core = session.network, session.planned()
    simulation = core.model.spec.simulation
    spec = replace(core.model.spec, simulation=replace(simulation, coreneuron=False))
    plans = {True: core, False: replace(core, model=replace(core.model, spec=spec))}
    spent: dict[bool, list[float]] = {True: [], False: []}
    spikes: dict[bool, Any] = {}
    for turn in range(2 * repeats + 2):
        on = turn % 2 == 0
        live.change(plans[on])
        live.make_recordings(plans[on])
        live.prepare()
        live.initialise()
        before = time.process_time()
        live.resume()
        if turn > 1:
            spent[on].append(time.process_time() - before)
        spikes[on] = spikes_of(live)
    if mode == "fast":
        live.prepare()
        h.usetable_hh = 0
        live.initialise()
        live.resume()
        spikes[False] = spikes_of(live)
    session.clear()
    ratios = [plain / core for core, plain in zip(spent[True], spent[False], strict=True)]
    return {
        "NEURON": statistics.median(spent[False]),
        "CoreNEURON": statistics.median(spent[True]),
        "ratio": statistics.median(ratios),
        "spikes": len(spikes[True]),
        "same": bool(np.array_equal(spikes[True], spikes[False])),
    }


def spikes_of(live: Any) -> list[tuple[float, int]]:
    """Time [ms] and gid of each spike, sorted."""
    found = live.collect().spikes
    return sorted(zip(found["time"].tolist(), found["gid"].tolist(), strict=True))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="fewer cells")
    parser.add_argument("--one", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.one:
        kind, mode, folder, sizes, repeats = json.loads(given.one)
        print(json.dumps(measured(kind, mode, folder, tuple(sizes), repeats)))
        return
    repeats = 3 if given.quick else 5
    sizes = {"hh": (50, 200, 30.0) if given.quick else (100, 200, 100.0)}
    sizes["channels"] = (10, 200, 25.0) if given.quick else (20, 600, 50.0)
    with tempfile.TemporaryDirectory() as folder:
        for k in range(CHANNELS):
            text = CHANNEL.format(k=k, half=-40 + 3 * k, slope=5 + k)
            (Path(folder) / f"ch{k}.mod").write_text(text)
        for kind, size in sizes.items():
            for mode in (True, "fast"):
                arguments = json.dumps([kind, mode, folder, size, repeats])
                done = subprocess.run(
                    [sys.executable, __file__, "--one", arguments], capture_output=True, text=True, check=True
                )
                found = json.loads(done.stdout.splitlines()[-1])
                print(line(kind, "fast" if mode == "fast" else "plain", found), flush=True)


def line(kind: str, how: str, found: dict[str, Any]) -> str:
    """What was measured, in one line."""
    seconds = f"NEURON {found['NEURON']:.2f} s  CoreNEURON {found['CoreNEURON']:.2f} s"
    spikes = f"{found['spikes']} spikes, {'the same' if found['same'] else 'OTHERS'}"
    return f"{kind:8} {how:5}  {seconds}  {found['ratio']:.2f} x  {spikes}"


if __name__ == "__main__":
    main()
