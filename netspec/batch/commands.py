"""The command line of batches: netspec batch run | submit | resume | status | table | plot | report ..."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from netspec.batch.job_options import Scheduler, job_options
from netspec.errors import FileError

if TYPE_CHECKING:
    from netspec.batch.study import Study

app = typer.Typer(
    no_args_is_help=True,
    help="Many runs of one model: run, submit, script, resume, status, cancel, table, plot, report.",
)

Folder = Annotated[Path, typer.Argument(help="the folder of a study")]
Workers = Annotated[int | None, typer.Option("--workers", "-w", min=1, help="simulations at a time")]
Cores = Annotated[int | None, typer.Option("--cores", min=1, help="cores to use; default: all")]
Measure = Annotated[
    list[str] | None, typer.Option("--measure", "-m", help="a value, or a name in simData: popRates.E")
]
More = Annotated[bool, typer.Option("--oversubscribe", help="more ranks than cores are meant")]


Target = Annotated[Path, typer.Argument(help="a TOML file that describes a study, or the folder of one")]
Where = Annotated[Path | None, typer.Option("--folder", "-f", help="where the study is kept")]
Jobs = Annotated[int, typer.Option("--workers", "-w", min=1, help="jobs of the array, at most")]
Trials = Annotated[int | None, typer.Option("--trials", min=1, help="that a worker runs; default: any")]
Failed = Annotated[bool, typer.Option("--failed", help="failed trials too")]


@app.command()
def run(
    target: Target,
    folder: Where = None,
    workers: Workers = None,
    cores: Cores = None,
    oversubscribe: More = False,
) -> None:
    """Run a study on this machine; exit status 1 unless every trial ended well."""
    _end(_study(target, folder).run(workers, cores, oversubscribe))


@app.command()
@job_options
def submit(
    target: Target,
    workers: Jobs,
    folder: Where = None,
    trials: Trials = None,
    failed: Failed = False,
    scheduler: Scheduler = "slurm",
    **job: Any,
) -> None:
    """Hand in a job array of workers, which run what is left of a study, and go on without it."""
    study = _study(target, folder)
    number = study.submit(workers, scheduler, trials, failed, **job)
    typer.echo(f"job {number}; netspec batch status {study.folder}")


@app.command()
@job_options
def script(
    target: Target,
    workers: Jobs = 1,
    folder: Where = None,
    trials: Trials = None,
    scheduler: Scheduler = "slurm",
    **job: Any,
) -> None:
    """Print the job script that `submit` would hand in."""
    typer.echo(_study(target, folder).script(workers, scheduler, trials, **job), nl=False)


@app.command(hidden=True)
def worker(
    folder: Folder,
    trials: Trials = None,
    again: Annotated[bool, typer.Option("--again", help="queue once more when the time is over")] = False,
) -> None:
    """Run trials until none is left: what a job of `submit` does."""
    import math

    from netspec.batch import cluster
    from netspec.batch import worker as workers
    from netspec.batch.study import Study

    if workers.work(folder, most=trials or math.inf):
        _end(not Study(folder).ledger.failed())
    elif again:
        cluster.queue_again()
    else:
        _end(False)


@app.command()
def resume(
    folder: Folder,
    failed: Failed = False,
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
    from netspec.batch import cluster, progress
    from netspec.batch.study import Study

    ledger = Study(folder).ledger
    if watch:
        progress.follow(ledger)
    jobs = cluster.status(folder)
    if jobs:
        typer.echo(f"{'jobs':12}{jobs}")
    for name, value in progress.overview(ledger).items():
        typer.echo(f"{name:12}{value}")
    for trial in ledger.failed():
        typer.echo(f"trial {trial.number} failed: {trial.user_attrs['error'][-1]}")
    _end(not ledger.failed())


@app.command()
def cancel(folder: Folder) -> None:
    """End the workers of a study; `resume` continues."""
    from netspec.batch.study import Study

    jobs = Study(folder).cancel()
    if jobs:
        typer.echo(f"{jobs} jobs cancelled")
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


def _study(target: Path, folder: Path | None) -> "Study":
    from netspec.batch.study import Study

    if target.is_dir():
        return Study(target)
    if target.is_file():
        return Study.from_file(target, folder or target.with_suffix(""))
    raise FileError(f"{target}: no such file or folder")
