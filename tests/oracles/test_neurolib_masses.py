"""Masses as neurolib 0.6.2 integrates them: the same values at every step."""

import json
import subprocess

import environment
import numpy as np
import pytest

from netspec.masses import MODELS, Coupling, Population, bold, compiled, read_tables, simulate

SAME = 1e-12
"""Largest difference, as a share of the largest value of a variable."""
DT = 0.1
CASES = {
    # model of neurolib: model here, state or output here -> name there
    "wc": ("WilsonCowan", {"exc": "exc", "inh": "inh"}),
    "hopf": ("Hopf", {"x": "x", "y": "y"}),
    "fhn": ("FitzHughNagumo", {"x": "x", "y": "y"}),
    "ww": ("WongWang", {"r_exc": "r_exc", "r_inh": "r_inh", "ses": "se", "sis": "si"}),
    "aln": ("ALN", {"rates_exc": "rates_exc", "rates_inh": "rates_inh", "IA": "IA"}),
}
BEGIN = {"x": "xs_init", "y": "ys_init"}
"""Names of first values that are not the state's with _init."""


@pytest.fixture(params=["C", "numpy"])
def loop(request, monkeypatch):
    """Both ways to integrate."""
    if request.param == "numpy":
        monkeypatch.setattr(compiled, "compiler", lambda: None)
    elif compiled.compiler() is None:
        pytest.fail("these tests need a C compiler")


@pytest.fixture(scope="session")
def neurolib(tmp_path_factory):
    """A function: job -> arrays of neurolib."""
    done = {}

    def run(**job):
        key = json.dumps(job, sort_keys=True)
        if key not in done:
            place = tmp_path_factory.mktemp("neurolib")
            (place / "job.json").write_text(key)
            script = environment.HERE / "in_neurolib.py"
            command = [environment.neurolib(), script, "job.json", "found.npz"]
            subprocess.run(command, cwd=place, check=True)
            with np.load(place / "found.npz") as found:
                done[key] = dict(found)
        return done[key]

    return run


def lengths(nodes):
    """Weights and lengths [mm] of a network of nodes."""
    chance = np.random.default_rng(4)
    weights = chance.random((nodes, nodes)) * (chance.random((nodes, nodes)) < 0.7)
    np.fill_diagonal(weights, 0)
    return weights, chance.random((nodes, nodes)) * 200


def same(found, expected):
    """Whether all steps are the same; neurolib leaves out the first ones of a network."""
    missing = found.shape[1] - expected.shape[1]
    assert 0 <= missing < found.shape[1] / 10
    found = found[:, missing:]
    assert np.ptp(expected) > 0
    assert np.abs(found - expected).max() <= SAME * np.abs(expected).max()


def begin(model, theirs):
    """First values, of states and outputs, as neurolib has drawn them."""
    named = {name: theirs.get(f"init_{BEGIN.get(name, name + '_init')}") for name in model.variables}
    return {name: value.reshape(-1) for name, value in named.items() if value is not None}


def tables():
    """neurolib's own tables of the ALN model."""
    where = "import neurolib, pathlib; print(pathlib.Path(neurolib.__file__).parent)"
    place = subprocess.run([environment.neurolib(), "-c", where], check=True, capture_output=True, text=True)
    return read_tables(f"{place.stdout.strip()}/models/aln/aln-precalc/quantities_cascade.h5")


EXTRA = {
    "wc": ({"exc_ext": 0.7}, {"exc_ext": 0.7}),
    "hopf": ({}, {}),
    "fhn": ({}, {}),
    "ww": ({"tau_inh": 100.0}, {}),  # 0.6.2 reads tau_exc for tau_inh
    "aln": ({"b": 20.0, "a": 2.0}, {"b": 20.0, "a": 2.0}),
}
"""What is set here (parameters or inputs) and there."""


