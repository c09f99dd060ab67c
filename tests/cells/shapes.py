"""Cells that name their sections in different ways."""

from neuron import h


class Owned:
    """Sections that know their cell, some in a list."""

    def __init__(self, length=100.0, branches=2):
        self.soma = h.Section(name="soma", cell=self)
        self.dend = [h.Section(name=f"dend[{i}]", cell=self) for i in range(branches)]
        self.soma.L = self.soma.diam = 15
        self.soma.insert("hh")
        for branch in self.dend:
            branch.connect(self.soma(1))
            branch.L, branch.nseg, branch.diam = length, 3, 2
            branch.insert("pas")
            branch.insert("extracellular")
            for segment in branch:
                segment.pas.g = 1e-4 * (1 + segment.x)
        self.syn = h.ExpSyn(self.dend[0](0.5))
        self.same = h.ExpSyn(self.soma(0.5))
        self.list = h.SectionList()
        self.list.append(self.dend[0])

    def __repr__(self):
        return f"Owned[{id(self)}]"


class Nameless:
    """Sections without names: those of attributes, of a list and of a dict are taken."""

    def __init__(self):
        self.middle = h.Section()
        self.branches = [h.Section(), h.Section()]
        self.others = {"left": h.Section()}
        for branch in (*self.branches, self.others["left"]):
            branch.connect(self.middle(0.5), 0)


class Point:
    """One section for a point process; hidden, but named as `sec`."""

    def __init__(self, delay):
        self.sec = h.Section(name="some")
        self.other = h.Section(name="unused")
        self.clamp = h.IClamp(self.sec(0.5))
        self.clamp.delay = delay


def function(**sizes):
    """A cell whose sections are in all_sec."""
    cell = Owned(**sizes)
    cell.all_sec = [cell.soma, *cell.dend]
    return cell
