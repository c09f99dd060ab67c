"""NetPyNE's search function, as a study in output_path."""

import re
import shlex
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from netspec.batch import netpyne_jobs
from netspec.batch import study as studies
from netspec.errors import Problem, SpecError, did_you_mean

ALGORITHMS = {"variant_generator": "grid", "grid": "grid", "random": "random", "optuna": "tpe"}
LATER = ("hyperopt", "bayesopt", "ax", "bohb", "nevergrad", "zoopt", "hebo")
JOBS = ("sh", "sge", "slurm")
ELSEWHERE = ("ssh_sge", "ssh_slurm")
RANKS = re.compile(r"-(?:n|np|c)$|--(?:n|np|ntasks)$")


class Found(NamedTuple):
    """What a search found. results: the study; data: a DataFrame with a row per trial."""

    results: studies.Study
    data: Any


def search(
    job_type: str = "sh",
    comm_type: str | None = "socket",
    run_config: Mapping[str, Any] | None = None,
    params: Mapping[Any, Any] | None = None,
    algorithm: str = "variant_generator",
    label: str = "search",
    output_path: str = "./batch",
    checkpoint_path: str = "./checkpoint",
    max_concurrent: int = 1,
    batch: bool = True,
    num_samples: int = 1,
    metric: str | Sequence[str] | None = None,
    mode: str | Sequence[str] = "min",
    sample_interval: int = 15,
    **other: Any,
) -> Found:
    """The finished study and its table. What belongs to Ray (checkpoints, intervals ...) has no effect."""
    if job_type in ELSEWHERE:
        text = f"{job_type!r} is not supported: run the script on the cluster, with {job_type[4:]!r}"
        raise SpecError([Problem("search(job_type)", text)])
    if job_type not in JOBS:
        raise SpecError([Problem("search(job_type)", did_you_mean(job_type, JOBS))])
    if algorithm in LATER:
        raise SpecError([Problem("search(algorithm)", f"{algorithm!r} is not supported")])
    if algorithm not in ALGORITHMS:
        raise SpecError([Problem("search(algorithm)", did_you_mean(algorithm, ALGORITHMS))])
    config = run_config or {}
    script, ranks = of_command(config.get("command", "python init.py"))
    metrics = [metric] if isinstance(metric, str) else list(metric or [])
    modes = [mode] * len(metrics) if isinstance(mode, str) else list(mode)
    kind = ALGORITHMS[algorithm]
    study = studies.Study(
        Path(output_path) / label,
        script=script,
        directory=str(Path.cwd()),
        parameters={name: _space(value, kind) for name, value in (params or {}).items()},
        search=kind,
        ranks=ranks,
        trials=None if kind == "grid" else num_samples,
        objectives={
            name: "maximize" if how == "max" else "minimize" for name, how in zip(metrics, modes, strict=True)
        },
        label=label,
    )
    if job_type == "sh":
        study.run(max_concurrent, cores=max_concurrent * ranks)
    elif study.left():
        study.submit(max_concurrent, job_type, **netpyne_jobs.job(config, "search(run_config)", job_type))
        study.wait(job_type)
    table = study.table()
    table.to_csv(f"{label}.csv")
    return Found(study, table.to_pandas())


def of_command(command: str) -> tuple[str, int]:
    """The script of a command line, and how many ranks it asks for."""
    words = shlex.split(command)
    scripts = [word for word in words if word.endswith(".py")]
    if not scripts:
        raise SpecError([Problem("search(run_config['command'])", f"{command!r} names no .py file")])
    counts = [word for before, word in zip(words, words[1:], strict=False) if RANKS.match(before)]
    return scripts[0], next((int(word) for word in counts if word.isdigit()), 1)


def _space(value: Any, kind: str) -> Any:
    """Values or a range: two numbers are a range unless every combination or a choice is wanted."""
    if isinstance(value, tuple) or (kind == "tpe" and isinstance(value, list) and len(value) == 2):
        low, high = value
        return {"low": low, "high": high}
    if hasattr(value, "domain_str") or hasattr(value, "sampler"):
        raise SpecError(
            [Problem("search(params)", "spaces of ray.tune are not supported: give a list or (low, high)")]
        )
    return {"values": list(value)}
