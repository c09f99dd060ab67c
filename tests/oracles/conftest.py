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
    output = {}

    def result(name, ranks):
        place = folders[ranks]
        if not (place / f"{name}.json").exists() and (name, ranks) not in output:
            done = start(ranks, DUMP, "netspec", place, name, cwd=environment.HERE)
            output[name, ranks] = done
        failed = output.get((name, ranks))
        assert failed is None or failed.returncode == 0, failed.stdout[-2000:] + failed.stderr[-4000:]
        return environment.read(place, name)

    return result
