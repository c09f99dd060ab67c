"""The command line of netspec: run, submit, check, plan, import, export, report, mod, migrate, batch."""

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from netspec.batch.commands import app as batch
from netspec.batch.job_options import Scheduler, job_options
from netspec.errors import FileError, NetspecError

if TYPE_CHECKING:
    from netspec.model import Model
    from netspec.overview import Load
    from netspec.plan.cost import Costs
    from netspec.plan.counts import Line

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="Networks of neurons as dictionaries: run, check and count them, and compile their mod files.",
)
mod_files = typer.Typer(no_args_is_help=True, help="Mod files: list, compile, which.")
app.add_typer(mod_files, name="mod")
app.add_typer(batch, name="batch")

Target = Annotated[
    Path,
    typer.Argument(
        help="a .py script, a saved file or report, an npjson index, a SONATA config, NeuroML, LEMS "
        "or a folder"
    ),
]
Ranks = Annotated[int, typer.Option("--ranks", "-n", min=1, help="number of processes")]
Folders = Annotated[list[Path] | None, typer.Argument(help="folders with mod files; default: mod")]
Resume = Annotated[bool, typer.Option("--resume", help="continue from the newest checkpoint")]
Reference = Annotated[
    bool, typer.Option("--reference", help="step a LEMS file as the reference simulator of NeuroML does")
]
PASSED_ON = {"allow_extra_args": True, "ignore_unknown_options": True}


@app.command(context_settings=PASSED_ON)
def run(
    context: typer.Context,
    target: Target,
    ranks: Ranks = 1,
    resume: Resume = False,
    reference: Reference = False,
) -> None:
    """Run a model; what follows the target is passed on to a script."""
    from netspec import launch
    from netspec import target as targets
    from netspec.session.long_runs import RESUME

    if reference:
        typer.echo(targets.run_reference(target))
        return
    found = targets.find(target)
    if resume:
        os.environ[RESUME] = "1"
    if ranks > 1:
        launch.start(ranks, ["-m", "netspec", "run", str(found), *context.args])
    targets.run(found, context.args)


@app.command(context_settings=PASSED_ON)
@job_options
def submit(
    context: typer.Context,
    target: Target,
    ranks: Ranks = 1,
    launcher: Annotated[str, typer.Option(help="such as 'srun --mpi=pmix'")] = "mpiexec",
    scheduler: Scheduler = "slurm",
    show: Annotated[bool, typer.Option("--script", help="print the job script instead")] = False,
    **job: Any,
) -> None:
    """Hand in a job that runs a model, here, on so many ranks; what follows the target is passed on."""
    from netspec.batch import cluster

    text = cluster.model_script(target, scheduler, ranks, launcher, context.args, **job)
    typer.echo(text.rstrip() if show else cluster.submit(scheduler, text))


@app.command(context_settings=PASSED_ON)
def check(context: typer.Context, target: Target) -> None:
    """Find every mistake in a model without building it; exit status 1 if there is one."""
    from netspec import target as targets

    if targets.is_neuroml(target):
        typer.echo(targets.check_neuroml(target))
        return
    model, _ = _model(target, context.args)
    network = model.spec.network
    typer.echo(
        f"{target}: no problem in {len(network.populations)} populations, "
        f"{len(network.connections)} connection rules and {len(network.targets)} stimuli"
    )


@app.command(context_settings=PASSED_ON)
def plan(context: typer.Context, target: Target, ranks: Ranks = 1) -> None:
    """Count what a model would build, and what each rank would carry, before anything is built."""
    from netspec import overview
    from netspec.plan import counts, make
    from netspec.plan.cost import ESTIMATE

    model, mods = _model(target, context.args)
    made = make.make(model)
    _table("population", counts.populations(made), "cells")
    _table("connection rule", counts.connections(made), "contacts")
    _table("stimulus", counts.inputs(made), "objects")
    cut, by_cost = model.spec.simulation.multisplit, model.spec.simulation.balance == overview.BY_COST
    costs = _costs(model, mods) if cut or by_cost else ESTIMATE
    ways = (overview.ROUND_ROBIN, overview.BY_COST, *((overview.IN_PIECES,) if cut else ()))
    for balance in ways if ranks > 1 else ways[:1]:
        _load(overview.load(made, ranks, balance, costs))


@app.command("import")
def import_model(
    config: Annotated[Path, typer.Argument(help="a SONATA config, a NeuroML or a LEMS file")],
    folder: Annotated[Path, typer.Option("--output", "-o", help="a folder to make")],
) -> None:
    """Write a SONATA circuit (whose edges stay in its files) or NeuroML as a model to be changed and run."""
    from netspec.session import circuits

    for path in circuits.write(config, folder):
        typer.echo(path)


@app.command()
def report(
    results: Annotated[Path, typer.Argument(help="a saved file with results: .h5, .json or .pkl")],
    output: Annotated[Path | None, typer.Option("--output", "-o", help="default: <results>.html")] = None,
) -> None:
    """Show results as one HTML file, which holds the model too."""
    from netspec import plots
    from netspec.formats.files import existing
    from netspec.session import loading

    typer.echo(plots.report(loading.any_results(existing(results)), output or results.with_suffix(".html")))


