"""Which conductances the f-I curve allows, by rejection: python posterior.py [--trials 200].

Of points spread over the ranges those are kept whose curves are nearest to the measured one: approximate
Bayesian computation. `arrays` gives sbi, or anything else, the same two tables.
"""

import argparse
import sys
from pathlib import Path

import numpy as np
from fit import RANGES
from matplotlib.figure import Figure
from model import MEASURED

from netspec.batch import Study

HERE = Path(__file__).parent
KEPT = 0.05

if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--trials", type=int, default=200)
    study = Study(
        HERE / "posterior",
        script=str(HERE / "model.py"),
        parameters=RANGES,
        search="qmc",
        trials=parser.parse_args().trials,
        seed=1,
    )
    if not study.run():
        sys.exit(1)

    points, curves = study.table().arrays(["rates"])  # (trials, 2) and (trials, currents)
    distance = np.sqrt(((curves - MEASURED) ** 2).mean(axis=1))
    nearest = points[np.argsort(distance)[: max(2, int(KEPT * len(points)))]]
    for name, values in zip(RANGES, nearest.T, strict=True):
        print(f"{name.rpartition('.')[2]}: {values.mean():.3f} +- {values.std():.3f} S/cm2")

    figure = Figure(figsize=(5, 4), layout="constrained")
    ax = figure.subplots()
    image = ax.scatter(*points.T, c=np.minimum(distance, 40), s=12, cmap="viridis_r")
    ax.plot(*nearest.T, "o", markerfacecolor="none", color="#cc3311", label="kept")
    ax.plot(0.16, 0.05, "k*", markersize=12, label="of the measured cell")
    ax.set(xlabel="gnabar [S/cm2]", ylabel="gkbar [S/cm2]")
    ax.legend(loc="upper left", framealpha=0.9)
    figure.colorbar(image, ax=ax, label="distance of the curves [Hz], at most 40")
    figure.savefig(HERE / "posterior.png", dpi=65)
