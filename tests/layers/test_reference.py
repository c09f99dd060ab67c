"""Every key and option has a text, and the reference pages say what the code says."""

import runpy
from pathlib import Path

import pytest

from netspec.spec.cell import Section
from netspec.spec.network import Network
from netspec.spec.read import ENTRIES
from netspec.spec.simulation import Simulation

DOCS = Path(__file__).parents[2] / "docs"
SCRIPT = runpy.run_path(str(DOCS / "make_reference.py"))
CLASSES = (Network, Section, Simulation, *ENTRIES.values())
ROOTS = {
    "rxd",
    "masses",
    "label",
    "tags",
    "params",
    "extra",
    "constants",
    *SCRIPT["vocabulary"].SECTIONS.values(),
}
"""Fields that no key of the user's is read into directly."""


@pytest.mark.parametrize("cls", CLASSES, ids=lambda cls: cls.__name__)
def test_every_field_is_read_from_a_documented_key(cls):
    for name, field in cls.__dataclass_fields__.items():
        if field.metadata:
            assert len(field.metadata["doc"]) > 3, field.metadata["key"]
        else:
            assert name in ROOTS


@pytest.mark.parametrize("page", SCRIPT["PAGES"])
def test_page_is_not_stale(page):
    text = (DOCS / "reference" / page).read_text(encoding="utf-8")
    assert text == SCRIPT["PAGES"][page](), "run python docs/make_reference.py"


def test_every_key_is_in_a_page():
    pages = "".join(make() for make in SCRIPT["PAGES"].values())
    keys = [field.metadata["key"] for cls in CLASSES for field in SCRIPT["keys"](cls)]
    assert [key for key in keys if f"| `{key}` |" not in pages] == []
