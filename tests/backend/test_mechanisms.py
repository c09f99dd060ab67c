"""Mod files compiled and loaded. What a process has loaded stays, so most cases are a script of their own."""

import json
import os
import subprocess
import sys
import textwrap

import pytest
from launcher import ALLOWED, MPIEXEC

from netspec import cache, model
from netspec.errors import MechanismError, NetspecWarning
from netspec.neuron import catalog, check, compile, mechanisms, mod_files
from netspec.spec import Spec
from netspec.spec.cell import CellRule, Section, Synapse
from netspec.spec.network import ConnectionRule, Network, Population, StimulusSource, StimulusTarget
from netspec.spec.simulation import Simulation

COMPILER = cache.compiler() is not None
needs_compiler = pytest.mark.skipif(not COMPILER, reason="no compiler")
pytestmark = pytest.mark.neuron

LEAK = """
NEURON {{ SUFFIX {name} NONSPECIFIC_CURRENT i RANGE g, e GLOBAL q }}
PARAMETER {{ g = {g} e = -70 q = 2 }}
ASSIGNED {{ v i }}
BREAKPOINT {{ i = q * g * (v - e) }}
"""

OLD = """
NEURON { ARTIFICIAL_CELL Old RANGE noiseFromRandom }
ASSIGNED { stream }
STATE { state }
VERBATIM
double nrn_random_pick(void* r);
void* nrn_random_arg(int argpos);
static double sum();
static double sum(n, x) int n; double* x; {
  double s = 0; int i; int* copy;
  copy = malloc(n * sizeof(int));
  for (i = 0; i < n; i++) { s += x[i]; copy[i] = i; }
  free(copy);
  return s;
}
ENDVERBATIM
INITIAL {
  state = 1
VERBATIM
  return 0;
ENDVERBATIM
}
PROCEDURE noiseFromRandom() {
VERBATIM
  void** pv = (void**)(&_p_stream);
  if (!ifarg(1)) return;
  *pv = nrn_random_arg(1);
ENDVERBATIM
}
FUNCTION pick() {
VERBATIM
  if (_p_stream) { _lpick = nrn_random_pick(_p_stream); return _lpick; }
ENDVERBATIM
  pick = scop_random(1)
}
FUNCTION total() {
VERBATIM
  extern void* vector_arg();
  double* x;
  int n = vector_instance_px(vector_arg(1), &x);
  _ltotal = sum(n, x);
ENDVERBATIM
}
NEURON { POINTER stream }
"""


def write(folder, name, g=1.0, text=LEAK):
    folder.mkdir(exist_ok=True)
    (folder / f"{name}.mod").write_text(text.format(name=name, g=g))
    return folder


def run(script, cwd, size=None, **environment):
    """What the script prints as its last line, as JSON, and the finished process."""
    start = "import json, logging, sys\nlogging.basicConfig(level='INFO', stream=sys.stderr)\n"
    start += "from netspec.neuron import catalog, mechanisms, ranks\n"
    command = [sys.executable, "-c", start + textwrap.dedent(script)]
    if size:
        command = [MPIEXEC, "-n", str(size), *command]
    cached = {"NETSPEC_CACHE": str(cwd / "cache"), "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run(
        command,
        cwd=cwd,
        env={**os.environ, **ALLOWED, **cached, **environment},
        capture_output=True,
        text=True,
        timeout=240,
        errors="replace",
    )
    lines = [line for line in done.stdout.splitlines() if line.startswith(("{", "["))]
    return (json.loads(lines[-1]) if lines else None), done


