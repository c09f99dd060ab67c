"""Strings of rxdParams: which are harmless, and which names they use."""

import pytest

from netspec.spec.formula import FormulaError, parse

KINDS = {"ca": "species", "er": "regions", "gserca": "constants"}


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("2 * ca[er] ** 2 / gserca", {"ca", "er", "gserca"}),
        ("rxdmath.exp(-ca) + exp(ca) + rxd.rxdmath.tanh(ca)", {"ca"}),
        ("sim.net.rxd['species']['ca']['hObj'] * gserca", {"ca", "gserca"}),
        ("sim.net.rxd.species.ca.hObj[sim.net.rxd['regions']['er']['hObj']]", {"ca", "er"}),
        ("  ca\n  + 1", {"ca"}),
    ],
)
def test_names_of_expressions(text, names):
    assert parse(text, KINDS).names == names


@pytest.mark.parametrize(
    "text",
    [
        "1 if isinstance(node, rxd.node.NodeExtracellular) else 2 if node.region == er else gserca",
        "'dend' in node.sec.name() and not node.x3d < 20",
        "numpy.exp(-node.x3d) * math.pi",
        "max(0, min(1, node.segment.x))",
        "abs(node.x3d - er._xlo) < er._dx[0]",
    ],
)
def test_functions_of_a_node(text):
    assert parse(text, KINDS, of_node=True).names <= {"er", "gserca"}


@pytest.mark.parametrize(
    "text",
    [
        "__import__('os')",
        "open('x')",
        "ca.__class__",
        "gserca._dx",
        "er._secs",
        "ca.nodes",
        "node.x",
        "sim.h",
        "rxd.nthread(2)",
        "rxd.rxdmath.exp.__globals__",
        "[x for x in (1, 2)]",
        "(lambda: 1)()",
        "f'{ca}'",
        "exp(x=1)",
        "",
    ],
)
def test_what_is_refused(text):
    with pytest.raises(FormulaError):
        parse(text, KINDS)


@pytest.mark.parametrize(
    "text", ["node.sec.cell()", "node._index", "node.sec.hoc_internal_name()", "numpy.load('x')"]
)
def test_what_is_refused_of_a_node(text):
    with pytest.raises(FormulaError):
        parse(text, KINDS, of_node=True)
