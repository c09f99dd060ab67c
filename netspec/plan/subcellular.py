"""Which synapses subcellular rules move, and what moves with them: a second look at the table of connections.

As in NetPyNE, synapses of a cell are put in order of the text of their place and presynaptic gid, and get the
new places in that order, so that nothing depends on chance. NetPyNE loses plasticity, courses of weights
and connections onto artificial cells and point neurons in networks with such rules; here they stay.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from netspec.conditions import mask
from netspec.errors import Problem, SpecError
from netspec.model import Model
from netspec.plan import Plan
from netspec.plan.cells import Cells, Template
from netspec.plan.density import Places, Site, places
from netspec.plan.sections import path
from netspec.plan.synapse_values import has_point_neuron
from netspec.plan.synapses import weight_norms
from netspec.spec.kinds import is_integer
from netspec.spec.subcellular import SubcellularRule
from netspec.tables import Table

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Texts = NDArray[np.bytes_]

INSIDE = (0.00001, 0.99999)
"""Locations in place of 0 and 1, where a synapse cannot see the ions of a section."""


def redistribute(plan: Plan) -> Plan:
    """The plan with the connections at their new places: section, location and (by weightNorm) weight."""
    rules = plan.model.spec.network.subcellular
    if not rules or not len(plan.connections):
        return plan
    work = _Work(plan.model, plan.cells, plan.templates, plan.connections)
    for rule in rules.values():
        for template, rows in work.targets(rule):
            work = work.moved(rule, template, rows)
    return replace(plan, connections=work.table)


@dataclass(frozen=True)
class _Work:
    """The connections while they are moved, rule by rule."""

    model: Model
    cells: Cells
    templates: tuple[Template, ...]
    table: Table

    def targets(self, rule: SubcellularRule) -> Iterator[tuple[Template, Ints]]:
        """The rows whose cells meet the rule's conditions and that end on a chemical synapse, by template."""
        pre = mask(rule.pre_conds, self.cells, closed=False)
        post = mask(rule.post_conds, self.cells, closed=False)
        onto = self.cells.positions(self.table["post"])
        chosen = post[onto] & pre[self.cells.positions(self.table["pre"])] & ~self._electrical()
        codes = np.where(chosen, self.cells.table["template"][onto], -1)
        for code, template in enumerate(self.templates):
            rows = np.flatnonzero(codes == code)
            neurons = [name for name, section in template.sections.items() if has_point_neuron(section)]
            if neurons:
                there = [self.model.sections.code(name) for name in neurons]
                rows = rows[~np.isin(self.table["section"][rows], there)]
            if len(rows):
                yield template, rows

    def _electrical(self) -> NDArray[np.bool_]:
        """Rows of pointer connections, which couple two places and stay: (rows,)."""
        network = self.model.spec.network
        synapses = [
            self.model.synapses.code(label) for label, one in network.synapses.items() if one.pointer_params
        ]
        rules = [code for code, rule in enumerate(network.connections.values()) if rule.gap_junction]
        return np.isin(self.table["synapse"], synapses) | np.isin(self.table["rule"], rules)

    def moved(self, rule: SubcellularRule, template: Template, rows: Ints) -> "_Work":
        """The connections after some rows, all onto cells of one template, got their new places."""
        together, first = self._groups(rule, rows)
        lead = rows[first]
        order = np.lexsort((self._texts(lead), self.table["post"][lead]))
        gids, counts = np.unique(self.table["post"][lead], return_counts=True)
        site = Site(self.model, self.cells, template, rule, self.cells.positions(gids), counts)
        found = places(site)
        turn = np.empty(len(lead), np.int64)
        turn[order] = np.arange(len(lead))
        mine = turn[together]
        return self._at(
            site, rows, replace(found, section=found.section[mine], location=found.location[mine])
        )

    def _groups(self, rule: SubcellularRule, rows: Ints) -> tuple[Ints, Ints]:
        """Rows that move together: which group each row is in, and the first row of each, which leads it.

        With groupSynMechs the n-th synapses of each of these synMechs at one place of a cell are a group.
        """
        labels = [name for name in rule.group_syn_mechs or () if name in self.model.synapses]
        everyone = np.arange(len(rows))
        if len(labels) < 2:
            return everyone, everyone
        synapse = self.table["synapse"][rows]
        member = np.flatnonzero(np.isin(synapse, [self.model.synapses.code(name) for name in labels]))
        place = [self.table[name][rows[member]] for name in ("post", "section", "location")]
        turn = _occurrence([*place, synapse[member]])
        _, first = _same([*place, turn])
        leader = everyone.copy()
        leader[member] = member[first]
        leads, together = np.unique(leader, return_inverse=True)
        return together.reshape(-1), leads

    def _texts(self, rows: Ints) -> Texts:
        """What rows of a cell are put in order by: section, location and presynaptic gid as one text."""
        table = self.table
        names = np.array([name.encode() for name in self.model.sections.names])
        location = _as_text(table["location"][rows])
        whole = np.isin(table["rule"][rows], self._rules_with_whole_locations())
        location = np.where(whole & (location == b"0.0"), b"0", location)
        location = np.where(whole & (location == b"1.0"), b"1", location)
        pre = _as_text(table["pre"][rows])
        text: Texts = np.strings.add(np.strings.add(names[table["section"][rows]], location), pre)
        return text

    def _rules_with_whole_locations(self) -> list[int]:
        """Rules whose loc is written as 0 or 1, whose text is not that of 0.0 or 1.0."""
        given = [
            rule.loc if isinstance(rule.loc, list) else [rule.loc]
            for rule in self.model.spec.network.connections.values()
        ]
        return [
            code
            for code, locations in enumerate(given)
            if any(is_integer(value) and not isinstance(value, float) for value in locations)
        ]

    def _at(self, site: Site, rows: Ints, found: Places) -> "_Work":
        """The connections with some rows at the places found."""
        rows, number = rows[found.section >= 0], found.section[found.section >= 0]
        location = found.location[found.section >= 0]
        codes = np.array([self.model.sections.code(name) for name in found.names], np.int16)
        self._refuse_point_neurons(site, {found.names[k] for k in np.unique(number)})
        columns = {name: self.table[name].copy() for name in ("section", "location", "weight")}
        columns["weight"][rows] = self._rescaled(site.template, rows, codes[number], location)
        columns["section"][rows] = codes[number]
        columns["location"][rows] = np.select([location == 0, location == 1], INSIDE, location)
        return replace(self, table=self.table.with_columns(**columns))

    def _rescaled(
        self, template: Template, rows: Ints, section: NDArray[np.int16], location: Floats
    ) -> Floats:
        """Weights after a move: normalised at the new place if they were so at the old one."""
        weight = self.table["weight"][rows]
        before = self.table["section"][rows]
        names = tuple(template.sections)
        number = np.zeros(len(self.model.sections), np.int64)
        number[[self.model.sections.code(name) for name in names]] = np.arange(len(names))
        normed = np.array([template.sections[name].weight_norm is not None for name in names])
        some = normed[number[before]]
        if not some.any():
            return weight
        old = weight_norms(template, names, number[before][some], self.table["location"][rows][some])
        new = weight_norms(template, names, number[section][some], location[some])
        if not old.all():
            name = names[number[before][some][np.flatnonzero(old == 0)[0]]]
            message = "is 0 where synapses are that a subcellular rule moves: their weights are lost."
            raise SpecError([Problem(f"{path(template.rules[-1], name)}.weightNorm", message)])
        weight[some] = weight[some] / old * new
        return weight

    def _refuse_point_neurons(self, site: Site, names: set[str]) -> None:
        for name in sorted(names):
            if has_point_neuron(site.template.sections[name]):
                message = f"section {name!r} has a point neuron (vref): no synapse can be moved there."
                raise SpecError([Problem(f"{site.path}.sec", message)])


def _as_text(numbers: NDArray[np.generic]) -> Texts:
    """Numbers as Python writes them."""
    different, which = np.unique(numbers, return_inverse=True)
    texts = different.astype("S32")
    width = int(np.strings.str_len(texts).max(initial=1))
    return np.asarray(texts.astype(f"S{width}")[which.reshape(-1)], np.bytes_)


def _same(columns: list[NDArray[np.generic]]) -> tuple[Ints, Ints]:
    """Of rows with these contents: order that puts equal ones together, and the first row like each one."""
    order = np.lexsort(columns[::-1])
    new = np.ones(len(order), bool)
    if len(order):
        new[1:] = np.any([column[order][1:] != column[order][:-1] for column in columns], axis=0)
    starts = np.flatnonzero(new)
    first = np.empty(len(order), np.int64)
    first[order] = order[starts[np.cumsum(new) - 1]] if len(order) else order
    return order, first


def _occurrence(columns: list[NDArray[np.generic]]) -> Ints:
    """How many rows before have the same content: (rows,)."""
    order, first = _same(columns)
    place = np.empty(len(order), np.int64)
    place[order] = np.arange(len(order))
    return place - place[first]
