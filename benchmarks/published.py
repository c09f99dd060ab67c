"""Models that others wrote for NetPyNE, in NetPyNE and in netspec: the table of docs/compatibility.md.

    python benchmarks/published.py models.toml --models FOLDER --results FOLDER [--only NAME ...] [--again]
    python benchmarks/published.py --table FOLDER [--into docs/compatibility.md]

The list is TOML; each `[[model]]` is an `Entry`. A model is copied, what its entry changes is replaced, for
netspec the imports are rewritten as `netspec migrate` does, and its script runs in processes of its own: in
NetPyNE on one rank, in netspec on those of the entry. Mod files that compile as they are, nrnivmodl compiles
once for both; others netspec repairs for both. What they hold is compared to the last bit (traces to
1e-9). NetPyNE's result is kept in the work folder until the entry changes or --again is given.
"""

import argparse
import contextlib
import datetime
import heapq
import json
import os
import platform
import re
import shutil
import signal
import subprocess
import sys
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent / "tests" / "oracles"))

import environment  # noqa: E402
from compare import MOST, differences  # noqa: E402

from netspec import cache, launch, migrate  # noqa: E402
from netspec.neuron import mod_copy  # noqa: E402

LEFT_OUT = shutil.ignore_patterns("x86_64", "arm64", ".git", "__pycache__", "*.orig")
SOURCES = (".mod", ".inc", ".h", ".hpp")
KINDS = ("tags", "connections", "stimuli", "spikes", "traces")
NOT_TRACES = ("spkt", "spkid", "avgRate", "popRates", "__dict__")
TRACES = 1e-9
WORDS = ("title", "source", "changed", "remark", "ranks", "limit")
"""What of an entry does not matter to NetPyNE's run."""
MARKS = ("<!-- table made by benchmarks/published.py -->", "<!-- end of table -->")
HEAD = (
    "model", "cells", "connections", "same connections?", "same spikes?", "build [s]", "peak [MB]", "changed",
    "remarks",
)  # fmt: skip
Result = dict[str, Any]


@dataclass(frozen=True)
class Entry:
    """A model and how it is run.

    folder: of the model below --models, all of which is copied. where: the working folder in it; script and
    mods (folders with mod files) are relative to that. duration [ms]: in place of the model's. limit [s]: for
    each run.
    change: tables with file (relative to folder), old, new and, if it is for one package only, only.
    title, source (a URL), changed and remark: words for the table.
    """

    name: str
    folder: str
    script: str = "src/init.py"
    where: str = "."
    arguments: tuple[str, ...] = ()
    mods: tuple[str, ...] = ("mod",)
    duration: float | None = None
    ranks: tuple[int, ...] = (1, 2)
    limit: float = 300
    change: tuple[dict[str, str], ...] = ()
    title: str = ""
    source: str = ""
    changed: str = ""
    remark: str = ""


def main() -> None:
    options = arguments()
    if options.table:
        text = table([json.loads(path.read_text()) for path in sorted(options.table.glob("*.json"))])
        if options.into:
            options.into.write_text(inserted(options.into.read_text(), text))
        print(text)
        return
    entries = [Entry(**row) for row in tomllib.loads(options.list.read_text())["model"]]
    options.results.mkdir(parents=True, exist_ok=True)
    for entry in entries:
        if not options.only or entry.name in options.only:
            result = compared(entry, options)
            (options.results / f"{entry.name}.json").write_text(json.dumps(result, indent=1))
            print(table([result]).splitlines()[-1], flush=True)
            for line in told(result):
                print(f"    {line}", flush=True)


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("list", nargs="?", type=Path, help="TOML file with the models")
    parser.add_argument("--models", type=Path, default=Path(), help="folder of the models' copies")
    parser.add_argument("--results", type=Path, default=Path("results"), help="folder for one JSON per model")
    parser.add_argument("--work", type=Path, default=Path("published"), help="folder for the runs")
    parser.add_argument("--oracle", type=Path, help="python with NetPyNE; default: that of the oracle tests")
    parser.add_argument("--only", nargs="*", help="names of models")
    parser.add_argument("--again", action="store_true", help="run NetPyNE even if its result is there")
    parser.add_argument("--table", type=Path, help="print the table of a folder of results")
    parser.add_argument("--into", type=Path, help="put the table into this page, between its marks")
    options = parser.parse_args()
    if not options.table and not options.list:
        parser.error("a list of models, or --table")
    return options


