"""Published NeuroML models beside the spikes that their authors expect: the table of docs/neuroml.md.

    python benchmarks/neuroml_models.py FOLDER [--judged FOLDER] [--only TEXT ...] [--into docs/neuroml.md]

FOLDER has a checkout of each repository (github.com/OpenSourceBrain, github.com/openworm). A model's tests
(.omt, .mep) say which spikes are expected in which columns; models without them are compared with what
jNeuroML's script for NEURON writes, which has to be in the same place under --judged. Each model is run in
a process of its own, with its mechanisms compiled before; seconds are CPU time.
"""

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from numpy.typing import NDArray

MARKS = ("<!-- table made by benchmarks/neuroml_models.py -->", "<!-- end of models -->")
HEAD = ("model", "with", "cells", "connections", "spikes, of expected", "apart [ms]", "above tolerance",
        "import [s]", "run [s]", "jNeuroML [s]")  # fmt: skip
ENGINES = ("jNeuroML_NEURON", "NEURON", "jNeuroML_NetPyNE", "jNeuroML")
"""Whose tolerance counts, if a model has tests for several."""
MODELS = {
    "WangBuzsaki1996/NeuroML2/LEMS/LEMS_WangBuzsaki.xml": "interneuron",
    "WangBuzsaki1996/NeuroML2/LEMS_ComponentType/LEMS_WangBuzsaki.xml": "interneuron, a type of its own",
    "WangBuzsaki1996/NeuroML2/LEMS_ComponentType/LEMS_Fig1_C.xml": "graded synapse, types of its own",
    "hodgkin_huxley_tutorial/Tutorial/Source/LEMS_HH_Simulation.xml": "squid axon",
    "hodgkin_huxley_tutorial/Tutorial/Source/LEMS_HH_SingleAP.xml": "squid axon",
    "hodgkin_huxley_tutorial/Tutorial/Source/LEMS_HH_VClamp.xml": "voltage clamp",
    "hodgkin_huxley_tutorial/Tutorial2/NeuroML2/LEMS_HHTutorial.xml": "squid axon",
    "PospischilEtAl2008/NeuroML2/cells/RS/LEMS_RS.xml": "cortical cell, M current",
    "PospischilEtAl2008/NeuroML2/cells/FS/LEMS_FS.xml": "cortical cell",
    "PospischilEtAl2008/NeuroML2/cells/IB/LEMS_IB.xml": "L current, Nernst",
    "PospischilEtAl2008/NeuroML2/cells/IBR/LEMS_IBR.xml": "L current",
    "PospischilEtAl2008/NeuroML2/cells/LTS/LEMS_LTS.xml": "T current, own gates",
    "PospischilEtAl2008/NeuroML2/LEMS_FiveCells.xml": "five kinds of cell",
    "PospischilEtAl2008/NeuroML2/figures/Figure1/LEMS_Figure1C.xml": "M current",
    "GranuleCell/neuroConstruct/generatedNeuroML2/LEMS_GranuleCell_LowDt.xml": "calcium pool, 8 channels",
    "GranuleCell/neuroConstruct/generatedNeuroML2/LEMS_GranuleCell.xml": "the same, longer steps",
    "IzhikevichModel/NeuroML2/LEMS_2007One.xml": "Izhikevich 2007",
    "IzhikevichModel/NeuroML2/LEMS_2007Cells.xml": "Izhikevich 2007, kinds",
    "IzhikevichModel/NeuroML2/LEMS_FiveCells.xml": "Izhikevich 2003, 5 kinds",
    "IzhikevichModel/NeuroML2/LEMS_WhichModel.xml": "Izhikevich 2003",
    "IzhikevichModel/NeuroML2/LEMS_SmallNetwork.xml": "Izhikevich 2003, synapses",
    "BahlEtAl2012_ReducedL5PyrCell/NeuroML2/LEMS_pyr_single_comp.xml": "L5 pyramidal cell, soma",
    "BahlEtAl2012_ReducedL5PyrCell/NeuroML2/test_ca/LEMS_pyr_single_comp_ca.xml": "calcium, own pool",
    "BahlEtAl2012_ReducedL5PyrCell/NeuroML2/LEMS_pyr_multi_comp.xml": "several compartments",
    "BahlEtAl2012_ReducedL5PyrCell/NeuroML2/LEMS_pyr_multi_comp_original.xml": "several compartments",
    "MainenEtAl_PyramidalCell/neuroConstruct/generatedNeuroML2/LEMS_OneComp.xml": "pyramidal cell, soma",
    "MainenEtAl_PyramidalCell/neuroConstruct/generatedNeuroML2/LEMS_MainenEtAl_PyramidalCell.xml":
        "reconstructed morphology",
    "CA1PyramidalCell/neuroConstruct/generatedNeuroML2/LEMS_CA1PyramidalCell.xml": "CA1 cell, soma",
    "CA1PyramidalCell/neuroConstruct/generatedNeuroML2/LEMS_BigCA1.xml": "reconstructed morphology",
    "L5bPyrCellHayEtAl2011/neuroConstruct/generatedNeuroML2/LEMS_L5bPyrCellHayEtAl2011_LowDt.xml":
        "L5 cell, soma, calcium",
    "L5bPyrCellHayEtAl2011/neuroConstruct/generatedNeuroML2/LEMS_TestL5PC.xml":
        "morphology, density by distance",
    "SmithEtAl2013-L23DendriticSpikes/NeuroML2/LEMS_singleCompAllChans.xml": "8 channels",
    "SmithEtAl2013-L23DendriticSpikes/NeuroML2/LEMS_testSyns.xml": "AMPA, NMDA, GABA",
    "SmithEtAl2013-L23DendriticSpikes/NeuroML2/LEMS_L23_IV.xml": "reconstructed morphology",
    "ACnet2/neuroConstruct/generatedNeuroML2/LEMS_TwoCell.xml": "pyramidal and basket cell",
    "ACnet2/neuroConstruct/generatedNeuroML2/LEMS_ACnet2_LowDt.xml": "calcium pool, soma",
    "ACnet2/neuroConstruct/generatedNeuroML2/LEMS_StimuliTest.xml": "inputs",
    "ACnet2/neuroConstruct/generatedNeuroML2/LEMS_MediumNet.xml": "auditory cortex, multi-compartment",
    "Brunel2000/NeuroML2/LEMS_Sim_BrunelFromPyNN.xml": "PyNN's cells, Poisson",
    "Brunel2000/NeuroML2/LEMS_single_cell_spikegen.xml": "own iaf type, spike generator",
    "c302/examples/LEMS_c302_A_Syns.xml": "iaf cells",
    "c302/examples/LEMS_c302_C_Syns.xml": "conductance based cells, gap junctions",
    "c302/examples/LEMS_c302_C0_Syns.xml": "graded synapses",
}  # fmt: skip
"""LEMS file -> what the model has."""
CORRECTED = {
    "WangBuzsaki2Cells.xml": [
        ('component="IClamp2" population="pop"', 'component="IClamp2" population="pop1"')
    ],
}
"""Mistakes in the files that are errors here, by file: what is written, and what is meant."""


