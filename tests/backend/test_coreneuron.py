"""One suite of networks on NEURON with 1, 2 and 3 ranks and on CoreNEURON; what CoreNEURON is refused."""

import json
import os
import pickle
import sys
from pathlib import Path

import numpy as np
import pytest
import scenarios
from neuron import h

from netspec import cache
from netspec.neuron import core_build, core_copy, core_gpu, core_record, mod_files
from netspec.neuron import coreneuron as core
from netspec.spec.simulation import Simulation

pytestmark = [
    pytest.mark.neuron,
    pytest.mark.skipif(cache.compiler() is None, reason="no compiler"),
]
SCRIPT = Path(scenarios.__file__)
RUNS = {"NEURON": ("neuron", 1), "NEURON 2": ("neuron", 2), "NEURON 3": ("neuron", 3)}
RUNS |= {
    "CoreNEURON": ("coreneuron", 1),
    "CoreNEURON 2": ("coreneuron", 2),
    "CoreNEURON 3": ("coreneuron", 3),
}
NAMES = (*scenarios.ORACLES, *scenarios.OWN)
ROUNDING = 1e-9
"""Compilers order additions differently; relative to the largest value."""


@pytest.fixture(scope="module")
def results(start, tmp_path_factory):
    """results(run): {network: Results} of a run in RUNS."""
    folder, kept = tmp_path_factory.mktemp("scenarios"), {}

    def of(run):
        if run not in kept:
            engine, ranks = RUNS[run]
            file = folder / f"{engine}{ranks}.pkl"
            paths = os.pathsep.join(sys.path)
            done = start(ranks, SCRIPT, engine, file, timeout=900, PYTHONPATH=paths)
            assert done.returncode == 0, (done.stdout + done.stderr)[-3000:]
            kept[run] = pickle.loads(file.read_bytes())
        return kept[run]

    return of


@pytest.fixture(params=list(RUNS)[1:])
def run(request):
    return request.param


@pytest.mark.parametrize("name", NAMES)
def test_the_same_results(results, run, name):
    expected, found = results("NEURON")[name], results(run)[name]
    compare(expected, found, rounding=ROUNDING if run.startswith("Core") else 0.0)


@pytest.mark.parametrize("name", NAMES)
def test_the_number_of_ranks_does_not_matter(results, name):
    compare(results("CoreNEURON")[name], results("CoreNEURON 2")[name], rounding=0.0)


def test_in_many_windows(results):
    for run in ("CoreNEURON", "CoreNEURON 2"):
        compare(results(run)["everything recorded"], results(run)["in windows"], rounding=ROUNDING)


def test_switched_off_again(results):
    for run in ("CoreNEURON", "CoreNEURON 2"):
        compare(results("NEURON")["everything recorded"], results(run)["NEURON again"], rounding=0.0)


@pytest.fixture(scope="module")
def refused(start, tmp_path_factory):
    """{network: what is wrong with it under CoreNEURON}."""
    file = tmp_path_factory.mktemp("refused") / "refused.pkl"
    done = start(1, SCRIPT, "refused", file, timeout=600, PYTHONPATH=os.pathsep.join(sys.path))
    assert done.returncode == 0, (done.stdout + done.stderr)[-3000:]
    return pickle.loads(file.read_bytes())


@pytest.mark.parametrize("name", scenarios.REFUSED)
def test_refused_by_path_with_the_reason(refused, name):
    for reason in scenarios.REFUSED[name]:
        assert any(reason in problem for problem in refused[name]), refused[name]


def python(start, text, cwd, ranks=1, **variables):
    """What a program prints, as JSON; its own mod files are in the folder `mod`."""
    program = cwd / "program.py"
    program.write_text(START + text)
    paths = os.pathsep.join([str(SCRIPT.parent), *sys.path])
    done = start(ranks, program, cwd=cwd, timeout=600, PYTHONPATH=paths, **variables)
    assert done.returncode == 0, (done.stdout + done.stderr)[-3000:]
    return json.loads(next(line for line in done.stdout.splitlines()[::-1] if line.startswith(("{", "["))))