def compared(entry: Entry, options: argparse.Namespace) -> Result:
    """What became of a model in both packages, and how they differ; as it is kept."""
    work = options.work.resolve() / entry.name
    models = options.models.resolve()
    python = (options.oracle or environment.python()).absolute()
    runs = {"netpyne": netpyne(entry, models, work, python, options.again)}
    library = runs["netpyne"].pop("library", "")
    place = copied(entry, models, work / "netspec", "netspec")
    if library and not runs["netpyne"]["repaired"]:
        (place / platform.machine()).symlink_to(library)
    ours = [work / f"netspec{ranks}" for ranks in entry.ranks]
    for ranks, out in zip(entry.ranks, ours, strict=True):
        runs[f"netspec{ranks}"] = netspec(entry, place, out, ranks)
    ran = [work / name for name, run in runs.items() if not run["stops"]]
    same = {out.name: compare(ran[0], out) for out in ran[1:]}
    today = datetime.datetime.now(tz=datetime.UTC).date().isoformat()
    return {"entry": asdict(entry), "date": today, "runs": runs, "same": same}


def netpyne(entry: Entry, models: Path, work: Path, python: Path, again: bool) -> Result:
    """The run in NetPyNE on one rank, or what was kept of it."""
    kept = work / "netpyne.json"
    asked = json.loads(json.dumps({key: value for key, value in vars(entry).items() if key not in WORDS}))
    if kept.exists() and not again:
        known = json.loads(kept.read_text())
        if asked.items() <= known["entry"].items():
            return known["run"]
    place = copied(entry, models, work / "netpyne-model", "netpyne")
    files = sources(place, entry.mods)
    built, repaired = compiled(python, files) if files else (None, False)
    if built is None and files:
        run: Result = {"stops": "its mod files do not compile"}
    else:
        if built:
            (place / platform.machine()).symlink_to(built)
        run = {**executed(entry, [python], "netpyne", place, work / "netpyne"), "repaired": repaired}
        run["library"] = str(built or "")
    kept.write_text(json.dumps({"entry": asked, "run": run}))
    return run


def netspec(entry: Entry, place: Path, out: Path, ranks: int) -> Result:
    """The run in netspec. Folders of mod files that it does not know of are put where it looks."""
    own = place / "mod"
    if entry.mods != ("mod",) and not own.exists():
        own.mkdir()
        for path in sources(place, entry.mods):
            (own / path.name).symlink_to(path)
    launcher = [launch.mpiexec(), "-n", str(ranks)] if ranks > 1 else []
    return executed(entry, [*launcher, sys.executable, "-W", "ignore"], "netspec", place, out, ranks)


def copied(entry: Entry, models: Path, target: Path, package: str) -> Path:
    """The working folder of a fresh copy of a model, changed as its entry says."""
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(models / entry.folder, target, ignore=LEFT_OUT)
    for change in entry.change:
        if change.get("only", package) == package:
            path = target / change["file"]
            text = path.read_bytes().decode(errors="surrogateescape")
            if change["old"] not in text:
                raise SystemExit(f"{entry.name}: {path} does not contain {change['old']!r}")
            new = text.replace(change["old"], change["new"])
            path.write_bytes(new.encode(errors="surrogateescape"))
    if package == "netspec":
        migrate.write(migrate.look(target))
    return target / entry.where


def sources(place: Path, folders: Iterable[str]) -> list[Path]:
    """The mod files of folders and what they may include from beside or above them, one of each name."""
    found: dict[str, Path] = {}
    for folder in folders:
        above = [path for path in (place / folder).parent.glob("*") if path.suffix in SOURCES[1:]]
        for path in sorted([*(place / folder).glob("*"), *above]):
            if path.suffix in SOURCES:
                found.setdefault(path.name, path)
    return list(found.values()) if any(name.endswith(".mod") for name in found) else []


def compiled(python: Path, files: list[Path]) -> tuple[Path | None, bool]:
    """The folder that nrnivmodl makes of mod files or None; whether they were repaired."""

    def make(work: Path, repaired: bool) -> None:
        (work / "sources").mkdir()
        if repaired:
            mod_copy.copy(files, work / "sources")
        else:
            for path in files:
                shutil.copy(path, work / "sources")
        with (work / "log").open("w") as log:
            command = [python.parent / "nrnivmodl", "sources"]
            done = subprocess.run(command, cwd=work, stdout=log, stderr=log, env=variables(1), check=False)
        if done.returncode:
            shutil.rmtree(work / platform.machine(), ignore_errors=True)

    contents = [item for path in files for item in (path.name, path.read_bytes())]
    for repaired in (False, True):
        key = cache.key([str(python), str(repaired), *contents])
        place = cache.made_once("published", key, lambda work, repaired=repaired: make(work, repaired))
        if (place / platform.machine()).is_dir():
            return place / platform.machine(), repaired
    return None, True


