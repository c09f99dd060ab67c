"""The command line of batches: netspec batch run | submit | script | resume | status | cancel | table."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from netspec.batch.job_options import Scheduler, job_options
from netspec.errors import FileError

if TYPE_CHECKING:
    from netspec.batch.study import Study

app = typer.Typer(
    no_args_is_help=True,
    help="Many runs of one model: run, submit, script, resume, status, cancel, table.",
)

Folder = Annotated[Path, typer.Argument(help="the folder of a study")]
Workers = Annotated[int | None, typer.Option("--workers", "-w", min=1, help="simulations at a time")]
Cores = Annotated[int | None, typer.Option("--cores", min=1, help="cores to use; default: all")]
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
def status(folder: Folder) -> None:
    """How far a study is; exit status 1 if trials have failed."""
    from netspec.batch import cluster
    from netspec.batch.pool import overview
    from netspec.batch.study import Study

    ledger = Study(folder).ledger
    jobs = cluster.status(folder)
    if jobs:
        typer.echo(f"{'jobs':12}{jobs}")
    for name, value in overview(ledger).items():
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
    folder: Folder, output: Annotated[Path | None, typer.Option("--output", "-o", help="a CSV file")] = None
) -> None:
    """The trials of a study: parameters, values and how each ended."""
    from netspec.batch.study import Study

    found = Study(folder).table()
    if output is not None:
        typer.echo(found.to_csv(output))
        return
    typer.echo("\t".join(found.columns))
    for row in found.rows:
        typer.echo("\t".join("" if row.get(name) is None else str(row[name]) for name in found.columns))


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