class TestCatalog:
    def test_kinds_and_parameters(self):
        found = {mechanism.name: mechanism for mechanism in catalog.everything()}
        assert found["hh"].kind == "density mechanism"
        assert found["hh"].parameters == {"gnabar": 0.12, "gkbar": 0.036, "gl": 0.0003, "el": -54.3}
        assert found["ExpSyn"].kind == "point process"
        assert found["NetStim"].kind == "artificial cell"
        assert catalog.variables("VClamp")["amp"] == 3
        assert "gna" in catalog.variables("hh")
        assert {"v", "ina", "gnabar_hh", "ena"} <= catalog.segment_variables()

    def test_an_unknown_mechanism(self):
        with pytest.raises(MechanismError, match="Did you mean 'ExpSyn'"):
            catalog.parameters("ExpSny")

    def test_where_things_come_from(self, tmp_path):
        write(tmp_path / "mod", "mine")
        assert mechanisms.which("hh") == "NEURON"
        assert "vecevent.mod" in mechanisms.which("VecStim")
        assert str(tmp_path / "mod" / "mine.mod") in mechanisms.which("mine", [tmp_path / "mod"])
        with pytest.raises(MechanismError, match="Did you mean 'mine'"):
            mechanisms.which("mien", [tmp_path / "mod"])

    def test_sources_prefer_the_first_folder(self, tmp_path):
        first, second = write(tmp_path / "a", "one"), write(tmp_path / "b", "one", g=3)
        assert mechanisms.sources([first, second])["one"] == str(first / "one.mod")

    def test_two_files_in_a_folder_for_one_mechanism(self, tmp_path):
        folder = write(tmp_path / "mod", "one")
        (folder / "copy.mod").write_text((folder / "one.mod").read_text())
        with pytest.raises(MechanismError, match=r"copy\.mod and .*one\.mod both define 'one'"):
            mechanisms.sources([folder])

    def test_files_of_one_name_for_different_mechanisms(self, tmp_path):
        folders = [tmp_path / name for name in ("a", "b", "c")]
        for folder, mechanism in zip(folders, ("here", "there", "here"), strict=True):
            write(folder, mechanism)
            (folder / f"{mechanism}.mod").rename(folder / "leak.mod")
        with pytest.raises(MechanismError, match=r"a/leak\.mod and .*b/leak\.mod have the same name"):
            compile.library(mod_files.find(folders[:2]))
        assert [path.parent.name for path in compile._files(mod_files.find(folders[::2]))] == ["a"]

    def test_headers_of_one_name(self, tmp_path):
        folders = [write(tmp_path / name, f"in_{name}") for name in ("a", "b")]
        for folder in folders:
            (folder / "misc.h").write_text(folder.name)
        with pytest.raises(MechanismError, match=r"a/misc\.h and .*b/misc\.h have the same name"):
            compile.library(mod_files.find(folders))

    def test_where_a_missing_mechanism_was_looked_for(self, tmp_path, monkeypatch):
        network = model.resolve(Spec(Network(synapses={"s": Synapse("s", "Mine"), "t": Synapse("t", "No")})))
        monkeypatch.setattr(mechanisms, "_looked", {})
        monkeypatch.chdir(tmp_path)
        first, second = (problem.message for problem in mechanisms.check(network))
        assert f"looked for in {tmp_path / 'mod'} and beside the script, and there are none" in first
        mechanisms.load([tmp_path / "empty"])
        first, second = (problem.message for problem in mechanisms.check(network))
        assert f"looked for in {tmp_path / 'empty'} (0 files); they belong into {tmp_path / 'mod'}" in first
        assert "looked for" not in second


class TestTools:
    def test_no_compiler(self, tmp_path, monkeypatch):
        monkeypatch.setenv("NETSPEC_CACHE", str(tmp_path / "cache"))
        monkeypatch.setattr(cache, "compiler", lambda: None)
        with pytest.raises(
            MechanismError, match=r"(?s)C\+\+ compiler needed .*lonely.*apt install g\+\+ make"
        ):
            compile.library(mod_files.find([write(tmp_path / "mod", "lonely")]))

    def test_a_cache_that_cannot_be_written(self, tmp_path, monkeypatch):
        (tmp_path / "file").write_text("")
        monkeypatch.setenv("NETSPEC_CACHE", str(tmp_path / "file" / "cache"))
        with pytest.raises(MechanismError, match=r"file/cache: cannot be written: .*Set NETSPEC_CACHE"):
            compile.library(mod_files.find([write(tmp_path / "mod", "lonely")]))

    def test_no_python_library(self):
        text = compile.explain("error: unable to locate the Python shared library\nset NMODL_PYLIB", [])
        assert f"apt install libpython3.{sys.version_info.minor}" in text

    def test_a_launcher_is_not_seen_by_the_compiler(self, monkeypatch):
        monkeypatch.setenv("OMPI_COMM_WORLD_SIZE", "2")
        monkeypatch.setenv("SLURM_JOB_ID", "7")
        environment = cache.environment(MAKEFLAGS="-j2")
        assert not {"OMPI_COMM_WORLD_SIZE", "SLURM_JOB_ID"} & environment.keys()
        assert environment["MAKEFLAGS"] == "-j2"