@dataclass(frozen=True)
class Expected:
    """Spikes [ms] of a column of a file, at a threshold; tolerance: relative, of the model's own test."""

    times: NDArray[Any]
    file: str
    column: int
    scales: tuple[float, float]
    threshold: float
    tolerance: float


def expected(lems: Path) -> list[Expected]:
    """What the tests beside a LEMS file say of it; empty if there are none."""
    tests: dict[str, Path] = {}
    for path in [*lems.parent.glob(".*.omt"), *lems.parent.glob("test*/.*.omt")]:
        test = yaml.safe_load(path.read_text())
        target = path.parent / str(test.get("target")).strip()
        if "mep" in test and target.resolve() == lems.resolve():
            tests.setdefault(str(test["engine"]), path)
    engine = next((engine for engine in ENGINES if engine in tests), None)
    return list(_observables(tests[engine])) if engine else []


def _observables(path: Path) -> Iterator[Expected]:
    test = yaml.safe_load(path.read_text())
    meant = yaml.safe_load((path.parent / test["mep"]).read_text())["experiments"]
    for name, experiment in test["experiments"].items():
        told = (experiment.get("observables") or {}).get("spike times")
        times = (meant.get(name, {}).get("expected") or {}).get("spike times")
        if not told or times is None or "columns" not in told.get("file", {}):
            continue
        file = told["file"]
        first, second = (float(scale) for scale in file.get("scaling", [1000, 1000]))
        threshold = float(told["spike detection"].get("threshold", 0))
        yield Expected(
            np.array(times, float), Path(file["path"]).name, int(file["columns"][1]), (first, second),
            threshold, float(told.get("tolerance", 0)),
        )  # fmt: skip


def crossings(path: Path, column: int, scales: tuple[float, float], threshold: float) -> NDArray[Any]:
    """Times [ms] at which a column comes from below to a threshold."""
    table = np.loadtxt(path, ndmin=2)
    times, values = table[:, 0] * scales[0], table[:, column] * scales[1]
    up = np.flatnonzero((values[:-1] < threshold) & (values[1:] >= threshold))
    found: NDArray[Any] = times[up + 1]
    return found


