"""Runs that stop and continue within one process; test_alone.py starts a process for them."""

import json
from pathlib import Path

import pytest
from neuron import h

import netspec
from netspec import sim, specs
from netspec.errors import SpecError, StateError
from netspec.neuron import checkpoint
from netspec.session.current import current

pytestmark = pytest.mark.neuron

HERE = Path(__file__).parent
NET = {
    "cellParams": {"P": {"secs": {"soma": {"geom": {"L": 20, "diam": 20}, "mechs": {"hh": {}}}}}},
    "popParams": {"E": {"cellType": "P", "numCells": 3}},
    "synMechParams": {"exc": {"mod": "Exp2Syn", "tau1": 0.5, "tau2": 3, "e": 0}},
    "stimSourceParams": {"bg": {"type": "NetStim", "rate": 100, "noise": 1}},
    "stimTargetParams": {
        "bg->E": {"source": "bg", "conds": {"pop": "E"}, "weight": 0.02, "synMech": "exc", "delay": 1}
    },
}
CFG = {"duration": 100, "recordCells": ["E"], "recordTraces": {"v": {"sec": "soma", "loc": 0.5, "var": "v"}}}


COUNTS = """
NEURON { POINT_PROCESS Counts }
NET_RECEIVE (w) {
VERBATIM
    static int events = 0;
    ++events;
ENDVERBATIM
}
"""


def simulated(cfg, net=NET):
    return netspec.run(net, {**CFG, "checkpointEvery": 30, "runFolder": "run", **cfg})


