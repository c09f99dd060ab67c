"""Which files and steps a biophysical cell is made of."""

from pathlib import Path
from typing import Any

from netspec.errors import FileError
from netspec.formats.sonata.config import Config
from netspec.formats.sonata.groups import Group

DEFAULT_LENGTH = 20.0
"""Longest half of a segment [um] where a simulation does not say."""


def arguments(config: Config, group: Group) -> dict[str, Any]:
    """The arguments of `neuron.allen_cells.cell` for the cells of a group."""
    own, file = group.attributes, group.nodes.files.types or group.nodes.files.data
    where = f"{file}: {group.label!r}"
    schema, _, name = str(own["model_template"]).partition(":")
    if schema not in ("ctdb", "nml"):
        raise FileError(f"{where}: model_template {own['model_template']!r}: not supported yet")
    parameters = name if schema == "nml" else own["dynamics_params"]
    if parameters is not None:
        folder = config.component("biophysical_neuron_models_dir", where)
        parameters = str(config.file(f"{where}: parameters", str(folder / str(parameters))))
    steps = [step.strip() for step in str(own["model_processing"] or "").split(",") if step.strip()]
    return {
        "morphology": str(_morphology(config, own["morphology"], where)),
        "parameters": parameters,
        "model": schema,
        "processing": steps,
        "longest": config.run.get("dL", DEFAULT_LENGTH),
    }


def _morphology(config: Config, name: Any, where: str) -> Path:
    if name is None:
        raise FileError(f"{where}: morphology is missing")
    folder = config.component("morphologies_dir", where)
    file = str(name) if str(name).endswith(".swc") else f"{name}.swc"
    return config.file(f"{where}: morphology", str(folder / file))
