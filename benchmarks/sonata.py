"""Published SONATA networks in bmtk and in netspec: the table of docs/sonata.md.

    python benchmarks/sonata.py --sonata FOLDER --bmtk FOLDER --work FOLDER [--only NAME ...] [--ranks 1 2 3]
    python benchmarks/sonata.py --work FOLDER --into docs/sonata.md

FOLDER: copies of github.com/AllenInstitute/sonata and /bmtk. Each network runs as it is shipped, by either
tool in processes of its own; its examples are copied to the work folder, where mechanisms are compiled.
CPU is that of all processes of a run; "build" is all of it before the first time step. Results are kept in
the work folder: bmtk runs once. NETSPEC_SONATA_PYTHON is a python with bmtk; default: that of the tests.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import h5py
import numpy as np

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent / "tests" / "oracles"))
MARKS = ("<!-- table made by benchmarks/sonata.py -->", "<!-- end of table -->")
HEAD = (
    "network", "cells", "connections", "spikes in bmtk", "spikes that differ on 1 / 2 / 3 ranks",
    "largest difference [ms]", "soma potential [mV]", "ecp (relative)", "CPU bmtk [s]", "CPU netspec [s]",
    "build: bmtk [s]", "build: netspec [s]",
)  # fmt: skip
Result = dict[str, Any]


@dataclass(frozen=True)
class Entry:
    """A network. root: which repository. config: below its examples. duration [ms]: if not what it says.

    rebuilt: whether its edges are made by its own script, as the repository does not have them.
    """

    name: str
    root: str
    config: str
    duration: float | None = None
    rebuilt: bool = False


ENTRIES = (
    Entry("300_intfire", "sonata", "300_intfire/config.json"),
    Entry("9_cells", "sonata", "9_cells/config.json"),
    Entry("5_cells_iclamp", "sonata", "5_cells_iclamp/config.json"),
    Entry("300_cells", "sonata", "300_cells/config.json", rebuilt=True),
    Entry("ten_cells_spikes_nrn", "sonata", "sim_tests/intfire/ten_cells_spikes_nrn/input/config.json"),
    Entry("bio_1cell, clamp", "bmtk", "bio_1cell/config.simulation_iclamp.json"),
    Entry("bio_1cell, synapses", "bmtk", "bio_1cell/config.simulation_syns.json"),
    Entry("bio_on_off", "bmtk", "bio_on_off/config.simulation.json"),
    Entry("bio_intfire_ring", "bmtk", "bio_intfire_ring/config.simulation.json"),
    Entry("bio_14cells", "bmtk", "bio_14cells/config.simulation.json"),
    Entry("bio_advanced, clamp", "bmtk", "bio_advanced_stimuli/config.simulation_iclamp.json"),
    Entry("bio_advanced, list", "bmtk", "bio_advanced_stimuli/config.simulation_iclamp.aslist.json"),
    Entry("bio_advanced, csv", "bmtk", "bio_advanced_stimuli/config.simulation_iclamp.csv.json"),
    Entry("bio_advanced, spikes", "bmtk", "bio_advanced_stimuli/config.simulation_spikes.json"),
    Entry("bio_advanced, spontaneous", "bmtk", "bio_advanced_stimuli/config.simulation_spont_activity.json"),
    Entry("bio_stp_models", "bmtk", "bio_stp_models/config.simulation.json", 620.0),
    Entry("bio_300cells_nosurround", "bmtk", "bio_300cells_nosurround/config.simulation.json"),
    Entry("bio_450cells_compact", "bmtk", "bio_450cells_compact/config.simulation.json"),
)

BMTK = """
import json, os, shutil, sys, time
from bmtk.simulator import bionet
config, out = sys.argv[1:]
os.chdir(os.path.dirname(config))
conf = bionet.Config.from_json(os.path.basename(config))
shutil.rmtree(conf.output_dir, ignore_errors=True)
conf.build_env()
net = bionet.BioNetwork.from_config(conf)
sim = bionet.BioSimulator.from_config(conf, network=net)
times = {"build": time.process_time(), "reports": conf["reports"] if "reports" in conf else {}}
sim.run()
json.dump(times, open(os.path.join(out, "times.json"), "w"))
for name in os.listdir(conf.output_dir):
    if name.endswith(".h5"):
        shutil.copy(os.path.join(conf.output_dir, name), out)