def variables(ranks: int) -> dict[str, str]:
    found = {**environment.environment(), "OPENBLAS_NUM_THREADS": "1"}
    # Scripts that loop over sets of texts would make another network in each process.
    folders = [str(HERE.parent), *filter(None, [found.get("PYTHONPATH")])]
    found |= {"PYTHONPATH": os.pathsep.join(folders), "PYTHONHASHSEED": "0"}
    return {**found, **launch.additions(max(ranks, 1000 if ranks > 1 else 1), found)}


def executed(
    entry: Entry, launcher: list[Any], package: str, place: Path, out: Path, ranks: int = 1
) -> Result:
    """Costs and counts of a run, whose results are in `out`; `stops` says why it failed, if it did."""
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    duration = "-" if entry.duration is None else str(entry.duration)
    command = [*launcher, HERE / "run_model.py", package, out, duration, entry.script, *entry.arguments]
    stops = finished(list(map(str, command)), place, variables(ranks), entry.limit, out / "log")
    costs = [json.loads(path.read_text()) for path in sorted(out.glob("costs.*.json"))]
    if stops or len(costs) != ranks:
        return {"stops": stops or "ended without a result"}
    total = {key: sum(each[key] for each in costs) for key in ("cells", "connections", "peak", "seconds")}
    spikes = len(json.loads((out / "data.json").read_text())["spkt"])
    return {"stops": "", "build": costs[0]["build"], **total, "spikes": spikes}


def finished(command: list[str], place: Path, variables: dict[str, str], limit: float, log: Path) -> str:
    """Why a command failed; '' if it did not."""
    with log.open("w") as file:
        process = subprocess.Popen(
            command, cwd=place, env=variables, stdout=file, stderr=file, start_new_session=True
        )
        try:
            status = process.wait(limit)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGTERM)  # which a launcher passes on to its ranks
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(30)
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            return f"not done after {limit:g} s"
    if status < 0:
        return f"ended by signal {-status}"
    return reason(log.read_text(errors="replace")) if status else ""


def reason(log: str) -> str:
    """The line that says why a program failed, without folders: the last naming an error, else the last."""
    lines = [line.strip() for line in log.splitlines() if line.strip()]
    naming = [
        k for k, line in enumerate(lines) if re.match(r"([\w.]+\.)?\w*(Error|Exception|Interrupt)\b", line)
    ]
    k = naming[-1] if naming else len(lines) - 1
    problem = k >= 0 and re.search(r"\d problems? in", lines[k])
    last = ": ".join(lines[k + 1 : k + 3]) if problem else lines[k] if lines else "no message"
    return re.sub(r"(?<![\w.])/(?:[\w.+-]+/)+", "", last)[:200]


def compare(expected: Path, found: Path) -> dict[str, list[str]]:
    """What differs between two runs, by kind; nothing in the list of a kind: the same."""
    data = [json.loads((folder / "data.json").read_text()) for folder in (expected, found)]
    said = cells_compared(lines(expected), lines(found))
    said["spikes"] = differences(*map(spikes, data))
    said["traces"] = differences(*map(traces, data), TRACES)
    return {kind: [line[:300] for line in said[kind]] for kind in KINDS}


def lines(folder: Path) -> Iterator[str]:
    """The cells of all ranks of a run, one per line, in order of gid."""
    with contextlib.ExitStack() as opened:
        files = [opened.enter_context(path.open()) for path in sorted(folder.glob("cells.*.txt"))]
        yield from heapq.merge(*files, key=lambda line: int(line.partition("\t")[0]))


def cells_compared(expected: Iterable[str], found: Iterable[str]) -> dict[str, list[str]]:
    """What differs between the cells, one per line, by kind; cells of which there is only one are tags."""
    said: dict[str, list[str]] = {"tags": [], "connections": [], "stimuli": []}
    ours = iter(found)
    for line in expected:
        other = next(ours, None)
        if other is None:
            said["tags"].append(f"{line.partition(chr(9))[0]}: only expected")
        elif line != other:
            gid, _, text = line.partition("\t")
            gid_found, _, text_found = other.partition("\t")
            said["tags"] += differences(int(gid), int(gid_found))
            a, b = json.loads(text), json.loads(text_found)
            for kind, known in said.items():
                if len(known) < MOST:
                    known += [f"{gid}{line}" for line in differences(a[kind], b[kind])]
    said["tags"] += [f"{line.partition(chr(9))[0]}: only found" for line in ours]
    return said


