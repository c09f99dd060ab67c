"""Which files and steps a biophysical cell is made of."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from netspec.errors import FileError, did_you_mean
from netspec.formats.sonata import columns
from netspec.formats.sonata.config import Config, load
from netspec.formats.sonata.groups import Group

SCHEMAS = ("ctdb", "nml", "hoc")
"""What model_template may begin with."""
PROCESSING = (
    *("aibs_perisomatic", "aibs_allactive", "aibs_perisomatic_directed", "aibs_allactive_directed"),
    "extracellular",
)
"""What model_processing may name."""
DEFAULT_LENGTH = 20.0
"""Longest half of a segment [um] where a simulation does not say."""


def arguments(config: Config, group: Group) -> dict[str, Any]:
    """The arguments of `neuron.allen_cells.cell` for the cells of a group."""
    own, file = group.attributes, group.nodes.files.types or group.nodes.files.data
    where = f"{file}: {group.label!r}"
    schema, _, name = str(own["model_template"]).partition(":")
    if schema not in SCHEMAS or not name:
        raise FileError(
            f"{where}: model_template {own['model_template']!r}: no cell with sections "
            f"(known: {', '.join(SCHEMAS)}, each with a colon and a name)"
        )
    single = sorted(label for label in group.nodes.columns if label.startswith(columns.DYNAMICS))
    if single and config.dialect == "allen":
        raise FileError(
            f"{group.nodes.files.data}: {single[0]} of single nodes with sections: bmtk 1.2.0 leaves it out, "
            "and there is no other rule for it; make a node type of each set of parameters"
        )
    parameters = name if schema == "nml" else own["dynamics_params"]
    if parameters is not None:
        folder = config.component("biophysical_neuron_models_dir", where)
        parameters = str(config.file(f"{where}: parameters", str(folder / str(parameters))))
    steps = [step.strip() for step in str(own["model_processing"] or "").split(",") if step.strip()]
    unknown = [step for step in steps if step not in PROCESSING]
    if unknown:
        raise FileError(
            f"{where}: model_processing {unknown[0]!r} is none of bmtk's; a function that a script registers "
            f"with bmtk is not in the files. {did_you_mean(unknown[0], PROCESSING)}"
        )
    morphology = None
    if schema != "hoc" or own["morphology"] is not None:
        morphology = str(_morphology(config, own["morphology"], where))
    made = {
        "morphology": morphology,
        "parameters": parameters,
        "model": schema,
        "processing": steps,
        "longest": config.run.get("dL", DEFAULT_LENGTH) if config.dialect == "allen" else None,
    }
    return made if schema != "hoc" else {**made, "template": _template(config, name, made, where)}


def _template(config: Config, name: str, made: Mapping[str, Any], where: str) -> dict[str, Any]:
    """The name of a HOC template, the files to load, and its arguments: bmtk's, or those of neurodamus."""
    if config.dialect == "obi":
        folder = config.component("biophysical_neuron_models_dir", where)
        file = config.file(f"{where}: model_template", str(folder / f"{name}.hoc"))
        morphology = Path(made["morphology"] or "")
        return {"name": name, "files": [str(file)], "args": [0, str(morphology.parent), morphology.name]}
    named = config.components.get("templates_dir")
    if named is None:
        raise FileError(f"{config.path}: components.templates_dir is missing; {where} needs it")
    files: list[str] = []
    for place in map(Path, named if isinstance(named, list) else [named]):
        files += map(str, sorted(place.glob("*.hoc")) if place.is_dir() else [place])
    args = [] if made["morphology"] is None else [made["morphology"]]
    if made["parameters"] is not None:
        given = load(Path(made["parameters"])).get("params")
        args = args if given is None else given if isinstance(given, list) else [given]
    return {"name": name, "files": files, "args": args}


def _morphology(config: Config, name: Any, where: str) -> Path:
    if name is None:
        raise FileError(f"{where}: morphology is missing")
    folder = config.component("morphologies_dir", where)
    file = str(name) if str(name).endswith(".swc") else f"{name}.swc"
    return config.file(f"{where}: morphology", str(folder / file))
