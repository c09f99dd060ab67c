"""The examples of NeuroML out of the installed pyNeuroML, laid out so that a simulator can run them.

An example that writes no file gets one with the lines of its displays, in their order.
"""

import re
import subprocess
from pathlib import Path

from netspec.lems.read import wheel

FOLDERS = ("LEMSexamples/", "examples/", "NeuroML2CoreTypes/")


def names() -> list[str]:
    """'0_IaF', '10_Q10' ...: what follows LEMS_NML2_Ex in the names of the examples."""
    found = (re.match(r"LEMSexamples/LEMS_NML2_Ex(\w+)\.xml$", name) for name in wheel().namelist())
    return sorted(match[1] for match in found if match)


def lay_out(folder: Path) -> Path:
    """All examples and core types under a folder; the folder of the LEMS files."""
    for name in wheel().namelist():
        if name.startswith(FOLDERS) and not name.endswith("/"):
            place = folder / name
            place.parent.mkdir(parents=True, exist_ok=True)
            text = wheel().read(name)
            if name.startswith("LEMSexamples/LEMS_NML2"):
                text = with_output(text.decode(), place.stem).encode()
            place.write_bytes(text)
    (folder / "LEMSexamples" / "results").mkdir(exist_ok=True)
    return folder / "LEMSexamples"


def with_output(text: str, name: str) -> str:
    """A LEMS file that writes what it displays if it wrote nothing."""
    if "<OutputFile" in text or "<EventOutputFile" in text:
        return text
    bare = re.sub(r"<!--.*?-->", "", text, flags=re.DOTALL)
    quantities = dict.fromkeys(re.findall(r'<Line\b[^>]*?\bquantity="([^"]+)"', bare, flags=re.DOTALL))
    columns = "".join(f'<OutputColumn id="c{i}" quantity="{q}"/>' for i, q in enumerate(quantities))
    output = f'<OutputFile id="shown" fileName="results/{name}.dat">{columns}</OutputFile>'
    return text.replace("</Simulation>", output + "</Simulation>")


def run(lems: Path) -> None:
    """Run a LEMS file with jNeuroML, in its folder."""
    command = ["java", "-Xmx1500M", "-jar", str(wheel().filename), lems.name, "-nogui"]
    done = subprocess.run(command, cwd=lems.parent, capture_output=True, text=True, timeout=600, check=False)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
