"""Draws docs/pictures and writes docs/gallery.md from the examples: python make_gallery.py [example ...].

An example runs as it is, and once more with what GALLERY records besides; then each of its pictures is drawn.
A test fails while the page is stale.
"""

import os
import runpy
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).parent
EXAMPLES = HERE.parent / "examples"
STYLE = {"figSize": (6, 4), "dpi": 65, "fontSize": 9}
ELECTRODES = [[75, y, 75] for y in range(-250, 151, 50)]
RHYTHM = {"signal": "LFP", "electrode": 4, "fs": 10_000, "filtFreq": [10, 40]}
LFP = {"electrodes": ["all"], "timeRange": [50, 400]}

GALLERY = {
    "first_network": (
        [],
        {},
        {
            "overview": ("everything at once", "overview", {}),
            "raster": (
                "spikes, and how many",
                "plotRaster",
                {"orderBy": ["pop", "y"], "spikeHist": "subplot"},
            ),
            "rates": ("rates over time", "plotSpikeFreq", {"binSize": 2, "smooth": 8}),
            "counts": ("spikes per bin", "plotSpikeHist", {"histType": "stepfilled", "stacked": True}),
            "boxes": ("rates of cells", "plotSpikeStats", {"stats": ["rate"]}),
            "irregularity": (
                "how irregular cells fire",
                "plotSpikeStats",
                {"stats": ["isicv"], "graphType": "histogram", "bins": 20},
            ),
            "power": ("the rhythm in the rates", "plotRatePSD", {"binSize": 2, "maxFreq": 120}),
            "power_over_time": (
                "and when it is there",
                "plotRateSpectrogram",
                {"include": ["E", "I"], "binSize": 2, "minFreq": 10, "maxFreq": 120},
            ),
            "causality": (
                "who drives whom",
                "granger",
                {"cells1": ["E"], "cells2": ["I"], "binSize": 2},
            ),
            "traces": ("membrane potentials", "plotTraces", {"oneFigPer": "trace", "timeRange": [100, 300]}),
            "network": ("cells and connections", "plot2Dnet", {}),
            "depth": (
                "connections by depth",
                "plotConn",
                {"feature": "numConns", "groupBy": "y", "groupByIntervalPre": 50, "groupByIntervalPost": 50},
            ),
        },
    ),
    "hybrid_network": (
        [],
        {"recordLFP": ELECTRODES, "recordDipole": True, "saveLFPPops": ["PYR"]},
        {
            "hybrid": (
                "connections of four kinds of cells",
                "plotConn",
                {"feature": "convergence", "includePre": ["allCells"], "includePost": ["allCells"]},
            ),
            "shapes": (
                "shapes, coloured by synapses",
                "plotShape",
                {"includePost": ["PYR"], "cvar": "numSyns", "axisLabels": True},
            ),
            "lfp": ("the local field potential", "plotLFPTimeSeries", LFP),
            "lfp_power": ("its power", "plotLFPPSD", {**LFP, "maxFreq": 80}),
            "lfp_spectrogram": (
                "its power over time",
                "plotLFPSpectrogram",
                {**LFP, "electrodes": [0, 4, 8], "minFreq": 5, "maxFreq": 80},
            ),
            "electrodes": ("what the electrodes see", "plotLFPLocations", {}),
            "csd": (
                "current source density",
                "plotCSD",
                {"timeRange": [50, 250], "overlay": "LFP", "minf": 1},
            ),
            "dipole": ("the current dipole", "plotDipole", {}),
            "phases": (
                "spikes and the phase of a rhythm",
                "plotRaster",
                {"include": ["PYR", "INT"], "colorbyPhase": RHYTHM},
            ),
        },
    ),
    "potjans_diesmann_2014": (
        ["--cells", "0.02", "--synapses", "0.1", "--duration", "300"],
        {},
        {
            "layers": (
                "eight populations in four layers",
                "plotRaster",
                {"timeRange": [200, 400], "orderInverse": True, "marker": ".", "markerSize": 1.5},
            ),
            "layers_boxes": ("their rates", "plotSpikeStats", {"stats": ["rate"], "timeRange": [200, 500]}),
            "layers_matrix": ("and their connections", "plotConn", {"feature": "probability"}),
        },
    ),
}
"""Example -> its arguments, what is recorded besides, pictures: file -> what it shows, plot, arguments."""