@needs_compiler
class TestCompiling:
    LOAD = """
    mechanisms.load(["mod"])
    print(json.dumps({"g": catalog.parameters("leaky")["g"], "which": mechanisms.which("leaky")}))
    """

    def test_once_per_content_into_the_cache(self, tmp_path):
        folder = write(tmp_path / "mod", "leaky", g=5)
        found, first = run(self.LOAD, tmp_path)
        assert found == {"g": 5.0, "which": "mod/leaky.mod"}
        assert "compiling 1 mod files: leaky.mod" in first.stderr
        found, second = run(self.LOAD, tmp_path)
        assert (found["g"], "compiling" in second.stderr) == (5.0, False)
        write(folder, "leaky", g=6)
        found, third = run(self.LOAD, tmp_path)
        assert (found["g"], "compiling" in third.stderr) == (6.0, True)
        assert not (tmp_path / "x86_64").exists()

    @pytest.mark.mpi
    @pytest.mark.skipif(MPIEXEC is None, reason="no mpiexec")
    def test_one_rank_compiles(self, tmp_path):
        write(tmp_path / "mod", "leaky")
        found, done = run(self.LOAD, tmp_path, size=3)
        assert (found["g"], done.returncode) == (1.0, 0)
        assert done.stderr.count("compiling 1 mod files") == 1

    @pytest.mark.mpi
    @pytest.mark.skipif(MPIEXEC is None, reason="no mpiexec")
    def test_an_error_in_a_mod_file_is_told_once(self, tmp_path):
        write(tmp_path / "mod", "fine")
        (tmp_path / "mod" / "broken.mod").write_text("NEURON { SUFFIX broken }\nBREAKPOINT { x = 3 + }\n")
        _, done = run('mechanisms.load(["mod"])', tmp_path, size=2)
        assert done.returncode != 0
        assert done.stderr.count("MechanismError: cannot compile mod/broken.mod:") == 1
        assert "BREAKPOINT { x = 3 + }" in done.stderr
        assert "fine.mod" not in done.stderr.split("cannot compile")[1].splitlines()[0]

    def test_files_for_neuron_8_are_repaired_in_the_copy(self, tmp_path):
        (tmp_path / "mod").mkdir()
        old = tmp_path / "mod" / "old.mod"
        old.write_text(OLD)
        found, done = run(
            """
            mechanisms.load(["mod"]); mechanisms.load(["mod"])
            from neuron import h
            stream = h.Random(); stream.Random123(1, 2, 3); stream.uniform(0, 1)
            cell = h.Old(); cell.noiseFromRandom(stream)
            print(json.dumps([cell.pick(), cell.total(h.Vector([1, 2, 4])), "state" in dir(cell)]))
            """,
            tmp_path,
        )
        assert 0 < found[0] < 1, done.stderr
        assert found[1:] == [7.0, True]
        assert old.read_text() == OLD
        said = [line for line in done.stderr.splitlines() if "mod/old.mod" in line]
        assert "declaration left out: nrn_random_pick (line 6), nrn_random_arg (line 7)" in said[0]
        assert "definition as C++ has it: sum (line 9)" in said[0]
        assert [line.split(":")[0] for line in said[1:]] == ["INFO"]
        assert "line 34: scop_random draws from one generator" in said[1]

    def test_cells_that_could_have_a_stream_of_their_own_are_warned_about(self, tmp_path):
        (tmp_path / "mod").mkdir()
        (tmp_path / "mod" / "old.mod").write_text(OLD)
        _, done = run(
            """
            from netspec.session.prepare import prepare
            for _ in range(2):
                prepare({"popParams": {"A": {"cellModel": "Old", "numCells": 1}}}, {}, ["mod"])
            print(json.dumps(0))
            """,
            tmp_path,
        )
        (said,) = [line for line in done.stderr.splitlines() if line.startswith("WARNING")]
        assert said.endswith("The cells of 'Old' have none unless a script sets it")

    def test_folders_are_merged_and_included_files_found(self, tmp_path):
        write(tmp_path / "one", "same", g=1)
        write(tmp_path / "two", "same", g=2)
        (tmp_path / "two" / "more.mod").write_text('NEURON { SUFFIX more }\nINCLUDE "half.inc"\n')
        (tmp_path / "two" / "half.inc").write_text('PARAMETER { gg = 4 }\nINCLUDE "rest.inc"\n')
        (tmp_path / "rest.inc").write_text("NEURON { RANGE gg }\n")
        found, done = run(
            """
            mechanisms.load(["one", "two", "none"])
            print(json.dumps([catalog.parameters("same")["g"], catalog.parameters("more")]))
            """,
            tmp_path,
        )
        assert found == [1.0, {"gg": 4.0}]
        assert "two/same.mod is not used: one/same.mod defines 'same' too" in done.stderr

    def test_loading_again_does_nothing(self, tmp_path):
        write(tmp_path / "mod", "leaky")
        write(tmp_path / "later", "leaky")
        write(tmp_path / "later", "other", g=7)
        found, done = run(
            """
            mechanisms.load(["mod"]); mechanisms.load(["mod"]); mechanisms.load(["mod", "later"])
            print(json.dumps([catalog.parameters("other")["g"], mechanisms.which("other")]))
            """,
            tmp_path,
        )
        assert found == [7.0, "later/other.mod"], done.stderr

    def test_a_mechanism_that_neuron_has(self, tmp_path):
        write(tmp_path / "mod", "hh")
        found, done = run('mechanisms.load(["mod"]); print(json.dumps(catalog.parameters("hh")))', tmp_path)
        assert "gnabar" in found
        assert "hh.mod is not used" in done.stderr

    def test_shipped_mechanisms_when_named(self, tmp_path):
        found, done = run(
            """
            mechanisms.supply(["VecStim", "hh"])
            cells = mechanisms.artificial_names() - {"PatternStim"}
            print(json.dumps([sorted(cells), mechanisms.which("VecStim")]))
            """,
            tmp_path,
        )
        assert found[0] == ["IntFire1", "IntFire2", "IntFire4", "NetStim", "VecStim"], done.stderr
        assert found[1].endswith("vecevent.mod")

    def test_compiled_ahead(self, tmp_path):
        write(tmp_path / "mod", "leaky")
        found, done = run('print(json.dumps(mechanisms.compiled(["mod"]).splitlines()))', tmp_path)
        assert all(os.path.isfile(path) for path in found), done.stderr
        assert len(found) >= 3
        _, done = run(self.LOAD, tmp_path, CXX="", PATH="/nonexistent")
        assert done.returncode == 0, done.stderr