"""

REBUILD = """
import numpy as np
from bmtk.builder import bionet
from neuron import h

np.float = float


class SWCReader(bionet.SWCReader):
    def __init__(self, path):
        super().__init__(path, rng_seed=0)
        self.fix_axon()

    def choose_sections(self, *given):
        sections, places = super().choose_sections(*given)
        return sections[0], places[0]

    def get_coord(self, section, place, soma_center):
        return [np.add(self.get_coords(section, place), soma_center)]

    def get_dist(self, section):
        return [h.distance(self.hobj.soma[0](0.5), self.sections[section](0.5))]

    def get_type(self, section):
        return [self._get_sec_type(self.sections[section])]


bionet.SWCReader = SWCReader
exec(compile(open("build_network.py").read(), "build_network.py", "exec"))
"""
"""Runs the build script of 300_cells, which was written for an older bmtk and an older numpy."""


def main() -> None:
    options = arguments()
    if options.child:
        child(*map(Path, options.child))
        return
    if options.into:
        kept = [options.work / "results" / f"{file_name(entry)}.json" for entry in ENTRIES]
        text = table([json.loads(path.read_text()) for path in kept if path.exists()])
        if options.into.exists() and str(options.into) != "-":
            page = options.into.read_text()
            before, rest = page.split(MARKS[0])
            options.into.write_text(f"{before}{MARKS[0]}\n{text}\n{MARKS[1]}{rest.split(MARKS[1])[1]}")
        print(text)
        return
    (options.work / "results").mkdir(parents=True, exist_ok=True)
    for entry in ENTRIES:
        if not options.only or entry.name in options.only:
            result = compared(entry, options)
            (options.work / "results" / f"{file_name(entry)}.json").write_text(json.dumps(result, indent=1))
            print(table([result]).splitlines()[-1], flush=True)


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--sonata", type=Path, help="a copy of AllenInstitute/sonata")
    parser.add_argument("--bmtk", type=Path, help="a copy of AllenInstitute/bmtk")
    parser.add_argument("--work", type=Path, default=Path("sonata-work"), help="folder for runs and results")
    parser.add_argument("--only", nargs="*", help="names of networks")
    parser.add_argument("--ranks", nargs="*", type=int, default=[1, 2, 3])
    parser.add_argument("--again", action="store_true", help="run bmtk even if its result is there")
    parser.add_argument("--into", type=Path, help="put the table of what is kept into this page")
    parser.add_argument("--child", nargs=2, help=argparse.SUPPRESS)
    return parser.parse_args()


def file_name(entry: Entry) -> str:
    return entry.name.replace(", ", "-")


def compared(entry: Entry, options: argparse.Namespace) -> Result:
    """What both tools made of a network; errors as texts."""
    config = copied(entry, options)
    work = options.work.resolve() / "runs" / file_name(entry)
    result: Result = {"name": entry.name}
    out = work / "bmtk"
    if options.again or not (out / "cpu.json").exists():
        shutil.rmtree(out, ignore_errors=True)
        out.mkdir(parents=True)
        cpu, error = timed([bmtk_python(), "-c", BMTK, str(config), str(out)], work / "bmtk.log")
        (out / "cpu.json").write_text(json.dumps({"cpu": cpu, "error": error}))
    result |= {f"bmtk_{k}": v for k, v in json.loads((out / "cpu.json").read_text()).items()}
    if result["bmtk_error"]:
        return result
    times = json.loads((out / "times.json").read_text())
    result["bmtk_build"] = times["build"]
    expected = spikes_of(out)
    result["spikes"] = len(expected)
    for ranks in options.ranks:
        own = work / f"netspec{ranks}.npz"
        command = [sys.executable, str(HERE / "sonata.py"), "--child", str(config), str(own)]
        if ranks > 1:
            command = ["mpiexec", "-n", str(ranks), *command]
        cpu, error = timed(command, work / f"netspec{ranks}.log")
        if error:
            result[f"error{ranks}"] = error
            continue
        with np.load(own, allow_pickle=True) as found:
            result |= {f"differ{ranks}": differing(expected, rows(found)), f"cpu{ranks}": cpu}
            if ranks == 1:
                result |= {name: int(found[name]) for name in ("cells", "connections")}
                result |= {"build": float(found["build"]), **signals(out, times["reports"], found)}
    return result


def copied(entry: Entry, options: argparse.Namespace) -> Path:
    """The config in a copy of the examples, whose mechanisms are compiled for bmtk."""
    place = options.work.resolve() / entry.root
    if not place.exists():
        source = getattr(options, entry.root) / "examples"
        shutil.copytree(source, place, ignore=shutil.ignore_patterns("output*", "*.nwb"))
    folder = (place / entry.config).parent
    named = {*folder.glob("components/mechanisms"), *place.glob("*components/mechanisms")}
    named |= {*place.glob("sim_tests/shared_components/mechanisms")} if "sim_tests" in entry.config else set()
    for mechanisms in named:
        if (mechanisms / "modfiles").is_dir() and not any(mechanisms.glob("*/libnrnmech*")):
            compiler = Path(bmtk_python()).parent / "nrnivmodl"
            subprocess.run([compiler, "modfiles"], cwd=mechanisms, check=True, capture_output=True)
    if entry.rebuilt and not any(folder.glob("network/*_edges.h5")):
        subprocess.run([bmtk_python(), "-c", REBUILD], cwd=folder, check=True, capture_output=True)
    config = place / entry.config
    if entry.duration is None:
        return config
    content = json.loads(config.read_text())
    content["run"]["tstop"] = entry.duration
    config = config.with_name(f"shorter.{config.name}")
    config.write_text(json.dumps(content))
    return config


def bmtk_python() -> str:
    """A python with bmtk."""
    from sonata import judge

    return str(judge.python())


def timed(command: list[str], log: Path) -> tuple[float, str]:
    """CPU of a run [s], and what it said last if it failed."""
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("w") as output:
        process = subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT, cwd=log.parent)
        _, status, usage = os.wait4(process.pid, 0)
    error = log.read_text(errors="replace").strip().splitlines()[-1:] if status else []
    return usage.ru_utime + usage.ru_stime, " ".join(error) or ("failed" if status else "")


def child(config: Path, out: Path) -> None:
    """Run a config by netspec; rank 0 writes what is compared."""
    import netspec
    from netspec import native
    from netspec.session.stages import Session

    net, options, mods = netspec.import_sonata(config)
    session = Session(talks=False)
    session.mod = list(mods)
    session.initialize(net, native.named(options), None)
    session.plan_everything()
    session.create_cells()
    session.connect_cells()
    session.add_stims()
    session.setup_recording()
    used = os.times()
    session.run()
    found = session.gather()
    if session.ranks.rank == 0:
        cells = found.plan.cells
        place = cells.positions(np.asarray(found.spikes["gid"]))
        names, ids = cells.tag("population"), cells.tag("node_id")
        potentials = {
            label: {f"{names[k]} {ids[k]}": values for gid, values in traces.items()
                    for k in [int(cells.positions(np.array([gid]))[0])]}
            for label, traces in found.traces.items()
        }  # fmt: skip
        np.savez(
            out, population=names[place], node=ids[place], time=np.asarray(found.spikes["time"]),
            cells=len(cells), connections=len(found.plan.connections),
            build=used.user + used.system + used.children_user + used.children_system,
            traces=np.array(potentials, object),
            lfp=found.signals["LFP"].values if "LFP" in found.signals else np.empty(0),
        )  # fmt: skip


def spikes_of(out: Path) -> set[tuple[str, int, float]]:
    """Bmtk's spikes: population, node and time."""
    path = out / "spikes.h5"
    found: set[tuple[str, int, float]] = set()
    if not path.exists():
        return found
    with h5py.File(path) as file:
        for name, group in file["spikes"].items():
            if isinstance(group, h5py.Group):
                rows = zip(group["node_ids"][:].tolist(), group["timestamps"][:].tolist(), strict=True)
                found |= {(name, node, time) for node, time in rows}
    return found


