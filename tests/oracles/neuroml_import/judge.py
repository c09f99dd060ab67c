"""jNeuroML on the examples that come with it, at their own time step or a part of it; kept."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import environment
import numpy as np
import pytest
from filelock import FileLock

from netspec.lems.read import wheel

FOLDERS = ("LEMSexamples/", "examples/", "NeuroML2CoreTypes/")
EXAMPLE = "LEMS_NML2_Ex"
STEP = re.compile(r'\bstep\s*=\s*"([\d.]+)\s*(\w+)"')


def names():
    """'0_IaF', '10_Q10' ...: the examples."""
    found = (re.match(rf"LEMSexamples/{EXAMPLE}(\w+)\.xml$", name) for name in wheel().namelist())
    return sorted(match[1] for match in found if match)


def lay_out(folder, part=1):
    """All examples under a folder, with steps of 1/part; the folder of the LEMS files."""
    for name in wheel().namelist():
        if name.startswith(FOLDERS) and not name.endswith("/"):
            place = Path(folder, name)
            place.parent.mkdir(parents=True, exist_ok=True)
            text = wheel().read(name)
            if name.startswith(f"LEMSexamples/{EXAMPLE}"):
                text = with_output(text.decode(), place.stem, part).encode()
            place.write_bytes(text)
    (Path(folder) / "LEMSexamples" / "results").mkdir(exist_ok=True)
    return Path(folder) / "LEMSexamples"


def with_output(text, name, part):
    """A LEMS file that writes what it displays if it wrote nothing."""
    bare = re.sub(r"<!--.*?-->", "", text, flags=re.DOTALL)
    bare = STEP.sub(lambda found: f'step="{float(found[1]) / part:.12g}{found[2]}"', bare)
    if "<OutputFile" in bare or "<EventOutputFile" in bare:
        return bare
    shown = dict.fromkeys(re.findall(r'<Line\b[^>]*?\bquantity="([^"]+)"', bare, flags=re.DOTALL))
    in_cells = [quantity for quantity in shown if "[" in quantity or "/" in quantity]
    columns = "".join(f'<OutputColumn id="c{i}" quantity="{q}"/>' for i, q in enumerate(in_cells))
    output = f'<OutputFile id="shown" fileName="results/{name}.dat">{columns}</OutputFile>'
    return bare.replace("</Simulation>", output + "</Simulation>")


def reference(name, part=1, *options):
    """A folder with the files that jNeuroML wrote for an example with steps of 1/part."""
    if shutil.which("java") is None:
        pytest.skip("jNeuroML needs Java")
    jar = Path(wheel().filename)
    key = "-".join([jar.stem, name, str(part), *options])
    place = environment.cache_folder() / "neuroml" / key
    place.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(f"{place}.lock"):
        if not (place / "complete").exists():
            shutil.rmtree(place, ignore_errors=True)
            folder = lay_out(place, part)
            command = ["java", "-Xmx1500M", "-jar", jar, f"{EXAMPLE}{name}.xml", *(options or ["-nogui"])]
            done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
            assert done.returncode == 0, done.stdout[-3000:]
            results = place / "files"
            results.mkdir()
            for path in (folder / "results").iterdir():
                shutil.move(path, results)
            for rest in (*FOLDERS,):
                shutil.rmtree(place / rest, ignore_errors=True)
            (place / "complete").touch()
    return place / "files"


def in_neuron(name, folder, parts):
    """By part, a folder with what jNeuroML's script for NEURON writes with steps of 1/part."""
    if shutil.which("java") is None:
        pytest.skip("jNeuroML needs Java")
    made = {}
    for part in parts:
        place = lay_out(Path(folder, str(part)), part)
        jar = Path(wheel().filename)
        for command in (
            ["java", "-jar", jar, f"{EXAMPLE}{name}.xml", "-neuron", "-nogui"],
            [sys.executable, Path(sys.executable).parent / "nrnivmodl"],
            [sys.executable, f"{EXAMPLE}{name}_nrn.py", "-nogui"],
        ):
            done = subprocess.run(command, cwd=place, capture_output=True, text=True, check=False)
            assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
        made[part] = place / "results"
    return made


def columns(path):
    """Times [s] and the columns of a file."""
    table = np.loadtxt(path, ndmin=2)
    return table[:, 0], table[:, 1:].T


def crossings(times, values, threshold):
    """Times at which values come from below to a threshold, between samples."""
    up = np.flatnonzero((values[:-1] < threshold) & (values[1:] >= threshold))
    share = (threshold - values[up]) / (values[up + 1] - values[up])
    return times[up] + share * (times[up + 1] - times[up])