@needs_compiler
class TestCompiledByHand:
    """A library that nrnivmodl made: beside the script, or in the working directory where NEURON loads it."""

    @pytest.fixture
    def place(self, tmp_path):
        write(tmp_path / "mod", "leaky", g=5)
        subprocess.run(
            [compile.program("nrnivmodl"), "mod"],
            cwd=tmp_path,
            env=cache.environment(),
            check=True,
            capture_output=True,
            timeout=120,
        )
        return tmp_path

    def test_is_used_and_not_compiled_again(self, place):
        found, done = run(TestCompiling.LOAD, place)
        assert (found["g"], "compiling" in done.stderr) == (5.0, False)
        assert "libnrnmech" in found["which"]
        (place / "elsewhere").mkdir()
        script = TestCompiling.LOAD.replace('"mod"', '"../mod"')
        found, done = run(script, place / "elsewhere")
        assert (found["g"], "compiling" in done.stderr) == (5.0, False)

    def test_is_compared_with_newer_mod_files(self, place):
        write(place / "mod", "leaky", g=6)
        os.utime(place / "mod" / "leaky.mod", (2e9, 2e9))
        _, done = run(TestCompiling.LOAD, place)
        assert "is older than mod/leaky.mod" in done.stderr
        (place / "elsewhere").mkdir()
        found, done = run(TestCompiling.LOAD.replace('"mod"', '"../mod"'), place / "elsewhere")
        assert (found["g"], "compiling" in done.stderr) == (6.0, True)

    def test_what_it_lacks_is_compiled(self, place):
        write(place / "mod", "other", g=8)
        script = """
        mechanisms.load(["mod"])
        print(json.dumps([catalog.parameters(name)["g"] for name in ("leaky", "other")]))
        """
        found, done = run(script, place)
        assert found == [5.0, 8.0]
        assert "compiling 1 mod files: other.mod" in done.stderr