START = """
import copy, json, logging
import scenarios
from neuron import h
log = []
handler = logging.Handler(); handler.emit = lambda record: log.append(record.getMessage())
logging.getLogger("netspec").addHandler(handler); logging.getLogger("netspec").setLevel("INFO")
import netspec
from netspec.errors import SpecError
from netspec.neuron import ranks
net, cfg = scenarios.recorded(duration=10, coreneuron=True)
def build():
    from netspec import sim
    sim.net.createPops(); sim.net.createCells(); sim.net.connectCells(); sim.net.addStims()
    sim.setupRecording()
def problems(**changes):
    try:
        netspec.run(net, {**cfg, **changes}, mod=scenarios.FOLDERS)
    except SpecError as error:
        return [f"{problem.path}: {problem.message}" for problem in error.problems]
"""


class TestBuild:
    def test_once_and_what_code_writes_is_range(self, start, tmp_path):
        text = """
netspec.run(net, cfg, mod=scenarios.FOLDERS)
first = list(log)
log.clear()
netspec.run(net, cfg, mod=scenarios.FOLDERS)
from neuron import h
print(json.dumps([first, log, [h.name_declared(name + "_drift") for name in ("target", "factor")]]))
"""
        first, again, known = python(start, text, tmp_path, NETSPEC_CACHE=str(tmp_path / "cache"))
        assert [
            line
            for line in first
            if line.endswith("drift.mod: made RANGE for CoreNEURON, in a copy: target, speed")
        ]
        assert any("compiling for CoreNEURON" in line and "drift" in line for line in first)
        assert not any("compiling" in line for line in again)
        assert known == [1, 5]

    def test_a_pointer_of_a_mechanism(self, start, tmp_path):
        text = """
net["synMechParams"]["gap"] = {"mod": "PointerGap", "pointerParams": {"target_var": "other"}}
print(json.dumps(problems()))
"""
        (found,) = python(start, text, tmp_path)
        assert found.startswith(
            "netParams.synMechParams['gap'].mod: CoreNEURON cannot follow the POINTER other of 'PointerGap'."
        )

    def test_a_mechanism_that_was_loaded_without_coreneuron(self, start, tmp_path):
        text = """
netspec.run(net, {**cfg, "coreneuron": False}, mod=scenarios.FOLDERS)
print(json.dumps(problems()))
"""
        (found,) = python(start, text, tmp_path)
        path = "netParams.cellParams['E'].secs['dend'].mechs['drift']"
        assert found.startswith(f"{path}: NEURON has loaded 'drift'")
        assert "start a new process" in found

    def test_a_gpu_that_is_not_there(self, start, tmp_path):
        found = python(start, "print(json.dumps(problems(gpu=True)))", tmp_path)
        assert found == ["simConfig.gpu: the CoreNEURON that is installed was built without GPU support."]


class TestGpu:
    """With a CoreNEURON that says that it was built for GPUs, and a folder of devices."""

    @pytest.fixture
    def machine(self, monkeypatch, tmp_path):
        def having(build, device):
            monkeypatch.setitem(core_gpu.config.arguments, "CORENRN_ENABLE_GPU", build)
            monkeypatch.setattr(core_gpu, "DEVICES", tmp_path)
            if device:
                (tmp_path / "nvidia0").touch()

        return having

    @pytest.mark.parametrize(
        ("build", "device", "options", "expected"),
        [
            (True, True, {"coreneuron": True}, True),
            (True, False, {"coreneuron": True}, False),
            (False, True, {"coreneuron": True}, False),
            (True, True, {"coreneuron": True, "gpu": False}, False),
            (True, True, {"coreneuron": "fast"}, False),
            (True, True, {}, False),
            (True, False, {"coreneuron": True, "gpu": True}, True),
            (True, False, {"coreneuron": "gpu"}, True),
        ],
    )
    def test_chosen_where_there_is_one_or_where_it_is_asked_for(
        self, build, device, options, expected, machine
    ):
        machine(build, device)
        asked = Simulation(**options)
        assert core_gpu.used(asked) == expected
        assert core_gpu.problems(asked) == []

    @pytest.mark.parametrize(
        ("build", "options", "expected"),
        [
            (
                False,
                {"coreneuron": "gpu"},
                "simConfig.coreneuron: the CoreNEURON that is installed was built",
            ),
            (False, {"coreneuron": True, "gpu": True}, "simConfig.gpu: the CoreNEURON that is installed was"),
            (True, {"coreneuron": "fast", "gpu": True}, "simConfig.gpu: coreneuron='fast' is for the mach"),
        ],
    )
    def test_refused_by_path(self, build, options, expected, machine):
        machine(build, True)
        (found,) = core_gpu.problems(Simulation(**options))
        assert f"{found.path}: {found.message}".startswith(expected)

    @pytest.mark.parametrize("gpu", [True, False])
    def test_coreneuron_is_told(self, gpu, monkeypatch):
        monkeypatch.setattr(core, "_running", [core.Library(Path("none"), frozenset(), False)])
        with core._on(Simulation(coreneuron=True), gpu):
            assert core.switch.enable
            assert ("--gpu" in core.switch.nrncore_arg(10.0)) == gpu
            assert core.switch.cell_permute == int(gpu)
        assert not core.switch.gpu


