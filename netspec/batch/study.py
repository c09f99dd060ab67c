"""A study from Python: made or opened by its folder, run by a pool of local workers, read as a table."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from netspec.batch import cluster, locks, pool, progress, searches, settings, worker
from netspec.batch import fitness as fitnesses
from netspec.batch.ledger import Ledger
from netspec.errors import Problem, SpecError, StateError

if TYPE_CHECKING:
    from netspec.batch.table import Measures, Table


class Study:
    """A study in a folder. Settings (see `settings.Settings`) make it; without any it is opened.

    Made again with the same settings it is continued; with others it is refused. Paths of files are relative
    to the working directory. fitness: a function of a trial's `results` or `folder`, or 'file.py:function'.
    """

    def __init__(self, folder: str | Path, *, fitness: Callable[..., Any] | str | None = None, **given: Any):
        self.folder = Path(folder)
        self._fitness = fitnesses.of_folder(fitness) if callable(fitness) else None
        if given or fitness:
            named = settings.reference(fitness) if callable(fitness) else fitness
            self._make({**given, "fitness": named} if named else given, Path())
        self.ledger = Ledger(self.folder)
        self.settings = self.ledger.settings
        self.ledger.enqueue()

    @classmethod
    def from_file(cls, path: str | Path, folder: str | Path) -> "Study":
        """The study that a TOML file describes, whose paths are relative to the file, in this folder."""
        made = cls.__new__(cls)
        made.folder, made._fitness = Path(folder), None
        made._make(settings.from_toml(Path(path)), Path(path).parent)
        made.__init__(folder)  # type: ignore[misc]
        return made

    def _make(self, given: Mapping[str, Any], base: Path) -> None:
        wanted = settings.checked(given, base)
        self.folder.mkdir(parents=True, exist_ok=True)
        with locks.held(self.folder / "claims.lock"):
            if not (self.folder / settings.FILE).exists():
                settings.freeze(wanted, self.folder, base)
            changed = settings.changed(wanted, self.folder, base)
        if changed:
            text = (
                f"other settings than before ({', '.join(changed)}): take another folder, or delete this one"
            )
            raise SpecError([Problem(str(self.folder), text)])

    def run(
        self,
        workers: int | None = None,
        cores: int | None = None,
        oversubscribe: bool = False,
        failed: bool = False,
        quiet: bool = False,
    ) -> bool:
        """Run what is left, on so many cores; whether every trial ended well.

        workers: simulations at a time; default: what the cores have room for. failed: failed trials too.
        """
        ranks = self.settings.ranks
        workers = pool.room(ranks, workers, cores, oversubscribe)
        (self.folder / worker.CANCEL).unlink(missing_ok=True)
        if failed:
            self.ledger.retry_failed()
        return pool.run(self.ledger, workers, self._fitness, quiet)

    def submit(
        self,
        workers: int,
        scheduler: str = "slurm",
        trials: int | None = None,
        failed: bool = False,
        **job: Any,
    ) -> str:
        """The number of a job array of workers, as many as there are trials left or fewer, of `trials` each.

        failed: failed trials too. job: see `jobs.Job`.
        """
        if self.settings.search in searches.OWN:
            text = "a job does not run the script that registers it: name it as 'file.py:function'"
            raise SpecError([Problem("search", text)])
        left = self.left() + (len(self.ledger.failed()) if failed else 0)
        if not left:
            raise StateError(f"{self.folder}: all trials are finished, nothing is left for a job")
        text = self.script(min(workers, left), scheduler, trials, **job)
        if failed:
            self.ledger.retry_failed()
        (self.folder / worker.CANCEL).unlink(missing_ok=True)
        (self.folder / cluster.OUTPUT).mkdir(exist_ok=True)
        if self._fitness and (self.settings.fitness or "").startswith("<"):
            fitnesses.keep(self._fitness, self.folder)
        return cluster.submit(scheduler, text)

    def script(self, workers: int, scheduler: str = "slurm", trials: int | None = None, **job: Any) -> str:
        """The job script of so many workers."""
        return cluster.study_script(self.folder, scheduler, workers, self.settings.ranks, trials, **job)

    def left(self) -> int:
        """How many trials are not finished."""
        return self.ledger.planned() - progress.finished(self.ledger)

    def wait(self, scheduler: str = "slurm", quiet: bool = False) -> bool:
        """Whether every trial ended well, once all are finished, or no job of Slurm's is left to run them."""

        def alive() -> bool:
            if (self.folder / worker.CANCEL).exists():
                return False
            return scheduler != "slurm" or cluster.has_jobs(self.folder)

        return pool.wait_for(self.ledger, alive, quiet)

    def cancel(self) -> int:
        """Ask all workers to end; how many jobs were cancelled. Trials wait for `run` to begin them again."""
        (self.folder / worker.CANCEL).touch()
        return cluster.cancel(self.folder)

    def table(self, measures: "Measures" = (), repeats: bool = False) -> "Table":
        """A row per trial, or with repeats one for each of its seeds. measures: see `table.table`."""
        from netspec.batch.table import table

        return table(self.ledger, measures, repeats)

    def plot(self, kind: str, measure: str | None = None, **given: Any) -> Any:
        """The axes of a picture of the study; see `pictures.draw`."""
        from netspec.batch import pictures

        return pictures.draw(self.ledger, kind, measure, **given)

    def importance(self, measure: str | None = None, seed: int = 0) -> dict[str, float]:
        """How much of the variance of a measure (default: the first objective) each parameter explains."""
        from netspec.batch import importance

        table = self.table()
        return importance.shares(table, measure or importance.first(self.settings.objectives), seed)

    def report(self, number: int, path: str | Path | None = None) -> str:
        """The path of an HTML file that shows a trial's results; default: in its folder."""
        from netspec import plots

        folder = self.ledger.folder_of(number)
        if not folder.is_dir():
            raise StateError(f"{self.folder}: there is no trial {number} that has begun")
        if self.settings.seeds:
            folder /= "seed0"
        return str(plots.report(fitnesses.results_of(folder), path or folder / "report.html"))

    @property
    def best(self) -> dict[str, Any]:
        """Number, values of the parameters and objectives of the best trial (of the first of a front)."""
        found = self.ledger.best()
        if not found:
            raise StateError(f"{self.folder}: no trial with an objective is complete")
        objectives = dict(zip(self.settings.objectives, found[0].values, strict=True))
        return {"number": found[0].number, "point": self.ledger.point_of(found[0]), "objectives": objectives}
