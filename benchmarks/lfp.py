"""What recording LFP adds to the run: CPU time with and without electrodes, alternately in one process.

    python benchmarks/lfp.py [--quick]

100 cells of 501 segments, 10 electrodes, a sample every 0.1 ms, dt 0.025 ms; dendrites with hh or passive.
Prints the median ratio of each kind, from potentials and from membrane currents.
"""

import argparse
import statistics
import time
from typing import Any

from netspec.session.stages import Session

ELECTRODES = [[100.0 * k, 50.0 * k, 30.0] for k in range(10)]


def network(
    cells: int, active: bool, duration: float, currents: bool
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Dictionaries of the network and of the simulation."""
    membrane = {"hh": {}} if active else {"pas": {"g": 5e-5, "e": -65}}
    trunk = {"parentSec": "soma", "parentX": 1.0, "childX": 0.0}
    sections: dict[str, Any] = {"soma": {"geom": {"L": 20, "diam": 20, "Ra": 100}, "mechs": {"hh": {}}}}
    for k in range(10):
        geom = {"L": 400, "diam": 2, "Ra": 100, "nseg": 50}
        sections[f"dend{k}"] = {"geom": geom, "mechs": membrane, "topol": trunk}
    parameters = {
        "popParams": {"E": {"cellType": "E", "numCells": cells}},
        "cellParams": {"E": {"secs": sections}},
        "synMechParams": {"exc": {"mod": "Exp2Syn", "tau1": 0.5, "tau2": 3, "e": 0}},
        "stimSourceParams": {"bkg": {"type": "NetStim", "rate": 50, "noise": 1}},
        "stimTargetParams": {
            "bkg": {"source": "bkg", "conds": {"pop": "E"}, "weight": 0.05, "delay": 1, "synMech": "exc"}
        },
    }
    options = {
        "duration": duration,
        "dt": 0.025,
        "recordStep": 0.1,
        "recordLFP": ELECTRODES,
        "progressBar": 0,
    }
    # A current clamp of another kind than IClamp makes netspec use membrane currents.
    if currents:
        parameters["stimSourceParams"]["hold"] = {"type": "SEClamp", "dur1": 0.0, "rs": 1e9}
        parameters["stimTargetParams"]["hold"] = {"source": "hold", "conds": {"cellList": [0]}, "sec": "soma"}
    return parameters, options


def overhead(cells: int, active: bool, duration: float, currents: bool, repeats: int) -> tuple[float, float]:
    """(CPU time without electrodes [s], ratio with electrodes to without), medians."""
    session = Session(talks=False)
    session.initialize(*network(cells, active, duration, currents), None)
    session.plan_everything()
    for stage in (session.create_cells, session.connect_cells, session.add_stims, session.setup_recording):
        stage()
    live, with_electrodes = session.network, session.network._signals
    spent: dict[bool, list[float]] = {True: [], False: []}
    for turn in range(2 * repeats + 2):
        recorded = turn % 2 == 0
        live._signals = with_electrodes if recorded else None
        live.prepare()
        live.initialise()
        before = time.process_time()
        live.resume()
        if turn > 1:
            spent[recorded].append(time.process_time() - before)
    session.clear()
    ratios = [one / other for one, other in zip(spent[True], spent[False], strict=True)]
    return statistics.median(spent[False]), statistics.median(ratios)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="20 cells for 10 ms")
    quick = parser.parse_args().quick
    cells, duration, repeats = (20, 10.0, 3) if quick else (100, 20.0, 5)
    for active in (True, False):
        for currents in (False, True):
            base, ratio = overhead(cells, active, duration, currents, repeats)
            kind = "active" if active else "passive"
            how = "currents" if currents else "potentials"
            print(f"{kind:8} from {how:10}  without {base:.2f} s  with {ratio:.3f} times that", flush=True)


if __name__ == "__main__":
    main()