class TestFace:
    def test_functions_between_windows_act(self, start, tmp_path):
        text = """
from netspec import sim, specs
def run(core):
    options = {**cfg, "coreneuron": core, "duration": 30}
    sim.initialize(specs.NetParams(copy.deepcopy(net)), specs.SimConfig(options))
    build()
    def stop(t):
        for cell in sim.net.cells:
            for stim in getattr(cell, "stims", []):
                if stim["type"] == "IClamp" and t > 7:
                    stim["hObj"].amp = 0.0
    sim.runSimWithIntervalFunc(2, stop)
    sim.gatherData()
    return sim.allSimData["spkt"], list(sim.allSimData["V"]["cell_2"])
core = run(True); plain = run(False)
print(json.dumps([sorted(core[0]), sorted(plain[0]), max(abs(a - b) for a, b in zip(core[1], plain[1]))]))
"""
        (tmp_path / "mod").mkdir()
        for mod in (SCRIPT.parent / "mod" / "drift.mod",):
            (tmp_path / "mod" / mod.name).write_text(mod.read_text())
        core, plain, apart = python(start, text, tmp_path)
        assert core == plain
        assert apart < 1e-9

    def test_fast_is_neuron_without_tables(self, start, tmp_path):
        text = """
import numpy as np
fast = netspec.run(net, {**cfg, "coreneuron": "fast"}, mod=scenarios.FOLDERS)
from neuron import h
left = h.usetable_hh
plain = netspec.run(net, {
    **cfg, "coreneuron": False, "hParams": {**cfg["hParams"], "usetable_hh": 0}}, mod=scenarios.FOLDERS)
apart = np.abs(fast.traces["V"][2] - plain.traces["V"][2]).max()
print(json.dumps([left, fast.spikes["time"].tolist(), plain.spikes["time"].tolist(), apart]))
"""
        left, fast, plain, apart = python(start, text, tmp_path)
        assert left == 1
        assert sorted(fast) == sorted(plain)
        assert fast
        assert apart < 1e-9

    def test_set_after_recording_was(self, start, tmp_path):
        text = """
from netspec import sim, specs
net["cellParams"]["E"]["secs"]["dend"]["mechs"].pop("drift")
for trace in ("x", "imem"):
    cfg["recordTraces"].pop(trace)
sim.initialize(specs.NetParams(net), specs.SimConfig({**cfg, "coreneuron": False}))
build()
sim.cfg.coreneuron = True
try:
    sim.runSim()
except SpecError as error:
    print(json.dumps([str(error)]))
"""
        (found,) = python(start, text, tmp_path)
        assert "simConfig.coreneuron" in found
        assert "call sim.setupRecording again" in found

    def test_a_model_is_written_instead_of_run(self, start, tmp_path):
        text = """
made = netspec.run(net, {**cfg, "coreneuron": False, "dump_coreneuron_model": True}, mod=scenarios.FOLDERS)
print(json.dumps([len(made.spikes)]))
"""
        assert python(start, text, tmp_path) == [0]
        assert (tmp_path / "coredat" / "bbcore_mech.dat").is_file()
        assert (tmp_path / "coredat" / "files.dat").is_file()