def judged(lems: Path, folder: Path) -> list[Expected]:
    """Spikes of what jNeuroML's script for NEURON wrote: passes of -20 mV, or of the middle of the range."""
    found = []
    for path in sorted(folder.rglob("*.dat")) if folder.exists() else []:
        table = np.loadtxt(path, ndmin=2)
        for column in range(1, table.shape[1]):
            values = table[:, column] * 1e3
            middle = -20.0 if values.max() > 0 > values.min() else (values.max() + values.min()) / 2
            times = crossings(path, column, (1e3, 1e3), middle)
            if np.ptp(values) > 1e-9:
                found.append(Expected(times, path.name, column, (1e3, 1e3), middle, 0.0))
    return found


def alone(lems: str, out: str) -> None:
    """A model in this process: files, and a line of JSON with counts and CPU times."""
    import netspec
    from netspec.formats.neuroml import files

    start = time.process_time()
    net, options, mods = netspec.import_neuroml(lems)
    imported = time.process_time()
    results = netspec.run(net, options, mod=mods)
    ran = time.process_time()
    files.write(results, options.get("saveLems", []), Path(out))
    plan = results.plan
    print(json.dumps([len(plan.cells), len(plan.connections), imported - start, ran - imported]))


def row(name: str, folder: Path, judge: Path | None, place: Path) -> list[Any]:
    """A line of the table."""
    lems = folder / name
    short = f"{name.split('/')[0]}: {lems.stem.removeprefix('LEMS_')}"
    told = expected(lems)
    spent = ""
    if judge is not None:
        kept = judge / lems.parent.relative_to(folder) / lems.stem
        told = told or judged(lems, kept)
        spent = (kept / "seconds").read_text().strip() if (kept / "seconds").exists() else ""
    copied = place / name.split("/")[0]
    if not copied.exists():
        shutil.copytree(folder / name.split("/")[0], copied)
        _correct(copied)
    for _ in range(2):  # the first one compiles
        command = [sys.executable, __file__, "--alone", place / name, place / "found" / lems.stem]
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=1500)
        if done.returncode:
            said = done.stderr.strip().splitlines()
            return [short, MODELS.get(name, ""), "error: " + " ".join(said[-3:]), *[""] * 7]
    *counts, imported, ran = json.loads(done.stdout.splitlines()[-1])
    compared = compare(told, place / "found" / lems.stem)
    return [short, MODELS.get(name, ""), *counts, *compared, f"{imported:.2f}", f"{ran:.2f}", spent]


def _correct(folder: Path) -> None:
    for path in folder.rglob("*"):
        for before, after in CORRECTED.get(path.name, []):
            path.write_text(path.read_text().replace(before, after))


def compare(told: list[Expected], found: Path) -> list[str]:
    """Numbers of spikes, and how far they are apart at most: in ms, and as a share of what is tolerated."""
    ours = theirs = 0
    apart: list[float] = []
    shares: list[float] = []
    for one in told:
        path = next((p for p in found.rglob(Path(one.file).name)), None)
        times = crossings(path, one.column, one.scales, one.threshold) if path else np.zeros(0)
        ours, theirs = ours + len(times), theirs + len(one.times)
        if len(times) == len(one.times) > 0:
            apart.append(float(np.abs(times - one.times).max()))
            shares.append(float((np.abs(times - one.times) / np.abs(one.times)).max()) - one.tolerance)
    return [
        f"{ours} of {theirs}" if told else "",
        f"{max(apart):.3f}" if apart else "",
        ("" if not any(one.tolerance for one in told) else f"{max(shares):+.1e}") if shares else "",
    ]


def main() -> None:
    """Print the table, or put it into a page."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, nargs="?")
    parser.add_argument("--alone", nargs=2, help=argparse.SUPPRESS)
    parser.add_argument("--judged", type=Path)
    parser.add_argument("--only", nargs="*", default=[])
    parser.add_argument("--into", type=Path)
    given = parser.parse_args()
    if given.alone:
        alone(*given.alone)
        return
    with tempfile.TemporaryDirectory() as place:
        lines = [HEAD, ["---"] * len(HEAD)]
        for name in MODELS:
            if (given.folder / name).exists() and (not given.only or any(t in name for t in given.only)):
                lines.append(row(name, given.folder, given.judged, Path(place)))
                print(*lines[-1], sep="  ", flush=True)
    shown = len(HEAD) if given.judged else len(HEAD) - 1
    table = "\n".join("| " + " | ".join(map(str, line[:shown])) + " |" for line in lines)
    if given.into:
        text = given.into.read_text()
        before, rest = text.split(MARKS[0])
        given.into.write_text(f"{before}{MARKS[0]}\n{table}\n{MARKS[1]}{rest.split(MARKS[1])[1]}")


if __name__ == "__main__":
    main()
