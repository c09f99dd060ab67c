"""The command line of batches: netspec batch run | resume | status | cancel | table | plot | report."""

from pathlib import Path
from typing import Annotated

import typer

from netspec.errors import FileError

app = typer.Typer(
    no_args_is_help=True, help="Many runs of one model: run, resume, status, cancel, table, plot, report."
)

Folder = Annotated[Path, typer.Argument(help="the folder of a study")]
Workers = Annotated[int | None, typer.Option("--workers", "-w", min=1, help="simulations at a time")]
Cores = Annotated[int | None, typer.Option("--cores", min=1, help="cores to use; default: all")]
Measure = Annotated[
    list[str] | None, typer.Option("--measure", "-m", help="a value, or a name in simData: popRates.E")
]
More = Annotated[bool, typer.Option("--oversubscribe", help="more ranks than cores are meant")]


@app.command()
def run(
    target: Annotated[Path, typer.Argument(help="a TOML file that describes a study, or the folder of one")],
    folder: Annotated[Path | None, typer.Option("--folder", "-f", help="where the study is kept")] = None,
    workers: Workers = None,
    cores: Cores = None,
    oversubscribe: More = False,
) -> None:
    """Run a study on this machine; exit status 1 unless every trial ended well."""
    from netspec.batch.study import Study

    if target.is_dir():
        study = Study(target)
    elif target.is_file():
        study = Study.from_file(target, folder or target.with_suffix(""))
    else:
        raise FileError(f"{target}: no such file or folder")
    _end(study.run(workers, cores, oversubscribe))


@app.command()
def resume(
    folder: Folder,
    failed: Annotated[bool, typer.Option("--failed", help="failed trials too")] = False,
    workers: Workers = None,
    cores: Cores = None,
    oversubscribe: More = False,
) -> None:
    """Run what is left of a study, wherever its folder is now."""
    from netspec.batch.study import Study

    _end(Study(folder).run(workers, cores, oversubscribe, failed))


@app.command()
def status(
    folder: Folder,
    watch: Annotated[bool, typer.Option("--watch", help="until it is finished, as it changes")] = False,
) -> None:
    """How far a study is; exit status 1 if trials have failed."""
    from netspec.batch import progress
    from netspec.batch.study import Study

    ledger = Study(folder).ledger
    if watch:
        progress.follow(ledger)
    for name, value in progress.overview(ledger).items():
        typer.echo(f"{name:12}{value}")
    for trial in ledger.failed():
        typer.echo(f"trial {trial.number} failed: {trial.user_attrs['error'][-1]}")
    _end(not ledger.failed())


@app.command()
def cancel(folder: Folder) -> None:
    """End the workers of a study; `resume` continues."""
    from netspec.batch.study import Study

    Study(folder).cancel()
    typer.echo(f"{folder}: its workers end within a second; netspec batch resume {folder}")


@app.command()
def table(
    folder: Folder,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="a CSV file")] = None,
    measure: Measure = None,
    repeats: Annotated[bool, typer.Option("--repeats", help="a row for each seed of a trial")] = False,
) -> None:
    """The trials of a study: parameters, values and how each ended."""
    from netspec.batch.study import Study

    found = Study(folder).table(measure or (), repeats)
    if output is not None:
        typer.echo(found.to_csv(output))
        return
    typer.echo("\t".join(found.columns))
    for row in found.rows:
        typer.echo("\t".join("" if row.get(name) is None else str(row[name]) for name in found.columns))


@app.command()
def plot(
    folder: Folder,
    kinds: Annotated[
        list[str] | None,
        typer.Argument(help="grid, response, history, importance, parallel, front; default: what fits"),
    ] = None,
    measure: Measure = None,
    x: Annotated[str | None, typer.Option(help="parameter (of a front: objective) across")] = None,
    y: Annotated[str | None, typer.Option(help="the same, upwards")] = None,
    output: Annotated[Path, typer.Option("--output", "-o", help="a folder")] = Path("pictures"),
) -> None:
    """Draw a study."""
    from netspec.batch import pictures
    from netspec.batch.study import Study

    study = Study(folder)
    wanted = kinds or pictures.fitting(study.ledger, bool(measure))
    if not wanted:
        raise typer.BadParameter("the study has no objective: name a --measure")
    output.mkdir(parents=True, exist_ok=True)
    for kind in wanted:
        for name in measure or [""]:
            path = output / f"{'_'.join([folder.name, kind, *([name] if name else [])])}.png"
            study.plot(kind, name or None, x=x, y=y, saveFig=path)
            typer.echo(path)


@app.command()
def report(
    folder: Folder,
    trial: Annotated[int, typer.Argument(min=0, help="its number")],
    output: Annotated[Path | None, typer.Option("--output", "-o", help="default: in its folder")] = None,
) -> None:
    """Show the results of a trial as one HTML file."""
    from netspec.batch.study import Study

    typer.echo(Study(folder).report(trial, output))


def _end(well: bool) -> None:
    if not well:
        raise typer.Exit(1)
