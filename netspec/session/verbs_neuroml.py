"""NetPyNE's verbs that read and write NeuroML."""

from pathlib import Path
from typing import Any

from netspec.session.current import current


def exportNeuroML2(
    reference: str,
    connections: bool = True,
    stimulations: bool = True,
    format: str = "xml",  # noqa: A002  (NetPyNE's name)
    default_cell_radius: float = 5,
) -> None:
    """Write <reference>.net.nml, or with format 'hdf5' .net.nml.h5, and LEMS_<reference>.xml.

    default_cell_radius: of cells without segments, for pictures [um].
    """
    from netspec.session import neuroml

    what = {"connections": connections, "stimulations": stimulations, "radius": default_cell_radius}
    neuroml.of_session(current, reference, format, **what)


def createExportNeuroML2(
    netParams: Any = None,
    simConfig: Any = None,
    output: bool = False,
    reference: str | None = None,
    connections: bool = True,
    stimulations: bool = True,
    format: str = "xml",  # noqa: A002
) -> tuple[Any, ...] | None:
    """Build everything and export it. output: return (pops, cells, conns, stims, rxd, simData)."""
    from netspec import sim

    built = sim.create(netParams, simConfig, output=True)
    assert built is not None, "create returns what it is asked for"
    exportNeuroML2(reference or "network", connections, stimulations, format)
    pops, cells, conns, rxd, stims, data = built
    return (pops, cells, conns, stims, rxd, data) if output else None


def importNeuroML2(
    fileName: str,
    simConfig: Any,
    simulate: bool = True,
    analyze: bool = True,
    return_net_params_also: bool = False,
) -> Any:
    """Build the network of a NeuroML or LEMS file, run and analyse it: the gids of each population.

    return_net_params_also: (gids, netParams).
    """
    from netspec import sim
    from netspec.session import neuroml

    sim.initialize(None, simConfig)  # NEURON and MPI are there before mechanisms are
    net_params, sim_config = neuroml.read(Path(fileName), simConfig)
    sim.create(net_params, sim_config)
    net: Any = current.network_view()
    gids = {label: list(pop.cellGids) for label, pop in net.pops.items()}
    if simulate:
        sim.simulate()
    if analyze:
        sim.analyze()
    return (gids, current.params) if return_net_params_also else gids


def importNeuroML2SimulateAnalyze(fileName: str, simConfig: Any) -> Any:
    """Build, run and analyse the network of a NeuroML or LEMS file: the gids of each population."""
    return importNeuroML2(fileName, simConfig, simulate=True, analyze=True)
