"""Cells in 3-D in a browser that draws in software: the picture is there, and follows time."""

import io

import numpy as np
import pytest

from netspec import native
from netspec.plots import space3d
from netspec.results import Results
from netspec.tables import Table

pytest.importorskip("k3d")
NET = {
    "sizeX": 300,
    "cellParams": {
        "cell": {
            "secs": {
                "soma": {"geom": {"L": 20, "diam": 20}},
                "dend": {
                    "geom": {"L": 200, "diam": 2, "nseg": 5},
                    "topol": {"parentSec": "soma", "parentX": 1, "childX": 0},
                },
            }
        }
    },
    "popParams": {"E": {"cellType": "cell", "numCells": 20}, "<b>I": {"cellType": "cell", "numCells": 10}},
}


def pixels(page):
    image = pytest.importorskip("PIL.Image")
    shot = image.open(io.BytesIO(page.screenshot(clip={"x": 0, "y": 110, "width": 760, "height": 780})))
    return np.asarray(shot.convert("RGB"), int)


def test_cells_are_seen_and_light_up(browser_3d, visit, tmp_path):
    spikes = Table({"time": np.full(30, 50.2), "gid": np.arange(30)})
    space3d(Results(native.plan(NET, {"duration": 100}), spikes), tmp_path / "cells.html")
    with visit(browser_3d, tmp_path / "cells.html", 1000) as page:
        page.wait_for_function("window.K3DInstance && document.querySelector('canvas')")
        page.evaluate("(async () => { window.k3d = await K3DInstance; await k3d.setTime(40); })()")
        page.wait_for_timeout(1000)
        before = pixels(page)
        background = before[0, 0]
        seen = (np.abs(before - background).sum(axis=2) > 30).mean()
        assert 0.005 < seen < 0.5
        page.evaluate("k3d.setTime(50)")
        page.wait_for_timeout(1000)
        after = pixels(page)
        assert after.sum() < before.sum()  # spikes are dark on white
        assert (np.abs(after - before).sum(axis=2) > 30).sum() > 200
