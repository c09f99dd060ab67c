"""A network as NeuroML with its LEMS simulation, from the plan."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from netspec.errors import Problem, SpecError, StateError, did_you_mean
from netspec.formats.neuroml.export import simulation, xml
from netspec.formats.neuroml.export.document import document
from netspec.formats.sonata.export.layout import safe
from netspec.plan import Plan

FORMATS = {"xml": ".net.nml", "hdf5": ".net.nml.h5"}


def export(
    plan: Plan,
    folder: str | Path,
    name: str,
    *,
    form: str = "xml",
    mods: Mapping[str, Sequence[Path]] | None = None,
    connections: bool = True,
    stimulations: bool = True,
    radius: float = 5,
) -> list[Path]:
    """The files of a whole network: <name>.net.nml (form 'hdf5': .net.nml.h5) and LEMS_<name>.xml.

    What the schema of NeuroML does not have, such as types of the user's, is in <name>.types.xml.

    SpecError lists what NeuroML cannot say, before anything is written. mods: mechanism -> its mod file and
    those that it includes. connections, stimulations: whether they are written.
    radius: of cells without segments, for pictures [um].
    """
    if form not in FORMATS:
        raise SpecError([Problem("format", f"{form!r} is unknown. {did_you_mean(form, FORMATS)}")])
    if len(plan.cells.owned) < len(plan.cells):
        raise StateError("the plan is one rank's share of a network; an export needs all of it")
    texts = {label: files[0].read_text("utf-8", "replace") for label, files in (mods or {}).items()}
    own_id = safe(name) if not name[:1].isdigit() else f"_{safe(name)}"
    made, problems = document(plan, own_id, texts, (connections, stimulations), radius)
    if problems:
        raise SpecError(problems)
    place = Path(folder)
    place.mkdir(parents=True, exist_ok=True)
    network, lems = place / f"{name}{FORMATS[form]}", place / f"LEMS_{name}.xml"
    if form == "xml":
        xml.write(made, network)
    else:
        from netspec.formats.neuroml.export import hdf5

        hdf5.write(made, network)
    types = [place / f"{name}.types.xml"] if made.made.types else []
    for path in types:
        path.write_text(simulation.types(made), encoding="utf-8")
    files = [path.name for path in (*types, network)]
    lems.write_text(simulation.text(plan, made, files), encoding="utf-8")
    return [network, lems, *types]
