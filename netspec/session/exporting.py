"""Networks out of a session or of the command line into other tools' files."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from netspec.errors import StateError
from netspec.neuron import mod_files
from netspec.session.containers import plain_data


def mods(folders: Iterable[Path]) -> dict[str, list[Path]]:
    """By mechanism, its mod file in the folders and the files that it includes."""
    places = [Path(folder) for folder in folders]
    return {
        found.name: [found.path, *sorted(mod_files.included(found.path, [found.path.parent, *places]))]
        for found in mod_files.find(places)
    }


def of_target(found: Any, folder: Path, dialect: str) -> Path:
    """The folder with a SONATA circuit of what a target of the command line describes; without NEURON."""
    from netspec import native
    from netspec.formats.sonata.write import export
    from netspec.session.settings import as_mapping

    options = as_mapping(found.sim_config)
    plan = native.planned(found.net_params, options, found.mods)
    documents = {"net_params": plain_data(found.net_params), "sim_config": plain_data(options)}
    return export(plan, folder, dialect=dialect, mods=mods(found.mods), **documents)


def of_session(session: Any, folder: Any, dialect: str, mod: Any) -> str:
    """The same of the network that a session has planned or built, with what a script has changed."""
    from netspec import native
    from netspec.formats.sonata.write import export
    from netspec.session.prepare import mod_folders

    if session.started().size > 1:
        raise StateError("exportSonata needs the whole network on one rank: run it without mpiexec")
    if session.plan is None and session.ahead is None:
        session.plan_everything()
    plan = session.plan or session.ahead
    folders = native.folders(mod) if mod is not None else session.mod or mod_folders()
    documents = {"net_params": plain_data(session.params), "sim_config": plain_data(session.cfg)}
    return str(export(plan, folder, dialect=dialect, mods=mods(folders), **documents))
