"""Make the notebooks of the examples again, with their outputs: python make_notebooks.py [example ...].

An example's notebook is made of its tutorial.py (cells begin with '# %%'), or of its README.md and run.py: a
cell for each paragraph of the script, then the pictures that it has saved.
"""

import ast
import re
import shutil
import sys
import tempfile
from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

HERE = Path(__file__).parent
ARGUMENTS = {"potjans_diesmann_2014": ["--cells", "0.02", "--synapses", "0.1", "--duration", "300"]}
"""Options of scripts that would take too long without."""
BESIDE = re.compile(r'str\(Path\(__file__\)\.with_name\("(\w+)"\)\)')
PICTURE = re.compile(r"^!\[(.*)\]\((.*\.png)\)$", re.MULTILINE)
WIDGET = "application/vnd.jupyter.widget-view+json"
SHOW = 'from IPython.display import Image\n\nImage("{name}")'


def names():
    """Examples, in the order of their names."""
    return sorted(path.parent.name for path in HERE.glob("*/run.py"))


def notebook(name):
    """The notebook of an example, not run yet."""
    folder = HERE / name
    tutorial = folder / "tutorial.py"
    cells = from_cells(tutorial.read_text()) if tutorial.exists() else from_script(folder)
    for number, cell in enumerate(cells):
        cell["id"] = f"{name}-{number}"
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    return new_notebook(cells=cells, metadata={"kernelspec": kernel, "language_info": {"name": "python"}})


def from_cells(text):
    """Cells of a script whose lines '# %%' and '# %% [markdown]' begin them."""
    cells = []
    for part in re.split(r"^# %%", text, flags=re.MULTILINE)[1:]:
        kind, _, body = part.partition("\n")
        if "[markdown]" in kind:
            lines = [line.removeprefix("#").removeprefix(" ") for line in body.strip().splitlines()]
            cells.append(new_markdown_cell("\n".join(lines)))
        else:
            cells.append(new_code_cell(body.strip().replace("# %", "%")))  # magics are no Python
    return cells


def from_script(folder):
    """Cells of the first part of README.md, of each paragraph of run.py, and of the pictures."""
    readme = (folder / "README.md").read_text()
    pictures = [new_cell for alt, name in PICTURE.findall(readme) for new_cell in
                (new_markdown_cell(f"## {alt}"), new_code_cell(SHOW.format(name=name)))]  # fmt: skip
    first = re.split(r"^(?:```|\| file)", readme, flags=re.MULTILINE)[0].strip()
    code = paragraphs(plain((folder / "run.py").read_text(), ARGUMENTS.get(folder.name, [])))
    return [new_markdown_cell(first), *map(new_code_cell, code), *pictures]


def plain(text, arguments):
    """A script without what a notebook lacks: its own file and the command line."""
    text = BESIDE.sub(r'"\1"', text).replace("parse_args()", f"parse_args({arguments})")
    if "Path(" not in text:
        text = text.replace("from pathlib import Path\n", "")
    return text


def paragraphs(text):
    """Statements of a script but for its docstring, those without an empty line between them together."""
    lines = text.splitlines()
    begins = []
    for statement in ast.parse(text).body[1:]:
        line = statement.lineno - 1
        while line and lines[line - 1].startswith("#"):
            line -= 1
        if not begins or not lines[line - 1].strip():
            begins.append(line)
    ends = [*begins[1:], len(lines)]
    return ["\n".join(lines[a:b]).strip() for a, b in zip(begins, ends, strict=True)]


def run(name, made):
    """The notebook with its outputs, run in a copy of the example's folder."""
    from nbclient import NotebookClient

    with tempfile.TemporaryDirectory() as place:
        folder = shutil.copytree(
            HERE / name, Path(place) / name, ignore=shutil.ignore_patterns("*.png", "x86_64")
        )
        resources = {"metadata": {"path": str(folder)}}
        NotebookClient(made, timeout=600, resources=resources, record_timing=False).execute()
    return without_widgets(made)


def without_widgets(made):
    """The notebook without sliders, which do nothing before it is run, and without what it said of them."""
    made.metadata.pop("widgets", None)
    for cell in made.cells:
        if cell.cell_type == "code":
            cell.outputs = [out for out in cell.outputs if WIDGET not in out.get("data", {})]
    return made


if __name__ == "__main__":
    for wanted in sys.argv[1:] or names():
        done = run(wanted, notebook(wanted))
        nbformat.write(done, HERE / wanted / f"{wanted}.ipynb")
        print(f"{wanted}/{wanted}.ipynb")
