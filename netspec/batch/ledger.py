"""The ledger of a study: Optuna's journal file, in which a trial is claimed, requeued and finished once.

Who runs a trial holds the lock of a file in `workers`. All claims are made under the lock of the study, so
a trial that is running there without an owner, or with one whose lock is free, has lost its worker.
"""

import errno
import json
import os
import socket
import uuid
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from netspec.batch import locks, searches, settings, space
from netspec.batch.settings import Settings
from netspec.batch.space import Point
from netspec.errors import FileError, StateError
from netspec.formats.files import whole

optuna = searches.library()
from optuna.distributions import BaseDistribution  # noqa: E402  (where Optuna is missing, its extra is named)
from optuna.storages import JournalStorage  # noqa: E402
from optuna.storages.journal import JournalFileBackend  # noqa: E402
from optuna.trial import FrozenTrial, TrialState  # noqa: E402

WAITING, RUNNING, COMPLETE = TrialState.WAITING, TrialState.RUNNING, TrialState.COMPLETE
FAILED, PRUNED = TrialState.FAIL, TrialState.PRUNED
NAME = "study"
POINT, OWNER, RESULT, ERROR, RETRY, INDEX, LABEL = (
    "point",
    "owner",
    "result",
    "error",
    "retry_of",
    "index",
    "label",
)
DONE = "done"
"""A trial's file that is there once its processes have ended well and its result is known."""


class Journal(JournalFileBackend):
    """Optuna's journal, in which a line that was cut short when its writer died takes nothing with it."""

    def __init__(self, path: Path):
        super().__init__(str(path))
        self.path = path
        self._forcing = True

    @contextmanager
    def together(self, forced: bool = True) -> Iterator[None]:
        """While lines are forced to the disk all at once, at the end, as it takes long; or not at all."""
        self._forcing = False
        try:
            yield
        finally:
            self._forcing = True
            if forced:
                with self.path.open("r+b") as file:
                    os.fsync(file.fileno())

    def append_logs(self, logs: list[dict[str, Any]]) -> None:
        """Add lines, all of them or none."""
        text = "".join(json.dumps(log, separators=(",", ":")) + "\n" for log in logs).encode()
        # No buffer: it would be written when the file is closed, after what could not be was taken back.
        with locks.held(self.path.with_suffix(".lock")), self.path.open("r+b", buffering=0) as file:
            end = file.seek(0, os.SEEK_END)
            if end and (file.seek(end - 1), file.read(1))[1] != b"\n":
                file.seek(0)
                end = file.read().rfind(b"\n") + 1
                file.truncate(end)
            try:
                file.seek(end)
                if file.write(text) != len(text):
                    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
                if self._forcing:
                    os.fsync(file.fileno())
            except OSError as error:
                os.truncate(self.path, end)
                raise FileError(f"{self.path}: cannot be written: {error.strerror or error}") from error


@dataclass(frozen=True)
class Claim:
    """A trial that this worker runs. trial: Optuna's; point: label -> value; attempt: counted from 1."""

    trial: Any
    point: Point
    attempt: int
    folder: Path
    label: str

    @property
    def number(self) -> int:
        """Of the trial in the study."""
        return int(self.trial.number)


