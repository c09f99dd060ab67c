"""NetPyNE's Batch: the same attributes, run as a study in the batch's folder."""

import datetime
import json
import logging
import math
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from netspec.batch import netpyne_jobs, settings, trial
from netspec.batch.cluster import LARGEST
from netspec.batch.fitness import simulation_data
from netspec.batch.space import steps
from netspec.batch.study import Study
from netspec.errors import Problem, SpecError, did_you_mean
from netspec.formats.files import whole
from netspec.neuron import ranks

log = logging.getLogger("netspec")

METHODS = {"grid": "grid", "list": "list", "evol": "nsga2", "asd": "cmaes", "optuna": "tpe"}
"""NetPyNE's methods -> searches."""
DIRECT, BULLETIN = "mpi_direct", "mpi_bulletin"
CLUSTERS = {"hpc_slurm": "slurm", "hpc_sge": "sge", "hpc_torque": "torque"}
LATER = {"method": ("sbi",), "runCfg['type']": ("hpc_slurm_comet", "hpc_slurm_gcp")}
STUDY = "study"
"""The study's folder in saveFolder."""


class Batch:
    """NetPyNE's Batch. `run` makes the study saveFolder/study, or continues it."""

    def __init__(
        self,
        cfgFile: str = "cfg.py",
        netParamsFile: str = "netParams.py",
        cfg: Any = None,
        netParams: Any = None,
        params: Mapping[Any, Any] | None = None,
        groupedParams: Sequence[Any] | None = None,
        initCfg: Mapping[Any, Any] | None = None,
        seed: int | None = None,
    ):
        self.batchLabel = f"batch_{datetime.date.today()}"
        self.saveFolder: str | None = None
        self.cfgFile, self.netParamsFile = cfgFile, netParamsFile
        self.cfg, self.netParams = cfg, netParams
        self.initCfg = dict(initCfg or {})
        self.method = "grid"
        self.runCfg: dict[str, Any] = {}
        self.evolCfg: dict[str, Any] = {}
        self.optimCfg: dict[str, Any] = {}
        self.seed = seed
        grouped = list(groupedParams or [])
        self.params = [
            {"label": label, "values": values, "group": label in grouped}
            for label, values in (params or {}).items()
        ]

    def run(self) -> Study | None:
        """The finished study; exit status 1 if trials failed. Under mpiexec only rank 0 does anything.

        On a cluster a grid or a list is handed in, and its study is not finished; a search is waited for.
        """
        self._refuse()
        workers, count = self._cores()
        if ranks.number() != 0:
            return None
        folder = Path(self.saveFolder or self.batchLabel)
        folder.mkdir(parents=True, exist_ok=True)
        self._save_description(folder)
        study = Study(folder / STUDY, fitness=self._fitness(), **self._settings(folder, count))
        cluster = CLUSTERS.get(str(self.runCfg.get("type")))
        if not (self._submit(study, cluster) if cluster else study.run(workers)):
            sys.exit(1)
        return study

    def _submit(self, study: Study, cluster: str) -> bool:
        """Hand in a worker for each simulation that is left; whether all is well so far."""
        job = netpyne_jobs.job(self.runCfg, "Batch.runCfg", cluster)
        known = self.method in ("grid", "list")
        at_a_time = int(self.evolCfg.get("pop_size", 10)) if self.method == "evol" else 1
        left = study.left()
        if left:
            workers = min(left, LARGEST if known else at_a_time)
            each = math.ceil(left / workers) if known else None  # a time limit is that of a simulation
            number = study.submit(workers, cluster, each, **job)
            log.info("job %s: %d workers; netspec batch status %s", number, workers, study.folder)
        return known or study.wait(cluster)

    def _refuse(self) -> None:
        kind = self.runCfg.get("type", BULLETIN)
        given = {
            "method": (self.method, [*METHODS]),
            "runCfg['type']": (kind, [DIRECT, BULLETIN, *CLUSTERS]),
        }
        for path, (value, known) in given.items():
            if value in LATER[path]:
                raise SpecError([Problem(f"Batch.{path}", f"{value!r} is not supported yet")])
            if value not in known:
                raise SpecError(
                    [Problem(f"Batch.{path}", f"unknown: {value!r}. {did_you_mean(value, known)}")]
                )

    def _cores(self) -> tuple[int | None, int]:
        """Simulations at a time (None: what the cores have room for) and the ranks of each."""
        kind = self.runCfg.get("type", BULLETIN)
        if kind in CLUSTERS:
            return None, netpyne_jobs.ranks(self.runCfg, CLUSTERS[kind])
        if kind == DIRECT:
            return None, int(self.runCfg.get("cores", 1))
        started = ranks.launched() or 1
        return (started if started > 1 else None), 1

    def _settings(self, folder: Path, count: int) -> dict[str, Any]:
        given: dict[str, Any] = {
            "script": self.runCfg.get("script", "init.py"),
            "directory": str(Path.cwd()),
            "arguments": self._arguments(folder / STUDY),
            "search": METHODS[self.method],
            "ranks": count,
            "launcher": netpyne_jobs.launcher(self.runCfg)
            if self.runCfg.get("type") in CLUSTERS
            else "mpiexec",
            "seed": self.seed,
            "save_folder": "..",
            "label": self.batchLabel,
            "fixed": {".".join(map(str, steps(path))): value for path, value in self.initCfg.items()},
        }
        if self.method == "grid":
            return given | {"parameters": self._values()}
        if self.method == "list":
            points = settings.points_of(Path(self.runCfg.get("paramListFile", "params.csv")))
            values = {label: list({repr(p[label]): p[label] for p in points}.values()) for label in points[0]}
            return given | {"parameters": values, "points": points}
        return given | self._optimisation()

    def _values(self) -> dict[Any, Any]:
        """Parameters of a grid; grouped ones first, as in NetPyNE's names of simulations."""
        ordered = sorted(self.params, key=lambda each: not each.get("group"))
        return {
            each["label"]: {"values": each["values"]} | ({"group": "grouped"} if each.get("group") else {})
            for each in ordered
        }

    def _optimisation(self) -> dict[str, Any]:
        """Ranges, objective and number of trials of a search for the best."""
        options, trials, maximize = self._sampler()
        ranges = {
            each["label"]: {"low": each["values"][0], "high": each["values"][1]} for each in self.params
        }
        starts = [each["values"][2] if len(each["values"]) > 2 else [] for each in self.params]
        labels = [
            each["label"] if isinstance(each["label"], str) else ".".join(each["label"])
            for each in self.params
        ]
        points = [dict(zip(labels, values, strict=True)) for values in zip(*starts, strict=False)]
        return {
            "parameters": ranges,
            "points": points,
            "options": options,
            "trials": trials,
            "objectives": {"fitness": "maximize" if maximize else "minimize"},
        }

    def _sampler(self) -> tuple[dict[str, Any], int, bool]:
        """Options of the sampler, the number of trials, and whether more is better."""
        if self.method == "evol":
            size = int(self.evolCfg.get("pop_size", 10))
            generations = int(self.evolCfg.get("max_generations", 1)) + 1  # the first one is not counted
            return {"population_size": size}, size * generations, bool(self.evolCfg.get("maximize", False))
        default = 1000 if self.method == "asd" else 100
        maximize = str(self.optimCfg.get("direction", "minimize")) == "maximize"
        return {}, int(self.optimCfg.get("maxiters", default)), maximize

    def _fitness(self) -> Callable[[Path], float] | None:
        given = self.evolCfg if self.method == "evol" else self.optimCfg
        if self.method in ("grid", "list"):
            return None
        if not callable(given.get("fitnessFunc")):
            name = "evolCfg" if self.method == "evol" else "optimCfg"
            raise SpecError([Problem(f"Batch.{name}['fitnessFunc']", "expected a function of simData")])

        def fitness(folder: Path) -> float:
            return float(given["fitnessFunc"](simulation_data(folder), **given.get("fitnessFuncArgs", {})))

        return fitness

    def _arguments(self, folder: Path) -> list[str]:
        """What tells the script its files; settings given as objects are saved in the study's folder."""
        found = []
        for name, value, file in (
            ("simConfig", self.cfg, self.cfgFile),
            ("netParams", self.netParams, self.netParamsFile),
        ):
            if value is not None:
                folder.mkdir(parents=True, exist_ok=True)
                value.save(str(folder / f"{name}.json"))
                found.append(f"{name}={{study}}/{name}.json")
            elif Path(file).is_file():
                found.append(f"{name}={file}")
        return found

    def _save_description(self, folder: Path) -> None:
        """<label>_batch.json, from which NetPyNE's analysis scripts learn what was varied."""
        kept = ("batchLabel", "saveFolder", "method", "cfgFile", "netParamsFile", "seed", "params", "runCfg")
        described = {name: trial.plain(getattr(self, name)) for name in kept}
        with whole(folder / f"{self.batchLabel}_batch.json") as part:
            part.write_text(json.dumps({"batch": described}, default=str, indent=1), encoding="utf-8")