def problems(cell=None, populations=(), simulation=None, **network):
    rules = {"PYR": CellRule("PYR", secs={"soma": Section(**cell)})} if cell is not None else {}
    rules |= network.pop("rules", {})
    spec = Spec(
        Network(cell_rules=rules, populations={p.label: p for p in populations}, **network),
        Simulation(**(simulation or {})),
    )
    return {problem.path: problem.message for problem in check.problems(model.resolve(spec))}


def only(found, path, *words):
    assert list(found) == [path], found
    for word in words:
        assert word in found[path]


SOMA = "netParams.cellParams['PYR'].secs['soma']"


class TestNamesInCells:
    def test_a_parameter(self):
        found = problems({"mechs": {"hh": {"gnabr": 0.1, "gl": None}}})
        only(found, f"{SOMA}.mechs['hh'].gnabr", "not a parameter of 'hh'. Did you mean 'gnabar'?")

    def test_a_mechanism(self):
        only(problems({"mechs": {"hhh": {}}}), f"{SOMA}.mechs['hhh']", "no mechanism 'hhh'", "'hh'")

    def test_a_point_process_among_the_mechanisms(self):
        only(problems({"mechs": {"ExpSyn": {}}}), f"{SOMA}.mechs['ExpSyn']", "pointps")

    def test_a_global_parameter(self):
        only(
            problems({"mechs": {"hh": {"usetable": 0}}}),
            f"{SOMA}.mechs['hh'].usetable",
            "'usetable_hh'",
            "globals",
        )

    def test_an_ion(self):
        only(problems({"ions": {"na": {"e": 50}, "kk": {}}}), f"{SOMA}.ions['kk']", "Did you mean 'k'?")

    def test_point_processes(self):
        ok = {"mod": "IClamp", "loc": 0.5, "vref": "i", "synList": ["a"], "_note": 1, "amp": "gid", "del": 3}
        assert problems({"pointps": {"p": ok}}) == {}
        only(problems({"pointps": {"p": {"mod": "IClmp"}}}), f"{SOMA}.pointps['p'].mod", "'IClamp'")
        only(problems({"pointps": {"p": {**ok, "ampp": 1}}}), f"{SOMA}.pointps['p'].ampp", "'amp'")
        only(
            problems({"pointps": {"p": {**ok, "vref": "V"}}}), f"{SOMA}.pointps['p'].vref", "no variable 'V'"
        )

    def test_globals(self):
        rule = CellRule("PYR", globals={"celsius": 20, "v_init": -70, "usetable_hh": 1, "q10_hhh": 2})
        only(problems(rules={"PYR": rule}), "netParams.cellParams['PYR'].globals.q10_hhh", "no global")

    def test_all_at_once(self):
        found = problems(
            {"mechs": {"hh": {"gnabr": 0.1, "gkbr": 1}}},
            synapses={
                "exc": Synapse("exc", "Exp2Sin"),
                "inh": Synapse("inh", "Exp2Syn", params={"tauu1": 3}),
            },
        )
        assert len(found) == 4


