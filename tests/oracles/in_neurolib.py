"""Runs in neurolib's python: one model with given parameters. `in_neurolib.py job.json results.npz`."""

import importlib
import json
import sys

import numpy as np

MODELS = {
    "wc": "WCModel",
    "hopf": "HopfModel",
    "fhn": "FHNModel",
    "ww": "WWModel",
    "thalamus": "ThalamicMassModel",
    "aln": "ALNModel",
}


def run(job):
    """Every output of a run, and the values it began with."""
    if job["model"] == "bold":
        from neurolib.models.bold import BOLDModel

        activity = np.array(job["activity"])
        model = BOLDModel(len(activity), job["dt"])
        model.run(activity)
        return {"t": model.t_BOLD, "BOLD": model.BOLD}
    make = getattr(importlib.import_module(f"neurolib.models.{job['model']}"), MODELS[job["model"]])
    if "Cmat" in job:
        model = make(Cmat=np.array(job["Cmat"]), Dmat=np.array(job["Dmat"]), seed=1)
    else:
        model = make(seed=1)
    for name, value in job["params"].items():
        model.params[name] = np.array(value) if isinstance(value, list) else value
    begun = {
        f"init_{name}": np.array(value) for name, value in model.params.items() if name.endswith("_init")
    }
    model.run()
    found = {f"out_{name}": np.asarray(model[name]) for name in model.output_vars}
    if job["model"] == "thalamus":
        found |= {f"out_{name}": model.outputs[name] for name in ("V_t", "V_r") if name in model.outputs}
    return {**begun, **found}


if __name__ == "__main__":
    with open(sys.argv[1]) as file:
        np.savez(sys.argv[2], **run(json.load(file)))