class TestSampling:
    @pytest.mark.parametrize(
        ("step", "dt", "duration"),
        [
            (0.1, 0.025, 30),
            (0.5, 0.05, 60),
            (0.5, 0.05, 100),
            (0.06, 0.04, 20),
            (0.05, 0.1, 10),
            (0.25, 0.1, 7),
        ],
    )
    def test_samples_are_taken_after_the_steps_of_neuron(self, step, dt, duration):
        section = h.Section()
        section.insert("hh")
        rows = h.Vector().record(section(0.5)._ref_v, step)
        every = h.Vector().record(section(0.5)._ref_v)
        when = h.Vector().record(h._ref_t, step)
        former = h.dt
        h.dt = dt
        h.finitialize(-50)
        h.ParallelContext().set_maxstep(10)
        h.ParallelContext().psolve(duration)
        h.dt = former
        times, steps = core_record.sampling(step, dt, duration)
        assert np.array_equal(times, when)
        assert np.array_equal(np.array(every)[steps], rows)


class TestCopies:
    TEXT = "NEURON { SUFFIX a GLOBAL minf, q10, tau\n RANGE g POINTER far }\nPARAMETER { q10 = 3 g = 1 }\n"

    def test_only_what_code_writes_is_moved(self):
        made = core_copy.adapted(self.TEXT + "INITIAL { minf = q10 : tau = 1\n }\n")
        assert made.ranges == ("minf",)
        assert "GLOBAL q10, tau RANGE minf\n RANGE g" in made.text
        assert made.text.count("\n") == self.TEXT.count("\n") + 2
        assert mod_files.parse(made.text, Path("a.mod")).ranges == ("minf", "g")

    def test_nothing_to_do(self):
        text = self.TEXT + "BREAKPOINT { g = q10 }"
        assert core_copy.adapted(text) == core_copy.Adapted(text)

    def test_tables(self):
        text = "PROCEDURE rates(v) {\n  TABLE minf, mtau DEPEND celsius,\n FROM -9 TO 9 WITH 20\n minf = v }"
        assert core_copy.without_tables(text) == "PROCEDURE rates(v) {\n  \n\n minf = v }"
        assert "\n        TABLE" in core_build.text_of("hh")
        assert "\n        TABLE" not in core_copy.without_tables(core_build.text_of("hh"))

    def test_pointers(self):
        assert core_copy.pointers(self.TEXT) == ("far",)
        assert core_copy.pointers(core_build.text_of("NetStim")) == ()


def compare(expected, found, rounding):
    """Spikes and times are equal; traces and signals up to rounding, relative to their largest value."""
    assert spikes(expected) == spikes(found)
    assert len(expected.spikes) > 0
    assert np.array_equal(expected.time, found.time)
    assert flat(expected.stims).keys() == flat(found.stims).keys()
    for key, times in flat(expected.stims).items():
        assert np.array_equal(times, flat(found.stims)[key]), key
    assert flat(expected.traces).keys() == flat(found.traces).keys()
    for key, values in flat(expected.traces).items():
        close(values, flat(found.traces)[key], rounding, key)
    for name, signal in expected.signals.items():
        other = found.signals[name]
        assert np.array_equal(signal.time, other.time)
        close(signal.values, other.values, rounding, name)
        for gid, values in signal.cells.items():
            close(values, other.cells[gid], rounding, (name, gid))


def spikes(results):
    return sorted(zip(results.spikes["time"].tolist(), results.spikes["gid"].tolist(), strict=True))


def flat(tree, path=()):
    """Arrays by their path in a dictionary of dictionaries."""
    if not isinstance(tree, dict):
        return {path: tree}
    return {key: value for name, below in tree.items() for key, value in flat(below, (*path, name)).items()}


def close(expected, found, rounding, what):
    assert expected.shape == found.shape, what
    if expected.size:
        limit = rounding * max(np.abs(expected).max(), 1e-3)
        assert np.abs(expected - found).max() <= limit, what
