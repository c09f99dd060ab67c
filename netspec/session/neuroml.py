"""NeuroML out of a session or of the command line, and into a session."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from netspec.errors import StateError
from netspec.plan import Plan
from netspec.session import circuits
from netspec.session.exporting import mods


def of_target(found: Any, folder: Path, form: str) -> list[Path]:
    """The files in the folder, called after it, of what a target of the command line describes."""
    from netspec import native
    from netspec.formats.neuroml.export.write import export
    from netspec.session.settings import as_mapping

    plan = native.planned(found.net_params, as_mapping(found.sim_config), found.mods)
    return export(plan, folder, folder.resolve().name, form=form, mods=mods(found.mods))


def of_session(session: Any, reference: str, form: str, **what: Any) -> None:
    """The files in the working directory of the network that a session has planned or built."""
    from netspec.formats.neuroml.export.write import export
    from netspec.session.prepare import mod_folders

    if session.started().size > 1:
        raise StateError("exportNeuroML2 needs the whole network on one rank: run it without mpiexec")
    if session.plan is None and session.ahead is None:
        session.plan_everything()
    plan: Plan = session.plan or session.ahead
    known = mods(session.mod or mod_folders())
    for path in export(plan, Path(), reference, form=form, mods=known, **what):
        session.say(f"  Exported {path}")


def read(path: Path, sim_config: Any) -> tuple[dict[str, Any], Any]:
    """The netParams of a file, whose mechanisms NEURON then knows, and simConfig as NetPyNE leaves it.

    Temperature and initial potential are the file's, unless simConfig has hParams of these names.
    """
    from netspec.neuron import mechanisms

    net_params, own, mod_folders = circuits.neuroml(path)
    mechanisms.load(mod_folders)
    conditions = own.get("hParams", {})
    if isinstance(sim_config, Mapping):
        sim_config = {**sim_config, "hParams": {**conditions, **sim_config.get("hParams", {})}}
    else:
        sim_config.hParams = {**conditions, **_changed(sim_config)}
    return net_params, sim_config


def _changed(sim_config: Any) -> dict[str, Any]:
    """What of hParams is not as every SimConfig has it."""
    from netspec.specs import SimConfig

    usual = SimConfig().get("hParams", {})
    own = dict(getattr(sim_config, "hParams", {}) or {})
    return {name: value for name, value in own.items() if usual.get(name) != value}


def channels() -> str:
    """NEURON's hh as a NeuroML document with its channels."""
    from netspec.formats.neuroml.export import channels, xml

    texts = [channels.channel(name, name) for name in channels.GATES if name.startswith("hh_")]
    return xml.head("hh") + "\n".join(texts) + "\n</neuroml>\n"
