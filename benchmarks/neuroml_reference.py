"""Reference mode beside jNeuroML on the examples of NeuroML: largest difference, and seconds of each.

    python benchmarks/neuroml_reference.py [NAME ...]

Seconds are wall-clock, from the start of a process to its files; our second run finds its types compiled.
"""

import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "oracles" / "neuroml_reference"))
import neuroml_examples as examples  # noqa: E402

OURS = "import sys; from netspec.lems import reference; reference.run(sys.argv[1], sys.argv[2])"


def main() -> None:
    """A row per example."""
    print("| example | largest difference | jNeuroML [s] | first [s] | again [s] | times faster |")
    print("|---|---|---|---|---|---|")
    for name in sys.argv[1:] or examples.names():
        with tempfile.TemporaryDirectory() as place:
            print(row(name, Path(place)), flush=True)


def row(name: str, place: Path) -> str:
    """One line of the table."""
    lems = examples.lay_out(place) / f"LEMS_NML2_Ex{name}.xml"
    ours = place / "ours"
    try:
        theirs = _seconds(lambda: examples.run(lems))
    except AssertionError:
        return f"| {name} | refused by jNeuroML | | | | |"
    times = [
        _seconds(lambda: subprocess.run([sys.executable, "-c", OURS, lems, ours], check=True)) for _ in "12"
    ]
    files = [file for file in ours.rglob("*") if file.is_file()]
    worst = max(_difference(file, lems.parent / file.relative_to(ours)) for file in files)
    said = "same bytes" if worst == 0 else f"{worst:.1g}"
    return f"| {name} | {said} | {theirs:.2f} | {times[0]:.2f} | {times[1]:.2f} | {theirs / times[1]:.1f} |"


def _seconds(work) -> float:  # type: ignore[no-untyped-def]
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def _difference(ours: Path, theirs: Path) -> float:
    """Largest difference relative to the largest value of a column; 0 if all bytes are the same."""
    if ours.read_bytes() == theirs.read_bytes():
        return 0.0
    a, b = np.loadtxt(ours), np.loadtxt(theirs)
    if a.shape != b.shape:
        return float("inf")
    return float((np.abs(a - b).max(axis=0) / np.maximum(np.abs(b).max(axis=0), 1e-300)).max())


main()
