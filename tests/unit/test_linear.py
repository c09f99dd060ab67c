"""What NMODL must say so that one synapse can stand for several."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netspec.neuron import nmodl
from netspec.neuron.linear import LINEAR, SAME, ZERO, joined, why_not

SYNAPSE = """
TITLE two exponentials: net_send
COMMENT
VERBATIM RANDOM POINTER
ENDCOMMENT
NEURON {
    THREADSAFE
    POINT_PROCESS Syn   : POINTER
    RANGE tau1, tau2, e, i,
        g
    USEION ca READ eca WRITE ica VALENCE 2
    NONSPECIFIC_CURRENT i
}
UNITS { (nA) = (nanoamp) PI = (pi) (1) }
PARAMETER { tau1 = .1 (ms) <1e-9,1e9>  tau2 = 10 (ms)  e = 0 (mV)  mg = 1 (mM)  part = 0.1 }
CONSTANT { two = 2 }
ASSIGNED { v (mV) i (nA) ica (nA) eca (mV) g (uS) factor block total }
STATE { A (uS) B (uS) }
INITIAL {
    LOCAL tp
    if (tau1/tau2 > .9999) { tau1 = .9999*tau2 } else { total = 0 }
    A = 0
    tp = (tau1*tau2)/(tau2 - tau1) * log(tau2/tau1)
    factor = 1/(-exp(-tp/tau1) + exp(-tp/tau2))
}
BREAKPOINT {
    SOLVE state METHOD cnexp
    g = B - A
    rates(v)
    i = (1 - part)*block*g*(v - e)
    ica = part*block*g*(v - eca)*two*PI
}
DERIVATIVE state {
    A' = -A/tau1
    B' = -B/tau2
}
PROCEDURE rates(v (mV)) { TABLE block DEPEND mg FROM -100 TO 100 WITH 200
    block = magnesium(v) }