@app.command()
def migrate(
    folder: Annotated[Path, typer.Argument(help="a folder with a NetPyNE model")],
    write: Annotated[bool, typer.Option("--write", help="change the imports, keep *.orig copies")] = False,
) -> None:
    """Say what a NetPyNE model needs to run with netspec, and what will differ; nothing is run."""
    from netspec import migrate as migration

    report = migration.look(folder)
    typer.echo("\n".join(migration.lines(report, folder)))
    if write:
        for path in migration.write(report):
            typer.echo(f"changed {path}; as it was: {migration.backup(path)}")


@app.command(context_settings=PASSED_ON)
def export(
    context: typer.Context,
    target: Target,
    folder: Annotated[Path, typer.Option("--output", "-o", help="a folder to make")],
    sonata: Annotated[bool, typer.Option("--sonata", help="as a SONATA circuit with its simulation")] = False,
    neuroml: Annotated[bool, typer.Option("--neuroml", help="as NeuroML with its LEMS simulation")] = False,
    dialect: Annotated[str, typer.Option(help="of SONATA: allen (bmtk), obi (neurodamus) or both")] = "both",
    form: Annotated[str, typer.Option("--format", help="of NeuroML: xml or hdf5")] = "xml",
) -> None:
    """Write a model in another tool's format, or say what that cannot express; nothing is built."""
    from netspec import target as targets
    from netspec.session import exporting
    from netspec.session import neuroml as of_neuroml

    if sonata == neuroml:
        raise typer.BadParameter("name one format: --sonata or --neuroml")
    found = targets.dictionaries(targets.find(target), context.args)
    if sonata:
        typer.echo(exporting.of_target(found, folder, dialect))
        return
    for path in of_neuroml.of_target(found, folder, form):
        typer.echo(path)


@mod_files.command("list")
def list_mod_files(folders: Folders = None) -> None:
    """The mechanisms of mod files and of netspec itself, and the file of each."""
    from netspec import resources
    from netspec.neuron import mod_files as files

    for mod in files.find([*_folders(folders), resources.folder("mod")]):
        typer.echo(f"{mod.name:20}{mod.kind:20}{mod.path}")


@mod_files.command("compile")
def compile_mod_files(folders: Folders = None) -> None:
    """Compile mod files into the cache, for machines whose compute nodes have no compiler."""
    from netspec.neuron import compile as compiler
    from netspec.neuron import mod_files as files

    mods = files.find(_folders(folders))
    if not mods:
        raise FileError("no mod files: expected a folder `mod` here, or folders as arguments")
    typer.echo(f"{len(mods)} mod files: {compiler.library(mods)}")


@mod_files.command()
def which(name: str, folders: Folders = None) -> None:
    """Where a mechanism comes from: a mod file, NEURON itself, or netspec."""
    from netspec.neuron import mod_files as files

    found = [mod.path for mod in files.find(_folders(folders)) if mod.name == name]
    if not found:
        from netspec.neuron import mechanisms

        found = [Path(mechanisms.which(name))]
    typer.echo(found[0])


def main() -> None:
    """The commands, with netspec's own errors as text and exit status 1."""
    try:
        app()
    except NetspecError as error:
        typer.echo(str(error), err=True)
        sys.exit(1)


def _model(target: Path, arguments: list[str]) -> "tuple[Model, list[Path]]":
    """The checked model of a target, and its folders of mod files."""
    from netspec import target as targets

    found = targets.dictionaries(targets.find(target), arguments)
    return targets.checked(found), list(found.mods)


def _costs(model: "Model", mods: list[Path]) -> "Costs":
    """What mechanisms cost on this machine."""
    from netspec.neuron import cost, ranks

    measured: Costs = cost.measured(model, mods, ranks.start())
    return measured


def _load(load: "Load") -> None:
    """The table of what each rank would have."""
    typer.echo(f"\n{load.balance if load.segments else f'balance = {load.balance!r}'}")
    typer.echo(f"{'rank':>6}{'cells':>12}{'contacts':>14}{'stimuli':>12}{'memory':>14}{'work':>10}")
    mean = load.work.mean() or 1.0
    for rank, work in enumerate(load.work.tolist()):
        memory = f"{load.memory[rank] / 1e6:,.0f} MB"
        counts = f"{load.cells[rank]:>12,}{load.connections[rank]:>14,}{load.inputs[rank]:>12,}"
        typer.echo(f"{rank:>6}{counts}{memory:>14}{work / mean:>10.2f}")
    if len(load.work) > 1:
        typer.echo(f"The busiest rank has {load.excess:.2f} times the mean work.")
    if load.one_cell_is_too_much:
        typer.echo("One cell alone is more work than the share of a rank: more ranks will not be faster.")
    for gid, segments in load.segments.items():
        typer.echo(f"Cell {gid} is cut; segments on each rank: {', '.join(map(str, segments))}.")


def _folders(given: list[Path] | None) -> list[Path]:
    from netspec.neuron import mod_files

    return given or [place for place in (mod_files.folder(Path()),) if place]


def _table(title: str, lines: "list[Line]", counted: str) -> None:
    if not lines:
        return
    typer.echo(f"\n{title:24}{'':16}{counted:>12}")
    for line in lines:
        typer.echo(f"{line.label:24}{line.kind:16}{line.count:>12,}")
    typer.echo(f"{'':40}{sum(line.count for line in lines):>12,}")


if __name__ == "__main__":
    main()
