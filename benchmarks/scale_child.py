"""Measures one thing in a process of its own and writes what it cost as a line of JSON (one per rank).

    python scale_child.py KIND OPTIONS      OPTIONS: JSON, the arguments of the function of that name below

CPU seconds, bytes of resident memory. Runs with netspec, NetPyNE or Arbor: imports are where they are used.
"""

import contextlib
import importlib
import json
import os
import resource
import sys
from collections.abc import Callable
from statistics import median
from time import process_time
from typing import Any

import nets
from measure import resident, timed

Cost = dict[str, Any]
RUNS = 3
"""Runs of a network that was built once, after one that does not count."""


def main() -> None:
    kind, options = sys.argv[1:]
    with contextlib.redirect_stdout(sys.stderr):
        cost = KINDS[kind](**json.loads(options))
        cost["peak"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    sys.stdout.write(json.dumps(cost) + "\n")
    sys.stdout.flush()
    if os.environ.get("NEURON_INIT_MPI"):
        importlib.import_module("neuron").h.quit()  # MPI has to be told


def repeated(run: Callable[[], Any]) -> float:
    """Median CPU time of a run [s]; the first fills caches and is left out."""
    spent = []
    for _ in range(RUNS + 1):
        begin = process_time()
        run()
        spent.append(process_time() - begin)
    return median(spent[1:])


# ---- whole networks ----------------------------------------------------------------------------------------


def network(package: str, cells: int, per_cell: int, duration: float) -> Cost:
    """Phases of a whole network, of this rank. Synapses are shared by the connections of a cell."""
    specs, sim = (importlib.import_module(f"{package}.{part}") for part in ("specs", "sim"))
    case = nets.hh(cells, {"convergence": per_cell}, "", duration, oneSynPerNetcon=False)
    cost: Cost = {}
    sim.initialize(specs.NetParams(case.net), specs.SimConfig(case.cfg))
    before = resident()

    def phase(name: str, *verbs: Any) -> None:
        nonlocal before
        with timed(cost, name):
            for verb in verbs:
                verb()
        cost[f"{name}_bytes"], before = resident() - before, resident()

    phase("cells", sim.net.createPops, sim.net.createCells)
    phase("connect", sim.net.connectCells)
    phase("stims", sim.net.addStims)
    phase("record", sim.setupRecording)
    phase("run", sim.runSim)
    if package == "netspec":
        phase("gather_data", lambda: sim.gatherData(gatherOnlySimData=True, analyze=False))
    phase("gather", lambda: sim.gatherData(analyze=False))
    if sim.rank == 0:
        cost["connections"] = sum(len(cell["conns"]) - 1 for cell in sim.net.allCells[:5]) * cells // 5
        cost["spikes"] = len(sim.allSimData["spkt"])
    return {**cost, "rank": int(sim.rank)}


# ---- one rank of many --------------------------------------------------------------------------------------


def share(cells: int, per_cell: int, ranks: int, duration: float, rate: float) -> Cost:
    """One rank's share of a network, planned, built and run; spikes of all other cells are played into it."""
    import numpy as np
    from neuron import h

    from netspec.neuron.ranks import Ranks
    from netspec.neuron.run import Network
    from netspec.plan import make
    from netspec.session.memory import give_back
    from netspec.session.prepare import prepare

    case = nets.hh(cells, {"convergence": per_cell}, "", duration, oneSynPerNetcon=False)
    model = prepare(case.net, {**case.cfg, "randomStreams": "named"}, [])
    cost: Cost = {"table": 0}
    live = Network(Ranks(h.ParallelContext()))
    plan: Any = None
    begin = before = resident()
    stages = {
        "plan_cells": lambda: make.cells(model, lambda everyone, _: np.arange(0, len(everyone), ranks)),
        "plan_connections": lambda: make.connect(plan),
        "plan_rest": lambda: make.record(make.stimulate(plan)),
        "cells": lambda: live.make_cells(plan),
        "connections": lambda: live.make_connections(plan),
        "rest": lambda: (live.make_inputs(plan), live.make_recordings(plan)),
    }
    for name, stage in stages.items():
        with timed(cost, name):
            made = stage()
        plan = made if name.startswith("plan") else plan
        give_back()
        cost[f"{name}_bytes"], before = resident() - before, resident()
    cost["start"], cost["run"] = started_and_run(live)
    rows = plan.connections
    cost |= {
        "table": plan.cells.table.nbytes,
        "rows": len(rows),
        "sources": len(np.unique(rows["pre"])),
        "owned": len(plan.cells.owned),
        "total_bytes": resident() - begin,
        "base_bytes": begin,
    }
    generator = np.random.default_rng(1)
    count = int(cells * rate * duration / 1000)
    gids = generator.integers(0, cells, count)
    times = np.sort(generator.uniform(0, duration - 1, count))[gids % ranks != 0]
    live.play(times, gids[gids % ranks != 0].astype(float))
    _, cost["run_played"] = started_and_run(live)
    return {**cost, "played": len(times)}


def started_and_run(live: Any) -> tuple[float, float]:
    """Median CPU time [s] of setting a network to t = 0 and of running it."""
    starts, runs = [], []
    for _ in range(RUNS + 1):
        begin = process_time()
        live.prepare()
        live.initialise()
        middle = process_time()
        live.resume()
        starts.append(middle - begin)
        runs.append(process_time() - middle)
    return median(starts[1:]), median(runs[1:])


RULES = {
    "convergence": {"convergence": "K"},
    "probability": {"probability": "P"},
    "probability, NetPyNE's numbers": {"probability": "P"},
    "probability by distance": {"probability": "0.5 * exp(-dist_3D / 10)"},
    "divergence": {"divergence": "K"},
}
"""connParams whose planning is measured; K: connections per cell, P: the same as a share of all pairs."""


def rules(cells: int, per_cell: int, ranks: int) -> Cost:
    """What it takes one rank to plan its connections, by rule: [s], and rows found."""
    import numpy as np

    from netspec.plan import make
    from netspec.session.prepare import prepare

    cost: Cost = {}
    values = {"K": per_cell, "P": per_cell / cells}
    for name, rule in RULES.items():
        known = {key: values.get(value, value) for key, value in rule.items()}
        case = nets.hh(cells, known, "", 1)
        streams = "netpyne" if "NetPyNE" in name else "named"
        model = prepare(case.net, {**case.cfg, "randomStreams": streams}, [])
        plan = make.cells(model, lambda everyone, _: np.arange(0, len(everyone), ranks))
        with timed(cost, name):
            rows = len(make.connect(plan).connections)
        cost[f"{name}_rows"] = rows
    return cost


# ---- beside a plain script ---------------------------------------------------------------------------------


def planned(cells: int, per_cell: int, duration: float, shared: bool) -> tuple[Any, Any, Any]:
    """(plan, netParams, simConfig) of the network that is built by netspec and by hand."""
    import netspec

    case = nets.hh(cells, {"convergence": per_cell}, "", duration, oneSynPerNetcon=not shared)
    cfg = {**case.cfg, "randomStreams": "named", "seeds": {"conn": 1, "stim": 1, "loc": 1}}
    return netspec.plan(case.net, cfg), case.net, cfg


def by_netspec(**options: Any) -> Cost:
    """The network as netspec builds and runs it."""
    from netspec.session.stages import Session

    _, net, cfg = planned(**options)
    session, cost = Session(talks=False), Cost()
    session.initialize(net, cfg, None)
    with timed(cost, "build"):
        session.plan_everything()
        for stage in (session.create_cells, session.connect_cells, session.add_stims):
            stage()
        session.setup_recording()
    cost["run"] = repeated(session.network.run)
    spikes = session.network.collect().spikes
    return {**cost, "spikes": sorted(zip(spikes["time"].tolist(), spikes["gid"].tolist(), strict=True))}


def by_hand(**options: Any) -> Cost:
    """The same network as one would write it for NEURON, from the same pairs of cells."""
    from neuron import h

    plan, net, cfg = planned(**options)
    kept: list[Any] = []
    cost: Cost = {}
    pc = h.ParallelContext()
    with timed(cost, "build"):
        membrane = net["cellParams"]["E"]["secs"]["soma"]
        somas = [_soma(h, pc, gid, membrane, kept) for gid in range(options["cells"])]
        own = [_synapse(h, soma, kept) for soma in somas]
        names = ("pre", "post", "weight", "delay")
        for pre, post, weight, delay in zip(*(plan.connections[n].tolist() for n in names), strict=True):
            target = own[post] if options["shared"] else _synapse(h, somas[post], kept)
            connection = pc.gid_connect(pre, target)
            connection.weight[0], connection.delay = weight, delay
            kept.append(connection)
        _noise(h, plan.inputs[0], own, kept)
        times, gids = h.Vector(), h.Vector()
        pc.spike_record(-1, times, gids)
    h.dt, h.celsius = cfg["dt"], 6.3
    pc.set_maxstep(10)

    def run() -> None:
        times.resize(0)
        gids.resize(0)
        h.finitialize(-65)
        pc.psolve(cfg["duration"])

    cost["run"] = repeated(run)
    return {**cost, "spikes": sorted(zip(times.to_python(), map(int, gids), strict=True))}


def _soma(h: Any, pc: Any, gid: int, given: Any, kept: list[Any]) -> Any:
    soma = h.Section(name=f"soma{gid}")
    for name, value in given["geom"].items():
        setattr(soma, name, value)
    soma.insert("hh")
    for name, value in given["mechs"]["hh"].items():
        setattr(soma(0.5).hh, name, value)
    pc.set_gid2node(gid, 0)
    source = h.NetCon(soma(0.5)._ref_v, None, sec=soma)
    source.threshold = 10
    pc.cell(gid, source)
    kept.append(source)
    return soma


def _synapse(h: Any, soma: Any, kept: list[Any]) -> Any:
    synapse = h.Exp2Syn(soma(0.5))
    synapse.tau1, synapse.tau2, synapse.e = 0.1, 5.0, 0
    kept.append(synapse)
    return synapse


def _noise(h: Any, block: Any, own: list[Any], kept: list[Any]) -> None:
    rows = block.rows
    for k, gid in enumerate(rows["gid"].tolist()):
        source = h.NetStim()
        source.interval, source.noise = rows["interval"][k], rows["noise"][k]
        source.number, source.start = rows["number"][k], rows["start"][k]
        source.noiseFromRandom123(*block.noise[k].tolist())
        connection = h.NetCon(source, own[gid])
        connection.weight[0], connection.delay = rows["weight"][k], rows["delay"][k]
        kept += [source, connection]


# ---- beside Arbor ------------------------------------------------------------------------------------------


LENGTH, DIAMETER, DELAY, WEIGHT = 1000.0, 3.0, 5.0, 0.05


def ring(cells: int, compartments: int, duration: float) -> Cost:
    """A ring of cables with hh; the first cell gets one event, which then goes round."""
    from netspec.session.stages import Session

    cable = {
        "geom": {"L": LENGTH, "diam": DIAMETER, "nseg": compartments, "Ra": 35.4, "cm": 1},
        "mechs": {"hh": {}},
        "spikeGenLoc": 0.5 / compartments,
    }
    event = {"weight": WEIGHT, "delay": 1, "synMech": "exc", "loc": 0.5 / compartments}
    net = {
        "popParams": {"E": {"cellType": "E", "numCells": cells}},
        "cellParams": {"E": {"secs": {"cable": cable}}},
        "synMechParams": {"exc": {"mod": "ExpSyn", "tau": 2, "e": 0}},
        "stimSourceParams": {"one": {"type": "NetStim", "interval": 1, "number": 1, "start": 0}},
        "stimTargetParams": {"one": {"source": "one", "conds": {"cellList": [0]}, **event}},
        "connParams": {
            "ring": {
                "preConds": {"pop": "E"},
                "postConds": {"pop": "E"},
                "connList": [[i, (i + 1) % cells] for i in range(cells)],
                **event,
                "delay": DELAY,
            }
        },
    }
    session, cost = Session(talks=False), Cost()
    session.initialize(net, {"duration": duration, "dt": 0.025, "progressBar": 0}, None)
    with timed(cost, "build"):
        session.plan_everything()
        for stage in (session.create_cells, session.connect_cells, session.add_stims):
            stage()
        session.setup_recording()
    cost["run"] = repeated(session.network.run)
    return {**cost, "spikes": session.network.collect().spikes["time"].tolist()}


def arbor_ring(cells: int, compartments: int, duration: float) -> Cost:
    """The same ring in Arbor."""
    import arbor as A  # noqa: N812
    from arbor import units as U  # noqa: N812

    class Ring(A.recipe):  # type: ignore[misc]
        def num_cells(self) -> int:
            return cells

        def cell_kind(self, gid: int) -> Any:
            return A.cell_kind.cable

        def cell_description(self, gid: int) -> Any:
            tree, r = A.segment_tree(), DIAMETER / 2
            tree.append(A.mnpos, A.mpoint(0, 0, 0, r), A.mpoint(LENGTH, 0, 0, r), tag=1)
            place = f"(location 0 {0.5 / compartments})"
            decor = A.decor().set_property(Vm=-65 * U.mV, cm=0.01 * U.F / U.m2, rL=35.4 * U.Ohm * U.cm)
            decor.paint('"everywhere"', A.density("hh"))
            decor.place(place, A.synapse("expsyn", {"tau": 2, "e": 0}), "synapse")
            decor.place(place, A.threshold_detector(10 * U.mV), "detector")
            labels = A.label_dict({"everywhere": "(all)"})
            policy = A.cv_policy_fixed_per_branch(compartments)
            return A.cable_cell(tree, decor, labels, policy)

        def connections_on(self, gid: int) -> list[Any]:
            before = ((gid - 1) % cells, "detector")
            return [A.connection(before, "synapse", WEIGHT, DELAY * U.ms)]

        def event_generators(self, gid: int) -> list[Any]:
            first = A.explicit_schedule([1 * U.ms])
            return [A.event_generator("synapse", WEIGHT, first)] if gid == 0 else []

        def global_properties(self, kind: Any) -> Any:
            return A.neuron_cable_properties()

    cost: Cost = {}
    with timed(cost, "build"):
        simulation = A.simulation(Ring(), A.context(threads=1))
        simulation.record(A.spike_recording.all)

    def run() -> None:
        simulation.reset()
        simulation.run(duration * U.ms, 0.025 * U.ms)

    cost["run"] = repeated(run)
    return {**cost, "spikes": [float(time) for _, time in simulation.spikes()]}


def versions() -> Cost:
    """Versions of what is measured."""
    from importlib.metadata import version

    found = {"python": sys.version.split()[0]}
    for name in ("netspec", "neuron", "numpy", "netpyne", "arbor"):
        with contextlib.suppress(ImportError):
            found[name] = version(name)
    return found


KINDS = {
    "network": network,
    "share": share,
    "rules": rules,
    "by_netspec": by_netspec,
    "by_hand": by_hand,
    "ring": ring,
    "arbor_ring": arbor_ring,
    "versions": versions,
}


if __name__ == "__main__":
    main()