SEARCHES = {
    "search_network": {
        "grid": "rates and synchrony over two weights, means of three seeds",
        "tune": "two objectives: the front, and what led there",
    },
    "fit_cell": {
        "fit": "an f-I curve, and how it was found",
        "posterior": "densities of channels that the curve allows",
    },
}
"""Example of a batch -> its scripts, each of which draws a picture of its name, and what that shows."""

HEAD = """\
# Gallery

Pictures of what is in `examples/`, each with the line that draws it after the script has run;
[Draw pictures](how-to/pictures.md) has all plots and their arguments. `python docs/make_gallery.py` draws
them again.
"""
FOOT = """
## In the browser

Pages to zoom into, to select in and to turn around: [linked views](how-to/interactive.md),
[the report](how-to/report.md) of a run, and [cells in 3-D](how-to/report.md#cells-in-3-d).
"""


def line(plot, arguments):
    """The call that draws a picture."""
    if plot == "overview":
        return "netspec.plots.overview(sim.results)"
    return f"sim.analysis.{plot}({', '.join(f'{name}={value!r}' for name, value in arguments.items())})"


def page():
    """The text of docs/gallery.md."""
    parts = [HEAD]
    for example, (_, recorded, pictures) in GALLERY.items():
        title = (EXAMPLES / example / "README.md").read_text().splitlines()[0].removeprefix("# ")
        parts.append(f"\n## {title}\n")
        if recorded:
            options = ", ".join(f"`cfg.{name} = {value!r}`" for name, value in recorded.items())
            parts.append(f"\nRecorded besides: {options}.\n")
        for name, (what, plot, arguments) in pictures.items():
            heading = f"{what[0].upper()}{what[1:]}"
            parts.append(f"\n{heading}: `{line(plot, arguments)}`\n\n![{heading}](pictures/{name}.png)\n")
    for example, scripts in SEARCHES.items():
        title = (EXAMPLES / example / "README.md").read_text().splitlines()[0].removeprefix("# ")
        parts.append(f"\n## {title}\n")
        for name, what in scripts.items():
            heading = f"{what[0].upper()}{what[1:]}"
            parts.append(f"\n{heading}: `python {name}.py`\n\n![{heading}](pictures/search_{name}.png)\n")
    return "".join([*parts, FOOT])


def draw(example, folder):
    """Run an example in a copy of its folder and draw its pictures into a folder."""
    from netspec import plots, sim

    arguments, recorded, pictures = GALLERY[example]
    with tempfile.TemporaryDirectory() as place:
        copy = Path(shutil.copytree(EXAMPLES / example, Path(place) / example))
        home, argv, path = Path.cwd(), sys.argv, list(sys.path)
        sys.argv, sys.path = ["run.py", *arguments], [str(copy), *path]
        os.chdir(copy)
        try:
            made = runpy.run_path("run.py")
            if recorded:
                made["cfg"].analysis = {}
                made["cfg"].update(recorded)
                sim.createSimulate(made["netParams"], made["cfg"])
            results = sim.results
        finally:
            os.chdir(home)
            sys.argv, sys.path[:] = argv, path
    for name, (_, plot, given) in pictures.items():
        target = folder / f"{name}.png"
        if plot == "overview":
            plots.overview(results, size=(9, 6)).savefig(target, dpi=65)
        else:
            plots.draw(results, plot, **STYLE, **given, saveFig=str(target))


def search(example, folder):
    """Run the batches of an example in a copy of its folder, which draw its pictures."""
    with tempfile.TemporaryDirectory() as place:
        copy = Path(shutil.copytree(EXAMPLES / example, Path(place) / example))
        for name in SEARCHES[example]:
            subprocess.run([sys.executable, f"{name}.py"], cwd=copy, check=True)
            shutil.copy(copy / f"{name}.png", folder / f"search_{name}.png")


def main(examples):
    """Draw the pictures of some examples, or of all, and write the page."""
    folder = HERE / "pictures"
    folder.mkdir(exist_ok=True)
    for example in examples or [*GALLERY, *SEARCHES]:
        (draw if example in GALLERY else search)(example, folder)
    (HERE / "gallery.md").write_text(page())


if __name__ == "__main__":
    main(sys.argv[1:])
