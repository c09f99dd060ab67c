"""The examples of NeuroML in NEURON beside jNeuroML: the table of docs/neuroml.md.

    python benchmarks/neuroml_examples.py [--only NAME ...] [--into docs/neuroml.md]

Each example is imported and run in a process of its own, with its mechanisms compiled before. Seconds are
CPU time. jNeuroML runs at the example's step and at half of it; "distance" is how far at most a column
passes the middle of its range from where jNeuroML's get to: twice the times of half a step, minus those of
the whole.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent / "tests" / "oracles"))
MARKS = ("<!-- table made by benchmarks/neuroml_examples.py -->", "<!-- end of table -->")
HEAD = (
    "example", "with", "spikes", "passes, of jNeuroML's", "distance [ms]", "late in jNeuroML [ms]",
    "import [s]", "run [s]",
)  # fmt: skip
USES = {
    "0_IaF": "iaf cells", "1_HH": "point cell with channels", "2_Izh": "Izhikevich, inputs without dimension",
    "3_Net": "HH and three synapses", "4_KS": "kinetic scheme, point cell", "4a_KS": "kinetic schemes, cell",
    "5_DetCell": "cell", "6_NMDA": "NMDA block", "7_STP": "short-term plasticity", "8_AdEx": "adEx",
    "9_FN": "FitzHugh-Nagumo, steps of 10 ms", "10_Q10": "Q10, own rate", "11_STDP": "STDP",
    "12_Net2": "projections, spike arrays, NMDA", "13_Instances": "instances in NeuroML",
    "14_PyNN": "PyNN's cells and synapses", "15_CaDynamics": "calcium pool, seven channels",
    "16_Inputs": "all inputs, some random",
    "17_Tissue": "own type: temperature that changes", "18_GHK": "GHK",
    "19_GapJunctions": "gap junctions", "19a_GapJunctionInstances": "gap junctions, instances",
    "20_AnalogSynapses": "graded synapses", "20a_AnalogSynapsesHH": "graded synapses, HH",
    "21_CurrentBasedSynapses": "current synapse", "22_PinskyRinzelCA3": "Pinsky-Rinzel",
    "23_Spiketimes": "random sources, files of events",
    "24_FractionalConductance": "fractional gates",
    "25_MultiComp": "several compartments", "26_Weights": "weights of all kinds",
    "27_MultiSynapses": "double synapse",
}  # fmt: skip
RANDOM = ("16_Inputs", "23_Spiketimes")


def alone(lems: str, out: str) -> None:
    """One example in this process: files, and a line of JSON with counts and CPU times."""
    import netspec
    from netspec.formats.neuroml import files

    start = time.process_time()
    net, options, mods = netspec.import_neuroml(lems)
    imported = time.process_time()
    results = netspec.run(net, options, mod=mods)
    ran = time.process_time()
    files.write(results, options["saveLems"], Path(out))
    print(json.dumps([len(results.spikes), imported - start, ran - imported]))


def row(name: str, examples: Path, folder: Path) -> list[Any]:
    """A line of the table."""
    from neuroml_import import judge

    lems = examples / f"{judge.EXAMPLE}{name}.xml"
    for _ in range(2):  # the first one compiles
        done = subprocess.run(
            [sys.executable, __file__, "--alone", lems, folder / name],
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            return [name, USES[name], done.stderr.strip().splitlines()[-1], "", "", "", "", ""]
    spikes, imported, ran = json.loads(done.stdout.splitlines()[-1])
    if name == "25_MultiComp":
        made = judge.in_neuron(name, folder / "judge", (2, 4))
        whole, half = made[2], made[4]
    else:
        whole, half = judge.reference(name), judge.reference(name, 2)
    compared = compare(whole, half, folder / name / "results")
    if name in RANDOM:
        compared = [compared[0], "random", ""]
    return [name, USES[name], spikes, *compared, f"{imported:.2f}", f"{ran:.2f}"]


def compare(whole: Path, half: Path, found: Path) -> list[Any]:
    """How often columns pass their middle here and there, and distances from where the judge gets to [ms]."""
    from neuroml_import import judge

    ours = theirs = 0
    apart, late = [0.0], [0.0]
    for path in sorted(whole.glob("*.dat")):
        (times, coarse), (finer, fine) = judge.columns(path), judge.columns(half / path.name)
        own, here = judge.columns(found / path.name)
        for column, more, values in zip(coarse, fine, here, strict=True):
            middle = (column.max() + column.min()) / 2
            first = judge.crossings(times, column, middle) * 1e3
            second = judge.crossings(finer, more, middle) * 1e3
            passed = judge.crossings(own, values, middle) * 1e3
            ours, theirs = ours + len(passed), theirs + len(first)
            if len(first) == len(second) == len(passed) > 0:
                apart.append(float(np.abs(2 * second - first - passed).max()))
                late.append(float(np.abs(2 * second - 2 * first).max()))
    return [f"{ours} of {theirs}", f"{max(apart):.4f}", f"{max(late):.2f}"]


def _number(name: str) -> tuple[int, str]:
    """4a comes after 4."""
    return int("".join(filter(str.isdigit, name.split("_")[0]))), name


def main() -> None:
    """Print the table, or put it into a page."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--alone", nargs=2, help=argparse.SUPPRESS)
    parser.add_argument("--only", nargs="*", default=[])
    parser.add_argument("--into", type=Path)
    given = parser.parse_args()
    if given.alone:
        alone(*given.alone)
        return
    from neuroml_import import judge

    with tempfile.TemporaryDirectory() as place:
        examples = judge.lay_out(Path(place, "examples"))
        names = sorted(
            given.only or judge.names(),
            key=lambda name: (int("".join(filter(str.isdigit, name.split("_")[0]))), name),
        )
        lines = [HEAD, ["---"] * len(HEAD)]
        for name in names:
            lines.append(row(name, examples, Path(place, "found")))
            print(*lines[-1], sep="  ", flush=True)
    table = "\n".join("| " + " | ".join(map(str, line)) + " |" for line in lines)
    if given.into:
        text = given.into.read_text()
        before, rest = text.split(MARKS[0])
        given.into.write_text(f"{before}{MARKS[0]}\n{table}\n{MARKS[1]}{rest.split(MARKS[1])[1]}")


if __name__ == "__main__":
    main()