class Ledger:
    """A study's folder, opened by one process; `worker` is its name once it claims trials."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.settings: Settings = settings.load(folder)
        self.parameters = self.settings.space
        self.worker: str | None = None
        self.lock = -1
        self._watch: int | None = None
        given = self.settings
        self.journal = Journal(folder / "journal.log")
        self.storage = JournalStorage(self.journal)
        if not self.storage.get_all_studies():  # else nothing is written, to a full disk neither
            directions = list(given.objectives.values()) or ["minimize"]
            optuna.create_study(
                storage=self.storage, study_name=NAME, load_if_exists=True, directions=directions
            )
        self.study = optuna.load_study(
            storage=self.storage,
            study_name=NAME,
            sampler=self._sampler(),
            pruner=searches.pruner(given.pruner, given.pruner_options),
        )

    def _sampler(self, number: int = 0) -> Any:
        """The sampler for a trial: what it draws depends on the ledger and the trial's number only.

        QMC is one sequence that all trials share.
        """
        given, seed = self.settings, self.settings.seed
        if seed is not None and given.search != "qmc":
            seed = (seed * 100_003 + number) % 2**32
        file, colon, function = given.search.rpartition(":")
        search = f"{settings.located(self.folder, file)}:{function}" if colon else given.search
        return searches.sampler(search, seed, given.options)

    def trials(self, *states: TrialState) -> list[FrozenTrial]:
        """The trials in these states, or all."""
        found: list[FrozenTrial] = self.study.get_trials(deepcopy=False, states=states or None)
        return found

    def counts(self) -> Counter[str]:
        """How many trials there are by state; those that were run again count once."""
        again = {trial.user_attrs.get(RETRY) for trial in self.trials()}
        return Counter(trial.state.name for trial in self.trials() if trial.number not in again)

    def planned(self) -> int:
        """How many trials the study is to have."""
        retries = sum(RETRY in trial.user_attrs for trial in self.trials())
        known = len(self.trials()) - retries
        return known if self.settings.enqueued else max(known, self.settings.trials or 0)

    def enqueue(self) -> None:
        """Write down all points that are known from the beginning and are not there yet."""
        given = self.settings
        points = given.all_points()
        labels = given.labels() if given.label else [""] * len(points)
        with self._alone():
            there = {trial.user_attrs.get(INDEX) for trial in self.trials()}
            with self.journal.together():
                for i in range(len(points)):
                    if i not in there:
                        self._enqueue({INDEX: i, LABEL: labels[i]}, points[i])

    def _enqueue(self, attributes: dict[str, Any], point: Point) -> None:
        known = self.settings.enqueued
        made = optuna.trial.create_trial(
            state=WAITING,
            user_attrs=attributes | ({POINT: point} if known else {}),
            system_attrs={} if known else {"fixed_params": point},
        )
        self.study.add_trial(made)

    def join(self) -> None:
        """Become a worker."""
        self.worker = f"{socket.gethostname()}-{os.getpid()}-{uuid.uuid4().hex[:8]}"
        (self.folder / "workers").mkdir(exist_ok=True)
        self.lock = locks.taken(self._lock_of(self.worker))

    def watches(self) -> bool:
        """Whether this worker is the one that waits for trials of others, whose workers may yet die."""
        if self._watch is None:
            self._watch = locks.tried(self.folder / "watch.lock")
        return self._watch is not None

    def claim(self) -> Claim | None:
        """The next trial, now this worker's, which then no longer watches; None if there is none to begin."""
        if self.worker is None:
            raise StateError("only a worker claims trials: call join() first")
        made = self._claim()
        if made is not None and self._watch is not None:
            os.close(self._watch)
            self._watch = None
        return made

    def _claim(self) -> Claim | None:
        with self._alone(), self.journal.together(forced=False):  # a claim lost with its machine is no loss
            self._recover()
            if not self.trials(WAITING) and not self._more():
                return None
            trial = self.study.ask()
            owner = trial.user_attrs.get(OWNER, {})
            attempt = owner.get("attempt", 0) + 1
            trial.set_user_attr(OWNER, {"worker": self.worker, "attempt": attempt})
            point = trial.user_attrs.get(POINT)
            if point is None:
                self.study.sampler = self._sampler(trial.number)
                point = space.suggest(self.parameters, trial)
        label = trial.user_attrs.get(LABEL) or f"{self.settings.label}_{trial.number}".lstrip("_")
        return Claim(trial, point, attempt, self.folder_of(trial.number), label)

    def _more(self) -> bool:
        """Whether the sampler is to draw another point."""
        if self.settings.enqueued:
            return False
        drawn = sum(RETRY not in trial.user_attrs for trial in self.trials())
        return drawn < (self.settings.trials or 0)

    def recover(self) -> int:
        """Requeue or finish trials that have lost their worker; how many there were."""
        with self._alone():
            return self._recover()

    def _recover(self) -> int:
        lost = [trial for trial in self.trials(RUNNING) if self._is_lost(trial)]
        for trial in lost:
            done = self.folder_of(trial.number) / DONE
            if done.exists():
                self.finish(trial.number, json.loads(done.read_text(encoding="utf-8")))
            elif trial.user_attrs.get(OWNER, {}).get("attempt", 0) >= self.settings.attempts:
                self.fail(trial.number, [f"its worker was killed in {self.settings.attempts} attempts"])
            else:
                self.requeue(trial)
        return len(lost)

    def _is_lost(self, trial: FrozenTrial) -> bool:
        owner = trial.user_attrs.get(OWNER)
        if owner is None:
            return True
        mine = owner["worker"] == self.worker
        return not mine and locks.is_free(self._lock_of(owner["worker"]))

    def requeue(self, trial: Any) -> None:
        """Let another worker begin this trial again: one line of the journal."""
        self.storage.set_trial_state_values(trial._trial_id, WAITING)

    def hand_back(self, claim: Claim, counted: bool) -> None:
        """Let another worker begin a trial again, or never, if this was its last attempt and is counted."""
        if counted and claim.attempt >= self.settings.attempts:
            self.fail(claim.number, [f"not finished within the time of {claim.attempt} jobs"])
            return
        if not counted:
            self._set(claim.number, OWNER, {"worker": self.worker, "attempt": claim.attempt - 1})
        self.requeue(claim.trial)

    def finish(self, number: int, result: Mapping[str, Any]) -> None:
        """A trial is complete with this result: {'values': ..., 'seconds': ...}."""
        given, frozen = self.settings, self.trials()[number]
        with self.journal.together():
            self._set(number, RESULT, dict(result))
            for name, (low, high) in given.constraints.items():
                if name not in frozen.constraints:  # its last worker may have been killed just here
                    value = result["values"][name]
                    told = optuna.trial.Trial(self.study, frozen._trial_id)
                    told.set_constraint(name, max(low - value, value - high))
            self.study.tell(number, [float(result["values"][name]) for name in given.objectives] or 0.0)

    def fail(self, number: int, lines: Sequence[str]) -> None:
        """A trial has failed with these last lines of its error."""
        self._set(number, ERROR, list(lines))
        self.study.tell(number, state=FAILED)

    def prune(self, number: int) -> None:
        """A trial was ended early."""
        self.study.tell(number, state=PRUNED)

    def _set(self, number: int, key: str, value: Any) -> None:
        trial = self.trials()[number]
        self.storage.set_trial_user_attr(trial._trial_id, key, value)

    def failed(self) -> list[FrozenTrial]:
        """Failed trials that were not begun again."""
        again = {trial.user_attrs.get(RETRY) for trial in self.trials()}
        return [trial for trial in self.trials(FAILED) if trial.number not in again]

    def retry_failed(self) -> int:
        """Enqueue the points of failed trials once more; how many."""
        with self._alone():
            failed = self.failed()
            for trial in failed:
                kept = {k: trial.user_attrs[k] for k in (POINT, LABEL) if k in trial.user_attrs}
                distributions: dict[str, BaseDistribution] = trial.distributions
                self.study.add_trial(
                    optuna.trial.create_trial(
                        state=WAITING,
                        params=trial.params,
                        distributions=distributions,
                        user_attrs={**kept, RETRY: trial.number},
                    )
                )
            return len(failed)

    def best(self) -> list[FrozenTrial]:
        """The best complete trial within the constraints, or with several objectives those of the front."""
        inside = [trial for trial in self.trials(COMPLETE) if max(trial.constraints.values(), default=0) <= 0]
        signs = [1 if each == "minimize" else -1 for each in self.settings.objectives.values()]
        if not inside or not signs:
            return []
        costs = np.array([trial.values for trial in inside]) * signs
        if len(signs) == 1:
            return [inside[int(costs[:, 0].argmin())]]
        return [trial for trial, cost in zip(inside, costs, strict=True) if not _beaten(cost, costs)]

    def point_of(self, trial: FrozenTrial) -> Point:
        """Label -> value of a trial."""
        point: Point = trial.user_attrs.get(POINT) or self._drawn(trial)
        return point

    def _drawn(self, trial: FrozenTrial) -> Point:
        known = {each.label: {repr(v): v for v in each.values or ()} for each in self.parameters}
        return {k: known.get(k, {}).get(v, v) if isinstance(v, str) else v for k, v in trial.params.items()}

    def folder_of(self, number: int) -> Path:
        """Where a trial's files are."""
        return self.folder / "trials" / f"{number:06d}"

    def _lock_of(self, worker: str) -> Path:
        return self.folder / "workers" / f"{worker}.lock"

    def _alone(self) -> Any:
        return locks.held(self.folder / "claims.lock")


def _beaten(cost: Any, costs: Any) -> bool:
    """Whether one of the costs (n, objectives) is nowhere above this one, and somewhere below."""
    return bool(((costs <= cost).all(axis=1) & (costs < cost).any(axis=1)).any())


def write_done(folder: Path, result: Mapping[str, Any]) -> None:
    """Say that a trial's work is over and what came out."""
    with whole(folder / DONE) as part:
        part.write_text(json.dumps(result), encoding="utf-8")
