"""The loop of a worker: claim a trial, run its simulation, say what came out, until there is none left."""

import ctypes
import json
import math
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from netspec import launch
from netspec.batch import ledger as ledgers
from netspec.batch import settings, space, trial
from netspec.batch.fitness import score
from netspec.batch.ledger import Claim, Ledger
from netspec.errors import did_you_mean
from netspec.formats.files import whole

CANCEL = "cancel"
"""A file in the study's folder that ends its workers."""
LAUNCHER = (
    "OMPI_", "PMI_", "PMIX_", "PRTE_SESSION", "MV2_", "HYDRA_", "MPI_LOCAL", "PALS_",
    "SLURM_STEP_", "SLURM_PROCID",
)  # fmt: skip
"""What a launcher tells the processes it started, and simulations of workers must not hear."""
UNBOUND = {"PRTE_MCA_hwloc_default_binding_policy": "none", "OMPI_MCA_hwloc_base_binding_policy": "none"}
"""Simulations side by side must not be bound to the same cores."""
KEPT = ("OMPI_ALLOW_", "OMPI_MCA_")
LINES = 20
"""Of an error that are kept in the ledger."""
POLL = 0.2
"""Between looks at what a running trial reports, and at whether others still run [s]."""
GUARD = """trap 'kill -TERM $!' TERM
"$@" &
wait $!
status=$?
while kill -0 $! 2>/dev/null; do wait $!; status=$?; done
exit $status"""
"""Holds the worker's lock until mpiexec, which lets go of it, has ended its ranks."""
PATIENCE = 5.0
"""For a simulation that was asked to end [s]."""
DEATH_SIGNAL = 1
"""PR_SET_PDEATHSIG of prctl."""
Fitness = Callable[..., Any] | None


class Stopped(BaseException):
    """The worker was asked to end."""


class OutOfTime(Stopped):
    """The time limit of the worker's job is near."""


SIGNALS = {
    signal.SIGTERM: Stopped,
    signal.SIGINT: Stopped,
    signal.SIGUSR1: OutOfTime,  # Slurm's and LSF's, as job scripts ask for
    signal.SIGUSR2: OutOfTime,  # Grid Engine's
}


class Unsuccessful(Exception):  # noqa: N818  (of a trial, not of the worker)
    """A trial failed, with these lines."""


class Hopeless(Exception):  # noqa: N818
    """A trial was ended early."""


def work(folder: Path, fitness: Fitness = None, most: float = math.inf) -> bool:
    """Run trials of a study until none is left or the study is cancelled, at most so many.

    False if the worker left before that because the time limit of its job was near.
    """
    ledger = Ledger(folder)
    fitness = fitness or score(ledger)
    ledger.join()
    done = 0
    with _stopping() as asked:
        while done < most and not (folder / CANCEL).exists():
            claim = ledger.claim()
            if claim is not None:
                _settle(ledger, claim, fitness)
                done += 1
            elif ledger.trials(ledgers.RUNNING) and ledger.watches():
                time.sleep(POLL)  # one worker is enough to take over, and others may be paid for
            else:
                break
    return OutOfTime not in asked


def _settle(ledger: Ledger, claim: Claim, fitness: Fitness) -> None:
    """Run one trial; afterwards it is complete, failed, pruned, or waiting again if the worker is to end."""
    try:
        result = _run(ledger, claim, fitness)
    except Unsuccessful as error:
        ledger.fail(claim.number, str(error).splitlines()[-LINES:])
    except Hopeless:
        ledger.prune(claim.number)
    except Stopped as asked:
        ledger.hand_back(claim, counted=isinstance(asked, OutOfTime))
        raise
    else:
        ledgers.write_done(claim.folder, result)
        ledger.finish(claim.number, result)