@pytest.mark.parametrize("which", CASES)
@pytest.mark.parametrize("nodes", [1, 4])
def test_networks_with_delays(neurolib, loop, which, nodes):
    name, names = CASES[which]
    here, there = EXTRA[which]
    weights, mm = lengths(nodes)
    network = {"Cmat": weights.tolist(), "Dmat": mm.tolist()} if nodes > 1 else {}
    theirs = neurolib(model=which, params={"duration": 200.0, "dt": DT, **there}, **network)
    model = MODELS[name]
    population = Population(
        model,
        nodes,
        params={key: value for key, value in here.items() if key in model.params},
        inputs={key: value for key, value in here.items() if key in model.inputs},
        initial=begin(model, theirs),
        tables=tables() if model.needs_tables else None,
    )
    strength = 1.0 if which == "aln" else 0.6  # K_gl; ALN has c_gl and Ke_gl among its parameters
    couplings = [Coupling("cortex", "cortex", strength * weights, mm / 20.0)] if nodes > 1 else []
    course = simulate({"cortex": population}, couplings, duration=200.0, dt=DT)
    for ours, its in names.items():
        same(course.values["cortex"][ours], np.atleast_2d(theirs[f"out_{its}"]))


def test_additive_hopf(neurolib, loop):
    weights, mm = lengths(3)
    params = {"duration": 100.0, "coupling": "additive", "K_gl": 0.1}
    theirs = neurolib(model="hopf", params=params, Cmat=weights.tolist(), Dmat=mm.tolist())
    population = Population(MODELS["Hopf"], 3, initial=begin(MODELS["Hopf"], theirs))
    coupling = Coupling("nodes", "nodes", 0.1 * weights, mm / 20.0, kind="additive")
    course = simulate({"nodes": population}, [coupling], duration=100.0, dt=DT)
    same(course.values["nodes"]["x"], theirs["out_x"])


def test_noise_and_inputs(neurolib, loop):
    """Noise as neurolib makes it (numpy's old generator, a step behind), and an input that varies."""
    steps, params = 1000, {"duration": 100.0, "sigma_ou": 0.05, "tau_ou": 5.0, "seed": 7}
    varying = 0.5 + np.sin(np.arange(steps + 1) / 50)
    theirs = neurolib(model="wc", params={**params, "exc_ext": [varying.tolist()]})
    chance = np.random.RandomState(7)
    noise = [process(chance.standard_normal((1, steps))) for _ in range(2)]
    model = MODELS["WilsonCowan"]
    inputs = {"exc_ou": noise[0], "inh_ou": noise[1], "exc_ext": varying[None, :steps]}
    course = simulate({"p": Population(model, initial=begin(model, theirs), inputs=inputs)}, duration=100.0)
    same(course.values["p"]["exc"], np.atleast_2d(theirs["out_exc"]))


def process(normals, sigma=0.05, tau=5.0):
    """Explicit Euler of an Ornstein-Uhlenbeck process, its value before each step."""
    values = np.zeros(normals.shape)
    for step in range(1, normals.shape[1]):
        before = values[:, step - 1]
        values[:, step] = before - before * DT / tau + sigma * np.sqrt(DT) * normals[:, step - 1]
    return values


def test_thalamus(neurolib, loop):
    """Its rates belong to the beginning of a step here, to its end there."""
    params = {"duration": 100.0, "g_LK": 0.032, "g_h": 0.058}
    theirs = neurolib(model="thalamus", params=params)
    model = MODELS["Thalamus"]
    initial = {**begin(model, theirs), "s_et": 0.0, "ds_et": 0.0}
    assert not theirs["init_s_et_init"].any()
    assert not theirs["init_ds_et_init"].any()
    population = Population(model, params={"g_LK": 0.032, "g_h": 0.058}, initial=initial)
    course = simulate({"thalamus": population}, duration=100.0, dt=0.01)
    for name in ("V_t", "V_r"):
        same(course.values["thalamus"][name], theirs[f"out_{name}"])
    for name in ("Q_t", "Q_r"):
        same(course.values["thalamus"][name][:, 1:], theirs[f"out_{name}"][:, :-1])


def test_bold(neurolib):
    activity = np.random.default_rng(3).random((2, 10000)) * 2
    theirs = neurolib(model="bold", activity=activity.tolist(), dt=1.0)
    times, signal = bold(activity, 1.0)
    # neurolib's first sample is one step after the interval, and each one later.
    first = round(theirs["t"][0])
    _, every = bold(activity, 1.0, every=1.0)
    same(every[:, first::2000], theirs["BOLD"])
    assert times[0] == 2000.0
    same(signal, every[:, 1999::2000])
