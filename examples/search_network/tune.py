"""Weights with rates of 10 and 20 Hz and little synchrony, two objectives: python tune.py [--trials 100]."""

import argparse
import sys
from pathlib import Path

from matplotlib.figure import Figure

from netspec.batch import Study

HERE = Path(__file__).parent

if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--trials", type=int, default=100)
    weight = {"low": 1e-5, "high": 1e-2, "log": True}  # [uS]
    rules = {name: {**weight, "paths": [f"netParams.connParams.{name}.weight"]} for name in ("E->I", "I->E")}
    noise = {"low": 1e-4, "high": 3e-4, "paths": ["netParams.stimTargetParams.noise.weight"]}
    study = Study(
        HERE / "tune",
        script=str(HERE / "model.py"),
        parameters={"noise": noise, **rules},
        search="nsga2",
        options={"population_size": 20},
        trials=parser.parse_args().trials,
        seed=1,
        objectives={"error": "minimize", "synchrony": "minimize"},
    )
    if not study.run():
        sys.exit(1)
    for row in sorted(study.table().rows, key=lambda row: row["error"])[:3]:
        print({name: round(row[name], 5) for name in (*study.settings.parameters, "error", "synchrony")})

    figure = Figure(figsize=(10, 7), layout="constrained")
    kinds = ("front", "parallel", "history", "importance")
    for ax, kind in zip(figure.subplots(2, 2).ravel(), kinds, strict=True):
        study.plot(kind, axis=ax)
    figure.savefig(HERE / "tune.png", dpi=65)
