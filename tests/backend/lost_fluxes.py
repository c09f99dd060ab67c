"""A reaction out of cells in NEURON alone: python lost_fluxes.py MEMBRANE_FLUX CELLS_OF_EACH_RANK ...

Prints as JSON what the cells have lost, and what the extracellular space has gained on each rank.
"""

import json
import sys

from netspec.neuron.ranks import start


def cell(pc, gid):
    from neuron import h

    section = h.Section(name=f"s{gid}")
    for end in (1, 11):
        section.pt3dadd(100 * gid + end, 0, 0, 10)
    pc.set_gid2node(gid, int(pc.id()))
    source = h.NetCon(section(0.5)._ref_v, None, sec=section)
    pc.cell(gid, source)
    return section, source


def main():
    pc = start().pc
    from neuron import h, rxd

    flux, counts = sys.argv[1] == "1", [int(count) for count in sys.argv[2:]]
    rank = int(pc.id())
    cells = [cell(pc, sum(counts[:rank]) + k) for k in range(counts[rank])]
    rxd.options.enable.extracellular = True
    outside = rxd.Extracellular(*[-500] * 3, *[500] * 3, dx=100)
    inside = rxd.Region([section for section, _ in cells], nrn_region="i")
    membrane = rxd.Region([section for section, _ in cells], geometry=rxd.membrane)
    k = rxd.Species([inside, outside], charge=1, name="k", initial=lambda node: 1 + (node.region != inside))
    out = rxd.MultiCompartmentReaction(
        k[inside], k[outside], 1e4 * k[inside], membrane=membrane, custom_dynamics=True, membrane_flux=flux
    )
    h.finitialize(-65)
    before = amounts(k, inside, outside)
    pc.set_maxstep(10)
    pc.psolve(5)
    after = amounts(k, inside, outside)
    lost = pc.allreduce(before[0] - after[0], 1)
    gained = pc.py_gather(float(after[1] - before[1]), 0)
    if rank == 0:
        print(json.dumps([lost, gained]))
    del out
    pc.barrier()
    h.quit()


def amounts(k, inside, outside):
    """(in the cells of this rank, outside)."""
    within = sum(node.concentration * node.volume for node in k[inside].nodes)
    return within, k[outside].states3d.sum() * 100**3


if __name__ == "__main__":
    main()