def spikes(data: dict[str, Any]) -> list[list[float]]:
    """[time, gid] of every spike, in order."""
    return sorted([float(time), int(gid)] for time, gid in zip(data["spkt"], data["spkid"], strict=True))


def traces(data: dict[str, Any]) -> dict[str, Any]:
    """What was recorded, without what is empty."""
    return {key: value for key, value in data.items() if key not in NOT_TRACES and value not in ([], {})}


def table(results: Iterable[Result]) -> str:
    """One line for each model (markdown)."""
    rows = sorted((row(result) for result in results), key=lambda cells: cells[0].lower())
    return "\n".join("| " + " | ".join(cells) + " |" for cells in [HEAD, ["---"] * len(HEAD), *rows])


def row(result: Result) -> list[str]:
    entry, runs = result["entry"], result["runs"]
    ran = [run for run in runs.values() if not run["stops"]]
    title = entry["title"] or entry["name"]
    counts = ran[0] if ran else {"cells": 0, "connections": 0, "spikes": 0}
    spikes = f"{verdict(result, 'spikes')} ({counts['spikes']:,})" if ran else "-"
    both = [runs["netpyne"], runs.get("netspec1", {"stops": "not run"})]
    return [
        f"[{title}]({entry['source']})" if entry["source"] else title,
        f"{counts['cells']:,}",
        f"{counts['connections']:,}",
        verdict(result, "connections"),
        spikes,
        " → ".join("-" if run["stops"] or run["build"] is None else f"{run['build']:.2f}" for run in both),
        " → ".join("-" if run["stops"] else f"{run['peak'] / 1e6:.0f}" for run in both),
        entry["changed"],
        "; ".join(filter(None, [*remarks(result), entry["remark"]])).replace("|", "\\|"),
    ]


def verdict(result: Result, kind: str) -> str:
    """Whether netspec's runs agree with NetPyNE's; without one, '-'."""
    if result["runs"]["netpyne"]["stops"] or not result["same"]:
        return "-"
    same = result["same"]
    agree = {
        name.removeprefix("netspec"): name in same and not same[name][kind]
        for name in result["runs"]
        if name != "netpyne"
    }
    if all(agree.values()):
        return "yes"
    ranks = [name for name, same in agree.items() if same]
    return f"on {' and '.join(ranks)} rank" if ranks else "no"


def remarks(result: Result) -> Iterator[str]:
    """What the runs say themselves: which stopped and why, mod files repaired, other differences."""
    runs = result["runs"]
    if runs["netpyne"]["stops"]:
        ours = [name.removeprefix("netspec") for name, run in runs.items() if not run["stops"]]
        ends = f", netspec runs (ranks: {', '.join(ours)})" if ours else ""
        yield f"NetPyNE stops: {runs['netpyne']['stops']}{ends}"
    for name, run in runs.items():
        if name != "netpyne" and run["stops"]:
            yield f"netspec stops on {name.removeprefix('netspec')}: {run['stops']}"
    if runs["netpyne"].get("repaired"):
        yield "mod files do not compile as they are: NetPyNE ran with netspec's repaired copies"
    for kind in ("tags", "stimuli", "traces"):
        if not runs["netpyne"]["stops"] and any(said[kind] for said in result["same"].values()):
            yield f"{kind} differ"
    if runs["netpyne"]["stops"] and len(result["same"]) > 0:
        alike = not any(said["spikes"] for said in result["same"].values())
        yield (
            "the same spikes on every number of ranks" if alike else "spikes differ between numbers of ranks"
        )


def told(result: Result) -> Iterator[str]:
    """The first of all differences, for whoever looks for their reason."""
    for name, said in result["same"].items():
        for kind, texts in said.items():
            yield from (f"{name} {kind}: {text}" for text in texts[:3])


def inserted(page: str, text: str) -> str:
    """The page with the table between its marks."""
    before, _, rest = page.partition(MARKS[0])
    _, found, after = rest.partition(MARKS[1])
    if not found:
        raise SystemExit(f"the page has no lines {MARKS[0]} and {MARKS[1]}")
    return f"{before}{MARKS[0]}\n\n{text}\n\n{MARKS[1]}{after}"


if __name__ == "__main__":
    main()