def rows(found: Any) -> set[tuple[str, int, float]]:
    columns = (found[name].tolist() for name in ("population", "node", "time"))
    return set(zip(*columns, strict=True))


def differing(expected: Any, found: Any) -> list[float]:
    """How many spikes have no partner in the other, and the largest difference of partners [ms].

    Of populations that have no spike in bmtk only those without spike trains of their own count.
    """
    theirs, ours = by_cell(expected), by_cell(found)
    real = {name for name, _ in theirs}
    lone, most = 0, 0.0
    for key in theirs.keys() | {key for key in ours if key[0] in real}:
        a, b = theirs.get(key, []), ours.get(key, [])
        if len(a) != len(b):
            lone += abs(len(a) - len(b))
        else:
            most = max([most, *(abs(x - y) for x, y in zip(a, b, strict=True))])
    return [lone, most]


def by_cell(spikes: Any) -> dict[tuple[str, int], list[float]]:
    """Times of each cell, ascending."""
    cells: dict[tuple[str, int], list[float]] = {}
    for name, node, time in sorted(spikes):
        cells.setdefault((name, node), []).append(time)
    return cells


def signals(out: Path, reports: Any, found: Any) -> Result:
    """Largest differences of soma potentials [mV] and of the extracellular potential (relative)."""
    made: Result = {}
    traces = found["traces"].item()
    for label, report in (reports or {}).items():
        path = out / report.get("file_name", f"{label}.h5")
        path = path if path.exists() else out / f"{label}.h5"
        if not path.exists():
            continue
        with h5py.File(path) as file:
            if "ecp" in file and found["lfp"].size:
                theirs, ours = file["ecp/data"][:], found["lfp"]
                ours = ours if ours.shape[1] == theirs.shape[1] else ours.T
                count = min(len(theirs), len(ours))
                made["ecp"] = float(np.abs(theirs[:count] - ours[:count]).max() / np.abs(theirs).max())
            elif "report" in file and report.get("variable_name") in ("v", ["v"]) and label in traces:
                made["soma"] = max(made.get("soma", 0.0), of_report(file["report"], traces[label]))
    return made


