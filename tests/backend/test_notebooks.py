"""Every example has a notebook: made of its script as that is now, run without errors, small."""

import json
import sys
from pathlib import Path

import pytest

pytest.importorskip("nbformat")

EXAMPLES = Path(__file__).parents[2] / "examples"
NAMES = sorted(path.parent.name for path in EXAMPLES.glob("*/run.py"))


@pytest.fixture
def make(monkeypatch):
    monkeypatch.syspath_prepend(str(EXAMPLES))
    sys.modules.pop("make_notebooks", None)
    import make_notebooks

    return make_notebooks


def saved(name):
    return json.loads((EXAMPLES / name / f"{name}.ipynb").read_text(encoding="utf-8"))


def text(source):
    return source if isinstance(source, str) else "".join(source)


@pytest.mark.parametrize("name", NAMES)
def test_notebook_is_that_of_the_script(make, name):
    """If this fails: python examples/make_notebooks.py <name>."""
    cells = [(cell["cell_type"], text(cell["source"])) for cell in saved(name)["cells"]]
    assert cells == [(cell.cell_type, cell.source) for cell in make.notebook(name).cells]


@pytest.mark.parametrize("name", NAMES)
def test_notebook_was_run_and_is_small(name):
    path = EXAMPLES / name / f"{name}.ipynb"
    assert path.stat().st_size < 250_000
    outputs = [out for cell in saved(name)["cells"] for out in cell.get("outputs", [])]
    assert not [out for out in outputs if out["output_type"] == "error"]
    assert not [out for out in outputs if out.get("name") == "stderr"]
    assert any("image/png" in out.get("data", {}) for out in outputs)
    assert "/home/" not in path.read_text(encoding="utf-8")
    assert f"{name}.ipynb" in (EXAMPLES / "README.md").read_text(encoding="utf-8")


@pytest.mark.neuron
def test_tutorial_runs(make):
    pytest.importorskip("nbclient")
    pytest.importorskip("ipykernel")
    pytest.importorskip("ipywidgets")
    pytest.importorskip("neuroml")  # comes with pyNeuroML, which takes seconds to import
    done = make.run("hodgkin_huxley", make.notebook("hodgkin_huxley"))
    again = [out for cell in done.cells for out in cell.get("outputs", []) if out.output_type == "stream"]
    was = [out for cell in saved("hodgkin_huxley")["cells"] for out in cell.get("outputs", [])]
    expected = [text(out["text"]) for out in was if out["output_type"] == "stream"]
    assert [out.text for out in again] == expected