FUNCTION magnesium(v (mV)) (1) {
    magnesium = 1/(1 + exp(0.062(/mV) * -v)*mg/3.57 (mM)^2)
}
NET_RECEIVE(weight (uS), unused) {
    LOCAL w
    w = weight*2
    state_discontinuity(A, A + w*factor)
    B = factor*weight/0.5 + B
    total = total + weight
}
"""

LIKE_IT = {
    "as it is": ("", ""),
    "an excitation that is subtracted": ("A + w*factor", "A - (-w)*factor"),
    "coupled equations": ("B' = -B/tau2", "B' = A - B/tau2"),
    "coefficients that depend on voltage": ("B' = -B/tau2", "B' = -B/(tau2 + exp(v/100))"),
    "no INITIAL for a state": ("    A = 0\n", ""),
    "a counter of all instances": ("RANGE tau1", "GLOBAL total RANGE tau1"),
    "a choice by a parameter": ("g = B - A", "if (mg > 0) { g = B - A } else { g = B }"),
    "nothing calcium": ("part*block", "0*block"),
}

NOT_LIKE_IT = {
    "saturation of the conductance": (
        "g = B - A", "g = B - A if (g > 1) { g = 1 }", "its current i is not proportional to its states"
    ),
    "a function of it": ("g = B - A", "g = tanh(B - A)", "its current i is not proportional"),
    "a leak": ("*g*(v - e)", "*(g + 1e-6)*(v - e)", "its current i is not proportional"),
    "a product of states": ("g = B - A", "g = B*A", "its current i is not proportional"),
    "decay that depends on the state": (
        "B' = -B/tau2", "B' = -B/(tau2 + B)", "the equation of B is not linear in the states"
    ),
    "a constant flow": ("B' = -B/tau2", "B' = (1 - B)/tau2", "the equation of B is not linear"),
    "an equation by cases of a state": (
        "B' = -B/tau2", "if (B > 1) { B' = -B } else { B' = -B/2 }", "the equation of B is not linear"
    ),
    "a state that is cut": ("g = B - A", "g = B - A if (v > 0) { B = 0 }", "it sets B outside of INITIAL"),
    "a start above 0": ("    A = 0\n", "    A = 0.1\n", "A does not begin at 0"),
    "a start above 0, declared": ("part = 0.1", "part = 0.1 A0 = 1", "its states do not begin at 0"),
    "START": ("B (uS)", "B (uS) START 1", "it declares arrays, or values of states"),
    "arrays": ("A (uS)", "A[2]", "it declares arrays"),
    "other integration": ("METHOD cnexp", "METHOD derivimplicit", "integrated by derivimplicit"),
    "own steps": (
        "SOLVE state METHOD cnexp", "SOLVE state", "its states are integrated by its own steps"
    ),
    "a saturating event": (
        "factor*weight/0.5 + B", "B + weight*(1 - B)", "does not add a fixed multiple of the weight to B"
    ),
    "an event that multiplies": ("factor*weight/0.5 + B", "B*weight", "does not add a fixed multiple"),
    "an event that sets": ("factor*weight/0.5 + B", "weight", "does not add a fixed multiple"),
    "an event whatever the weight": ("factor*weight/0.5 + B", "B + 1", "does not add a fixed multiple"),
    "twice the state": ("factor*weight/0.5 + B", "B + B + weight", "does not add a fixed multiple"),
    "the square of the weight": ("weight*2", "weight*weight", "does not add a fixed multiple"),
    "an event that depends on voltage": ("weight*2", "weight*v", "does not add a fixed multiple"),
    "an event that depends on time": ("weight*2", "weight*exp(-t)", "does not add a fixed multiple"),
    "an event that depends on what varies": ("weight*2", "weight*block", "does not add a fixed multiple"),
    "an event that depends on calcium": ("weight*2", "weight*eca", "does not add a fixed multiple"),
    "state of the connection": ("w = weight*2", "w = weight*unused", "does not add a fixed multiple"),
    "depression": ("w = weight*2", "w = weight*2 unused = t", "keeps unused for each connection"),
    "negative weights apart": (
        "w = weight*2", "w = weight if (w < 0) { w = 0 }", "its NET_RECEIVE has an if"
    ),
    "flag": ("weight*2", "weight*flag", "it uses flag, which it does not declare"),
    "INITIAL of the connection": ("LOCAL w\n", "INITIAL { unused = 0 } LOCAL w\n", "INITIAL {"),
    "memory of the synapse": (
        "total = total + weight", "e = e + weight", "its NET_RECEIVE sets e, which is no state"
    ),
    "a procedure at events": ("total = total + weight", "rates(v)", "does more than add to states"),
    "events of its own": ("w = weight*2", "w = weight*2 net_send(1, 1)", "it has net_send"),
    "a pointer": ("RANGE tau1", "POINTER p RANGE tau1", "it has POINTER"),
    "random numbers": ("RANGE tau1", "RANDOM p RANGE tau1", "it has RANDOM"),
    "random numbers of old": ("A = 0", "A = 0 block = scop_random()", "it calls scop_random"),
    "C": ("A = 0", "A = 0 VERBATIM ENDVERBATIM", "it has pieces of C (VERBATIM)"),
    "a watch": ("w = weight*2", "w = weight*2 WATCH (v > 0) 1", "it has WATCH"),
    "an artificial cell": ("POINT_PROCESS", "ARTIFICIAL_CELL", "it has ARTIFICIAL_CELL"),
    "a channel": ("POINT_PROCESS", "SUFFIX", "it is no POINT_PROCESS"),
    "no events": ("NET_RECEIVE(weight (uS), unused)", "PROCEDURE other(weight)", "it has no NET_RECEIVE"),
    "no weight": ("(weight (uS), unused)", "()", "its NET_RECEIVE has no weight"),
    "no current": (
        "USEION ca READ eca WRITE ica VALENCE 2\n    NONSPECIFIC_CURRENT i", "", "it makes no current"
    ),
    "a concentration": ("WRITE ica", "WRITE ica, cai", "it writes the concentration of ca"),
    "a current of all": ("READ eca", "READ eca, ica", "reads the current that it writes"),
    "a variable of all instances": (
        "RANGE tau1", "GLOBAL factor RANGE tau1", "it sets factor, which all its instances share"
    ),
    "a file's variable": ("UNITS {", "LOCAL z\nUNITS {", "it has 'LOCAL' outside of the blocks"),
    "a scheme": ("DERIVATIVE state {", "KINETIC state {", "it has 'KINETIC' outside of the blocks"),
    "an included file": ("UNITS {", 'INCLUDE "a.inc"\nUNITS {', "it has 'INCLUDE' outside"),
    "an unknown name": ("*(v - e)", "*(v - ee)", "it uses ee, which it does not declare"),
    "a loop": ("g = B - A", "while (g < 1) { g = 1 }", "a name is missing before '{'"),
    "recursion": ("magnesium = 1", "magnesium = magnesium(v)*1", "its calls of magnesium are not understood"),
    "an end too early": ("    total = total + weight\n}", "", "it ends within"),
}  # fmt: skip


def changed(old, new):
    assert not old or SYNAPSE.count(old) == 1, old
    return SYNAPSE.replace(old, new) if old else SYNAPSE


@pytest.mark.parametrize("change", LIKE_IT.values(), ids=LIKE_IT)
def test_one_synapse_can_stand_for_several(change):
    assert why_not(changed(*change)) == ""


@pytest.mark.parametrize("change", NOT_LIKE_IT.values(), ids=NOT_LIKE_IT)
def test_synapses_that_stay_apart(change):
    assert change[2] in why_not(changed(*change[:2]))


# Whatever expression is judged linear is so in numbers.

NAMES = {"A": LINEAR, "B": LINEAR, "v": SAME, "e": SAME}


def sums(leaves, *more):
    """Expressions of some leaves."""
    return st.recursive(
        st.sampled_from(leaves),
        lambda inner: st.one_of(
            st.tuples(inner, st.sampled_from([" + ", " - "]), inner).map(lambda p: f"({''.join(p)})"),
            inner.map("(-{})".format),
            inner.map("twice({})".format),
            *(make(inner) for make in more),
        ),
        max_leaves=6,
    )


def products(inner):
    return st.tuples(inner, st.sampled_from("*/"), inner).map("".join).map("({})".format)


anything = sums([*NAMES, "0", "2", "0.5"], products, lambda inner: inner.map("exp({})".format))
same = sums(["v", "e", "2", "0.5"], products, lambda inner: inner.map("exp({})".format))
states = sums(["A", "B", "0"], lambda inner: st.tuples(inner, same).map(lambda p: f"({p[0]}*{p[1]})"))
mixed = st.one_of(states, st.tuples(states, anything).map("*".join), anything)
WITH_CURRENT = """
NEURON {{ POINT_PROCESS S NONSPECIFIC_CURRENT i }}
PARAMETER {{ e = 0 }}
ASSIGNED {{ v i other }}
STATE {{ A B }}
BREAKPOINT {{ SOLVE s METHOD cnexp
    if ({condition} > 0) {{ i = {first} }} else {{ i = {second} }} }}
