"""Conductances with which a cell has a given f-I curve: python fit.py [--trials 50]."""

import argparse
import sys
from pathlib import Path

from matplotlib.figure import Figure
from model import CURRENTS, MEASURED

from netspec.batch import Study

HERE = Path(__file__).parent
HH = "netParams.cellParams.cell.secs.soma.mechs.hh"
RANGES = {f"{HH}.gnabar": (0.08, 0.24), f"{HH}.gkbar": (0.02, 0.08)}  # [S/cm2]

if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--trials", type=int, default=50)
    study = Study(
        HERE / "fit",
        script=str(HERE / "model.py"),
        parameters=RANGES,
        search="tpe",
        trials=parser.parse_args().trials,
        seed=1,
        objectives={"error": "minimize"},
    )
    if not study.run():
        sys.exit(1)
    print(study.best)

    figure = Figure(figsize=(10, 4), layout="constrained")
    left, right = figure.subplots(1, 2)
    study.plot("history", axis=left)
    best = study.table().rows[study.best["number"]]
    right.plot(CURRENTS, MEASURED, "o", label="measured")
    right.plot(CURRENTS, best["rates"], label="best fit")
    right.set(xlabel="current [nA]", ylabel="rate [Hz]")
    right.legend(frameon=False)
    figure.savefig(HERE / "fit.png", dpi=65)