def _run(ledger: Ledger, claim: Claim, fitness: Fitness) -> dict[str, Any]:
    """The result of a trial: values (of several seeds their means), seconds, and the values of each seed."""
    given, began = ledger.settings, time.monotonic()
    runs = []
    for i, seed in enumerate(given.seeds or [None]):
        folder = claim.folder if seed is None else claim.folder / f"seed{i}"
        places = [(space.steps(path), value) for path, value in given.fixed.items()]
        places += space.assignments(ledger.parameters, claim.point)
        if seed is not None:
            places += [(space.steps(path), seed) for path in given.seed_paths]
        label = claim.label if seed is None else f"{claim.label}_{i}"
        _prepare(folder, {"point": claim.point, "places": places, **_saving(ledger, folder, label)})
        _simulate(ledger, claim, folder)
        runs.append(_values(ledger, folder, fitness))
    values = runs[0] if len(runs) == 1 else means(runs)
    _check(ledger, values)
    result: dict[str, Any] = {"values": values, "seconds": time.monotonic() - began}
    if len(runs) > 1:
        result["seeds"] = runs
    return result


def _saving(ledger: Ledger, folder: Path, label: str) -> dict[str, str]:
    own = ledger.settings.save_folder
    return {"save_folder": str(ledger.folder / own if own else folder), "label": label}


def _prepare(folder: Path, parameters: Mapping[str, Any]) -> None:
    """A folder with nothing of an earlier attempt that could be taken for this one's."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in (trial.ASKED, trial.REPORTS, trial.RESULT, trial.RESULTS):
        (folder / name).unlink(missing_ok=True)
    with whole(folder / trial.SETTINGS) as part:
        part.write_text(json.dumps(trial.plain(parameters)), encoding="utf-8")


def _simulate(ledger: Ledger, claim: Claim, folder: Path) -> None:
    """Run the script until it ends; Unsuccessful, Hopeless or Stopped say why it did not end well."""
    given = ledger.settings
    script = settings.located(ledger.folder, given.script)
    arguments = [each.replace("{study}", str(ledger.folder.resolve())) for each in given.arguments]
    command = [sys.executable, str(script), *arguments]
    if given.ranks > 1:
        command = ["sh", "-c", GUARD, "sh", *launch.words(given.launcher, given.ranks), *command]
    with (folder / "stdout").open("wb") as out, (folder / "stderr").open("wb") as err:
        process = subprocess.Popen(
            command,
            cwd=settings.located(ledger.folder, given.directory) if given.directory else script.parent,
            env=environment(given.ranks, folder),
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=err,
            start_new_session=True,
            pass_fds=(ledger.lock,),  # as long as it lives, its trial is not taken over
            preexec_fn=end_with_parent,
        )
        try:
            _watch(ledger, claim, folder, process)
        finally:
            _end(process)
    if process.returncode:
        raise Unsuccessful(_why(process.returncode, folder))
    asked = set((folder / trial.ASKED).read_text().split()) if (folder / trial.ASKED).exists() else set()
    needed = {path[0] for path, _ in space.assignments(ledger.parameters, claim.point)}
    if needed - asked:
        raise Unsuccessful(
            f"{script.name} never asked for its values in {' and '.join(sorted(needed - asked))}: "
            "call cfg.update(), netspec.batch.apply(netParams, simConfig) or netspec.batch.params()"
        )


def environment(ranks: int, folder: Path) -> dict[str, str]:
    """Variables of a simulation: the user's, without those of a launcher that started the worker."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(LAUNCHER) or name.startswith(KEPT)
    }
    added = {**UNBOUND, **launch.additions(ranks, kept)} if ranks > 1 else {}
    return {"OMP_NUM_THREADS": "1", **added, **kept, trial.VARIABLE: str(folder.resolve())}


def _watch(ledger: Ledger, claim: Claim, folder: Path, process: subprocess.Popen[bytes]) -> None:
    """Until the process ends: pass on what it reports, mind the time limit and a cancelled study."""
    limit, seen = ledger.settings.timeout, 0
    began = time.monotonic()
    while not _ended(process, POLL):
        if ledger.settings.pruner:
            seen = _reported(claim, folder, seen)
            if claim.trial.should_prune():
                raise Hopeless
        if limit is not None and time.monotonic() - began > limit:
            raise Unsuccessful(f"not finished after {limit} s (timeout)")
        if (ledger.folder / CANCEL).exists():
            raise Stopped
    _reported(claim, folder, seen)


