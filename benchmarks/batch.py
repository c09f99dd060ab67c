"""What a batch costs beside its simulations: writing down points, and the overhead of a trial of no work.

python benchmarks/batch.py [--trials 100] [--points 2000]
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from netspec.batch import Study

NOTHING = 'import os\nopen(os.environ["NETSPEC_TRIAL"] + "/asked", "w").write("simConfig")\n'
"""A simulation of no work: it fetches its parameters, and that is all."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--trials", type=int, default=100)
    parser.add_argument("--points", type=int, default=2000)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder) / "nothing.py"
        script.write_text(NOTHING)
        enqueuing = seconds(lambda: study(folder, "points", asked.points))
        print(f"enqueue {asked.points} points          {enqueuing:8.2f} s")
        alone = seconds(lambda: by_itself(script, folder, asked.trials)) / asked.trials
        print(f"the script by itself         {1000 * alone:8.1f} ms")
        for workers in (1, 2):
            made = study(folder, f"trials{workers}", asked.trials)
            took = seconds(lambda made=made, workers=workers: made.run(workers, workers, quiet=True))
            overhead = took * workers / asked.trials - alone
            print(
                f"overhead per trial, {workers} worker{'s' * (workers > 1)} {' ' * (workers == 1)}"
                f"{1000 * overhead:8.1f} ms  ({overhead / alone:.1f} x the script)"
            )


def study(folder: str, name: str, points: int) -> Study:
    return Study(
        Path(folder) / name, script=str(Path(folder) / "nothing.py"), parameters={"x": list(range(points))}
    )


def by_itself(script: Path, folder: str, times: int) -> None:
    for _ in range(times):
        subprocess.run([sys.executable, script], env={**os.environ, "NETSPEC_TRIAL": folder}, check=True)


def seconds(function) -> float:
    before = time.perf_counter()
    function()
    return time.perf_counter() - before


if __name__ == "__main__":
    main()
