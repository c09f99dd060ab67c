"""Whether what the user wrote fits together: names defined elsewhere, keys that exclude each other."""

import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain

from netspec.spec import Spec
from netspec.spec.check_cells import cell_rules, synapses
from netspec.spec.check_connections import connections
from netspec.spec.check_geometry import geometry
from netspec.spec.check_masses import masses
from netspec.spec.check_populations import artificial_rules, populations
from netspec.spec.check_rxd import reaction_diffusion
from netspec.spec.check_simulation import simulation
from netspec.spec.check_split import split
from netspec.spec.check_stimuli import stimuli
from netspec.spec.check_subcellular import subcellular
from netspec.spec.check_threads import threads
from netspec.spec.check_values import Findings, in_range, not_negative, one_of, positive
from netspec.spec.facts import Facts, gather
from netspec.spec.findings import Finding
from netspec.spec.kinds import is_number, shown
from netspec.spec.vocabulary import ARTIFICIAL, SHAPES

NAME = re.compile(r"[A-Za-z_]\w*")


def check(
    spec: Spec,
    artificial: Iterable[str] = ARTIFICIAL,
    known_analysis: Mapping[str, Iterable[str]] | None = None,
    rules: Iterable[str] = (),
) -> Iterator[Finding]:
    """Every mistake and doubt. artificial: artificial cells there are. known_analysis: plot -> its arguments.

    rules: names that connFunc may have besides NetPyNE's.
    """
    facts = gather(spec, {*ARTIFICIAL, *artificial}, rules)
    return chain(
        _settings(facts),
        cell_rules(facts),
        artificial_rules(facts),
        populations(facts),
        synapses(facts),
        connections(facts),
        masses(facts),
        subcellular(facts),
        stimuli(facts),
        reaction_diffusion(facts),
        simulation(facts, known_analysis),
        threads(facts),
        split(facts),
    )


def _settings(facts: Facts) -> Findings:
    """Settings of the whole network."""
    network, root = facts.spec.network, ("netParams",)
    yield from geometry(facts)
    yield from one_of(network.shape, SHAPES, (*root, "shape"))
    yield from in_range(network.scale, not_negative, (*root, "scale"))
    for key, size in zip(("sizeX", "sizeY", "sizeZ"), network.size, strict=True):
        yield from in_range(size, not_negative, (*root, key))
    yield from in_range(network.prop_velocity, positive, (*root, "propVelocity"))
    models = network.scale_conn_weight_models
    if isinstance(models, dict):
        for name, factor in models.items():
            if not is_number(factor):
                path = (*root, "scaleConnWeightModels", name)
                yield Finding(path, f"expected a number, got {shown(factor)}.")
    elif models:
        message = f"expected False or a dictionary, cellModel -> factor, got {shown(models)}."
        yield Finding((*root, "scaleConnWeightModels"), message)