def _reported(claim: Claim, folder: Path, seen: int) -> int:
    """How many lines of reports were passed on to the ledger."""
    path = folder / trial.REPORTS
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True) if path.exists() else []
    whole_lines = [line for line in lines if line.endswith("\n")]
    for line in whole_lines[seen:]:
        step, value = json.loads(line)
        claim.trial.report(value, step)
    return len(whole_lines)


def _ended(process: subprocess.Popen[bytes], timeout: float) -> bool:
    """Whether a process has ended within a time [s]; known at once where the system can say so."""
    if hasattr(os, "pidfd_open") and process.poll() is None:
        descriptor = os.pidfd_open(process.pid)
        try:
            select.select([descriptor], [], [], timeout)
        finally:
            os.close(descriptor)
        return process.poll() is not None
    with suppress(subprocess.TimeoutExpired):
        process.wait(timeout)
    return process.poll() is not None


def _end(process: subprocess.Popen[bytes]) -> None:
    """Nothing of a simulation is left afterwards."""
    if process.poll() is None:
        process.terminate()  # mpiexec ends its ranks
        if not _ended(process, PATIENCE):
            os.killpg(process.pid, signal.SIGKILL)
    process.wait()


_LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None


def end_with_parent() -> None:
    """From now on this process is asked to end when the one that started it dies (Linux)."""
    if _LIBC is not None:
        _LIBC.prctl(DEATH_SIGNAL, signal.SIGTERM)


def _why(status: int, folder: Path) -> str:
    said = (folder / "stderr").read_text(encoding="utf-8", errors="replace").splitlines()[-LINES + 1 :]
    ended = f"ended by {signal.Signals(-status).name}" if status < 0 else f"exit status {status}"
    return "\n".join([*said, ended])


def _values(ledger: Ledger, folder: Path, fitness: Fitness) -> dict[str, Any]:
    """What the script handed in, with what the fitness makes of it; nested values by dotted names."""
    path = folder / trial.RESULT
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    if fitness is not None:
        try:
            made = fitness(folder)
        except Exception as error:  # the user's function may raise anything, and it is this trial's failure
            raise Unsuccessful(f"the fitness: {type(error).__name__}: {error}") from error
        if not isinstance(made, Mapping):
            numbers = made if isinstance(made, list | tuple) else [made]
            made = dict(zip(ledger.settings.objectives or ["fitness"], numbers, strict=False))
        found.update(trial.plain(made))
    return space.flat(found)


def means(runs: list[dict[str, Any]]) -> dict[str, Any]:
    """The mean of every number that all runs have."""
    names = [name for name, value in runs[0].items() if isinstance(value, int | float)]
    return {
        name: sum(run[name] for run in runs) / len(runs) for name in names if all(name in run for run in runs)
    }


def _check(ledger: Ledger, values: Mapping[str, Any]) -> None:
    """Unsuccessful if an objective or a constrained value is missing or no number."""
    for name in (*ledger.settings.objectives, *ledger.settings.constraints):
        if name not in values:
            raise Unsuccessful(f"the result has no {name!r}. {did_you_mean(name, values)}")
        value = values[name]
        if not isinstance(value, int | float) or math.isnan(value):
            raise Unsuccessful(f"{name!r} is {value!r}, not a number")


@contextmanager
def _stopping() -> Iterator[set[type[Stopped]]]:
    """While the signals that ask a process to end raise Stopped; which have come."""
    asked: set[type[Stopped]] = set()

    def stop(number: int, _: Any) -> None:
        kind = SIGNALS[signal.Signals(number)]
        asked.add(kind)
        raise kind

    before = {each: signal.signal(each, stop) for each in SIGNALS}
    try:
        with suppress(Stopped):
            yield asked
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)
