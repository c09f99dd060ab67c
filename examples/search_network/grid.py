"""Rates over two weights, each point with three seeds: python grid.py [--points 5]."""

import argparse
import sys
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

from netspec.batch import Study

HERE = Path(__file__).parent

if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--points", type=int, default=5)
    count = parser.parse_args().points
    noise, inhibition = "netParams.stimTargetParams.noise.weight", "netParams.connParams.I->E.weight"
    study = Study(
        HERE / "grid",
        script=str(HERE / "model.py"),
        parameters={
            "noise": {"values": np.linspace(1e-4, 3e-4, count).round(7), "paths": [noise]},
            "inhibition": {"values": np.linspace(0, 0.004, count).round(7), "paths": [inhibition]},
        },
        seeds=[1, 2, 3],
    )
    if not study.run():
        sys.exit(1)
    spread = study.table(repeats=True).to_xarray()["rates.E"].std("seed")
    print(f"rates.E differ between seeds by {float(spread.mean()):.2f} Hz (standard deviation)")

    figure = Figure(figsize=(10, 4), layout="constrained")
    for ax, measure in zip(figure.subplots(1, 2), ("rates.E", "synchrony"), strict=True):
        study.plot("grid", measure, axis=ax)
    figure.savefig(HERE / "grid.png", dpi=65)