DERIVATIVE s {{ A' = -A B' = -B }}
FUNCTION twice(x) {{ LOCAL y y = x twice = y + x }}
NET_RECEIVE(w) {{ A = A + w B = B + w }}
"""


def value(expression, at):
    """The number that an expression has."""
    match expression:
        case nmodl.Number(number):
            return number
        case nmodl.Name(name):
            return at[name]
        case nmodl.Call(name, (argument,)):
            inner = value(argument, at)
            return math.exp(inner) if name == "exp" else 2 * inner
        case nmodl.Operation(sign, None, right):
            return -value(right, at)
        case nmodl.Operation(sign, left, right):
            one, other = value(left, at), value(right, at)
            sums = {"+": one + other, "-": one - other, "*": one * other}
            return sums[sign] if sign in sums else one / other


def current(text, at):
    """i at some values of the variables."""
    choice = nmodl.parse(text).blocks["BREAKPOINT"].body[1]
    chosen = choice.then if value(choice.condition.left, at) > 0 else choice.otherwise
    return value(chosen[0].value, at)


@given(st.one_of(same, anything), mixed, mixed, st.lists(st.floats(0.1, 2), min_size=6, max_size=6))
def test_what_is_judged_linear_adds_up(condition, first, second, numbers):
    text = WITH_CURRENT.format(condition=condition, first=first, second=second)
    if why_not(text):
        return
    shared = {"v": numbers[0] - 1, "e": numbers[1] - 1}
    one, other = ({"A": a, "B": b, **shared} for a, b in (numbers[2:4], numbers[4:]))
    both = {**shared, "A": one["A"] + other["A"], "B": one["B"] + other["B"]}
    try:
        apart = current(text, one), current(text, other)
        together = current(text, both)
    except (ZeroDivisionError, OverflowError):
        return
    assert together == pytest.approx(sum(apart), rel=1e-9, abs=1e-9 * max(map(abs, apart)) + 1e-12)


def test_kinds_of_one_or_the_other():
    assert joined(ZERO, LINEAR) == LINEAR
    assert joined(ZERO, SAME) == SAME
    assert joined(SAME, LINEAR) not in (ZERO, SAME, LINEAR)


def test_precedence():
    body = nmodl.parse("INITIAL { x = -a^2*b + c/d - e*(1 (mV) - f) y = g }").blocks["INITIAL"].body
    assert [statement.name for statement in body] == ["x", "y"]
    top = body[0].value
    assert (top.sign, top.left.sign, top.left.left.sign) == ("-", "+", "*")
    assert top.left.left.left == nmodl.Operation(
        "-", None, nmodl.Operation("^", nmodl.Name("a"), nmodl.Number(2.0))
    )
