"""Files of some rooms run in processes of their own: NEURON keeps what was made, and crashes at leftovers.

A file that is named on the command line, or tests chosen by -k or -m, run in pytest's own process as usual.
"""

import os
import subprocess
import sys
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import pytest

WORKERS = min(2, os.cpu_count() or 1)
TESTS = Path(__file__).parent
ROOMS = ("backend", "oracles", "slurm")
_POOL = ThreadPoolExecutor(WORKERS)


def pytest_pycollect_makemodule(module_path, parent):
    chosen = parent.config.option.keyword or parent.config.option.markexpr not in ("", "not slow")
    if chosen or module_path.relative_to(TESTS).parts[0] not in ROOMS:
        return None
    named = {Path(str(argument).split("::")[0]).resolve() for argument in parent.config.args}
    return None if module_path in named else Alone.from_parent(parent, path=module_path)


class Alone(pytest.File):
    """A file of tests as one item."""

    def collect(self):
        yield InProcess.from_parent(self, name="in a process of its own")


class InProcess(pytest.Item):
    """What pytest says of a file; begun while other tests run, so that all cores have work."""

    def __init__(self, **arguments):
        super().__init__(**arguments)
        self.said: Future | None = None

    def begin(self):
        command = [sys.executable, "-m", "pytest", "-q", "--no-header", "-rs", str(self.path)]
        if self.config.option.markexpr:
            command += ["-m", self.config.option.markexpr]
        self.said = self.said or _POOL.submit(
            subprocess.run, command, cwd=TESTS.parent, capture_output=True, text=True, check=False
        )

    def runtest(self):
        done = self.said.result()
        self.user_properties.append(("said", done.stdout.strip().rpartition("\n")[2]))
        if done.returncode not in (0, 5):  # 5: all tests of a file are left out
            raise AssertionError(f"{done.stdout[-8000:]}\n{done.stderr[-2000:]}")

    def repr_failure(self, excinfo, style=None):
        return str(excinfo.value)

    def reportinfo(self):
        return self.path, 0, f"{self.path.name}, alone"


def pytest_collection_modifyitems(items):
    """Files in processes of their own are waited for last."""
    items.sort(key=lambda item: isinstance(item, InProcess))


def pytest_runtestloop(session):
    if not session.config.option.collectonly and not session.testsfailed:
        for item in session.items:
            if isinstance(item, InProcess):
                item.begin()


def pytest_sessionfinish():
    """What has not begun when someone gives up never does."""
    _POOL.shutdown(wait=False, cancel_futures=True)


def pytest_terminal_summary(terminalreporter):
    reports = [report for kind in ("passed", "failed") for report in terminalreporter.stats.get(kind, [])]
    said = [(report.nodeid, dict(report.user_properties).get("said")) for report in reports]
    if any(line for _, line in said):
        terminalreporter.section("files in processes of their own")
    for name, line in said:
        if line:
            terminalreporter.write_line(f"{name.partition('::')[0]}: {line}")
