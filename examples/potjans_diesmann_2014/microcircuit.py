"""The cortical microcircuit of Potjans and Diesmann (2014), from the tables of the paper."""

import numpy as np

import netspec
from netspec import specs
from netspec.streams import uniforms

POPULATIONS = ("L2/3E", "L2/3I", "L4E", "L4I", "L5E", "L5I", "L6E", "L6I")

# Table 5: cells of a population; probability of a connection to (row) from (column); external inputs.
CELLS = np.array([20683, 5834, 21915, 5479, 4850, 1065, 14395, 2948])
PROBABILITY = np.array(
    [
        [0.1009, 0.1689, 0.0437, 0.0818, 0.0323, 0.0000, 0.0076, 0.0000],
        [0.1346, 0.1371, 0.0316, 0.0515, 0.0755, 0.0000, 0.0042, 0.0000],
        [0.0077, 0.0059, 0.0497, 0.1350, 0.0067, 0.0003, 0.0453, 0.0000],
        [0.0691, 0.0029, 0.0794, 0.1597, 0.0033, 0.0000, 0.1057, 0.0000],
        [0.1004, 0.0622, 0.0505, 0.0057, 0.0831, 0.3726, 0.0204, 0.0000],
        [0.0548, 0.0269, 0.0257, 0.0022, 0.0600, 0.3158, 0.0086, 0.0000],
        [0.0156, 0.0066, 0.0211, 0.0166, 0.0572, 0.0197, 0.0396, 0.2252],
        [0.0364, 0.0010, 0.0034, 0.0005, 0.0277, 0.0080, 0.0658, 0.1443],
    ]
)
EXTERNAL = np.array([1600, 1500, 2100, 1900, 2000, 1900, 2900, 2100])

# Table 4: strengths [pA], delays [ms], rate of an external input [Hz]. The defaults of LifExp are the rest.
STRENGTH, INHIBITION, STRENGTH_SD = 87.8, -4.0, 0.1
DELAY = {"E": 1.5, "I": 0.75}
DELAY_SD = 0.5
BACKGROUND = 8.0
TAU_S = 0.5  # [ms]

# Mean rates [Hz] of the full model, from the authors' reference implementation.
FULL_RATES = np.array([0.903, 2.965, 4.414, 5.876, 7.569, 8.633, 1.105, 7.829])


def indegrees() -> np.ndarray:
    """Synapses of a cell (row) from each population (column) in the full model, also several of a pair."""
    pairs = np.outer(CELLS, CELLS)
    return np.log(1 - PROBABILITY) / np.log(1 - 1 / pairs) / CELLS[:, None]


def strengths() -> np.ndarray:
    """Mean strength [pA] of synapses to (row) from (column); L4E -> L2/3E is twice other excitation."""
    strength = STRENGTH * np.tile([1, INHIBITION], (8, 4))
    strength[0, 2] *= 2
    return strength


def compensation(synapses: float) -> np.ndarray:
    """Current [pA] that keeps the mean input when a share of the synapses is stronger by 1 / sqrt(share).

    van Albada, Helias and Diesmann, PLoS Computational Biology 11:e1004490 (2015).
    """
    recurrent = (indegrees() * strengths()) @ FULL_RATES
    return 1e-3 * TAU_S * (1 - np.sqrt(synapses)) * (recurrent + EXTERNAL * STRENGTH * BACKGROUND)


@netspec.rule("poissonIndegree")
def poisson_indegree(pre, post, owned, stream, convergence):
    """Poisson numbers of synapses of the owned post cells, each from any pre cell: (pre gids, post gids)."""
    count = np.arange(int(convergence + 10 * np.sqrt(convergence)) + 20)
    log_factorial = np.concatenate([[0], np.cumsum(np.log(count[1:]))])
    below = np.cumsum(np.exp(count * np.log(convergence) - convergence - log_factorial))
    ids = [np.broadcast_to(part, len(post))[owned, None] for part in stream.convergence()]
    number = np.searchsorted(below, uniforms(ids, np.zeros((1, 1), int))[:, 0])
    chosen = (uniforms(ids, 1 + np.arange(number.max(initial=0))[None, :]) * len(pre)).astype(int)
    wanted = np.arange(chosen.shape[1]) < number[:, None]
    return pre[chosen[wanted]], np.repeat(post[owned], number)


def network(cells: float, synapses: float) -> specs.NetParams:
    """The netParams with a share of the cells of each population and of the synapses of each cell."""
    params = specs.NetParams()
    boost = 1 / np.sqrt(synapses)
    for label, count, inputs, current in zip(
        POPULATIONS, CELLS, EXTERNAL, compensation(synapses), strict=True
    ):
        params.popParams[label] = {
            "cellModel": "LifExp",
            "numCells": round(cells * count),
            "v0": "normal(-58, 100)",
            "dc": float(current),
            "bg_rate": float(BACKGROUND * inputs * synapses),
            "bg_weight": STRENGTH * boost,
            "bg_stream": "uniform(0, 4e9)",
        }
    for (row, column), indegree in np.ndenumerate(indegrees() * synapses):
        if indegree > 0:
            connect(
                params,
                POPULATIONS[column],
                POPULATIONS[row],
                float(indegree),
                float(strengths()[row, column] * boost),
            )
    return params


def connect(params: specs.NetParams, pre: str, post: str, indegree: float, strength: float) -> None:
    """One rule. Strengths and delays are normal; strengths keep their sign, delays are 0.1 ms at least."""
    bound = "max" if strength > 0 else "min"
    delay = DELAY[pre[-1]]
    params.connParams[f"{pre}->{post}"] = {
        "preConds": {"pop": pre},
        "postConds": {"pop": post},
        "connFunc": "poissonIndegree",
        "convergence": indegree,
        "weight": f"{bound}(0, normal({strength}, {(strength * STRENGTH_SD) ** 2}))",
        "delay": f"max(0.1, normal({delay}, {(delay * DELAY_SD) ** 2}))",
    }
