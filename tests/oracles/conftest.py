"""Results of both packages, made once for a session."""

import environment
import pytest

DUMP = environment.HERE / "dump.py"


@pytest.fixture(scope="session")
def oracle():
    """oracle(network): what NetPyNE made of it."""
    return environment.netpyne_result


@pytest.fixture(scope="session")
def netspec_result(start, tmp_path_factory):
    """netspec_result(network, ranks): what netspec made of it; each is run once."""
    folders = {ranks: tmp_path_factory.mktemp(f"ranks{ranks}") for ranks in (1, 2, 3)}
    done = {}

    def result(name, ranks):
        place = folders[ranks]
        run = (ranks, name if ranks > 1 else "all")
        if run not in done:
            names = [name] if ranks > 1 else environment.network_names()
            done[run] = start(ranks, DUMP, "netspec", place, *names, cwd=environment.HERE, timeout=300)
        assert done[run].returncode == 0, done[run].stdout[-2000:] + done[run].stderr[-4000:]
        return environment.read(place, name)

    return result