class TestNamesInTheNetwork:
    def test_synapses(self):
        path = "netParams.synMechParams['exc']"
        only(
            problems(synapses={"exc": Synapse("exc", "Exp2SynXX")}), f"{path}.mod", "Did you mean 'Exp2Syn'?"
        )
        only(problems(synapses={"exc": Synapse("exc", "NetStim")}), f"{path}.mod", "artificial cell")
        wrong = Synapse("exc", "Exp2Syn", params={"tauu1": 1, "e": 0})
        only(problems(synapses={"exc": wrong}), f"{path}.tauu1", "Did you mean 'tau1'?")

    def test_leniency_forgives_synapses_that_no_rule_has(self):
        synapses = {"exc": Synapse("exc", "Exp2Syn"), "tonic": Synapse("tonic", "hh")}
        rules = {"c": ConnectionRule("c", {}, {}, syn_mech="tonic")}
        path = "netParams.synMechParams['tonic'].mod"
        only(problems(synapses=synapses), path, "density mechanism")
        with pytest.warns(NetspecWarning, match="density mechanism"):
            assert problems(synapses=synapses, simulation={"strict": False}) == {}
        only(problems(synapses=synapses, connections=rules, simulation={"strict": False}), path, "density")

    def test_keys_of_netstims_and_their_slips(self):
        params = dict.fromkeys(("rate", "interval", "noise", "start", "number", "seed"), 1)
        assert problems(populations=[Population("S", cell_model="NetStim", params=params)]) == {}
        assert (
            problems(populations=[Population("S", cell_model="NetStim", tags={**params, "layer": 4})]) == {}
        )
        path = "netParams.popParams['S']"
        slip = Population("S", cell_model="NetStim", tags={"intreval": 3})
        only(problems(populations=[slip]), f"{path}.intreval", "Did you mean 'interval'?")
        unknown = Population("S", cell_model="NetStim", params={"layer": 3})
        only(problems(populations=[unknown]), f"{path}.params.layer", "not a parameter of 'NetStim'")

    def test_parameters_of_an_artificial_cell_in_its_rule(self):
        rule = CellRule("F", cell_model="IntFire1", params={"tau": 3, "refrc": 2})
        found = problems(populations=[Population("P", cell_type="F")], rules={"F": rule})
        only(found, "netParams.cellParams['F'].params.refrc", "Did you mean 'refrac'?")

    def test_an_artificial_cell_whose_mod_file_is_missing(self):
        population = Population("S", cell_model="VecStim", params={"spkTimes": [1]})
        if catalog.exists("VecStim"):
            pytest.skip("VecStim is loaded in this process")
        only(
            problems(populations=[population]),
            "netParams.popParams['S'].cellModel",
            "no point process 'VecStim'",
        )

    def test_stimuli(self):
        ok = {"del": 3, "dur": 2, "amp": 1}
        sources = {
            "clamp": StimulusSource("clamp", "IClamp", {**ok, "delay": 3}),
            "noise": StimulusSource("noise", "NetStim", {"rate": 3, "noise": 1, "seed": 3, "plast": None}),
            "volt": StimulusSource("volt", "VClamp", {"amp": [1, 2, 3], "dur": [1, 2, 3], "gain": 1}),
        }
        targets = {"t": StimulusTarget("t", "noise", {}, params={"rate": 4})}
        assert problems(sources=sources, targets=targets) == {}
        path = "netParams.stimSourceParams['s']"
        only(
            problems(sources={"s": StimulusSource("s", "IClmp", ok)}),
            f"{path}.type",
            "Did you mean 'IClamp'?",
        )
        only(
            problems(sources={"s": StimulusSource("s", "IClamp", {**ok, "ampp": 1})}), f"{path}.ampp", "'amp'"
        )
        targets = {"t": StimulusTarget("t", "clamp", {}, params={"taau": 4})}
        only(problems(sources=sources, targets=targets), "netParams.stimTargetParams['t'].taau", "'IClamp'")

    def test_plasticity(self):
        rule = ConnectionRule("c", {}, {}, plast={"mech": "NoSuchRule", "params": {}})
        found = problems(connections={"c": rule})
        only(found, "netParams.connParams['c'].plast.mech", "no point process 'NoSuchRule'")

    @pytest.mark.parametrize(
        "trace",
        [
            {"sec": "soma", "var": "v"},
            {"sec": "soma", "var": "ina"},
            {"sec": "soma", "mech": "hh", "var": "gna"},
            {"sec": "soma", "mech": "na_ion", "var": "ena"},
            {"sec": "soma", "pointp": "p", "var": "i"},
            {"synMech": "exc", "var": "g"},
            {"sec": "soma", "stim": "t", "var": "i"},
            {"var": "m"},
        ],
    )
    def test_traces(self, trace):
        def of(trace):
            return problems(
                {"mechs": {"hh": {}}, "pointps": {"p": {"mod": "IClamp"}}},
                [Population("A", cell_model="IntFire1")],
                {"record_traces": {"x": trace}},
                synapses={"exc": Synapse("exc", "ExpSyn")},
                sources={"s": StimulusSource("s", "IClamp", {})},
                targets={"t": StimulusTarget("t", "s", {})},
            )

        assert of(trace) == {}
        only(of({**trace, "var": "qq"}), "simConfig.recordTraces['x'].var", "no variable 'qq'")