@pytest.fixture
def empty(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_runs_continue_again_and_again_in_one_process(empty):
    expected = simulated({}).spikes
    for _ in range(2):
        for newest in sorted((empty / "run").glob("checkpoint_4.json")):
            newest.unlink()
        assert simulated({"resume": True}).spikes == expected


@pytest.mark.parametrize(
    ("changed", "cfg", "path"),
    [
        ({"popParams": {"E": {"cellType": "P", "numCells": 4}}}, {}, r"netParams\.popParams differ"),
        ({}, {"seeds": {"stim": 7}}, r"simConfig\.seeds differ"),
        ({}, {"duration": 200}, r"simConfig\.duration differ"),
    ],
)
def test_a_checkpoint_of_another_model_is_refused_by_name(changed, cfg, path, empty):
    simulated({})
    with pytest.raises(
        SpecError, match=rf"simConfig\.resume\s+run/checkpoint_4\.json was saved by .* {path}"
    ):
        simulated({"resume": True, **cfg}, {**NET, **changed})
    assert len(simulated({"resume": True, "analysis": {}, "saveJson": False}).spikes)


def test_a_checkpoint_of_other_ranks_or_versions_is_refused(empty):
    simulated({})
    file = empty / "run" / "checkpoint_4.json"
    manifest = json.loads(file.read_text())
    file.write_text(json.dumps({**manifest, "ranks": 3}))
    with pytest.raises(SpecError, match="was saved on 3 ranks; continue on as many, not 1"):
        simulated({"resume": True})
    manifest["keys"]["build"]["NEURON"] = "8.2"
    file.write_text(json.dumps(manifest))
    with pytest.raises(SpecError, match="saved by another model: NEURON differ"):
        simulated({"resume": True})


def test_options_may_change_between_building_and_running(empty):
    def run(**cfg):
        options = {**CFG, "checkpointEvery": 30, "runFolder": "run", **cfg}
        sim.create(specs.NetParams(NET), specs.SimConfig(options))
        sim.cfg.duration = 60.0
        sim.runSim()
        sim.gatherData()
        return sim.results.spikes

    expected = run()
    assert expected["time"].max() <= 60
    (empty / "run" / "checkpoint_2.json").unlink()
    assert run(resume=True) == expected
    sim.clearAll()


def test_objects_before_the_network_shift_numbers(empty):
    before = h.NetCon(None, None)
    simulated({})
    with pytest.raises(SpecError, match=r"simConfig\.resume\s+.*other numbers .* start a new process"):
        simulated({"resume": True})
    assert before.hname() == "NetCon[0]"


def test_objects_of_a_script_have_to_be_there_again(empty):
    simulated({})
    (empty / "run" / "checkpoint_4.json").unlink()
    from neuron import h

    more = h.NetStim()
    with pytest.raises(
        SpecError, match=r"simConfig\.resume\s+the script makes other NEURON objects: 4 NetStim"
    ):
        simulated({"resume": True})
    del more


def test_a_python_function_in_the_queue_is_an_error(empty):
    from neuron import h

    sim.create(specs.NetParams(NET), specs.SimConfig({**CFG, "checkpointEvery": 30, "runFolder": "run"}))
    waiting = h.FInitializeHandler(lambda: h.CVode().event(50, lambda: None))
    with pytest.raises(StateError, match="a Python function waits in the event queue"):
        sim.runSim()
    del waiting
    sim.clearAll()


def test_without_resume_a_run_begins_anew(empty):
    simulated({"duration": 100})
    again = simulated({"duration": 40})
    assert again.spikes["time"].max() <= 40
    assert sorted(path.name for path in (empty / "run").iterdir() if path.suffix == ".json") == [
        "checkpoint_1.json",
        "checkpoint_2.json",
    ]


def test_a_window_bounds_what_is_in_memory(empty):
    def most_held(**options):
        sizes = []
        cfg = {**CFG, "duration": 400, "recordLFP": [[0, 0, 0]], "saveWeights": True, "runFolder": "run"}
        sim.create(specs.NetParams(NET), specs.SimConfig({**cfg, **options}))
        sim.runSimWithIntervalFunc(1, lambda t: sizes.append(current.network.windows.held))
        room = max(int(vector.buffer_size()) for vector in current.network.recordings.vectors())
        sim.gatherData()
        samples = sum(len(trace) for trace in sim.results.traces["v"].values())
        sim.clearAll()
        return max(sizes), room, samples

    (everything, wide, samples), (bounded, narrow, same) = most_held(), most_held(recordWindow=20)
    assert samples == same >= 3 * 4000
    assert everything > 4 * 4000
    assert bounded < 4 * 200 + 1000
    assert wide >= 4000
    assert narrow < 300


def test_what_cannot_be_saved_is_named_before_anything_is_built(empty):
    (empty / "mod").mkdir()
    (empty / "mod" / "counts.mod").write_text(COUNTS)
    net = {**NET, "synMechParams": {"exc": {"mod": "Counts"}}}
    with pytest.raises(
        SpecError, match=r"simConfig\.checkpointEvery\s+the state of 'Counts' cannot be saved"
    ):
        simulated({}, net)
    assert not (empty / "run").exists()


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("NET_RECEIVE (w) { WATCH (v > 0) 2 }", "WATCH"),
        ("INITIAL { net_send(0, 1) } NET_RECEIVE (w) { if (flag == 1) { WATCH (v > 0) 2 } }", None),
        ("INITIAL { net_send(5, 1) } NET_RECEIVE (w) { if (flag == 1) { WATCH (v > 0) 2 } }", "WATCH"),
        (
            "INITIAL { net_send(0, 1) } NET_RECEIVE (w) { if (flag == 1) { WATCH (v > 0) 2 } "
            "else if (flag == 2) { net_send(3, 1) } }",
            "WATCH",
        ),
        (": WATCH (v > 0) 2", None),
        ("VERBATIM\n static int calls; \nENDVERBATIM", "memory of their own"),
        ("VERBATIM\n static inline int twice(int n) { return 2 * n; } \nENDVERBATIM", None),
        ("VERBATIM\n /* static */ x = malloc(8); \nENDVERBATIM", "memory of their own"),
        ("VERBATIM\n _p_r = nrnran123_newstream3(1, 2, 3); \nENDVERBATIM", "memory of their own"),
        ("INITIAL { x = scop_random() }", "one generator for the whole process"),
        ("NEURON { RANDOM r } INITIAL { x = random_uniform(r) }", None),
    ],
)
def test_reasons_are_read_from_the_text_of_mod_files(text, why):
    found = checkpoint.reason(text)
    assert found is None if why is None else why in found


def test_a_folder_that_cannot_be_written_is_an_error(empty):
    (empty / "run").write_text("a file")
    with pytest.raises(SpecError, match=r"simConfig\.runFolder\s+nothing can be written into run"):
        simulated({})


def test_the_command_line_continues(empty, start):
    script = empty / "run.py"
    script.write_text(
        "from netspec import sim, specs\n"
        f"cfg = {CFG | {'checkpointEvery': 30, 'runFolder': 'run'}!r}\n"
        f"sim.createSimulate(specs.NetParams({NET!r}), specs.SimConfig(cfg))\n"
    )
    assert start(1, script, cwd=empty).returncode == 0
    (empty / "run" / "checkpoint_4.json").unlink()
    done = start(1, "-m", "netspec", "run", "--resume", script, cwd=empty)
    assert "Continuing at 90 ms from run" in done.stdout, done.stderr
