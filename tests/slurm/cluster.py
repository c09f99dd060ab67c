"""A cluster of one machine for tests: munged, slurmctld and slurmd in a folder, on loopback, without systemd.

python tests/slurm/cluster.py FOLDER starts one until a line is entered. Needs root and Debian's packages
slurmctld slurmd slurm-client munge; libpmix-dev for srun --mpi=pmix.
"""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

PROGRAMS = ("munged", "slurmctld", "slurmd", "sbatch", "srun", "squeue", "scancel", "scontrol")
PROCESSORS = 4
"""That the node says it has, however many there are."""
CONF = """
ClusterName=netspec
SlurmctldHost={host}(127.0.0.1)
SlurmctldPort={port}
SlurmdPort={node_port}
SlurmUser=root
AuthType=auth/munge
# Requeued jobs wait until their credentials have run out.
AuthInfo=socket={folder}/munge.socket,cred_expire=5
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd.pid
SlurmctldLogFile={folder}/slurmctld.log
SlurmdLogFile={folder}/slurmd.log
# Nothing that needs cgroups; a process group is all of a job.
ProctrackType=proctrack/pgid
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
MpiDefault=none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
SlurmdParameters=config_overrides
SchedulerParameters=sched_interval=1,sched_min_interval=100000,bf_interval=1,batch_sched_delay=0
ReturnToService=2
KillWait=2
SlurmctldTimeout=20
SlurmdTimeout=5
JobRequeue=1
NodeName={host} NodeAddr=127.0.0.1 CPUs={processors} CoresPerSocket={processors} RealMemory=1000 State=UNKNOWN
PartitionName=main Nodes=ALL Default=YES MaxTime=INFINITE State=UP
"""


def missing() -> str:
    """Why there can be no cluster here; empty if there can."""
    if os.geteuid() != 0:
        return "a cluster of one's own needs root"
    absent = [name for name in PROGRAMS if shutil.which(name) is None]
    return f"no {', '.join(absent)}: apt-get install slurmctld slurmd slurm-client munge" if absent else ""


class Cluster:
    """A running cluster; `environment` is for those who hand in jobs."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.environment = {**os.environ, "SLURM_CONF": str(folder / "slurm.conf")}
        for name in ("state", "spool"):
            (folder / name).mkdir(parents=True)
        folder.chmod(0o755)  # munged insists
        (folder / "munge.key").write_bytes(os.urandom(128))
        (folder / "munge.key").chmod(0o600)
        ports = {"port": _free_port(), "node_port": _free_port()}
        host = socket.gethostname().partition(".")[0]
        text = CONF.format(folder=folder, host=host, processors=PROCESSORS, **ports)
        (folder / "slurm.conf").write_text(text)
        (folder / "cgroup.conf").write_text("ConstrainCores=no\n")

    def start(self) -> None:
        """Start what is not running, until the node is idle."""
        if not self._lives("munged"):
            places = {"key-file": "munge.key", "socket": "munge.socket", "pid-file": "munged.pid",
                      "log-file": "munge.log", "seed-file": "munge.seed"}  # fmt: skip
            self.said("munged", *(f"--{name}={self.folder / file}" for name, file in places.items()))
        if not self._lives("slurmctld"):
            self.said("slurmctld")
        self.start_node()

    def start_node(self) -> None:
        """Start the node's daemon, until the node is there."""
        until(lambda: "UP" in self.said("scontrol", "ping", fails=True), "slurmctld answers")
        if not self._lives("slurmd"):
            self.said("slurmd")
        until(
            lambda: self.said("sinfo", "-h", "-o", "%t").strip() in ("idle", "mix", "alloc"), "the node is up"
        )

    def kill_node(self) -> None:
        """End the node's daemon and all that it started at once, as a power failure does."""
        doomed = [int((self.folder / "slurmd.pid").read_text())]
        ours = f"SLURM_CONF={self.environment['SLURM_CONF']}".encode()
        for pid in _processes():
            told = _environment(pid)
            if ours in told and (_command(pid).startswith("slurmstepd") or _in_job(told)):
                doomed.append(pid)
        for pid in doomed:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    def stop(self) -> None:
        """Cancel all jobs and end the daemons."""
        if self._lives("slurmctld"):
            self.said("scancel", "--user=root", fails=True)
            with contextlib.suppress(TimeoutError):
                until(lambda: not self.said("squeue", "-h", fails=True).strip(), "no jobs", 15)
        for name in ("slurmd", "slurmctld", "munged"):
            if self._lives(name):
                pid = int((self.folder / f"{name}.pid").read_text())
                os.kill(pid, signal.SIGTERM)
                with contextlib.suppress(TimeoutError):
                    until(lambda pid=pid: not _command(pid), f"{name} ends", 10)
                if _command(pid):
                    os.kill(pid, signal.SIGKILL)

    def said(self, *command: str, fails: bool = False) -> str:
        """What a command of Slurm's says."""
        ran = subprocess.run(
            command, env=self.environment, capture_output=True, text=True, timeout=60, check=False
        )
        if ran.returncode and not fails:
            raise RuntimeError(f"{' '.join(command)}: {ran.stderr}{ran.stdout}")
        return ran.stdout

    def jobs(self) -> list[str]:
        """States of the jobs that there are."""
        return self.said("squeue", "-h", "--array", "-o", "%T").split()

    def emptied(self, seconds: float = 60.0) -> None:
        """Wait until there are no jobs."""
        until(lambda: not self.jobs(), "no jobs", seconds)

    def _lives(self, name: str) -> bool:
        file = self.folder / f"{name}.pid"
        text = file.read_text().strip() if file.exists() else ""
        return text.isdigit() and Path(_command(int(text)).partition(" ")[0]).name == name


def until(true, what: str, seconds: float = 60.0) -> None:
    """Wait for something."""
    end = time.monotonic() + seconds
    while not true():
        if time.monotonic() > end:
            raise TimeoutError(f"not in {seconds} s: {what}")
        time.sleep(0.1)


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


def _processes() -> list[int]:
    return [int(each.name) for each in Path("/proc").iterdir() if each.name.isdigit()]


def _command(pid: int) -> str:
    """The command line of a process; empty if it has ended."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode().strip()
    except (FileNotFoundError, ProcessLookupError):
        return ""


def _environment(pid: int) -> list[bytes]:
    try:
        return Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
    except (FileNotFoundError, PermissionError, ProcessLookupError):
        return []


def _in_job(environment: list[bytes]) -> bool:
    return any(each.startswith(b"SLURM_JOB_ID=") for each in environment)


if __name__ == "__main__":
    cluster = Cluster(Path(sys.argv[1]).resolve())
    try:
        cluster.start()
        print(f"export SLURM_CONF={cluster.environment['SLURM_CONF']}", flush=True)
        input()
    finally:
        cluster.stop()
