"""VecStim populations with every spike pattern, alone and in step."""

from networks import parts


def network():
    def stim(count=3, **pattern):
        return {"cellModel": "VecStim", "numCells": count, "spikePattern": pattern}

    rhythm = {"type": "rhythmic", "start": 30, "stop": 140, "freq": 25}
    net = {
        "popParams": {
            "normal": stim(**rhythm, freqStd=3, repeats=4, eventsPerCycle=2, distribution="normal"),
            "single": stim(**{**rhythm, "start": -1}, freqStd=2, repeats=2, eventsPerCycle=1, startMin=5,
                startMax=50),
            "late": stim(**rhythm, startStd=4, freqStd=0, repeats=1),
            "uniform": stim(**rhythm, repeats=3, distribution="uniform", eventsPerCycle=1),
            "evoked": stim(type="evoked", start=40, startStd=6, numspikes=5),
            "exact": stim(type="evoked", start=40, startStd=0, numspikes=2),
            "poisson": stim(type="poisson", start=5, stop=-1, frequency=60),
            "short": stim(type="poisson", start=20, stop=100, frequency=90, sync=True),
            "gauss": stim(type="gauss", mu=60, sigma=90),
            "together": stim(type="gauss", mu=90, sigma=40, sync=True),
            "E": {"cellType": "ball", "numCells": 8},
        },
        "cellParams": {"ball": parts.ball()},
        "synMechParams": parts.synapses(),
        "connParams": {
            "all->E": {
                "preConds": {"cellModel": ["VecStim"]}, "postConds": {"pop": "E"},
                "convergence": 6, "weight": 0.015, "delay": 2, "synMech": "exc",
            },
        },
    }  # fmt: skip
    return net, parts.config(150, recordCells=["E"])
