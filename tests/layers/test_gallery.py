"""docs/gallery.md is what its script writes, has every picture, is small; the script runs."""

import importlib.util
import re
from pathlib import Path

import pytest

DOCS = Path(__file__).parents[2] / "docs"
PICTURES = DOCS / "pictures"
MOST = 1_000_000
"""Bytes of all pictures together."""


@pytest.fixture(scope="module")
def script():
    spec = importlib.util.spec_from_file_location("make_gallery", DOCS / "make_gallery.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_page_is_what_the_script_writes(script):
    assert (DOCS / "gallery.md").read_text() == script.page()


def test_page_lists_every_picture_once():
    listed = re.findall(r"\]\(pictures/(\w+\.png)\)", (DOCS / "gallery.md").read_text())
    assert sorted(listed) == sorted(path.name for path in PICTURES.iterdir())


def test_pictures_are_small():
    assert sum(path.stat().st_size for path in PICTURES.iterdir()) < MOST


def test_most_plots_are_shown(script):
    from netspec import plots

    shown = {plot for _, _, pictures in script.GALLERY.values() for _, plot, _ in pictures.values()}
    assert shown - {"overview"} < set(plots.PLOTS)
    assert len(shown) > 15


@pytest.mark.neuron
def test_script_draws_what_it_lists(script, tmp_path):
    pytest.importorskip("matplotlib")
    script.draw("first_network", tmp_path)
    pictures = script.GALLERY["first_network"][2]
    assert {path.name for path in tmp_path.iterdir()} == {f"{name}.png" for name in pictures}
    for path in tmp_path.iterdir():
        assert path.stat().st_size > 2000
