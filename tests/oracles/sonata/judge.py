"""bmtk, libsonata and bluepysnap in a python of their own."""

import subprocess
from functools import cache

from environment import environment, python_with

PACKAGES = ("bmtk==1.2.0", "neuron==9.0.2", "pandas<3", "libsonata", "bluepysnap")


@cache
def python():
    """A python with bmtk, libsonata and bluepysnap."""
    return python_with("NETSPEC_SONATA_PYTHON", "sonata-bmtk-1.2.0", PACKAGES)


def run(script, *arguments, cwd, timeout=300):
    """What a script said, run by that python. AssertionError with its end if it failed."""
    done = subprocess.run(
        [python(), script, *map(str, arguments)], cwd=cwd, env=environment(), timeout=timeout,
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-4000:]
    return done.stdout
