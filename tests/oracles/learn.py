"""A network that learns from a critic, run with one package; writes weights and spikes as JSON.

python learn.py PACKAGE OUTPUT [MECHANISM]
"""

import importlib
import json
import pickle
import sys
from pathlib import Path

LEARN = {"mech": "STDP", "params": {"gain": 0.002, "loss": 0.001, "most": 0.05, "reward": 0.004}}
SOMA = {"geom": {"L": 20, "diam": 20}, "mechs": {"hh": {}}}
NET = {
    "cellParams": {"P": {"secs": {"soma": SOMA}}},
    "popParams": {"S": {"cellType": "P", "numCells": 5}, "M": {"cellType": "P", "numCells": 6}},
    "synMechParams": {"exc": {"mod": "Exp2Syn", "tau1": 0.2, "tau2": 3, "e": 0}},
    "stimSourceParams": {
        "drive": {"type": "NetStim", "rate": "variable", "noise": 0.3},
        "bkg": {"type": "NetStim", "rate": 50, "noise": 0.8},
    },
    "stimTargetParams": {
        "drive->S": {"source": "drive", "conds": {"pop": "S"}, "weight": 0.05, "delay": 1, "synMech": "exc"},
        "bkg->M": {"source": "bkg", "conds": {"pop": "M"}, "weight": 0.02, "delay": 2, "synMech": "exc"},
    },
    "connParams": {
        label: {
            "preConds": {"pop": label[0]}, "postConds": {"pop": label[-1]}, "probability": 0.7,
            "weight": 0.01, "delay": 3, "synMech": "exc", **more,
        }
        for label, more in (("S->M", {"plast": LEARN}), ("M->S", {}))
    },
}  # fmt: skip
CFG = {"duration": 300, "dt": 0.05, "saveWeights": {"step": 20}, "intervalFolder": "parts", "progressBar": 0}


class Critic:
    """Called every 20 ms by all ranks: drives the sensory cells, and judges the spikes of the motor cells."""

    def __init__(self, sim):
        self.sim, self.courses = sim, {}
        self.motor = {gid for gid, tags in sim._gatherAllCellTags().items() if tags["pop"] == "M"}
        sim.allWeights = []

    def __call__(self, now):
        sim = self.sim
        recent = [t for t, gid in zip(sim.simData["spkt"], sim.simData["spkid"], strict=True) if t > now - 20]
        heard = [int(gid) in self.motor for gid in list(sim.simData["spkid"])[-len(recent) :] if recent]
        verdict = 1.0 if sim.pc.allreduce(sum(heard), 1) % 2 else -1.0
        for cell in sim.net.cells:
            for stim in cell.stims:
                if stim["source"] == "drive":
                    stim["hObj"].interval = 8.0 + (now + cell.gid) % 30
            self.cell(cell, verdict)
        if now > 290:
            sim.intervalSave(now)

    def cell(self, cell, verdict):
        """Weights as they were, then as the critic leaves them."""
        for number, conn in enumerate(cell.conns):
            if conn.get("hSTDP"):
                key = f"{cell.gid} {number} {conn['preGid']}"
                self.courses.setdefault(key, []).append(conn["hObj"].weight[0])
                conn["hSTDP"].reward_punish(verdict)
                self.sim.allWeights.append(conn["hObj"].weight[0])


def main():
    package, output, *mechanism = sys.argv[1:]
    LEARN["mech"] = (mechanism or ["STDP"])[0]
    specs, sim = (importlib.import_module(f"{package}.{name}") for name in ("specs", "sim"))
    sim.initialize(specs.NetParams(NET), specs.SimConfig(CFG))
    sim.net.createPops()
    sim.net.createCells()
    sim.net.connectCells()
    sim.net.addStims()
    sim.setupRecording()
    critic = Critic(sim)
    sim.runSimWithIntervalFunc(20, critic)
    sim.gatherData()
    parts = sim.pc.py_allgather(critic.courses) if sim.nhosts > 1 else [critic.courses]
    if sim.rank == 0:
        found = {
            "courses": {key: course for part in parts for key, course in part.items()},
            "spikes": sorted(zip(sim.allSimData["spkt"], sim.allSimData["spkid"], strict=True)),
            "saved": sorted(interval_file()["simData"]["allWeights"]),
            "gathered": sorted(sim.allSimData["allWeights"]),
        }
        if package == "netspec":
            found["recorded"] = recorded(sim)
        Path(output).write_text(json.dumps(found))


def interval_file():
    """The last interval file."""
    (path,) = Path("parts").glob("*.pkl")
    return pickle.loads(path.read_bytes())


def recorded(sim):
    """What saveWeights recorded: times, connections, courses."""
    weights = sim.results.weights
    ends = [weights.connections[name].tolist() for name in ("pre", "post")]
    return [weights.time.tolist(), ends, weights.values.T.tolist()]


if __name__ == "__main__":
    main()
