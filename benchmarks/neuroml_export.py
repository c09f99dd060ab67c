"""How fast connections are written as NeuroML, and with how much memory, beside libNeuroML's two ways.

python benchmarks/neuroml_export.py [--quick] [--connections N]
"""

import argparse
import sys
import tempfile
import time
import tracemalloc
from pathlib import Path

import netspec
from netspec.formats.neuroml.export.write import export

SOMA = {"geom": {"L": 20.0, "diam": 20.0, "Ra": 100.0, "cm": 1.0}, "mechs": {"hh": {}}}
DENDRITE = {
    "geom": {"L": 100.0, "diam": 2.0, "nseg": 3},
    "topol": {"parentSec": "soma", "parentX": 1.0, "childX": 0.0},
    "mechs": {"pas": {}},
}
OF_ADD = 1000
"""How many connections go through libNeuroML's add(), which takes milliseconds for each."""
OF_APPEND = 50_000


def network(connections):
    """A network of about this many connections with drawn delays."""
    rule = {"probability": 0.1, "delay": "uniform(1, 5)", "weight": 0.001, "sec": "dend", "synMech": "exc"}
    return {
        "cellParams": {"C": {"secs": {"soma": SOMA, "dend": DENDRITE}}},
        "popParams": {"A": {"cellType": "C", "numCells": int((connections / 0.1) ** 0.5)}},
        "synMechParams": {"exc": {"mod": "Exp2Syn", "tau1": 0.5, "tau2": 3.0, "e": 0}},
        "connParams": {"A->A": {"preConds": {"pop": "A"}, "postConds": {"pop": "A"}, **rule}},
    }


def of_libneuroml(count, folder, add):
    """Connections per second of CPU: made by add() or in a list, and written. None without libNeuroML."""
    here = Path(__file__).parent.resolve()
    sys.path[:] = [place for place in sys.path if Path(place).resolve() != here]  # there is a neuroml.py
    try:
        import neuroml
        from neuroml.writers import NeuroMLWriter
    except ImportError:
        return None
    start = time.process_time()
    projection = neuroml.Projection(
        id="p", presynaptic_population="A", postsynaptic_population="A", synapse="exc"
    )
    for k in range(count):
        given = {
            "id": k, "pre_cell_id": f"../A/{k % 999}/C", "post_cell_id": f"../A/{k % 777}/C", "weight": 0.001,
            "delay": f"{1 + k % 4 / 3}ms", "post_segment_id": 1, "post_fraction_along": 0.5,
        }  # fmt: skip
        if add:
            projection.add("ConnectionWD", validate=True, **given)
        else:
            projection.connection_wds.append(neuroml.ConnectionWD(**given))
    document = neuroml.NeuroMLDocument(id="d")
    document.networks.append(neuroml.Network(id="n", projections=[projection]))
    NeuroMLWriter.write(document, str(folder / "lib.nml"))
    return count / (time.process_time() - start)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--quick", action="store_true", help="a tenth of the connections")
    parser.add_argument("--connections", type=int, default=1_000_000)
    options = parser.parse_args()
    plan = netspec.plan(network(options.connections // (10 if options.quick else 1)), {"duration": 10.0})
    count = len(plan.connections)
    print(f"{count:,} connections between {len(plan.cells):,} cells")
    print(f"{'':24}{'connections/s':>14}{'of append':>11}{'memory [bytes each]':>21}{'file':>8}")
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        other = of_libneuroml(OF_APPEND, folder, add=False)
        for form in ("xml", "hdf5"):
            start = time.process_time()
            files = export(plan, folder, "net", form=form)
            rate = count / (time.process_time() - start)
            tracemalloc.start()
            export(plan, folder, "net", form=form)
            peak = tracemalloc.get_traced_memory()[1]
            tracemalloc.stop()
            size = files[0].stat().st_size / count
            ratio = rate / other if other else float("nan")
            print(f"{form:24}{rate:>14,.0f}{ratio:>11.1f}{peak / count:>21.0f}{size:>8.0f}")
        for title, number, add in (
            ("libNeuroML, append", OF_APPEND, False),
            ("libNeuroML, add", OF_ADD, True),
        ):
            rate = other if not add else of_libneuroml(number, folder, add=True)
            if rate and other:
                print(f"{title:24}{rate:>14,.0f}{rate / other:>11.3f}")


if __name__ == "__main__":
    sys.exit(main())
