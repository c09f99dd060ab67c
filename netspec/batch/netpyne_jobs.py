"""What NetPyNE's runCfg and batchtools' run_config ask of a cluster, as settings of a job."""

import shlex
from collections.abc import Mapping
from typing import Any

from netspec.errors import Problem, SpecError

SETTINGS = {
    "allocation": "account",
    "walltime": "time",
    "realtime": "time",
    "queueName": "partition",
    "queue": "partition",
    "partition": "partition",
    "vmem": "memory",
    "mem": "memory",
    "jobName": "name",
    "nodes": "nodes",
    "throttle": "throttle",
}
"""NetPyNE's name -> a setting of a job."""
LINES = ("pre", "pre_command", "custom")
"""Those that are lines of the script: directives or commands."""
OPTIONS = {"reservation": "--reservation={}", "email": "--mail-type=end --mail-user={}"}
"""Those that are directives of Slurm's only."""
REFUSED = ("post", "post_command")


def job(given: Mapping[str, Any], where: str, scheduler: str) -> dict[str, Any]:
    """Settings of a job."""
    refused = [
        Problem(f"{where}[{name!r}]", "not supported: a job is the worker itself, nothing comes after it")
        for name in REFUSED
        if given.get(name)
    ]
    if refused:
        raise SpecError(refused)
    found: dict[str, Any] = {ours: given[name] for name, ours in SETTINGS.items() if given.get(name)}
    if scheduler == "sge":
        found.pop("nodes", None)
    lines = [line.strip() for name in LINES for line in str(given.get(name) or "").splitlines()]
    found["option"] = [line.partition(" ")[2].strip() for line in lines if line.startswith("#")]
    found["setup"] = [line for line in lines if line and not line.startswith("#")]
    for name, text in OPTIONS.items() if scheduler == "slurm" else ():
        if given.get(name):
            found["option"].append(text.format(given[name]))
    return found


def ranks(given: Mapping[str, Any], scheduler: str) -> int:
    """Ranks of a simulation."""
    each = given.get("ppn" if scheduler == "torque" else "coresPerNode", given.get("cores")) or 1
    return int(each) * (int(given.get("nodes") or 1) if scheduler != "sge" else 1)


def launcher(given: Mapping[str, Any]) -> str:
    """What starts the ranks. A -n or -np at its end is ours to say."""
    words = shlex.split(str(given.get("mpiCommand") or "mpiexec"))
    return shlex.join(words[:-1] if words[-1] in ("-n", "-np") else words)