def of_report(group: Any, traces: Any) -> float:
    """Largest difference of the first values of cells; bmtk's first row is our second.

    Of the cells that we report: bmtk 1.2.0 does not know the key `gids` of node sets, and reports all cells.
    """
    most = 0.0
    for name, population in group.items():
        data = population["data"][:]
        ids, starts = population["mapping/node_ids"][:], population["mapping/index_pointer"][:]
        pairs = dict(zip(ids.tolist(), starts.tolist(), strict=False))
        pairs = {node: start for node, start in pairs.items() if f"{name} {node}" in traces}
        assert pairs, f"no cell of {name} is reported by both"
        for node, start in pairs.items():
            ours = np.asarray(traces[f"{name} {node}"])[1:]
            count = min(len(ours), len(data))
            most = max(most, float(np.abs(ours[:count] - data[:count, start]).max()))
    return most


def table(results: list[Result]) -> str:
    lines = ["| " + " | ".join(HEAD) + " |", "|" + "---|" * len(HEAD)]
    for result in results:
        ranks = [result.get(f"differ{n}") for n in (1, 2, 3)]
        differ = " / ".join("-" if pair is None else f"{pair[0]:.0f}" for pair in ranks)
        most = max((pair[1] for pair in ranks if pair), default=None)
        cells = [
            result["name"], number(result.get("cells"), ","), number(result.get("connections"), ","),
            result.get("bmtk_error") or number(result.get("spikes"), ","), differ, number(most, ".0e"),
            number(result.get("soma"), ".0e"), number(result.get("ecp"), ".0e"),
            number(result.get("bmtk_cpu"), ".1f"), number(result.get("cpu1"), ".1f"),
            number(result.get("bmtk_build"), ".1f"), number(result.get("build"), ".1f"),
        ]  # fmt: skip
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


def number(value: Any, how: str) -> str:
    return "" if value is None else f"{value:{how}}"


if __name__ == "__main__":
    main()
